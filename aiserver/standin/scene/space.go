package scene

import "math"

// vec is a point or direction of the set. X points right, Y up, Z away from the
// camera; one unit is one pixel at the product. The product stands at Y = 0,
// Z = 0.
type vec [3]float32

func (a vec) add(b vec) vec              { return vec{a[0] + b[0], a[1] + b[1], a[2] + b[2]} }
func (a vec) sub(b vec) vec              { return vec{a[0] - b[0], a[1] - b[1], a[2] - b[2]} }
func (a vec) scale(k float32) vec        { return vec{a[0] * k, a[1] * k, a[2] * k} }
func (a vec) dot(b vec) float32          { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] }
func (a vec) along(d vec, t float32) vec { return vec{a[0] + d[0]*t, a[1] + d[1]*t, a[2] + d[2]*t} }
func (a vec) cross(b vec) vec {
	return vec{a[1]*b[2] - a[2]*b[1], a[2]*b[0] - a[0]*b[2], a[0]*b[1] - a[1]*b[0]}
}
func (a vec) unit() vec { return a.scale(1 / sqrt(a.dot(a))) }

func sqrt(x float32) float32          { return float32(math.Sqrt(float64(x))) }
func abs(x float32) float32           { return float32(math.Abs(float64(x))) }
func exp(x float32) float32           { return float32(math.Exp(float64(x))) }
func sin(x float32) float32           { return float32(math.Sin(float64(x))) }
func cos(x float32) float32           { return float32(math.Cos(float64(x))) }
func hypot(x, y float32) float32      { return sqrt(x*x + y*y) }
func floor(x float32) float32         { return float32(math.Floor(float64(x))) }
func clamp(x, lo, hi float32) float32 { return min(max(x, lo), hi) }

// smooth rises from 0 at from to 1 at to; to may lie below from.
func smooth(x, from, to float32) float32 {
	t := clamp((x-from)/(to-from), 0, 1)
	return t * t * (3 - 2*t)
}

func mix(a, b, t float32) float32 { return a + (b-a)*t }

// far is a ray parameter beyond everything.
const far = float32(1e9)

// lens is a camera that looks level and is shifted, like a view camera: what is
// upright stays upright, as in a product photo.
type lens struct {
	cx, horizon float32 // principal point in the picture, in pixels
	dist        float32 // from the camera to Z = 0
	eye         float32 // height of the camera above Y = 0
}

// ray is the direction through picture point x, y; its parameter is 1 at Z = 0.
func (l *lens) ray(x, y float32) vec { return vec{x - l.cx, l.horizon - y, l.dist} }

func (l *lens) origin() vec { return vec{0, l.eye, -l.dist} }

// project gives the picture point of p.
func (l *lens) project(p vec) (x, y float32) {
	k := l.dist / (l.dist + p[2])
	return l.cx + p[0]*k, l.horizon + (l.eye-p[1])*k
}

// depthAt is the Z at which the plane Y = 0 appears at picture height y.
func (l *lens) depthAt(y float32) float32 {
	return l.eye*l.dist/max(y-l.horizon, 1e-3) - l.dist
}
