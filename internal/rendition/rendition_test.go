package rendition_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"image"
	_ "image/jpeg"
	"image/png"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/aiserver/server"
	"github.com/nanococoa/nanococoa/aiserver/standin"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/channel"
	"github.com/nanococoa/nanococoa/internal/compose"
	"github.com/nanococoa/nanococoa/internal/copywriter"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/gpu"
	"github.com/nanococoa/nanococoa/internal/gpuclient"
	"github.com/nanococoa/nanococoa/internal/photo"
	"github.com/nanococoa/nanococoa/internal/rendition"
)

// bucket is a bucket with one ad.
type bucket struct {
	mu      sync.Mutex // pictures come side by side
	refuses ad.Picture // what it does not take
	objects map[ad.Picture][]byte
	saved   map[ad.Picture]string // Content-Disposition
	purged  bool
}

func (b *bucket) Get(_ context.Context, _ string, p ad.Picture, _ int64) ([]byte, error) {
	data, ok := b.objects[p]
	if !ok {
		return nil, fault.New(fault.ImageNotFound, nil)
	}
	return data, nil
}

func (b *bucket) Put(_ context.Context, _ string, p ad.Picture, data []byte, _ string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if p == b.refuses {
		return fault.New(fault.StorageUnavailable, nil)
	}
	b.objects[p] = data
	return nil
}

func (b *bucket) PutFile(_ context.Context, _ string, p ad.Picture, data []byte, _, disposition string) error {
	b.objects[p], b.saved[p] = data, disposition
	return nil
}

func (b *bucket) Link(_ context.Context, _ string, p ad.Picture, _ time.Duration) (string, error) {
	return "https://bucket/" + string(p), nil
}

func (b *bucket) Remove(_ context.Context, _ string, p ad.Picture) error {
	delete(b.objects, p)
	return nil
}

func (b *bucket) Purge(context.Context, string) error {
	b.purged = true
	return nil
}

// brand is an owner's brand and its logo.
type brand struct {
	ad.Brand
	logo []byte
}

func (b brand) Get(context.Context, string) ([]byte, error) { return b.logo, nil }

type brands struct{ brand }

func (b brands) Brand(context.Context, string) (ad.Brand, error) { return b.brand.Brand, nil }

// made is a stage 1 and stage 2 of the GPU server with its stand-in, of a sample photo.
type made struct {
	one     gpu.Stage1Result
	two     gpu.Stage2Result
	branded gpu.Stage2Result
}

// own is a brand for all ads.
var own = ad.Brand{LogoID: "l", Colors: []string{"#8a1c2b", "#f2b53b"}, Layout: "right-column", ByDefault: true}

// ownLogo is its logo, with transparent parts.
func ownLogo() ([]byte, error) {
	logo := image.NewNRGBA(image.Rect(0, 0, 120, 80))
	for i := range logo.Pix {
		logo.Pix[i] = uint8(200 - i%90*(i/4%120/80)) // a block and stripes
	}
	var file bytes.Buffer
	err := png.Encode(&file, logo)
	return file.Bytes(), err
}

var fields = ad.Fields{
	ProductName: "울 더플백", ProductCategory: "의류", TargetAge: "30대", TargetGender: "여성",
	AdConcept: "겨울 아침, 따뜻한 여행을 떠나는 느낌", AIMark: true,
}

const mainCopy, subCopy = "설렘을 담다", "주말 기차에 오르는 당신에게"

//nolint:gochecknoglobals // the server renders once for all tests of this package
var server1 = sync.OnceValues(render)

func render() (_ made, err error) {
	dir, err := os.MkdirTemp("", "rendition")
	if err != nil {
		return made{}, err
	}
	defer os.RemoveAll(dir)
	cfg, err := server.Read([]string{"DATA_DIR=" + dir})
	if err != nil {
		return made{}, err
	}
	s, err := server.New(cfg, server.Parts{
		Load:    func(context.Context) (engine.Engine, error) { return standin.New(nil), nil },
		Compose: compose.Render, Copy: copywriter.Template{}, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return made{}, err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return made{}, err
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, ln) }()
	defer func() {
		stop()
		err = errors.Join(err, <-ended)
	}()
	client, err := gpuclient.New(gpuclient.Config{URL: "http://" + ln.Addr().String()})
	if err != nil {
		return made{}, err
	}
	file, err := os.ReadFile(filepath.Join("..", "..", "samples", "duffel-bag.jpg"))
	if err != nil {
		return made{}, err
	}
	product, err := photo.Prepare(ctx, file)
	if err != nil {
		return made{}, err
	}
	for client.Health(ctx) != nil {
		time.Sleep(10 * time.Millisecond)
	}
	var m made
	m.one, err = client.Stage1(ctx, gpu.Stage1Request{
		IdempotencyKey: "1", Photo: product.PNG, ProductName: fields.ProductName, ProductCategory: fields.ProductCategory,
		AdConcept: fields.AdConcept,
	})
	if err != nil {
		return made{}, err
	}
	ask := gpu.Stage2Request{
		IdempotencyKey: "2", Picture: m.one.Picture, ProductName: fields.ProductName, TargetAge: fields.TargetAge,
		TargetGender: fields.TargetGender, AdConcept: fields.AdConcept, MainCopy: mainCopy, SubCopy: subCopy,
		Analysis: &m.one.Analysis, HTMLPictureURL: ad.PictureURL, AIMark: fields.AIMark,
	}
	if m.two, err = client.Stage2(ctx, ask); err != nil {
		return made{}, err
	}
	if ask.Logo, err = ownLogo(); err != nil {
		return made{}, err
	}
	ask.IdempotencyKey = "3"
	ask.Brand = &gpu.Brand{Colors: own.Colors, Layout: own.Layout, HTMLLogoURL: ad.LogoURL}
	m.branded, err = client.Stage2(ctx, ask)
	return m, err
}

// studio is a finished ad with what the server made, in a bucket.
func studio(t *testing.T) (ad.Studio, *bucket) {
	t.Helper()
	m, err := server1()
	if err != nil {
		t.Fatal(err)
	}
	id, err := ad.NewID()
	if err != nil {
		t.Fatal(err)
	}
	a := ad.Ad{
		Ref: ad.Ref{Owner: "me", AdID: id, Attempt: 1}, Fields: fields, Status: ad.Succeeded, Main: id,
		MainCopy: mainCopy, SubCopy: subCopy, Analysis: &m.one.Analysis, HTML: m.two.HTML, Layout: m.two.Layout,
		Contrast: m.two.ContrastRatio, Width: m.two.Width, Height: m.two.Height, Seed: &m.one.Seed,
	}
	scene, first := a.First()
	return ad.Studio{Ad: a, Scenes: []ad.Scene{scene}, Renditions: []ad.Rendition{first}}, &bucket{
		objects: map[ad.Picture][]byte{ad.Stage1Picture: m.one.Picture, ad.Stage2Picture: m.two.Picture},
		saved:   map[ad.Picture]string{},
	}
}

func maker(b *bucket) rendition.Maker {
	return rendition.Maker{Pictures: b, Brands: brands{}, Logos: brand{}}
}

// like makes a rendition like the first one, but for a wish.
func like(st ad.Studio, w ad.Wish) ad.Rendition {
	r := ad.Rendition{ID: "r1"}
	r.SceneID, r.Design = st.Renditions[0].Like(w)
	return r
}

// The GPU server's stage 2 and this package give the same file and the same HTML for the
// same scene, words and size.
func TestBothWaysGiveTheSame(t *testing.T) {
	t.Parallel()
	st, b := studio(t)
	got, err := maker(b).Make(t.Context(), st, like(st, ad.Wish{}))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b.objects["rendition-r1.png"], b.objects[ad.Stage2Picture]) {
		t.Error("the pictures differ")
	}
	first := st.Renditions[0]
	first.ID, first.CreatedAt = got.ID, got.CreatedAt
	if d := cmp.Diff(first, got); d != "" {
		t.Errorf("-server +here\n%s", d)
	}
	// And other words give another one.
	other, err := maker(b).Make(t.Context(), st, like(st, ad.Wish{MainCopy: word("새로운 계절")}))
	if err != nil || other.HTML == got.HTML || bytes.Equal(b.objects["rendition-r1.png"], b.objects[ad.Stage2Picture]) {
		t.Errorf("other words change nothing: %v", err)
	}
	for name, limit := range map[ad.Picture]int{"rendition-r1.jpg": 150_000, "rendition-r1-small.jpg": 30_000} {
		if n := len(b.objects[name]); n == 0 || n > limit {
			t.Errorf("%s has %d bytes", name, n)
		}
	}
}

func TestBothWaysGiveTheSameWithABrand(t *testing.T) {
	t.Parallel()
	st, b := studio(t)
	m, err := server1()
	if err != nil {
		t.Fatal(err)
	}
	logo, err := ownLogo()
	if err != nil {
		t.Fatal(err)
	}
	yes, with := true, brand{own, logo}
	maker := rendition.Maker{Pictures: b, Brands: brands{with}, Logos: with}
	got, err := maker.Make(t.Context(), st, like(st, ad.Wish{Brand: &yes, Layout: &own.Layout}))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b.objects["rendition-r1.png"], m.branded.Picture) || got.HTML != m.branded.HTML {
		t.Error("the picture or the HTML differs")
	}
	if got.Drawn != own.Layout || !strings.Contains(got.HTML, ad.LogoURL) || got.HTML == m.two.HTML {
		t.Errorf("layout %q, HTML\n%s", got.Drawn, got.HTML)
	}
}

func word(s string) *string { return &s }

func TestARenditionForAChannel(t *testing.T) {
	t.Parallel()
	yes := true
	for _, c := range []string{"kakao-bizboard", "smartstore"} {
		t.Run(c, func(t *testing.T) {
			t.Parallel()
			st, b := studio(t)
			of, _ := channel.ByName(c)
			logo, err := ownLogo()
			if err != nil {
				t.Fatal(err)
			}
			with := brand{ad.Brand{LogoID: "l", Colors: own.Colors[:1]}, logo}
			m := rendition.Maker{Pictures: b, Brands: brands{with}, Logos: with}
			r, err := m.Make(t.Context(), st, like(st, ad.Wish{
				Channel: of.Name, Size: of.Size(), Brand: &yes, MainCopy: word("겨울 여행"), SubCopy: word(""),
			}))
			if err != nil {
				t.Fatal(err)
			}
			img, _, err := image.Decode(bytes.NewReader(b.objects["rendition-r1.png"]))
			if err != nil || img.Bounds().Size() != of.Size() {
				t.Fatal(img.Bounds(), err)
			}
			_, logoKept := b.objects["rendition-r1-logo.png"]
			if logoKept != of.Text || (r.MainCopy != "") != of.Text || strings.Contains(r.HTML, "AI 생성") != of.Text {
				t.Errorf("text %v: %+v, logo %v", of.Text, r, logoKept)
			}
			// Saved, it keeps the channel's limit and has a Korean name.
			link, err := m.File(t.Context(), st, r, of.Format)
			name := ad.RenditionFile("r1", string(of.Format))
			if err != nil || link != "https://bucket/"+string(name) || len(b.objects[name]) > of.MaxBytes {
				t.Errorf("%s, %d bytes, %v", link, len(b.objects[name]), err)
			}
			if d := b.saved[name]; !strings.HasPrefix(d, "attachment") || !strings.Contains(d, "%EC%9A%B8%20") {
				t.Errorf("saved as %q", d)
			}
			if err := m.Remove(t.Context(), st.AdID, "r1", false); err != nil || b.purged {
				t.Error(err, b.purged)
			}
			for p := range b.objects {
				if strings.HasPrefix(string(p), "rendition-r1") && p != name {
					t.Errorf("%s is left", p)
				}
			}
		})
	}
}

// A wish that cannot be names its field.
func TestWhatCannotBeDrawn(t *testing.T) {
	t.Parallel()
	for field, w := range map[string]ad.Wish{
		"layout":   {Layout: word("no-such")},
		"corner":   {Corner: word("no-such")},
		"typeface": {Typeface: word("no-such")},
		"size":     {Size: image.Pt(100, 100)},
		"badge":    {Badge: word(strings.Repeat("가", compose.BadgeMax+1))},
	} {
		t.Run(field, func(t *testing.T) {
			t.Parallel()
			st, b := studio(t)
			before := len(b.objects)
			_, err := maker(b).Make(t.Context(), st, like(st, w))
			f := fault.From(err)
			if f == nil || f.Code != fault.RequestInvalid || len(f.Fields) != 1 || f.Fields[0].Name != field {
				t.Errorf("%v", err)
			}
			if len(b.objects) != before {
				t.Error("it stored something")
			}
		})
	}
}

func TestABundle(t *testing.T) {
	t.Parallel()
	st, b := studio(t)
	var want []channel.Channel
	for _, name := range []string{"wide", "kakao-bizboard", "smartstore"} {
		c, _ := channel.ByName(name)
		want = append(want, c)
	}
	out, err := maker(b).Bundle(t.Context(), st, st.Renditions[0], want)
	if err != nil {
		t.Fatal(err)
	}
	data := b.objects[ad.Picture(strings.TrimPrefix(out.URL, "https://bucket/"))]
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil || len(z.File) != len(want) || out.Bytes != len(data) {
		t.Fatal(err, out)
	}
	for i, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		file, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		img, kind, err := image.DecodeConfig(bytes.NewReader(file))
		c := want[i]
		if err != nil || image.Pt(img.Width, img.Height) != c.Size() || kind != string(c.Format) || len(file) > c.MaxBytes ||
			out.Files[i].Bytes != len(file) || out.Files[i].Name != f.Name || !strings.HasPrefix(f.Name, "울 더플백 ") {
			t.Errorf("%s: %s %d×%d, %d bytes, %v", f.Name, kind, img.Width, img.Height, len(file), err)
		}
	}
}

// A channel that cannot be made is named and keeps no other away; a file is made once.
func TestABundleWithoutOneOfItsChannels(t *testing.T) {
	t.Parallel()
	st, b := studio(t)
	wide, _ := channel.ByName("kakao-bizboard")
	tiny := wide
	tiny.Name, tiny.Label, tiny.MaxBytes = "tiny", "아주 작은 곳", 10
	out, err := maker(b).Bundle(t.Context(), st, st.Renditions[0], []channel.Channel{tiny, wide})
	if err != nil || len(out.Files) != 1 || out.Files[0].Channel != wide.Name || len(out.Failed) != 1 ||
		out.Failed[0].Channel != "tiny" || !strings.Contains(out.Failed[0].Detail, tiny.Label) {
		t.Errorf("%+v, %v", out, err)
	}
	if _, err := maker(b).Bundle(t.Context(), st, st.Renditions[0], []channel.Channel{tiny}); !fault.Has(err,
		fault.RequestInvalid) || fault.From(err).Fields[0].Name != "channels" {
		t.Errorf("nothing can be made: %v", err)
	}
	delete(b.objects, ad.Stage1Picture) // what a file would be made of
	again, err := maker(b).Bundle(t.Context(), st, st.Renditions[0], []channel.Channel{wide})
	if err != nil || !cmp.Equal(again.Files, out.Files) {
		t.Errorf("a second time: %+v, %v", again, err)
	}
	// With another brand it is another file.
	r, branded := st.Renditions[0], maker(b)
	r.Brand = true
	branded.Brands = brands{brand{Brand: ad.Brand{Colors: own.Colors}}}
	if _, err := branded.Bundle(t.Context(), st, r, []channel.Channel{wide}); !fault.Has(err, fault.ImageNotFound) {
		t.Errorf("with a brand: %v", err)
	}
}

// What is missing is a fault and no picture.
func TestWhatIsMissing(t *testing.T) {
	t.Parallel()
	st, b := studio(t)
	delete(b.objects, ad.Stage1Picture)
	if _, err := maker(b).Make(t.Context(), st, like(st, ad.Wish{})); !fault.Has(err, fault.ImageNotFound) {
		t.Error(err)
	}
	if _, err := maker(b).Make(t.Context(), st, like(st, ad.Wish{SceneID: "x"})); !fault.Has(err, fault.SceneNotFound) {
		t.Error(err)
	}
	b.objects[ad.Stage1Picture] = []byte("broken")
	if _, err := maker(b).Make(t.Context(), st, like(st, ad.Wish{})); !fault.Has(err, fault.PhotoUnsupported) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	st, b = studio(t)
	if _, err := maker(b).Make(ctx, st, like(st, ad.Wish{})); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := maker(b).Remove(t.Context(), st.AdID, "r1", true); err != nil || !b.purged {
		t.Error(err, "an ad that is gone keeps its pictures")
	}
}

// A rendition whose pictures are not all kept is none.
func TestAPictureThatCannotBeKept(t *testing.T) {
	t.Parallel()
	logo, err := ownLogo()
	if err != nil {
		t.Fatal(err)
	}
	yes, with := true, brand{own, logo}
	names := ad.RenditionPictures("a", "r1")
	for _, p := range []ad.Picture{names.Full, names.Page, names.Thumbnail, ad.LogoPicture("r1")} {
		t.Run(string(p), func(t *testing.T) {
			t.Parallel()
			st, b := studio(t)
			b.refuses = p
			m := rendition.Maker{Pictures: b, Brands: brands{with}, Logos: with}
			wish := ad.Wish{Size: image.Pt(400, 400), Brand: &yes}
			if _, err := m.Make(t.Context(), st, like(st, wish)); !fault.Has(err, fault.StorageUnavailable) {
				t.Error(err)
			}
		})
	}
}

func TestChoices(t *testing.T) {
	t.Parallel()
	c := rendition.Maker{}.Choices()
	if len(c.Layouts) < 6 || len(c.Typefaces) != 3 || len(c.Corners) != 4 || len(c.Channels) != 12 ||
		c.MainCopyMax != 20 || c.SubCopyMax != 40 || c.BadgeMax < 6 {
		t.Errorf("%+v", c)
	}
	if slices.ContainsFunc(c.Layouts, func(l ad.LayoutChoice) bool { return l.Label == "" || l.Corners == nil }) {
		t.Errorf("%+v", c.Layouts)
	}
}
