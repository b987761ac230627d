package pipeline_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"slices"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/copywriter"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/gpu"
	"github.com/nanococoa/nanococoa/internal/step"
)

// world is everything a step can reach. It writes down each call in order, and
// fails the calls a test wants to fail. Every call of a step must be about the
// one ad, whatever the step.
type world struct {
	t       *testing.T
	ad      ad.Ad
	objects map[ad.Picture][]byte
	types   map[ad.Picture]string
	calls   []string
	fail    map[string]error // by call, e.g. "put stage1.png"
	result  ad.Result        // what the step left on the record
	failure *ad.Failure
	scene   gpu.Stage1Result
	set     gpu.Stage2Result
	score   ad.Score
	asked   []any    // requests to the GPU server and the writer
	own     ad.Brand // the owner's
	last    []ad.Ad  // the owner's last ads
	used    []string // lines the writer was told not to write again
	rest    time.Duration
}

var order = ad.Fields{
	ProductName: "울 더플백", ProductCategory: "의류", TargetAge: "30대", TargetGender: "여성", AdConcept: "주말 여행의 설렘",
	AIMark: true,
}

func newWorld(t *testing.T) *world {
	t.Helper()
	id, err := ad.NewID()
	if err != nil {
		t.Fatal(err)
	}
	return &world{
		t: t, objects: map[ad.Picture][]byte{}, types: map[ad.Picture]string{}, fail: map[string]error{},
		ad: ad.Ad{
			Ref: ad.Ref{Owner: "o", AdID: id, Attempt: 2}, Fields: order, Status: ad.Running, Steps: map[ad.Step]ad.StepTimes{},
		},
	}
}

func (w *world) input() ad.StepInput { return ad.StepInput{Ref: w.ad.Ref} }

func (w *world) call(name string, same bool) error {
	w.t.Helper()
	if !same {
		w.t.Errorf("%s is about another ad", name)
	}
	w.calls = append(w.calls, name)
	return w.fail[name]
}

func (w *world) called(want ...string) {
	w.t.Helper()
	if !slices.Equal(w.calls, want) {
		w.t.Errorf("calls %q,\nwant  %q", w.calls, want)
	}
}

// Records, Publisher and Failer.

func (w *world) Get(_ context.Context, owner, adID string) (ad.Ad, error) {
	return w.ad, w.call("look", owner == w.ad.Owner && adID == w.ad.AdID)
}

func (w *world) Begin(_ context.Context, r ad.Ref, s ad.Step) (ad.Ad, error) {
	return w.ad, w.call("begin "+string(s), r == w.ad.Ref)
}

func (w *world) Finish(_ context.Context, r ad.Ref, s ad.Step, res ad.Result) error {
	w.result = res
	return w.call("finish "+string(s), r == w.ad.Ref)
}

func (w *world) Publish(_ context.Context, r ad.Ref) error { return w.call("publish", r == w.ad.Ref) }

func (w *world) MeasureRest(_ context.Context, rest time.Duration) error {
	w.rest = rest
	return w.call("measure", true)
}

func (w *world) Fail(_ context.Context, r ad.Ref, f ad.Failure) error {
	w.failure = &f
	return w.call("fail", r == w.ad.Ref)
}

// bucket is the Pictures of a world: its Get has another shape than Records'.
type bucket struct{ *world }

func (b bucket) Get(_ context.Context, adID string, k ad.Picture, limit int64) ([]byte, error) {
	if limit != 20<<20 {
		b.t.Errorf("%s is read up to %d bytes", k, limit)
	}
	if err := b.call("get "+string(k), adID == b.ad.AdID); err != nil {
		return nil, err
	}
	data, ok := b.objects[k]
	if !ok {
		return nil, fault.New(fault.ImageNotFound, nil)
	}
	return data, nil
}

func (b bucket) Put(_ context.Context, adID string, k ad.Picture, data []byte, contentType string) error {
	b.objects[k], b.types[k] = data, contentType
	return b.call("put "+string(k), adID == b.ad.AdID)
}

func (b bucket) Purge(_ context.Context, adID string) error {
	return b.call("purge", adID == b.ad.AdID)
}

// GPU.

func (w *world) Stage1(_ context.Context, r gpu.Stage1Request) (gpu.Stage1Result, error) {
	w.asked = append(w.asked, r)
	return w.scene, w.call("gpu stage1", true)
}

func (w *world) Stage2(_ context.Context, r gpu.Stage2Request) (gpu.Stage2Result, error) {
	w.asked = append(w.asked, r)
	return w.set, w.call("gpu stage2", true)
}

func (w *world) Score(_ context.Context, r gpu.ScoreRequest) (ad.Score, error) {
	w.asked = append(w.asked, r)
	return w.score, w.call("gpu score", true)
}

// Brands and Logos.

func (w *world) Brand(_ context.Context, owner string) (ad.Brand, error) {
	return w.own, w.call("brand", owner == w.ad.Owner)
}

type logos struct{ *world }

func (l logos) Get(_ context.Context, id string) ([]byte, error) {
	if err := l.call("logo", id == l.own.LogoID); err != nil {
		return nil, err
	}
	return []byte("logo"), nil
}

// Lister.

func (w *world) List(_ context.Context, owner string, limit int, cursor string) ([]ad.Ad, string, error) {
	if limit > 12 || cursor != "" {
		w.t.Errorf("%d ads from %q are read", limit, cursor)
	}
	return w.last, "", w.call("list", owner == w.ad.Owner)
}

// Writer.

func (w *world) WritePrompt(_ context.Context, f ad.Fields) (copywriter.Prompt, error) {
	w.asked = append(w.asked, f)
	return copywriter.Prompt{Text: "a station at dawn", By: ad.ByModel}, w.call("write prompt", true)
}

func (w *world) WriteCopy(
	_ context.Context, f ad.Fields, a *ad.Analysis, used ...string,
) (copywriter.Copy, error) {
	w.asked, w.used = append(w.asked, f, a), used
	return copywriter.Copy{Main: "설렘을 담다", Sub: "주말 기차에 오르는 당신에게", By: ad.ByModel}, w.call("write copy", true)
}

func (w *world) WriteCopies(
	context.Context, ad.Fields, *ad.Analysis, []copywriter.Copy,
) ([]copywriter.Copy, error) {
	panic("no step asks for suggestions")
}

// picture is a small PNG with something in its middle.
func picture(t *testing.T, w, h int) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.NRGBA{R: uint8(x), G: uint8(y), B: 90, A: 255}
			if abs(2*x-w) < w/2 && abs(2*y-h) < h/2 {
				c = color.NRGBA{R: 250, G: 250, B: 250, A: 255}
			}
			img.SetNRGBA(x, y, c)
		}
	}
	return encode(t, img)
}

func abs(n int) int { return max(n, -n) }

// plain is a PNG with nothing in it.
func plain(t *testing.T, side int) []byte {
	t.Helper()
	return encode(t, image.NewGray16(image.Rect(0, 0, side, side+1)))
}

func encode(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// steps are the steps that make an ad, over one world, with a world that lets
// each succeed.
func steps(t *testing.T) map[ad.Step]func(w *world) step.Func {
	t.Helper()
	return map[ad.Step]func(w *world) step.Func{
		ad.Prepare:   prepare,
		ad.Prompt:    prompt,
		ad.Stage1:    stage1,
		ad.Copywrite: copywrite,
		ad.Stage2:    stage2,
		ad.Clip:      clip,
	}
}

// down is what a dependency's failure looks like by the time a step sees it.
func down(code fault.Code) error {
	return fmt.Errorf("call: %w", fault.New(code, errors.New("connection reset")))
}
