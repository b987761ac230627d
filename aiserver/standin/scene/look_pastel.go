package scene

import "github.com/nanococoa/nanococoa/aiserver/standin/tone"

// pastel is plain bodies in two pale colours: an arch, steps, a ball.
func pastel(k *work) (*set, *finish) {
	s := k.newSet()
	d := k.dice("pastel")
	u := k.unit
	x, z, r := k.footing()
	_, half := k.middle()

	// Pairs of colours that go well together: wall and bodies.
	pairs := [...][2]float32{{15, 95}, {300, 20}, {230, 65}, {160, 20}, {60, 340}, {200, 300}}
	pair := pairs[int(d.Float()*6)%6]
	if len(k.mood.Hues) > 0 {
		pair[0] = float32(k.mood.Hues[0])
		pair[1] = pair[0] + d.Side()*d.Between(55, 95)
	} else if k.colors.Chroma > 0.06 && k.colors.Share > 0.12 {
		pair[1] = k.colors.Hue
		if pair[1] > 84 && pair[1] < 118 {
			pair[1] = 86
		}
		pair[0] = k.colors.Hue + d.Side()*d.Between(70, 130)
	}
	vivid := 1 + 0.5*float32(k.mood.Vivid)
	bright := float32(0.02) * float32(k.mood.Light)
	if k.says("white") {
		vivid, bright = 0.18, 0.055
	}
	wallC := tone.LCH(0.885+bright, 0.048*vivid, pair[0])
	floorC := tone.LCH(0.915+bright, 0.036*vivid, pair[0])
	figureC := tone.LCH(0.875+bright, 0.075*vivid, pair[1])
	// Stronger, but only as light or dark as its hue stays clean.
	_, deepL := clean(pair[1])
	deepC := tone.LCH(max(deepL+0.06, 0.78), 0.095*vivid, pair[1])
	whiteC := tone.LCH(0.965, 0.008, pair[0])
	wall, floorM := k.plaster(wallC, 1.5, 0.012), k.plaster(floorC, 1.5, 0.012)
	figure, deep, white := k.plaster(figureC, 2, 0.012), k.plaster(deepC, 2, 0.012), k.plaster(whiteC, 2, 0.010)

	high := 0.06 * u
	s.ground = -high
	s.floor, s.wall = floorM, wall
	s.wallZ = 0.90*u + 1.2*z
	s.cove = 0

	// The slab the product stands on.
	wide := max(1.1*half, r) + 0.06*u
	slabDepth := max(0.9*r, 0.18*u)
	side := k.free(d.Side())
	s.solids = []solid{
		{kind: block, c: vec{x, -high, z}, size: vec{wide, high, slabDepth}, bevel: 0.008 * u, m: white},
	}
	// The arch behind: a block and a half drum on it.
	archHalf := 0.21*u + 0.25*half
	archTall := 0.52 * k.tall()
	archZ := s.wallZ - 0.30*u
	ax := x + side*(0.55*half+d.Between(0.08, 0.16)*u)
	s.solids = append(s.solids,
		solid{kind: block, c: vec{ax, -high, archZ}, size: vec{archHalf, archTall + high, 0.06 * u}, m: figure},
		solid{kind: drum, c: vec{ax, archTall, archZ - 0.06*u}, r: archHalf, h: 0.12 * u, m: figure},
	)
	// Steps on the other side, rising away.
	stepX, rise := x-side*(wide+0.10*u), 0.075*u
	if k.wide() {
		rise = 0.042 * u // the words are above them
	}
	for i := range 3 {
		h := float32(i+1) * rise
		s.solids = append(s.solids, solid{
			kind: block, c: vec{stepX - side*0.02*u, -high, z + slabDepth*0.6 + float32(i)*0.16*u},
			size: vec{0.17 * u, h, 0.08 * u}, bevel: 0.006 * u, m: deep,
		})
	}
	// A ball in front of the arch, a second on the steps.
	bead := d.Between(0.050, 0.065) * u
	s.solids = append(s.solids,
		solid{kind: ball, c: vec{x + side*(wide+bead*1.2), -high + bead, z + 0.2*slabDepth}, r: bead, m: deep},
		solid{kind: ball, c: vec{stepX - side*0.02*u, -high + rise + bead*0.62, z + slabDepth*0.6}, r: bead * 0.62, m: white},
	)
	s.sun = vec{k.side * d.Between(0.45, 0.62), d.Between(0.68, 0.82), -d.Between(0.45, 0.6)}.unit()
	s.spread = 0.07
	s.key = tone.RGB{1, 0.97, 0.93}.Scale(0.66)
	s.sky = tone.RGB{0.57, 0.57, 0.59}
	s.bounce = floorC.Scale(0.62)
	s.focus = 0.006 * u
	return s, &finish{bloom: 0.25, vignette: 0.06, grain: 0.7}
}
