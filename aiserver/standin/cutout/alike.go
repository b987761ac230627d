package cutout

import "github.com/nanococoa/nanococoa/aiserver/standin/tone"

// bin is a cell of OKLab, a twenty-fourth on a side: lighting moves a surface by about one.
type bin [3]int8

func binOf(c tone.Lab) bin {
	const fine = 24
	return bin{int8(c[0] * fine), int8((c[1] + 0.5) * fine), int8((c[2] + 0.5) * fine)}
}

// histogram counts colours.
type histogram map[bin]int

func (h histogram) add(c tone.Lab) { h[binOf(c)]++ }

// near counts the colours of a bin and those beside it.
func (h histogram) near(k bin) (n int) {
	for a := int8(-1); a <= 1; a++ {
		for b := int8(-1); b <= 1; b++ {
			for c := int8(-1); c <= 1; c++ {
				n += h[bin{k[0] + a, k[1] + b, k[2] + c}]
			}
		}
	}
	return n
}

// alikePart gives the cells of the parts of the product that have the colours of the ground
// around it, hardly any of the rest of the product, and only a thin rim between them and the
// ground: holes that the network is blind for, such as the one under a strap.
func (r *regions) alikePart(in []bool) []int {
	out := make([]bool, len(in))
	for i := range in {
		out[i] = !in[i]
	}
	toIn, toOut := r.distances(in), r.distances(out)
	local := int32(3 * max(r.w, r.h) / 8)
	ground, rim := make(histogram), make(histogram)
	grounds, rims := 0, 0
	for i, c := range r.lab {
		switch {
		case in[i] && toOut[i] > 3 && toOut[i] <= 3*5:
			// The outermost cells of a product are its own whatever is in it.
			rim.add(c)
			rims++
		case !in[i] && toIn[i] > 3*2 && toIn[i] < local:
			ground.add(c)
			grounds++
		}
	}
	if grounds == 0 || rims == 0 {
		return nil
	}
	verdict := make(map[bin]bool)
	part := make([]bool, len(in))
	for i, c := range r.lab {
		if !in[i] || toOut[i] <= 3 {
			continue
		}
		k := binOf(c)
		v, known := verdict[k]
		if !known {
			g, p := float64(ground.near(k))/float64(grounds), float64(rim.near(k))/float64(rims)
			v = g > 0.02 && g > 3*p
			verdict[k] = v
		}
		part[i] = v
	}
	if r.drop.share > 0.95 && r.drop.noise < evenNoise {
		// Here the ground's colour is known exactly.
		alike := max(likeness, 4*r.drop.noise)
		for i := range part {
			part[i] = in[i] && toOut[i] > 3 && r.off[i] < alike
		}
	}
	part = r.opened(part, 3*2)
	// What is between pieces close together is of their kind.
	grown := make([]bool, len(part))
	for i, d := range r.distances(part) {
		grown[i] = d > 3*4
	}
	for i, d := range r.distances(grown) {
		part[i] = in[i] && d > 3*4
	}
	label, size := r.components(part)
	var found []int
	rough, clutter := r.roughness(label, len(size)), float32(0)
	for i, d := range toIn {
		if !in[i] && d > 3*2 && d < local {
			clutter += r.rough[i] / float32(grounds)
		}
	}
	for l := 1; l < len(size); l++ {
		// A flat screen has the colours of a cluttered shelf, but not its clutter.
		if rough[l] < clutter/3 && r.drop.noise > evenNoise {
			continue
		}
		if size[l] >= len(in)/1500 && r.rimmed(label, int32(l), in, toOut) {
			for i := range label {
				if label[i] == int32(l) {
					found = append(found, i)
				}
			}
		}
	}
	return found
}

// roughness gives the mean roughness of each label.
func (r *regions) roughness(label []int32, n int) []float32 {
	sum, count := make([]float32, n), make([]float32, n)
	for i, l := range label {
		sum[l] += r.rough[i]
		count[l]++
	}
	for l := range sum {
		sum[l] /= max(count[l], 1)
	}
	return sum
}

// rimmed reports whether the product all around a part is no more than a strap on a good
// share of the way, and there everywhere.
func (r *regions) rimmed(label []int32, l int32, in []bool, toOut []int32) bool {
	self := make([]bool, len(label))
	for i := range self {
		self[i] = label[i] == l
	}
	near := r.distances(self)
	strap := 3 * int32(max(r.w, r.h)) * 25 / 1000
	around, missing, thin := 0, 0, 0
	for i, d := range near {
		if d != 3 {
			continue
		}
		around++
		switch {
		case !in[i] || toOut[i] <= 3:
			missing++
		case toOut[i] <= strap+3:
			thin++
		}
	}
	return missing*12 < around && thin*100 > around*30 || missing*100 < around*45 && thin*100 > around*40
}

// showsGround reports whether a part behind that the product surrounds has the colours of the
// ground around the product, hardly any of the product beside it, and a clear edge all around:
// the wall between a chair's legs has, and a pale plate before a pale wall has no such edge.
func (r *regions) showsGround(label []int32, l int32) bool {
	self := make([]bool, len(label))
	for i := range self {
		self[i] = label[i] == l
	}
	near := r.distances(self)
	local := int32(3 * max(r.w, r.h) / 4)
	ground, beside := make(histogram), make(histogram)
	grounds, besides, rim, clear := 0, 0, 0, 0
	for i, c := range r.lab {
		switch d := near[i]; {
		case self[i]:
		case r.state[i] == product && d <= 3*6:
			beside.add(c)
			besides++
			if d == 3 {
				rim++
				if r.steps(i, 4) > clearRim {
					clear++
				}
			}
		case label[i] == 0 && r.state[i] == behind && d < local:
			ground.add(c)
			grounds++
		}
	}
	if grounds == 0 || besides == 0 || clear*100 < rim*85 {
		return false
	}
	alike, all := 0, 0
	for i, in := range self {
		if !in {
			continue
		}
		all++
		k := binOf(r.lab[i])
		g, p := float64(ground.near(k))/float64(grounds), float64(beside.near(k))/float64(besides)
		if g > 0.02 && g > 3*p {
			alike++
		}
	}
	return alike*10 > all*6 // the rest is mixed with the product
}

// clearRim is a step in OKLab from a thing to what shows behind it; a fold of cloth is below.
const clearRim = 0.1

// steps is the most that the colour changes between a cell and those up to reach cells beside,
// above and below it.
func (r *regions) steps(i, reach int) (most float32) {
	x, y := i%r.w, i/r.w
	for k := -reach; k <= reach; k++ {
		nx, ny := min(max(x+k, 0), r.w-1), min(max(y+k, 0), r.h-1)
		most = max(most, r.lab[i].Distance(r.lab[y*r.w+nx]), r.lab[i].Distance(r.lab[ny*r.w+x]))
	}
	return most
}
