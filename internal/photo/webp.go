package photo

import (
	"context"
	"encoding/binary"
	"image"

	"golang.org/x/image/webp"

	"github.com/nanococoa/nanococoa/internal/fault"
)

// webpFile is the structure of a WebP: what of it makes the first frame.
type webpFile struct {
	canvas image.Point
	frame  image.Rectangle // of the first frame on the canvas
	alpha  []byte          // payload of ALPH, nil when there is none
	kind   string          // "VP8 " or "VP8L"
	data   []byte          // payload of that chunk
}

func openWebP(data []byte) (*file, error) {
	size := min(int64(binary.LittleEndian.Uint32(data[4:])), int64(len(data)-8))
	if size < 4 {
		return nil, cutOff()
	}
	f := &file{Info: Info{Format: "webp", Orientation: 1, Frames: 1}, colours: func() transform { return nil }}
	var w webpFile
	frames := 0
	err := chunks(data[12:8+size], func(kind string, body []byte) error {
		switch kind {
		case "VP8X":
			if w.data != nil {
				return nil // it must come first; now the sizes are settled
			}
			if len(body) < 10 || w.canvas != (image.Point{}) {
				return corrupt("VP8X of %d bytes", len(body))
			}
			w.canvas = image.Pt(1+uint24(body[4:]), 1+uint24(body[7:]))
			return checkSize(w.canvas.X, w.canvas.Y)
		case "ANMF":
			frames++
			f.Frames = frames
			if err := checkFrames(frames); err != nil || frames > 1 {
				return err
			}
			if len(body) < 16 {
				return cutOff()
			}
			at := image.Pt(2*uint24(body), 2*uint24(body[3:]))
			w.frame = image.Rectangle{Min: at, Max: at.Add(image.Pt(1+uint24(body[6:]), 1+uint24(body[9:])))}
			return chunks(body[16:], w.add)
		case "ICCP":
			f.colours = func() transform { return newTransform(body, rgbSpace) }
			return nil
		case "EXIF":
			f.Orientation = exifOrientation(body)
			return nil
		}
		if frames > 0 {
			return nil
		}
		return w.add(kind, body)
	})
	// After the first picture nothing is a fault but too many frames, for nothing
	// there is used.
	if err != nil && (w.data == nil || fault.Has(err, fault.PhotoTooManyFrames)) {
		return nil, err
	}
	if w.data == nil {
		return nil, corrupt("no picture")
	}
	if err := w.check(); err != nil {
		return nil, err
	}
	f.Width, f.Height = w.canvas.X, w.canvas.Y
	f.pixels = w.decode
	return f, nil
}

// chunks calls visit for each RIFF chunk of data.
func chunks(data []byte, visit func(kind string, body []byte) error) error {
	for len(data) > 0 {
		if len(data) < 8 {
			return cutOff()
		}
		size := int64(binary.LittleEndian.Uint32(data[4:]))
		if size > int64(len(data)-8) {
			return cutOff()
		}
		if err := visit(string(data[:4]), data[8:8+size]); err != nil {
			return err
		}
		data = data[min(8+size+size&1, int64(len(data))):]
	}
	return nil
}

// add keeps the chunks of the first frame.
func (w *webpFile) add(kind string, body []byte) error {
	switch {
	case w.data != nil:
	case kind == "ALPH":
		w.alpha = body
	case kind == "VP8 ", kind == "VP8L":
		w.kind, w.data = kind, body
	}
	return nil
}

// check compares the sizes in all headers. They must agree before anything is
// decoded, for the decoder allocates by the innermost.
func (w *webpFile) check() error {
	size, err := w.frameSize()
	if err != nil {
		return err
	}
	if w.canvas == (image.Point{}) {
		w.canvas = size
		if err := checkSize(size.X, size.Y); err != nil {
			return err
		}
	}
	if w.frame.Empty() {
		w.frame = image.Rectangle{Max: w.canvas}
	}
	if w.frame.Size() != size || !w.frame.In(image.Rectangle{Max: w.canvas}) {
		return corrupt("frame of %v at %v on %v", size, w.frame, w.canvas)
	}
	switch n := size.X * size.Y; {
	case w.kind == "VP8 " && n > lossyRatio*len(w.data):
		return corrupt("%d bytes cannot hold %d pixels", len(w.data), n)
	case w.kind == "VP8L" && n > losslessFree && n > losslessRatio*len(w.data):
		return unsupported("%d pixels in %d bytes", n, len(w.data))
	}
	return nil
}

// What one byte can stand for. No photo comes near these bounds; they stop files of
// a few bytes that unfold to hundreds of megabytes.
const (
	// lossyRatio: the prediction modes of 16×16 pixels take more than two bits
	// (RFC 6386, section 11.2, at the fixed probabilities of key frames).
	lossyRatio = 256 * 8 / 2
	// losslessRatio is not given by the format, in which one colour takes no bits at
	// all, but a drawing on white takes a quarter of this at least.
	losslessRatio = 1 << 14
	// losslessFree is the size up to which that does not matter.
	losslessFree = 12_000_000
)

// decode wraps the first frame up as a still WebP for x/image/webp, which knows
// no animations.
func (w *webpFile) decode(ctx context.Context, _ image.Point) (picture, error) {
	parts := [][]byte{nil}
	add := func(kind string, body []byte) {
		parts = append(
			parts, binary.LittleEndian.AppendUint32([]byte(kind), uint32(len(body))), body, make([]byte, len(body)&1),
		)
	}
	if w.alpha != nil && w.kind == "VP8 " {
		x := make([]byte, 10)
		x[0] = 1 << 4 // has alpha
		putUint24(x[4:], w.frame.Dx()-1)
		putUint24(x[7:], w.frame.Dy()-1)
		add("VP8X", x)
		add("ALPH", w.alpha)
	}
	add(w.kind, w.data)
	size := 4
	for _, p := range parts {
		size += len(p)
	}
	parts[0] = append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(size)), "WEBP"...)

	img, err := guard(func() (image.Image, error) { return webp.Decode(newReader(ctx, parts...)) })
	if err != nil {
		return nil, decodeFault(ctx, err)
	}
	return newPicture(ctx, img, studioRange, w.frame, w.canvas)
}

func putUint24(b []byte, v int) { b[0], b[1], b[2] = byte(v), byte(v>>8), byte(v>>16) }

// frameSize reads the size from the header of the coded picture (RFC 6386,
// section 9.1; WebP Lossless, section 3).
func (w *webpFile) frameSize() (image.Point, error) {
	b := w.data
	switch {
	case w.kind == "VP8L" && len(b) >= 5 && b[0] == 0x2f:
		v := binary.LittleEndian.Uint32(b[1:])
		return image.Pt(1+int(v&0x3fff), 1+int(v>>14&0x3fff)), nil
	case w.kind == "VP8 " && len(b) >= 10 && b[0]&1 == 0 && has(b, 3, "\x9d\x01\x2a"):
		return image.Pt(int(binary.LittleEndian.Uint16(b[6:])&0x3fff), int(binary.LittleEndian.Uint16(b[8:])&0x3fff)), nil
	}
	return image.Point{}, corrupt("no %q header", w.kind)
}

func uint24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }
