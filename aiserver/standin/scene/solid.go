package scene

import "github.com/nanococoa/nanococoa/aiserver/standin/tone"

// hit is where a ray meets a surface.
type hit struct {
	t    float32
	p, n vec
	id   int32 // which surface: 0 none, 1 ground, 2 wall, 3… solids
	m    *material
}

// material is how a surface looks.
type material struct {
	color tone.RGB
	// paint, if set, gives the colour at a point instead of color; n is the
	// surface's direction there.
	paint func(p, n vec) tone.RGB
	// gloss is how much the surface mirrors when looked at flatly, 0..1; rough is
	// how fast the mirror image blurs with distance, 0 a mirror.
	gloss, rough float32
	// sheen, if set, scales gloss from point to point.
	sheen func(p vec) float32
	// relief, if set, turns the normal for bumps too small to build.
	relief func(p, n vec) vec
	// satin is the colour of the broad, soft highlight of cloth, zero for none.
	satin tone.RGB
	// glow is light of its own.
	glow tone.RGB
}

func (m *material) at(p, n vec) tone.RGB {
	if m.paint != nil {
		return m.paint(p, n)
	}
	return m.color
}

type kind uint8

const (
	upright kind = iota // a standing cylinder: c its foot's centre, r radius, h height
	block               // a box: c the foot's centre, size half width, height, half depth; turned about Y
	ball                // c centre, r radius
	drum                // a lying cylinder along Z: c centre of its front, r radius, h its depth
	sheet               // standing paper at Z c[2]: everything below edge(X)
)

// solid is one prop. Edges are broken by bevel: the shading normal turns there,
// which catches light as a real edge does.
type solid struct {
	kind     kind
	c        vec
	r, h     float32
	size     vec
	turn     float32 // about Y, radians
	edge     func(x float32) float32
	bevel    float32
	m        *material
	sin, cos float32
}

func (s *solid) ready() {
	s.sin, s.cos = sin(s.turn), cos(s.turn)
}

// local turns a direction into the block's own axes.
func (s *solid) local(v vec) vec {
	return vec{v[0]*s.cos + v[2]*s.sin, v[1], -v[0]*s.sin + v[2]*s.cos}
}

func (s *solid) world(v vec) vec {
	return vec{v[0]*s.cos - v[2]*s.sin, v[1], v[0]*s.sin + v[2]*s.cos}
}

// enter gives the nearest parameter beyond least at which the ray meets the
// solid, and the face's normal, or far.
func (s *solid) enter(o, d vec, least float32) (float32, vec) {
	switch s.kind {
	case upright:
		return s.enterTube(o, d, least, 1, 2)
	case drum:
		return s.enterTube(o, d, least, 2, 1)
	case ball:
		q := o.sub(s.c)
		a, b, c := d.dot(d), q.dot(d), q.dot(q)-s.r*s.r
		disc := b*b - a*c
		if disc < 0 {
			return far, vec{}
		}
		t := (-b - sqrt(disc)) / a
		if t <= least {
			return far, vec{}
		}
		return t, o.along(d, t).sub(s.c).scale(1 / s.r)
	case sheet:
		if d[2] == 0 {
			return far, vec{}
		}
		t := (s.c[2] - o[2]) / d[2]
		if t <= least || o[1]+d[1]*t > s.edge(o[0]+d[0]*t) {
			return far, vec{}
		}
		if d[2] < 0 {
			return t, vec{0, 0, 1}
		}
		return t, vec{0, 0, -1}
	default:
		return s.enterBlock(o, d, least)
	}
}

// enterTube meets a capped cylinder whose axis is coordinate ax and which has
// ay as its other height-like coordinate. Tubes start at c and extend by h
// along the axis: up for upright, away for drum.
func (s *solid) enterTube(o, d vec, least float32, ax, ay int) (float32, vec) {
	q := o.sub(s.c)
	dx, dy := d[0], d[ay]
	qx, qy := q[0], q[ay]
	best, n := far, vec{}
	a := dx*dx + dy*dy
	if a > 1e-12 {
		b, c := qx*dx+qy*dy, qx*qx+qy*qy-s.r*s.r
		if disc := b*b - a*c; disc >= 0 {
			if t := (-b - sqrt(disc)) / a; t > least {
				if h := q[ax] + d[ax]*t; h >= 0 && h <= s.h {
					best = t
					n[0], n[ay] = (qx+dx*t)/s.r, (qy+dy*t)/s.r
				}
			}
		} else {
			return far, vec{}
		}
	}
	if d[ax] != 0 {
		// Only the cap that faces the ray can be entered.
		cap := float32(0)
		if d[ax] < 0 {
			cap = s.h
		}
		if t := (cap - q[ax]) / d[ax]; t > least && t < best {
			x, y := qx+dx*t, qy+dy*t
			if x*x+y*y <= s.r*s.r {
				best, n = t, vec{}
				n[ax] = 1
				if d[ax] > 0 {
					n[ax] = -1
				}
			}
		}
	}
	return best, n
}

func (s *solid) enterBlock(o, d vec, least float32) (float32, vec) {
	q, e := s.local(o.sub(s.c)), s.local(d)
	lo := vec{-s.size[0], 0, -s.size[2]}
	hi := vec{s.size[0], s.size[1], s.size[2]}
	in, out, axis := least, far, -1
	for k := range 3 {
		if e[k] == 0 {
			if q[k] < lo[k] || q[k] > hi[k] {
				return far, vec{}
			}
			continue
		}
		inv := 1 / e[k]
		a, b := (lo[k]-q[k])*inv, (hi[k]-q[k])*inv
		if a > b {
			a, b = b, a
		}
		if a > in {
			in, axis = a, k
		}
		out = min(out, b)
		if in > out {
			return far, vec{}
		}
	}
	if axis < 0 {
		return far, vec{}
	}
	var n vec
	n[axis] = 1
	if e[axis] > 0 {
		n[axis] = -1
	}
	return in, s.world(n)
}

// blocks reports whether the solid lies in the way of a shadow ray before
// parameter most.
func (s *solid) blocks(o, d vec, least, most float32) bool {
	t, _ := s.enter(o, d, least)
	return t < most
}

// soften turns the normal at a broken edge.
func (s *solid) soften(p, n vec) vec {
	if s.bevel <= 0 {
		return n
	}
	q := p.sub(s.c)
	switch s.kind {
	case upright, drum:
		ax, ay := 1, 2
		if s.kind == drum {
			ax, ay = 2, 1
		}
		r := hypot(q[0], q[ay])
		if abs(n[ax]) > 0.5 {
			if k := smooth(s.r-r, s.bevel, 0); k > 0 && r > 0 {
				var out vec
				out[0], out[ay] = q[0]/r, q[ay]/r
				return n.add(out.scale(k)).unit()
			}
			return n
		}
		near, sign := q[ax], float32(-1)
		if s.h-q[ax] < near {
			near, sign = s.h-q[ax], 1
		}
		if k := smooth(near, s.bevel, 0); k > 0 {
			n[ax] += sign * k
			return n.unit()
		}
	case block:
		e := s.local(q)
		mn := s.local(n)
		e[1] -= s.size[1] / 2
		half := vec{s.size[0], s.size[1] / 2, s.size[2]}
		changed := false
		for k := range 3 {
			if abs(mn[k]) > 0.5 {
				continue
			}
			if f := smooth(half[k]-abs(e[k]), s.bevel, 0); f > 0 {
				if e[k] < 0 {
					f = -f
				}
				mn[k] += f
				changed = true
			}
		}
		if changed {
			return s.world(mn).unit()
		}
	}
	return n
}
