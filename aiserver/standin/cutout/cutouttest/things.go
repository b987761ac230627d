package cutouttest

import "math"

// shape reports whether a point belongs to the product.
type shape func(x, y float64) bool

func disc(cx, cy, r float64) shape { return oval(cx, cy, r, r) }

func oval(cx, cy, rx, ry float64) shape {
	return func(x, y float64) bool { return math.Hypot((x-cx)/rx, (y-cy)/ry) < 1 }
}

// slab is a rectangle with rounded corners.
func slab(x0, y0, x1, y1, r float64) shape {
	return func(x, y float64) bool {
		dx, dy := max(x0+r-x, x-x1+r, 0), max(y0+r-y, y-y1+r, 0)
		return math.Hypot(dx, dy) < r
	}
}

func union(parts ...shape) shape {
	return func(x, y float64) bool {
		for _, p := range parts {
			if p(x, y) {
				return true
			}
		}
		return false
	}
}

func without(a, b shape) shape { return func(x, y float64) bool { return a(x, y) && !b(x, y) } }

// bar is a straight stroke from one point to another, w wide.
func bar(x0, y0, x1, y1, w float64) shape {
	dx, dy := x1-x0, y1-y0
	length := dx*dx + dy*dy
	left, right, top, bottom := min(x0, x1)-w/2, max(x0, x1)+w/2, min(y0, y1)-w/2, max(y0, y1)+w/2
	return func(x, y float64) bool {
		if x < left || x > right || y < top || y > bottom {
			return false
		}
		t := min(max(((x-x0)*dx+(y-y0)*dy)/length, 0), 1)
		return math.Hypot(x-x0-t*dx, y-y0-t*dy) < w/2
	}
}

// curve is a stroke along points, w wide.
func curve(w float64, at func(t float64) (x, y float64)) shape {
	const n = 40
	var parts []shape
	x0, y0 := at(0)
	left, right, top, bottom := x0, x0, y0, y0
	for k := 1; k <= n; k++ {
		x1, y1 := at(float64(k) / n)
		parts = append(parts, bar(x0, y0, x1, y1, w))
		x0, y0 = x1, y1
		left, right, top, bottom = min(left, x0), max(right, x0), min(top, y0), max(bottom, y0)
	}
	line := union(parts...)
	return func(x, y float64) bool {
		return x > left-w && x < right+w && y > top-w && y < bottom+w && line(x, y)
	}
}

// round shades a colour as light from the left does on an upright cylinder.
func round(c colour, x, left, right float64) colour {
	t := (x-left)/(right-left)*2 - 1
	light := 0.62 + 0.42*math.Sqrt(max(1-(t+0.25)*(t+0.25)/1.6, 0))
	if math.Abs(t+0.55) < 0.05 {
		light += 0.12 // a highlight along it
	}
	return colour{min(c[0]*light, 1), min(c[1]*light, 1), min(c[2]*light, 1)}
}

func things() []thing {
	return []thing{
		bottle(), serum(), glass(), whiteBox(), sneaker(), chair(), plush(), mug(), handbag(), pair(), plant(), headphones(),
		phone(),
	}
}

func bottle() thing {
	body := union(slab(0.38, 0.34, 0.62, 0.86, 0.03), slab(0.45, 0.22, 0.55, 0.36, 0.02))
	lid := slab(0.44, 0.15, 0.56, 0.235, 0.01)
	label := slab(0.38, 0.50, 0.62, 0.72, 0.001)
	return thing{"bottle with cap", union(body, lid), func(x, y float64, _ colour) colour {
		switch {
		case lid(x, y):
			return round(colour{0.16, 0.16, 0.18}, x, 0.44, 0.56)
		case label(x, y) && int(y*90)%7 < 2 && x > 0.43 && x < 0.57:
			return colour{0.2, 0.2, 0.22}
		case label(x, y):
			return round(colour{0.93, 0.91, 0.86}, x, 0.38, 0.62)
		}
		return round(colour{0.16, 0.42, 0.30}, x, 0.38, 0.62)
	}, 0.86}
}

// serum has a cap nearly as white as paper.
func serum() thing {
	body, lid := slab(0.36, 0.46, 0.64, 0.86, 0.03), slab(0.42, 0.24, 0.58, 0.47, 0.015)
	return thing{"serum with white cap", union(body, lid), func(x, y float64, _ colour) colour {
		if lid(x, y) {
			return round(colour{0.93, 0.93, 0.92}, x, 0.42, 0.58)
		}
		return round(colour{0.72, 0.38, 0.16}, x, 0.36, 0.64)
	}, 0.86}
}

// glass lets what is behind it through; all of it is product.
func glass() thing {
	outer := func(x, y float64) bool { return y > 0.24 && y < 0.85 && math.Abs(x-0.5) < 0.17-0.05*(y-0.24) }
	return thing{"glass", outer, func(x, y float64, behind colour) colour {
		half := 0.17 - 0.05*(y-0.24)
		t := math.Abs(x-0.5) / half
		c := behind.times(0.90).mix(colour{0.82, 0.88, 0.90}, 0.25)
		if y > 0.45 && y < 0.80 && t < 0.93 {
			c = behind.mix(colour{0.86, 0.42, 0.12}, 0.78) // juice
		}
		switch {
		case t > 0.93 || y > 0.82:
			c = behind.times(0.55).mix(colour{0.35, 0.42, 0.45}, 0.35)
		case math.Abs(x-0.43) < 0.012 && y > 0.28 && y < 0.75:
			c = c.mix(colour{1, 1, 1}, 0.7)
		case y < 0.252:
			c = behind.times(0.7)
		}
		return c
	}, 0.85}
}

func whiteBox() thing {
	front := slab(0.28, 0.36, 0.60, 0.84, 0.002)
	side := func(x, y float64) bool {
		return x >= 0.60 && x < 0.72 && y > 0.36-0.5*(x-0.60) && y < 0.84-0.5*(x-0.60)
	}
	top := func(x, y float64) bool { return y <= 0.36 && y > 0.30 && x > 0.28+2*(0.36-y) && x < 0.60+2*(0.36-y) }
	return thing{"white box", union(front, side, top), func(x, y float64, _ colour) colour {
		switch {
		case front(x, y) && slab(0.36, 0.48, 0.52, 0.53, 0.004)(x, y):
			return colour{0.25, 0.35, 0.5}
		case front(x, y):
			return colour{0.90, 0.90, 0.89}
		case side(x, y):
			return colour{0.70, 0.70, 0.71}
		}
		return colour{0.985, 0.985, 0.98}
	}, 0.84}
}

func sneaker() thing {
	sole := slab(0.22, 0.70, 0.80, 0.76, 0.025)
	upper := func(x, y float64) bool {
		return x > 0.23 && x < 0.79 && y < 0.71 && y > 0.45+0.20*math.Pow(max((x-0.35)/0.44, 0), 0.8)+0.4*max(0.30-x, 0)
	}
	laces := union(
		curve(0.010, func(t float64) (float64, float64) { return 0.42 + 0.28*t, 0.50 - 0.22*t + 0.06*math.Sin(7*t) }),
		curve(0.010, func(t float64) (float64, float64) { return 0.40 - 0.14*t, 0.48 - 0.24*t + 0.05*math.Sin(9*t) }),
	)
	return thing{"shoe with laces", union(sole, upper, laces), func(x, y float64, _ colour) colour {
		switch {
		case sole(x, y):
			return colour{0.93, 0.93, 0.91}.times(1.05 - 0.3*(y-0.70)/0.06)
		case laces(x, y):
			return colour{0.15, 0.15, 0.17}
		}
		return colour{0.20, 0.24, 0.36}.times(1.25 - 0.9*(y-0.45) + 0.10*math.Sin(x*260)*math.Sin(y*240))
	}, 0.76}
}

func chair() thing {
	seat := slab(0.30, 0.52, 0.70, 0.585, 0.025)
	back := slab(0.30, 0.20, 0.365, 0.55, 0.03)
	legs := union(bar(0.33, 0.57, 0.29, 0.90, 0.014), bar(0.67, 0.57, 0.71, 0.90, 0.014),
		bar(0.40, 0.57, 0.39, 0.86, 0.012), bar(0.60, 0.57, 0.61, 0.86, 0.012), bar(0.31, 0.75, 0.69, 0.75, 0.008))
	return thing{"chair with thin legs", union(seat, back, legs), func(x, y float64, _ colour) colour {
		if y > 0.585 {
			return colour{0.22, 0.15, 0.10}
		}
		return colour{0.24, 0.44, 0.47}.times(1.2 - 0.5*(x-0.3) + 0.05*math.Sin(x*300)*math.Sin(y*310))
	}, 0.90}
}

// plush has a coat of hairs a pixel and less wide.
func plush() thing {
	const cx, cy, r, hairs = 0.5, 0.57, 0.22, 700
	in := func(x, y float64) bool {
		dx, dy := x-cx, (y-cy)*0.95
		if max(math.Abs(dx), math.Abs(dy)) > 0.3 {
			return false
		}
		d := math.Hypot(dx, dy)
		ears := disc(0.36, 0.37, 0.065)(x, y) || disc(0.64, 0.37, 0.065)(x, y)
		if d < r || ears {
			return true
		}
		turn := (math.Atan2(dy, dx)/(2*math.Pi) + 0.5 + 0.35*(d-r)) * hairs
		k := math.Floor(turn)
		seed := dice(uint64(int64(k)+hairs) * 977)
		length := 0.012 + 0.026*seed.float()
		return d < r+length && math.Abs(turn-k-0.5) < 0.5*(1-(d-r)/length)
	}
	return thing{"plush with fur", in, func(x, y float64, _ colour) colour {
		for _, eye := range []shape{disc(0.43, 0.53, 0.02), disc(0.57, 0.53, 0.02), oval(0.5, 0.60, 0.03, 0.02)} {
			if eye(x, y) {
				return colour{0.08, 0.07, 0.07}
			}
		}
		d := math.Hypot(x-0.44, y-0.48)
		return colour{0.58, 0.38, 0.22}.times(1.18 - 0.9*d + 0.10*math.Sin(x*420+9*y)*math.Sin(y*380))
	}, 0.79}
}

func mug() thing {
	body := slab(0.28, 0.34, 0.60, 0.80, 0.02)
	handle := without(oval(0.60, 0.56, 0.14, 0.15), oval(0.60, 0.56, 0.095, 0.105))
	return thing{"mug with handle", union(body, without(handle, func(x, _ float64) bool { return x < 0.59 })),
		func(x, y float64, _ colour) colour {
			if body(x, y) && math.Abs(y-0.56) < 0.06 {
				return round(colour{0.20, 0.28, 0.48}, x, 0.28, 0.60)
			}
			if body(x, y) {
				return round(colour{0.78, 0.30, 0.26}, x, 0.28, 0.60)
			}
			return colour{0.62, 0.22, 0.19}.times(1.25 - 0.6*(y-0.4))
		}, 0.80}
}

func handbag() thing {
	body := slab(0.22, 0.50, 0.78, 0.84, 0.03)
	above := func(s shape) shape { return func(x, y float64) bool { return y < 0.53 && s(x, y) } }
	handle := above(without(disc(0.5, 0.50, 0.19), disc(0.5, 0.50, 0.155)))
	strap := above(without(oval(0.5, 0.52, 0.275, 0.36), oval(0.5, 0.52, 0.263, 0.348)))
	return thing{"bag with handle and strap", union(body, handle, strap), func(x, y float64, _ colour) colour {
		if slab(0.46, 0.62, 0.54, 0.68, 0.005)(x, y) {
			return colour{0.85, 0.72, 0.38}
		}
		return colour{0.46, 0.14, 0.18}.times(1.15 - 0.5*(y-0.5) + 0.06*math.Sin(x*200)*math.Sin(y*190))
	}, 0.84}
}

func pair() thing {
	left, right := slab(0.20, 0.36, 0.42, 0.84, 0.03), slab(0.54, 0.54, 0.80, 0.84, 0.03)
	lid := slab(0.53, 0.47, 0.81, 0.55, 0.01)
	neck := slab(0.27, 0.24, 0.35, 0.37, 0.01)
	return thing{"two products", union(left, right, lid, neck), func(x, y float64, _ colour) colour {
		switch {
		case lid(x, y):
			return round(colour{0.20, 0.20, 0.21}, x, 0.53, 0.81)
		case right(x, y):
			return round(colour{0.88, 0.68, 0.25}, x, 0.54, 0.80)
		case neck(x, y):
			return round(colour{0.80, 0.66, 0.30}, x, 0.27, 0.35)
		}
		return round(colour{0.24, 0.40, 0.62}, x, 0.20, 0.42)
	}, 0.84}
}

func plant() thing {
	pot := func(x, y float64) bool { return y > 0.64 && y < 0.86 && math.Abs(x-0.5) < 0.13-0.15*(y-0.64) }
	parts := []shape{pot}
	for k := range 7 {
		lean := (float64(k) - 3) / 3
		end := func(t float64) (float64, float64) {
			return 0.5 + lean*(0.08*t+0.20*t*t), 0.66 - (0.46-0.14*math.Abs(lean))*t
		}
		parts = append(parts, curve(0.009, end))
		x, y := end(1)
		parts = append(parts, oval(x, y, 0.035, 0.05))
		x, y = end(0.6)
		parts = append(parts, oval(x+0.02, y, 0.028, 0.016))
	}
	return thing{"plant with stems", union(parts...), func(x, y float64, _ colour) colour {
		if pot(x, y) {
			return round(colour{0.72, 0.42, 0.30}, x, 0.37, 0.63)
		}
		return colour{0.20, 0.46, 0.20}.times(1.1 + 0.2*math.Sin(x*90)*math.Sin(y*80))
	}, 0.86}
}

func headphones() thing {
	arch := without(oval(0.5, 0.52, 0.25, 0.30), oval(0.5, 0.52, 0.225, 0.272))
	band := func(x, y float64) bool { return y < 0.56 && arch(x, y) }
	cups := union(slab(0.21, 0.50, 0.31, 0.76, 0.045), slab(0.69, 0.50, 0.79, 0.76, 0.045))
	return thing{"headphones", union(band, cups), func(x, y float64, _ colour) colour {
		if cups(x, y) && (math.Abs(x-0.295) < 0.012 || math.Abs(x-0.705) < 0.012) {
			return colour{0.50, 0.50, 0.52}
		}
		return colour{0.14, 0.14, 0.16}.times(1.5 - 0.8*y)
	}, 0.76}
}

// phone has large flat parts.
func phone() thing {
	body := slab(0.34, 0.16, 0.66, 0.86, 0.04)
	screen := slab(0.355, 0.175, 0.645, 0.845, 0.03)
	return thing{"phone with a flat screen", body, func(x, y float64, _ colour) colour {
		switch {
		case !screen(x, y):
			return colour{0.30, 0.31, 0.33}
		case slab(0.40, 0.25, 0.60, 0.33, 0.01)(x, y):
			return colour{0.94, 0.95, 0.96}
		}
		return colour{0.30, 0.42, 0.74}.mix(colour{0.62, 0.36, 0.62}, min(max(y, 0), 1))
	}, 0.86}
}
