package scene

import "github.com/nanococoa/nanococoa/aiserver/standin/tone"

// podium is the studio: a round stand on a seamless sweep, a disc of card behind
// it, everything in one family of colours.
func podium(k *work) (*set, *finish) {
	s := k.newSet()
	d := k.dice("podium")
	c := k.family(d)
	x, z, r := k.footing()
	_, half := k.middle()
	high := 0.085 * k.unit
	radius := max(1.16*r, half+0.05*k.unit)

	wall := k.plaster(c.wall, 1.3, 0.025)
	stand := k.plaster(c.stand, 2, 0.02)
	accent := k.plaster(c.accent, 2, 0.02)
	stand.gloss, stand.rough = 0.04, 1
	if c.dark {
		stand.gloss, stand.rough = 0.10, 0.5
	}

	s.ground = -high
	s.floor, s.wall = wall, wall
	s.wallZ, s.cove = 1.05*k.unit+z, 0.5*k.unit
	discZ := s.wallZ - s.cove*0.55
	side := d.Side()
	one, other := k.free(side), k.free(-side)
	bead := d.Between(0.045, 0.065) * k.unit
	tube := d.Between(0.07, 0.10) * k.unit
	s.solids = []solid{
		{kind: upright, c: vec{x, -high, z}, r: radius, h: high, bevel: 0.009 * k.unit, m: stand},
		// A disc behind, beside the middle, like a rising sun.
		{kind: drum, c: vec{
			k.behind(x+d.Side()*d.Between(0.05, 0.16)*k.unit, k.halo(s.wallZ), discZ), 0.38*k.tall() + 0.06*k.unit, discZ,
		},
			r: k.halo(s.wallZ), h: 0.05 * k.unit, bevel: 0.006 * k.unit, m: accent},
		// Small things at the foot of the stand.
		{kind: ball, c: vec{x + one*(radius+bead*1.1), -high + bead, z - radius*0.25}, r: bead, m: accent},
		{kind: upright, c: vec{x + other*(radius+tube*0.9), -high, z + radius*0.55}, r: tube,
			h: d.Between(0.16, 0.3) * k.unit, bevel: 0.008 * k.unit, m: stand},
	}
	s.sun = vec{k.side * d.Between(0.45, 0.7), d.Between(0.75, 0.9), -d.Between(0.45, 0.6)}.unit()
	s.spread = 0.14
	warm := tone.RGB{1, 0.965, 0.92}
	s.key = warm.Scale(0.86)
	s.sky = tone.RGB{0.45, 0.46, 0.48}
	s.bounce = c.wall.Scale(0.45)
	if c.dark {
		s.key = warm.Scale(1.3)
		s.sky = tone.RGB{0.34, 0.35, 0.40}
	}
	s.focus = 0.012 * k.unit
	return s, &finish{bloom: 0.25, vignette: 0.12, grain: 0.8}
}
