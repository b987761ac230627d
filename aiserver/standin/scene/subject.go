package scene

import (
	"image"
	"math"

	"github.com/nanococoa/nanococoa/aiserver/standin/raster"
	"github.com/nanococoa/nanococoa/aiserver/standin/tone"
)

// Subject is what stands in the scene: the product, or the framed card.
type Subject struct {
	// Pixels is the subject at its final size, straight alpha.
	Pixels *image.NRGBA
	// At is where it stands in the picture; At.Size() is Pixels' size.
	At image.Rectangle
	// Depth is how deep the thing is, as a share of its width: about 0.5 for a
	// product, nearly 0 for a card.
	Depth float32
}

// body is the subject as an object in the set: something that blocks light,
// touches the ground and is mirrored in it.
type body struct {
	Subject
	cam       *lens
	low, high vec // the box that holds it

	// foot is for each column how far behind Z = 0 it touches the ground, or
	// negative where it does not.
	foot  []float32
	stand []float32 // foot without gaps and steps, for the mirror image
	deep  float32   // thickness in Z
	reach float32   // largest Z of any part

	// cover is the silhouette at a quarter of the size, filled down to the ground
	// where columns touch it.
	cover          []bool
	coverW, coverH int

	mirror []*raster.Picture // colours times alpha, ever smaller and softer
	veil   [][]float32       // the alpha that belongs to each

	contact    []float32 // how dark the ground is from touching, from above
	mapX, mapZ float32   // the map's corner
	mapStep    float32
	mapW, mapH int
}

// coverStep is the side of a silhouette cell in pixels. Shadows are soft; a
// quarter of the resolution is sharp enough for them.
const coverStep = 4

func newBody(s Subject, cam *lens) *body {
	w := s.At.Dx()
	b := &body{Subject: s, cam: cam, deep: max(s.Depth*float32(w), 6)}
	b.findFeet()
	// Far slices are larger in the set for the same size in the picture.
	grow := (cam.dist + b.reach) / cam.dist
	l, r := float32(s.At.Min.X)-cam.cx, float32(s.At.Max.X)-cam.cx
	b.low = vec{min(l, l*grow), 0, 0}
	b.high = vec{max(r, r*grow), float32(s.At.Dy())*grow + b.reach*cam.eye/cam.dist, b.reach}
	b.fillCover()
	b.mapContact()
	b.buildMirror()
	return b
}

func (b *body) alpha(x, y int) uint8 { return b.Pixels.Pix[y*b.Pixels.Stride+4*x+3] }

// findFeet reads from the lower outline where the subject touches the ground.
// A point of the outline that lies higher in the picture touches further back,
// until that would be deeper than the thing can be: then it is an overhang.
func (b *body) findFeet() {
	w, h := b.At.Dx(), b.At.Dy()
	b.foot = make([]float32, w)
	deepest := max(1.1*float32(w), 20)
	if b.Depth < 0.2 {
		// A flat thing touches along its lower edge only.
		deepest = max(b.Depth*float32(w), 8)
	}
	for x := range w {
		b.foot[x] = -1
		for y := h - 1; y >= 0; y-- {
			if b.alpha(x, y) < 128 {
				continue
			}
			if z := b.cam.depthAt(float32(b.At.Min.Y + y + 1)); z <= deepest && z >= 0 {
				b.foot[x] = z
				b.reach = max(b.reach, z)
			} else if z < 0 {
				b.foot[x] = 0
			}
			break
		}
	}
	b.reach += b.deep
	b.stand = make([]float32, w)
	last := float32(0)
	for x, z := range b.foot {
		if z >= 0 {
			last = z
		}
		b.stand[x] = last
	}
	for range 2 {
		raster.BoxBlur(b.stand, w, 1, max(w/24, 1))
	}
}

func (b *body) fillCover() {
	w, h := b.At.Dx(), b.At.Dy()
	b.coverW, b.coverH = (w+coverStep-1)/coverStep, (h+coverStep-1)/coverStep
	b.cover = make([]bool, b.coverW*b.coverH)
	for cy := range b.coverH {
		for cx := range b.coverW {
			x, y := min(cx*coverStep+coverStep/2, w-1), min(cy*coverStep+coverStep/2, h-1)
			b.cover[cy*b.coverW+cx] = b.alpha(x, y) >= 128
		}
	}
	for cx := range b.coverW {
		if b.foot[min(cx*coverStep+coverStep/2, w-1)] < 0 {
			continue
		}
		for cy := b.coverH - 1; cy >= 0 && !b.cover[cy*b.coverW+cx]; cy-- {
			b.cover[cy*b.coverW+cx] = true
		}
	}
}

// silhouettes is how many parallel silhouettes stand in for the subject's volume.
const silhouettes = 4

// blocks reports whether the subject lies in the way of a shadow ray. jitter in
// 0..1 shifts the silhouettes; varying it over the rays makes them a volume.
func (b *body) blocks(o, d vec, most, jitter float32) bool {
	if d[2] == 0 {
		return false
	}
	// The box first.
	if !meetsBox(o, d, b.low, b.high, most) {
		return false
	}
	for k := range silhouettes {
		z := b.reach * (float32(k) + jitter) / silhouettes
		t := (z - o[2]) / d[2]
		if t <= 1e-4 || t >= most {
			continue
		}
		if o[1]+d[1]*t < 0 {
			continue
		}
		// What the camera sees of a slice is the silhouette itself.
		px, py := b.cam.project(o.along(d, t))
		col, row := int(px)-b.At.Min.X, int(py)-b.At.Min.Y
		if px < float32(b.At.Min.X) || py < float32(b.At.Min.Y) || col >= b.At.Dx() || row >= b.At.Dy() {
			continue
		}
		if f := b.foot[col]; f > z || f >= 0 && f+b.deep < z {
			continue
		}
		if b.cover[row/coverStep*b.coverW+col/coverStep] {
			return true
		}
	}
	return false
}

func meetsBox(o, d, lo, hi vec, most float32) bool {
	in, out := float32(0), most
	for k := range 3 {
		if d[k] == 0 {
			if o[k] < lo[k] || o[k] > hi[k] {
				return false
			}
			continue
		}
		inv := 1 / d[k]
		a, c := (lo[k]-o[k])*inv, (hi[k]-o[k])*inv
		if a > c {
			a, c = c, a
		}
		in, out = max(in, a), min(out, c)
		if in > out {
			return false
		}
	}
	return true
}

// mapContact draws the footprint from above and blurs it at three scales: the
// thin dark line of the contact itself, the soft core, the wide halo.
func (b *body) mapContact() {
	w := float32(b.At.Dx())
	size := sqrt(w * float32(b.At.Dy()))
	margin := 0.45 * size
	b.mapStep = max(size/160, 1)
	b.mapX, b.mapZ = b.low[0]-margin, -margin
	b.mapW = int((b.high[0]-b.low[0]+2*margin)/b.mapStep) + 1
	b.mapH = int((b.reach+2*margin)/b.mapStep) + 1
	foot := make([]float32, b.mapW*b.mapH)
	for i := range foot {
		x := b.mapX + (float32(i%b.mapW)+0.5)*b.mapStep
		z := b.mapZ + (float32(i/b.mapW)+0.5)*b.mapStep
		if z < 0 || z > b.reach {
			continue
		}
		px, _ := b.cam.project(vec{x, 0, z})
		col := int(px) - b.At.Min.X
		if col < 0 || col >= len(b.foot) || b.foot[col] < 0 {
			continue
		}
		if z >= b.foot[col] && z <= b.foot[col]+b.deep {
			foot[i] = 1
		}
	}
	b.contact = make([]float32, len(foot))
	for _, layer := range [3][2]float32{{0.022, 0.85}, {0.085, 0.66}, {0.24, 0.50}} {
		soft := append([]float32(nil), foot...)
		raster.BlurPlane(soft, b.mapW, b.mapH, layer[0]*size/b.mapStep)
		for i, v := range soft {
			// Layers darken each other's remains, as independent occluders do.
			// Beside a straight edge the blur gives a half; there the layer is full.
			b.contact[i] = 1 - (1-b.contact[i])*(1-layer[1]*min(1.7*v, 1))
		}
	}
}

// contactAt is the darkening 0..1 at ground point x, z.
func (b *body) contactAt(x, z float32) float32 {
	fx, fz := (x-b.mapX)/b.mapStep-0.5, (z-b.mapZ)/b.mapStep-0.5
	if fx < 0 || fz < 0 || fx >= float32(b.mapW-1) || fz >= float32(b.mapH-1) {
		return 0
	}
	x0, z0 := int(fx), int(fz)
	tx, tz := fx-float32(x0), fz-float32(z0)
	i := z0*b.mapW + x0
	top := b.contact[i] + (b.contact[i+1]-b.contact[i])*tx
	low := b.contact[i+b.mapW] + (b.contact[i+b.mapW+1]-b.contact[i+b.mapW])*tx
	return top + (low-top)*tz
}

// buildMirror prepares the subject's picture at four softnesses.
func (b *body) buildMirror() {
	w, h := (b.At.Dx()+1)/2, (b.At.Dy()+1)/2
	p := raster.New(w, h)
	a := raster.New(w, h) // alpha in all three channels, for the same arithmetic
	for y := range h {
		for x := range w {
			var c tone.RGB
			var cover float32
			for k := range 4 {
				sx, sy := min(2*x+k&1, b.At.Dx()-1), min(2*y+k>>1, b.At.Dy()-1)
				q := b.Pixels.Pix[sy*b.Pixels.Stride+4*sx:]
				al := float32(q[3]) / 255
				c = c.Add(tone.FromBytes(q[0], q[1], q[2]).Scale(al))
				cover += al
			}
			p.Set(x, y, c.Scale(0.25))
			a.Set(x, y, tone.RGB{cover / 4, cover / 4, cover / 4})
		}
	}
	for level := range 4 {
		if level > 0 {
			p, a = p.Half(), a.Half()
		}
		soft, softA := clone(p), clone(a)
		soft.Blur(1.2)
		softA.Blur(1.2)
		veil := make([]float32, soft.W*soft.H)
		for i := range veil {
			veil[i] = softA.Pix[3*i]
		}
		b.mirror = append(b.mirror, soft)
		b.veil = append(b.veil, veil)
	}
}

func clone(p *raster.Picture) *raster.Picture {
	return &raster.Picture{W: p.W, H: p.H, Pix: append([]float32(nil), p.Pix...)}
}

// mirrored is the subject seen by a reflected ray: its light, how much of the
// view it covers, and how high above the ground the ray meets it.
func (b *body) mirrored(o, d vec, rough float32) (light tone.RGB, cover, height float32) {
	if d[2] <= 0 {
		return
	}
	// The front of the subject is a curved card that stands on its feet; two
	// rounds find the depth of the column the ray meets.
	z := float32(0)
	var x, t float32
	for range 2 {
		t = (z - o[2]) / d[2]
		x = o[0] + d[0]*max(t, 0)
		k := b.cam.dist / (b.cam.dist + z)
		col := int(b.cam.cx+x*k) - b.At.Min.X
		if col >= 0 && col < len(b.stand) {
			z = b.stand[col]
		}
	}
	t = (z - o[2]) / d[2]
	if t <= 0 {
		return
	}
	p := o.along(d, t)
	px, py := b.cam.project(p)
	u := (px - float32(b.At.Min.X)) / float32(b.At.Dx())
	v := (py - float32(b.At.Min.Y)) / float32(b.At.Dy())
	if u < -0.1 || u > 1.1 || v < -0.1 || v > 1.1 {
		return
	}
	height = p[1]
	// Each level is twice as soft as the one before, so that the level grows with
	// the logarithm, and never jumps.
	softness := rough*(3+height/12) + 2*max(rough-0.7, 0)
	level := clamp(float32(math.Log2(float64(1+max(softness, 0)))), 0, float32(len(b.mirror)-1))
	n := min(int(level), len(b.mirror)-2)
	light, cover = b.look(n, u, v)
	l2, c2 := b.look(n+1, u, v)
	k := level - float32(n)
	return light.Mix(l2, k), mix(cover, c2, k), height
}

// look reads one softness of the mirror image; outside it fades out.
func (b *body) look(level int, u, v float32) (tone.RGB, float32) {
	m := b.mirror[level]
	edge := clamp(1+min(u, 1-u, v, 1-v)*float32(m.W), 0, 1)
	x := clamp(u*float32(m.W)-0.5, 0, float32(m.W-1))
	y := clamp(v*float32(m.H)-0.5, 0, float32(m.H-1))
	x0, y0 := int(x), int(y)
	x1, y1 := min(x0+1, m.W-1), min(y0+1, m.H-1)
	fx, fy := x-float32(x0), y-float32(y0)
	a := b.veil[level]
	top := mix(a[y0*m.W+x0], a[y0*m.W+x1], fx)
	low := mix(a[y1*m.W+x0], a[y1*m.W+x1], fx)
	return m.Sample(u, v).Scale(edge), mix(top, low, fy) * edge
}
