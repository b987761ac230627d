package photo

import (
	"context"
	"image"
	"math"
	"slices"

	"github.com/nanococoa/nanococoa/internal/resample"
)

// plane is one channel of 8-bit samples. Width and height are those of the whole
// picture measured in samples of this plane: fractional where a subsampled
// picture has an odd size, so the planes of one picture stay aligned.
type plane struct {
	pix           []byte
	stride        int
	cols, rows    int // samples there are
	width, height float64
}

// planar is a picture of one plane for each component.
type planar struct {
	planes    []plane
	colouring colouring
}

// colouring makes, once for each band, what converts a row of the samples of all
// planes, at the final size and in units of 1/256, to straight RGBA.
type colouring func() func(dst []byte, samples [][]int32)

// always is the colouring of what needs nothing of its own in a band.
func always(convert func(dst []byte, samples [][]int32)) colouring {
	return func() func(dst []byte, samples [][]int32) { return convert }
}

// matrix is a conversion from YCbCr to RGB as factors of 1/4096.
type matrix struct{ black, y, crR, cbG, crG, cbB int32 }

// The two conversions photos use: ITU-R BT.601 over the full range as in JFIF
// (ITU-T T.871), and over 16–235 as in VP8 (RFC 6386, section 9.2).
var (
	fullRange   = matrix{0, 4096, 5743, -1410, -2925, 7258}
	studioRange = matrix{16, 4769, 6537, -1605, -3330, 8263}
)

// scale resamples each plane straight to the final size, so the full-size RGB
// picture never exists.
func (p planar) scale(ctx context.Context, size image.Point) (*image.NRGBA, error) {
	type resampler struct {
		plane
		x, y axis
	}
	var planes []resampler
	widest := 0
	for _, q := range p.planes {
		planes = append(planes, resampler{q, newAxis(size.X, q.width, q.cols), newAxis(size.Y, q.height, q.rows)})
		widest = max(widest, q.cols)
	}
	img := image.NewNRGBA(image.Rectangle{Max: size})
	return img, inBands(ctx, size.Y, func() func(y int) {
		convert := p.colouring()
		sums := make([]int32, widest)
		out := make([][]int32, len(planes))
		for i := range planes {
			out[i] = make([]int32, size.X)
		}
		return func(y int) {
			for i := range planes {
				r := &planes[i]
				sums := sums[:r.cols]
				start, weights := r.y.taps(y)
				for t, w := range weights {
					row := r.pix[(start+t)*r.stride:][:r.cols]
					if t == 0 {
						set(sums, row, w)
					} else {
						add(sums, row, w)
					}
				}
				r.x.apply(out[i], sums)
			}
			convert(img.Pix[y*img.Stride:][:4*size.X], out)
		}
	})
}

// set and add weigh one row of samples into the sums of its columns.
func set(sums []int32, row []byte, weight int32) {
	row = row[:len(sums)]
	for i := range sums {
		sums[i] = weight * int32(row[i])
	}
}

func add(sums []int32, row []byte, weight int32) {
	row = row[:len(sums)]
	for i := range sums {
		sums[i] += weight * int32(row[i])
	}
}

// rgb converts luma and chroma to opaque RGBA.
func (m *matrix) rgb(dst []byte, samples [][]int32) {
	y, cb, cr := samples[0], samples[1], samples[2]
	cb, cr = cb[:len(y)], cr[:len(y)]
	for x, l := range y {
		l = (l-m.black<<8)*m.y + 1<<19
		b, r := cb[x]-128<<8, cr[x]-128<<8
		p := dst[4*x:][:4]
		p[0] = clamp8((l + m.crR*r) >> 20)
		p[1] = clamp8((l + m.cbG*b + m.crG*r) >> 20)
		p[2] = clamp8((l + m.cbB*b) >> 20)
		p[3] = 255
	}
}

// grey converts luma to opaque RGBA.
func (m *matrix) grey(dst []byte, samples [][]int32) {
	for x, l := range samples[0] {
		v := clamp8(((l-m.black<<8)*m.y + 1<<19) >> 20)
		p := dst[4*x:][:4]
		p[0], p[1], p[2], p[3] = v, v, v, 255
	}
}

// rgb takes red, green and blue as they are.
func rgb(dst []byte, samples [][]int32) {
	for x := range samples[0] {
		p := dst[4*x:][:4]
		for c := range 3 {
			p[c] = clamp8((samples[c][x] + 128) >> 8)
		}
		p[3] = 255
	}
}

// cmyk converts inverted ink, where 255 is none, by the plain formula.
func cmyk(dst []byte, samples [][]int32) {
	rgb(dst, samples)
	blacken(dst, samples[3])
}

// ycck makes inverted ink of luma and chroma of what is not inverted, and hands it on.
func ycck(ink colouring) colouring {
	return func() func(dst []byte, samples [][]int32) {
		convert := ink()
		var inverted [4][]int32
		return func(dst []byte, samples [][]int32) {
			fullRange.rgb(dst, samples)
			for c := range 3 {
				inverted[c] = slices.Grow(inverted[c][:0], len(samples[c]))[:len(samples[c])]
				for x := range inverted[c] {
					inverted[c][x] = 255<<8 - int32(dst[4*x+c])<<8
				}
			}
			inverted[3] = samples[3]
			convert(dst, inverted[:])
		}
	}
}

// blacken takes away what black ink, inverted, does not let through.
func blacken(dst []byte, black []int32) {
	for x, k := range black {
		k := min(max(k, 0), 255<<8)
		p := dst[4*x:][:3]
		for c := range p {
			p[c] = byte((int32(p[c])*k + 255<<7) / (255 << 8))
		}
	}
}

func clamp8(v int32) byte { return byte(min(max(v, 0), 255)) }

// axis says, for each sample of the result along one direction, which source
// samples it is made of.
type axis struct {
	start   []int
	offset  []int // into weights; one longer than start
	weights []int32
}

// unit is the sum of the weights of one sample, 2^14: times a 16-bit value and
// the kernel's overshoot it stays within an int32.
const unit = 1 << 14

// newAxis makes the weights to resample a line of length samples (of which there
// are n, n ≥ length) to size samples.
func newAxis(size int, length float64, n int) axis {
	kernel := resample.Kernel(resample.CatmullRom)
	if length/float64(size) >= 2 {
		kernel = resample.Area
	}
	a := axis{start: make([]int, size), offset: make([]int, size+1)}
	for i, t := range kernel.Axis(length, n, size, 0, size) {
		a.start[i], a.offset[i] = t.From, len(a.weights)
		// The rounding error of each weight is added to the next one, so the sum is
		// exact and flat areas keep their value.
		done, exact := int32(0), 0.0
		for _, w := range t.Weights {
			exact += w * unit
			q := int32(math.Round(exact)) - done
			done += q
			a.weights = append(a.weights, q)
		}
	}
	a.offset[size] = len(a.weights)
	return a
}

func (a *axis) taps(i int) (start int, weights []int32) {
	return a.start[i], a.weights[a.offset[i]:a.offset[i+1]]
}

// apply resamples sums of 8-bit samples times unit to samples in units of 1/256.
func (a *axis) apply(dst, sums []int32) {
	for i := range dst {
		start, weights := a.taps(i)
		src := sums[start:][:len(weights)]
		v := int32(unit / 2)
		for t, w := range weights {
			v += w * (src[t] >> 6)
		}
		dst[i] = v >> 14
	}
}

// apply4 resamples sums of 16-bit RGBA samples times unit to 16-bit samples.
func (a *axis) apply4(dst, sums []int32) {
	for i := 0; i < len(dst); i += 4 {
		start, weights := a.taps(i / 4)
		src := sums[4*start:][:4*len(weights)]
		var r, g, b, o int32 = unit / 2, unit / 2, unit / 2, unit / 2
		for t, w := range weights {
			s := src[4*t:][:4]
			r += w * (s[0] >> 14)
			g += w * (s[1] >> 14)
			b += w * (s[2] >> 14)
			o += w * (s[3] >> 14)
		}
		d := dst[i:][:4]
		d[0], d[1], d[2], d[3] = r>>14, g>>14, b>>14, o>>14
	}
}

// inBands runs a row function over 0..rows in one band for each processor. Begin
// is called once for each band and makes its row function, with its buffers.
func inBands(ctx context.Context, rows int, begin func() func(y int)) error {
	return resample.Bands(ctx, rows, func(from, to int) {
		row := begin()
		for y := from; y < to && ctx.Err() == nil; y++ {
			row(y)
		}
	})
}
