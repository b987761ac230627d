package photo

import (
	"context"
	"encoding/binary"
	"image"
	"math"

	"github.com/nanococoa/nanococoa/internal/colour"
)

// space is what the samples of a picture mean, by the name ICC profiles have for it.
type space string

const (
	greySpace space = "GRAY"
	rgbSpace  space = "RGB "
	inkSpace  space = "CMYK"
)

// transform converts colours to sRGB. It is called once for each band of a picture and
// makes what converts there.
type transform func() func(r, g, b byte) (byte, byte, byte)

// maxProfile bounds an ICC profile in bytes, inflated. Matrix profiles take half
// a kilobyte, with tabulated curves some 30; those of printers half a megabyte to 2.7.
const maxProfile = 4 << 20

// newTransform reads the profile of a grey or RGB picture. A profile of another space
// than the picture's is a mistake of whoever wrote the file; only grey may have one of
// RGB, in which it is red, green and blue alike. (So does Skia, which Chromium shows
// pictures with.)
//
// It gives nil, which means the colours are taken for sRGB, for no profile, for
// sRGB itself, and for damage.
func newTransform(profile []byte, of space) transform {
	p := iccProfile(profile)
	if !p.fits(of) {
		return nil
	}
	var t transform
	if p.hasTables() {
		t = p.tableTransform()
	}
	if t == nil {
		t = p.matrixTransform()
	}
	if t == nil || t.isIdentity() {
		return nil
	}
	return t
}

// shaper is a profile of the matrix kind with its tables for 8-bit values.
type shaper struct {
	linear [3][256]int32 // a channel's value to linear light, in units of 1/linearUnit
	matrix [9]int32      // linear RGB to linear sRGB, in units of 1/matrixUnit
	encode []byte        // linear sRGB, in steps of 1/encodeSteps, to sRGB
}

const (
	linearUnit  = 1 << 14
	matrixUnit  = 1 << 12
	encodeSteps = 1 << 14
)

// matrixTransform reads a matrix profile (ICC.1:2022, sections 8.3.3 and 8.4.3): a
// curve for each channel to linear light and a matrix to the connection space,
// which is what Display P3, Adobe RGB, ProPhoto and most monitors' profiles are.
// A grey profile is a curve alone. Nil for other kinds.
func (p iccProfile) matrixTransform() transform {
	curves, toXYZ, ok := p.read()
	if !ok {
		return nil
	}
	return newShaper(curves, toXYZ)
}

// newShaper gives the transform of a curve for each channel to linear light and a matrix
// to XYZ under D50; nil when they are no colours.
func newShaper(curves [3]func(float64) float64, toXYZ matrix3) transform {
	m := toXYZ.then(xyzToSRGB)
	t := &shaper{encode: make([]byte, encodeSteps+1)}
	for c, curve := range curves {
		for i := range t.linear[c] {
			v := curve(float64(i) / 255)
			if math.IsNaN(v) {
				return nil
			}
			t.linear[c][i] = int32(math.Round(min(max(v, 0), 1) * linearUnit))
		}
	}
	for i, v := range m {
		if math.IsNaN(v) || math.Abs(v) > 8 { // the widest spaces stay below 2
			return nil
		}
		t.matrix[i] = int32(math.Round(v * matrixUnit))
	}
	for i := range t.encode {
		t.encode[i] = byte(math.Round(255 * colour.Encode(float64(i)/encodeSteps)))
	}
	return func() func(r, g, b byte) (byte, byte, byte) { return t.convert }
}

// apply converts a picture in place.
func (t transform) apply(ctx context.Context, img *image.NRGBA) error {
	size := img.Rect.Size()
	return inBands(ctx, size.Y, func() func(y int) {
		convert := t()
		return func(y int) {
			row := img.Pix[y*img.Stride:][:4*size.X]
			for i := 0; i+4 <= len(row); i += 4 {
				p := row[i : i+4 : i+4]
				if p[3] != 0 {
					p[0], p[1], p[2] = convert(p[0], p[1], p[2])
				}
			}
		}
	})
}

func (t *shaper) convert(r, g, b byte) (byte, byte, byte) {
	x, y, z := t.linear[0][r], t.linear[1][g], t.linear[2][b]
	m := &t.matrix
	return t.encode[linear(m[0]*x+m[1]*y+m[2]*z)],
		t.encode[linear(m[3]*x+m[4]*y+m[5]*z)],
		t.encode[linear(m[6]*x+m[7]*y+m[8]*z)]
}

// linear brings a product of matrix and light into the range of encode. Colours
// outside sRGB are cut off at its edge.
func linear(v int32) int32 {
	return min(max((v+matrixUnit/2)/matrixUnit, 0), encodeSteps)
}

// isIdentity reports whether no colour changes by more than one step. So it is with
// all the different profiles of sRGB.
func (t transform) isIdentity() bool {
	near := func(a, b byte) bool { return a-b+1 <= 2 }
	convert := t()
	for r := 0; r < 256; r += 51 {
		for g := 0; g < 256; g += 51 {
			for b := 0; b < 256; b += 51 {
				x, y, z := convert(byte(r), byte(g), byte(b))
				if !near(x, byte(r)) || !near(y, byte(g)) || !near(z, byte(b)) {
					return false
				}
			}
		}
	}
	return true
}

// matrix3 is a 3×3 matrix by rows.
type matrix3 [9]float64

// then gives the matrix that does m first and n second.
func (m matrix3) then(n matrix3) (out matrix3) {
	for r := range 3 {
		for c := range 3 {
			for k := range 3 {
				out[3*r+c] += n[3*r+k] * m[3*k+c]
			}
		}
	}
	return out
}

// xyzToSRGB takes the connection space (XYZ under D50) to linear sRGB: the
// inverse of the sRGB primaries adapted to D50 by the Bradford transform
// (ICC.1:2022, annex E).
var xyzToSRGB = matrix3{
	3.1341359, -1.6173863, -0.4906619,
	-0.9787955, 1.9162543, 0.0334427,
	0.0719517, -0.2289780, 1.4053861,
}

// sRGBToXYZ is its inverse.
var sRGBToXYZ = matrix3{
	0.4360657, 0.3851515, 0.1430784,
	0.2224932, 0.7168870, 0.0606169,
	0.0139240, 0.0970813, 0.7140994,
}

// iccProfile is the bytes of a profile.
type iccProfile []byte

// fits reports whether p is a profile for pictures of a space.
func (p iccProfile) fits(of space) bool {
	if len(p) < 132 || len(p) > maxProfile || !has(p, 36, "acsp") {
		return false
	}
	its := space(p[16:20])
	return its == of || of == greySpace && its == rgbSpace
}

// hasTables reports whether a profile says by tables what its colours are. If it has a
// matrix too, that is for programs that know no tables (ICC.1:2022, section 8.10.2).
func (p iccProfile) hasTables() bool { return p.tag("A2B0") != nil || p.tag("A2B1") != nil }

// read gives a curve for each channel and the matrix to the connection space.
func (p iccProfile) read() (curves [3]func(float64) float64, m matrix3, ok bool) {
	if !has(p, 20, "XYZ ") {
		return curves, m, false
	}
	switch string(p[16:20]) {
	case "GRAY":
		curve := p.curve("kTRC")
		return [3]func(float64) float64{curve, curve, curve}, sRGBToXYZ, curve != nil
	case "RGB ":
		for c, name := range []string{"r", "g", "b"} {
			xyz := p.tag(name + "XYZ")
			curves[c] = p.curve(name + "TRC")
			if !has(xyz, 0, "XYZ ") || len(xyz) < 20 || curves[c] == nil {
				return curves, m, false
			}
			for row := range 3 {
				m[3*row+c] = fixed(xyz[8+4*row:])
			}
		}
		return curves, m, true
	}
	return curves, m, false
}

// fixed reads an s15Fixed16Number.
func fixed(b []byte) float64 { return float64(int32(binary.BigEndian.Uint32(b))) / 65536 }

// tag gives the data of a tag, nil when there is none.
func (p iccProfile) tag(name string) []byte {
	count := int64(binary.BigEndian.Uint32(p[128:]))
	for entry := p[132:]; count > 0 && len(entry) >= 12; count, entry = count-1, entry[12:] {
		if !has(entry, 0, name) {
			continue
		}
		at, size := int64(binary.BigEndian.Uint32(entry[4:])), int64(binary.BigEndian.Uint32(entry[8:]))
		if at+size > int64(len(p)) {
			return nil
		}
		return p[at : at+size]
	}
	return nil
}

// curve gives the function of a tone curve tag (ICC.1:2022, sections 10.6 and
// 10.18), nil when it has none.
func (p iccProfile) curve(name string) func(float64) float64 {
	b := p.tag(name)
	if len(b) < 12 {
		return nil
	}
	switch {
	case has(b, 0, "curv"):
		n := int64(binary.BigEndian.Uint32(b[8:]))
		values := b[12:]
		if n*2 > int64(len(values)) {
			return nil
		}
		switch n {
		case 0:
			return func(x float64) float64 { return x }
		case 1:
			gamma := float64(binary.BigEndian.Uint16(values)) / 256
			return func(x float64) float64 { return math.Pow(x, gamma) }
		}
		return func(x float64) float64 {
			x *= float64(n - 1)
			i := min(int64(x), n-2)
			lo, hi := float64(binary.BigEndian.Uint16(values[2*i:])), float64(binary.BigEndian.Uint16(values[2*i+2:]))
			return (lo + (hi-lo)*(x-float64(i))) / 65535
		}
	case has(b, 0, "para"):
		kind := binary.BigEndian.Uint16(b[8:])
		sizes := [...]int{1, 3, 4, 5, 7}
		if int(kind) >= len(sizes) || len(b) < 12+4*sizes[kind] {
			return nil
		}
		var v [7]float64 // g a b c d e f
		for i := range sizes[kind] {
			v[i] = fixed(b[12+4*i:])
		}
		return parametric(int(kind), v[0], v[1], v[2], v[3], v[4], v[5], v[6])
	}
	return nil
}

// parametric gives the function types of table 68.
func parametric(kind int, g, a, b, c, d, e, f float64) func(float64) float64 {
	switch kind {
	case 0:
		return func(x float64) float64 { return math.Pow(x, g) }
	case 1, 2: // with c added to both pieces; type 1 has none
		if a == 0 {
			return nil
		}
		return func(x float64) float64 {
			if x >= -b/a {
				return math.Pow(a*x+b, g) + c
			}
			return c
		}
	default: // 3 and 4; type 3 adds nothing to its pieces
		return func(x float64) float64 {
			if x >= d {
				return math.Pow(a*x+b, g) + e
			}
			return c*x + f
		}
	}
}
