package standin

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"image"
	"slices"
	"sync"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/aiserver/standin/cutout"
	"github.com/nanococoa/nanococoa/internal/ad"
)

// maxRecent bounds the remembered cut-outs in bytes: three products that fill the largest
// photos, or some ten ordinary ones. An owner's further scenes come within minutes.
const maxRecent = 32 << 20

// part is a product cut out of a photo, as scenes need it. It is shared: nobody changes it.
type part struct {
	pixels   *image.NRGBA // the box alone, with its origin at 0,0; nil when nothing was found
	box      image.Rectangle
	cut      cutout.Sides
	evidence cutout.Evidence
	mask     *image.Alpha // the cover in the whole photo, small; nil when nothing was found
}

func (p *part) bytes() int {
	if p.pixels == nil {
		return 0
	}
	return len(p.pixels.Pix) + len(p.mask.Pix)
}

// recent remembers the last few cut-outs. It is safe for concurrent use.
type recent struct {
	mu    sync.Mutex
	parts []remembered // the one used last comes last
}

type remembered struct {
	key  [sha256.Size]byte
	part *part
}

// find gives the remembered cut-out of a key, nil when there is none.
func (c *recent) find(key [sha256.Size]byte) *part {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.parts, func(r remembered) bool { return r.key == key })
	if i < 0 {
		return nil
	}
	found := c.parts[i]
	c.parts = append(slices.Delete(c.parts, i, i+1), found)
	return found.part
}

// keep remembers a cut-out, and forgets the oldest ones beyond maxRecent.
func (c *recent) keep(key [sha256.Size]byte, p *part) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.parts = slices.DeleteFunc(c.parts, func(r remembered) bool { return r.key == key })
	c.parts = append(c.parts, remembered{key, p})
	sum := 0
	for i, r := range slices.Backward(c.parts) {
		if sum += r.part.bytes(); sum > maxRecent {
			c.parts = slices.Delete(c.parts, 0, i+1)
			return
		}
	}
}

// keyOf names a cut-out: its photo, the owner's word, and whether the network takes part.
func keyOf(photo *image.NRGBA, word *ad.CutOut, seen bool) (key [sha256.Size]byte) {
	h := sha256.New()
	w := photo.Rect.Dx()
	_ = binary.Write(h, binary.LittleEndian, []int64{int64(w), int64(photo.Rect.Dy())}) // a hash takes everything
	for y := range photo.Rect.Dy() {
		_, _ = h.Write(photo.Pix[photo.PixOffset(photo.Rect.Min.X, photo.Rect.Min.Y+y):][:4*w])
	}
	if seen {
		_, _ = h.Write([]byte("seen"))
	}
	_, _ = h.Write([]byte(word.String()))
	h.Sum(key[:0])
	return key
}

// cutOut cuts the product out of a photo, or remembers it from an earlier call.
func (e *Engine) cutOut(ctx context.Context, photo *image.NRGBA, word *ad.CutOut) (*part, error) {
	ready := e.cutter != nil && e.cutter.Part().State == "ready"
	if p := e.recent.find(keyOf(photo, word, ready)); p != nil {
		return p, nil
	}
	var m cutout.Model
	if e.cutter != nil {
		m = e.cutter
	}
	cut, err := cutout.Find(ctx, m, photo, word)
	if err != nil {
		return nil, err //nolint:wrapcheck // only because ctx has ended
	}
	p := &part{box: cut.Box, cut: cut.Cut, evidence: cut.Evidence}
	if !cut.Box.Empty() {
		p.pixels, p.mask = cutout.Crop(cut.Pixels, cut.Box), coverage(cut.Pixels)
	}
	// The network may have failed, or come back, since it was asked how it is.
	e.recent.keep(keyOf(photo, word, cut.Evidence.Seen || ready && cut.Evidence.OwnAlpha), p)
	return p, nil
}

// coverage is the alpha of a picture, averaged to a longer side of at most engine.MaskSide.
func coverage(m *image.NRGBA) *image.Alpha {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	long := max(w, h)
	side := min(long, engine.MaskSide)
	out := image.NewAlpha(image.Rect(0, 0, max((w*side+long/2)/long, 1), max((h*side+long/2)/long, 1)))
	for y := range out.Rect.Dy() {
		top, low := y*h/out.Rect.Dy(), (y+1)*h/out.Rect.Dy()
		for x := range out.Rect.Dx() {
			left, right := x*w/out.Rect.Dx(), (x+1)*w/out.Rect.Dx()
			sum := 0
			for v := top; v < low; v++ {
				for u := left; u < right; u++ {
					sum += int(m.Pix[v*m.Stride+4*u+3])
				}
			}
			n := (low - top) * (right - left)
			out.Pix[y*out.Stride+x] = uint8((sum + n/2) / n)
		}
	}
	return out
}
