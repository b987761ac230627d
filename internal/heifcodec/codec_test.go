package heifcodec_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/tetratelabs/wazero"

	"github.com/nanococoa/nanococoa/internal/heif"
	"github.com/nanococoa/nanococoa/internal/heifcodec"
)

// shared is compiled once for all tests.
var shared = heifcodec.New()

func stills(t *testing.T, name string) []heif.Still {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "photo", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	p, err := heif.Read(data, 1_000_000)
	if err != nil {
		t.Fatal(err)
	}
	return p.Tiles
}

// luma gives the samples of a picture that are there whatever lies behind its rows.
func luma(img image.Image) (out []byte) {
	b := img.Bounds()
	for y := range b.Dy() {
		for x := range b.Dx() {
			r, g, b, _ := img.At(x, y).RGBA()
			out = append(out, byte(r>>8), byte(g>>8), byte(b>>8))
		}
	}
	return out
}

// Calls side by side have memories of their own and come to the same.
func TestSideBySide(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"even.heic", "even.avif"} {
		parts := stills(t, name)
		parts = append(parts, parts[0])
		var want []byte
		var mu sync.Mutex
		var calls sync.WaitGroup
		for range 4 {
			calls.Go(func() {
				err := shared.Decode(t.Context(), parts, func(_ int, img image.Image) error {
					got := luma(img)
					mu.Lock()
					defer mu.Unlock()
					if want == nil {
						want = got
					}
					if !bytes.Equal(got, want) {
						t.Errorf("%s: two calls differ", name)
					}
					return nil
				})
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
			})
		}
		calls.Wait()
	}
}

func TestWhatEndsADecoding(t *testing.T) {
	t.Parallel()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	own := errors.New("enough")
	for _, name := range []string{"even.heic", "even.avif"} {
		parts := stills(t, name)
		take := func(int, image.Image) error { return own }
		if err := shared.Decode(ended, parts, take); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: the context has ended: %v", name, err)
		}
		if err := shared.Decode(t.Context(), parts, take); !errors.Is(err, own) {
			t.Errorf("%s: take fails: %v", name, err)
		}
		noise := parts[0]
		noise.Data = bytes.Repeat([]byte{0x5a, 0xc3, 0x07}, 400)
		if err := shared.Decode(t.Context(), []heif.Still{noise}, take); !errors.Is(err, heif.ErrDamaged) {
			t.Errorf("%s: noise: %v", name, err)
		}
		if err := shared.Decode(t.Context(), parts, func(int, image.Image) error { return nil }); err != nil {
			t.Errorf("%s: after all that: %v", name, err)
		}
	}
}

// endless is a program in WebAssembly with a function "turn" that never returns.
var endless = []byte("\x00asm\x01\x00\x00\x00" +
	"\x01\x09\x02\x60\x00\x00\x60\x01\x7f\x01\x7f" + // functions of nothing, and of fd_close
	"\x02\x23\x01\x16wasi_snapshot_preview1\x08fd_close\x00\x01" +
	"\x03\x02\x01\x00" +
	"\x06\x06\x01\x7f\x01\x41\x00\x0b" + // a global variable, as LLVM's for its stack
	"\x07\x08\x01\x04turn\x00\x01" +
	"\x0a\x09\x01\x07\x00\x03\x40\x0c\x00\x0b\x0b")

func TestAProgramThatTurnsForeverIsStopped(t *testing.T) {
	t.Parallel()
	program, err := heifcodec.Stoppable(endless)
	if err != nil {
		t.Fatal(err)
	}
	r := wazero.NewRuntime(t.Context())
	defer r.Close(context.Background())
	if err := heifcodec.Host(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	module, err := r.Instantiate(t.Context(), program)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	runtime.GC() // and again while it turns: it must not wait for ever
	time.AfterFunc(10*time.Millisecond, runtime.GC)
	if _, err := module.ExportedFunction("turn").Call(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("it ended by %v", err)
	}
}

func TestWhatIsNoProgram(t *testing.T) {
	t.Parallel()
	for name, program := range map[string][]byte{
		"nothing":                 nil,
		"a picture":               []byte("\x89PNG\r\n\x1a\n"),
		"cut off":                 endless[:len(endless)-3],
		"an unknown instruction":  bytes.Replace(endless, []byte("\x0c\x00"), []byte("\xfd\x00"), 1),
		"without WASI":            bytes.Replace(endless, []byte("fd_close"), []byte("fd_clone"), 1),
		"without global variable": bytes.Replace(endless, []byte("\x06\x06\x01\x7f\x01\x41\x00\x0b"), nil, 1),
	} {
		if _, err := heifcodec.Stoppable(program); err == nil {
			t.Errorf("%s is taken for one", name)
		}
	}
}

func TestMemoryHasAnEnd(t *testing.T) {
	t.Parallel()
	m := heifcodec.NewMemory()
	m.Allocate(0, 0)
	if b := m.Reallocate(heifcodec.MaxMemory); uint64(len(b)) != heifcodec.MaxMemory || m.Refused() {
		t.Errorf("%d bytes", len(b))
	}
	if b := m.Reallocate(heifcodec.MaxMemory + 1); b != nil || !m.Refused() {
		t.Errorf("%d bytes, which are more than there are", len(b))
	}
	m.Free()
	m.Free()
	if b := m.Reallocate(1); b != nil {
		t.Error("memory after its end")
	}
}
