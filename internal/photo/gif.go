package photo

import (
	"context"
	"encoding/binary"
	"image"
	"image/gif"
)

// gifRatio is the most pixels one byte of a GIF can stand for: its LZW codes
// have at most 12 bits and stand for at most 4096 pixels.
const gifRatio = 4096 * 8 / 12

func openGIF(data []byte) (*file, error) {
	if len(data) < 13 {
		return nil, cutOff()
	}
	f := &file{Info: Info{Format: "gif", Orientation: 1}, profile: func() []byte { return nil }}
	f.Width, f.Height = int(binary.LittleEndian.Uint16(data[6:])), int(binary.LittleEndian.Uint16(data[8:]))
	if err := checkSize(f.Width, f.Height); err != nil {
		return nil, err
	}
	pos := 13 + colorTable(data[10])
	for done := false; !done; {
		if pos >= len(data) {
			return nil, cutOff()
		}
		block := data[pos]
		pos++
		switch block {
		case 0x21: // extension
			pos = skipBlocks(data, pos+1)
		case 0x2c: // frame
			if pos+9 > len(data) {
				return nil, cutOff()
			}
			w, h := int(binary.LittleEndian.Uint16(data[pos+4:])), int(binary.LittleEndian.Uint16(data[pos+6:]))
			f.Frames++
			if err := checkFrames(f.Frames); err != nil {
				return nil, err
			}
			start := pos
			pos = skipBlocks(data, pos+9+colorTable(data[pos+8])+1)
			if w*h/gifRatio > pos-start {
				return nil, corrupt("%d bytes cannot hold %d×%d pixels", pos-start, w, h)
			}
		case 0x3b: // trailer
			done = true
		default:
			return nil, corrupt("block %#x", block)
		}
	}
	if f.Frames == 0 {
		return nil, corrupt("no frame")
	}
	f.pixels = func(ctx context.Context, _ image.Point) (picture, error) {
		// Decode stops after the first frame; DecodeAll would keep them all.
		img, err := guard(func() (image.Image, error) { return gif.Decode(newReader(ctx, data)) })
		if err != nil {
			return nil, decodeFault(ctx, err)
		}
		// The frame's bounds say where on the screen it is.
		return newPicture(ctx, img, fullRange, img.Bounds(), image.Pt(f.Width, f.Height))
	}
	return f, nil
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
