package scene

import (
	"math"

	"github.com/nanococoa/nanococoa/aiserver/standin/raster"
	"github.com/nanococoa/nanococoa/aiserver/standin/tone"
)

// silk is a sweep of satin in soft folds, with light sliding over them.
func silk(k *work) (*set, *finish) {
	s := k.newSet()
	d := k.dice("silk")
	u := k.unit
	x, z, r := k.footing()
	_, half := k.middle()

	hue := [...]float32{70, 15, 345, 45, 300}[int(d.Float()*5)%5]
	chroma := float32(0.045)
	if len(k.mood.Hues) > 0 {
		hue, chroma = float32(k.mood.Hues[0]), 0.06
	} else if k.colors.Chroma > 0.06 && k.colors.Share > 0.15 {
		hue = k.colors.Hue
		if hue > 84 && hue < 120 {
			hue = 80
		}
	}
	light := float32(0.84)
	if k.mood.Light < -0.3 || k.mood.Light < 0.3 && k.colors.Light > 0.82 {
		light, chroma = 0.42, chroma*1.7
	}
	chroma *= 1 + 0.5*float32(k.mood.Vivid)
	body, shine := tone.LCH(light, chroma, hue), tone.LCH(min(light+0.20, 0.985), chroma*0.5, hue)
	bend := raster.NewField(k.seed^111, 128, 2, 3, 0.5)
	crease := raster.NewField(k.seed^112, 256, 4, 4, 0.55)
	lean := d.Between(0.35, 0.75) * d.Side()
	// Height of the cloth: long folds, bent slowly, that run down the wall and
	// out over the floor, and shallow out under the product.
	height := func(a, b, still float32) float32 {
		t := a*4.4 + lean*b*2.4 + 3.2*bend.At(a*0.22+0.1, b*0.22)
		return still * (0.55*sin(t*2) + 0.30*sin(t*3.9+1.3+bend.At(b*0.3, a*0.3)*2) + 0.10*sin(t*8.3+0.4) +
			0.35*crease.At(a*0.35, b*0.22))
	}
	cloth := &material{paint: func(p, n vec) tone.RGB { return body }}
	cloth.relief = func(p, n vec) vec {
		// The sweep unrolled: out over the floor, round the bend, up the wall.
		a, b := p[0]/u, min(p[2], s.wallZ-s.cove)/u
		turn := float32(math.Atan2(float64(-n[2]), float64(n[1])))
		b += (s.cove*turn + max(p[1]-s.ground-s.cove, 0)) / u
		still := smooth(hypot(p[0]-x, (p[2]-z)*0.8), 1.0*r, 2.0*r+0.2*u)
		if n[1] < 0.5 {
			still = 1
		}
		still = 0.10 + 0.90*still
		const e = 0.012
		da := (height(a+e, b, still) - height(a-e, b, still)) / (2 * e)
		db := (height(a, b+e, still) - height(a, b-e, still)) / (2 * e)
		depth := float32(0.085)
		along := vec{0, -n[2], n[1]}
		return n.sub(vec{1, 0, 0}.scale(depth * da)).sub(along.scale(depth * db)).unit()
	}
	cloth.satin = shine
	high := 0.05 * u
	s.ground = -high
	s.floor, s.wall = cloth, cloth
	s.wallZ, s.cove = 1.0*u+z, 0.62*u
	stand := k.plaster(tone.LCH(min(light+0.10, 0.96), chroma*0.5, hue), 2, 0.012)
	stand.gloss, stand.rough = 0.06, 0.8
	radius := max(1.12*r, half+0.04*u)
	s.solids = []solid{{kind: upright, c: vec{x, -high, z}, r: radius, h: high, bevel: 0.010 * u, m: stand}}
	s.sun = vec{k.side * d.Between(0.55, 0.7), d.Between(0.65, 0.8), -d.Between(0.45, 0.6)}.unit()
	s.spread = 0.12
	s.key = tone.RGB{1, 0.97, 0.94}.Scale(0.80)
	s.sky = tone.RGB{0.40, 0.40, 0.41}
	if light < 0.5 {
		s.key = s.key.Scale(1.5)
	}
	s.bounce = body.Scale(0.5)
	s.focus = 0.014 * u
	return s, &finish{bloom: 0.3, vignette: 0.12, grain: 0.7}
}
