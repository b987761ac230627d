package scene

import (
	"github.com/nanococoa/nanococoa/aiserver/standin/mood"
	"github.com/nanococoa/nanococoa/aiserver/standin/raster"
	"github.com/nanococoa/nanococoa/aiserver/standin/tone"
)

// room is an interior: what the product stands on in focus, the room out of it.
type room struct {
	hour   mood.Hour // when the words name none
	hues   []float32 // of the wall, one is taken
	light  float32   // of the wall by day, OKLab
	chroma float32
	window bool // whether a window is in the wall
	blur   float32
	// furnish paints what stands in the room. All heights are measured up from foot, the
	// picture height at which the surface ends.
	furnish func(r *interior)
	// top is what the product stands on; a large product stands on a floor in its place.
	top func(r *interior) *material
}

// interior is a room while it is painted.
type interior struct {
	*work
	back *canvas
	d    *raster.Dice
	l    daylight
	w, u float32
	foot float32
	wall tone.RGB
	hue  float32
	far  float32 // 1 on the side where the light is, -1 on the other
}

// shade is a colour as the room's hour shows it.
func (r *interior) shade(light, chroma, hue float32) tone.RGB {
	return tone.LCH(light*mix(0.55, 1, r.l.wall), chroma, hue)
}

// block paints a thing that stands on the floor of the room: its middle across, the height
// of its foot above the end of the surface, width and height, all in units.
func (r *interior) block(x, up, wide, tall float32, c tone.RGB, soft float32) {
	r.back.block(x-wide*r.u/2, r.foot-(up+tall)*r.u, wide*r.u, tall*r.u, c, 1, soft*r.u)
}

// at is a place across the picture, as a share of its width from the middle; in wide
// pictures things keep to the side where no words go.
func (r *interior) at(share float32) float32 {
	x, half := r.middle()
	if !r.wide() {
		return r.w/2 + share*r.w
	}
	return r.w/2 + x + r.free(share)*(half*0.7+abs(share)*0.35*r.w)
}

// build makes the set.
func (k *work) room(a room) (*set, *finish) {
	s := k.newSet()
	d := k.dice("room")
	u, w := k.unit, float32(k.size.X)
	_, z, _ := k.footing()
	l := k.daylight(k.hour(a.hour), d)
	hue := a.hues[int(d.Float()*float32(len(a.hues)))%len(a.hues)] + d.Between(-6, 6)
	chroma := a.chroma
	if len(k.mood.Hues) > 0 && k.mood.Hues[0] != 60 {
		hue = mix(hue, float32(k.mood.Hues[0]), 0.0)
	}
	end := 1.05*u + z
	_, foot := k.cam.project(vec{0, 0, end})
	r := &interior{work: k, back: k.newCanvas(4), d: d, l: l, w: w, u: u, foot: foot, hue: hue, far: k.side}
	r.wall = r.shade(a.light, chroma, hue)
	if l.isDark {
		r.wall = tone.LCH(a.light*0.34, chroma*0.8, hue)
	} else if l.lamp > 0.5 {
		r.wall = tone.LCH(a.light*0.60, chroma*1.3, mix(hue, 55, 0.5))
	}
	lit := r.wall.Mix(l.glow, 0.35)
	r.back.fill(func(x, y float32) tone.RGB {
		t := clamp(y/foot, 0, 1)
		side := exp(-pow((x-w/2-k.side*0.34*w)/(0.55*w), 2))
		return r.wall.Scale(0.86+0.14*t).Mix(lit, 0.55*side)
	})
	if a.window {
		r.pane()
	}
	if a.furnish != nil {
		a.furnish(r)
	}
	blur := a.blur
	if blur == 0 {
		blur = 0.013
	}
	r.back.Blur(blur * u / r.back.step)
	if l.lamp > 0 {
		warm := tone.RGB{1, 0.62, 0.28}
		for range int(14 * l.lamp) {
			bx, by := d.Float()*w, foot-d.Between(0.08, 0.60)*u
			r.back.bokeh(bx, by, d.Between(0.012, 0.036)*u, warm, d.Between(0.08, 0.40)*l.lamp*(1-0.9*k.calm(bx, by)))
		}
	}
	k.quiet(r.back, r.wall.Scale(0.98), 0.55)
	s.beyond = r.back.Picture

	if k.mood.Large {
		s.floor = k.planks(d, !l.isDark && l.lamp < 0.5)
	} else {
		s.floor = a.top(r)
	}
	s.end = end
	s.mist = [2]float32{end - 0.06*u, end}
	s.ground = 0
	s.sunlight(k, d, l)
	s.bounce = r.wall.Scale(0.5)
	s.focus = 0.020 * u
	return s, &finish{bloom: 0.32, vignette: 0.14 + 0.10*l.lamp, grain: 0.8}
}

// pane paints a window with the sky of the hour, on the side of the light.
func (r *interior) pane() {
	x := r.at(r.far * r.d.Between(0.26, 0.33))
	wide, tall := 0.40*r.u, 0.56*r.u
	sill := 0.10 * r.u
	frame := r.shade(0.93, 0.008, r.hue)
	if r.l.isDark {
		frame = tone.LCH(0.34, 0.02, r.hue)
	}
	top := r.foot - sill - tall
	r.back.block(x-wide/2-0.018*r.u, top-0.018*r.u, wide+0.036*r.u, tall+0.036*r.u, frame, 1, 0.004*r.u)
	for i := range 12 { // the sky in bands, each its own light
		t := (float32(i) + 0.5) / 12
		c := r.l.top.Mix(r.l.low, t*t).Scale(mix(1.12, 1.0, r.l.lamp))
		r.back.block(x-wide/2, top+tall*float32(i)/12, wide, tall/12+1, c, 1, 0.002*r.u)
	}
	switch {
	case r.mood.Season == mood.Winter:
		for range 60 {
			b := r.d.Between(0.003, 0.008) * r.u
			r.back.blob(x+r.d.Between(-0.5, 0.5)*wide, top+r.d.Float()*tall, b, b, 0, tone.RGB{1, 1, 1}, 0.8, 0.5)
		}
	case r.mood.Rain:
		for range 50 {
			b := r.d.Between(0.002, 0.004) * r.u
			r.back.blob(x+r.d.Between(-0.5, 0.5)*wide, top+r.d.Float()*tall, b, b*r.d.Between(4, 10), 0.06,
				r.l.low.Scale(1.15), 0.5, 0.5)
		}
	case r.l.isDark:
		for range 18 {
			r.back.bokeh(
				x+r.d.Between(-0.48, 0.48)*wide, top+tall*r.d.Between(0.45, 0.97), r.d.Between(0.008, 0.018)*r.u,
				tone.RGB{1, 0.72, 0.4}, r.d.Between(0.2, 0.6),
			)
		}
	default:
		leaf := tone.LCH(0.62, 0.10, 135)
		if r.mood.Season == mood.Fall {
			leaf = tone.LCH(0.66, 0.12, 62)
		}
		for range 26 {
			b := r.d.Between(0.02, 0.05) * r.u
			r.back.blob(
				x+r.d.Between(-0.5, 0.5)*wide, top+tall*r.d.Between(0.62, 1), b, b*0.7, 0, leaf.Mix(r.l.low, r.d.Between(0.1,
					0.6)), 0.6, 0.5,
			)
		}
	}
	r.back.block(x-0.006*r.u, top, 0.012*r.u, tall, frame, 1, 0.003*r.u)
	r.back.block(x-wide/2, top+tall*0.42, wide, 0.012*r.u, frame, 1, 0.003*r.u)
	// Curtains to both sides.
	for _, side := range [2]float32{-1, 1} {
		for i := range 4 {
			cx := x + side*(wide/2+0.015*r.u+float32(i)*0.026*r.u)
			c := r.wall.Mix(frame, 0.35+0.25*float32(i%2))
			r.back.block(cx-0.015*r.u, top-0.05*r.u, 0.030*r.u, tall+0.16*r.u, c, 0.9, 0.008*r.u)
		}
	}
	r.back.glow(x, top+tall*0.6, 0.30*r.u, r.l.low.Scale(0.20*(1-0.6*r.l.lamp)))
}

// standing is a floor lamp, lit as the hour wants.
func (r *interior) standing(x float32) {
	pole := r.shade(0.30, 0.02, 60)
	r.back.block(x-0.006*r.u, r.foot-0.46*r.u, 0.012*r.u, 0.5*r.u, pole, 1, 0.003*r.u)
	shade := tone.LCH(0.88, 0.035, 80).Mix(tone.RGB{1.4, 1.05, 0.62}, r.l.lamp)
	if r.l.isDark {
		shade = shade.Scale(1.0)
	}
	r.back.block(x-0.075*r.u, r.foot-0.60*r.u, 0.15*r.u, 0.15*r.u, shade, 1, 0.010*r.u)
	r.back.glow(x, r.foot-0.50*r.u, 0.26*r.u, tone.RGB{1, 0.64, 0.30}.Scale(0.42*r.l.lamp))
}

// plant is a plant in a pot.
func (r *interior) plant(x, size float32) {
	if r.says("christmas") {
		tall := 2.6 * size * r.u
		r.back.fir(x, r.foot+0.02*r.u, tall, tall*0.52, r.shade(0.36, 0.07, 150), 0.006*r.u, 0)
		for range 26 {
			t := r.d.Between(0.1, 0.95)
			c := tone.LCH(0.80, 0.12, [...]float32{70, 25, 80}[int(r.d.Float()*3)%3])
			r.back.bokeh(x+r.d.Between(-0.22, 0.22)*tall*t, r.foot-tall*(1-t), 0.011*r.u, c, 0.8)
		}
		return
	}
	pot := r.shade(0.80, 0.03, 50)
	for range 22 {
		length := size * r.d.Between(0.5, 1) * r.u
		r.back.leaf(
			x, r.foot-0.14*size*r.u-0.10*r.u, length, length*0.28, -1.57+r.d.Between(-1.0, 1.0), r.d.Between(-0.2, 0.2),
			r.shade(0.50+r.d.Between(-0.08, 0.12), 0.075, 140), 0.95, 0.006*r.u,
		)
	}
	r.back.block(x-0.055*r.u, r.foot-0.13*r.u, 0.11*r.u, 0.16*r.u, pot, 1, 0.008*r.u)
}

// shelf paints a board with things on it: n of them between two heights, in the hues given.
func (r *interior) shelf(x, up, wide float32, n int, low, high float32, hues []float32, chroma float32) {
	board := r.shade(0.62, 0.05, 62)
	left := x - wide*r.u/2
	at := left + 0.02*r.u
	for range n {
		thick := r.d.Between(0.018, 0.050) * r.u
		if at+thick > left+wide*r.u-0.02*r.u {
			break
		}
		tall := r.d.Between(low, high) * r.u
		c := r.shade(r.d.Between(0.55, 0.88), chroma*r.d.Between(0.5, 1), hues[int(r.d.Float()*float32(len(hues)))%len(hues)])
		r.back.block(at, r.foot-up*r.u-tall, thick, tall, c, 0.96, 0.003*r.u)
		at += thick + r.d.Between(0.002, 0.02)*r.u
	}
	r.back.block(left, r.foot-up*r.u, wide*r.u, 0.018*r.u, board, 1, 0.003*r.u)
}

// wood, stone and lacquer are surfaces that many rooms have.
func wood(r *interior) *material { return r.planks(r.d, r.l.wall > 0.7) }

func (k *work) slab(c tone.RGB, gloss float32) *material {
	m := k.plaster(c, 3.0, 0.030)
	m.gloss, m.rough = gloss, 0.7
	return m
}

// living is a living room: a sofa, a lamp, a window, a plant.
func living(k *work) (*set, *finish) {
	return k.room(room{
		hour: mood.Day, hues: []float32{72, 95, 55, 210}, light: 0.87, chroma: 0.028, window: true, top: wood,
		furnish: func(r *interior) {
			cloth := [...]float32{70, 150, 245, 30}[int(r.d.Float()*4)&3]
			body, seat := r.shade(0.70, 0.035, cloth), r.shade(0.75, 0.035, cloth)
			x := r.at(-r.far * 0.20)
			r.block(x, 0.02, 0.78, 0.26, body, 0.030)
			r.block(x, -0.02, 0.84, 0.16, seat, 0.022)
			for _, side := range [2]float32{-1, 1} {
				r.block(x+side*0.40*r.u, -0.02, 0.11, 0.22, body.Scale(0.94), 0.025)
			}
			for i := range 3 {
				b := 0.075 * r.u
				r.back.blob(x+(float32(i)-1)*0.20*r.u, r.foot-0.20*r.u, b, b*0.9, r.d.Between(-0.3, 0.3),
					r.shade(r.d.Between(0.66, 0.9), 0.06, cloth+[...]float32{0, 40, 180}[i]), 0.95, 0.18)
			}
			// A picture on the wall.
			r.block(x-0.02*r.u, 0.40, 0.26, 0.20, r.shade(0.95, 0.006, 80), 0.004)
			r.block(x-0.02*r.u, 0.42, 0.22, 0.16, r.shade(0.80, 0.05, cloth+30), 0.02)
			r.standing(r.at(-r.far * 0.46))
			r.plant(r.at(r.far*0.47), 0.24)
		},
	})
}

// desk is a place to work and learn: shelves of books, a lamp, a window.
func desk(k *work) (*set, *finish) {
	return k.room(room{
		hour: mood.Day, hues: []float32{150, 230, 190}, light: 0.78, chroma: 0.030, window: true, top: wood,
		furnish: func(r *interior) {
			x := r.at(-r.far * 0.24)
			hues := []float32{30, 75, 150, 245, 20}
			r.shelf(x, 0.50, 0.62, 16, 0.09, 0.15, hues, 0.07)
			r.shelf(x, 0.26, 0.62, 16, 0.09, 0.15, hues, 0.07)
			r.shelf(x, 0.03, 0.62, 14, 0.08, 0.14, hues, 0.07)
			// A jointed lamp that leans towards the desk.
			metal := r.shade(0.34, 0.02, 250)
			lx := r.at(r.far * 0.06)
			r.back.leaf(lx, r.foot, 0.30*r.u, 0.016*r.u, -1.35*1, 0.02, metal, 1, 0.003*r.u)
			r.back.leaf(lx+0.065*r.u, r.foot-0.285*r.u, 0.20*r.u, 0.016*r.u, -2.75, 0, metal, 1, 0.003*r.u)
			r.back.blob(lx-0.12*r.u, r.foot-0.20*r.u, 0.055*r.u, 0.036*r.u, -0.4, metal, 1, 0.12)
			r.back.glow(lx-0.12*r.u, r.foot-0.14*r.u, 0.14*r.u, tone.RGB{1, 0.78, 0.45}.Scale(0.15+0.55*r.l.lamp))
			r.plant(r.at(r.far*0.45), 0.15)
		},
	})
}

// vanity is a dressing table: a round mirror with a soft shine, flasks, flowers.
func vanity(k *work) (*set, *finish) {
	return k.room(room{
		hour: mood.Day, hues: []float32{20, 45, 340, 75}, light: 0.89, chroma: 0.034,
		top: func(r *interior) *material {
			c := r.shade(0.95, 0.012, r.hue)
			m := r.veins(c, c.Scale(0.72), true)
			m.gloss, m.rough = 0.10, 0.4
			return m
		},
		furnish: func(r *interior) {
			x, radius := r.at(-r.far*0.05), 0.30*r.u
			my := r.foot - 0.34*r.u
			brass := r.shade(0.74, 0.085, 80)
			glass := r.wall.Mix(r.l.low, 0.45).Mix(tone.RGB{1, 1, 1}, 0.10*(1-r.l.lamp))
			r.back.blob(x, my, radius+0.016*r.u, radius+0.016*r.u, 0, brass, 1, 0.02)
			r.back.stamp(x, my, radius, false, glass, func(dx, dy float32) float32 {
				return smooth(hypot(dx, dy), radius, radius*0.97) * (0.85 + 0.15*smooth(dx+dy, -radius, radius))
			})
			// What the mirror shows: a slanting shine.
			r.back.stamp(x, my, radius, true, tone.RGB{1, 1, 1}, func(dx, dy float32) float32 {
				if hypot(dx, dy) > radius*0.96 {
					return 0
				}
				return 0.13 * smooth(abs(dx-0.5*dy+0.08*r.u), 0.10*r.u, 0.02*r.u)
			})
			// Bulbs around it.
			for i := range 9 {
				a := 3.14 + float32(i)*0.3925
				bx, by := x+cos(a)*(radius+0.055*r.u), my+sin(a)*(radius+0.055*r.u)
				r.back.bokeh(bx, by, 0.020*r.u, tone.RGB{1, 0.86, 0.66}, (0.35+0.5*r.l.lamp)*(1-0.7*r.calm(bx, by)))
			}
			for i := range 5 { // flasks at the side
				fx := r.at(r.far*0.30) + (float32(i)-2)*0.075*r.u
				tall := r.d.Between(0.08, 0.17)
				c := r.shade(r.d.Between(0.72, 0.92), 0.05, r.hue+r.d.Between(-30, 30))
				r.block(fx, -0.01, r.d.Between(0.040, 0.062), tall, c, 0.006)
				r.block(fx, tall-0.01, 0.020, 0.030, brass, 0.004)
			}
			vx := r.at(-r.far * 0.42)
			r.block(vx, -0.01, 0.07, 0.14, r.shade(0.93, 0.012, r.hue), 0.015)
			for range 16 {
				b := r.d.Between(0.022, 0.042) * r.u
				r.back.blob(vx+r.d.Bell()*0.10*r.u, r.foot-0.22*r.u+r.d.Bell()*0.09*r.u, b, b*0.85, 0,
					r.shade(r.d.Between(0.80, 0.93), 0.055, r.hue-15), 0.9, 0.35)
			}
		},
	})
}

// gym is a training hall: concrete, a band of windows, a rack.
func gym(k *work) (*set, *finish) {
	return k.room(room{
		hour: mood.Day, hues: []float32{250, 230, 80}, light: 0.78, chroma: 0.012,
		top: func(r *interior) *material {
			fleck := raster.NewField(r.seed^211, 256, 40, 2, 0.8)
			base, spot := tone.LCH(0.33, 0.008, 250), tone.LCH(0.62, 0.06, 230)
			return &material{gloss: 0.05, rough: 1, paint: func(p, n vec) tone.RGB {
				return base.Mix(spot, 0.5*smooth(fleck.At(p[0]*1.9/r.u, p[2]*1.9/r.u), 0.62, 0.80))
			}}
		},
		furnish: func(r *interior) {
			// A band of high windows.
			for i := range 7 {
				x := (float32(i)+0.5)*r.w/7 + r.far*0.02*r.w
				r.back.block(x-0.060*r.w, r.foot-0.74*r.u, 0.120*r.w, 0.20*r.u, r.l.low.Mix(r.l.top, 0.2).Scale(1.15), 0.95,
					0.006*r.u)
			}
			steel := r.shade(0.28, 0.012, 250)
			x := r.at(-r.far * 0.28)
			for _, side := range [2]float32{-1, 1} { // the rack and its bar
				r.block(x+side*0.20*r.u, -0.02, 0.026, 0.58, steel, 0.004)
			}
			r.block(x, 0.36, 0.62, 0.016, r.shade(0.62, 0.01, 250), 0.003)
			accent := [...]float32{28, 250, 130, 65}[int(r.d.Float()*4)&3]
			{
				side := -r.far // the plates at the end that shows
				px := x + side*0.27*r.u
				r.back.blob(px, r.foot-0.368*r.u, 0.026*r.u, 0.120*r.u, 0, steel, 1, 0.06)
				r.back.blob(px+side*0.030*r.u, r.foot-0.368*r.u, 0.018*r.u, 0.086*r.u, 0, r.shade(0.55, 0.13, accent), 1, 0.08)
			}
			dx := r.at(r.far * 0.32)
			for i := range 2 { // a stand of dumb-bells
				y := 0.04 + 0.14*float32(i)
				r.block(dx, y, 0.46, 0.018, steel, 0.003)
				for j := range 4 {
					bx := dx + (float32(j)-1.5)*0.11*r.u
					for _, side := range [2]float32{-1, 1} {
						r.back.blob(bx+side*0.026*r.u, r.foot-(y+0.055)*r.u, 0.018*r.u, 0.034*r.u, 0, steel.Scale(0.8), 1, 0.08)
					}
				}
			}
			b := 0.12 * r.u
			r.back.blob(r.at(r.far*0.06), r.foot-0.09*r.u, b, b, 0, r.shade(0.62, 0.09, accent), 1, 0.05)
		},
	})
}

// kitchen is a counter before tiles: a shelf of jars, pans on hooks, a window.
func kitchen(k *work) (*set, *finish) {
	return k.room(room{
		hour: mood.Day, hues: []float32{90, 150, 230, 60}, light: 0.92, chroma: 0.014, window: true,
		top: func(r *interior) *material {
			if r.d.Float() < 0.5 {
				return wood(r)
			}
			c := r.shade(0.93, 0.010, 80)
			m := r.veins(c, c.Scale(0.78), true)
			m.gloss, m.rough = 0.08, 0.5
			return m
		},
		furnish: func(r *interior) {
			// Tiles: their joints, faint.
			joint := r.wall.Scale(0.88)
			for y := r.foot; y > r.foot-0.46*r.u; y -= 0.058 * r.u {
				r.back.block(0, y, r.w, 0.0035*r.u, joint, 0.6, 0.002*r.u)
			}
			for i, x := 0, float32(0); x < r.w; i, x = i+1, x+0.116*r.u {
				r.back.block(x, r.foot-0.46*r.u, 0.0035*r.u, 0.46*r.u, joint, 0.5, 0.002*r.u)
			}
			x := r.at(-r.far * 0.24)
			r.shelf(x, 0.50, 0.66, 11, 0.06, 0.13, []float32{60, 80, 140, 35}, 0.06)
			for i := range 4 { // ladles and a pan below the shelf
				hx := x + (float32(i)-1.5)*0.13*r.u
				c := r.shade(0.45, 0.05, 60)
				if i%2 == 0 {
					c = r.shade(0.70, 0.09, 55)
				}
				r.block(hx, 0.35, 0.012, 0.13, c, 0.003)
				b := 0.040 * r.u
				r.back.blob(hx, r.foot-0.335*r.u, b*0.7, b, 0, c, 1, 0.06)
			}
			// Jars and a board at the back of the counter.
			bx := r.at(-r.far * 0.38)
			r.block(bx, -0.02, 0.20, 0.27, r.shade(0.70, 0.065, 65), 0.010)
			for i := range 3 {
				r.block(bx+r.far*(0.17+0.085*float32(i))*r.u, -0.02, 0.066, 0.12+0.02*float32(i), r.shade(0.86, 0.03, 85), 0.008)
			}
			r.plant(r.at(r.far*0.46), 0.14)
		},
	})
}

// nursery is a children's room: bunting, a shelf of toys, balls and blocks.
func nursery(k *work) (*set, *finish) {
	return k.room(room{
		hour: mood.Day, hues: []float32{230, 95, 15, 160}, light: 0.92, chroma: 0.032, window: true,
		top: func(r *interior) *material { return r.planks(r.d, r.l.lamp < 0.9) },
		furnish: func(r *interior) {
			hues := [...]float32{25, 85, 155, 245, 330}
			// A line of bunting.
			n := 9
			for i := range n {
				t := (float32(i) + 0.5) / float32(n)
				x := t * r.w
				y := r.foot - 0.70*r.u + 0.16*r.u*(1-pow(2*t-1, 2))
				c := r.shade(0.84, 0.075, hues[i%5])
				size := 0.052 * r.u
				r.back.stamp(x, y+size, size*1.4, false, c, func(dx, dy float32) float32 {
					v := (dy + size) / (2 * size)
					return 0.9 * smooth(abs(dx), size*(1-v)*0.9+2, size*(1-v)*0.9-2) * smooth(v, -0.03, 0.03) * (1 - 0.6*r.calm(x, y))
				})
			}
			x := r.at(-r.far * 0.26)
			r.block(x, 0.0, 0.62, 0.30, r.shade(0.93, 0.015, 80), 0.010)
			for i := range 3 {
				r.block(x+(float32(i)-1)*0.20*r.u, 0.03, 0.17, 0.23, r.shade(0.84, 0.06, hues[(i+int(r.seed%5))%5]), 0.008)
			}
			// A soft bear on the shelf.
			fur := r.shade(0.72, 0.055, 65)
			bx, by := x+0.06*r.u, r.foot-0.42*r.u
			for _, p := range [...][3]float32{{0, 0.06, 0.075}, {0, -0.05, 0.062}, {-0.052, -0.105, 0.024}, {0.052, -0.105,
				0.024}, {-0.075, 0.05, 0.03}, {0.075, 0.05, 0.03}} {
				r.back.blob(bx+p[0]*r.u, by+p[1]*r.u, p[2]*r.u, p[2]*r.u, 0, fur, 1, 0.08)
			}
			r.back.blob(bx, by-0.035*r.u, 0.026*r.u, 0.020*r.u, 0, fur.Mix(tone.RGB{1, 1, 1}, 0.5), 1, 0.15)
			for i := range 3 { // balls and blocks on the floor
				b := r.d.Between(0.045, 0.075)
				fx := r.at(r.far * (0.16 + 0.13*float32(i)))
				c := r.shade(0.78, 0.10, hues[(i+2)%5])
				if i == 1 {
					r.block(fx, -0.01, 2*b, 2*b, c, 0.008)
					continue
				}
				r.back.blob(fx, r.foot-b*r.u+0.01*r.u, b*r.u, b*r.u, 0, c, 1, 0.06)
			}
		},
	})
}

// workshop is a bench before a wall of tools under a lamp.
func workshop(k *work) (*set, *finish) {
	return k.room(room{
		hour: mood.Day, hues: []float32{62, 150, 240, 40}, light: 0.68, chroma: 0.036, window: true,
		top: func(r *interior) *material { return r.planks(r.d, false) },
		furnish: func(r *interior) {
			x := r.at(-r.far * 0.20)
			r.block(x, 0.10, 0.86, 0.52, r.shade(0.62, 0.055, 65), 0.006)
			iron, grip := r.shade(0.40, 0.012, 250), r.shade(0.55, 0.10, 45)
			for i := range 6 { // hammer, saw, chisels
				tx := x + (float32(i)-2.5)*0.135*r.u
				tall := r.d.Between(0.20, 0.30)
				r.block(tx, 0.50-tall, 0.018, tall*0.6, grip, 0.003)
				switch i % 3 {
				case 0:
					r.block(tx, 0.50-tall*0.40, 0.085, 0.036, iron, 0.004)
				case 1:
					r.back.leaf(tx, r.foot-(0.50-tall*0.42)*r.u, tall*0.62*r.u, 0.060*r.u, -1.57, 0.03, iron.Scale(1.3), 1, 0.003*r.u)
				default:
					r.block(tx, 0.50-tall*0.42, 0.022, tall*0.42, iron.Scale(1.2), 0.003)
				}
			}
			// Boxes, a jar of brushes and rolled work on the bench.
			bx := r.at(-r.far * 0.36)
			r.block(bx, -0.02, 0.24, 0.12, r.shade(0.52, 0.06, 60), 0.006)
			jx := r.at(r.far * 0.40)
			for i := range 5 {
				r.back.leaf(jx, r.foot-0.06*r.u, 0.20*r.u, 0.014*r.u, -1.57+(float32(i)-2)*0.16, 0,
					grip.Scale(0.8+0.1*float32(i)), 1, 0.003*r.u)
			}
			r.block(jx, -0.02, 0.085, 0.12, r.shade(0.74, 0.03, 90), 0.008)
			// The lamp above the bench.
			lx := r.at(r.far * 0.10)
			r.back.block(lx-0.003*r.u, 0, 0.006*r.u, r.foot-0.62*r.u, iron, 0.9, 0.002*r.u)
			r.back.blob(lx, r.foot-0.60*r.u, 0.085*r.u, 0.045*r.u, 0, iron.Scale(0.8), 1, 0.08)
			r.back.glow(lx, r.foot-0.52*r.u, 0.24*r.u, tone.RGB{1, 0.74, 0.42}.Scale(0.26+0.35*r.l.lamp))
		},
	})
}
