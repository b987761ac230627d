package scene

import (
	"context"
	"image"

	"github.com/nanococoa/nanococoa/aiserver/standin/raster"
	"github.com/nanococoa/nanococoa/aiserver/standin/tone"
)

// finish is how the photograph is developed.
type finish struct {
	bloom    float32 // share of bright light that spreads
	vignette float32 // darkening of the far corners
	grain    float32 // standard deviation of the grain in 8-bit steps
	// front is what hangs between lens and product, out of focus: its light,
	// already times its cover, and the cover. It is laid under the product, so
	// looks keep it away from there.
	front *veil
}

// veil is a soft layer at reduced size.
type veil struct {
	light *raster.Picture
	cover *raster.Picture
}

// shoulder is the light from which the film starts to compress: below it tones
// are kept as chosen.
const shoulder = 0.62

// film maps unbounded light to 0..1, straight up to the shoulder.
func film(x float32) float32 {
	if x <= shoulder {
		return max(x, 0)
	}
	t := (x - shoulder) / (1 - shoulder)
	return shoulder + (1-shoulder)*t/(1+t)*(1+0.12*min(t, 1))
}

// develop turns light into bytes: bloom, vignette, film, grain and dither. Then
// it lays the product over it.
func (f *finish) develop(ctx context.Context, pic *raster.Picture, k *work) (*image.RGBA, error) {
	var glow *raster.Picture
	if f.bloom > 0 {
		glow = pic.Half().Half()
		for i, v := range glow.Pix {
			glow.Pix[i] = max(v-0.75, 0)
		}
		wide := glow.Half()
		glow.Blur(0.006 * k.unit)
		wide.Blur(0.015 * k.unit)
		for y := range glow.H {
			for x := range glow.W {
				c := wide.Sample((float32(x)+0.5)/float32(glow.W), (float32(y)+0.5)/float32(glow.H))
				glow.Set(x, y, glow.Get(x, y).Add(c.Scale(0.8)))
			}
		}
	}
	w, h := pic.W, pic.H
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	err := raster.Rows(ctx, h, func(from, to int) {
		for y := from; y < to; y++ {
			v := (float32(y) + 0.5) / float32(h)
			row := out.Pix[y*out.Stride:]
			for x := range w {
				u := (float32(x) + 0.5) / float32(w)
				c := pic.Get(x, y)
				if glow != nil {
					c = c.Add(glow.Sample(u, v).Scale(f.bloom))
				}
				if f.front != nil {
					a := f.front.cover.Sample(u, v)[0]
					if a > 0 {
						c = c.Scale(1 - a).Add(f.front.light.Sample(u, v))
					}
				}
				if f.vignette > 0 {
					dx, dy := 2*u-1, 2*v-1
					r := (dx*dx + dy*dy) / 2
					c = c.Scale(1 - f.vignette*r*r)
				}
				// One draw of grain for all channels, a different dither for each:
				// triangular noise a step wide hides the steps entirely.
				n := raster.Hash(k.seed ^ uint64(y)<<32 ^ uint64(x))
				grain := (float32(n&0xff) + float32(n>>8&0xff) + float32(n>>16&0xff) - 382.5) * (f.grain / 128)
				for ch := range 3 {
					dither := (float32(n>>(24+10*ch)&0x1f) - float32(n>>(29+10*ch)&0x1f)) / 32
					b := tone.Byte(film(c[ch])) + grain + dither
					row[4*x+ch] = uint8(clamp(b+0.5, 0, 255))
				}
				row[4*x+3] = 255
			}
		}
	})
	if err != nil {
		return nil, err
	}
	lay(out, k.subject)
	return out, nil
}

// lay puts the product over the photograph. Full pixels are copied byte for
// byte.
func lay(dst *image.RGBA, s Subject) {
	at := s.At.Intersect(dst.Rect)
	for y := at.Min.Y; y < at.Max.Y; y++ {
		src := s.Pixels.Pix[(y-s.At.Min.Y)*s.Pixels.Stride+4*(at.Min.X-s.At.Min.X):]
		row := dst.Pix[y*dst.Stride+4*at.Min.X:]
		for x := 0; x < 4*at.Dx(); x += 4 {
			switch a := uint32(src[x+3]); a {
			case 0:
			case 255:
				copy(row[x:x+3], src[x:x+3])
			default:
				for ch := range 3 {
					v := uint32(src[x+ch])*a + uint32(row[x+ch])*(255-a)
					row[x+ch] = uint8((v + 127) / 255)
				}
			}
		}
	}
}
