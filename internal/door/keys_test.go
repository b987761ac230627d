package door_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/nanococoa/nanococoa/internal/door"
)

func TestARingOfKeysIsRead(t *testing.T) {
	t.Parallel()
	one := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("a", 32)))
	for ring, want := range map[string][]string{ // the keys' ids
		one:                        {""},
		one + "\n":                 {""},
		one + " 2026-11-29:" + one: {"", "2026-11-29"},
		"2026-11-29:" + one + " 2027-02-01:" + one: {"2026-11-29", "2027-02-01"},
		"":                       nil,
		"  ":                     nil,
		"not base64":             nil,
		one + " :" + one:         nil,
		one + " tomorrow:" + one: nil,
		one + " 2026-11-29:!":    nil,
	} {
		got, err := door.SessionKeys(ring)
		if (err != nil) != (want == nil) || len(got) != len(want) && err == nil {
			t.Errorf("%q: %d keys, %v", ring, len(got), err)
			continue
		}
		if err != nil && strings.Contains(err.Error(), one) {
			t.Errorf("%q: the error holds a key", ring)
		}
		for i := range want {
			if got[i].ID != want[i] || len(got[i].Key) != 32 || got[i].From.IsZero() != (want[i] == "") {
				t.Errorf("%q: key %d is %q from %v", ring, i, got[i].ID, got[i].From)
			}
		}
	}
}
