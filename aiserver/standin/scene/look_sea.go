package scene

import (
	"github.com/nanococoa/nanococoa/aiserver/standin/mood"
	"github.com/nanococoa/nanococoa/aiserver/standin/raster"
	"github.com/nanococoa/nanococoa/aiserver/standin/tone"
)

// sea is a beach in summer: sand with the shadow of a palm, the waterline, and
// the sea up to a soft horizon.
func sea(k *work) (*set, *finish) {
	s := k.newSet()
	d := k.dice("sea")
	u := k.unit
	w := float32(k.size.X)
	_, z, r := k.footing()
	horizon := k.cam.horizon
	dusk := k.mood.Hour == mood.Evening || k.says("sunset") || k.mood.Warm > 0.45 && k.mood.Light < 0.45

	skyTop, skyLow := tone.LCH(0.70, 0.105, 238), tone.LCH(0.93, 0.035, 225)
	deep, shallow := tone.LCH(0.58, 0.105, 232), tone.LCH(0.80, 0.085, 198)
	sandColor := tone.LCH(0.88, 0.052, 76)
	key, amb := tone.RGB{1.0, 0.93, 0.80}.Scale(0.95), tone.LCH(0.76, 0.035, 235)
	if dusk {
		skyTop, skyLow = tone.LCH(0.62, 0.085, 285), tone.LCH(0.86, 0.105, 62)
		deep, shallow = tone.LCH(0.48, 0.075, 275), tone.LCH(0.68, 0.075, 10)
		sandColor = tone.LCH(0.80, 0.055, 66)
		key, amb = tone.RGB{1.0, 0.70, 0.42}.Scale(1.0), tone.LCH(0.66, 0.06, 300)
	}
	if k.mood.Hour == mood.Dawn {
		skyTop, skyLow = tone.LCH(0.72, 0.055, 262), tone.LCH(0.92, 0.040, 42)
		deep, shallow = tone.LCH(0.60, 0.045, 255), tone.LCH(0.82, 0.040, 225)
		key, amb = tone.RGB{1.0, 0.84, 0.74}.Scale(0.85), tone.LCH(0.72, 0.045, 275)
	}
	shore := 0.85*u + z + 0.3*r // where the sand ends
	_, shoreY := k.cam.project(vec{0, 0, shore})

	cloud := raster.NewField(k.seed^51, 256, 3, 6, 0.55)
	swell := raster.NewField(k.seed^52, 256, 6, 5, 0.6)
	back := k.newCanvas(3)
	back.fill(func(x, y float32) tone.RGB {
		if y < horizon {
			t := y / max(horizon, 1)
			c := skyTop.Mix(skyLow, t*t)
			// Clouds lie low and flat, thin where words go.
			v := cloud.At(x*0.55/u+0.2, (horizon-y)*1.5/u)
			m := smooth(v, 0.02, 0.55) * smooth(t, 0.1, 0.75) * (1 - 0.65*k.calm(x, y))
			return c.Mix(tone.RGB{1, 0.99, 0.98}, 0.75*m)
		}
		// Water: depth by distance, swell squeezed towards the horizon.
		t := clamp((y-horizon)/(shoreY-horizon+1), 0, 1.3)
		near := max(t, 0.02)
		v := swell.At(x*0.25/(u*near), 1.1/near)
		c := deep.Mix(shallow, smooth(t, 0.0, 1.0))
		return c.Scale(1 + 0.16*v*smooth(t, 0, 0.25))
	})
	// The sun's path on the water.
	px := w/2 + k.side*0.24*w
	for range 240 {
		t := d.Float()
		by := horizon + (0.03+0.9*t)*(shoreY-horizon)
		bx := px + d.Bell()*(0.05+0.10*t)*w
		size := mix(0.0016, 0.0065, t) * u
		back.blob(bx, by, size*2.2, size*0.8, 0, tone.RGB{1.25, 1.2, 1.1}, d.Between(0.12, 0.55), 0.6)
	}
	// Haze hides the hard line where sky meets sea.
	back.stamp(w/2, horizon, w, false, skyLow, func(dx, dy float32) float32 {
		return 0.75 * exp(-dy*dy/(2*0.013*0.013*u*u))
	})
	back.Blur(0.0042 * u / back.step)
	s.beyond = back.Picture

	ripple := raster.NewField(k.seed^53, 256, 4, 5, 0.55)
	grain := raster.NewField(k.seed^54, 256, 64, 2, 0.8)
	foam := raster.NewField(k.seed^55, 256, 4, 5, 0.6)
	s.floor = &material{paint: func(p, n vec) tone.RGB {
		c := sandColor.Scale(1 + 0.07*grain.At(p[0]*2.2/u, p[2]*2.2/u) + 0.03*ripple.At(p[0]*0.7/u, p[2]*0.7/u))
		// Wet sand, then foam, before the water.
		edge := p[2] - (shore - 0.30*u + 0.10*u*foam.At(p[0]*0.35/u, 0.3))
		wet := smooth(edge, -0.16*u, 0.02*u)
		c = c.Scale(1 - 0.30*wet)
		white := smooth(edge, -0.01*u, 0.015*u)
		lace := 0.5 + 0.5*smooth(foam.At(p[0]*1.3/u, p[2]*0.8/u), -0.25, 0.3)
		return c.Mix(shallow.Mix(tone.RGB{1, 1, 1}, 0.9*lace*smooth(edge, 0.20*u, 0.02*u)), white)
	}, relief: func(p, n vec) vec {
		const e = 0.012
		a, b := p[0]*2.3/u, p[2]*1.0/u
		dx, dz := ripple.At(a+e, b)-ripple.At(a-e, b), ripple.At(a, b+e)-ripple.At(a, b-e)
		g := grain.At(p[0]*2.2/u, p[2]*2.2/u)
		return vec{n[0] - 0.55*dx + 0.05*g, n[1], n[2] - 0.9*dz}.unit()
	}}
	s.end = shore
	s.ground = 0
	s.mist = [2]float32{shore - 0.12*u, shore}

	s.sun = vec{k.side * d.Between(0.55, 0.7), d.Between(0.62, 0.75), -d.Between(0.30, 0.5)}.unit()
	s.spread = 0.025
	s.key, s.sky = key, amb
	s.bounce = sandColor.Scale(0.6)
	// Fronds between sun and sand, aimed beside the product.
	fronds := k.fronds(d, u)
	mx, half := k.middle()
	ax := mx - k.side*(half+0.10*u)
	if k.mood.Season == mood.Winter || k.mood.Season == mood.Fall || k.mood.Hour == mood.Night || k.mood.Rain {
		fronds = func(a, b float32) float32 { return 0 } // palms are summer's
	}
	s.gobo = func(p vec) float32 {
		fx, fz := p[0]-p[1]*s.sun[0]/s.sun[1], p[2]-p[1]*s.sun[2]/s.sun[1]
		return 1 - 0.62*fronds(fx-ax, fz-0.1*u)
	}
	s.focus = 0.016 * u
	return s, &finish{bloom: 0.35, vignette: 0.08, grain: 0.7}
}

// fronds is the cover of palm leaves as their shadow lies on the ground, in
// ground units around its middle.
func (k *work) fronds(d *raster.Dice, u float32) func(a, b float32) float32 {
	const n = 256
	reach := 1.1 * u
	c := &canvas{Picture: raster.New(n, n), step: 2 * reach / n}
	ink := tone.RGB{1, 1, 1}
	rootX, rootY := reach*(1-0.95*k.side), reach*d.Between(0.75, 1.05)
	for i := range 6 {
		turn := d.Between(-0.15, 0.15) + float32(i)*0.42 - 1.05
		if k.side < 0 {
			turn = 3.14 - turn
		}
		// The rib, with blades to both sides.
		ribLength := d.Between(0.8, 1.25) * u
		for j := range 24 {
			t := float32(j) / 23
			bend := 0.35 * t * t
			x := rootX + cos(turn+bend)*ribLength*t
			y := rootY - sin(turn+bend)*ribLength*t*0.8
			length := (0.30 - 0.20*t) * u * smooth(t, -0.1, 0.15)
			for _, side := range [2]float32{-1, 1} {
				c.leaf(x+reach, y+reach, length, 0.030*u, -(turn+bend)+side*0.75, side*0.05, ink, 0.95, 0.006*u)
			}
		}
	}
	c.Blur(0.9)
	return func(a, b float32) float32 {
		if abs(a) >= reach || abs(b) >= reach {
			return 0
		}
		return min(c.Sample(0.5+a/(2*reach), 0.5-b/(2*reach))[0], 1)
	}
}
