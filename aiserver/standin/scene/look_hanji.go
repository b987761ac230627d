package scene

import (
	"github.com/nanococoa/nanococoa/aiserver/standin/raster"
	"github.com/nanococoa/nanococoa/aiserver/standin/tone"
)

// hanji is a festive set of layered paper: a full moon, ranges of hills in the
// colours of a hanbok, each sheet shading the next, and a lacquered tray.
func hanji(k *work) (*set, *finish) {
	s := k.newSet()
	d := k.dice("hanji")
	u := k.unit
	x, z, r := k.footing()
	_, half := k.middle()

	// Day: ivory sky and rose hills. Night: indigo sky and a warm moon.
	night := k.mood.Light < -0.25
	ramps := [...][2]float32{{20, 55}, {12, 340}, {35, 80}}
	ramp := ramps[int(d.Float()*3)%3]
	skyColor := tone.LCH(0.915, 0.030, 76)
	farC, nearC := tone.LCH(0.84, 0.055, ramp[1]), tone.LCH(0.55, 0.135, ramp[0])
	moon := tone.LCH(0.80, 0.115, ramp[0]+18)
	floorC := tone.LCH(0.90, 0.035, 74)
	if night {
		skyColor = tone.LCH(0.36, 0.075, 268)
		farC, nearC = tone.LCH(0.50, 0.075, 265), tone.LCH(0.30, 0.085, 272)
		moon = tone.LCH(0.93, 0.055, 88)
		floorC = tone.LCH(0.44, 0.07, 268)
	}
	fibre := raster.NewField(k.seed^71, 256, 16, 4, 0.7)
	pulp := raster.NewField(k.seed^72, 128, 4, 4, 0.55)
	paper := func(c tone.RGB) *material {
		return &material{paint: func(p, n vec) tone.RGB {
			a, b := p[0]/u, p[2]/u
			if abs(n[1]) < 0.5 {
				b = p[1] / u
			}
			// Mulberry fibres: long, thin, in two directions.
			f := smooth(abs(fibre.At(a*0.5+b*0.2, b*3.0)), 0.06, 0) + smooth(abs(fibre.At(a*2.6+0.4, b*0.45-a*0.3)), 0.05, 0)
			return c.Scale(1 + 0.035*pulp.At(a*1.3, b*1.3) - 0.035*f)
		}}
	}
	high := 0.055 * u
	s.ground = -high
	s.floor, s.wall = paper(floorC), paper(skyColor)
	s.wallZ = 1.30*u + z
	wallDist := s.wallZ

	// Hills: three sheets, lower and darker towards us.
	eye := k.cam.eye
	ranges := 3
	for i := range ranges {
		t := float32(i) / float32(ranges-1)
		zz := mix(wallDist-0.14*u, z+max(r, 0.30*u)+0.10*u, t)
		grow := (k.cam.dist + zz) / k.cam.dist
		ridge := raster.NewField(k.seed^uint64(80+i), 128, 3, 2, 0.45)
		shift := d.Float()
		// Crest height as the camera sees it, over the horizon of the floor.
		base := mix(0.30, 0.06, t)*u*grow + 0.06*eye
		lift := mix(0.15, 0.085, t) * u
		s.solids = append(s.solids, solid{
			kind: sheet, c: vec{0, 0, zz}, m: paper(farC.Mix(nearC, t)),
			edge: func(px float32) float32 {
				a := px / (2.6 * u)
				// Higher at the sides, open in the middle.
				out := min(abs(px-x)/(0.9*u), 1)
				return base*0.75 + lift*(ridge.At(a+shift, 0.37)+0.75*out*out)
			},
		})
	}
	// The moon hangs off the middle, behind the hills.
	side := k.free(d.Side())
	disc := d.Between(0.25, 0.30) * u
	rise := 0.66*k.tall() + 0.12*u
	if float32(k.size.Y) > 1.3*u {
		rise = k.tall() + 0.14*u // tall pictures have sky to spare
	}
	s.solids = append(s.solids, solid{
		kind: drum, c: vec{x + side*(0.45*half+d.Between(0.04, 0.14)*u), rise, wallDist - 0.07*u}, r: disc, h: 0.01 * u,
		m: &material{paint: paper(moon).paint, glow: moon.Scale(map[bool]float32{true: 0.42, false: 0.06}[night])},
	})
	lacquer := &material{color: tone.LCH(0.32, 0.115, 24), gloss: 0.065, rough: 0.35}
	inlay := &material{color: tone.LCH(0.76, 0.10, 84), gloss: 0.2, rough: 0.5}
	if !night && d.Float() < 0.4 {
		lacquer.color = tone.LCH(0.22, 0.012, 40)
	}
	radius := max(1.14*r, 0.25*u)
	s.solids = append(s.solids,
		solid{kind: upright, c: vec{x, -high, z}, r: radius * 0.90, h: high * 0.55, m: lacquer},
		solid{kind: upright, c: vec{x, -high * 0.45, z}, r: radius, h: high * 0.45, bevel: 0.008 * u, m: lacquer},
		solid{kind: upright, c: vec{x, -high * 0.40, z}, r: radius * 1.003, h: 0.005 * u, m: inlay},
	)
	s.sun = vec{k.side * d.Between(0.45, 0.62), d.Between(0.72, 0.85), -d.Between(0.55, 0.7)}.unit()
	s.spread = 0.10
	s.key = tone.RGB{1, 0.95, 0.87}.Scale(0.80)
	s.sky = tone.RGB{0.47, 0.46, 0.46}
	s.bounce = floorC.Scale(0.42)
	if night {
		s.key = tone.RGB{1, 0.93, 0.82}.Scale(0.95)
		s.sky = tone.RGB{0.42, 0.44, 0.56}
	}
	s.focus = 0.003 * u

	// Petals adrift.
	front := k.newVeil(2)
	petal := tone.LCH(0.78, 0.12, ramp[0]+8)
	if night {
		petal = tone.LCH(0.86, 0.06, 80)
	}
	for range 16 {
		bx, by := d.Float()*float32(k.size.X), d.Between(0.05, 0.9)*float32(k.size.Y)
		size := d.Between(0.010, 0.018) * u
		front.leaf(
			bx, by, size*1.7, size*1.15, d.Between(0, 6.28), 0.1, petal.Scale(d.Between(0.85, 1.05)), 0.85*(1-k.calm(bx, by)),
			0.0025*u,
		)
	}
	k.keepClear(front)
	return s, &finish{bloom: 0.2, vignette: 0.12, grain: 0.8, front: front.veil()}
}
