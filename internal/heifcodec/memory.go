package heifcodec

import (
	"syscall"

	"github.com/tetratelabs/wazero/experimental"
)

// maxMemory is the most memory in bytes of one Decode. An AVIF of 50 megapixels in one part
// comes near it; prepare has 1769 MB.
const maxMemory = 1 << 30

// memory is the memory of one program. It lies outside of Go's heap, so that it costs only
// what the program has touched, never moves, and is given back at once.
type memory struct {
	mapped  []byte
	refused bool // the program asked for more than there is
}

// Allocate is the method of experimental.MemoryAllocator.
func (m *memory) Allocate(_, _ uint64) experimental.LinearMemory {
	// Without memory Reallocate refuses.
	const rights, kind = syscall.PROT_READ | syscall.PROT_WRITE, syscall.MAP_ANON | syscall.MAP_PRIVATE
	m.mapped, _ = syscall.Mmap(-1, 0, maxMemory, rights, kind)
	return m
}

// Reallocate is the method of experimental.LinearMemory.
func (m *memory) Reallocate(size uint64) []byte {
	if size > uint64(len(m.mapped)) {
		m.refused = true
		return nil
	}
	return m.mapped[:size]
}

// Free is the method of experimental.LinearMemory. A second call does nothing.
func (m *memory) Free() {
	if m.mapped != nil {
		_ = syscall.Munmap(m.mapped)
		m.mapped = nil
	}
}
