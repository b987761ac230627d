package photo

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
	"math"

	"github.com/nanococoa/nanococoa/internal/colour"
)

// pngColour is what the chunks of a PNG say about its colours (PNG, third edition,
// section 11.3.2), each as its body; nil where there is none.
type pngColour struct{ cicp, iccp, srgb, gama, chrm []byte }

func (c *pngColour) add(kind string, body []byte) {
	at, size := &c.iccp, 1
	switch kind {
	case "cICP":
		at, size = &c.cicp, 4
	case "sRGB":
		at, size = &c.srgb, 1
	case "gAMA":
		at, size = &c.gama, 4
	case "cHRM":
		at, size = &c.chrm, 32
	}
	if len(body) >= size && *at == nil {
		*at = body
	}
}

// transform takes the colours of the picture to sRGB. Of several chunks the one that
// says most counts, in the order of the specification (section 4.3); one that says
// what is not known here counts for nothing.
func (p *pngFile) transform() transform {
	of := rgbSpace
	if p.kind == pngGrey || p.kind == pngGreyAlpha {
		of = greySpace
	}
	c := &p.colour
	if c.cicp != nil {
		if t, ok := codePoints(c.cicp); ok {
			return t
		}
	}
	if c.iccp != nil {
		if profile := inflateProfile(c.iccp); iccProfile(profile).fits(of) {
			return newTransform(profile, of)
		}
	}
	if c.srgb != nil {
		return nil
	}
	return c.exponent()
}

// exponent is the transform by gAMA and cHRM; without gAMA the curve is sRGB's.
func (c *pngColour) exponent() transform {
	curve, toXYZ := colour.Decode, sRGBToXYZ
	if c.gama != nil {
		g := float64(binary.BigEndian.Uint32(c.gama)) / 100_000
		if g < 0.01 || g > 10 {
			return nil // no camera and no screen
		}
		// 0.45455 is what writers of sRGB put there for readers that know nothing else
		// (section 11.3.2.5); the true curve is another in the dark. libpng calls all
		// within a twentieth of a curve the same.
		if math.Abs(g*2.2-1) > 0.05 {
			curve = func(v float64) float64 { return math.Pow(v, 1/g) }
		}
	}
	if c.chrm != nil {
		var xy [8]float64 // white, red, green, blue
		for i := range xy {
			xy[i] = float64(binary.BigEndian.Uint32(c.chrm[4*i:])) / 100_000
		}
		m, ok := primaries(xy)
		if !ok {
			return nil
		}
		toXYZ = m
	}
	t := newShaper([3]func(float64) float64{curve, curve, curve}, toXYZ)
	if t == nil || t.isIdentity() {
		return nil
	}
	return t
}

// codePoints is the transform of a cICP chunk: colour primaries, transfer function,
// matrix and range by the numbers of ITU-T H.273. It knows what stills are made of;
// ok is false for the rest.
func codePoints(b []byte) (t transform, ok bool) {
	if b[2] != 0 || b[3] != 1 { // a PNG holds RGB of the full range
		return nil, false
	}
	return numbered(int(b[0]), int(b[1]))
}

// numbered is the transform of colour primaries and a transfer function by their numbers.
func numbered(primary, transfer int) (t transform, ok bool) {
	var toXYZ matrix3
	switch primary {
	case 1: // BT.709, sRGB
		toXYZ = sRGBToXYZ
	case 9: // BT.2020
		toXYZ, _ = primaries([8]float64{0.3127, 0.3290, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046})
	case 12: // Display P3
		toXYZ, _ = primaries([8]float64{0.3127, 0.3290, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060})
	default:
		return nil, false
	}
	var curve func(float64) float64
	switch transfer {
	case 1, 6, 13, 14, 15: // video's curves are shown by screens as sRGB's is
		curve = colour.Decode
	case 4:
		curve = func(v float64) float64 { return math.Pow(v, 2.2) }
	case 5:
		curve = func(v float64) float64 { return math.Pow(v, 2.8) }
	case 8:
		curve = func(v float64) float64 { return v }
	case 16:
		curve = pq
	case 18:
		curve = hlg
	default:
		return nil, false
	}
	t = newShaper([3]func(float64) float64{curve, curve, curve}, toXYZ)
	if t == nil || t.isIdentity() {
		return nil, true
	}
	return t, true
}

// referenceWhite is the light of paper in a picture of high dynamic range, in cd/m²
// (ITU-R BT.2408, section 3). It becomes white; what is brighter is white too.
const referenceWhite = 203

// pq is the curve of ITU-R BT.2100, table 4, in units of referenceWhite.
func pq(v float64) float64 {
	const m1, m2, c1, c2, c3 = 2610. / 16384, 2523. / 4096 * 128, 3424. / 4096, 2413. / 4096 * 32, 2392. / 4096 * 32
	p := math.Pow(v, 1/m2)
	return 10_000 / referenceWhite * math.Pow(max(p-c1, 0)/(c2-c3*p), 1/m1)
}

// hlg is the curve of ITU-R BT.2100, table 5, for a screen of 1000 cd/m², in units of
// referenceWhite. (Its system gamma is that of the sum of the channels; here each has
// its own, which differs in saturated lights only.)
func hlg(v float64) float64 {
	const a, b, c, gamma = 0.17883277, 0.28466892, 0.55991073, 1.2
	light := v * v / 3
	if v > 0.5 {
		light = (math.Exp((v-c)/a) + b) / 12
	}
	return 1000. / referenceWhite * math.Pow(light, gamma)
}

// primaries gives the matrix from linear RGB to XYZ under D50 of chromaticities: white,
// red, green and blue, x and y of each; adapted by the Bradford transform (ICC.1:2022,
// annex E). ok is false when they span no space.
func primaries(xy [8]float64) (m matrix3, ok bool) {
	for i := 1; i < len(xy); i += 2 {
		if xy[i] <= 0 {
			return m, false
		}
	}
	xyz := func(i int) [3]float64 {
		x, y := xy[2*i], xy[2*i+1]
		return [3]float64{x / y, 1, (1 - x - y) / y}
	}
	for c := range 3 {
		for r, v := range xyz(c + 1) {
			m[3*r+c] = v
		}
	}
	inverse, ok := m.inverse()
	if !ok {
		return m, false
	}
	white := xyz(0)
	scale := inverse.of(white)
	for i := range m {
		m[i] *= scale[i%3]
	}
	bradford := matrix3{0.8951, 0.2664, -0.1614, -0.7502, 1.7135, 0.0367, 0.0389, -0.0685, 1.0296}
	back, _ := bradford.inverse()
	from, to := bradford.of(white), bradford.of([3]float64{0.9642, 1, 0.8249}) // D50
	adapt := matrix3{to[0] / from[0], 0, 0, 0, to[1] / from[1], 0, 0, 0, to[2] / from[2]}
	return m.then(bradford).then(adapt).then(back), true
}

// of gives m times v.
func (m matrix3) of(v [3]float64) (out [3]float64) {
	for r := range 3 {
		for c := range 3 {
			out[r] += m[3*r+c] * v[c]
		}
	}
	return out
}

// inverse gives the matrix that undoes m, by cofactors; ok is false when there is none.
func (m matrix3) inverse() (out matrix3, ok bool) {
	for r := range 3 {
		for c := range 3 {
			a, b := m[3*((c+1)%3)+(r+1)%3], m[3*((c+1)%3)+(r+2)%3]
			d, e := m[3*((c+2)%3)+(r+1)%3], m[3*((c+2)%3)+(r+2)%3]
			out[3*r+c] = a*e - b*d
		}
	}
	det := m[0]*out[0] + m[1]*out[3] + m[2]*out[6]
	if math.Abs(det) < 1e-9 {
		return out, false
	}
	for i := range out {
		out[i] /= det
	}
	return out, true
}

// inflateProfile reads the profile in an iCCP chunk, nil when it is damaged or larger
// than maxProfile. A profile begins with its size, so nothing is inflated for a lie.
func inflateProfile(body []byte) []byte {
	_, compressed, _ := bytes.Cut(body, []byte{0})
	if len(compressed) < 1 {
		return nil
	}
	r, err := zlib.NewReader(bytes.NewReader(compressed[1:])) // [0] is the method, always zlib
	if err != nil {
		return nil
	}
	profile := make([]byte, 4)
	if _, err := io.ReadFull(r, profile); err != nil {
		return nil
	}
	size := binary.BigEndian.Uint32(profile)
	if size < 4 || size > maxProfile {
		return nil
	}
	profile = append(profile, make([]byte, size-4)...)
	if _, err := io.ReadFull(r, profile[4:]); err != nil {
		return nil
	}
	return profile
}
