package scene

import (
	"github.com/nanococoa/nanococoa/aiserver/standin/raster"
	"github.com/nanococoa/nanococoa/aiserver/standin/tone"
)

// neon is a city street at night after rain: lamps out of focus, a neon ring
// behind the product, and both mirrored in the wet ground.
func neon(k *work) (*set, *finish) {
	s := k.newSet()
	d := k.dice("neon")
	u := k.unit
	w, h := float32(k.size.X), float32(k.size.Y)
	x, _ := k.middle()
	px := x + k.cam.cx
	horizon := k.cam.horizon

	// Two colours opposite to each other light the night.
	pairs := [...][2]float32{{335, 215}, {305, 195}, {350, 265}, {20, 240}}
	pair := pairs[int(d.Float()*4)&3]
	if k.mood.Warm < -0.25 {
		pair = [2]float32{255, 325} // the blue hour
	}
	first, second := pair[0], pair[1]
	if len(k.mood.Hues) > 0 {
		first = float32(k.mood.Hues[0])
	}
	lamp := func(l, c, hue, strength float32) tone.RGB { return tone.LCH(l, c, hue).Scale(strength) }

	sky := k.newCanvas(4)
	top, low := tone.LCH(0.13, 0.035, second+40), tone.LCH(0.27, 0.075, first-30)
	sky.fill(func(x, y float32) tone.RGB {
		t := clamp(y/horizon, 0, 1.2)
		return top.Mix(low, t*t*0.9)
	})
	// Façades: dark blocks against the haze, with a few lit rows.
	for at := float32(-0.05) * w; at < w*1.05; {
		wide := d.Between(0.07, 0.19) * u
		tall := d.Between(0.16, 0.62) * horizon
		// Keep the middle lower: the street opens there.
		open := abs(at+wide/2-px) / w
		tall *= 0.55 + 0.9*min(open*2, 1)
		roof := horizon - tall
		body := top.Mix(low, d.Between(0.05, 0.35))
		sky.block(at, roof, wide, horizon-roof+0.06*u, body, 0.8, 0.012*u)
		at += wide * d.Between(0.7, 1.05)
	}
	sky.Blur(0.012 * u / sky.step)
	hues := [...]float32{first, second, 65, 75, first + 20}
	for range 46 {
		bx, by := d.Float()*w, horizon-pow(d.Float(), 1.6)*0.62*horizon+0.03*h
		r := d.Between(0.012, 0.046) * u
		if d.Float() < 0.15 {
			r *= 1.5
		}
		hue := hues[int(d.Float()*5)%5]
		strength := d.Between(0.25, 0.85) * (1 - 0.9*k.calm(bx, by))
		sky.bokeh(bx, by, r, lamp(0.74, 0.17, hue, 1), strength)
	}
	// Haze of light over the street.
	sky.glow(px-0.28*u*k.side, horizon-0.08*u, 0.30*u, lamp(0.5, 0.16, first, 0.40))
	sky.glow(px+0.34*u*k.side, horizon-0.02*u, 0.28*u, lamp(0.5, 0.14, second, 0.40))

	// The neon tube: a ring whose lower part the ground hides. It frames the
	// product and ends where the words begin.
	ringR := 0.30*u + 0.16*min(k.tall(), 0.8*u)
	rx, ry := px+d.Between(-0.03, 0.03)*u, float32(k.subject.At.Min.Y)+ringR-0.030*u
	if k.wide() {
		ringR = 0.36 * h
		rx, ry = k.behind(x, ringR, 0)+k.cam.cx, float32(k.subject.At.Min.Y)+0.44*k.tall()
	}
	tube := lamp(0.80, 0.15, first, 1)
	core := tone.RGB{1, 1, 1}.Mix(tube, 0.35)
	sky.stamp(rx, ry, ringR+0.35*u, true, tube, func(dx, dy float32) float32 {
		e := abs(hypot(dx, dy) - ringR)
		return 0.60*exp(-e/(0.020*u)) + 0.13*exp(-e/(0.08*u))
	})
	sky.stamp(rx, ry, ringR+0.05*u, true, core, func(dx, dy float32) float32 {
		e := abs(hypot(dx, dy) - ringR)
		return 1.6 * smooth(e, 0.0090*u, 0.0025*u)
	})
	// Night above the roofs, so that words can be read.
	sky.fill(func(x, y float32) tone.RGB {
		return sky.Get(int(x/sky.step), int(y/sky.step)).Scale(1 - 0.62*k.hush(x, y))
	})
	s.beyond = sky.Picture

	// What wet asphalt mirrors is drawn out downwards.
	wet := clone(sky.Picture)
	wet.Blur(0.016 * u / sky.step)
	s.mirrored = wet

	rough := raster.NewField(k.seed^21, 256, 8, 5, 0.6)
	puddle := raster.NewField(k.seed^22, 128, 3, 3, 0.5)
	asphalt := &material{
		paint: func(p, n vec) tone.RGB {
			v := 0.028 * (1 + 0.5*rough.At(p[0]*2.2/u, p[2]*2.2/u))
			return tone.RGB{v, v, v * 1.15}
		},
		gloss: 0.50, rough: 0.6,
		sheen: func(p vec) float32 {
			return 0.35 + 0.65*smooth(puddle.At(p[0]*0.8/u+0.3, p[2]*0.5/u), -0.35, 0.25)
		},
		relief: func(p, n vec) vec {
			a := rough.At(p[0]*1.1/u, p[2]*1.1/u)
			b := rough.At(p[0]*1.1/u+0.5, p[2]*1.1/u+0.5)
			return vec{n[0] + 0.012*a, n[1], n[2] + 0.022*b}.unit()
		},
	}
	s.floor = asphalt
	s.mist = [2]float32{2.2 * u, 5.5 * u}
	s.sun = vec{k.side * 0.25, 0.9, -0.35}.unit()
	s.spread = 0.2
	s.key = tone.RGB{2.6, 2.5, 2.6}
	s.sky = tone.LCH(0.62, 0.09, first-25).Scale(0.9)
	s.bounce = tone.LCH(0.5, 0.1, second)
	s.pool = &pool{x: x, z: 0.35 * u, r: 0.75 * u}
	s.focus = 0.014 * u
	return s, &finish{bloom: 0.55, vignette: 0.34, grain: 1.1}
}

// block is a soft-edged upright rectangle, from its top left corner.
func (c *canvas) block(x, y, w, h float32, light tone.RGB, cover, softness float32) {
	mx, my := x+w/2, y+h/2
	c.stamp(mx, my, max(w, h)/2+softness, false, light, func(dx, dy float32) float32 {
		return cover * smooth(abs(dx), w/2+softness, w/2-softness) * smooth(abs(dy), h/2+softness, h/2-softness)
	})
}
