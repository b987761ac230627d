package scene

import (
	"github.com/nanococoa/nanococoa/aiserver/standin/raster"
	"github.com/nanococoa/nanococoa/aiserver/standin/tone"
)

// blossom is spring: cherry branches out of focus against a pale sky, petals in
// the air and on the ground.
func blossom(k *work) (*set, *finish) {
	s := k.newSet()
	d := k.dice("blossom")
	u := k.unit
	w, h := float32(k.size.X), float32(k.size.Y)
	x, z, r := k.footing()
	horizon := k.cam.horizon

	top := tone.LCH(d.Between(0.80, 0.88), d.Between(0.040, 0.065), d.Between(222, 262))
	low := tone.LCH(0.945, d.Between(0.022, 0.040), d.Between(-8, 22))
	pink := func() tone.RGB {
		return tone.LCH(d.Between(0.80, 0.93), d.Between(0.045, 0.10), d.Between(350, 368))
	}
	back := k.newCanvas(4)
	back.fill(func(x, y float32) tone.RGB {
		t := clamp(y/(horizon*1.15), 0, 1)
		return top.Mix(low, smooth(t, 0, 0.85))
	})
	// A far line of trees in bloom.
	for range 90 {
		bx, by := d.Between(-0.05, 1.05)*w, horizon+d.Between(-0.16, 0.06)*u
		back.blob(bx, by, d.Between(0.05, 0.11)*u, d.Between(0.04, 0.08)*u, 0, pink().Scale(d.Between(0.86, 1)), 0.38, 0.6)
	}
	back.Blur(0.020 * u / back.step)
	// Branches reach in from the sides, over the words only with their tips.
	for _, side := range [2]float32{-1, 1} {
		for range 4 {
			bx, by := w/2+side*0.55*w, d.Between(-0.02, 0.62)*horizon
			turn := 1.57 + side*d.Between(1.2, 1.75)
			length := d.Between(0.24, 0.46) * w
			steps := 14
			for i := range steps {
				t := float32(i) / float32(steps)
				bx += cos(turn) * length / float32(steps)
				by += sin(turn) * length / float32(steps)
				turn += d.Between(-0.16, 0.16)
				thin := (1 - 0.75*t) * 0.0085 * u
				back.blob(bx, by, length/float32(steps)*0.8, max(thin, back.step), turn, tone.LCH(0.45, 0.03, 30), 0.75, 0.5)
				for range 5 {
					size := d.Between(0.014, 0.034) * u
					fx, fy := bx+d.Bell()*0.030*u, by+d.Bell()*0.030*u
					back.blob(
						fx, fy, size, size*d.Between(0.75, 1), d.Between(0, 3), pink(), 0.78*(1-0.55*k.calm(fx, fy)*smooth(t, 0.2, 0.9)),
						0.35,
					)
				}
			}
		}
	}
	back.Blur(0.0062 * u / back.step)
	for range 26 {
		bx, by := d.Float()*w, d.Float()*horizon*1.05
		back.bokeh(bx, by, d.Between(0.014, 0.040)*u, tone.RGB{1, 0.93, 0.94}, d.Between(0.06, 0.20)*(1-0.8*k.calm(bx, by)))
	}
	back.glow(w/2+k.side*0.3*w, 0.10*h, 0.32*u, tone.RGB{1, 0.97, 0.92}.Scale(0.18))
	s.beyond = back.Picture

	lawn := raster.NewField(k.seed^101, 256, 10, 4, 0.6)
	ground := tone.LCH(0.90, d.Between(0.024, 0.042), d.Between(-6, 22))
	s.floor = &material{paint: func(p, n vec) tone.RGB {
		return ground.Scale(1 + 0.05*lawn.At(p[0]*0.8/u, p[2]*0.8/u))
	}}
	high := 0.07 * u
	s.ground = -high
	s.mist = [2]float32{0.7 * u, 2.6 * u}
	radius := max(1.15*r, 0.26*u)
	stand := k.plaster(tone.LCH(0.965, 0.012, 15), 2, 0.015)
	stand.gloss, stand.rough = 0.04, 1
	s.solids = []solid{{kind: upright, c: vec{x, -high, z}, r: radius, h: high, bevel: 0.009 * u, m: stand}}
	petal := func(light float32) tone.RGB {
		return tone.LCH(clamp(light+0.28, 0, 0.92), d.Between(0.05, 0.085), d.Between(352, 366))
	}
	k.scatter(s, d, petal)
	s.sun = vec{k.side * d.Between(0.5, 0.65), d.Between(0.7, 0.85), -d.Between(0.35, 0.5)}.unit()
	s.spread = 0.10
	s.key = tone.RGB{1, 0.95, 0.90}.Scale(0.66)
	s.sky = tone.LCH(0.82, 0.03, 350).Scale(0.98)
	s.bounce = ground.Scale(0.7)
	s.focus = 0.018 * u

	front := k.newVeil(2)
	for range 34 {
		bx, by := d.Float()*w, d.Float()*h
		size := d.Between(0.010, 0.020) * u
		soft := float32(0.003) * u
		cover := d.Between(0.6, 0.95)
		if d.Float() < 0.22 {
			size, soft, cover = d.Between(0.028, 0.05)*u, 0.014*u, 0.55
		}
		front.leaf(bx, by, size*1.5, size*1.1, d.Between(0, 6.28), 0.12, pink(), cover*(1-0.75*k.calm(bx, by)), soft)
	}
	k.keepClear(front)
	return s, &finish{bloom: 0.3, vignette: 0.06, grain: 0.7, front: front.veil()}
}
