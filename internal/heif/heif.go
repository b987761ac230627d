// Package heif reads the boxes of HEIC and AVIF files (ISO/IEC 14496-12 and 23008-12; AV1
// Image File Format): which of the pictures inside is the one to show, of which coded parts
// it is made, how it is turned, cut and coloured. It decodes nothing and copies next to
// nothing.
//
// Every part is handed on as a Still, which package heifcodec wraps up as a file of its own
// with nothing else in it. So the libraries that decode never see a box that a stranger
// wrote, but for the settings of the codec; they turn nothing and colour nothing, which
// happens once, in package photo.
//
// The size of a part is read in its bitstream and must agree with what the boxes say
// before anything is decoded, for the libraries allocate by the first.
//
// Exif is not read. Its orientation does not count in these files (ISO/IEC 23008-12, annex
// A.2.1; browsers, libheif and libavif agree): what irot and imir say is the whole truth.
package heif

import (
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"strings"
)

// Why the picture of a file cannot be had. Errors of this package and of heifcodec wrap one.
var (
	// ErrDamaged: cut off, or it contradicts itself.
	ErrDamaged = errors.New("damaged")
	// ErrVariety: the file may be sound, but is not of a kind that is read here.
	ErrVariety = errors.New("variety")
	// ErrTooLarge: it has more pixels than are allowed.
	ErrTooLarge = errors.New("too many pixels")
	// ErrMemory: decoding it takes more memory than a picture gets.
	ErrMemory = errors.New("out of memory")
)

// Codec is how a picture is coded.
type Codec string

// The codecs, by the type of an item.
const (
	HEVC Codec = "hvc1"
	AV1  Codec = "av01"
)

// Limits of what a file may hold. Phones come to 200 items and as many parts.
const (
	maxItems      = 8192 // and as many references and properties
	maxExtents    = 64   // of one item
	maxProperties = 64   // of one item
	// MaxTiles is the most parts of one picture: 50 megapixels in parts of 128×128.
	MaxTiles = 3200
)

// Still is one coded picture: a whole one or a part.
type Still struct {
	Codec         Codec
	Width, Height int    // in pixels, by the bitstream
	Config        []byte // the body of hvcC or av1C
	Data          []byte // the bitstream as it lies in the item
	Colour        Numbers
	Grey          bool // has no chroma
	Depth         int  // bits of a sample
}

// Numbers are colours by the numbers of ITU-T H.273. In all three, 2 is "not said".
type Numbers struct {
	Primaries, Transfer, Matrix int
	Full                        bool // samples use the full range
}

// unsaid are the numbers of a picture that says nothing of its colours.
var unsaid = Numbers{Primaries: 2, Transfer: 2, Matrix: 2}

// Plane is a picture of one or more parts, in rows from the top left, all of one size. At
// the right and at the bottom parts may reach beyond the picture.
type Plane struct {
	Width, Height int // in pixels, as stored
	Columns       int
	Tiles         []Still
}

// Picture is what a file shows.
type Picture struct {
	Plane
	Alpha         *Plane // its opacity, as luma; nil when it has none
	Premultiplied bool   // the colours are already multiplied by Alpha

	Crop        Rectangle // what of the picture is shown, before it is turned
	Orientation int       // 1–8 as in Exif

	Profile []byte  // ICC, nil when there is none
	Colour  Numbers // where there is a profile, only Matrix and Full count
}

// Rectangle is a part of a picture in pixels.
type Rectangle struct{ X, Y, Width, Height int }

// Is reports whether data is an ISO base media file that names a still-image brand of HEIF
// or AVIF as its major or a compatible brand. Films and other files of that family do not.
func Is(data []byte) bool {
	if len(data) < 12 || string(data[4:8]) != "ftyp" {
		return false
	}
	size := int(data[0])<<24 | int(data[1])<<16 | int(data[2])<<8 | int(data[3])
	box := data[:min(max(size, 12), len(data), 256)] // 256: more brands than any file names
	for i := 8; i+4 <= len(box); i += 4 {
		if i == 12 {
			continue // the minor version
		}
		switch brand := string(box[i : i+4]); {
		case strings.HasPrefix(brand, "hei"), strings.HasPrefix(brand, "hev"), // heic heix heim heis hevc hevx hevm hevs
			brand == "mif1", brand == "msf1", brand == "mif2",
			brand == "avif", brand == "avis":
			return true
		}
	}
	return false
}

// Read finds the picture that the file shows: the primary one, or the first of a sequence
// that has none. The limit of pixels is held of every coded part and of the whole before it
// is cut. Errors wrap ErrDamaged, ErrVariety or ErrTooLarge.
func Read(data []byte, maxPixels int) (*Picture, error) {
	f := &file{data: data, maxPixels: maxPixels}
	if err := f.readTop(); err != nil {
		return nil, err
	}
	if f.primary == 0 && f.movie != nil {
		return f.firstFrame()
	}
	return f.picture()
}

func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrDamaged, fmt.Sprintf(format, args...))
}

func variety(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrVariety, fmt.Sprintf(format, args...))
}

// Deep is an opaque picture of RGBA whose samples have 16 bits, the lower byte first.
// (image.RGBA64 has the higher one first.)
type Deep struct {
	Pix    []byte
	Stride int // in bytes
	Rect   image.Rectangle
}

// ColorModel is the method of image.Image.
func (*Deep) ColorModel() color.Model { return color.RGBA64Model }

// Bounds is the method of image.Image.
func (d *Deep) Bounds() image.Rectangle { return d.Rect }

// At is the method of image.Image.
func (d *Deep) At(x, y int) color.Color {
	if !(image.Point{X: x, Y: y}.In(d.Rect)) {
		return color.RGBA64{}
	}
	p := d.Pix[y*d.Stride+8*x:][:8]
	at := binary.LittleEndian.Uint16
	return color.RGBA64{R: at(p), G: at(p[2:]), B: at(p[4:]), A: at(p[6:])}
}
