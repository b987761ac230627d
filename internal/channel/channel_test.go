package channel_test

import (
	"testing"

	"github.com/nanococoa/nanococoa/internal/channel"
	"github.com/nanococoa/nanococoa/internal/compose"
)

func TestEveryChannelCanBeMade(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, c := range channel.All() {
		if seen[c.Name] || seen[c.Label] || c.Name == "" || c.Label == "" {
			t.Errorf("%q, %q: names and labels are one each", c.Name, c.Label)
		}
		seen[c.Name], seen[c.Label] = true, true
		if c.Width < compose.MinWidth || c.Height < compose.MinHeight || max(c.Width, c.Height) > compose.MaxSide {
			t.Errorf("%s: compose does not make %v", c.Name, c.Size())
		}
		if c.Format != channel.PNG && c.Format != channel.JPEG || c.MaxBytes < 100_000 || c.MaxBytes > 500_000 {
			t.Errorf("%s: %s of %d bytes", c.Name, c.Format, c.MaxBytes)
		}
		if got, ok := channel.ByName(c.Name); !ok || got != c {
			t.Errorf("%s is not found by its name", c.Name)
		}
	}
	if c, ok := channel.ByName("telegraph"); ok {
		t.Errorf("an unknown name gives %+v", c)
	}
	if c, _ := channel.ByName("kakao-bizboard"); c.Format != channel.PNG || c.MaxBytes != 300_000 {
		t.Errorf("Bizboard takes PNG of at most 300 KB, not %+v", c)
	}
	if c, _ := channel.ByName("smartstore"); c.Text {
		t.Error("Smartstore forbids words on main pictures")
	}
}
