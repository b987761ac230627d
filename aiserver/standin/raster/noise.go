package raster

import "math"

// Hash mixes a number into 64 even bits (the finaliser of SplitMix64).
func Hash(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Dice is a stream of numbers that depends on its seed only.
type Dice struct{ state uint64 }

// NewDice starts a stream. Streams of the same seed and different names are
// unrelated, so that adding a throw to one prop does not move another.
func NewDice(seed uint64, name string) *Dice {
	h := Hash(seed)
	for i := range len(name) {
		h = Hash(h ^ uint64(name[i]))
	}
	return &Dice{h}
}

// Float is the next number, evenly in 0..1.
func (d *Dice) Float() float32 {
	d.state++
	return float32(Hash(d.state)>>40) / (1 << 24)
}

// Between is the next number, evenly in lo..hi.
func (d *Dice) Between(lo, hi float32) float32 { return lo + (hi-lo)*d.Float() }

// Bell is the next number around 0 with standard deviation about 1, within ±3.
func (d *Dice) Bell() float32 {
	// Four even numbers sum to variance 4/12.
	return (d.Float() + d.Float() + d.Float() + d.Float() - 2) * 1.7320508
}

// Side is -1 or 1.
func (d *Dice) Side() float32 {
	if d.Float() < 0.5 {
		return -1
	}
	return 1
}

// Field is a square of smooth noise that tiles, about -1..1. It is made once
// and read by interpolation, far cheaper than noise computed per pixel.
type Field struct {
	n int
	v []float32
}

// NewField makes a field of n×n values (n a power of two) from octaves of
// gradient noise; the first has cells waves across, each next twice as many at
// gain times the strength. The result is scaled to standard deviation 1/3, so
// that nearly all of it lies in -1..1.
func NewField(seed uint64, n, cells, octaves int, gain float32) *Field {
	f := &Field{n: n, v: make([]float32, n*n)}
	strength := float32(1)
	for o := range octaves {
		c := cells << o
		if c > n/2 {
			break
		}
		f.addGradient(Hash(seed+uint64(o)), c, strength)
		strength *= gain
	}
	var sum, sq float64
	for _, v := range f.v {
		sum += float64(v)
		sq += float64(v) * float64(v)
	}
	mean := sum / float64(len(f.v))
	k := float32(1 / (3 * math.Sqrt(max(sq/float64(len(f.v))-mean*mean, 1e-12))))
	for i := range f.v {
		f.v[i] = (f.v[i] - float32(mean)) * k
	}
	return f
}

// addGradient adds one octave of Perlin's gradient noise ("Improving noise",
// SIGGRAPH 2002) with c×c cells that wrap around.
func (f *Field) addGradient(seed uint64, c int, strength float32) {
	grad := make([][2]float32, c*c)
	for i := range grad {
		s, co := math.Sincos(float64(Hash(seed^uint64(i)*0x9e37)>>11) / (1 << 53) * 2 * math.Pi)
		grad[i] = [2]float32{float32(co), float32(s)}
	}
	step := float32(c) / float32(f.n)
	for y := range f.n {
		fy := float32(y) * step
		y0 := int(fy)
		ty := fy - float32(y0)
		g0, g1 := grad[y0%c*c:], grad[(y0+1)%c*c:]
		wy := fade(ty)
		for x := range f.n {
			fx := float32(x) * step
			x0 := int(fx)
			tx := fx - float32(x0)
			x1 := (x0 + 1) % c
			a := g0[x0][0]*tx + g0[x0][1]*ty
			b := g0[x1][0]*(tx-1) + g0[x1][1]*ty
			d := g1[x0][0]*tx + g1[x0][1]*(ty-1)
			e := g1[x1][0]*(tx-1) + g1[x1][1]*(ty-1)
			wx := fade(tx)
			top, low := a+(b-a)*wx, d+(e-d)*wx
			f.v[y*f.n+x] += strength * (top + (low-top)*wy)
		}
	}
}

func fade(t float32) float32 { return t * t * t * (t*(t*6-15) + 10) }

// At reads the field at u, v; one unit is one tile.
func (f *Field) At(u, v float32) float32 {
	x, y := u*float32(f.n), v*float32(f.n)
	fx, fy := floor(x), floor(y)
	tx, ty := x-fx, y-fy
	m := f.n - 1
	x0, y0 := int(fx)&m, int(fy)&m
	x1, y1 := (x0+1)&m, (y0+1)&m
	a, b := f.v[y0*f.n+x0], f.v[y0*f.n+x1]
	c, d := f.v[y1*f.n+x0], f.v[y1*f.n+x1]
	top, low := a+(b-a)*tx, c+(d-c)*tx
	return top + (low-top)*ty
}

func floor(x float32) float32 { return float32(math.Floor(float64(x))) }
