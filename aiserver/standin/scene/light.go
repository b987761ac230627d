package scene

import (
	"github.com/nanococoa/nanococoa/aiserver/standin/mood"
	"github.com/nanococoa/nanococoa/aiserver/standin/raster"
	"github.com/nanococoa/nanococoa/aiserver/standin/tone"
)

// daylight is what an hour does to a set, indoors and out.
type daylight struct {
	key, sky   tone.RGB // of the set's light
	top, low   tone.RGB // the sky above and at the horizon
	glow       tone.RGB // around the sun or its last light
	wall       float32  // how light walls are, 1 by day
	lamp       float32  // how strong lamps burn, 0 by day
	haze       float32  // how far the distance fades, 0..1
	high       float32  // how high the light stands
	isDark     bool
	starsAbove bool
}

// hour is the hour of the picture: what the words say, else what the look wants.
func (k *work) hour(otherwise mood.Hour) mood.Hour {
	if k.mood.Hour != "" {
		return k.mood.Hour
	}
	return otherwise
}

// daylight gives the light of an hour; d varies it a little.
func (k *work) daylight(h mood.Hour, d *raster.Dice) daylight {
	shift := d.Between(-8, 8)
	grey := k.mood.Rain || k.mood.Season == mood.Winter && h == mood.Day
	switch h {
	case mood.Dawn:
		return daylight{
			key: tone.RGB{1.0, 0.84, 0.76}.Scale(0.85), sky: tone.LCH(0.72, 0.045, 270),
			top: tone.LCH(0.70, 0.060, 255+shift), low: tone.LCH(0.91, 0.036, 42+shift), glow: tone.LCH(0.95, 0.065, 62),
			wall: 0.86, lamp: 0.15, haze: 0.8, high: 0.45,
		}
	case mood.Evening:
		return daylight{
			key: tone.RGB{1.0, 0.70, 0.42}.Scale(1.15), sky: tone.LCH(0.66, 0.055, 300).Scale(0.9),
			top: tone.LCH(0.50, 0.085, 285+shift), low: tone.LCH(0.82, 0.115, 55+shift), glow: tone.LCH(0.90, 0.12, 68),
			wall: 0.62, lamp: 0.75, haze: 0.45, high: 0.42,
		}
	case mood.Night:
		return daylight{
			key: tone.RGB{1.0, 0.74, 0.46}.Scale(1.05), sky: tone.LCH(0.52, 0.060, 265).Scale(0.85),
			top: tone.LCH(0.15, 0.045, 268+shift), low: tone.LCH(0.30, 0.065, 262+shift), glow: tone.LCH(0.45, 0.06, 255),
			wall: 0.40, lamp: 1, haze: 0.2, high: 0.6, isDark: true, starsAbove: !k.mood.Rain,
		}
	}
	l := daylight{
		key: tone.RGB{1.0, 0.95, 0.86}.Scale(1.0), sky: tone.LCH(0.80, 0.020, 240),
		top: tone.LCH(0.72, 0.095, 240+shift/2), low: tone.LCH(0.93, 0.032, 225), glow: tone.LCH(0.97, 0.02, 90),
		wall: 1, haze: 0.4, high: 0.7,
	}
	if grey {
		l.top, l.low = tone.LCH(0.78, 0.022, 245), tone.LCH(0.92, 0.012, 240)
		l.key, l.sky = l.key.Scale(0.72), tone.LCH(0.82, 0.012, 245)
	}
	return l
}

// sunlight puts the set under the light of an hour.
func (s *set) sunlight(k *work, d *raster.Dice, l daylight) {
	s.sun = vec{k.side * d.Between(0.55, 0.72), l.high + d.Between(-0.06, 0.06), d.Between(-0.5, -0.3)}.unit()
	s.spread = 0.10
	s.key, s.sky = l.key, l.sky
}

// paintSky fills a canvas down to a height with the sky of an hour: clouds that thin out
// where words go, stars at night.
func (k *work) paintSky(c *canvas, d *raster.Dice, l daylight, horizon float32) {
	u, w := k.unit, float32(k.size.X)
	cloud := raster.NewField(k.seed^201, 256, 3, 6, 0.55)
	sx := w/2 + k.side*0.26*w
	white := tone.RGB{1, 0.99, 0.98}
	if l.isDark {
		white = l.low.Mix(l.glow, 0.5)
	} else if l.lamp > 0.5 || l.haze > 0.7 {
		white = l.low.Mix(tone.RGB{1, 0.92, 0.88}, 0.5)
	}
	c.fill(func(x, y float32) tone.RGB {
		t := clamp(y/max(horizon, 1), 0, 1)
		sky := l.top.Mix(l.low, t*t)
		near := exp(-pow((x-sx)/(0.5*w), 2)) * smooth(t, 0.35, 1)
		sky = sky.Mix(l.glow, 0.6*near)
		v := cloud.At(x*0.5/u+0.3, (horizon-y)*1.5/u)
		return sky.Mix(white, 0.6*smooth(v, 0.02, 0.6)*smooth(t, 0.05, 0.7)*(1-0.7*k.calm(x, y)))
	})
	if l.starsAbove {
		mx, my := w/2-k.side*0.30*w, 0.30*horizon
		c.glow(mx, my, 0.16*u, tone.LCH(0.62, 0.05, 250).Scale(0.45))
		c.blob(mx, my, 0.034*u, 0.034*u, 0, tone.LCH(0.95, 0.03, 95), 0.95, 0.06)
		for range 110 {
			bx, by := d.Float()*w, d.Float()*0.8*horizon
			r := d.Between(0.0007, 0.0017) * u
			c.blob(bx, by, r, r, 0, tone.RGB{0.95, 0.97, 1}, d.Between(0.2, 0.9)*(1-0.5*k.calm(bx, by)), 0.6)
		}
	}
}

// quiet evens a backdrop out where words go.
func (k *work) quiet(c *canvas, to tone.RGB, share float32) {
	c.fill(func(x, y float32) tone.RGB {
		return c.Get(int(x/c.step), int(y/c.step)).Mix(to, share*k.hush(x, y))
	})
}

// grade changes a look that is built for a summer's day to the hour and the weather that the
// words name. Looks that know their hours themselves are left as they are.
func (k *work) grade(l mood.Look, s *set, f *finish) {
	tint, dim := tone.RGB{1, 1, 1}, float32(1)
	grey := float32(0)
	switch l {
	case mood.Forest, mood.Autumn, mood.Blossom, mood.Sea, mood.Window:
	default:
		return
	}
	switch k.mood.Hour {
	case mood.Night:
		tint, dim = tone.RGB{0.15, 0.19, 0.32}, 0.62
	case mood.Evening:
		if l != mood.Sea { // which has an evening of its own
			tint, dim = tone.RGB{0.88, 0.64, 0.52}, 0.88
		}
	case mood.Dawn:
		if l == mood.Sea {
			break
		}
		tint, dim = tone.RGB{0.84, 0.82, 0.92}, 0.85
	}
	if k.mood.Rain || k.mood.Season == mood.Winter {
		grey = 0.55
	}
	shade := func(p *raster.Picture) {
		for y := range p.H {
			for x := range p.W {
				c := p.Get(x, y)
				m := 0.3*c[0] + 0.59*c[1] + 0.11*c[2]
				p.Set(x, y, c.Mix(tone.RGB{m * 0.92, m * 0.95, m}, grey).Mul(tint))
			}
		}
	}
	if tint == (tone.RGB{1, 1, 1}) && grey == 0 {
		return
	}
	if s.beyond != nil {
		shade(s.beyond)
	}
	if f.front != nil {
		shade(f.front.light)
	}
	if k.mood.Hour == mood.Night {
		// What is left is a lamp over the product.
		x, z, _ := k.footing()
		s.key, s.sky = tone.RGB{1.0, 0.82, 0.60}.Scale(0.95), s.sky.Mul(tone.RGB{0.34, 0.40, 0.58})
		s.pool = &pool{x: x, z: z + 0.25*k.unit, r: 0.8 * k.unit}
		s.gobo = nil
		return
	}
	s.key, s.sky = s.key.Mul(tint).Scale(dim/max(tint[0], 0.1)), s.sky.Mul(tint.Mix(tone.RGB{1, 1, 1}, 0.4))
}
