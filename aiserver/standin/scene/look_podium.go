package scene

import (
	"github.com/nanococoa/nanococoa/aiserver/standin/raster"
	"github.com/nanococoa/nanococoa/aiserver/standin/tone"
)

// podium is the studio: a round stand on a seamless sweep, a disc of light or
// card behind it, everything in one family of colours taken from the product.
func podium(k *work) (*stage, *finish) {
	s := k.newStage()
	d := k.dice("podium")
	hue, chroma := k.key(d)
	dark := k.mood.Light < -0.3 || k.mood.Light < 0.25 && k.colors.Light > 0.78
	light := float32(0.80)
	if dark {
		light = 0.27
		chroma *= 0.7
	}
	x, z, r := k.footing()
	_, half := k.middle()
	high := 0.085 * k.unit
	radius := max(1.16*r, half+0.05*k.unit)

	plaster := raster.NewField(k.seed^11, 256, 4, 5, 0.55)
	surface := func(c tone.RGB, scale float32) *material {
		return &material{color: c, paint: func(p, n vec) tone.RGB {
			// Project along the axis the surface faces.
			u, v := p[0], p[2]
			if abs(n[1]) < 0.5 {
				v = p[1]
			}
			return c.Scale(1 + 0.03*plaster.At(u*scale/k.unit, v*scale/k.unit))
		}}
	}
	wall := surface(tone.LCH(light, chroma, hue), 1.3)
	stand := surface(tone.LCH(light+0.09, chroma*0.75, hue), 2)
	if dark {
		stand = surface(tone.LCH(light+0.05, chroma, hue), 2)
		stand.gloss, stand.rough = 0.10, 0.5
	} else {
		stand.gloss, stand.rough = 0.05, 0.9
	}
	accent := surface(tone.LCH(clamp(light-0.10, 0.3, 0.75), chroma*1.9, hue+d.Between(-14, 14)), 2)

	s.ground = -high
	s.floor, s.wall = wall, wall
	s.wallZ, s.cove = 1.05*k.unit+z, 0.5*k.unit
	s.solids = []solid{
		{kind: upright, c: vec{x, -high, z}, r: radius, h: high, bevel: 0.008 * k.unit, m: stand},
	}
	// A disc behind, off the centre line, like a rising sun.
	disc := 0.42*k.unit + 0.1*half
	s.solids = append(s.solids, solid{
		kind: drum, c: vec{x + d.Side()*d.Between(0.05, 0.16)*k.unit, 0.40*k.tall() + 0.06*k.unit, s.wallZ - s.cove*0.55},
		r: disc, h: 0.05 * k.unit, bevel: 0.006 * k.unit, m: accent,
	})
	// Small companions at the foot of the stand.
	side := d.Side()
	room := float32(k.size.X)/2 - abs(x)
	if room-radius > 0.02*k.unit || true {
		ballR := d.Between(0.045, 0.07) * k.unit
		s.solids = append(s.solids, solid{
			kind: ball, c: vec{x + side*(radius+ballR*1.1), -high + ballR, z - radius*0.25}, r: ballR, m: accent,
		})
		tubeR := d.Between(0.07, 0.11) * k.unit
		s.solids = append(s.solids, solid{
			kind: upright, c: vec{x - side*(radius+tubeR*0.9), -high, z + radius*0.55}, r: tubeR,
			h: d.Between(0.16, 0.3) * k.unit, bevel: 0.008 * k.unit, m: stand,
		})
	}
	for i := range s.solids {
		s.solids[i].ready()
	}
	s.sun = vec{k.side * d.Between(0.45, 0.7), d.Between(0.75, 0.9), -d.Between(0.45, 0.6)}.unit()
	s.spread = 0.16
	warm := tone.RGB{1, 0.97, 0.93}
	s.key = warm.Scale(0.62)
	s.sky = tone.RGB{0.50, 0.51, 0.53}
	s.bounce = tone.LCH(light, chroma, hue).Scale(0.42)
	if dark {
		s.key = warm.Scale(1.15)
		s.sky = tone.RGB{0.36, 0.37, 0.42}
	}
	s.focus = 0.012 * k.unit
	return s, &finish{bloom: 0.25, vignette: 0.16, grain: 0.9}
}

// key is the scene's leading hue and chroma: one the text names, else the
// product's own, else one that suits the mood.
func (k *work) key(d *raster.Dice) (hue, chroma float32) {
	chroma = 0.055
	switch {
	case len(k.mood.Hues) > 0:
		hue = float32(k.mood.Hues[0])
	case k.colors.Chroma > 0.05 && k.colors.Share > 0.08:
		hue = k.colors.Hue
	case k.mood.Warm < -0.2:
		hue = 250
	case k.mood.Warm > 0.2:
		hue = 62
	default:
		// A grey product takes any colour; sand, blush, sage and sky all flatter.
		hue = []float32{70, 40, 150, 245}[int(d.Float()*4)&3]
	}
	hue += d.Between(-10, 10)
	chroma *= 1 + 0.6*float32(k.mood.Vivid)
	return hue, chroma
}
