package contract_test

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/nanococoa/nanococoa/internal/limit"
)

// What the template takes for its parameter Limits, the functions can read: a name that they
// do not know would keep them from starting.
func TestTheTemplateTakesTheNamesOfLimits(t *testing.T) {
	t.Parallel()
	pattern := regexp.MustCompile(fmt.Sprint(at(readTemplate(t).doc, "Parameters", "Limits", "AllowedPattern")))
	taken := []string{"", "*:1000000", "*.guest.*:5", "orders.guest.hour:3,scenes.*.day:7"}
	for _, q := range limit.Default() {
		taken = append(taken, fmt.Sprintf("%s.%s.%s:%d", q.Use, q.Who, q.Window, q.Most))
	}
	for _, text := range taken {
		var table limit.Table
		if err := table.UnmarshalText([]byte(text)); err != nil || !pattern.MatchString(text) {
			t.Errorf("%q: taken by the template: %v, by the functions: %v", text, pattern.MatchString(text), err)
		}
	}
	for _, text := range []string{
		"orders", "orders:1", "ads.guest.day:1", "orders.owner.day:1", "orders.guest.week:1", "orders.guest.day:", "x*:1",
		"orders.guest.day:1;", "orders.guest.day:12345678901", " *:1", "*:1 ",
	} {
		if pattern.MatchString(text) {
			t.Errorf("%q is taken by the template", text)
		}
	}
}
