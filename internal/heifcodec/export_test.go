package heifcodec

// What only tests name.
var (
	Stoppable = stoppable
	Host      = host
	NewMemory = func() *memory { return &memory{} }
	MaxMemory = uint64(maxMemory)
)

// Refused reports whether a program asked for more than there is.
func (m *memory) Refused() bool { return m.refused }
