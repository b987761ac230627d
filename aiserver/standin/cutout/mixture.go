package cutout

import (
	"math"

	"github.com/nanococoa/nanococoa/aiserver/standin/tone"
)

// mixture is a Gaussian mixture over OKLab colours, as in GrabCut (Rother,
// Kolmogorov, Blake, SIGGRAPH 2004), with each component's full covariance.
type mixture []gaussian

type gaussian struct {
	mean    [3]float64
	inverse [6]float64 // xx, xy, xz, yy, yz, zz of the inverse covariance
	bias    float64    // log of weight and normalisation
}

// The least standard deviations of a component. JPEG noise and shading spread a
// product's flat colour by 0.015; with less, the next shade would count as
// impossible. Studio backdrops clipped to white are far more even.
const (
	leastSpread     = 0.015
	leastBackSpread = 0.006
)

// fitMixture fits k components, none narrower than least, to the colours by k-means from farthest-point
// starts, which needs no randomness.
func fitMixture(colors []tone.Lab, k int, least float64) mixture {
	if len(colors) == 0 {
		return nil
	}
	// Every nth colour is enough to fit a dozen numbers per component.
	const enough = 4000
	if n := len(colors) / enough; n > 1 {
		var few []tone.Lab
		for i := 0; i < len(colors); i += n {
			few = append(few, colors[i])
		}
		colors = few
	}
	k = min(k, len(colors))
	var mean tone.Lab
	for _, c := range colors {
		for ch := range 3 {
			mean[ch] += c[ch] / float32(len(colors))
		}
	}
	centers := []tone.Lab{mean}
	gap := make([]float32, len(colors))
	for i := range gap {
		gap[i] = colors[i].Distance(mean)
	}
	for len(centers) < k {
		far := 0
		for i := range gap {
			if gap[i] > gap[far] {
				far = i
			}
		}
		centers = append(centers, colors[far])
		for i := range gap {
			gap[i] = min(gap[i], colors[i].Distance(colors[far]))
		}
	}
	of := make([]int, len(colors))
	for range 8 {
		for i, c := range colors {
			best := float32(math.MaxFloat32)
			for n, m := range centers {
				if d := c.Distance(m); d < best {
					best, of[i] = d, n
				}
			}
		}
		sum := make([][4]float64, k)
		for i, c := range colors {
			s := &sum[of[i]]
			for ch := range 3 {
				s[ch] += float64(c[ch])
			}
			s[3]++
		}
		for n := range centers {
			if sum[n][3] > 0 {
				for ch := range 3 {
					centers[n][ch] = float32(sum[n][ch] / sum[n][3])
				}
			}
		}
	}
	var m mixture
	for n, c := range centers {
		if g, ok := fitGaussian(colors, of, n, c, least); ok {
			m = append(m, g)
		}
	}
	return m
}

func fitGaussian(colors []tone.Lab, of []int, n int, mean tone.Lab, least float64) (gaussian, bool) {
	var g gaussian
	var cov [6]float64
	var count float64
	for ch := range 3 {
		g.mean[ch] = float64(mean[ch])
	}
	for i, c := range colors {
		if of[i] != n {
			continue
		}
		x, y, z := float64(c[0])-g.mean[0], float64(c[1])-g.mean[1], float64(c[2])-g.mean[2]
		for k, v := range [6]float64{x * x, x * y, x * z, y * y, y * z, z * z} {
			cov[k] += v
		}
		count++
	}
	if count == 0 {
		return g, false
	}
	for k := range cov {
		cov[k] /= count
	}
	for _, k := range [3]int{0, 3, 5} {
		cov[k] += least * least
	}
	a, b, c, d, e, f := cov[0], cov[1], cov[2], cov[3], cov[4], cov[5]
	det := a*(d*f-e*e) - b*(b*f-c*e) + c*(b*e-c*d)
	g.inverse = [6]float64{
		(d*f - e*e) / det, (c*e - b*f) / det, (b*e - c*d) / det,
		(a*f - c*c) / det, (b*c - a*e) / det, (a*d - b*b) / det,
	}
	g.bias = math.Log(count/float64(len(colors))) - 0.5*math.Log(det) - 1.5*math.Log(2*math.Pi)
	return g, true
}

// cost is the negative log density of a colour: low where the mixture explains
// it.
func (m mixture) cost(c tone.Lab) float64 {
	best := math.Inf(-1)
	for i := range m {
		g := &m[i]
		x, y, z := float64(c[0])-g.mean[0], float64(c[1])-g.mean[1], float64(c[2])-g.mean[2]
		v := &g.inverse
		q := v[0]*x*x + v[3]*y*y + v[5]*z*z + 2*(v[1]*x*y+v[2]*x*z+v[4]*y*z)
		best = max(best, g.bias-0.5*q)
	}
	return -best
}
