package scene

import (
	"image"
	"math"

	"github.com/nanococoa/nanococoa/aiserver/standin/tone"
)

// Colors is what a scene needs to know of the product's own colours.
type Colors struct {
	Light  float32 // mean OKLab lightness, 0..1
	Chroma float32 // chroma of the leading hue, 0 for a grey product
	Hue    float32 // its hue in degrees
	Share  float32 // share of the product that has a colour at all
	Lean   float32 // how much lighter the right side is than the left
}

// Study measures the colours of a cut-out product.
func Study(p *image.NRGBA) Colors {
	const bins = 36
	var weight [bins]float32
	var chroma [bins]float32
	var light, total, left, right, leftN, rightN, colored float32
	w, h := p.Rect.Dx(), p.Rect.Dy()
	step := max(1, max(w, h)/160)
	for y := 0; y < h; y += step {
		for x := 0; x < w; x += step {
			q := p.Pix[y*p.Stride+4*x:]
			if q[3] < 200 {
				continue
			}
			c := tone.FromBytes(q[0], q[1], q[2]).Lab()
			light += c[0]
			total++
			if 3*x < w {
				left += c[0]
				leftN++
			} else if 3*x > 2*w {
				right += c[0]
				rightN++
			}
			if ch := c.Chroma(); ch > 0.04 {
				b := int(c.Hue()/10) % bins
				weight[b] += ch
				chroma[b] += ch * ch
				colored++
			}
		}
	}
	var out Colors
	if total == 0 {
		return out
	}
	out.Light = light / total
	out.Share = colored / total
	if leftN > 0 && rightN > 0 {
		out.Lean = right/rightN - left/leftN
	}
	best, lead := float32(0), 0
	for b := range bins {
		if s := weight[(b+bins-1)%bins] + 2*weight[b] + weight[(b+1)%bins]; s > best {
			best, lead = s, b
		}
	}
	if out.Share < 0.03 {
		return out
	}
	var sx, sy, sw, sc float64
	for d := -1; d <= 1; d++ {
		b := (lead + d + bins) % bins
		s, c := math.Sincos((float64(b)*10 + 5) * math.Pi / 180)
		sx += c * float64(weight[b])
		sy += s * float64(weight[b])
		sw += float64(weight[b])
		sc += float64(chroma[b])
	}
	out.Hue = float32(math.Mod(math.Atan2(sy, sx)*180/math.Pi+360, 360))
	out.Chroma = float32(sc / sw)
	return out
}
