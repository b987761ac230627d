package fetch_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/nanococoa/nanococoa/aiserver/fetch"
)

// FuzzCheck looks for an address that passes and leads elsewhere than to the one
// host on the list.
func FuzzCheck(f *testing.F) {
	for _, a := range []string{
		"https://ok.example.com/a?b=c", "https://ok@evil.net", "https://ok.example.com@evil.net",
		"https://ok.example.com\\@evil.net", "http://2130706433/",
		"https://[::ffff:127.0.0.1]/", "https://OK.example.com:443/", "https://ok.example.com.", "https:ok.example.com",
		"https://ok.example.com#@evil.net",
	} {
		f.Add(a)
	}
	hosts, err := fetch.ParseHosts([]string{"ok.example.com"})
	if err != nil {
		f.Fatal(err)
	}
	rules := fetch.New(fetch.Config{Hosts: hosts, MaxBytes: 1})
	f.Fuzz(func(t *testing.T, address string) {
		if rules.Check("image_url", address) != nil {
			return
		}
		u, err := url.Parse(address)
		if err != nil || u.Scheme != "https" || u.User != nil || !strings.EqualFold(u.Hostname(), "ok.example.com") ||
			(u.Port() != "" && u.Port() != "443") {
			t.Errorf("%q passes", address)
		}
		// Whoever reads the address by hand must see the same host.
		rest, _ := strings.CutPrefix(strings.ToLower(address), "https://")
		host, _, _ := strings.Cut(rest, "/")
		host, _, _ = strings.Cut(host, "?")
		host, _, _ = strings.Cut(host, "#")
		if host = strings.TrimSuffix(strings.TrimSuffix(host, "443"), ":"); host != "ok.example.com" {
			t.Errorf("%q passes as %q", address, host)
		}
	})
}
