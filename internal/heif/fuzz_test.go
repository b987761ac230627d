package heif_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/nanococoa/nanococoa/internal/heif"
)

// FuzzRead holds any bytes to the promises of Read: no panic, only its own errors, and
// every part within the limits and within the file.
//
//	go test -run '^$' -fuzz FuzzRead -fuzztime 5m -fuzzminimizetime 10x ./internal/heif
func FuzzRead(f *testing.F) {
	for _, pattern := range []string{"../photo/testdata/*.heic", "../photo/testdata/*.avif"} {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) < 5 {
			f.Fatal(paths, err)
		}
		for _, path := range paths {
			data, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	const most = 1_000_000
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := heif.Read(data, most)
		if err != nil {
			if !errors.Is(err, heif.ErrDamaged) && !errors.Is(err, heif.ErrVariety) && !errors.Is(err, heif.ErrTooLarge) {
				t.Fatal(err)
			}
			return
		}
		bytes := 0
		planes := []heif.Plane{p.Plane}
		if p.Alpha != nil {
			planes = append(planes, *p.Alpha)
		}
		for _, plane := range planes {
			if plane.Width < 1 || plane.Height < 1 || plane.Width*plane.Height > most || len(plane.Tiles)%plane.Columns != 0 {
				t.Errorf("%d×%d in %d columns of %d", plane.Width, plane.Height, plane.Columns, len(plane.Tiles))
			}
			for _, s := range plane.Tiles {
				if s.Width < 1 || s.Height < 1 || s.Width*s.Height > most {
					t.Errorf("a part of %d×%d", s.Width, s.Height)
				}
				bytes += len(s.Data)
			}
		}
		if bytes > len(data) || p.Orientation < 1 || p.Orientation > 8 {
			t.Errorf("%d of %d bytes, orientation %d", bytes, len(data), p.Orientation)
		}
		c := p.Crop
		if c.X < 0 || c.Y < 0 || c.Width < 1 || c.Height < 1 || c.X+c.Width > p.Width || c.Y+c.Height > p.Height {
			t.Errorf("cut to %+v of %d×%d", c, p.Width, p.Height)
		}
	})
}
