package cutout_test

import (
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"os"
	"testing"
)

func dump(t *testing.T, n string, f fixture) {
	m, _ := f.render(t)
	c := find(t, m)
	w, h := f.w, f.h
	o := image.NewRGBA(image.Rect(0, 0, 2*w, h))
	draw.Draw(o, image.Rect(0, 0, w, h), m, image.Point{}, draw.Src)
	draw.Draw(o, image.Rect(w, 0, 2*w, h), image.NewUniform(color.RGBA{255, 0, 255, 255}), image.Point{}, draw.Src)
	draw.Draw(o, image.Rect(w, 0, 2*w, h), c.Pixels, image.Point{}, draw.Over)
	fl, _ := os.Create("/tmp/si/d-" + n + ".png")
	png.Encode(fl, o)
	fl.Close()
	t.Log(n, c.Evidence.Confidence(), c.Evidence)
}
func TestDump(t *testing.T) {
	weave := func(x, y float64) [3]float64 {
		v := 0.35 + 0.06*math.Sin(x*900)*math.Sin(y*870)
		return [3]float64{v, v * 0.95, v * 0.9}
	}
	dump(t, "bag", fixture{720, 720, handbag(), weave, paper, contact(0.87)})
	dump(t, "jar", fixture{600, 700, union(box(0.3, 0.2, 0.7, 0.85), box(0.34, 0.12, 0.66, 0.2)),
		func(x, y float64) [3]float64 {
			v := 0.62 + 0.25*math.Cos((x-0.42)*7)
			return [3]float64{v, v, v}
		}, flat(1, 1, 1), contact(0.86)})
	dump(t, "edge", fixture{480, 480, handbag(), flat(.15, .16, .2), flat(1, 1, 1), nil})
}
func TestDump2(t *testing.T) {
	dump(t, "red", fixture{480, 480, handbag(), flat(.75, .1, .12), flat(.98, .98, .97), nil})
	dump(t, "yel", fixture{480, 480, handbag(), flat(.95, .8, .15), flat(.2, .35, .75), nil})
}
