package conformance_test

import (
	"context"
	"fmt"
	"hash/fnv"
	"image"
	"image/color"
	"image/draw"
	"math"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/aiserver/engine/conformance"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// honest is the simplest engine that keeps every promise: it puts what can be seen
// of the photo in the middle of one colour.
type honest struct{}

func (honest) Name() string         { return "honest" }
func (honest) StandIn() bool        { return true }
func (honest) Parts() []engine.Part { return nil }
func (honest) Close() error         { return nil }

func (honest) Render(ctx context.Context, r engine.Request) (engine.Rendering, error) {
	if err := r.Check(); err != nil {
		return engine.Rendering{}, err
	}
	seen := visible(r.Photo, r.CutOut)
	cut := seen != r.Photo.Rect
	if seen.Empty() || r.CutOut.Photo() {
		seen, cut = r.Photo.Rect, false
	}
	pic := image.NewRGBA(image.Rectangle{Max: r.Size})
	row := make([]uint8, 4*r.Size.X)
	for x := range r.Size.X {
		row[4*x], row[4*x+1], row[4*x+2], row[4*x+3] = byte(r.Seed), byte(x), 90, 255
	}
	for y := range r.Size.Y {
		if err := engine.Ended(ctx); err != nil {
			return engine.Rendering{}, err
		}
		copy(pic.Pix[y*pic.Stride:], row)
	}
	scale := 0.6 * min(float64(r.Size.X)/float64(seen.Dx()), float64(r.Size.Y)/float64(seen.Dy()))
	w, h := max(int(scale*float64(seen.Dx())), 1), max(int(scale*float64(seen.Dy())), 1)
	at := image.Rect(0, 0, w, h).Add(image.Pt((r.Size.X-w)/2, (r.Size.Y-h)/2))
	mask := image.NewAlpha(pic.Rect)
	for y := range h {
		if err := engine.Ended(ctx); err != nil {
			return engine.Rendering{}, err
		}
		for x := range w {
			c := r.Photo.Pix[r.Photo.PixOffset(seen.Min.X+x*seen.Dx()/w, seen.Min.Y+y*seen.Dy()/h):]
			p, a := pic.Pix[pic.PixOffset(at.Min.X+x, at.Min.Y+y):], int(c[3])
			for k := range 3 {
				p[k] = uint8((int(c[k])*a + int(p[k])*(255-a)) / 255)
			}
			mask.Pix[mask.PixOffset(at.Min.X+x, at.Min.Y+y)] = max(c[3], 128)
		}
	}
	sx, sy := float64(r.Size.X), float64(r.Size.Y)
	pw, ph := float64(r.Photo.Rect.Dx()), float64(r.Photo.Rect.Dy())
	product := ad.Box{float64(at.Min.X) / sx, float64(at.Min.Y) / sy, float64(w) / sx, float64(h) / sy}
	return engine.Rendering{
		Picture: pic, Mask: mask, CutOut: cut, Scene: "plain", Mood: []string{"calm"}, Product: product, Place: product,
		Source: ad.Box{
			float64(seen.Min.X) / pw, float64(seen.Min.Y) / ph, float64(seen.Dx()) / pw, float64(seen.Dy()) / ph,
		},
	}, nil
}

func pixelsOf(r image.Rectangle, b ad.Box) image.Rectangle {
	w, h := float64(r.Dx()), float64(r.Dy())
	return image.Rect(int(b[0]*w), int(b[1]*h), int((b[0]+b[2])*w), int((b[1]+b[3])*h))
}

// visible is the box of what can be seen and lies in the owner's box. Of strokes the honest
// engine knows dots alone, and those that erase.
func visible(m *image.NRGBA, word *ad.CutOut) image.Rectangle {
	var box image.Rectangle
	w, h := float64(m.Rect.Dx()), float64(m.Rect.Dy())
	erased := func(x, y int) bool {
		px, py := float64(x)+0.5, float64(y)+0.5
		if word == nil {
			return false
		}
		if b := word.Box; b != nil && (px < b[0]*w || py < b[1]*h || px > (b[0]+b[2])*w || py > (b[1]+b[3])*h) {
			return true
		}
		return slices.ContainsFunc(word.Erase, func(s ad.Stroke) bool {
			return math.Hypot(px-s.Points[0][0]*w, py-s.Points[0][1]*h) < s.Width*max(w, h)/2
		})
	}
	for y := m.Rect.Min.Y; y < m.Rect.Max.Y; y++ {
		for x := m.Rect.Min.X; x < m.Rect.Max.X; x++ {
			if m.NRGBAAt(x, y).A > 0 && !erased(x, y) {
				box = box.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return box
}

func (honest) Score(ctx context.Context, r engine.ScoreRequest) (ad.Score, error) {
	if err := r.Check(); err != nil {
		return ad.Score{}, err
	}
	if err := engine.Ended(ctx); err != nil {
		return ad.Score{}, err
	}
	h := fnv.New32()
	fmt.Fprint(h, r.Picture.Bounds(), r.Text)
	return ad.Score{Metric: "honest-v1", Value: float64(h.Sum32()) / math.MaxUint32, StandIn: true}, nil
}

// altered is the honest engine with one of its answers changed.
type altered struct {
	name    string
	standIn bool
	render  func(ctx context.Context, r engine.Request) (engine.Rendering, error)
	score   func(ctx context.Context, r engine.ScoreRequest) (ad.Score, error)
}

func (a *altered) Name() string       { return a.name }
func (a *altered) StandIn() bool      { return a.standIn }
func (*altered) Parts() []engine.Part { return nil }
func (*altered) Close() error         { return nil }

func (a *altered) Render(ctx context.Context, r engine.Request) (engine.Rendering, error) {
	return a.render(ctx, r)
}

func (a *altered) Score(ctx context.Context, r engine.ScoreRequest) (ad.Score, error) {
	return a.score(ctx, r)
}

// breaks makes an engine that is honest but for what f does to it.
func breaks(f func(a *altered)) func() engine.Engine {
	return func() engine.Engine {
		a := &altered{name: "honest", standIn: true, render: honest{}.Render, score: honest{}.Score}
		f(a)
		return a
	}
}

// made changes what was made; it is not called when nothing was.
func made(f func(r engine.Request, m *engine.Rendering)) func() engine.Engine {
	return breaks(func(a *altered) {
		a.render = func(ctx context.Context, r engine.Request) (engine.Rendering, error) {
			m, err := honest{}.Render(ctx, r)
			if err == nil {
				f(r, &m)
			}
			return m, err
		}
	})
}

// asked changes what the honest engine is asked.
func asked(f func(r *engine.Request)) func() engine.Engine {
	return breaks(func(a *altered) {
		a.render = func(ctx context.Context, r engine.Request) (engine.Rendering, error) {
			f(&r)
			return honest{}.Render(ctx, r)
		}
	})
}

// scores changes a score; it is not called when there is none.
func scores(f func(s *ad.Score)) func() engine.Engine {
	return breaks(func(a *altered) {
		a.score = func(ctx context.Context, r engine.ScoreRequest) (ad.Score, error) {
			s, err := honest{}.Score(ctx, r)
			if err == nil {
				f(&s)
			}
			return s, err
		}
	})
}

// run runs one check on an engine.
func run(t *testing.T, check string, open func() engine.Engine) error {
	t.Helper()
	for _, c := range conformance.Checks() {
		if c.Name == check {
			return c.Run(t.Context(), open)
		}
	}
	t.Fatalf("there is no check %q", check)
	return nil
}

func TestAnHonestEnginePasses(t *testing.T) {
	t.Parallel()
	conformance.Exercise(t, func(*testing.T) engine.Engine { return honest{} })
}

// The names of the checks.
const (
	named        = "name"
	sameBytes    = "same request, same bytes"
	anotherSeed  = "another seed, another picture"
	anotherPhoto = "another photo, another picture"
	everySize    = "every size"
	anyWords     = "any words"
	anyPhoto     = "any photo"
	ownPixels    = "the product's own pixels"
	asItIs       = "the photo is shown as it is"
	ownersWord   = "the owner's word on the cut-out"
	clearPixels  = "clear pixels have no colour"
	mask         = "the mask is the product's"
	requestStays = "a request stays as it was"
	result       = "a result belongs to its caller"
	manyAtOnce   = "many at once"
	cannotBeMade = "what cannot be made"
	endedBefore  = "ended before it begins"
	inTheMiddle  = "ends in the middle"
	score        = "score"
	sameScore    = "same picture and text, same score"
)

// A crowd are the callers of an engine that is broken only when two of them meet.
// The first ones are alone; each that follows waits until a second one is there, so
// that they meet however slow the machine is.
type crowd struct {
	alone, waiting atomic.Int64
	together       chan struct{}
}

func newCrowd(alone int64) *crowd {
	c := &crowd{together: make(chan struct{})}
	c.alone.Store(alone)
	return c
}

// meets waits for another caller and says whether there was one. A check that never
// has two callers at once is told no after ten seconds.
func (c *crowd) meets() bool {
	if c.alone.Add(-1) >= 0 {
		return false
	}
	if c.waiting.Add(1) == 2 {
		close(c.together)
	}
	select {
	case <-c.together:
		return true
	case <-time.After(10 * time.Second):
		c.waiting.Add(-1)
		return false
	}
}

// broken are engines that break one promise each, and the checks that must notice.
func broken() map[string]struct {
	open func() engine.Engine
	by   []string
} {
	var calls atomic.Uint64
	kept := image.NewRGBA(image.Rect(0, 0, 342, 228))
	return map[string]struct {
		open func() engine.Engine
		by   []string
	}{
		"has no name": {breaks(func(a *altered) { a.name = "" }), []string{named}},
		"has a new name each time": {
			breaks(func(a *altered) { a.name = fmt.Sprint("engine", calls.Add(1)) }), []string{named},
		},
		"makes no picture at all": {
			made(func(_ engine.Request, m *engine.Rendering) { m.Picture = nil }), []string{everySize, sameBytes},
		},
		"rounds sizes to even ones": {
			asked(func(r *engine.Request) { r.Size = image.Pt(r.Size.X&^1, r.Size.Y&^1) }), []string{everySize},
		},
		"makes only squares": {
			asked(func(r *engine.Request) { r.Size.Y = r.Size.X }), []string{everySize},
		},
		"gives up on large pictures": {
			breaks(func(a *altered) {
				a.render = func(ctx context.Context, r engine.Request) (engine.Rendering, error) {
					if r.Size.X*r.Size.Y > 1<<21 {
						return engine.Rendering{}, fault.New(fault.GPUUnavailable, nil)
					}
					return honest{}.Render(ctx, r)
				}
			}), []string{everySize},
		},
		"leaves a hole": {
			made(func(_ engine.Request, m *engine.Rendering) { m.Picture.Pix[3] = 0 }), []string{everySize},
		},
		"says the product is outside": {
			made(func(_ engine.Request, m *engine.Rendering) { m.Product[0] = 0.9 }), []string{everySize},
		},
		"says there is no product": {
			made(func(_ engine.Request, m *engine.Rendering) { m.Product = ad.Box{} }), []string{everySize},
		},
		"makes another picture each time": {
			asked(func(r *engine.Request) { r.Seed += 2 * calls.Add(1) }), []string{sameBytes, manyAtOnce},
		},
		"makes another picture after each start": {
			func() engine.Engine {
				start := 2 * calls.Add(1)
				return asked(func(r *engine.Request) { r.Seed += start })()
			}, []string{sameBytes},
		},
		"says something else each time": {
			made(func(_ engine.Request, m *engine.Rendering) { m.Scene = fmt.Sprint(calls.Add(1)) }), []string{sameBytes},
		},
		"has one picture for every seed": {asked(func(r *engine.Request) { r.Seed = 1 }), []string{anotherSeed}},
		"does not look at the photo": {
			asked(func(r *engine.Request) {
				if r.Photo != nil && !r.Photo.Rect.Empty() && visible(r.Photo, nil) == r.Photo.Rect {
					r.Photo = image.NewNRGBA(r.Photo.Rect)
				}
			}), []string{anotherPhoto},
		},
		"obeys what is written in a field": {
			breaks(func(a *altered) {
				a.render = func(ctx context.Context, r engine.Request) (engine.Rendering, error) {
					if strings.Contains(r.Concept, "<script>") {
						panic("there is a script in it")
					}
					return honest{}.Render(ctx, r)
				}
			}), []string{anyWords},
		},
		"wants a concept": {
			breaks(func(a *altered) {
				a.render = func(ctx context.Context, r engine.Request) (engine.Rendering, error) {
					if r.Concept == "" {
						return engine.Rendering{}, fault.New(fault.GPURejected, nil)
					}
					return honest{}.Render(ctx, r)
				}
			}), []string{anyWords},
		},
		"divides by what it sees": {
			breaks(func(a *altered) {
				a.render = func(ctx context.Context, r engine.Request) (engine.Rendering, error) {
					if r.Photo != nil && r.Photo.Rect.Dx() == 100 {
						_ = 1 / visible(r.Photo, nil).Dx()
					}
					return honest{}.Render(ctx, r)
				}
			}), []string{anyPhoto},
		},
		"blames the ad for a photo": {
			breaks(func(a *altered) {
				a.render = func(ctx context.Context, r engine.Request) (engine.Rendering, error) {
					if r.Photo != nil && r.Photo.Rect.Dx() == 1 {
						return engine.Rendering{}, fault.New(fault.AdGone, nil)
					}
					return honest{}.Render(ctx, r)
				}
			}), []string{anyPhoto},
		},
		"gives the photo a tint": {
			made(func(_ engine.Request, m *engine.Rendering) {
				for i := 0; i < len(m.Picture.Pix); i += 4 {
					m.Picture.Pix[i] = m.Picture.Pix[i] / 10 * 9
				}
			}), []string{asItIs},
		},
		"says the photo stands elsewhere": {
			made(func(_ engine.Request, m *engine.Rendering) { m.Place[0] -= 0.05 }), []string{asItIs},
		},
		"puts something before the product": {
			made(func(_ engine.Request, m *engine.Rendering) {
				b := pixelsOf(m.Picture.Rect, m.Product)
				b.Min.Y = b.Max.Y - b.Dy()/6
				draw.Draw(m.Picture, b, image.NewUniform(color.RGBA{20, 160, 60, 255}), image.Point{}, draw.Src)
			}), []string{asItIs},
		},
		"is deaf to the owner": {
			asked(func(r *engine.Request) { r.CutOut = nil }), []string{ownersWord},
		},
		"paints the product anew": {
			made(func(r engine.Request, m *engine.Rendering) {
				for i := 0; i < len(m.Picture.Pix); i += 4 {
					m.Picture.Pix[i+1] = min(m.Picture.Pix[i+1], 200) + 20
				}
			}), []string{ownPixels, asItIs},
		},
		"stretches the product": {
			made(func(_ engine.Request, m *engine.Rendering) {
				m.Mask = nil
				m.Product[0], m.Product[2] = m.Product[0]-m.Product[2]/2, 2*m.Product[2]
			}), []string{ownPixels},
		},
		"frames what is cut out": {
			made(func(_ engine.Request, m *engine.Rendering) { m.CutOut = false }), []string{ownPixels},
		},
		"shows the colour of clear pixels": {
			asked(func(r *engine.Request) {
				if r.Photo == nil || visible(r.Photo, nil) == r.Photo.Rect {
					return
				}
				r.Seed += uint64(r.Photo.Pix[1]) // of a pixel in the clear corner
			}), []string{clearPixels},
		},
		"has its mask elsewhere": {
			made(func(_ engine.Request, m *engine.Rendering) { m.Mask.SetAlpha(2, 2, color.Alpha{A: 255}) }), []string{mask},
		},
		"has an empty mask": {
			made(func(_ engine.Request, m *engine.Rendering) { clear(m.Mask.Pix) }), []string{mask},
		},
		"draws on the photo": {
			asked(func(r *engine.Request) {
				if r.Photo != nil && r.Photo.Rect.Dx() == 200 {
					r.Photo.Pix[0] |= 1
				}
			}), []string{requestStays},
		},
		"draws on the picture it scores": {
			breaks(func(a *altered) {
				a.score = func(ctx context.Context, r engine.ScoreRequest) (ad.Score, error) {
					if m, ok := r.Picture.(*image.RGBA); ok && r.Analysis != nil {
						m.Pix[0]++
					}
					return honest{}.Score(ctx, r)
				}
			}), []string{requestStays},
		},
		"changes the analysis": {
			breaks(func(a *altered) {
				a.score = func(ctx context.Context, r engine.ScoreRequest) (ad.Score, error) {
					if r.Analysis != nil {
						r.Analysis.Mood = nil
					}
					return honest{}.Score(ctx, r)
				}
			}), []string{requestStays},
		},
		"has one canvas for all": {
			made(func(_ engine.Request, m *engine.Rendering) {
				if m.Picture.Rect == kept.Rect {
					copy(kept.Pix, m.Picture.Pix)
					m.Picture = kept
				}
			}), []string{result},
		},
		"has one list of moods for all": {
			func() engine.Engine {
				moods := []string{"calm"}
				return made(func(_ engine.Request, m *engine.Rendering) { m.Mood = moods })()
			}, []string{result},
		},
		"mixes up its callers": {
			func() engine.Engine {
				c := newCrowd(2) // two pictures are made alone first
				return breaks(func(a *altered) {
					a.render = func(ctx context.Context, r engine.Request) (engine.Rendering, error) {
						if c.meets() {
							r.Seed++
						}
						return honest{}.Render(ctx, r)
					}
				})()
			}, []string{manyAtOnce},
		},
		"mixes up its scores": {
			func() engine.Engine {
				c := newCrowd(1) // one picture is scored alone first
				return breaks(func(a *altered) {
					a.score = func(ctx context.Context, r engine.ScoreRequest) (ad.Score, error) {
						if c.meets() {
							r.Text += "!"
						}
						return honest{}.Score(ctx, r)
					}
				})()
			}, []string{manyAtOnce},
		},
		"panics without a photo": {
			breaks(func(a *altered) {
				a.render = func(ctx context.Context, r engine.Request) (engine.Rendering, error) {
					_ = r.Photo.Rect
					return honest{}.Render(ctx, r)
				}
			}), []string{cannotBeMade},
		},
		"takes any size": {
			asked(func(r *engine.Request) { r.Size.X = max(r.Size.X, 342) }), []string{cannotBeMade},
		},
		"has a code of its own": {
			breaks(func(a *altered) {
				a.render = func(ctx context.Context, r engine.Request) (engine.Rendering, error) {
					if r.Check() != nil {
						return engine.Rendering{}, fault.New(fault.RequestInvalid, nil)
					}
					return honest{}.Render(ctx, r)
				}
			}), []string{cannotBeMade},
		},
		"gives half a picture with its error": {
			breaks(func(a *altered) {
				a.render = func(ctx context.Context, r engine.Request) (engine.Rendering, error) {
					m, err := honest{}.Render(ctx, r)
					if err != nil {
						m.Picture = image.NewRGBA(image.Rect(0, 0, 10, 10))
					}
					return m, err
				}
			}), []string{cannotBeMade, endedBefore, inTheMiddle},
		},
		"scores nothing": {
			breaks(func(a *altered) {
				a.score = func(ctx context.Context, r engine.ScoreRequest) (ad.Score, error) {
					if r.Picture == nil {
						r.Picture = image.NewGray(image.Rect(0, 0, 1, 1))
					}
					return honest{}.Score(ctx, r)
				}
			}), []string{cannotBeMade},
		},
		"never looks at its context": {
			breaks(func(a *altered) {
				a.render = func(_ context.Context, r engine.Request) (engine.Rendering, error) {
					time.Sleep(20 * time.Millisecond)
					return honest{}.Render(context.Background(), r)
				}
			}), []string{endedBefore, inTheMiddle},
		},
		"looks at its context first only": {
			breaks(func(a *altered) {
				a.render = func(ctx context.Context, r engine.Request) (engine.Rendering, error) {
					if err := r.Check(); err != nil {
						return engine.Rendering{}, err
					}
					if err := engine.Ended(ctx); err != nil {
						return engine.Rendering{}, err
					}
					time.Sleep(40 * time.Millisecond)
					return honest{}.Render(context.Background(), r)
				}
			}), []string{inTheMiddle},
		},
		"takes its context's channel and does not listen": {
			breaks(func(a *altered) {
				a.render = func(ctx context.Context, r engine.Request) (engine.Rendering, error) {
					m, err := honest{}.Render(ctx, r)
					if err == nil {
						_ = ctx.Done()
						time.Sleep(2 * time.Second)
					}
					return m, err
				}
			}), []string{inTheMiddle},
		},
		"looks at its context all the time and goes on": {
			breaks(func(a *altered) {
				a.render = func(ctx context.Context, r engine.Request) (engine.Rendering, error) {
					m, err := honest{}.Render(context.Background(), r)
					for range 1000 {
						_ = ctx.Err()
					}
					if err == nil {
						err = engine.Ended(ctx)
					}
					if err != nil {
						return engine.Rendering{}, err
					}
					return m, nil
				}
			}), []string{inTheMiddle},
		},
		"gives its context's error as it is": {
			breaks(func(a *altered) {
				a.render = func(ctx context.Context, r engine.Request) (engine.Rendering, error) {
					if r.Check() == nil && ctx.Err() != nil {
						return engine.Rendering{}, ctx.Err()
					}
					return honest{}.Render(ctx, r)
				}
			}), []string{endedBefore},
		},
		"does not say why it stopped": {
			breaks(func(a *altered) {
				a.render = func(ctx context.Context, r engine.Request) (engine.Rendering, error) {
					m, err := honest{}.Render(ctx, r)
					if fault.Has(err, fault.GPUUnavailable) {
						err = fault.New(fault.GPUUnavailable, nil)
					}
					return m, err
				}
			}), []string{endedBefore, inTheMiddle},
		},
		"scores for nobody": {
			breaks(func(a *altered) {
				a.score = func(_ context.Context, r engine.ScoreRequest) (ad.Score, error) {
					return honest{}.Score(context.Background(), r)
				}
			}), []string{endedBefore},
		},
		"scores in percent": {scores(func(s *ad.Score) { s.Value *= 100 }), []string{score}},
		"scores nothing at all": {
			scores(func(s *ad.Score) { s.Value = math.NaN() }), []string{score, sameScore},
		},
		"has no metric":        {scores(func(s *ad.Score) { s.Metric = "" }), []string{score}},
		"claims to be a model": {scores(func(s *ad.Score) { s.Model, s.StandIn = "clip", false }), []string{score}},
		"is a model with no name": {
			breaks(func(a *altered) {
				a.standIn = false
				a.score = scores(func(s *ad.Score) { s.StandIn = false })().Score
			}), []string{score},
		},
		"needs an analysis": {
			breaks(func(a *altered) {
				a.score = func(ctx context.Context, r engine.ScoreRequest) (ad.Score, error) {
					if r.Check() == nil && ctx.Err() == nil && r.Text == "a sunny morning" {
						_ = r.Analysis.Mood
					}
					return honest{}.Score(ctx, r)
				}
			}), []string{score},
		},
		"scores another number each time": {
			scores(func(s *ad.Score) { s.Value = float64(calls.Add(1)%1000) / 1000 }), []string{sameScore, manyAtOnce},
		},
		"scores another number after each start": {
			func() engine.Engine {
				start := float64(calls.Add(1)%1000) / 1000
				return scores(func(s *ad.Score) { s.Value = start })()
			}, []string{sameScore},
		},
	}
}

func TestABrokenEngineIsCaught(t *testing.T) {
	t.Parallel()
	for name, tc := range broken() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, check := range tc.by {
				if run(t, check, tc.open) == nil {
					t.Errorf("an engine that %s passes %q", name, check)
				}
			}
		})
	}
}

// No check is there that cannot fail, and for each there is an engine that is
// broken in just that way.
func TestEveryCheckCatchesSomething(t *testing.T) {
	t.Parallel()
	alone := map[string]bool{}
	for _, tc := range broken() {
		if len(tc.by) == 1 {
			alone[tc.by[0]] = true
		}
	}
	for _, c := range conformance.Checks() {
		if !alone[c.Name] {
			t.Errorf("no engine is broken in the way that %q looks for", c.Name)
		}
	}
}

// A model that listens to its context instead of looking at it is as good.
func TestAnEngineThatWaitsForSomethingElsePasses(t *testing.T) {
	t.Parallel()
	waiting := breaks(func(a *altered) {
		a.render = func(ctx context.Context, r engine.Request) (engine.Rendering, error) {
			if err := r.Check(); err != nil {
				return engine.Rendering{}, err
			}
			select { // another process makes the picture
			case <-ctx.Done():
				return engine.Rendering{}, engine.Ended(ctx)
			case <-time.After(20 * time.Millisecond):
			}
			return honest{}.Render(ctx, r)
		}
	})
	for _, check := range []string{endedBefore, inTheMiddle, sameBytes, manyAtOnce} {
		if err := run(t, check, waiting); err != nil {
			t.Errorf("%s: %v", check, err)
		}
	}
}
