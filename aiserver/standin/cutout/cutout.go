// Package cutout separates a product from the background of its photo without
// a model, and says how far its answer can be trusted.
package cutout

import (
	"context"
	"image"

	"github.com/nanococoa/nanococoa/aiserver/standin/tone"
)

// Cut is a product separated from its background.
type Cut struct {
	// Pixels are straight (not premultiplied): alpha is the mask, colours are
	// the photo's own wherever the mask is full.
	Pixels *image.NRGBA
	// Box is the smallest rectangle that holds every visible pixel.
	Box image.Rectangle
	// Confidence is 0..1.
	Confidence float64
}

// Find cuts the product out of an upright photo. It only fails when ctx ends.
func Find(ctx context.Context, photo *image.NRGBA) (*Cut, error) {
	b := photo.Bounds()
	w, h := b.Dx(), b.Dy()
	lab := make([]tone.Lab, w*h)
	for y := range h {
		for x := range w {
			p := photo.Pix[y*photo.Stride+4*x:]
			lab[y*w+x] = tone.FromBytes(p[0], p[1], p[2]).Lab()
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var border []int
	for x := range w {
		border = append(border, x, (h-1)*w+x)
	}
	for y := range h {
		border = append(border, y*w, y*w+w-1)
	}
	var mean tone.Lab
	for _, i := range border {
		mean = mean.Mix(lab[i], 1/float32(len(border)))
	}
	const near = 0.06
	var same int
	back := make([]bool, w*h)
	var queue []int
	for _, i := range border {
		if lab[i].Distance(mean) < near {
			same++
			if !back[i] {
				back[i] = true
				queue = append(queue, i)
			}
		}
	}
	for len(queue) > 0 {
		i := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		x, y := i%w, i/w
		for _, n := range [4][2]int{{x - 1, y}, {x + 1, y}, {x, y - 1}, {x, y + 1}} {
			if n[0] < 0 || n[1] < 0 || n[0] >= w || n[1] >= h {
				continue
			}
			if j := n[1]*w + n[0]; !back[j] && lab[j].Distance(mean) < near {
				back[j] = true
				queue = append(queue, j)
			}
		}
	}
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	box := image.Rectangle{}
	for y := range h {
		copy(out.Pix[y*out.Stride:y*out.Stride+4*w], photo.Pix[y*photo.Stride:])
		for x := range w {
			if back[y*w+x] {
				out.Pix[y*out.Stride+4*x+3] = 0
				continue
			}
			if out.Pix[y*out.Stride+4*x+3] > 0 {
				box = box.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	c := float64(same) / float64(len(border))
	if box.Empty() {
		return &Cut{Pixels: out, Box: out.Rect}, ctx.Err()
	}
	return &Cut{Pixels: out, Box: box, Confidence: c * c}, ctx.Err()
}
