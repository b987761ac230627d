package photo

import (
	"bytes"
	"context"
	"image"
	"io"
	"slices"

	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/heif"
)

// file is an opened photo: its structure is known, its pixels are not decoded.
type file struct {
	Info
	// colours gives what takes the picture's colours to sRGB; nil when they are sRGB
	// already, or are taken for it.
	colours func() transform
	// heif is the picture of a HEIC or AVIF file, which has no pixels.
	heif *heif.Picture
	// pixels decodes the first frame. Size is what it will be scaled to, so a
	// decoder that can give a smaller picture right away may do so.
	pixels func(ctx context.Context, size image.Point) (picture, error)
}

// signatures are the first bytes of the formats read here and who reads on.
var signatures = []struct {
	magic string // '?' stands for any byte
	open  func([]byte) (*file, error)
}{
	{"\xff\xd8\xff", openJPEG},
	{"\x89PNG\r\n\x1a\n", openPNG},
	{"GIF87a", openGIF},
	{"GIF89a", openGIF},
	{"RIFF????WEBP", openWebP},
}

// open finds the format from the first bytes, never from a name or a declared
// type, and reads the structure.
func open(data []byte) (*file, error) {
	switch {
	case len(data) == 0:
		return nil, fault.New(fault.PhotoMissing, nil)
	case len(data) > MaxBytes:
		return nil, fault.Newf(fault.PhotoTooLarge, "%d bytes", len(data))
	}
	for _, s := range signatures {
		switch {
		case !matches(data, s.magic):
		case len(data) < len(s.magic):
			return nil, corrupt("%d bytes of a signature", len(data))
		default:
			return s.open(data)
		}
	}
	if heif.Is(data) {
		return openHEIF(data)
	}
	return nil, foreign(data)
}

// matches reports whether data agrees with magic as far as both go.
func matches(data []byte, magic string) bool {
	for i := range min(len(data), len(magic)) {
		if magic[i] != '?' && data[i] != magic[i] {
			return false
		}
	}
	return true
}

// guard runs a decoder that is not ours on bytes from anybody. If it panics, the
// photo is damaged, and the process goes on.
func guard(decode func() (image.Image, error)) (img image.Image, err error) {
	defer func() {
		if p := recover(); p != nil {
			img, err = nil, corrupt("decoder panicked: %v", p)
		}
	}()
	return decode()
}

// decodeFault turns a decoder's error into a fault.
func decodeFault(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return corrupt("%w", err)
}

// reader gives a decoder the parts of a file one after the other and stops it
// when the context ends. It is what keeps metadata away from the decoders.
type reader struct {
	ctx   context.Context
	parts [][]byte
}

func newReader(ctx context.Context, parts ...[]byte) *reader {
	return &reader{ctx, slices.DeleteFunc(parts, func(p []byte) bool { return len(p) == 0 })}
}

func (r *reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	if len(r.parts) == 0 {
		return 0, io.EOF
	}
	n := copy(p, r.parts[0])
	if r.parts[0] = r.parts[0][n:]; len(r.parts[0]) == 0 {
		r.parts = r.parts[1:]
	}
	return n, nil
}

// discard reads n bytes to find out that they are there.
func discard(r io.Reader, n int) error {
	_, err := io.CopyN(io.Discard, r, int64(n))
	return err
}

// has reports whether data continues with prefix at offset at.
func has(data []byte, at int, prefix string) bool {
	return at >= 0 && at <= len(data) && bytes.HasPrefix(data[at:], []byte(prefix))
}
