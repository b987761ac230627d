package results_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/aiserver/results"
)

// BenchmarkBind is what an Idempotency-Key costs before its work may begin.
func BenchmarkBind(b *testing.B) {
	s, _, err := results.Open(results.Config{Dir: b.TempDir(), TTL: time.Hour})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	fingerprint := strings.Repeat("f5a1bdb6", 8)
	for i := 0; b.Loop(); i++ {
		if err := s.Bind("ad."+strconv.Itoa(i)+".1.stage1", fingerprint); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLookup is what a key costs that comes again.
func BenchmarkLookup(b *testing.B) {
	s, _, err := results.Open(results.Config{Dir: b.TempDir(), TTL: time.Hour})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	for i := range 2000 {
		if err := s.Bind("ad."+strconv.Itoa(i)+".1.stage1", "f5a1"); err != nil {
			b.Fatal(err)
		}
	}
	for i := 0; b.Loop(); i++ {
		if _, ok := s.Lookup("ad." + strconv.Itoa(i%2000) + ".1.stage1"); !ok {
			b.Fatal("unknown")
		}
	}
}
