package engine

import (
	"image"
	"math"

	"github.com/nanococoa/nanococoa/internal/ad"
)

// MinFidelity in dB is the least at which a picture shows its photo: what an engine makes
// below it is no rendering of that photo (GPU.BadAnswer). True pictures have 45 dB and more;
// a colour cast of ten levels has 28, a product moved by a hundredth of its side about 25, and
// one of which a tenth is covered about 18.
const MinFidelity = 25

// Fidelity is how closely the picture shows the photo's own pixels where the engine says they
// stand (Source, Place), inside the mask and away from its soft edge: peak signal to noise in
// dB, 0 to ad.MaxFidelity. It is found from picture and photo alone, by plain averages over
// small blocks of both, so that it owes nothing to how an engine scales. measured is false
// when nothing of the product is solid enough to be compared; then there is no figure.
func (r Rendering) Fidelity(photo *image.NRGBA) (db float64, measured bool) {
	size := r.Picture.Rect.Size()
	gaps := r.gaps()
	// Blocks of four pixels even out what kernels of scaling differ in, and are smaller than a
	// letter. A thin product is compared closer to its edge, and in smaller blocks.
	for _, try := range [...]struct{ block, edge int }{{4, 4}, {4, 2}, {2, 2}, {2, 1}, {1, 0}} {
		const enough = 24
		own := areas(photo, r.Source, r.Place, size, try.block)
		var sum float64
		n := 0
		for j := range own.rows {
			for i := range own.cols {
				at := image.Rect(0, 0, try.block, try.block).Add(own.at).Add(image.Pt(i*try.block, j*try.block))
				a := own.mean[j*own.cols+i]
				if a[3] < 254.5 || gaps.in(at.Inset(-try.edge)) || !at.Inset(-try.edge).In(own.all) && r.Mask == nil {
					continue
				}
				shown := average(r.Picture, at)
				for ch := range 3 {
					d := shown[ch] - a[ch]
					sum += d * d
				}
				n++
			}
		}
		if n >= enough {
			return min(10*math.Log10(255*255/max(sum/float64(3*n), 1e-12)), ad.MaxFidelity), true
		}
	}
	return 0, false
}

// average is the mean colour of a part of a picture, 0..255.
func average(pic *image.RGBA, part image.Rectangle) (sum [3]float64) {
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			p := pic.Pix[pic.PixOffset(x, y):]
			for ch := range sum {
				sum[ch] += float64(p[ch])
			}
		}
	}
	n := float64(part.Dx() * part.Dy())
	return [3]float64{sum[0] / n, sum[1] / n, sum[2] / n}
}

// blocks are averages of a photo over the blocks of a picture, row by row.
type blocks struct {
	cols, rows int
	at         image.Point     // of the first block in the picture
	all        image.Rectangle // what they cover of it
	mean       [][4]float64    // red, green, blue, alpha, 0..255
}

// areas averages the part source of a photo over square blocks of the place where it stands
// in a picture. Every pixel of the photo counts by how much of it lies in the block.
func areas(photo *image.NRGBA, source, place ad.Box, size image.Point, block int) blocks {
	w, h := photo.Rect.Dx(), photo.Rect.Dy()
	var out blocks
	var x, y []float64
	out.at.X, x = edges(place[0], place[2], source[0], source[2], size.X, w, block)
	out.at.Y, y = edges(place[1], place[3], source[1], source[3], size.Y, h, block)
	out.cols, out.rows = max(len(x)-1, 0), max(len(y)-1, 0)
	if out.cols == 0 || out.rows == 0 {
		return blocks{}
	}
	out.all = image.Rect(0, 0, out.cols*block, out.rows*block).Add(out.at)
	out.mean = make([][4]float64, out.cols*out.rows)
	upTo := make([][4]float64, w+1) // sums of a row's pixels before each
	line := make([][4]float64, out.cols)
	row := 0
	for py := max(int(y[0]), 0); py < min(int(math.Ceil(y[out.rows])), h); py++ {
		pix := photo.Pix[photo.PixOffset(photo.Rect.Min.X, photo.Rect.Min.Y+py):]
		for px := range w {
			for ch := range 4 {
				upTo[px+1][ch] = upTo[px][ch] + float64(pix[4*px+ch])
			}
		}
		before := func(v float64) (sum [4]float64) {
			k := min(max(int(v), 0), w-1)
			t := v - float64(k)
			for ch := range sum {
				sum[ch] = upTo[k][ch]*(1-t) + upTo[k+1][ch]*t
			}
			return sum
		}
		last := before(x[0])
		for i := range line {
			next := before(x[i+1])
			for ch := range 4 {
				line[i][ch] = next[ch] - last[ch]
			}
			last = next
		}
		for row < out.rows && y[row+1] <= float64(py) {
			row++
		}
		for j := row; j < out.rows && y[j] < float64(py+1); j++ {
			share := min(y[j+1], float64(py+1)) - max(y[j], float64(py))
			for i := range line {
				for ch := range 4 {
					out.mean[j*out.cols+i][ch] += share * line[i][ch] / ((x[i+1] - x[i]) * (y[j+1] - y[j]))
				}
			}
		}
	}
	return out
}

// edges gives where along one side the blocks begin and end: the first one in pixels of the
// picture, all of them in pixels of the photo.
func edges(place, wide, source, part float64, size, photo, block int) (first int, at []float64) {
	from, to := place*float64(size), (place+wide)*float64(size)
	const rounding = 1e-6
	first = int(math.Ceil(from - rounding))
	n := (int(math.Floor(to+rounding)) - first) / block
	for k := range n + 1 {
		v := (source + (float64(first+k*block)-from)/(to-from)*part) * float64(photo)
		at = append(at, min(max(v, 0), float64(photo)))
	}
	return first, at
}

// gaps counts, for every corner of a pixel, the pixels above and left of it that the mask does
// not cover wholly.
type gaps struct {
	w, h  int
	count []int32
}

func (r Rendering) gaps() gaps {
	g := gaps{w: r.Picture.Rect.Dx(), h: r.Picture.Rect.Dy()}
	if r.Mask == nil {
		return g
	}
	g.count = make([]int32, (g.w+1)*(g.h+1))
	for y := range g.h {
		n := int32(0)
		for x := range g.w {
			if r.Mask.Pix[y*r.Mask.Stride+x] < 255 {
				n++
			}
			g.count[(y+1)*(g.w+1)+x+1] = g.count[y*(g.w+1)+x+1] + n
		}
	}
	return g
}

// in reports whether there is a gap in a part of the picture.
func (g gaps) in(part image.Rectangle) bool {
	if g.count == nil {
		return false
	}
	part = part.Intersect(image.Rect(0, 0, g.w, g.h))
	at := func(x, y int) int32 { return g.count[y*(g.w+1)+x] }
	return at(part.Max.X, part.Max.Y)-at(part.Min.X, part.Max.Y)-at(part.Max.X, part.Min.Y)+at(part.Min.X, part.Min.Y) > 0
}
