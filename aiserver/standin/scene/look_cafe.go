package scene

import (
	"github.com/nanococoa/nanococoa/aiserver/standin/raster"
	"github.com/nanococoa/nanococoa/aiserver/standin/tone"
)

// cafe is a wooden table in a warm room: planks in focus, lamps and a window out
// of it, a cup at the side.
func cafe(k *work) (*set, *finish) {
	s := k.newSet()
	d := k.dice("cafe")
	u := k.unit
	w := float32(k.size.X)
	x, z, _ := k.footing()
	_, half := k.middle()

	bright := k.mood.Light > 0.3
	shadow, wallC := tone.LCH(0.20, 0.030, 50), tone.LCH(0.38, 0.050, 58)
	lamp := tone.RGB{1, 0.46, 0.13}
	if bright {
		shadow, wallC = tone.LCH(0.50, 0.045, 60), tone.LCH(0.82, 0.040, 75)
		lamp = tone.RGB{1, 0.70, 0.36}
	}
	back := k.newCanvas(4)
	tableEnd := 1.15*u + z
	_, endY := k.cam.project(vec{0, 0, tableEnd})
	back.fill(func(x, y float32) tone.RGB {
		t := clamp(y/endY, 0, 1)
		side := exp(-pow((x-w/2-k.side*0.30*w)/(0.55*w), 2))
		return shadow.Mix(wallC, 0.25+0.55*side*smooth(t, 0.0, 0.8))
	})
	// A window far behind, on the light's side, and shelves on the other.
	wx := w/2 + k.free(k.side)*d.Between(0.24, 0.36)*w
	pane := tone.RGB{1.0, 0.80, 0.52}.Scale(map[bool]float32{true: 1.15, false: 0.70}[bright])
	for i := range 2 {
		for j := range 2 {
			back.block(
				wx+(float32(i)-1)*0.135*u, endY-0.52*u+float32(j)*0.19*u, 0.12*u, 0.17*u, pane.Scale(1-0.25*float32(j)), 0.85,
				0.02*u,
			)
		}
	}
	for j := range 3 {
		y := endY - (0.16+0.15*float32(j))*u
		sx := w/2 - k.side*0.52*w
		back.block(min(sx, sx+k.side*0.45*w), y, 0.45*w, 0.014*u, shadow.Scale(0.6), 0.8, 0.01*u)
		for range 7 {
			bx := sx + k.side*d.Between(0.02, 0.42)*w
			tall := d.Between(0.05, 0.10) * u
			back.block(
				bx, y-tall, d.Between(0.03, 0.055)*u, tall,
				tone.LCH(d.Between(0.3, 0.7), d.Between(0.02, 0.07), d.Between(30, 90)).Scale(0.7), 0.8, 0.012*u,
			)
		}
	}
	back.Blur(0.017 * u / back.step)
	for range 20 {
		bx, by := d.Float()*w, endY-d.Between(0.05, 0.62)*u
		back.bokeh(bx, by, d.Between(0.014, 0.048)*u, lamp, d.Between(0.14, 0.70)*(1-0.85*k.calm(bx, by)))
	}
	back.glow(wx, endY-0.35*u, 0.28*u, lamp.Scale(0.22))
	// Evenly dim or bright where words go, so that they can be read.
	quiet := shadow.Scale(0.6)
	if bright {
		quiet = tone.LCH(0.90, 0.035, 75)
	}
	back.fill(func(x, y float32) tone.RGB {
		return back.Get(int(x/back.step), int(y/back.step)).Mix(quiet, 0.55*k.hush(x, y))
	})
	s.beyond = back.Picture

	plank := k.planks(d, bright)
	s.floor = plank
	s.end = tableEnd
	s.mist = [2]float32{tableEnd - 0.05*u, tableEnd}
	s.ground = 0

	// A cup on its saucer, at the side away from the light.
	cup := 0.068 * u
	side := k.free(-k.side)
	cxx := x + side*(half+cup*2.1)
	cxx = clamp(cxx, -w/2+cup*0.6, w/2-cup*0.6)
	cz := z + 0.30*u
	white, brew := tone.LCH(0.93, 0.012, 80), tone.LCH(0.33, 0.06, 52)
	china := &material{color: white, gloss: 0.06, rough: 0.6}
	filled := &material{gloss: 0.06, rough: 0.6, paint: func(p, n vec) tone.RGB {
		if n[1] < 0.5 {
			return white
		}
		return white.Mix(brew, smooth(hypot(p[0]-cxx, p[2]-cz), 0.92*cup, 0.86*cup))
	}}
	if !k.mood.Large { // beside a chair a cup would be as large as its seat
		s.solids = []solid{
			{kind: upright, c: vec{cxx, 0, cz}, r: cup * 1.75, h: 0.010 * u, bevel: 0.008 * u, m: china},
			{kind: upright, c: vec{cxx, 0.010 * u, cz}, r: cup, h: cup * 1.15, bevel: 0.003 * u, m: filled},
		}
	}
	s.sun = vec{k.side * d.Between(0.6, 0.75), d.Between(0.58, 0.72), d.Between(-0.25, -0.05)}.unit()
	s.spread = 0.10
	s.key = tone.RGB{1.0, 0.80, 0.55}.Scale(1.35)
	s.sky = tone.RGB{0.44, 0.38, 0.33}
	if bright {
		s.key = tone.RGB{1.0, 0.90, 0.74}.Scale(1.15)
		s.sky = tone.RGB{0.56, 0.54, 0.50}
	}
	s.bounce = wallC.Scale(0.5)
	s.focus = 0.020 * u
	return s, &finish{bloom: 0.35, vignette: 0.24, grain: 0.9}
}

// planks is a table top of boards running away from the camera.
func (k *work) planks(d *raster.Dice, bright bool) *material {
	u := k.unit
	base, dark := tone.LCH(0.58, 0.075, 58), tone.LCH(0.34, 0.06, 48)
	if bright {
		base, dark = tone.LCH(0.76, 0.06, 70), tone.LCH(0.54, 0.06, 60)
	}
	grain := raster.NewField(k.seed^91, 256, 8, 5, 0.6)
	warp := raster.NewField(k.seed^92, 128, 2, 4, 0.5)
	wide := d.Between(0.20, 0.26) * u
	shift := d.Float() * wide
	return &material{gloss: 0.045, rough: 1.1, paint: func(p, n vec) tone.RGB {
		a := (p[0] + shift) / wide
		board := floor(a)
		in := a - board
		tone1 := float32(raster.Hash(k.seed^uint64(int64(board)+1000))>>40) / (1 << 24)
		off := tone1 * 7
		// Rings cut lengthwise: stretched noise, bent slowly.
		v := p[0]/u*3.2 + 0.30*warp.At(p[2]*0.18/u+off, p[0]*0.6/u)
		rings := 0.5 + 0.5*sin(v*26+2.2*grain.At(p[0]*0.7/u+off, p[2]*0.10/u))
		fine := grain.At(p[0]*4.5/u+off, p[2]*0.22/u)
		c := base.Mix(dark, clamp(0.10+0.30*rings*rings+0.16*fine+0.22*(tone1-0.5), 0, 1))
		gap := min(in, 1-in) * wide
		return c.Scale(1 - 0.75*smooth(gap, 0.0045*u, 0.0015*u))
	}, relief: func(p, n vec) vec {
		return vec{n[0] + 0.05*grain.At(p[0]*4.5/u, p[2]*0.22/u), n[1], n[2]}.unit()
	}}
}
