package compose_test

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/image/draw"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/compose"
)

// browser serves pages on the loopback and shows them in Chromium.
type browser struct {
	path  string
	url   string
	pages sync.Map // name to HTML; the server's goroutines read while a test goes on to its next page
	pics  sync.Map // name to *image.RGBA
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	if testing.Short() {
		t.Skip("short: Chromium takes seconds to start")
	}
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("chromium is missing, without it nobody knows whether HTML and picture agree: apt-get install chromium")
	}
	b := &browser{path: path}
	mux := http.NewServeMux()
	mux.Handle("/fonts/", http.StripPrefix("/fonts/", http.FileServer(http.Dir("fonts"))))
	mux.HandleFunc("/page/{name}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		page, _ := b.pages.Load(r.PathValue("name"))
		fmt.Fprint(w, page)
	})
	mux.HandleFunc("/pic/{name}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "image/png")
		if pic, ok := b.pics.Load(r.PathValue("name")); ok {
			_ = png.Encode(w, pic.(*image.RGBA))
		}
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	b.url = server.URL
	return b
}

// head gives the page the font under the name the snippet asks for first.
const head = `<!doctype html><meta charset="utf-8"><style>
@font-face{font-family:Pretendard;font-weight:700;src:url(/fonts/nanococoa-sans-bold.otf)}
@font-face{font-family:Pretendard;font-weight:500;src:url(/fonts/nanococoa-sans-medium.otf)}
html,body{margin:0;padding:0;background:#f0f}
img{max-width:50%;border:3px solid red}p{margin:2em;line-height:3}span{letter-spacing:1em}div{padding:1px}
</style>`

func (b *browser) run(t *testing.T, name string, flags ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
	defer cancel()
	args := append([]string{
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
		"--user-data-dir=" + t.TempDir(), "--hide-scrollbars", "--force-device-scale-factor=1",
		"--virtual-time-budget=15000",
	}, flags...)
	cmd := exec.CommandContext(ctx, b.path, append(args, b.url+"/page/"+name)...)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("chromium: %v\n%s", err, errs.String())
	}
	return string(out)
}

const measure = `<pre id="out"></pre><script>
document.fonts.load('700 20px Pretendard','가')
.then(()=>document.fonts.load('500 20px Pretendard','가'))
.then(()=>document.fonts.ready)
.then(()=>{
  const all={};
  for(const c of document.querySelectorAll('[data-case]')){
    const root=c.firstElementChild.getBoundingClientRect();
    all[c.dataset.case]={w:root.width,h:root.height,lines:[...c.querySelectorAll('p span')].map(s=>{
      const r=s.getClientRects();
      const box=[(r[0].x-root.x)/root.width,(r[0].y-root.y)/root.height,r[0].width/root.width,r[0].height/root.height];
      return {text:s.textContent,role:s.parentElement.dataset.role,n:r.length,box};
    })};
  }
  document.getElementById('out').textContent=JSON.stringify(all);
});
</script>`

type shown struct {
	W, H  float64
	Lines []struct {
		Text string
		Role string
		N    int
		Box  ad.Box
	}
}

// iou is the area two boxes share over the area they cover together.
func iou(a, b ad.Box) float64 {
	w := min(a[0]+a[2], b[0]+b[2]) - max(a[0], b[0])
	h := min(a[1]+a[3], b[1]+b[3]) - max(a[1], b[1])
	s := max(w, 0) * max(h, 0)
	return s / (a[2]*a[3] + b[2]*b[3] - s)
}

// copies are what owners and copywriters write: plain, mixed with Latin, digits
// and signs, with syllables outside KS X 1001, long, and hostile.
var copies = [][2]string{
	{"하루 한 알의 여유", "아침을 깨우는 비타민 한 병"},
	{"오늘도 활력 100%", "2+1 행사, 단 3일만! (11/23~25)"},
	{"Café LOUNGE 신메뉴", "₩4,900에 만나는 1.5배 진한 라떼"},
	{"뷁뚫고 쓩!", "햄볶아요 ㅋㅋ 펲시보다 시원해"},
	{"떠나는 날의 설렘", "비가 와도 눈이 와도 걱정 없는 방수 원단으로 만든 주말여행 가방"},
	{`<b onclick=x>"'&`, `}</style><img onerror=1>`},
}

func TestHTMLStandsWhereThePictureStands(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	box := product(0.3, 0.36, 0.4, 0.5)
	pic := paint(400, 400, backdrops[0], box)
	results := map[string]compose.Result{}
	var page strings.Builder
	page.WriteString(head)
	for j, size := range sizes {
		for i, c := range copies {
			if (i+j)%2 != 0 {
				continue // every copy on half the sizes, every size with half the copies
			}
			name := fmt.Sprintf("%dx%d/%d", size.X, size.Y, i)
			results[name] = render(t, requested(pic, box, c[0], c[1], size))
			fmt.Fprintf(&page, `<div data-case="%s" style="width:%dpx;padding:0">%s</div>`, name, size.X, results[name].HTML)
		}
	}
	page.WriteString(measure)
	b.pages.Store("lines", page.String())

	dom := b.run(t, "lines", "--window-size=2000,2000", "--dump-dom")
	m := regexp.MustCompile(`(?s)<pre id="out">(.*?)</pre>`).FindStringSubmatch(dom)
	if m == nil || m[1] == "" {
		t.Fatal("the page measured nothing")
	}
	var all map[string]shown
	if err := json.Unmarshal([]byte(html.UnescapeString(m[1])), &all); err != nil {
		t.Fatal(err)
	}
	worst := 1.0
	for name, r := range results {
		got := all[name]
		size := r.Image.Rect.Size()
		if got.W != float64(size.X) || got.H < float64(size.Y)-1 || got.H > float64(size.Y)+1 {
			t.Errorf("%s: the root is %vx%v", name, got.W, got.H)
		}
		if len(got.Lines) != len(r.Lines) {
			t.Errorf("%s: %d lines shown, %d drawn", name, len(got.Lines), len(r.Lines))
			continue
		}
		for i, l := range got.Lines {
			want := r.Lines[i]
			v := iou(l.Box, want.Box)
			worst = min(worst, v)
			if l.Text != want.Text || l.Role != want.Role || l.N != 1 || v < 0.9 {
				t.Errorf(
					"%s: %s %q in %d boxes at %.3f, drawn %s %q at %.3f: IoU %.3f", name, l.Role, l.Text, l.N, l.Box, want.Role,
					want.Text, want.Box, v,
				)
			}
		}
	}
	t.Logf("worst IoU of %d ads: %.4f", len(results), worst)
}

// TestHTMLLooksLikeThePicture compares whole screenshots, so that crop,
// extension, scrim and colours are the same too.
func TestHTMLLooksLikeThePicture(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	chosen := func(layout string) func(r *compose.Request) {
		return func(r *compose.Request) {
			r.Layout, r.Badge = layout, "50% 할인"
			r.Brand = &compose.Brand{
				Logo: emblem(color.NRGBA{20, 60, 40, 255}), LogoURL: b.url + "/pic/logo",
				Colours: []color.RGBA{{0x1f, 0x4d, 0x3a, 255}, {0xf2, 0xb5, 0x3b, 255}},
			}
		}
	}
	logo := image.NewRGBA(image.Rect(0, 0, 160, 80))
	draw.Draw(logo, logo.Rect, emblem(color.NRGBA{20, 60, 40, 255}), image.Point{}, draw.Src)
	b.pics.Store("logo", logo)
	cases := []struct {
		name   string
		back   int
		box    ad.Box
		size   image.Point
		change func(r *compose.Request)
	}{
		{"whole", 0, product(0.3, 0.4, 0.4, 0.5), image.Pt(800, 800), nil},
		{"cropped", 0, product(0.5, 0.3, 0.25, 0.4), image.Pt(800, 560), nil},
		{"stretched", 0, product(0.3, 0.2, 0.4, 0.65), image.Pt(1200, 628), nil},
		{"mirrored", 1, product(0.3, 0.35, 0.4, 0.5), image.Pt(720, 1280), nil},
		{"scrimmed", 2, product(0.3, 0.35, 0.4, 0.5), image.Pt(1000, 600), nil},
		{"smaller in every way", 0, product(0.06, 0.06, 0.88, 0.88), image.Pt(700, 700), nil},
		{"card", 1, product(0, 0, 1, 1), image.Pt(1029, 400), nil},
		{"panel", 0, product(0.3, 0.4, 0.4, 0.5), image.Pt(800, 800), chosen("panel")},
		{"framed", 0, product(0.3, 0.4, 0.4, 0.5), image.Pt(640, 800), chosen("card")},
		{"half", 1, product(0.3, 0.4, 0.4, 0.5), image.Pt(900, 470), chosen("split")},
	}
	for i, c := range cases {
		pic := paint(900, 900, backdrops[c.back], c.box)
		b.pics.Store(fmt.Sprint(i), pic)
		r := requested(pic, c.box, "떠나는 날의 설렘", "주말여행에 꼭 맞는 가방", c.size)
		r.PictureURL = fmt.Sprintf("%s/pic/%d", b.url, i)
		if c.change != nil {
			c.change(&r)
		}
		out := render(t, r)
		b.pages.Store(fmt.Sprint(i), head+out.HTML)
		file := filepath.Join(t.TempDir(), "shot.png")
		b.run(t, fmt.Sprint(i), fmt.Sprintf("--window-size=%d,%d", c.size.X, c.size.Y), "--screenshot="+file)
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		shot, err := png.Decode(f)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		if shot.Bounds().Dx() != c.size.X || shot.Bounds().Dy() < c.size.Y {
			t.Fatalf("%s: screenshot is %v", c.name, shot.Bounds())
		}
		mean, worst := differ(out.Image, shot)
		t.Logf("%s (%s): mean %.2f, worst %.0f of 255", c.name, out.Layout, mean, worst)
		if mean > 2 || worst > 24 {
			t.Errorf("%s: differs by %.2f on average, %.0f at worst", c.name, mean, worst)
			keep(t, c.name, out.Image, shot)
		}
	}
}

// TestAMailWithoutPositionShowsPictureAndWords: clients drop position, and some all that
// is newer; then the picture fills the width and the words stand below it, large enough.
func TestAMailWithoutPositionShowsPictureAndWords(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	box := product(0.3, 0.4, 0.4, 0.5)
	b.pics.Store("mail", paint(300, 300, backdrops[0], box))
	r := requested(paint(300, 300, backdrops[0], box), box, "떠나는 날의 설렘", "주말여행에 꼭 맞는 가방", image.Pt(800, 418))
	r.PictureURL, r.Badge = b.url+"/pic/mail", "1+1"
	out := render(t, r).HTML
	older := regexp.MustCompile(
		`(position|left|top|inset|container-type|aspect-ratio|isolation|filter|(-webkit-)?mask-[a-z]+):[^;"]*;?|` +
			`font-size:[0-9.]+cqw;|overflow:clip;`,
	)
	for name, dropped := range map[string]*regexp.Regexp{
		"position alone": regexp.MustCompile(`position:[a-z]+;`), "all that is newer": older,
	} {
		b.pages.Store("mail", `<!doctype html><meta charset="utf-8"><body style="margin:0">`+
			`<div id="mail" style="width:600px">`+
			dropped.ReplaceAllString(out, "")+`</div><div id="next">다음</div><pre id="out"></pre><script>onload=()=>{
			const root=document.querySelector('#mail>div'),img=root.querySelector('img').getBoundingClientRect();
			const shown=[...root.querySelectorAll('p')].filter(p=>!p.dataset.role).map(p=>({text:p.textContent,
				px:parseFloat(getComputedStyle(p).fontSize),y:p.getBoundingClientRect().y,end:p.getBoundingClientRect().bottom}));
			const laid=root.querySelector('[data-role]').closest('[aria-hidden]:not([data-role])').getBoundingClientRect();
			document.getElementById('out').textContent=JSON.stringify({w:img.width,h:img.height,end:img.bottom,
				alt:root.querySelector('img').alt,
				shown,laid:laid.height,next:document.getElementById('next').getBoundingClientRect().y});
		}</script>`)
		dom := b.run(t, "mail", "--window-size=700,1200", "--dump-dom")
		m := regexp.MustCompile(`(?s)<pre id="out">(.*?)</pre>`).FindStringSubmatch(dom)
		var got struct {
			W, H, End, Laid, Next float64
			Alt                   string
			Shown                 []struct {
				Text       string
				Px, Y, End float64
			}
		}
		if m == nil || json.Unmarshal([]byte(html.UnescapeString(m[1])), &got) != nil {
			t.Fatalf("%s: the page measured nothing", name)
		}
		if got.W != 600 || got.H != 600 || got.Laid != 0 || !strings.Contains(got.Alt, "떠나는 날의 설렘") {
			t.Errorf("%s: picture %v by %v with %q, %v px of layout", name, got.W, got.H, got.Alt, got.Laid)
		}
		want := []string{"1+1", "떠나는 날의 설렘", "주말여행에 꼭 맞는 가방", "AI 생성"}
		end := got.End
		for i, p := range got.Shown {
			if i >= len(want) || p.Text != want[i] || p.Y < end-0.5 || p.Px < 11.5 {
				t.Errorf("%s: %q of %v px at %v", name, p.Text, p.Px, p.Y)
			}
			end = p.End
		}
		if len(got.Shown) != len(want) || got.Shown[1].Px < 24 || got.Next < end-0.5 {
			t.Errorf("%s: shown %+v, what follows is at %v", name, got.Shown, got.Next)
		}
	}
}

// keep writes both pictures where a person can look at them.
func keep(t *testing.T, name string, pics ...image.Image) {
	t.Helper()
	dir, err := os.MkdirTemp("", "compose-html-") //nolint:usetesting // it must outlive the test
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range pics {
		f, err := os.Create(filepath.Join(dir, fmt.Sprintf("%d.png", i)))
		if err != nil {
			t.Fatal(err)
		}
		if err := png.Encode(f, p); err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	t.Logf("%s: compare the pictures in %s", name, dir)
}

// differ compares pictures at a sixth of their size, where hinting and grain do
// not count but a misplaced edge does: the mean and the greatest difference of
// a channel.
func differ(a *image.RGBA, b image.Image) (mean, worst float64) {
	w, h := a.Rect.Dx()/6, a.Rect.Dy()/6
	x, y := image.NewRGBA(image.Rect(0, 0, w, h)), image.NewRGBA(image.Rect(0, 0, w, h))
	draw.CatmullRom.Scale(x, x.Rect, a, a.Rect, draw.Src, nil)
	draw.CatmullRom.Scale(y, y.Rect, b, image.Rect(0, 0, a.Rect.Dx(), a.Rect.Dy()), draw.Src, nil)
	for i := range x.Pix {
		d := float64(x.Pix[i]) - float64(y.Pix[i])
		d = max(d, -d)
		mean += d
		worst = max(worst, d)
	}
	return mean / float64(w*h*3), worst
}
