package adstore_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nanococoa/nanococoa/internal/ad"
)

// A brand comes back as it was kept, is its owner's alone, and takes the former's place whole.
func TestABrandIsKept(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	read := func(owner string, want ad.Brand) {
		t.Helper()
		got, err := s.Brand(t.Context(), owner)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: -want +got\n%s", owner, d)
		}
	}
	read("me", ad.Brand{})
	for _, b := range []ad.Brand{
		{LogoID: id(t), Colors: []string{"#8a1c2b", "#f2b53b"}, Layout: "panel", ByDefault: true},
		{Colors: []string{}},
	} {
		if err := s.SetBrand(t.Context(), "me", b); err != nil {
			t.Fatal(err)
		}
		read("me", b)
		read("another", ad.Brand{})
	}
}
