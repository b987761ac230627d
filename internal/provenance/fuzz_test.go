package provenance_test

import (
	"testing"

	"github.com/nanococoa/nanococoa/internal/provenance"
)

// FuzzRead reads whatever calls itself a picture: stage 2 does so with files of
// strangers.
func FuzzRead(f *testing.F) {
	whole, err := provenance.Encode(scene(4, 4), provenance.Mark{Engine: "standin", StandIn: true, Seed: seed(1)})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:80])
	f.Add(foreign(whole, "<x"))
	f.Fuzz(func(t *testing.T, file []byte) {
		m, err := provenance.Read(file)
		if (err == nil) == (m.Engine == "") {
			t.Errorf("%+v, %v", m, err)
		}
	})
}
