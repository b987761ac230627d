package cutout

import "github.com/nanococoa/nanococoa/aiserver/standin/tone"

// alikePart gives the cells of the parts of the product that have the colours of the ground
// around it, hardly any of the rest of the product, and only a thin rim between them and the
// ground: holes that the network is blind for, such as the one under a strap.
func (r *regions) alikePart(in []bool) []int {
	const fine = 24 // bins per unit of OKLab
	key := func(c tone.Lab) [3]int8 {
		return [3]int8{int8(c[0] * fine), int8((c[1] + 0.5) * fine), int8((c[2] + 0.5) * fine)}
	}
	out := make([]bool, len(in))
	for i := range in {
		out[i] = !in[i]
	}
	toIn, toOut := r.distances(in), r.distances(out)
	local := int32(3 * max(r.w, r.h) / 8)
	ground, rim := make(map[[3]int8]int), make(map[[3]int8]int)
	grounds, rims := 0, 0
	for i, c := range r.lab {
		switch {
		case in[i] && toOut[i] > 3 && toOut[i] <= 3*5:
			// The outermost cells of a product are its own whatever is in it.
			rim[key(c)]++
			rims++
		case !in[i] && toIn[i] > 3*2 && toIn[i] < local:
			ground[key(c)]++
			grounds++
		}
	}
	if grounds == 0 || rims == 0 {
		return nil
	}
	around := func(m map[[3]int8]int, k [3]int8) (n int) {
		for a := int8(-1); a <= 1; a++ {
			for b := int8(-1); b <= 1; b++ {
				for c := int8(-1); c <= 1; c++ {
					n += m[[3]int8{k[0] + a, k[1] + b, k[2] + c}]
				}
			}
		}
		return n
	}
	verdict := make(map[[3]int8]bool)
	part := make([]bool, len(in))
	for i, c := range r.lab {
		if !in[i] || toOut[i] <= 3 {
			continue
		}
		k := key(c)
		v, known := verdict[k]
		if !known {
			g, p := float64(around(ground, k))/float64(grounds), float64(around(rim, k))/float64(rims)
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
