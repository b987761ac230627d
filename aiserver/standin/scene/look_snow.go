package scene

import (
	"github.com/nanococoa/nanococoa/aiserver/standin/raster"
	"github.com/nanococoa/nanococoa/aiserver/standin/tone"
)

// snow is a winter evening: fresh snow, firs in the blue, warm lamps far off,
// flakes in the air. When the words speak of a forest the firs stand close and
// white, and the lamps are gone unless it is to be cosy.
func snow(k *work) (*set, *finish) {
	s := k.newSet()
	d := k.dice("snow")
	u := k.unit
	w, h := float32(k.size.X), float32(k.size.Y)
	x, z, _ := k.footing()
	horizon := k.cam.horizon

	// Evening, unless the words ask for a bright day.
	top, low := tone.LCH(0.36, 0.065, 258), tone.LCH(0.66, 0.055, 285)
	glowAt, fir := tone.LCH(0.80, 0.075, 55), tone.LCH(0.27, 0.045, 235)
	day := k.mood.Light > 0.25
	if day {
		top, low = tone.LCH(0.66, 0.065, 245), tone.LCH(0.88, 0.030, 235)
		glowAt, fir = tone.LCH(0.93, 0.035, 80), tone.LCH(0.48, 0.04, 220)
	}
	back := k.newCanvas(4)
	// Where the snow comes out of the haze.
	_, line := k.cam.project(vec{0, 0, 2.1 * u})
	drift := tone.LCH(0.80, 0.035, 270)
	if day {
		drift = tone.LCH(0.93, 0.018, 245)
	}
	back.fill(func(x, y float32) tone.RGB {
		t := clamp(y/line, 0, 1)
		if y > line {
			return drift
		}
		c := top.Mix(low, t*t)
		return c.Mix(glowAt, 0.75*smooth(t, 0.55, 1)*exp(-abs(x-w/2-k.side*0.15*w)/(0.45*w)))
	})
	woods := k.says("forest")
	// Three rows of firs, each nearer, darker and sharper.
	for row := range 3 {
		near := float32(row) / 2
		tall := mix(0.24, 0.62, near) * horizon
		gap := float32(1)
		if woods {
			tall, gap = mix(0.42, 0.86, near)*horizon, 0.62
		}
		for at := -0.05 * w; at < 1.05*w; at += d.Between(0.035, 0.085) * u * (1 + near) * gap {
			// The row opens behind the product and under the words.
			open := smooth(abs(at-w/2)/w, 0.05, 0.42)
			if k.wide() {
				open = 1 - 0.85*k.calm(at, 0)
			}
			t := tall * d.Between(0.6, 1.1) * mix(0.30, 1.15, open)
			foot, wide := line-0.02*u+0.05*u*near, t*d.Between(0.34, 0.44)
			bark := low.Mix(fir, mix(0.35, 0.92, near))
			back.fir(at, foot, t, wide, bark, 0.012*u, 0)
			if woods {
				back.fir(at, foot, t, wide, drift.Mix(bark, 0.25), 0.008*u, 0.62)
			}
		}
		back.Blur(mix(0.012, 0.006, near) * u / back.step)
	}
	// Strings of lamps between the trees.
	warm := tone.RGB{1, 0.50, 0.14}
	lamps := 44
	switch {
	case woods && !k.says("cozy") && !k.says("christmas"):
		lamps = 0
	case day:
		lamps = 16
	}
	for range lamps {
		bx, by := d.Float()*w, line-0.03*u-pow(d.Float(), 1.3)*0.40*line
		strength := d.Between(0.35, 1.1) * (1 - 0.9*k.calm(bx, by))
		back.bokeh(bx, by, d.Between(0.010, 0.036)*u, warm.Mix(tone.RGB{1, 0.72, 0.38}, d.Float()*0.6), strength*0.85)
	}
	if !day {
		// It is darker where words go, so that they can be read.
		back.fill(func(x, y float32) tone.RGB {
			return back.Get(int(x/back.step), int(y/back.step)).Scale(1 - 0.6*k.hush(x, y)*smooth(y, line, 0.9*line))
		})
	}
	s.beyond = back.Picture

	bump := raster.NewField(k.seed^41, 256, 3, 6, 0.52)
	fine := raster.NewField(k.seed^42, 256, 24, 3, 0.7)
	white := tone.LCH(0.95, 0.012, 255)
	if day {
		white = tone.LCH(0.965, 0.008, 245)
	}
	s.floor = &material{paint: func(p, n vec) tone.RGB {
		// Crystals that happen to face the lamp.
		spark := smooth(fine.At(p[0]*3.1/u, p[2]*1.7/u), 0.86, 1.0)
		return white.Scale(1 + 0.7*spark)
	}, relief: func(p, n vec) vec {
		const e = 0.02
		a, b := p[0]*0.55/u, p[2]*0.55/u
		dx, dz := bump.At(a+e, b)-bump.At(a-e, b), bump.At(a, b+e)-bump.At(a, b-e)
		g := 0.10 * fine.At(p[0]*2.3/u, p[2]*2.3/u)
		return vec{n[0] - 0.42*dx + g, n[1], n[2] - 0.42*dz - g}.unit()
	}}
	s.ground = 0
	s.mist = [2]float32{0.8 * u, 2.3 * u}
	// A bank of snow around the foot, so that the product stands in it.
	s.solids = []solid{
		{kind: ball, c: vec{x - 0.62*u, -0.52 * u, z + 0.55*u}, r: 0.62 * u, m: s.floor},
		{kind: ball, c: vec{x + 0.75*u, -0.78 * u, z + 0.85*u}, r: 0.88 * u, m: s.floor},
	}
	s.sun = vec{k.side * d.Between(0.55, 0.7), d.Between(0.55, 0.7), -d.Between(0.35, 0.55)}.unit()
	s.spread = 0.12
	s.key = tone.RGB{1.0, 0.80, 0.62}.Scale(0.78)
	s.sky = tone.LCH(0.72, 0.065, 262)
	s.bounce = tone.LCH(0.6, 0.05, 265)
	if day {
		s.key = tone.RGB{1.0, 0.95, 0.86}.Scale(0.70)
		s.sky = tone.LCH(0.80, 0.035, 245)
	}
	s.focus = 0.016 * u

	// Flakes: many small, a few large and soft.
	front := k.newVeil(2)
	flake := tone.RGB{0.95, 0.97, 1.0}
	for range 150 {
		bx, by := d.Float()*w, d.Float()*h*0.95
		size := d.Between(0.0022, 0.0058) * u
		cover := d.Between(0.35, 0.85)
		if d.Float() < 0.10 {
			size, cover = d.Between(0.010, 0.020)*u, d.Between(0.10, 0.24)
		}
		cover *= 1 - 0.55*k.calm(bx, by)
		front.blob(bx, by, size, size*d.Between(0.8, 1), 0, flake, cover, 0.55)
	}
	return s, &finish{bloom: 0.4, vignette: 0.18, grain: 0.8, front: front.veil()}
}

// fir is a conifer: a triangle with drooping tiers. With snow above 0 only the
// upper side of each tier is drawn, down to that share of it, as snow lies on it.
func (c *canvas) fir(x, foot, tall, wide float32, light tone.RGB, softness, snow float32) {
	c.stamp(x, foot-tall/2, tall/2+softness, false, light, func(dx, dy float32) float32 {
		t := (dy + tall/2) / tall // 0 at the tip
		if t < -0.05 || t > 1 {
			return 0
		}
		tier := t * 7
		tier -= floor(tier)
		half := wide / 2 * t * (0.66 + 0.34*tier)
		cover := smooth(abs(dx), half+softness*0.5, half-softness*0.5)
		if snow > 0 {
			// It slides off towards the edge of a branch.
			cover *= smooth(tier+0.5*abs(dx)/max(half, 1), snow, 0.35*snow)
		}
		return cover
	})
}
