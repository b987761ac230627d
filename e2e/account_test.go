//go:build e2e

package e2e_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/nanococoa/nanococoa/internal/adstore"
	"github.com/nanococoa/nanococoa/internal/httpapi"
)

// Somebody orders as a guest, signs in at the local AWS's own pages, comes back with another
// browser, takes a copy of everything, signs out everywhere, and deletes the account.
func TestAnOwnerStays(t *testing.T) {
	t.Parallel()
	const who = "stays@example.com"
	if err := sys.Invite(t.Context(), who); err != nil {
		t.Fatal(err)
	}
	first := newOwner(t)
	mine := first.ordered("첫 광고").AdID
	if a := first.account(); a.Kind != "guest" || a.AdsEndAt == nil || len(a.Providers) != 1 {
		t.Errorf("a guest is %+v", a)
	}
	asGuest := newOwner(t) // keeps the guest's cookie
	asGuest.http.Jar.SetCookies(site(t), first.http.Jar.Cookies(site(t)))
	if to := first.signIn(who, "/dashboard"); to != "/dashboard?moved=1&signed_in=1" {
		t.Errorf("leads to %s", to)
	}
	a := first.account()
	if a.Kind != "account" || a.Email == nil || *a.Email != who || a.AdsEndAt != nil {
		t.Errorf("the account is %+v", a)
	}
	first.get("/api/ads/"+mine).want(t, 200)
	asGuest.get("/api/ads/"+mine).want(t, 404)
	if n := len(asGuest.list("").Ads); n != 0 {
		t.Errorf("the guest's cookie still lists %d ads", n)
	}

	// Another browser, with an ad of its own: it is moved.
	second := newOwner(t)
	theirs := second.ordered("둘째 광고").AdID
	if to := second.signIn(who, "/"); to != "/?moved=1&signed_in=1" {
		t.Errorf("leads to %s", to)
	}
	for _, o := range []*owner{first, second} {
		o.get("/api/ads/"+theirs).want(t, 200)
		if n := len(o.list("").Ads); n != 2 {
			t.Errorf("%d ads are listed", n)
		}
		if n := o.stats().TotalAds; n != 2 {
			t.Errorf("%d ads are counted", n)
		}
	}
	if a := second.account(); a.Moving != 0 {
		t.Errorf("%d are still to be moved", a.Moving)
	}

	files := second.export()
	for _, want := range []string{
		"data.json", "ads/" + mine + "/ad.json", "ads/" + mine + "/product.png", "ads/" + theirs + "/stage2.png",
	} {
		if !slices.Contains(files, want) {
			t.Errorf("the copy has no %s: %q", want, files)
		}
	}

	second.do("POST", "/api/account/logout-everywhere", "", nil).want(t, 200)
	first.get("/api/ads/"+mine).want(t, 404)
	if a := first.account(); a.Kind != "guest" {
		t.Errorf("a session goes on: %+v", a)
	}
	first.signIn(who, "/")
	first.get("/api/ads/"+mine).want(t, 200)

	made := first.ad(mine)
	first.delete("/api/account").want(t, 202)
	if made.Stage2URL == nil {
		t.Fatal("the ad has no picture")
	}
	first.get(*made.Stage2URL).want(t, 404)
	first.get("/api/ads/"+mine).want(t, 404)
	ads := adstore.New(sys.db, sys.table, nil)
	for _, id := range []string{mine, theirs} {
		for end := time.Now().Add(patience); ; {
			unknown, _, err := ads.Unknown(t.Context(), []string{id})
			if err == nil && len(unknown) == 1 {
				break
			}
			if time.Now().After(end) {
				t.Fatalf("%s is still there, %v", id, err)
			}
			if _, err := sys.lambda.Invoke(t.Context(), &lambda.InvokeInput{
				FunctionName: aws.String(sys.Outputs["SweepFunctionName"]), Payload: []byte("{}"),
			}); err != nil {
				t.Fatal(err)
			}
		}
	}
	again := newOwner(t)
	again.signIn(who, "/")
	if n := len(again.list("").Ads); n != 0 {
		t.Errorf("the next account has %d ads", n)
	}
}

func site(t *testing.T) *url.URL {
	t.Helper()
	u, err := url.Parse(sys.SiteURL)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func (o *owner) account() httpapi.Account {
	o.t.Helper()
	var a httpapi.Account
	o.get("/api/account").want(o.t, 200).decode(o.t, &a)
	return a
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`)

// signIn signs in at the pages of the local AWS as a browser does, and gives where on the site
// that leads.
func (o *owner) signIn(who, returnTo string) string {
	o.t.Helper()
	to, err := o.trySignIn(who, returnTo)
	if err != nil {
		o.t.Fatal(err)
	}
	return to
}

func (o *owner) trySignIn(who, returnTo string) (string, error) {
	still := *o.http // follows nothing by itself
	still.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	leads := func(method, address, kind string, body []byte) (string, error) {
		a, err := send(o.t.Context(), &still, method, address, kind, body)
		if err == nil && a.status != http.StatusFound {
			err = fmt.Errorf("%s %.60s answers %d", method, address, a.status)
		}
		return a.header.Get("Location"), err
	}
	address, err := leads("GET", "/api/account/login?return_to="+url.QueryEscape(returnTo), "", nil)
	if err != nil {
		return "", err
	}
	page, err := send(o.t.Context(), &still, "GET", address, "", nil)
	if err != nil || page.status != http.StatusOK {
		return "", fmt.Errorf("the issuer answers %d, %w", page.status, err)
	}
	form := url.Values{"username": {who}, "password": {sys.Password()}}
	for _, m := range hidden.FindAllSubmatch(page.body, -1) {
		form.Set(html.UnescapeString(string(m[1])), html.UnescapeString(string(m[2])))
	}
	back, err := leads("POST", sys.AWSURL+"/login", "application/x-www-form-urlencoded", []byte(form.Encode()))
	if err != nil {
		return "", err
	}
	return leads("GET", back, "", nil)
}

// export makes a copy of everything and gives the names of its files.
func (o *owner) export() []string {
	o.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		res := o.get("/api/account/export")
		if res.status == http.StatusAccepted {
			continue
		}
		var e httpapi.Export
		res.want(o.t, 200).decode(o.t, &e)
		file := o.get(*e.URL).want(o.t, 200)
		if int64(len(file.body)) != *e.Bytes {
			o.t.Errorf("the copy has %d bytes, not %d", len(file.body), *e.Bytes)
		}
		z, err := zip.NewReader(bytes.NewReader(file.body), int64(len(file.body)))
		if err != nil {
			o.t.Fatal(err)
		}
		var names []string
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				o.t.Fatal(err)
			}
			if _, err := bytes.NewBuffer(nil).ReadFrom(r); err != nil { // checks the sum
				o.t.Errorf("%s: %v", f.Name, err)
			}
			names = append(names, f.Name)
		}
		return names
	}
	o.t.Fatal("the copy is never ready")
	return nil
}
