package httpapi_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/nanococoa/nanococoa/internal/ad"
)

// bySecret is a site with one secret.
type bySecret string

func (s bySecret) Sent(_ context.Context, secret string) bool { return secret == string(s) }

// Behind a site every route of every function answers what came by it, and to nobody else
// anything but that: not whether there is such a route, nor a cookie.
func TestOnlyTheSiteIsAnswered(t *testing.T) {
	t.Parallel()
	w := newWorldBehind(t, site, ad.OwnerFields(), true)
	for route := range access {
		method, path, _ := strings.Cut(route, " ")
		for what, secret := range map[string]string{"none": "", "another": "of another site", "the site's": "of the site"} {
			r := httptest.NewRequest(method, strings.NewReplacer("{", "", "}", "").Replace(path), nil)
			r.Header.Set("Sec-Fetch-Site", "same-origin") // a page's call, to which the API gives a cookie
			if secret != "" {
				r.Header.Set("X-Origin-Secret", secret)
			}
			if what == "the site's" {
				if path == "/api/health" {
					w.send(r).is(http.StatusOK)
				}
				continue
			}
			rec := httptest.NewRecorder()
			w.handler.ServeHTTP(rec, r)
			res := &answer{t: t, status: rec.Code, header: rec.Header(), body: rec.Body.Bytes()}
			res.fails(http.StatusForbidden, "Request.NotBySite")
			if c := rec.Header().Get("Set-Cookie"); c != "" || rec.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("%s, %s: cookie %q, headers %v", route, what, c, rec.Header())
			}
		}
	}
	if strings.Contains(w.log.String(), "of another site") {
		t.Error("the log holds what was sent as a secret")
	}
}
