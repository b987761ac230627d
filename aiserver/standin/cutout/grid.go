package cutout

import (
	"context"
	"image"
	"math"

	"github.com/nanococoa/nanococoa/aiserver/standin/raster"
	"github.com/nanococoa/nanococoa/aiserver/standin/tone"
)

// gridSide is the longest side of the grid on which regions are decided. At
// 384 a cell of a 1024 px photo is 3 px: a strap of 1 % of the picture is three
// cells wide, and the graph stays small enough to cut in a few dozen ms.
const gridSide = 384

// grid is the photo reduced to square cells.
type grid struct {
	w, h int // in cells
	cell int // pixels per cell side
	lab  []tone.Lab
	// rough is the standard deviation of lightness inside a cell and its
	// neighbours: fabric and print are rough, studio paper and shadows are not.
	rough []float32

	word *said // the owner's; nil without one
}

func newGrid(ctx context.Context, photo *image.NRGBA) (*grid, error) {
	w, h := photo.Rect.Dx(), photo.Rect.Dy()
	cell := (max(w, h) + gridSide - 1) / gridSide
	g := &grid{w: w / cell, h: h / cell, cell: cell}
	g.lab = make([]tone.Lab, g.w*g.h)
	first := make([]float32, g.w*g.h)
	second := make([]float32, g.w*g.h)
	err := raster.Rows(ctx, g.h, func(from, to int) {
		for gy := from; gy < to; gy++ {
			for gx := range g.w {
				var sum tone.Lab
				var sq float32
				for y := gy * cell; y < (gy+1)*cell; y++ {
					p := photo.Pix[y*photo.Stride+4*gx*cell:]
					for range cell {
						c := tone.FromBytes(p[0], p[1], p[2]).Lab()
						sum[0], sum[1], sum[2] = sum[0]+c[0], sum[1]+c[1], sum[2]+c[2]
						sq += c[0] * c[0]
						p = p[4:]
						if len(p) < 4 {
							break
						}
					}
				}
				k := 1 / float32(cell*cell)
				i := gy*g.w + gx
				g.lab[i] = tone.Lab{sum[0] * k, sum[1] * k, sum[2] * k}
				first[i], second[i] = g.lab[i][0], sq*k
			}
		}
	})
	if err != nil {
		return nil, err
	}
	raster.BoxBlur(first, g.w, g.h, 1)
	raster.BoxBlur(second, g.w, g.h, 1)
	g.rough = second
	for i := range g.rough {
		g.rough[i] = float32(math.Sqrt(float64(max(second[i]-first[i]*first[i], 0))))
	}
	return g, nil
}

// around calls visit for the up to four neighbours of cell i.
func (g *grid) around(i int, visit func(j int)) {
	x, y := i%g.w, i/g.w
	if x > 0 {
		visit(i - 1)
	}
	if x < g.w-1 {
		visit(i + 1)
	}
	if y > 0 {
		visit(i - g.w)
	}
	if y < g.h-1 {
		visit(i + g.w)
	}
}

// components labels the 4-connected regions of cells where in is true, from 1
// on, and gives their sizes by label (index 0 is unused).
func (g *grid) components(in []bool) (label []int32, size []int) {
	label = make([]int32, len(in))
	size = []int{0}
	var queue []int
	for start := range in {
		if !in[start] || label[start] != 0 {
			continue
		}
		id := int32(len(size))
		size = append(size, 0)
		label[start] = id
		queue = append(queue[:0], start)
		for len(queue) > 0 {
			i := queue[len(queue)-1]
			queue = queue[:len(queue)-1]
			size[id]++
			g.around(i, func(j int) {
				if in[j] && label[j] == 0 {
					label[j] = id
					queue = append(queue, j)
				}
			})
		}
	}
	return label, size
}

// distant is farther than any two cells of a grid are apart.
const distant = 1 << 20

// distances gives for every cell the chamfer distance (3-4 metric, in thirds of
// a cell) to the nearest cell where in is true, distant if there is none.
func (g *grid) distances(in []bool) []int32 {
	return chamfer(in, g.w, g.h, distant)
}

// chamfer is the 3-4 distance of every pixel to the nearest one where in is
// true, at most far.
func chamfer(in []bool, w, h int, far int32) []int32 {
	d := make([]int32, w*h)
	for i, v := range in {
		if !v {
			d[i] = far
		}
	}
	relax := func(i, j int, step int32) { d[i] = min(d[i], d[j]+step) }
	for y := range h {
		for x := range w {
			i := y*w + x
			if x > 0 {
				relax(i, i-1, 3)
			}
			if y > 0 {
				relax(i, i-w, 3)
				if x > 0 {
					relax(i, i-w-1, 4)
				}
				if x < w-1 {
					relax(i, i-w+1, 4)
				}
			}
		}
	}
	for y := h - 1; y >= 0; y-- {
		for x := w - 1; x >= 0; x-- {
			i := y*w + x
			if x < w-1 {
				relax(i, i+1, 3)
			}
			if y < h-1 {
				relax(i, i+w, 3)
				if x < w-1 {
					relax(i, i+w+1, 4)
				}
				if x > 0 {
					relax(i, i+w-1, 4)
				}
			}
		}
	}
	return d
}
