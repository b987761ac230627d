package compose_test

import (
	"fmt"
	"image"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"pgregory.net/rapid"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/compose"
)

// snippet parses an ad's HTML as a browser would inside a page's body.
func snippet(t failer, s string) *html.Node {
	t.Helper()
	nodes, err := html.ParseFragment(strings.NewReader(s), &html.Node{
		Type: html.ElementNode, Data: "body", DataAtom: atom.Body,
	})
	if err != nil {
		t.Fatalf("parse: %v", err)
	}
	if len(nodes) != 1 || nodes[0].Data != "div" {
		t.Fatalf("the snippet is %d nodes, not one div:\n%s", len(nodes), s)
	}
	return nodes[0]
}

func walk(n *html.Node, f func(*html.Node)) {
	f(n)
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		walk(c, f)
	}
}

// harmless checks that a snippet can do nothing but show words and one picture.
func harmless(t failer, r compose.Result, url string) {
	t.Helper()
	root := snippet(t, r.HTML)
	allowed := map[string]string{
		"div": "lang style aria-hidden", "img": "src alt width style data-role", "p": "style data-role aria-hidden",
		"span": "style",
	}
	pictures, named := 0, 0
	var words []string
	walk(root, func(n *html.Node) {
		switch n.Type {
		case html.ElementNode:
			attrs, ok := allowed[n.Data]
			if !ok {
				t.Errorf("element <%s>", n.Data)
			}
			for _, a := range n.Attr {
				if !strings.Contains(" "+attrs+" ", " "+a.Key+" ") {
					t.Errorf("<%s> has %s=%q", n.Data, a.Key, a.Val)
				}
				if a.Key == "style" && strings.ContainsAny(a.Val, `"\{}<>@`) ||
					a.Key == "style" && strings.Contains(strings.ToLower(a.Val), "url(") {
					t.Errorf("style %q", a.Val)
				}
				if a.Key == "src" {
					pictures++
					if a.Val != url {
						t.Errorf("src %q, want %q", a.Val, url)
					}
				}
				if n.Data == "img" && a.Key == "alt" && a.Val != "" {
					named++
				}
			}
		case html.TextNode:
			if w := strings.TrimSpace(n.Data); w != "" {
				words = append(words, w)
			}
		default:
			t.Errorf("node of type %v: %q", n.Type, n.Data)
		}
	})
	if pictures == 0 || named != 1 {
		t.Errorf("%d pictures, %d with alternative text", pictures, named)
	}
	var want []string // once plainly, a role in a paragraph, and once laid out, a line in each
	for _, role := range []string{"badge", "main", "sub", "ai_mark"} {
		if lines := joined(r.Lines, role); len(lines) > 0 {
			want = append(want, strings.Join(lines, " "))
		}
	}
	for _, role := range []string{"main", "sub", "badge", "ai_mark"} {
		want = append(want, joined(r.Lines, role)...)
	}
	if fmt.Sprintf("%q", words) != fmt.Sprintf("%q", want) {
		t.Errorf("the snippet says %q, the picture %q", words, want)
	}
}

func TestHostileTextStaysText(t *testing.T) {
	t.Parallel()
	box := ad.Box{0.3, 0.42, 0.4, 0.48}
	pic := paint(360, 360, backdrops[0], box)
	for name, text := range map[string]string{
		"markup":            `<img src=x onerror=alert(1)>`,
		"script":            `</span></p><script>alert(1)</script>`,
		"end of style":      `"}</style><style>*{display:none}`,
		"css":               `;background:url(//evil.example/x)`,
		"attribute":         `" onload="alert(1)`,
		"single quotes":     `' onmouseover='alert(1)`,
		"entities":          `&lt;b&gt; &#x3c;script&#x3e; &amp;amp;`,
		"comment":           `<!-- --> <![CDATA[x]]>`,
		"direction":         "\u202e\u2066가격\u2069\u202c",
		"null":              "가\x00나",
		"line separators":   "가\u2028나\u2029다",
		"broken UTF-8":      "가\xc0\xaf나",
		"overlong":          strings.Repeat("가<", 5000),
		"emoji":             strings.Repeat("🎉", 100),
		"template":          `{{.}} ${x} %s %n`,
		"javascript scheme": `javascript:alert(1)`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, size := range []image.Point{{360, 360}, {600, 300}} {
				req := requested(pic, box, text, text, size)
				req.ProductName, req.PictureURL = text, "cid:stage1"
				harmless(t, render(t, req), "cid:stage1")
			}
			req := requested(pic, box, "하루 한 알", "", image.Pt(360, 360))
			req.PictureURL = strings.ToValidUTF8(strings.NewReplacer("\x00", "").Replace(text), "")
			harmless(t, render(t, req), req.PictureURL)
		})
	}
}

func TestAnyTextIsHarmless(t *testing.T) {
	t.Parallel()
	box := ad.Box{0.3, 0.42, 0.4, 0.48}
	pic := paint(342, 228, backdrops[0], box)
	rapid.Check(t, func(rt *rapid.T) {
		req := requested(pic, box, rapid.String().Draw(rt, "main"), rapid.String().Draw(rt, "sub"), image.Point{})
		req.ProductName = rapid.String().Draw(rt, "name")
		harmless(rt, render(t, req), req.PictureURL)
	})
}

func TestAlternativeText(t *testing.T) {
	t.Parallel()
	box := ad.Box{0.3, 0.42, 0.4, 0.48}
	pic := paint(360, 360, backdrops[0], box)
	for _, c := range []struct{ name, product, main, sub, want string }{
		{"all", "햇살 오렌지", "하루 한 알", "매일 아침", "햇살 오렌지 광고: 하루 한 알 – 매일 아침"},
		{"no copy", "햇살 오렌지", "", "", "햇살 오렌지 광고"},
		{"no product", "", "하루 한 알", "", "상품 광고: 하루 한 알"},
		{"escaped", `<"햇살">`, "&", "", `<"햇살"> 광고: &`},
		{"emoji can be read aloud", "🍊 오렌지\u202e", "", "", "🍊 오렌지 광고"},
	} {
		req := requested(pic, box, c.main, c.sub, image.Point{})
		req.ProductName = c.product
		got := ""
		walk(snippet(t, render(t, req).HTML), func(n *html.Node) {
			for _, a := range n.Attr {
				if a.Key == "alt" && a.Val != "" {
					got = a.Val
				}
			}
		})
		if got != c.want {
			t.Errorf("%s: alt %q, want %q", c.name, got, c.want)
		}
	}
}

// TestSnippetScales: every length is relative, so that the ad fills whatever
// box it is put in.
func TestSnippetScales(t *testing.T) {
	t.Parallel()
	for _, b := range backdrops {
		box := ad.Box{0.3, 0.42, 0.4, 0.48}
		for _, size := range []image.Point{{360, 360}, {800, 300}, {360, 700}} {
			r := render(t, requested(paint(300, 300, b, box), box, "하루 한 알", "매일 아침을 가볍게", size))
			walk(snippet(t, r.HTML), func(n *html.Node) {
				for _, a := range n.Attr {
					if a.Key != "style" {
						continue
					}
					for _, d := range strings.Split(a.Val, ";") {
						if strings.HasSuffix(d, "px") || strings.Contains(d, "px ") || strings.Contains(d, "px,") ||
							strings.HasSuffix(d, "rem") {
							t.Errorf("absolute length: %s", d)
						}
					}
				}
			})
			if !strings.Contains(r.HTML, fmt.Sprintf("aspect-ratio:%d/%d", size.X, size.Y)) {
				t.Error("no aspect ratio")
			}
		}
	}
}
