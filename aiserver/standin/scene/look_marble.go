package scene

import (
	"github.com/nanococoa/nanococoa/aiserver/standin/raster"
	"github.com/nanococoa/nanococoa/aiserver/standin/tone"
)

// marble is luxury: polished veined stone, a brass ring on a deep wall, one
// spot of light.
func marble(k *work) (*set, *finish) {
	s := k.newSet()
	d := k.dice("marble")
	u := k.unit
	x, z, r := k.footing()
	_, half := k.middle()

	pale := k.says("white") || k.mood.Light > 0.35 || k.mood.Light > -0.3 && k.colors.Light < 0.30
	// Bottle green, midnight, aubergine, warm black.
	hue := [...]float32{165, 262, 345, 55}[int(d.Float()*4)&3]
	if k.colors.Chroma > 0.05 && k.colors.Share > 0.15 && d.Float() < 0.5 {
		hue = k.colors.Hue + 180
	}
	if len(k.mood.Hues) > 0 && k.mood.Hues[0] != 85 {
		hue = float32(k.mood.Hues[0])
	}
	wallColor := tone.LCH(0.29, 0.045, hue)
	stone, vein := tone.LCH(0.25, 0.020, hue), tone.LCH(0.72, 0.035, 75)
	if k.says("black") {
		pale, wallColor, stone = false, tone.LCH(0.235, 0.006, 60), tone.LCH(0.20, 0.006, 60)
	}
	if pale {
		wallColor = tone.LCH(0.86, 0.022, 75)
		stone, vein = tone.LCH(0.945, 0.006, 80), tone.LCH(0.64, 0.014, 250)
	}
	brass := tone.LCH(0.74, 0.095, 82)

	wall := k.plaster(wallColor, 1.2, 0.03)
	veined := k.veins(stone, vein, pale)
	veined.gloss, veined.rough = 0.17, 0.28
	top := k.veins(tone.LCH(0.93, 0.008, 80), tone.LCH(0.60, 0.02, 250), true)
	if pale {
		top = k.veins(tone.LCH(0.33, 0.035, hue), tone.LCH(0.78, 0.05, 80), false)
	}
	top.gloss, top.rough = 0.10, 0.45
	metal := &material{color: brass.Scale(0.62), gloss: 0.38, rough: 0.4}

	high := 0.075 * u
	s.ground = -high
	s.floor, s.wall = veined, wall
	s.wallZ = 0.95*u + z
	radius := max(1.14*r, half+0.04*u)
	ring := 0.97 * k.halo(s.wallZ)
	ringX, ringY, ringZ := x+d.Between(-0.05, 0.05)*u, 0.36*k.tall()-0.02*u, s.wallZ-0.055*u
	ringX = k.behind(ringX, ring, ringZ)
	rim := 0.010 * u
	s.solids = []solid{
		{kind: upright, c: vec{x, -high + rim*1.2, z}, r: radius, h: high - rim*1.2, bevel: 0.006 * u, m: top},
		{kind: upright, c: vec{x, -high, z}, r: radius + 0.4*rim, h: rim * 1.2, m: metal},
		// The ring is a brass disc with the wall's own disc before it.
		{kind: drum, c: vec{ringX, ringY, ringZ}, r: ring, h: 0.02 * u, bevel: 0.004 * u, m: metal},
		{kind: drum, c: vec{ringX, ringY, ringZ - 0.004*u}, r: ring - rim, h: 0.01 * u, m: wall},
	}
	// A brass ball beside, brushed, so that it glows instead of showing the set.
	side := k.free(d.Side())
	bead := d.Between(0.038, 0.055) * u
	brushed := &material{color: brass.Scale(0.62), gloss: 0.38, rough: 0.9}
	if bx := x + side*(radius+bead*1.6); abs(bx) < float32(k.size.X)/2-1.4*bead {
		s.solids = append(s.solids, solid{kind: ball, c: vec{bx, -high + bead, z - 0.15*radius}, r: bead, m: brushed})
	}

	s.sun = vec{k.side * d.Between(0.35, 0.55), d.Between(0.80, 0.92), -d.Between(0.50, 0.65)}.unit()
	s.spread = 0.13
	s.key = tone.RGB{1.0, 0.92, 0.80}.Scale(2.1)
	s.sky = tone.RGB{0.40, 0.40, 0.43}
	s.bounce = wallColor.Scale(0.5)
	s.pool = &pool{x: x, z: z + 0.5*u, r: 0.95 * u}
	if pale {
		s.key = tone.RGB{1.0, 0.95, 0.88}.Scale(0.85)
		s.sky = tone.RGB{0.50, 0.50, 0.51}
		s.pool = nil
	}
	s.focus = 0.010 * u

	// Dust of gold in the light.
	front := k.newVeil(2)
	gold := tone.RGB{1.0, 0.80, 0.42}
	for range 34 {
		bx, by := float32(k.size.X)/2+d.Bell()*0.38*float32(k.size.X), d.Float()*float32(k.size.Y)
		size := d.Between(0.002, 0.005) * u
		strength := d.Between(0.15, 0.6)
		if d.Float() < 0.2 {
			size, strength = d.Between(0.009, 0.018)*u, d.Between(0.05, 0.12)
		}
		front.blob(bx, by, size, size, 0, gold, strength*(1-0.7*k.calm(bx, by)), 0.5)
	}
	f := &finish{bloom: 0.35, vignette: 0.30, grain: 0.9, front: front.veil()}
	if pale {
		f.vignette, f.front = 0.12, nil
	}
	return s, f
}

// veins is polished stone: a body colour clouded by wide noise, and veins where
// another noise, bent by a third, crosses zero.
func (k *work) veins(body, vein tone.RGB, soft bool) *material {
	u := k.unit
	bend := raster.NewField(k.seed^61, 256, 3, 5, 0.55)
	lines := raster.NewField(k.seed^62, 256, 3, 3, 0.5)
	cloud := raster.NewField(k.seed^63, 128, 2, 4, 0.5)
	depth := float32(0.85)
	if soft {
		depth = 0.62
	}
	return &material{paint: func(p, n vec) tone.RGB {
		a, b := p[0]*0.42/u, p[2]*0.42/u+p[1]*0.42/u
		wx, wy := bend.At(a*0.8, b*0.8), bend.At(a*0.8+0.37, b*0.8+0.19)
		v := abs(lines.At(a*0.5+0.10*wx, b*0.5+0.10*wy))
		fine := abs(lines.At(a*1.2+0.08*wy+0.5, b*1.2+0.08*wx))
		line := exp(-v*26)*depth + exp(-fine*40)*0.35*depth
		c := body.Scale(1 + 0.16*cloud.At(a*0.7, b*0.7))
		return c.Mix(vein, clamp(line*(0.45+0.55*smooth(cloud.At(b, a), -0.5, 0.4)), 0, 0.9))
	}}
}
