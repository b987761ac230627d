package scene

import (
	"github.com/nanococoa/nanococoa/aiserver/standin/mood"
	"github.com/nanococoa/nanococoa/aiserver/standin/raster"
	"github.com/nanococoa/nanococoa/aiserver/standin/tone"
)

// hills paints ridges in front of the sky, each nearer one darker: n of them up to a share
// of the horizon's height.
func (k *work) hills(c *canvas, l daylight, horizon, tall float32, n int, near tone.RGB) {
	u := k.unit
	for i := range n {
		t := (float32(i) + 1) / float32(n)
		ridge := raster.NewField(k.seed^uint64(220+i), 256, 2, 5, 0.5)
		base := horizon - tall*u*(1-0.75*t)
		col := l.low.Mix(l.top, 0.35).Mix(near, mix(0.30, 1-0.30*l.haze, t))
		soft := 0.004 * u
		rise := tall * u * mix(0.9, 0.5, t)
		c.fill(func(x, y float32) tone.RGB {
			old := c.Get(int(x/c.step), int(y/c.step))
			line := base - rise*0.5*ridge.At(x*0.35/u+float32(i)*0.37, 0.5)
			if k.wide() {
				line += 0.5 * rise * k.calm(x, 0)
			}
			return old.Mix(col, smooth(y, line-soft, line+soft))
		})
	}
}

// field is the country: hills, rows of a field under the sky, the product on weathered
// boards at its edge. The season colours it.
func field(k *work) (*set, *finish) {
	s := k.newSet()
	d := k.dice("field")
	u, w := k.unit, float32(k.size.X)
	_, z, _ := k.footing()
	l := k.daylight(k.hour(mood.Day), d)
	horizon := k.cam.horizon
	crop, far := tone.LCH(0.66, 0.115, 128), tone.LCH(0.58, 0.075, 145)
	ear := tone.LCH(0.74, 0.12, 122)
	switch k.mood.Season {
	case mood.Fall:
		crop, far, ear = tone.LCH(0.74, 0.115, 82), tone.LCH(0.58, 0.075, 65), tone.LCH(0.82, 0.115, 86)
	case mood.Winter:
		crop, far, ear = tone.LCH(0.93, 0.012, 245), tone.LCH(0.70, 0.03, 240), tone.LCH(0.90, 0.012, 245)
	case mood.Spring:
		crop, far, ear = tone.LCH(0.74, 0.115, 124), tone.LCH(0.66, 0.075, 140), tone.LCH(0.86, 0.11, 100)
	}
	dim := func(c tone.RGB) tone.RGB {
		switch {
		case l.isDark:
			return c.Mul(tone.RGB{0.16, 0.19, 0.30})
		case l.lamp > 0.5:
			return c.Mul(tone.RGB{0.82, 0.62, 0.52})
		case l.haze > 0.7:
			return c.Mul(tone.RGB{0.82, 0.80, 0.86})
		}
		return c
	}
	crop, far, ear = dim(crop), dim(far), dim(ear)
	back := k.newCanvas(3)
	k.paintSky(back, d, l, horizon)
	k.hills(back, l, horizon+0.01*u, 0.16, 3, far)
	rows := raster.NewField(k.seed^231, 256, 5, 5, 0.6)
	end := 0.75*u + z
	_, foot := k.cam.project(vec{0, 0, end})
	vanish := w/2 + k.side*0.12*w
	back.fill(func(x, y float32) tone.RGB {
		old := back.Get(int(x/back.step), int(y/back.step))
		if y < horizon {
			return old
		}
		t := clamp((y-horizon)/(0.5*(foot-horizon)+1), 0.02, 2)
		// Furrows run to one point, wide near and narrow far.
		turn := (x - vanish) / (t * 0.26 * u)
		furrow := 0.5 + 0.5*sin(turn*3.1+1.2*rows.At(x*0.3/u, t))
		c := crop.Mix(far, 0.55*furrow*smooth(t, 0, 0.35)).Scale(1 + 0.12*rows.At(x*1.2/u, t*0.8))
		return l.low.Mix(c, clamp(0.45+0.6*t, 0, 1))
	})
	back.Blur(0.0055 * u / back.step)
	if k.mood.Season != mood.Winter {
		// Ears and grasses before the boards, soft and near.
		for range 260 {
			bx := d.Float() * w
			by := foot + d.Between(-0.02, 0.03)*u
			length := d.Between(0.05, 0.15) * u * (0.5 + 0.9*min(abs(bx-w/2)/w*2, 1))
			back.leaf(bx, by, length, length*0.09, -1.57+d.Between(-0.35, 0.35), d.Between(-0.15, 0.15),
				ear.Mix(crop, d.Float()).Scale(d.Between(0.75, 1.08)), 0.75, 0.004*u)
		}
	} else {
		for range 70 {
			b := d.Between(0.002, 0.006) * u
			bx, by := d.Float()*w, d.Float()*foot
			back.blob(bx, by, b, b, 0, tone.RGB{1, 1, 1}, 0.8*(1-0.6*k.calm(bx, by)), 0.5)
		}
	}
	back.Blur(0.0035 * u / back.step)
	s.beyond = back.Picture
	s.floor = k.planks(d, !l.isDark && l.lamp < 0.9)
	s.end = end
	s.mist = [2]float32{end - 0.02*u, end}
	s.sunlight(k, d, l)
	s.bounce = crop.Scale(0.5)
	s.focus = 0.012 * u
	return s, &finish{bloom: 0.3, vignette: 0.10, grain: 0.7}
}

// river is still water with hills behind it in the mist, and a flat rock at its edge.
func river(k *work) (*set, *finish) {
	s := k.newSet()
	d := k.dice("river")
	u, w := k.unit, float32(k.size.X)
	_, z, _ := k.footing()
	h := k.hour(mood.Dawn)
	l := k.daylight(h, d)
	horizon := k.cam.horizon
	green := tone.LCH(0.44, 0.055, 165)
	switch k.mood.Season {
	case mood.Fall:
		green = tone.LCH(0.50, 0.085, 60)
	case mood.Winter:
		green = tone.LCH(0.62, 0.02, 245)
	}
	if l.isDark {
		green = tone.LCH(0.20, 0.03, 250)
	}
	back := k.newCanvas(3)
	k.paintSky(back, d, l, horizon)
	k.hills(back, l, horizon+0.005*u, 0.30, 4, green)
	// Mist over the water.
	if h == mood.Dawn || k.says("misty") {
		back.stamp(w/2, horizon, w, false, l.low.Mix(tone.RGB{1, 1, 1}, 0.3), func(dx, dy float32) float32 {
			return 0.85 * exp(-dy*dy/(2*0.060*0.060*u*u))
		})
	}
	end := 0.62*u + z
	_, foot := k.cam.project(vec{0, 0, end})
	swell := raster.NewField(k.seed^241, 256, 5, 5, 0.55)
	shown := clone(back.Picture)
	back.fill(func(x, y float32) tone.RGB {
		if y < horizon {
			return back.Get(int(x/back.step), int(y/back.step))
		}
		// The water mirrors what is above it, a little broken.
		t := (y - horizon) / max(foot-horizon, 1)
		v := swell.At(x*0.22/(u*max(t, 0.05)), 1.3/max(t, 0.05))
		my := horizon - (y-horizon)*1.15 + v*0.012*u
		c := shown.Sample(x/w, clamp(my/float32(k.size.Y), 0, 1))
		return c.Scale(0.92+0.08*v).Mix(l.top.Mix(l.low, 0.5), 0.3*clamp(t, 0, 1))
	})
	px := w/2 + k.side*0.26*w
	for range 120 { // the light on it
		t := d.Float()
		by := horizon + (0.04+0.9*t)*(foot-horizon)
		size := mix(0.0016, 0.0060, t) * u
		back.blob(px+d.Bell()*(0.04+0.10*t)*w, by, size*2.6, size*0.7, 0, l.glow.Scale(1.15), d.Between(0.10, 0.5), 0.6)
	}
	back.Blur(0.0050 * u / back.step)
	// Reeds at the sides.
	reed := green.Mix(tone.LCH(0.70, 0.08, 85), 0.45)
	for _, side := range [2]float32{-1, 1} {
		for range 34 {
			bx := w/2 + side*(0.5-pow(d.Float(), 1.6)*0.22)*w
			length := d.Between(0.14, 0.34) * u * (1 - 0.5*k.calm(bx, 0.3*foot))
			back.leaf(bx, foot+0.02*u, length, length*0.045, -1.57+d.Between(-0.22, 0.22), d.Between(-0.1, 0.1),
				reed.Scale(d.Between(0.6, 1.15)), 0.9, 0.0035*u)
		}
	}
	back.Blur(0.0030 * u / back.step)
	s.beyond = back.Picture

	rough := raster.NewField(k.seed^242, 256, 6, 6, 0.6)
	crack := raster.NewField(k.seed^243, 256, 3, 4, 0.5)
	rock := tone.LCH(0.74, 0.016, 75)
	if l.isDark {
		rock = tone.LCH(0.42, 0.012, 260)
	}
	s.floor = &material{gloss: 0.035, rough: 0.9, paint: func(p, n vec) tone.RGB {
		v := rough.At(p[0]*0.9/u, p[2]*0.9/u)
		line := exp(-abs(crack.At(p[0]*0.42/u, p[2]*0.42/u)) * 38)
		wet := smooth(p[2], end-0.22*u, end-0.02*u)
		return rock.Scale((1 + 0.18*v) * (1 - 0.24*line) * (1 - 0.45*wet))
	}, relief: func(p, n vec) vec {
		const e = 0.02
		a, b := p[0]*0.9/u, p[2]*0.9/u
		return vec{n[0] - 0.5*(rough.At(a+e, b)-rough.At(a-e, b)), n[1], n[2] - 0.5*(rough.At(a, b+e)-rough.At(a,
			b-e))}.unit()
	}}
	s.end = end
	s.mist = [2]float32{end - 0.05*u, end}
	s.sunlight(k, d, l)
	s.bounce = rock.Scale(0.5)
	s.focus = 0.012 * u
	return s, &finish{bloom: 0.35, vignette: 0.10, grain: 0.7}
}

// city is a skyline by day or at the last light, seen over the ledge of a terrace.
func city(k *work) (*set, *finish) {
	s := k.newSet()
	d := k.dice("city")
	u, w := k.unit, float32(k.size.X)
	x, z, _ := k.footing()
	l := k.daylight(k.hour(mood.Day), d)
	horizon := k.cam.horizon
	px := x + k.cam.cx
	back := k.newCanvas(3)
	k.paintSky(back, d, l, horizon)
	end := 0.62*u + z
	_, foot := k.cam.project(vec{0, 0, end})
	concrete := tone.LCH(0.56, 0.032, 245)
	if l.lamp > 0.5 {
		concrete = tone.LCH(0.46, 0.04, 320)
	}
	for row := range 3 {
		near := float32(row) / 2
		for at := float32(-0.08) * w; at < w*1.05; {
			wide := d.Between(0.06, 0.16) * u * mix(0.7, 1.15, near)
			tall := d.Between(0.12, 0.46) * horizon * mix(0.9, 1.1, near)
			open := abs(at+wide/2-px) / w
			tall *= 0.45 + 0.95*min(open*2.2, 1)
			if k.wide() {
				tall *= 1 - 0.55*k.calm(at, 0)
			}
			roof := horizon - tall + 0.10*u*near
			body := l.low.Mix(concrete.Scale(d.Between(0.72, 1.25)).Mix(l.glow, d.Between(0, 0.22)), mix(0.34, 0.88, near))
			back.block(at, roof, wide, foot-roof+0.02*u, body, 1, 0.004*u)
			// Its windows, in rows.
			glass := body.Scale(0.74).Mix(l.top, 0.25)
			if l.lamp > 0.5 {
				glass = body.Scale(0.8)
			}
			for y := roof + 0.02*u; y < foot && near > 0; y += 0.030 * u {
				back.block(at+0.012*u, y, wide-0.024*u, 0.014*u, glass, 0.75, 0.003*u)
				if l.lamp > 0.5 && d.Float() < 0.4 {
					back.block(at+d.Between(0.1, 0.7)*wide, y, 0.2*wide, 0.012*u, tone.RGB{1, 0.78, 0.46}, 0.7, 0.003*u)
				}
			}
			at += wide * d.Between(0.9, 1.15)
		}
		back.Blur(mix(0.006, 0.0035, near) * u / back.step)
	}
	back.glow(w/2+k.side*0.30*w, horizon-0.25*u, 0.35*u, l.glow.Scale(0.14))
	k.quiet(back, l.top.Mix(l.low, 0.35), 0.30)
	s.beyond = back.Picture
	s.floor = k.slab(tone.LCH(0.74, 0.010, 80).Scale(mix(0.7, 1, l.wall)), 0.03)
	s.end = end
	s.mist = [2]float32{end - 0.012*u, end}
	s.sunlight(k, d, l)
	s.bounce = tone.LCH(0.7, 0.01, 80).Scale(0.5)
	s.focus = 0.012 * u
	return s, &finish{bloom: 0.3, vignette: 0.10, grain: 0.7}
}

// camp is a camping ground: firs, a tent with light in it, strings of lamps, boards to put
// things on.
func camp(k *work) (*set, *finish) {
	s := k.newSet()
	d := k.dice("camp")
	u, w := k.unit, float32(k.size.X)
	_, z, _ := k.footing()
	l := k.daylight(k.hour(mood.Night), d)
	horizon := k.cam.horizon
	end := 0.85*u + z
	_, foot := k.cam.project(vec{0, 0, end})
	back := k.newCanvas(3)
	k.paintSky(back, d, l, horizon)
	fir := tone.LCH(0.15, 0.03, 235)
	ground := tone.LCH(0.20, 0.03, 140)
	snowy := k.mood.Season == mood.Winter
	if !l.isDark {
		fir, ground = tone.LCH(0.42, 0.055, 155), tone.LCH(0.58, 0.08, 128)
		if l.lamp > 0.5 {
			fir, ground = tone.LCH(0.28, 0.05, 170), tone.LCH(0.36, 0.06, 110)
		}
		if k.mood.Season == mood.Fall {
			fir, ground = tone.LCH(0.44, 0.075, 60), tone.LCH(0.55, 0.07, 75)
		}
	}
	if snowy {
		ground = tone.LCH(0.88, 0.015, 250).Scale(mix(0.4, 1, l.wall))
	}
	for row := range 3 {
		near := float32(row) / 2
		tall := mix(0.30, 0.62, near) * horizon
		for at := -0.05 * w; at < 1.05*w; at += d.Between(0.04, 0.09) * u * (1 + near) {
			open := smooth(abs(at-w/2)/w, 0.08, 0.40)
			if k.wide() {
				open = 1 - 0.85*k.calm(at, 0)
			}
			t := tall * d.Between(0.6, 1.1) * mix(0.35, 1.15, open)
			base := horizon + 0.02*u + 0.04*u*near
			body := l.low.Mix(fir, mix(0.45, 0.95, near))
			back.fir(at, base, t, t*d.Between(0.32, 0.42), body, 0.008*u, 0)
			if snowy {
				back.fir(at, base, t, t*0.36, ground.Mix(body, 0.35), 0.006*u, 0.55)
			}
		}
	}
	moss := raster.NewField(k.seed^251, 256, 8, 5, 0.6)
	back.fill(func(x, y float32) tone.RGB {
		old := back.Get(int(x/back.step), int(y/back.step))
		c := ground.Scale(1 + 0.25*moss.At(x*0.9/u, y*2.2/u))
		return old.Mix(c, smooth(y, horizon+0.02*u, horizon+0.05*u))
	})
	// The tent, lit from inside when it is dark.
	side := d.Side()
	tx := w/2 + k.free(side)*d.Between(0.20, 0.30)*w
	tw, th := d.Between(0.30, 0.40)*u, d.Between(0.23, 0.31)*u
	base := foot - 0.02*u
	canvasC := tone.LCH(0.78, 0.06, [...]float32{80, 40, 150, 230}[int(d.Float()*4)&3]).Mix(tone.RGB{1.15, 0.72, 0.34},
		0.75*l.lamp)
	back.stamp(tx, base-th/2, tw*1.2, false, canvasC, func(dx, dy float32) float32 {
		v := (dy + th/2) / th
		if v < -0.05 || v > 1 {
			return 0
		}
		half := tw * (0.06 + 0.94*v)
		return smooth(abs(dx), half+0.006*u, half-0.006*u)
	})
	back.stamp(tx, base-th/2, tw*1.2, false, canvasC.Scale(0.55), func(dx, dy float32) float32 {
		v := (dy + th/2) / th
		if v < 0 || v > 1 {
			return 0
		}
		half := tw * 0.30 * v
		return 0.8 * smooth(abs(dx), half+0.005*u, half-0.005*u)
	})
	back.glow(tx, base-0.3*th, 0.28*u, tone.RGB{1, 0.55, 0.22}.Scale(0.40*l.lamp))
	back.Blur(0.0085 * u / back.step)
	// A string of lamps from side to side.
	if l.lamp > 0 {
		for i := range 15 {
			t := (float32(i) + 0.5) / 15
			bx := t * w
			by := horizon - 0.30*u + 0.10*u*(1-pow(2*t-1, 2))
			if k.wide() {
				by += 0.08 * u
			}
			back.bokeh(bx, by, d.Between(0.012, 0.020)*u, tone.RGB{1, 0.70, 0.36}, (0.25+0.65*l.lamp)*(1-0.75*k.calm(bx, by)))
		}
		// The fire, out of the picture's middle.
		fx := w/2 + k.free(-side)*0.36*w
		back.glow(fx, foot-0.02*u, 0.17*u, tone.RGB{1, 0.44, 0.12}.Scale(0.85*l.lamp))
		for range 12 {
			back.bokeh(fx+d.Bell()*0.07*u, foot-d.Between(0.0, 0.22)*u, d.Between(0.004, 0.010)*u, tone.RGB{1, 0.6, 0.2},
				0.8*l.lamp)
		}
	}
	s.beyond = back.Picture
	s.floor = k.planks(d, l.wall > 0.7)
	s.end = end
	s.mist = [2]float32{end - 0.03*u, end}
	s.sunlight(k, d, l)
	if l.isDark {
		s.key = tone.RGB{1.0, 0.66, 0.36}.Scale(1.35)
	}
	s.bounce = ground.Scale(0.5)
	s.focus = 0.016 * u
	return s, &finish{bloom: 0.4, vignette: 0.20, grain: 0.9}
}

// festival is a lane at night under paper lanterns.
func festival(k *work) (*set, *finish) {
	s := k.newSet()
	d := k.dice("festival")
	u, w := k.unit, float32(k.size.X)
	x, z, _ := k.footing()
	h := k.hour(mood.Night)
	l := k.daylight(h, d)
	horizon := k.cam.horizon
	px := x + k.cam.cx
	back := k.newCanvas(4)
	k.paintSky(back, d, l, horizon)
	lane := tone.LCH(0.30, 0.045, 50)
	back.fill(func(x, y float32) tone.RGB {
		old := back.Get(int(x/back.step), int(y/back.step))
		return old.Mix(lane, smooth(y, horizon-0.10*u, horizon+0.04*u))
	})
	// Stalls to both sides: dark roofs over warm light.
	for _, side := range [2]float32{-1, 1} {
		for i := range 4 {
			depth := float32(i) / 3
			bx := px + side*mix(0.62, 0.14, depth)*w
			tall := mix(0.52, 0.16, depth) * u
			wide := mix(0.44, 0.14, depth) * u
			base := horizon + mix(0.10, 0.015, depth)*u
			warm := tone.LCH(0.66, 0.11, 62+d.Between(-12, 12)).Scale(mix(0.85, 0.6, depth))
			back.block(bx-wide/2, base-tall, wide, tall, warm, 0.9, 0.012*u)
			back.block(bx-wide*0.56, base-tall*1.12, wide*1.12, tall*0.20, tone.LCH(0.34, 0.09, d.Between(15, 40)), 1, 0.012*u)
			back.block(bx-wide/2, base-tall*0.34, wide, tall*0.36, tone.LCH(0.24, 0.04, 45), 0.95, 0.010*u)
		}
	}
	back.Blur(0.013 * u / back.step)
	hues := [...]float32{45, 60, 28, 75, 50}
	if len(k.mood.Hues) > 0 {
		hues[2] = float32(k.mood.Hues[0])
	}
	// Two lines of lanterns that come towards us.
	for _, side := range [2]float32{-1, 1} {
		for i := range 8 {
			t := pow(float32(i)/7, 0.8)
			bx := px + side*mix(0.06, 0.56, t)*w
			by := horizon - mix(0.14, 0.60, t)*u
			if k.wide() {
				by = horizon - mix(0.10, 0.36, t)*u
			}
			r := mix(0.018, 0.072, t) * u
			c := tone.LCH(0.78, 0.135, hues[(i+int(k.seed%5))%5])
			dimmed := 1 - 0.25*k.calm(bx, by)
			back.glow(bx, by, r*1.9, c.Scale(0.34*dimmed))
			back.blob(bx, by, r*0.92, r, 0, c.Mix(tone.RGB{1.3, 1.05, 0.7}, 0.45).Scale(1.05*dimmed), 0.95, 0.14)
			back.block(bx-r*0.35, by-r*1.12, r*0.7, r*0.18, tone.LCH(0.25, 0.05, 40), 0.9, 0.003*u)
			back.block(bx-r*0.35, by+r*0.94, r*0.7, r*0.18, tone.LCH(0.25, 0.05, 40), 0.9, 0.003*u)
		}
	}
	for range 22 {
		bx, by := d.Float()*w, horizon-d.Between(-0.02, 0.20)*u
		back.bokeh(bx, by, d.Between(0.010, 0.026)*u, tone.LCH(0.76, 0.14, hues[int(d.Float()*5)%5]), d.Between(0.2,
			0.6)*(1-0.9*k.calm(bx, by)))
	}
	back.Blur(0.0045 * u / back.step)
	k.quiet(back, l.top, 0.15)
	s.beyond = back.Picture
	wet := clone(back.Picture)
	wet.Blur(0.016 * u / back.step)
	s.mirrored = wet
	joint := raster.NewField(k.seed^261, 256, 6, 5, 0.6)
	stone := tone.LCH(0.36, 0.018, 60)
	s.floor = &material{gloss: 0.09, rough: 0.65, paint: func(p, n vec) tone.RGB {
		a, b := p[0]/(0.34*u), p[2]/(0.34*u)
		a += 0.5 * (floor(b) - 2*floor(floor(b)/2))
		in := min(min(a-floor(a), 1-(a-floor(a))), min(b-floor(b), 1-(b-floor(b))))
		return stone.Scale((1 + 0.18*joint.At(p[0]/u, p[2]/u)) * (0.55 + 0.45*smooth(in, 0.008, 0.03)))
	}, relief: func(p, n vec) vec {
		return vec{n[0] + 0.02*joint.At(p[0]*1.1/u, p[2]*1.1/u), n[1], n[2] + 0.02*joint.At(p[2]*1.1/u, p[0]*1.1/u)}.unit()
	}}
	s.mist = [2]float32{1.6 * u, 4.5 * u}
	s.sunlight(k, d, l)
	s.sun, s.spread = vec{k.side * 0.3, 0.85, -0.4}.unit(), 0.2
	s.key = tone.RGB{1.0, 0.78, 0.52}.Scale(1.5)
	s.sky = tone.LCH(0.60, 0.07, 55).Scale(0.8)
	s.bounce = tone.LCH(0.5, 0.08, 60)
	s.pool = &pool{x: x, z: z + 0.35*u, r: 0.85 * u}
	s.focus = 0.014 * u
	return s, &finish{bloom: 0.5, vignette: 0.28, grain: 1.0}
}
