package photo

import (
	"compress/lzw"
	"context"
	"encoding/binary"
	"image"
	"image/color"
	"io"

	"github.com/nanococoa/nanococoa/internal/fault"
)

// gifRatio is the most pixels one byte of a GIF can stand for: its LZW codes
// have at most 12 bits and stand for at most 4096 pixels.
const gifRatio = 4096 * 8 / 12

// gifFrame is the first frame of a GIF.
type gifFrame struct {
	rect        image.Rectangle // on the screen
	interlaced  bool
	colors      []byte // its colour table, three bytes each
	transparent int    // index of the transparent colour, -1 without one
	codeSize    int
	coded       []byte // from the first sub-block on
}

// openGIF reads up to the trailer. After the first frame nothing is a fault, for
// nothing there is used: it only counts the frames.
func openGIF(data []byte) (*file, error) {
	if len(data) < 13 {
		return nil, cutOff()
	}
	f := &file{Info: Info{Format: "gif", Orientation: 1}, colours: func() transform { return nil }}
	f.Width, f.Height = int(binary.LittleEndian.Uint16(data[6:])), int(binary.LittleEndian.Uint16(data[8:]))
	if err := checkSize(f.Width, f.Height); fault.Has(err, fault.PhotoTooManyPixels) {
		return nil, err // a frame can only make it larger
	}
	pos := 13 + colorTable(data[10])
	first := gifFrame{transparent: -1, colors: data[13:max(13, min(pos, len(data)))]}
	for {
		switch {
		case has(data, pos, "\x21"): // extension
			if f.Frames == 0 && has(data, pos, "\x21\xf9\x04") && pos+7 <= len(data) {
				first.transparent = -1
				if data[pos+3]&1 != 0 {
					first.transparent = int(data[pos+6])
				}
			}
			pos = skipBlocks(data, pos+2)
			continue
		case has(data, pos, "\x2c") && pos+11 <= len(data): // frame
			if f.Frames++; f.Frames == 1 {
				if err := first.open(data, pos+1); err != nil {
					return nil, err
				}
			}
			if err := checkFrames(f.Frames); err != nil {
				return nil, err
			}
			pos = skipBlocks(data, pos+10+colorTable(data[pos+9])+1)
			continue
		case f.Frames > 0: // the trailer, or what should be
		case pos >= len(data) || data[pos] == 0x2c:
			return nil, cutOff()
		case data[pos] == 0x3b:
			return nil, corrupt("no frame")
		default:
			return nil, corrupt("block %#x", data[pos])
		}
		break
	}
	// Browsers make the screen large enough for the first frame.
	f.Width, f.Height = max(f.Width, first.rect.Max.X), max(f.Height, first.rect.Max.Y)
	if err := checkSize(f.Width, f.Height); err != nil {
		return nil, err
	}
	if skipBlocks(first.coded, 0) > len(first.coded) {
		if err := first.read(context.Background(), func(r io.Reader) error { return discard(r, first.size()) }); err != nil {
			return nil, err
		}
	}
	f.pixels = func(ctx context.Context, _ image.Point) (picture, error) {
		img, err := first.decode(ctx)
		if err != nil {
			return nil, err
		}
		return newPicture(ctx, img, fullRange, first.rect, image.Pt(f.Width, f.Height))
	}
	return f, nil
}

// open reads the header of the frame at pos.
func (g *gifFrame) open(data []byte, pos int) error {
	at := func(i int) int { return int(binary.LittleEndian.Uint16(data[pos+i:])) }
	g.rect = image.Rect(at(0), at(2), at(0)+at(4), at(2)+at(6))
	flags := data[pos+8]
	g.interlaced = flags&0x40 != 0
	begin := pos + 9 + colorTable(flags)
	if begin >= len(data) {
		return cutOff()
	}
	if begin > pos+9 {
		g.colors = data[pos+9 : begin]
	}
	g.codeSize, g.coded = int(data[begin]), data[begin+1:]
	switch used := min(skipBlocks(g.coded, 0), len(g.coded)); {
	case g.rect.Empty():
		return corrupt("frame at %v", g.rect)
	case len(g.colors) == 0:
		return corrupt("no colour table")
	case g.codeSize < 2 || g.codeSize > 8:
		return corrupt("codes from %d bits", g.codeSize)
	case g.size()/gifRatio > used:
		return corrupt("%d bytes cannot hold %v", used, g.rect)
	}
	return nil
}

// size is the number of pixels.
func (g *gifFrame) size() int { return g.rect.Dx() * g.rect.Dy() }

// read calls take with the pixels. Whatever follows those that take reads does not
// matter.
func (g *gifFrame) read(ctx context.Context, take func(io.Reader) error) error {
	pixels := lzw.NewReader(&subBlocks{data: g.coded}, lzw.LSB, g.codeSize)
	defer pixels.Close()
	if err := take(pixels); err != nil {
		return decodeFault(ctx, err)
	}
	return nil
}

func (g *gifFrame) decode(ctx context.Context) (*image.Paletted, error) {
	img := &image.Paletted{
		Rect: g.rect, Stride: g.rect.Dx(), Pix: make([]byte, g.size()), Palette: make(color.Palette, 256),
	}
	for i := range img.Palette {
		c := color.RGBA{A: 255} // of indices that the table lacks
		if 3*i < len(g.colors) {
			c.R, c.G, c.B = g.colors[3*i], g.colors[3*i+1], g.colors[3*i+2]
		}
		if i == g.transparent {
			c = color.RGBA{}
		}
		img.Palette[i] = c
	}
	// The rows come in up to four passes: of each, its first row and its step.
	passes := [][2]int{{0, 1}}
	if g.interlaced {
		passes = [][2]int{{0, 8}, {4, 8}, {2, 4}, {1, 2}}
	}
	return img, g.read(ctx, func(r io.Reader) error {
		for _, p := range passes {
			for y := p[0]; y < g.rect.Dy(); y += p[1] {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				if _, err := io.ReadFull(r, img.Pix[y*img.Stride:][:img.Stride]); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// subBlocks reads what is in a row of sub-blocks, as far as there is any.
type subBlocks struct {
	data []byte
	left int // of the sub-block that data begins in
}

// ReadByte is the method of io.ByteReader.
func (s *subBlocks) ReadByte() (byte, error) {
	if s.left == 0 {
		if len(s.data) == 0 || s.data[0] == 0 {
			return 0, io.EOF
		}
		s.left, s.data = int(s.data[0]), s.data[1:]
	}
	if len(s.data) == 0 {
		return 0, io.EOF
	}
	b := s.data[0]
	s.left, s.data = s.left-1, s.data[1:]
	return b, nil
}

// Read is the method of io.Reader, which package lzw does not call.
func (s *subBlocks) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	b, err := s.ReadByte()
	if err != nil {
		return 0, err
	}
	p[0] = b
	return 1, nil
}

// colorTable is the size in bytes of the colour table that flags announce.
func colorTable(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (1 + flags&7)
}

// skipBlocks gives the position behind a row of sub-blocks, past the end of data
// when that is cut off.
func skipBlocks(data []byte, pos int) int {
	for pos < len(data) {
		size := int(data[pos])
		pos += 1 + size
		if size == 0 {
			return pos
		}
	}
	return len(data) + 1
}
