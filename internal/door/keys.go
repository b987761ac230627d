package door

import (
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/nanococoa/nanococoa/internal/httpapi"
)

// SessionKeys reads the ring of keys that infra/keys keeps, separated by spaces: each
// {day}:{base64}, where the day (2026-11-29, UTC) is from when on the key signs, and the
// key's id; the first key there was is base64 alone.
func SessionKeys(ring string) ([]httpapi.SessionKey, error) {
	var out []httpapi.SessionKey
	for entry := range strings.FieldsSeq(ring) {
		var key httpapi.SessionKey
		day, value, dated := strings.Cut(entry, ":")
		if dated {
			from, err := time.Parse(time.DateOnly, day)
			if err != nil {
				return nil, fmt.Errorf("a key's day is none: %w", err)
			}
			key.ID, key.From = day, from
		} else {
			value = entry
		}
		var err error
		if key.Key, err = base64.StdEncoding.DecodeString(value); err != nil {
			return nil, fmt.Errorf("a key is not base64: %w", err)
		}
		out = append(out, key)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("there is no key")
	}
	return out, nil
}
