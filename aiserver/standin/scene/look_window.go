package scene

import (
	"github.com/nanococoa/nanococoa/aiserver/standin/raster"
	"github.com/nanococoa/nanococoa/aiserver/standin/tone"
)

// window is morning light through a window on a plaster wall: the shadow of its
// bars and of a branch before it falls over wall and table.
func window(k *work) (*set, *finish) {
	s := k.newSet()
	d := k.dice("window")
	u := k.unit
	x, z, r := k.footing()

	hue := float32(74) + d.Between(-10, 8)
	chroma := float32(0.030) * (1 + 0.5*float32(k.mood.Vivid))
	if len(k.mood.Hues) > 0 {
		hue = float32(k.mood.Hues[0])
	} else if k.colors.Chroma > 0.06 && k.colors.Share > 0.2 && d.Float() < 0.5 {
		hue, chroma = k.colors.Hue, 0.024
	}
	wallColor, tableColor := tone.LCH(0.90, chroma, hue), tone.LCH(0.93, chroma*0.8, hue)
	s.wall = k.plaster(wallColor, 1.6, 0.035)
	s.floor = k.plaster(tableColor, 2.4, 0.03)
	s.floor.gloss, s.floor.rough = 0.035, 1.4
	s.ground = 0
	s.wallZ = 0.62*u + 1.3*z + 0.4*r

	// A vase beside, partly behind: a ball with a neck.
	side := k.free(-k.side)
	body := d.Between(0.085, 0.11) * u
	vase := k.plaster(tone.LCH(0.86, chroma*1.1, hue-6), 3, 0.03)
	vx := x + side*(r*1.02+body*1.25+0.04*u)
	vz := z + 0.34*u
	room := float32(k.size.X)/2*0.97 - body
	vx = clamp(vx, -room, room)
	if !k.mood.Large {
		s.solids = []solid{
			{kind: ball, c: vec{vx, body * 0.96, vz}, r: body, m: vase},
			{kind: upright, c: vec{vx, body * 1.5, vz}, r: body * 0.38, h: body * 0.85, bevel: body * 0.1, m: vase},
		}
	}

	s.sun = vec{k.side * d.Between(0.62, 0.78), d.Between(0.42, 0.55), -d.Between(0.50, 0.62)}.unit()
	s.spread = 0.03
	s.key = tone.RGB{1.50, 1.26, 0.95}
	s.sky = tone.RGB{0.62, 0.64, 0.68}
	s.bounce = wallColor.Scale(0.55)
	s.gobo = k.panes(s, d)
	s.focus = 0.012 * u
	return s, &finish{bloom: 0.3, vignette: 0.14, grain: 0.8}
}

// panes is a window between sun and set: a grid of openings, and a branch of
// leaves a little nearer.
func (k *work) panes(s *set, d *raster.Dice) func(p vec) float32 {
	u := k.unit
	// The window hangs square to the light; its axes are level and upright.
	right := vec{0, 1, 0}.cross(s.sun).unit()
	up := s.sun.cross(right)
	if right[0] < 0 {
		right = right.scale(-1)
	}
	mx, _ := k.middle()
	// Aim the middle of the light at the product's shoulder and the wall behind.
	aim := vec{mx, 0.45 * k.tall(), 0.45 * s.wallZ}
	cx, cy := aim.dot(right)+d.Between(-0.12, 0.12)*u, aim.dot(up)+d.Between(-0.05, 0.1)*u
	paneW, paneH := d.Between(0.40, 0.48)*u, d.Between(0.36, 0.44)*u
	bar := 0.035 * u
	soft := 0.014 * u
	lean := d.Between(-0.12, 0.12)
	leaves := k.branch(d, u)
	return func(p vec) float32 {
		a, b := p.dot(right)-cx, p.dot(up)-cy
		a += lean * b
		// Two panes across, three up.
		light := smooth(abs(a), paneW+bar/2+soft, paneW+bar/2-soft) * smooth(abs(b), 1.5*paneH+bar+soft, 1.5*paneH+bar-soft)
		if light > 0 {
			light *= smooth(abs(a), bar/2-soft, bar/2+soft)
			for _, y := range [2]float32{-0.5, 0.5} {
				light *= smooth(abs(b-y*(paneH+bar)), bar/2-soft, bar/2+soft)
			}
			light *= 1 - 0.82*leaves(a, b)
		}
		// A bright room still lights what the window does not.
		return 0.10 + 0.90*light
	}
}

// branch is the cover of a twig with leaves, drawn once on a small canvas and
// read back softly.
func (k *work) branch(d *raster.Dice, u float32) func(a, b float32) float32 {
	const n = 192
	reach := 0.85 * u // half the side of the drawing
	c := &canvas{Picture: raster.New(n, n), step: 2 * reach / n}
	ink := tone.RGB{1, 1, 1}
	for range 5 {
		x, y := reach*d.Between(0.35, 1.0), reach*d.Between(-0.8, 0.8)
		turn := d.Between(2.6, 3.7)
		for i := range 13 {
			x += cos(turn) * 0.085 * u
			y += sin(turn) * 0.085 * u
			turn += d.Between(-0.12, 0.16)
			side := float32(1 - 2*(i%2))
			length := d.Between(0.10, 0.19) * u
			c.leaf(
				x+reach, y+reach, length, length*d.Between(0.26, 0.36), turn+side*d.Between(0.5, 1.0), side*0.12, ink, 0.95,
				0.006*u,
			)
			c.leaf(x+reach, y+reach, 0.10*u, 0.010*u, turn, 0, ink, 0.9, 0.004*u)
		}
	}
	c.Blur(1.3)
	return func(a, b float32) float32 {
		v := c.Sample(0.5+a/(2*reach), 0.5+b/(2*reach))[0]
		if abs(a) > reach || abs(b) > reach {
			return 0
		}
		return min(v, 1)
	}
}
