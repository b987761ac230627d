package raster

import (
	"context"
	"image"

	"github.com/nanococoa/nanococoa/internal/resample"
)

// Scale resamples src to w×h with the Catmull-Rom kernel, widened when
// shrinking, on alpha-weighted sRGB values as image editors do: colours hidden
// under clear pixels never leak in. The result is straight again. src must start
// at the origin. It only fails when ctx ends.
func Scale(ctx context.Context, src *image.NRGBA, w, h int) (*image.NRGBA, error) {
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	err := resample.Job{
		Kernel: resample.CatmullRom, Size: src.Rect.Size(), To: out.Rect, Part: out.Rect,
		Read: func(y int, line []float32) {
			row := src.Pix[y*src.Stride:][:len(line)]
			for i := 0; i < len(row); i += 4 {
				a := float32(row[i+3]) / 255
				line[i], line[i+1], line[i+2], line[i+3] = float32(row[i])*a, float32(row[i+1])*a, float32(row[i+2])*a, a
			}
		},
		Write: func(y int, sum []float32) {
			row := out.Pix[y*out.Stride:]
			for i := 0; i < len(sum); i += 4 {
				a := sum[i+3]
				if a < 0.5/255 {
					continue
				}
				for c := range 3 {
					row[i+c] = uint8(min(max(sum[i+c]/a+0.5, 0), 255))
				}
				row[i+3] = uint8(min(a, 1)*255 + 0.5)
			}
		},
	}.Run(ctx)
	if err != nil {
		return nil, err
	}
	return out, nil
}
