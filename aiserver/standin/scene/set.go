package scene

import (
	"context"

	"github.com/nanococoa/nanococoa/aiserver/standin/raster"
	"github.com/nanococoa/nanococoa/aiserver/standin/tone"
)

// set is floor, wall, things and light, ready to be photographed.
type set struct {
	w, h int // of the picture
	unit float32
	cam  lens
	body *body

	ground float32   // Y of the floor, at or below 0
	floor  *material // what the floor is made of
	end    float32   // Z at which the floor ends; 0: it does not
	wall   *material // nil: no wall, beyond the floor one sees the backdrop
	wallZ  float32
	cove   float32 // radius of the bend from floor to wall, 0: a corner
	solids []solid
	beyond *raster.Picture // the backdrop, covering the whole picture
	mist   [2]float32      // Z from and to which the floor fades into the backdrop; 0, 0: not

	sun    vec      // towards the light
	spread float32  // radius of the light as an angle: larger is softer
	key    tone.RGB // its colour and strength
	// gobo is the share of the light that reaches a point past window bars and
	// leaves; nil is all of it.
	gobo   func(p vec) float32
	sky    tone.RGB // light from above and around
	bounce tone.RGB // light from below
	near   float32  // how far things shade each other from the sky

	// mirrored is the backdrop as glossy surfaces show it, nil: beyond itself.
	mirrored *raster.Picture
	// pool narrows the key light to a round spot on the floor; nil: everywhere.
	pool *pool

	focus float32 // blur in pixels per unit of relative distance; 0: all sharp
}

// pool is a spotlight's circle on the floor: full within half the radius, gone at
// twice.
type pool struct{ x, z, r float32 }

func (p *pool) at(x, z float32) float32 {
	return smooth(hypot(x-p.x, (z-p.z)*0.8), 2*p.r, 0.4*p.r)
}

// sight is what one pixel of the light grid sees, and how much light gets
// there.
type sight struct {
	face     int32
	sun, sky float32
}

// lightStep is the light grid's step in pixels: soft shadows lose nothing at
// half the resolution, and cost a quarter.
const lightStep = 2

// trace finds what a ray meets first.
func (s *set) trace(o, d vec, least float32) hit {
	best := hit{t: far}
	for i := range s.solids {
		if t, n := s.solids[i].enter(o, d, least); t < best.t {
			best = hit{t: t, n: n, id: int32(3 + i), m: s.solids[i].m}
		}
	}
	if d[1] < 0 {
		if t := (s.ground - o[1]) / d[1]; t > least && t < best.t {
			z := o[2] + d[2]*t
			if (s.end == 0 || z < s.end) && (s.wall == nil || z < s.wallZ-s.cove) {
				best = hit{t: t, n: vec{0, 1, 0}, id: 1, m: s.floor}
			}
		}
	}
	if s.wall != nil && d[2] > 0 {
		if t := (s.wallZ - o[2]) / d[2]; t > least && t < best.t && o[1]+d[1]*t >= s.ground+s.cove {
			best = hit{t: t, n: vec{0, 0, -1}, id: 2, m: s.wall}
		}
	}
	if s.cove > 0 && s.wall != nil && best.t == far {
		if t, n, ok := s.bend(o, d, least); ok {
			best = hit{t: t, n: n, id: 1, m: s.floor}
		}
	}
	if best.t < far {
		best.p = o.along(d, best.t)
	}
	return best
}

// bend meets the quarter pipe between floor and wall from inside.
func (s *set) bend(o, d vec, least float32) (float32, vec, bool) {
	cy, cz := s.ground+s.cove, s.wallZ-s.cove
	qy, qz := o[1]-cy, o[2]-cz
	a, b, c := d[1]*d[1]+d[2]*d[2], qy*d[1]+qz*d[2], qy*qy+qz*qz-s.cove*s.cove
	disc := b*b - a*c
	if a == 0 || disc < 0 {
		return 0, vec{}, false
	}
	t := (-b + sqrt(disc)) / a
	y, z := qy+d[1]*t, qz+d[2]*t
	if t <= least || y > 0 || z < 0 {
		return 0, vec{}, false
	}
	return t, vec{0, -y / s.cove, -z / s.cove}, true
}

// face tells surfaces apart on which light changes abruptly.
func (s *set) face(h *hit) int32 {
	if h.id < 3 {
		return h.id
	}
	sd := &s.solids[h.id-3]
	k := int32(0)
	switch sd.kind {
	case block:
		n := sd.local(h.n)
		switch {
		case abs(n[0]) > 0.7:
			k = 1
		case abs(n[2]) > 0.7:
			k = 2
		}
	case upright:
		if abs(h.n[1]) > 0.7 {
			k = 1
		}
	case drum:
		if abs(h.n[2]) > 0.7 {
			k = 1
		}
	}
	return h.id*4 + k
}

// Each pixel of the light grid throws so many rays towards the light and into
// the sky; the sixteen pixels of a 4×4 tile throw different ones, and averaging
// over a tile gives sixteen times as many.
const (
	sunRays = 6
	skyRays = 6
	tile    = 4
)

// pattern holds the points of the unit square each pixel of a tile uses: the R2
// sequence (M. Roberts, 2018), which stays even in every stretch.
func pattern(rays int) [][2]float32 {
	p := make([][2]float32, tile*tile*rays)
	const g1, g2 = 0.7548776662466927, 0.5698402909980532
	x, y := 0.5, 0.5
	// Dealing consecutive points to different pixels would give each pixel a
	// lattice; consecutive points of one pixel are even by themselves.
	for i := range p {
		x, y = x+g1, y+g2
		x, y = x-float64(int(x)), y-float64(int(y))
		p[i] = [2]float32{float32(x), float32(y)}
	}
	return p
}

// light measures on the grid how much of the sun and of the sky each visible
// point sees.
func (s *set) light(ctx context.Context) ([]sight, int, int, error) {
	gw, gh := (s.w+lightStep-1)/lightStep, (s.h+lightStep-1)/lightStep
	raw := make([]sight, gw*gh)
	suns, skies := pattern(sunRays), pattern(skyRays)
	// Two directions across the light.
	side := s.sun.cross(vec{0, 1, 0.01}).unit()
	up := side.cross(s.sun)
	o := s.cam.origin()
	err := raster.Rows(ctx, gh, func(from, to int) {
		for gy := from; gy < to; gy++ {
			for gx := range gw {
				d := s.cam.ray((float32(gx)+0.5)*lightStep, (float32(gy)+0.5)*lightStep)
				h := s.trace(o, d, 0)
				r := &raw[gy*gw+gx]
				if h.t == far {
					continue
				}
				r.face = s.face(&h)
				start := h.p.along(h.n, 0.05+0.0005*s.unit)
				k := (gy%tile*tile + gx%tile)
				r.sun = 1
				if h.n.dot(s.sun) > -0.2 {
					lit := 0
					for i, q := range suns[k*sunRays : (k+1)*sunRays] {
						rad, turn := s.spread*sqrt(q[0]), q[1]*6.2831853
						dir := s.sun.add(side.scale(rad * cos(turn))).add(up.scale(rad * sin(turn)))
						jitter := 0.618034 * float32(k*sunRays+i)
						if !s.shadowed(start, dir, far, jitter-floor(jitter)) {
							lit++
						}
					}
					r.sun = float32(lit) / sunRays
				}
				r.sky = s.openness(start, h.n, skies[k*skyRays:(k+1)*skyRays])
			}
		}
	})
	if err != nil {
		return nil, 0, 0, err
	}
	return s.settle(ctx, raw, gw, gh)
}

func (s *set) shadowed(o, d vec, most, jitter float32) bool {
	for i := range s.solids {
		if s.solids[i].blocks(o, d, 1e-3, most) {
			return true
		}
	}
	return s.body != nil && s.body.blocks(o, d, most, jitter)
}

// openness is how much of the sky a point sees, things near it counting more.
func (s *set) openness(p, n vec, points [][2]float32) float32 {
	a := vec{1, 0, 0}
	if abs(n[0]) > 0.7 {
		a = vec{0, 1, 0}
	}
	t := n.cross(a).unit()
	b := n.cross(t)
	var sum float32
	for _, q := range points {
		// Cosine-weighted: even on the disc, raised to the hemisphere.
		r, turn := sqrt(q[0]), q[1]*6.2831853
		x, y := r*cos(turn), r*sin(turn)
		d := t.scale(x).add(b.scale(y)).add(n.scale(sqrt(1 - q[0])))
		sum += s.freeWay(p, d)
	}
	return sum / float32(len(points))
}

// freeWay is 1 when nothing lies within near, less the nearer something does.
func (s *set) freeWay(o, d vec) float32 {
	t := s.near
	for i := range s.solids {
		if u, _ := s.solids[i].enter(o, d, 1e-3); u < t {
			t = u
		}
	}
	if s.body != nil && t > 0.25*s.near && s.body.blocks(o, d, t, 0.5) {
		// The distance to the subject is not known; its silhouette is usually
		// about this near when it blocks at all.
		t = min(t, 0.45*s.near)
	}
	if s.cove == 0 {
		if d[1] < 0 {
			if u := (s.ground - o[1]) / d[1]; u > 1e-3 && u < t {
				t = u
			}
		}
		if s.wall != nil && d[2] > 0 {
			if u := (s.wallZ - o[2]) / d[2]; u > 1e-3 && u < t {
				t = u
			}
		}
	}
	f := t / s.near
	return f * (2 - f)
}

// settle averages the light over tiles, never across the edge of a face.
func (s *set) settle(ctx context.Context, raw []sight, gw, gh int) ([]sight, int, int, error) {
	out := make([]sight, len(raw))
	// A tile is four wide; half weights at both ends keep five centred.
	weight := [5]float32{0.5, 1, 1, 1, 0.5}
	err := raster.Rows(ctx, gh, func(from, to int) {
		for y := from; y < to; y++ {
			for x := range gw {
				c := raw[y*gw+x]
				if c.face == 0 {
					continue
				}
				var sun, sky, sum float32
				for dy := -2; dy <= 2; dy++ {
					yy := y + dy
					if yy < 0 || yy >= gh {
						continue
					}
					for dx := -2; dx <= 2; dx++ {
						xx := x + dx
						if xx < 0 || xx >= gw {
							continue
						}
						r := &raw[yy*gw+xx]
						if r.face != c.face {
							continue
						}
						k := weight[dy+2] * weight[dx+2]
						sun += k * r.sun
						sky += k * r.sky
						sum += k
					}
				}
				out[y*gw+x] = sight{c.face, sun / sum, sky / sum}
			}
		}
	})
	return out, gw, gh, err
}

// lightAt interpolates the light at picture point x, y among grid points that
// see the same face.
func lightAt(grid []sight, gw, gh int, x, y float32, face int32) (sun, sky float32) {
	gx, gy := x/lightStep-0.5, y/lightStep-0.5
	x0, y0 := int(floor(gx)), int(floor(gy))
	fx, fy := gx-float32(x0), gy-float32(y0)
	var sum float32
	for reach := range 3 {
		for dy := -reach; dy <= 1+reach; dy++ {
			for dx := -reach; dx <= 1+reach; dx++ {
				xx, yy := x0+dx, y0+dy
				if xx < 0 || yy < 0 || xx >= gw || yy >= gh {
					continue
				}
				r := &grid[yy*gw+xx]
				if r.face != face {
					continue
				}
				kx, ky := 1-abs(float32(dx)-fx), 1-abs(float32(dy)-fy)
				if reach > 0 {
					kx, ky = 1/(1+abs(float32(dx)-fx)), 1/(1+abs(float32(dy)-fy))
				}
				k := kx*ky + 1e-4
				sun += k * r.sun
				sky += k * r.sky
				sum += k
			}
		}
		if sum > 1e-3 {
			return sun / sum, sky / sum
		}
	}
	// A sliver no grid point saw.
	return 0.7, 0.7
}

// shade is the light a hit sends to the camera.
func (s *set) shade(h *hit, d vec, sun, sky float32) tone.RGB {
	n := h.n
	if h.id >= 3 {
		n = s.solids[h.id-3].soften(h.p, n)
	}
	if h.m.relief != nil {
		n = h.m.relief(h.p, n)
	}
	albedo := h.m.at(h.p, h.n)
	facing := max(n.dot(s.sun), 0)
	if s.gobo != nil && facing > 0 && sun > 0 {
		sun *= s.gobo(h.p)
	}
	if s.pool != nil {
		sun *= s.pool.at(h.p[0], h.p[2])
	}
	lit := s.key.Scale(facing * sun)
	// What is shaded from the sky still gets light bounced off bright surfaces
	// around, so bright materials darken less (Jimenez et al., "Practical
	// real-time strategies for accurate indirect occlusion", 2016).
	var amb tone.RGB
	half := 0.5 + 0.5*n[1]
	for k := range 3 {
		a := clamp(albedo[k], 0, 1)
		open := max(sky, ((2.0404*a-0.3324)*sky*sky+(0.6417-4.7951*a)*sky+2.7552*a+0.6903)*sky)
		amb[k] = mix(s.bounce[k], s.sky[k], half) * clamp(open, 0, 1)
	}
	c := albedo.Mul(lit.Add(amb)).Add(h.m.glow)
	if h.m.satin != (tone.RGB{}) {
		// A broad lobe around the half-way vector, and the rim light of loose
		// fibres seen from the side.
		v := d.unit()
		half := s.sun.sub(v).unit()
		lobe := pow(max(n.dot(half), 0), 22)
		rim := pow(1-clamp(-v.dot(n), 0, 1), 3)
		c = c.Add(h.m.satin.Mul(s.key).Scale((0.55*lobe*(0.35+0.65*sun) + 0.12*rim) * sky))
	}
	if s.body != nil && h.n[1] > 0.7 && abs(h.p[1]) < 1 {
		c = c.Scale(1 - s.body.contactAt(h.p[0], h.p[2]))
	}
	if h.m.gloss > 0 {
		c = s.reflect(h, d, n, c)
	}
	return c
}

// reflect adds the mirror image to a glossy surface.
func (s *set) reflect(h *hit, d, n vec, c tone.RGB) tone.RGB {
	v := d.unit()
	cosine := -v.dot(n)
	if cosine <= 0 {
		return c
	}
	// Schlick's rise towards grazing angles, from gloss to three times that.
	g := 1 - cosine
	k := h.m.gloss * (1 + 2*g*g*g*g*g)
	if h.m.sheen != nil {
		k *= h.m.sheen(h.p)
	}
	k = min(k, 1)
	r := v.add(n.scale(2 * cosine))
	start := h.p.along(h.n, 0.05+0.0005*s.unit)
	seen := s.glimpse(start, r, h.m.rough)
	if s.body != nil && h.n[1] > 0.7 && abs(h.p[1]) < 1 {
		light, cover, height := s.body.mirrored(h.p, r, h.m.rough)
		// Roughness scatters the mirror image, the more the higher.
		fade := (1 - 0.5*h.m.rough) * exp(-height*(0.4+9*h.m.rough*h.m.rough)/s.unit)
		// Where it touches it shows its dark underside.
		dim := 1 - 0.3*s.body.contactAt(h.p[0], h.p[2])
		seen = seen.Scale(1 - cover*fade).Add(light.Scale(fade * dim))
	}
	return c.Scale(1 - k).Add(seen.Scale(k))
}

// glimpse is what a mirrored ray sees, without shadows. A rough surface shows
// only the wide brightness of the backdrop.
func (s *set) glimpse(o, r vec, rough float32) tone.RGB {
	const tooRough = 0.75
	h := hit{t: far}
	switch {
	case rough < tooRough:
		h = s.trace(o, r, 1e-2)
	case s.beyond == nil:
		if s.wall == nil {
			return s.sky
		}
		return s.wall.color.Mul(s.sky.Add(s.key.Scale(0.3)))
	}
	if h.t == far {
		return s.backdrop(o.along(r, 4*s.cam.dist))
	}
	a := h.m.at(h.p, h.n)
	return a.Mul(s.key.Scale(0.6 * max(h.n.dot(s.sun), 0)).Add(s.sky.Scale(0.8))).Add(h.m.glow)
}

// backdrop is the colour of the far backdrop in the direction of p.
func (s *set) backdrop(p vec) tone.RGB {
	from := s.mirrored
	if from == nil {
		from = s.beyond
	}
	if from == nil {
		return s.sky
	}
	x, y := s.cam.project(p)
	return from.Sample(x/float32(s.w), y/float32(s.h))
}

// look is the colour along the ray through picture point x, y, with its face
// and depth.
func (s *set) look(grid []sight, gw, gh int, x, y float32) (tone.RGB, int32, float32) {
	o, d := s.cam.origin(), s.cam.ray(x, y)
	h := s.trace(o, d, 0)
	if h.t == far {
		if s.beyond == nil {
			return s.sky, 0, far
		}
		return s.beyond.Sample(x/float32(s.w), y/float32(s.h)), 0, far
	}
	face := s.face(&h)
	sun, sky := lightAt(grid, gw, gh, x, y, face)
	c := s.shade(&h, d, sun, sky)
	if s.mist[1] > 0 && h.id == 1 && s.beyond != nil {
		if k := smooth(h.p[2], s.mist[0], s.mist[1]); k > 0 {
			c = c.Mix(s.beyond.Sample(x/float32(s.w), y/float32(s.h)), k)
			if k > 0.6 {
				return c, face, far // the backdrop is soft enough
			}
		}
	}
	return c, face, h.p[2]
}

// expose photographs the set: one look per pixel, more along edges, blur by
// distance.
func (s *set) expose(ctx context.Context) (*raster.Picture, error) {
	for i := range s.solids {
		s.solids[i].ready()
	}
	grid, gw, gh, err := s.light(ctx)
	if err != nil {
		return nil, err
	}
	pic := raster.New(s.w, s.h)
	faces := make([]int16, s.w*s.h)
	depth := make([]float32, s.w*s.h)
	err = raster.Rows(ctx, s.h, func(from, to int) {
		for y := from; y < to; y++ {
			for x := range s.w {
				c, face, z := s.look(grid, gw, gh, float32(x)+0.5, float32(y)+0.5)
				pic.Set(x, y, c)
				faces[y*s.w+x] = int16(face)
				depth[y*s.w+x] = z
			}
		}
	})
	if err != nil {
		return nil, err
	}
	if err := s.smoothEdges(ctx, pic, faces, grid, gw, gh); err != nil {
		return nil, err
	}
	return s.defocus(ctx, pic, depth)
}

// smoothEdges looks again, eight times per pixel, where two faces meet.
func (s *set) smoothEdges(ctx context.Context, pic *raster.Picture, faces []int16, grid []sight, gw, gh int) error {
	points := pattern(1)[:8]
	return raster.Rows(ctx, s.h, func(from, to int) {
		for y := from; y < to; y++ {
			for x := range s.w {
				i := y*s.w + x
				f := faces[i]
				if !(x > 0 && faces[i-1] != f || x < s.w-1 && faces[i+1] != f ||
					y > 0 && faces[i-s.w] != f || y < s.h-1 && faces[i+s.w] != f) {
					continue
				}
				var sum tone.RGB
				for _, q := range points {
					c, _, _ := s.look(grid, gw, gh, float32(x)+q[0], float32(y)+q[1])
					// Averaging what the film will show, not raw light, keeps a
					// lamp's edge smooth.
					for k := range 3 {
						sum[k] += min(c[k], 2)
					}
				}
				pic.Set(x, y, sum.Scale(1/float32(len(points))))
			}
		}
	})
}

// defocus blurs by distance from the plane of focus, which is the product's.
func (s *set) defocus(ctx context.Context, pic *raster.Picture, depth []float32) (*raster.Picture, error) {
	if s.focus <= 0 {
		return pic, nil
	}
	// Three soft copies, each about twice as soft as the one before.
	half := pic.Half()
	half.Blur(1.0)
	quarter := half.Half()
	quarter.Blur(1.4)
	eighth := quarter.Half()
	eighth.Blur(1.8)
	sigma := [4]float32{0, 2.2, 6.5, 16}
	soft := [4]*raster.Picture{nil, half, quarter, eighth}
	spill, sw, sh := s.spill(depth)
	err := raster.Rows(ctx, s.h, func(from, to int) {
		for y := from; y < to; y++ {
			for x := range s.w {
				want := s.blurAt(depth[y*s.w+x])
				if depth[y*s.w+x] == far {
					// The backdrop is painted as soft as it should be; only what is
					// blurred in front of it reaches over.
					want = spill[min(y/spillStep, sh-1)*sw+min(x/spillStep, sw-1)]
				}
				if want < 0.4 {
					continue
				}
				u, v := (float32(x)+0.5)/float32(s.w), (float32(y)+0.5)/float32(s.h)
				level := 1
				for level < 3 && want > sigma[level] {
					level++
				}
				k := clamp((want-sigma[level-1])/(sigma[level]-sigma[level-1]), 0, 1)
				a := pic.Get(x, y)
				if level > 1 {
					a = soft[level-1].Sample(u, v)
				}
				pic.Set(x, y, a.Mix(soft[level].Sample(u, v), k))
			}
		}
	})
	return pic, err
}

// sharpDepth is the part of the way to infinity within which all is sharp: the
// product's own depth and what it stands on.
const sharpDepth = 0.11

// blurAt is the wanted blur at a depth, in pixels.
func (s *set) blurAt(z float32) float32 {
	if z == far {
		return 0
	}
	rel := z / (s.cam.dist + z)
	if rel < 0 {
		rel *= -0.5
	}
	return s.focus * 1.4 * max(rel-sharpDepth, 0)
}

// spillStep is the side in pixels of a cell of the map of blurred edges.
const spillStep = 4

// spill is how far blurred things reach over the backdrop behind them, on a
// coarse map.
func (s *set) spill(depth []float32) ([]float32, int, int) {
	w, h := (s.w+spillStep-1)/spillStep, (s.h+spillStep-1)/spillStep
	m := make([]float32, w*h)
	var most float32
	for y := range h {
		for x := range w {
			i := min(y*spillStep+spillStep/2, s.h-1)*s.w + min(x*spillStep+spillStep/2, s.w-1)
			m[y*w+x] = s.blurAt(depth[i])
			most = max(most, m[y*w+x])
		}
	}
	raster.BoxBlur(m, w, h, int(most*0.7/spillStep+0.5))
	raster.BoxBlur(m, w, h, int(most*0.7/spillStep+0.5))
	return m, w, h
}
