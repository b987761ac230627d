package scene

import (
	"github.com/nanococoa/nanococoa/aiserver/standin/raster"
	"github.com/nanococoa/nanococoa/aiserver/standin/tone"
)

// season is what the leaves of a grove look like.
type season struct {
	hues           []float32 // of the leaves
	light          tone.RGB  // of the sun through them
	haze, deep     tone.RGB  // the far clearing, the shade at the edges
	leafL, leafC   float32
	sprinkle       bool // fallen leaves on the wood
	wood, woodDark tone.RGB
}

// forest is green foliage against the sun behind a slice of wood.
func forest(k *work) (*set, *finish) {
	return grove(k, season{
		hues:  []float32{118, 128, 136, 142, 150},
		light: tone.RGB{1.0, 0.97, 0.70},
		haze:  tone.LCH(0.86, 0.12, 122), deep: tone.LCH(0.27, 0.06, 145),
		leafL: 0.56, leafC: 0.13,
		wood: tone.LCH(0.74, 0.065, 72), woodDark: tone.LCH(0.50, 0.06, 62),
	})
}

// autumn is the same place under a low sun, with red and gold leaves.
func autumn(k *work) (*set, *finish) {
	return grove(k, season{
		hues:  []float32{38, 48, 58, 68, 80},
		light: tone.RGB{1.0, 0.85, 0.55},
		haze:  tone.LCH(0.84, 0.11, 78), deep: tone.LCH(0.30, 0.065, 42),
		leafL: 0.62, leafC: 0.15, sprinkle: true,
		wood: tone.LCH(0.66, 0.07, 62), woodDark: tone.LCH(0.42, 0.06, 50),
	})
}

func grove(k *work, a season) (*set, *finish) {
	s := k.newSet()
	d := k.dice("grove")
	u := k.unit
	w, h := float32(k.size.X), float32(k.size.Y)
	x, z, r := k.footing()
	horizon := k.cam.horizon

	// The clearing: light from the sun's side, shade at the edges.
	back := k.newCanvas(4)
	sx, sy := w/2+k.side*0.22*w, 0.10*h
	back.fill(func(x, y float32) tone.RGB {
		t := hypot((x-sx)/(0.85*w), (y-sy)/(0.95*h))
		return a.haze.Mix(a.deep, smooth(t, 0.05, 1.0))
	})
	leaf := func(light float32) tone.RGB {
		hue := a.hues[int(d.Float()*float32(len(a.hues)))%len(a.hues)]
		return tone.LCH(clamp(light+0.06*d.Bell(), 0.2, 0.92), a.leafC*d.Between(0.75, 1.1), hue+d.Between(-5, 5))
	}
	// Far crowns, soft and large; then twigs, smaller and crisper, away from the
	// words.
	for range 120 {
		bx, by := d.Between(-0.1, 1.1)*w, d.Between(-0.05, 1)*(horizon+0.1*h)
		near := hypot((bx-sx)/w, (by-sy)/h)
		c := leaf(a.leafL + 0.24 - 0.42*near)
		back.blob(bx, by, d.Between(0.05, 0.13)*u, d.Between(0.035, 0.09)*u, d.Between(0, 3), c, 0.42, 0.5)
	}
	back.Blur(0.016 * u / back.step)
	for range 90 {
		bx := d.Float() * w
		by := d.Between(-0.02, 1) * horizon
		// Leaves gather at the sides.
		if away := abs(bx-w/2) / w; away < 0.18 && d.Float() < 0.7 {
			continue
		}
		near := hypot((bx-sx)/w, (by-sy)/h)
		length := d.Between(0.06, 0.13) * u
		back.leaf(bx, by, length, length*d.Between(0.4, 0.6), d.Between(0, 6.28), d.Between(-0.15, 0.15),
			leaf(a.leafL+0.12-0.34*near), 0.60*(1-0.75*k.calm(bx, by)), 0.012*u)
	}
	back.Blur(0.0065 * u / back.step)
	// Sun spots between the leaves.
	for range 40 {
		bx, by := d.Float()*w, d.Between(0.02, 1)*horizon
		near := hypot((bx-sx)/w, (by-sy)/h)
		if d.Float() < 0.25+near {
			continue
		}
		back.bokeh(bx, by, d.Between(0.012, 0.042)*u, a.light, d.Between(0.10, 0.34)*(1-0.8*k.calm(bx, by)))
	}
	back.glow(sx, sy, 0.30*u, a.light.Scale(0.34))
	s.beyond = back.Picture

	// Forest floor, lost in the haze.
	moss := raster.NewField(k.seed^31, 256, 8, 5, 0.6)
	ground := a.deep.Mix(a.haze, 0.16)
	s.floor = &material{paint: func(p, n vec) tone.RGB {
		v := moss.At(p[0]*0.9/u, p[2]*0.9/u)
		return ground.Mix(a.haze, clamp(0.30+0.35*v, 0, 0.7))
	}, relief: func(p, n vec) vec {
		return vec{n[0] + 0.5*moss.At(p[0]*2.1/u, p[2]*2.1/u), n[1], n[2] + 0.5*moss.At(p[2]*2.1/u, p[0]*2.1/u)}.unit()
	}}
	high := 0.075 * u
	s.ground = -high
	s.mist = [2]float32{0.30 * u, 1.9 * u}

	radius := max(1.14*r, 0.27*u)
	wood := k.logSlice(x, z, radius, a.wood, a.woodDark)
	s.solids = []solid{{kind: upright, c: vec{x, -high, z}, r: radius, h: high, bevel: 0.006 * u, m: wood}}

	s.sun = vec{k.side * d.Between(0.50, 0.65), d.Between(0.70, 0.85), -d.Between(0.15, 0.35)}.unit()
	s.spread = 0.06
	s.key = a.light.Scale(1.35)
	s.sky = a.haze.Mix(tone.RGB{0.6, 0.6, 0.6}, 0.5).Scale(0.72)
	s.bounce = a.deep
	dapple := raster.NewField(k.seed^32, 128, 4, 3, 0.5)
	s.gobo = func(p vec) float32 {
		v := dapple.At((p[0]-p[1]*s.sun[0]/s.sun[1])*0.42/u, (p[2]-p[1]*s.sun[2]/s.sun[1])*0.42/u)
		return 0.35 + 0.65*smooth(v, -0.30, 0.22)
	}
	s.focus = 0.020 * u

	// Blades close to the lens, in the lower corners.
	front := k.newVeil(4)
	for _, side := range [2]float32{-1, 1} {
		for range 5 {
			bx := w/2 + side*(0.5*w+d.Between(-0.03, 0.07)*u)
			by := h + d.Between(-0.02, 0.05)*u
			turn := -1.57 - side*d.Between(-0.2, 0.75)
			length := d.Between(0.16, 0.30) * u
			front.leaf(
				bx, by, length, length*d.Between(0.28, 0.42), turn, side*d.Between(-0.1, 0.2), leaf(a.leafL-0.14).Scale(0.8), 0.94,
				0.016*u,
			)
		}
	}
	k.keepClear(front)
	if a.sprinkle {
		k.scatter(s, d, leaf)
	}
	return s, &finish{bloom: 0.35, vignette: 0.22, grain: 0.9, front: front.veil()}
}

// logSlice is a slice of a tree: rings on its face, bark around.
func (k *work) logSlice(x, z, radius float32, pale, dark tone.RGB) *material {
	u := k.unit
	grain := raster.NewField(k.seed^33, 256, 6, 5, 0.6)
	warp := raster.NewField(k.seed^34, 128, 2, 3, 0.5)
	return &material{gloss: 0.02, rough: 1.6, paint: func(p, n vec) tone.RGB {
		dx, dz := p[0]-x, p[2]-z
		if n[1] > 0.5 {
			rr := hypot(dx, dz)
			rr += 0.05 * u * warp.At(p[0]*0.6/u, p[2]*0.6/u)
			rings := 0.5 + 0.5*sin(rr*150/u+2*warp.At(p[0]*0.3/u, p[2]*0.3/u))
			fine := grain.At(p[0]*2.5/u, p[2]*2.5/u)
			c := pale.Mix(dark, clamp(
				0.10+0.22*rings*rings+0.12*fine+0.25*smooth(hypot(dx, dz), radius*0.90, radius*0.99), 0, 1,
			))
			return c
		}
		// Bark: upright furrows.
		turn := float32(0)
		if radius > 0 {
			turn = dx / radius
		}
		v := grain.At(turn*1.1, p[1]*0.5/u) + 0.5*grain.At(turn*4.3, p[1]*1.5/u)
		return dark.Scale(clamp(0.62+0.42*v, 0.22, 1.1))
	}}
}

// keepClear takes a foreground off the product and a margin around it.
func (k *work) keepClear(c *canvas) {
	a := k.subject.At
	margin := 0.05 * k.unit
	for y := range c.H {
		for x := range c.W {
			px, py := (float32(x)+0.5)*c.step, (float32(y)+0.5)*c.step
			dx := max(float32(a.Min.X)-px, px-float32(a.Max.X), 0)
			dy := max(float32(a.Min.Y)-py, py-float32(a.Max.Y), 0)
			if f := smooth(hypot(dx, dy), 0.1*margin, margin); f < 1 {
				c.Set(x, y, c.Get(x, y).Scale(f))
				c.cover.Set(x, y, c.cover.Get(x, y).Scale(f))
			}
		}
	}
}

// scatter lays a few leaves on the floor as thin, tinted patches.
func (k *work) scatter(s *set, d *raster.Dice, color func(light float32) tone.RGB) {
	type fallen struct {
		x, z, length, width, sin, cos float32
		c                             tone.RGB
	}
	u := k.unit
	var leaves []fallen
	for range 26 {
		t := d.Between(0, 6.28)
		l := d.Between(0.05, 0.085) * u
		leaves = append(leaves, fallen{
			d.Between(-0.75, 0.75) * u, d.Between(-0.25, 0.9) * u, l, l * d.Between(0.45, 0.65), sin(t), cos(t), color(0.60),
		})
	}
	under := s.floor.paint
	s.floor.paint = func(p, n vec) tone.RGB {
		for i := range leaves {
			f := &leaves[i]
			dx, dz := p[0]-f.x, p[2]-f.z
			a, b := (dx*f.cos+dz*f.sin)/f.length, (dz*f.cos-dx*f.sin)/f.width
			if a < -1 || a > 1 || abs(b) > 1 {
				continue
			}
			if cover := smooth(abs(b), 1-a*a, 0.72*(1-a*a)); cover > 0 {
				// A darker midrib, soft as the outline.
				return under(p, n).Mix(f.c.Scale(1-0.22*smooth(abs(b), 0.10, 0.02)), cover)
			}
		}
		return under(p, n)
	}
}
