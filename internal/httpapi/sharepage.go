package httpapi

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// The public page is written here and not by a script of the site: what makes previews of
// links runs no scripts. Every value in it goes through esc; html/template would have the
// linker keep every method of the AWS SDK (internal/contract, links_test.go).

// sharePage serves GET /s/{share_id}.
func (a *api) sharePage(w http.ResponseWriter, r *http.Request) {
	found, err := a.findShared(r.Context(), r.PathValue("share_id"))
	if err != nil {
		a.noSharePage(w, r, err)
		return
	}
	// Where the picture's redirect leads is known from such an address alone.
	link, err := a.Pictures.Link(r.Context(), found.adID, found.picture, shareLinkLife)
	if err != nil {
		a.noSharePage(w, r, err)
		return
	}
	sharePageHeaders(w.Header(), originOf(link))
	w.Header().Set("Cache-Control", shareCacheControl())
	write(w, http.StatusOK, sharedPage(found))
}

// sharePicture serves GET /s/{share_id}/picture.
func (a *api) sharePicture(w http.ResponseWriter, r *http.Request) {
	found, err := a.findShared(r.Context(), r.PathValue("share_id"))
	var link string
	if err == nil {
		link, err = a.Pictures.Link(r.Context(), found.adID, found.picture, shareLinkLife)
	}
	if err != nil {
		a.noSharePage(w, r, err)
		return
	}
	w.Header().Set("Cache-Control", shareCacheControl())
	w.Header().Set("X-Robots-Tag", "noindex")
	w.Header().Set("Location", link)
	w.WriteHeader(http.StatusFound)
}

// noSharePage says on a page of its own why there is none.
func (a *api) noSharePage(w http.ResponseWriter, r *http.Request, err error) {
	p := a.problem(r.Context(), err)
	for name, values := range p.GetHeaders() {
		w.Header()[name] = values
	}
	sharePageHeaders(w.Header(), "")
	write(w, p.Status, missingPage(p.Detail))
}

func shareCacheControl() string {
	return "public, max-age=" + strconv.Itoa(int(shareKept.Seconds()))
}

// originOf gives the origin of an address, "" when it has none.
func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// sharePageHeaders has a browser load the page's picture and nothing else. pictures is the
// origin the picture comes from, "" when there is none.
func sharePageHeaders(h http.Header, pictures string) {
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", strings.Join([]string{
		"default-src 'none'",
		strings.TrimSpace("img-src 'self' " + pictures),
		"style-src 'sha256-" + styleDigest() + "'",
		"base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
	}, "; "))
	h.Set("Referrer-Policy", "no-referrer") // the address is a capability
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Robots-Tag", "noindex")
}

func styleDigest() string {
	sum := sha256.Sum256([]byte(shareStyle))
	return base64.StdEncoding.EncodeToString(sum[:])
}

func write(w http.ResponseWriter, status int, page string) {
	w.WriteHeader(status)
	w.Write([]byte(page)) //nolint:errcheck // the client is gone: nobody is left to tell
}

// shareStyle has the colours of web/src/style/tokens.css.
const shareStyle = `:root{color-scheme:light dark;--ground:#fbf8f4;--ink:#241d19;--soft:#63574f;--text:#b62f33}
@media(prefers-color-scheme:dark){:root{--ground:#1a1512;--ink:#f5efe8;--soft:#c9bdb2;--text:#ffb3ae}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:flex;flex-direction:column;background:var(--ground);color:var(--ink);` +
	`font:1rem/1.6 system-ui,-apple-system,'Apple SD Gothic Neo','Noto Sans KR','Malgun Gothic',sans-serif;` +
	`word-break:keep-all;overflow-wrap:anywhere}
main{flex:1;width:100%;max-width:36rem;margin:0 auto;padding:1.5rem 1rem}
img{display:block;max-width:100%;height:auto;margin:0 auto;border-radius:1rem}
h1{margin:1.25rem 0 .25rem;font-size:1.6rem;line-height:1.35}
p{margin:.25rem 0}.what,.ai,footer{color:var(--soft);font-size:.875rem}
a{color:var(--text)}
footer{padding:1rem;text-align:center}`

// sharedPage shows an ad to everybody.
func sharedPage(s sharedAd) string {
	value := func(name string) string {
		for _, v := range s.Fields {
			if text, ok := v.Value.(string); ok && v.Name == name {
				return text
			}
		}
		return ""
	}
	product := value("product_name")
	words := strings.TrimSpace(s.MainCopy + " " + s.SubCopy)
	about := words
	if about == "" {
		about = strings.TrimSpace(product + " 광고")
	}
	alt := strings.TrimSpace(product + " 광고 " + words)
	heading := s.MainCopy
	if heading == "" {
		heading = product
	}

	var head, body strings.Builder
	for _, m := range [][2]string{
		{"og:type", "website"}, {"og:locale", "ko_KR"}, {"og:site_name", siteName}, {"og:title", product},
		{"og:description", about}, {"og:url", s.ShareURL}, {"og:image", s.PictureURL},
		{"og:image:width", strconv.Itoa(s.Width)}, {"og:image:height", strconv.Itoa(s.Height)}, {"og:image:alt", alt},
	} {
		fmt.Fprintf(&head, `<meta property="%s" content="%s">`+"\n", m[0], esc(m[1]))
	}
	for _, m := range [][2]string{
		{"description", about}, {"twitter:card", "summary_large_image"}, {"twitter:title", product},
		{"twitter:description", about}, {"twitter:image", s.PictureURL}, {"twitter:image:alt", alt},
	} {
		fmt.Fprintf(&head, `<meta name="%s" content="%s">`+"\n", m[0], esc(m[1]))
	}

	fmt.Fprintf(&body, `<img src="%s" width="%d" height="%d" alt="%s">`+"\n",
		esc(s.path+sharePicture), s.Width, s.Height, esc(alt))
	fmt.Fprintf(&body, "<h1>%s</h1>\n", esc(heading))
	if s.MainCopy != "" && s.SubCopy != "" {
		fmt.Fprintf(&body, "<p>%s</p>\n", esc(s.SubCopy))
	}
	what := []string{product}
	if c := value("product_category"); c != "" {
		what = append(what, c)
	}
	fmt.Fprintf(&body, `<p class="what">%s</p>`+"\n", esc(strings.Join(what, " · ")))
	for _, v := range s.Fields {
		if v.Name == "ai_mark" && v.Value == true {
			body.WriteString(`<p class="ai">AI로 만든 이미지입니다.</p>` + "\n")
		}
	}
	return page(product, head.String(), body.String())
}

// missingPage says in the API's words why there is nothing to see.
func missingPage(detail string) string {
	const title = "광고를 보여 드릴 수 없습니다"
	return page(title, "", "<h1>"+title+"</h1>\n<p>"+esc(detail)+"</p>\n")
}

const siteName = "nanoCocoa"

// page puts a head and a body, both of markup, into the frame that public pages share.
func page(title, head, body string) string {
	return `<!doctype html>
<html lang="ko">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>` + esc(title) + ` · ` + siteName + `</title>
` + head + `<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<style>` + shareStyle + `</style>
</head>
<body>
<main>
` + body + `</main>
<footer><a href="/">` + siteName + `에서 광고 만들기</a></footer>
</body>
</html>
`
}
