// Package heifcodec decodes the coded pictures of HEIC and AVIF files: libde265 and libaom,
// as WebAssembly that runs under github.com/tetratelabs/wazero. It needs no C and nothing
// of the system, and loads no library from there.
//
// What is decoded lies in a sandbox. A picture can end its own decoding, by a trap, by the
// end of its memory or of its time, and nothing else: the programs are given no files, no
// environment, no clock and no output. A damaged picture may make the programs write into
// their own memory at will (C++ exceptions and longjmp do nothing in them), so each Decode
// has a memory of its own and what comes out is only pixels of the size that was asked for.
//
// The programs are those of github.com/gen2brain/heic v0.4.5 and avif v0.4.4; wasm/README.md
// says more. The Go code of those modules is not used: it has no end of time or memory,
// prints to standard output and may load a library of the system.
package heifcodec

import (
	"bytes"
	"compress/gzip"
	"context"
	_ "embed"
	"encoding/binary"
	"fmt"
	"image"
	"io"
	"sync"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"github.com/nanococoa/nanococoa/internal/heif"
)

//go:embed wasm/heif.wasm.gz
var hevcProgram []byte

//go:embed wasm/avif.wasm.gz
var av1Program []byte

// Codec decodes. It compiles a program when the first picture asks for it and keeps it.
// Make one for a process, with New. It is safe for concurrent use.
type Codec struct {
	hevc, av1 func() (*program, error)
}

// New makes a Codec. It costs nothing until it is used.
func New() *Codec {
	return &Codec{
		hevc: sync.OnceValues(func() (*program, error) { return compile(hevcProgram) }),
		av1:  sync.OnceValues(func() (*program, error) { return compile(av1Program) }),
	}
}

// Decode decodes pictures of one codec, one after the other, and gives each to take: an
// *image.YCbCr or *image.Gray of HEVC, in the range and by the matrix of the bitstream; of
// AV1 an opaque *image.RGBA, or a *heif.Deep where it has more than 8 bits, in the colours of the
// bitstream. The pixels are gone when take returns. An error of take ends it.
//
// Errors: heif.ErrDamaged, heif.ErrMemory, the error of take, and ctx.Err() when ctx ends, which
// stops the program within milliseconds.
func (c *Codec) Decode(
	ctx context.Context, stills []heif.Still, take func(i int, img image.Image) error,
) (err error) {
	if len(stills) == 0 {
		return nil
	}
	get := c.hevc
	if stills[0].Codec == heif.AV1 {
		get = c.av1
	}
	p, err := get()
	if err != nil {
		return err
	}
	m, err := p.start(ctx)
	if err != nil {
		return err
	}
	defer m.close(ctx)
	for i, s := range stills {
		img, err := m.decode(ctx, s)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case m.memory.refused: // the program may say anything then, also that all is well
			return heif.ErrMemory
		case err != nil:
			return err
		}
		if err := take(i, img); err != nil {
			return err
		}
	}
	return nil
}

// program is a compiled program.
type program struct {
	runtime wazero.Runtime
	code    wazero.CompiledModule
}

func compile(packed []byte) (*program, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	code, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	if code, err = stoppable(code); err != nil {
		return nil, err
	}
	// The program lives as long as the process and longer than the call that needs it
	// first.
	ctx := context.Background()
	p := &program{runtime: wazero.NewRuntime(ctx)}
	if err := host(ctx, p.runtime); err != nil {
		return nil, err
	}
	p.code, err = p.runtime.CompileModule(ctx, code)
	return p, err
}

// host gives programs what they import: WASI without anything behind it, and the answer to
// whether to go on.
func host(ctx context.Context, r wazero.Runtime) error {
	const badDescriptor = 8
	b := r.NewHostModuleBuilder(wasi_snapshot_preview1.ModuleName)
	wasi_snapshot_preview1.NewFunctionExporter().ExportFunctions(b)
	b.NewFunctionBuilder().WithGoFunction(api.GoFunc(func(ctx context.Context, stack []uint64) {
		if err := ctx.Err(); err != nil {
			panic(err) // which Call gives as an error
		}
		stack[0] = badDescriptor
	}), []api.ValueType{api.ValueTypeI32}, []api.ValueType{api.ValueTypeI32}).Export(askName)
	_, err := b.Instantiate(ctx)
	return err
}

// machine is a running program with a memory of its own.
type machine struct {
	module       api.Module
	memory       *memory
	malloc, call api.Function
}

func (p *program) start(ctx context.Context) (*machine, error) {
	m := &machine{memory: &memory{}}
	ctx = experimental.WithMemoryAllocator(ctx, m.memory)
	module, err := p.runtime.InstantiateModule(ctx, p.code, wazero.NewModuleConfig().
		WithName(""). // so that many may run side by side
		WithStartFunctions("_initialize"))
	if err != nil {
		m.memory.Free()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, err
	}
	m.module, m.malloc, m.call = module, module.ExportedFunction("malloc"), module.ExportedFunction("decode")
	return m, nil
}

// close ends the program and gives its memory back.
func (m *machine) close(ctx context.Context) {
	_ = m.module.Close(context.WithoutCancel(ctx))
	m.memory.Free()
}

// decode decodes one picture. What the programs allocate for it they keep until the end of
// the machine.
func (m *machine) decode(ctx context.Context, s heif.Still) (image.Image, error) {
	file := wrap(s)
	in, err := m.alloc(ctx, len(file))
	if err != nil {
		return nil, err
	}
	if !m.module.Memory().Write(in, file) {
		return nil, heif.ErrDamaged
	}
	if s.Codec == heif.AV1 {
		return m.decodeAV1(ctx, s, in, len(file))
	}
	return m.decodeHEVC(ctx, s, in, len(file))
}

func (m *machine) alloc(ctx context.Context, size int) (uint32, error) {
	res, err := m.malloc.Call(ctx, uint64(size))
	if err != nil {
		return 0, fmt.Errorf("%w: %w", heif.ErrDamaged, err)
	}
	if res[0] == 0 {
		return 0, heif.ErrMemory
	}
	return uint32(res[0]), nil
}

// run calls decode of a program; false is its word for a picture that it cannot decode.
func (m *machine) run(ctx context.Context, args ...uint64) error {
	res, err := m.call.Call(ctx, args...)
	if err != nil {
		return fmt.Errorf("%w: %w", heif.ErrDamaged, err)
	}
	if uint32(res[0]) == 0 {
		return heif.ErrDamaged
	}
	return nil
}

// words reads n numbers that a program left at an address.
func (m *machine) words(at uint32, n int) ([]int, error) {
	b, ok := m.module.Memory().Read(at, uint32(4*n))
	if !ok {
		return nil, heif.ErrDamaged
	}
	out := make([]int, n)
	for i := range out {
		out[i] = int(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return out, nil
}

// What libheif calls colour spaces and the sampling of chroma.
const (
	spaceYCbCr, spaceGrey                      = 0, 2
	chroma400, chroma420, chroma422, chroma444 = 0, 1, 2, 3
)

// decodeHEVC calls decode(in, size, only_header, *width, *height, *colourspace, *chroma,
// *premultiplied, out) of heif.wasm, which leaves the planes one after the other.
func (m *machine) decodeHEVC(ctx context.Context, s heif.Still, in uint32, size int) (image.Image, error) {
	at, err := m.alloc(ctx, 4*5)
	if err != nil {
		return nil, err
	}
	call := func(header uint64, out uint32) error {
		a := uint64(at)
		return m.run(ctx, uint64(in), uint64(size), header, a, a+4, a+8, a+12, a+16, uint64(out))
	}
	if err := call(1, 0); err != nil {
		return nil, err
	}
	v, err := m.words(at, 4)
	if err != nil {
		return nil, err
	}
	rect := image.Rect(0, 0, s.Width, s.Height)
	if v[0] != s.Width || v[1] != s.Height {
		return nil, fmt.Errorf("%w: %d×%d pixels are not %v", heif.ErrDamaged, v[0], v[1], rect)
	}
	ratio := image.YCbCrSubsampleRatio444
	wide, high := s.Width, s.Height // of chroma
	switch {
	case v[2] == spaceGrey || v[3] == chroma400:
		wide, high = 0, 0
	case v[2] != spaceYCbCr:
		return nil, fmt.Errorf("%w: colour space %d", heif.ErrDamaged, v[2])
	case v[3] == chroma420:
		ratio, wide, high = image.YCbCrSubsampleRatio420, (s.Width+1)/2, (s.Height+1)/2
	case v[3] == chroma422:
		ratio, wide = image.YCbCrSubsampleRatio422, (s.Width+1)/2
	case v[3] != chroma444:
		return nil, fmt.Errorf("%w: chroma %d", heif.ErrDamaged, v[3])
	}
	// libheif makes 8 bits of more only where it has to touch the samples anyway: not of
	// grey and of whole chroma. There they have 16 bits, the lower byte first.
	sample := 1
	if s.Depth > 8 && (wide == 0 || ratio == image.YCbCrSubsampleRatio444) {
		sample = 2
	}
	luma, chroma := stride(s.Width, sample), stride(wide, sample)
	total := luma*s.Height + 2*chroma*high
	out, err := m.alloc(ctx, total)
	if err != nil {
		return nil, err
	}
	if err := call(0, out); err != nil {
		return nil, err
	}
	pix, ok := m.module.Memory().Read(out, uint32(total))
	if !ok {
		return nil, heif.ErrDamaged
	}
	if sample == 2 {
		narrow(pix, s.Depth)
		luma, chroma, pix = luma/2, chroma/2, pix[:total/2]
	}
	y, rest := pix[:luma*s.Height], pix[luma*s.Height:]
	if wide == 0 {
		return &image.Gray{Pix: y, Stride: luma, Rect: rect}, nil
	}
	return &image.YCbCr{
		Y: y, Cb: rest[:chroma*high], Cr: rest[chroma*high:], YStride: luma, CStride: chroma,
		SubsampleRatio: ratio, Rect: rect,
	}, nil
}

// stride is the length in bytes of a row of a plane of libheif 1.18 (rounded_size in
// pixelimage.cc): an even number of samples, at least 64, in units of 16.
func stride(width, sample int) int {
	if width == 0 {
		return 0
	}
	return (max(width+width&1, 64)*sample + 15) &^ 15
}

// narrow makes samples of 8 bits of those of depth bits that lie in 16, in place.
func narrow(pix []byte, depth int) {
	most := 1<<depth - 1
	for i := range len(pix) / 2 {
		v := min(int(pix[2*i])|int(pix[2*i+1])<<8, most)
		pix[i] = byte((v*255 + most/2) / most)
	}
}

// decodeAV1 calls decode(in, size, only_header, all_frames, *width, *height, *depth,
// *count, *delay, out) of avif.wasm, which leaves RGBA of 8 or 16 bits a sample.
func (m *machine) decodeAV1(ctx context.Context, s heif.Still, in uint32, size int) (image.Image, error) {
	at, err := m.alloc(ctx, 4*4+8)
	if err != nil {
		return nil, err
	}
	call := func(header uint64, out uint32) error {
		a := uint64(at)
		return m.run(ctx, uint64(in), uint64(size), header, 0, a, a+4, a+8, a+12, a+16, uint64(out))
	}
	if err := call(1, 0); err != nil {
		return nil, err
	}
	v, err := m.words(at, 3)
	if err != nil {
		return nil, err
	}
	rect := image.Rect(0, 0, s.Width, s.Height)
	if v[0] != s.Width || v[1] != s.Height {
		return nil, fmt.Errorf("%w: %d×%d pixels are not %v", heif.ErrDamaged, v[0], v[1], rect)
	}
	pixel := 4
	if v[2] > 8 {
		pixel = 8
	}
	total := pixel * s.Width * s.Height
	out, err := m.alloc(ctx, total)
	if err != nil {
		return nil, err
	}
	// The program says that all is well of a picture that it could not decode too, and leaves
	// the place for it as it was. Of one that it could every pixel is opaque.
	if !m.module.Memory().Write(out, make([]byte, pixel)) {
		return nil, heif.ErrDamaged
	}
	if err := call(0, out); err != nil {
		return nil, err
	}
	pix, ok := m.module.Memory().Read(out, uint32(total))
	if !ok || pix[pixel-1] != 255 {
		return nil, heif.ErrDamaged
	}
	if pixel == 4 {
		return &image.RGBA{Pix: pix, Stride: 4 * s.Width, Rect: rect}, nil
	}
	return &heif.Deep{Pix: pix, Stride: 8 * s.Width, Rect: rect}, nil
}
