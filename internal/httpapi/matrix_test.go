package httpapi_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/internal/account"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/channel"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/httpapi"
	"github.com/nanococoa/nanococoa/internal/rendition"
)

// reach is whom a route answers, and about what.
type reach string

const (
	ofAd      reach = "the owner of the ad, and nobody else"
	ofOwner   reach = "everybody, about what is their own"
	ofOrder   reach = "everybody, and what is made is their own"
	ofPicture reach = "whoever has the picture's id"
	ofShare   reach = "whoever has the share's id"
	ofSession reach = "whoever has a session, and what it ends is their own"
	open      reach = "everybody, all the same"
)

const logoBody = `{"content_type":"image/png","content_length":9}`

// access is one row for each route. body is sent as JSON; done is the answer to whom the route
// answers.
var access = map[string]struct {
	reach reach
	body  string
	done  int
}{
	"POST /api/ads/generate":                              {ofOrder, "", 202},
	"POST /api/uploads":                                   {ofOrder, "upload", 201},
	"GET /api/ads/{ad_id}":                                {ofAd, "", 200},
	"DELETE /api/ads/{ad_id}":                             {ofAd, "", 204},
	"POST /api/ads/{ad_id}/retry":                         {ofAd, "", 202},
	"PUT /api/ads/{ad_id}/main":                           {ofAd, `{"rendition_id":"RENDITION"}`, 200},
	"POST /api/ads/{ad_id}/scenes":                        {ofAd, "{}", 202},
	"DELETE /api/ads/{ad_id}/scenes/{scene_id}":           {ofAd, "", 204},
	"POST /api/ads/{ad_id}/renditions":                    {ofAd, "{}", 201},
	"DELETE /api/ads/{ad_id}/renditions/{rendition_id}":   {ofAd, "", 204},
	"GET /api/ads/{ad_id}/renditions/{rendition_id}/file": {ofAd, "", 302},
	"POST /api/ads/{ad_id}/bundle":                        {ofAd, `{"channels":["naver-wide"]}`, 201},
	"POST /api/ads/{ad_id}/copies":                        {ofAd, "", 200},
	"PUT /api/ads/{ad_id}/share":                          {ofAd, "", 200},
	"DELETE /api/ads/{ad_id}/share":                       {ofAd, "", 204},
	"GET /api/shared/{share_id}":                          {ofShare, "", 200},
	"GET /api/dashboard/ads":                              {ofOwner, "", 200},
	"GET /api/dashboard/stats":                            {ofOwner, "", 200},
	"GET /api/brand":                                      {ofOwner, "", 200},
	"PUT /api/brand":                                      {ofOrder, `{"colors":[]}`, 200},
	"POST /api/brand/logo":                                {ofOrder, logoBody, 201},
	"GET /api/images/{image_id}":                          {ofPicture, "", 302},
	"GET /api/account":                                    {ofOwner, "", 200},
	"GET /api/account/export":                             {ofOwner, "", 200},
	"DELETE /api/account":                                 {ofSession, "", 202},
	"POST /api/account/logout":                            {ofSession, "", 200},
	"POST /api/account/logout-everywhere":                 {ofSession, "", 200},
	"GET /api/account/login":                              {open, "", 302},
	"GET /api/account/callback":                           {open, "", 302},
	"GET /api/channels":                                   {open, "", 200},
	"GET /api/health":                                     {open, "", 200},
}

// session makes a guest's session as the API does; an account's has a version behind.
func session(key []byte, id, owner string, at time.Time, version ...string) string {
	v := strings.Join(append([]string{"2", id, strconv.FormatInt(at.Unix(), 36), owner}, version...), ".")
	return v + "." + sign(key, "session", v)
}

// caller is a cookie there can be, and what is known of the owner "ME".
type caller struct {
	cookie  string
	mine    bool // whether the session is that of ME
	version int  // of ME's sessions, when ME has an account
	ended   bool
	movedTo string
}

func callers(now time.Time) map[string]caller {
	me := session(signingKey, "0", "ME", now)
	account := func(version string) string { return session(signingKey, "0", "ME", now, version) }
	return map[string]caller{
		"guest":                   {cookie: me, mine: true},
		"guest, by a rotated key": {cookie: session(formerKey, "former", "ME", now), mine: true},
		"guest, in the old form":  {cookie: "ME." + sign(signingKey, "owner", "ME"), mine: true},
		"another guest":           {cookie: session(signingKey, "0", "YOU", now)},
		"expired":                 {cookie: session(signingKey, "0", "ME", now.Add(-401*24*time.Hour))},
		"revoked":                 {cookie: session(bytes.Repeat([]byte("r"), 32), "revoked", "ME", now)},
		"tampered":                {cookie: strings.Replace(me, ".ME.", ".MF.", 1)},
		"none":                    {},

		"guest whom an account took over": {cookie: me, version: 1},
		"guest whose ads were moved":      {cookie: me, movedTo: "THEM"},
		"guest who was deleted":           {cookie: me, ended: true},
		"account":                         {cookie: account("3"), mine: true, version: 3},
		"account, by a rotated key": {
			cookie: session(formerKey, "former", "ME", now, "3"), mine: true, version: 3,
		},
		"another account":              {cookie: session(signingKey, "0", "YOU", now, "1"), version: 3},
		"expired account":              {cookie: session(signingKey, "0", "ME", now.Add(-31*24*time.Hour), "3"), version: 3},
		"revoked account":              {cookie: account("2"), version: 3},
		"account of the future":        {cookie: account("4"), version: 3},
		"account of no version":        {cookie: account("0")},
		"account of a version unknown": {cookie: account("x")},
		"deleted account":              {cookie: account("3"), version: 3, ended: true},
		"account that is gone":         {cookie: account("3")},
		"tampered account":             {cookie: strings.Replace(account("2"), ".2.", ".3.", 1), version: 3},
	}
}

// shareID is the one share there is.
var shareID = ad.NewShareID()

// owned is a world in which "ME" has one finished ad and a brand, as the store tells of it:
// nothing to anybody else. It gives the owners that what was made belongs to.
func owned(t *testing.T, adID, sceneID, renditionID string, failed bool) (w *world, made *[]string) {
	t.Helper()
	w, made = newWorld(t), &[]string{}
	a := finished(t, "ME")
	a.AdID = adID
	if failed {
		a.Status = ad.Failed
	}
	missing := fault.New(fault.AdNotFound, nil)
	whose := func(owner, id string) error {
		if owner != "ME" || id != adID {
			return missing
		}
		return nil
	}
	w.ads.create = func(a ad.Ad, _ *ad.Claim) (ad.Ad, bool, error) { *made = append(*made, a.Owner); return a, true, nil }
	w.ads.get = func(owner, id string) (ad.Ad, error) {
		if err := whose(owner, id); err != nil {
			return ad.Ad{}, err
		}
		return a, nil
	}
	w.ads.studio = func(owner, id string) (ad.Studio, error) {
		if err := whose(owner, id); err != nil {
			return ad.Studio{}, err
		}
		st := finishedStudio(a)
		if len(st.Renditions) > 0 {
			more := st.Renditions[0]
			more.ID = renditionID
			st.Renditions = append(st.Renditions, more)
		}
		return st, nil
	}
	w.ads.find = func(id string) (ad.Ad, error) { return a, whose("ME", id) }
	w.ads.retry = func(owner, id string) (ad.Ad, error) { return a, whose(owner, id) }
	w.ads.remove = whose
	w.ads.setMain = func(owner, id, _ string) error { return whose(owner, id) }
	w.ads.deleteScene = func(owner, id, _ string) error { return whose(owner, id) }
	w.ads.deleteRendition = func(owner, id, _ string) error { return whose(owner, id) }
	w.ads.made = func(ad.Ref, *ad.Claim) (string, error) { return "", nil }
	w.ads.addScene = func(s ad.Ad, _ *ad.Claim) (ad.Ad, error) { s.Status = ad.Queued; return s, nil }
	w.ads.addRendition = func(_ ad.Ref, r ad.Rendition, _ *ad.Claim) (ad.Rendition, error) { return r, nil }
	w.ads.list = func(owner string, _ int, _ string) ([]ad.Ad, string, error) {
		if owner != "ME" {
			return nil, "", nil
		}
		return []ad.Ad{a}, "", nil
	}
	w.ads.share = func(owner, id string) (string, error) { return shareID, whose(owner, id) }
	w.ads.unshare = whose
	w.ads.shared = func(id string) (ad.Studio, error) {
		if id != shareID {
			return ad.Studio{}, fault.New(fault.ShareNotFound, nil)
		}
		return finishedStudio(a), nil
	}
	w.ads.stats = func(owner string) (ad.Stats, error) {
		if owner != "ME" {
			return ad.Stats{}, nil
		}
		return ad.Stats{TotalAds: 1}, nil
	}
	w.brands.get = func(owner string) (ad.Brand, error) {
		if owner != "ME" {
			return ad.Brand{}, nil
		}
		return ad.Brand{Colors: []string{"#123456"}}, nil
	}
	w.brands.set = func(owner string, _ ad.Brand) error { *made = append(*made, owner); return nil }
	w.logos.post = func(string, string, int64) (ad.Upload, error) { return ad.Upload{Fields: map[string]string{}}, nil }
	w.pictures.post = w.logos.post
	w.pictures.put = func(string, ad.Picture, []byte, string) error { return nil }
	w.pictures.purge = func(string) error { return nil }
	w.pictures.remove = func(string, ad.Picture) error { return nil }
	w.pictures.link = func(string, ad.Picture, time.Duration) (string, error) { return "https://bucket.example/x", nil }
	w.machine.start = func(ad.Ref) error { return nil }
	w.machine.stop = w.machine.start
	w.maker.choices = func() ad.Choices { return rendition.Maker{}.Choices() }
	w.maker.make = func(_ ad.Studio, r ad.Rendition) (ad.Rendition, error) { return r, nil }
	w.maker.file = func(ad.Studio, ad.Rendition, channel.Format) (string, error) { return "https://bucket.example/x", nil }
	w.maker.bundle = func(ad.Studio, ad.Rendition, []channel.Channel) (ad.Bundle, error) {
		return ad.Bundle{Files: []ad.BundleFile{}, Failed: []ad.BundleFailure{}}, nil
	}
	return w, made
}

// Who may do what: every route, every kind of caller, the caller's own ad, another's, one that
// never was, and what is no id. A route without a row fails.
func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	var doc struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	raw, err := httpapi.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	var routes []string
	for path, methods := range doc.Paths {
		for method := range methods {
			routes = append(routes, strings.ToUpper(method)+" "+path)
		}
	}
	slices.Sort(routes)
	if rows := slices.Sorted(maps.Keys(access)); !slices.Equal(rows, routes) {
		t.Errorf("rows for %q, routes %q", rows, routes)
	}
	for route, row := range access {
		t.Run(route, func(t *testing.T) {
			t.Parallel()
			m := matrix{t: t, route: route, adID: newID(t), sceneID: newID(t), renditionID: newID(t)}
			for who, c := range callers(time.Now()) {
				m.knows = c
				switch row.reach {
				case ofAd:
					m.ofAd(who, c.cookie, c.mine)
				case ofOwner:
					m.ofOwner(who, c.cookie, c.mine)
				case ofOrder:
					m.ofOrder(who, c.cookie, c.mine)
				case ofPicture:
					m.ofBearer(who, c.cookie, "Image.NotFound", m.pictures())
				case ofShare:
					m.ofBearer(who, c.cookie, "Share.NotFound", map[string]string{
						"genuine": shareID, "switched off": ad.NewShareID(), "malformed": "no-id", "of an ad's id": m.adID,
						"in capitals": strings.ToUpper(shareID),
					})
				case ofSession:
					m.ofSession(who, c)
				case open:
					m.open(who, c.cookie)
				}
			}
		})
	}
}

// matrix is the calls of one route.
type matrix struct {
	w     *world
	made  *[]string
	knows caller

	t                          *testing.T
	route                      string
	adID, sceneID, renditionID string
	strange                    *answer // to the first who asked for what is not theirs
	same                       *answer // to the first who asked for what is everybody's
}

// call asks as a browser that keeps one cookie, and gives whose is what was made.
func (m *matrix) call(cookie, adID, bearerID string) (*answer, []string) {
	m.t.Helper()
	if m.w == nil {
		m.w, m.made = owned(m.t, m.adID, m.sceneID, m.renditionID, strings.HasSuffix(m.route, "/retry"))
	}
	*m.made, m.w.jar = nil, map[string]string{}
	m.w.accounts.known = map[string]account.Account{"YOU": {Owner: "YOU", Version: 1}}
	if strings.Contains(m.knows.cookie, ".YOU.") && strings.Count(m.knows.cookie, ".") == 4 {
		delete(m.w.accounts.known, "YOU") // a guest
	}
	if k := m.knows; k.version > 0 || k.ended || k.movedTo != "" {
		m.w.accounts.known["ME"] = account.Account{
			Owner: "ME", Version: k.version, Ended: k.ended, MovedTo: k.movedTo, Email: "me@example.com",
		}
	}
	m.w.accounts.did = nil
	method, path, _ := strings.Cut(m.route, " ")
	path = strings.NewReplacer("{ad_id}", adID, "{scene_id}", m.sceneID, "{rendition_id}", m.renditionID,
		"{image_id}", bearerID, "{share_id}", bearerID).Replace(path)
	contentType, body := "application/json", []byte(strings.ReplaceAll(access[m.route].body, "RENDITION", m.renditionID))
	switch {
	case path == "/api/ads/generate":
		contentType, body = encode(m.t, order(fields, flat(m.t, 128, 128)))
	case string(body) == "upload":
		body = upload(m.t, nil)
	case len(body) == 0:
		contentType = ""
	}
	r := httptest.NewRequest(method, path, bytes.NewReader(body))
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	if cookie != "" {
		r.AddCookie(&http.Cookie{Name: "owner", Value: cookie})
	}
	return m.w.send(r), *m.made
}

func (m *matrix) ofAd(who, cookie string, mine bool) {
	m.t.Helper()
	const never = "0190a5b2-0000-7000-8000-000000000000"
	for what, id := range map[string]string{
		"the ad": m.adID, "unknown": never, "malformed": "no-id", "in capitals": strings.ToUpper(m.adID),
	} {
		res, _ := m.call(cookie, id, "")
		if mine && what == "the ad" {
			if res.status != access[m.route].done {
				m.t.Errorf("%s, %s: %d %s", who, what, res.status, res.body)
			}
			continue
		}
		res.fails(404, "Ad.NotFound")
		res.header.Del("Set-Cookie") // of a session that is renewed: it says nothing of the ad
		if m.strange == nil {
			m.strange = res
		}
		if !bytes.Equal(res.body, m.strange.body) || !reflect.DeepEqual(res.header, m.strange.header) {
			m.t.Errorf("%s, %s: %v %s, else %v %s", who, what, res.header, res.body, m.strange.header, m.strange.body)
		}
	}
}

func (m *matrix) ofOwner(who, cookie string, mine bool) {
	m.t.Helper()
	res, _ := m.call(cookie, "", "")
	res.is(access[m.route].done)
	has := bytes.Contains(res.body, []byte(m.adID)) || bytes.Contains(res.body, []byte("#123456")) ||
		bytes.Contains(res.body, []byte(`"total_ads":1`)) || bytes.Contains(res.body, []byte(`me@example.com`)) ||
		bytes.Contains(res.body, []byte(`"ads_end_at":"`)) || bytes.Contains(res.body, []byte(`/exports/ME"`))
	if has != mine {
		m.t.Errorf("%s: %s", who, res.body)
	}
}

func (m *matrix) ofOrder(who, cookie string, mine bool) {
	m.t.Helper()
	res, made := m.call(cookie, "", "")
	res.is(access[m.route].done)
	for _, owner := range made {
		stranger := owner != "ME" && owner != "YOU" && len(owner) >= 26
		another := who == "another guest" || who == "another account"
		if (owner == "ME") != mine || (owner == "YOU") != another || (mine || another) == stranger {
			m.t.Errorf("%s: made for %q", who, owner)
		}
	}
	cookies := (&http.Response{Header: res.header}).Cookies()
	if fresh := who == "guest" || who == "account" ||
		strings.HasPrefix(who, "another "); fresh { // their session needs no renewal
		if len(cookies) != 0 {
			m.t.Errorf("%s: cookies %v", who, cookies)
		}
		return
	}
	if len(cookies) != 1 || len(made) > 0 && !strings.Contains(cookies[0].Value, "."+made[0]+".") {
		m.t.Errorf("%s: cookies %v for %v", who, cookies, made)
	}
}

// ofSession ends what the caller has, and nothing of anybody else.
func (m *matrix) ofSession(who string, c caller) {
	m.t.Helper()
	res, _ := m.call(c.cookie, "", "")
	res.is(access[m.route].done)
	var want []string
	switch you := who == "another guest" || who == "another account"; {
	case m.route == "DELETE /api/account" && c.mine:
		want = []string{"end ME"}
	case m.route == "DELETE /api/account" && you:
		want = []string{"end YOU"}
	case strings.HasSuffix(m.route, "everywhere") && c.mine && c.version > 0:
		want = []string{"end sessions of ME"}
	case strings.HasSuffix(m.route, "everywhere") && who == "another account":
		want = []string{"end sessions of YOU"}
	}
	if !slices.Equal(m.w.accounts.did, want) {
		m.t.Errorf("%s: did %q, want %q", who, m.w.accounts.did, want)
	}
}

// pictures are ids of pictures.
func (m *matrix) pictures() map[string]string {
	id := func(adID string) string {
		v := adID + ".stage2"
		return v + "." + sign(signingKey, "image", v)
	}
	return map[string]string{
		"genuine": id(m.adID), "of no ad": id(m.sceneID), "of no id": id("no-id"), "malformed": "no-id",
		"forged": m.adID + ".stage2." + sign(formerKey, "image", m.adID+".stage2"), "of an ad's id": m.adID,
	}
}

// ofBearer asks with ids that open to whoever has them, if they are genuine.
func (m *matrix) ofBearer(who, cookie, code string, ids map[string]string) {
	m.t.Helper()
	for what, id := range ids {
		res, _ := m.call(cookie, "", id)
		if what == "genuine" {
			res.is(access[m.route].done)
			continue
		}
		res.fails(404, code)
		res.header.Del("Set-Cookie")
		if m.strange == nil {
			m.strange = res
		}
		if !bytes.Equal(res.body, m.strange.body) || !reflect.DeepEqual(res.header, m.strange.header) {
			m.t.Errorf("%s, %s: %v %s, else %v %s", who, what, res.header, res.body, m.strange.header, m.strange.body)
		}
	}
}

func (m *matrix) open(who, cookie string) {
	m.t.Helper()
	res, _ := m.call(cookie, "", "")
	res.is(access[m.route].done)
	if m.same == nil {
		m.same = res
	}
	if !bytes.Equal(res.body, m.same.body) {
		m.t.Errorf("%s: %s, else %s", who, res.body, m.same.body)
	}
}
