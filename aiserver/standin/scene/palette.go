package scene

import (
	"github.com/nanococoa/nanococoa/aiserver/standin/raster"
	"github.com/nanococoa/nanococoa/aiserver/standin/tone"
)

// palette is a family of surface colours around one hue.
type palette struct {
	hue    float32
	wall   tone.RGB // the large calm area
	stand  tone.RGB // lighter, under the product
	accent tone.RGB // stronger, for small or far things
	dark   bool
}

// A hue looks clean only at certain lightnesses: dark yellow is olive, light blue
// looks like chalk. Lightness for large areas and for accents, by hue.
var cleanLight = []struct{ hue, wall, accent float32 }{
	{0, 0.82, 0.70}, {30, 0.80, 0.64}, {60, 0.85, 0.75}, {90, 0.90, 0.84}, {130, 0.86, 0.73},
	{190, 0.86, 0.72}, {250, 0.81, 0.60}, {300, 0.80, 0.60}, {360, 0.82, 0.70},
}

func clean(hue float32) (wall, accent float32) {
	for hue < 0 {
		hue += 360
	}
	for hue >= 360 {
		hue -= 360
	}
	for i := 1; i < len(cleanLight); i++ {
		if a, b := cleanLight[i-1], cleanLight[i]; hue <= b.hue {
			t := (hue - a.hue) / (b.hue - a.hue)
			return mix(a.wall, b.wall, t), mix(a.accent, b.accent, t)
		}
	}
	return 0.82, 0.70
}

// family chooses the palette: a hue the text names, else the product's own,
// else one that suits the mood; light or dark by the mood, and when that says
// nothing by what the product stands out from.
func (k *work) family(d *raster.Dice) palette {
	var p palette
	switch {
	case len(k.mood.Hues) > 0:
		p.hue = float32(k.mood.Hues[0])
	case k.colors.Chroma > 0.05 && k.colors.Share > 0.08:
		p.hue = k.colors.Hue
	case k.mood.Warm < -0.2:
		p.hue = 250
	case k.mood.Warm > 0.2:
		p.hue = 62
	default:
		// A grey product goes with any colour: sand, blush, sage and sky.
		p.hue = [...]float32{72, 35, 150, 245}[int(d.Float()*4)&3]
	}
	if p.hue > 84 && p.hue < 118 {
		// Yellow backdrops look green in the shade; the yellow of butter does not.
		p.hue = 84
	}
	p.hue += d.Between(-9, 9)
	vivid := 1 + 0.7*float32(k.mood.Vivid)
	if k.says("white") || k.says("black") {
		vivid = 0.3
	}
	wall, accent := clean(p.hue)
	p.dark = k.mood.Light < -0.3 || k.mood.Light < 0.3 && k.colors.Light > 0.82
	if p.dark && k.says("black") {
		p.wall, p.stand, p.accent = tone.LCH(0.24, 0.008, p.hue), tone.LCH(0.30, 0.010, p.hue), tone.LCH(0.34, 0.020, p.hue)
		return p
	}
	if p.dark {
		p.wall = tone.LCH(0.34, 0.050*vivid, p.hue)
		p.stand = tone.LCH(0.42, 0.055*vivid, p.hue)
		p.accent = tone.LCH(0.46, 0.105*vivid, p.hue+d.Between(-10, 10))
		return p
	}
	if k.says("white") {
		wall, accent = 0.955, 0.88
	}
	p.wall = tone.LCH(wall, 0.062*vivid, p.hue)
	p.stand = tone.LCH(min(wall+0.085, 0.97), 0.030*vivid, p.hue)
	p.accent = tone.LCH(accent, 0.125*vivid, p.hue+d.Between(-12, 12))
	return p
}

// plaster is a matte surface with the faint unevenness of a painted wall.
func (k *work) plaster(c tone.RGB, scale, depth float32) *material {
	f := raster.NewField(k.seed^11, 256, 4, 5, 0.55)
	return &material{color: c, paint: func(p, n vec) tone.RGB {
		// Projected along the axis the surface faces.
		u, v := p[0], p[2]
		if abs(n[1]) < 0.5 {
			v = p[1]
		}
		return c.Scale(1 + depth*f.At(u*scale/k.unit, v*scale/k.unit))
	}}
}
