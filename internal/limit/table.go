package limit

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Table is the quotas of a deployment. It reads itself from the template's parameter Limits.
type Table []Quota

// Default is the quotas of a deployment that says nothing else. Nobody who makes ads for a
// shop meets them: an ad takes an owner some minutes, and a shop has some products a day.
//
// An address may be a whole network's: offices, schools and mobile carriers send thousands of
// people from one. So it has the use of ten owners, and its day is ten of its hours.
//
// An account has twice of what a guest has: behind it is somebody who can be told apart, and
// who cannot become another by forgetting a cookie. What its guest used counts on.
func Default() Table {
	return Table{
		// An ad is two minutes of a GPU and six calls of a model. One slot makes 720 ads of
		// two minutes in a day: with 1000 a day the queue of one slot ends within the next.
		{Orders, Guest, Hour, 10},
		{Orders, Guest, Day, 30},
		{Orders, Account, Hour, 20},
		{Orders, Account, Day, 60},
		{Orders, Address, Hour, 60},
		{Orders, Address, Day, 300},
		{Orders, Everybody, Day, 1000},
		// A scene is an ad without words.
		{Scenes, Guest, Hour, 10},
		{Scenes, Guest, Day, 30},
		{Scenes, Account, Hour, 20},
		{Scenes, Account, Day, 60},
		{Scenes, Address, Hour, 60},
		{Scenes, Address, Day, 300},
		{Scenes, Everybody, Day, 1000},
		// An address to upload to costs little, but lets 20 MB be stored. Twice the orders:
		// a photo is sometimes sent again, and a logo needs one too.
		{Uploads, Guest, Hour, 20},
		{Uploads, Guest, Day, 60},
		{Uploads, Account, Hour, 40},
		{Uploads, Account, Day, 120},
		{Uploads, Address, Hour, 120},
		{Uploads, Address, Day, 600},
		{Uploads, Everybody, Day, 2000},
		// A rendition is a second of a processor, and an owner who tries designs makes one
		// every half minute.
		{Renditions, Guest, Hour, 120},
		{Renditions, Guest, Day, 600},
		{Renditions, Account, Hour, 240},
		{Renditions, Account, Day, 1200},
		{Renditions, Address, Hour, 600},
		{Renditions, Everybody, Day, 20000},
		// Suggestions are a call of a model, a tenth of an ad's cost.
		{Copies, Guest, Hour, 30},
		{Copies, Guest, Day, 100},
		{Copies, Account, Hour, 60},
		{Copies, Account, Day, 200},
		{Copies, Address, Hour, 150},
		{Copies, Everybody, Day, 3000},
		// A bundle is up to half a second a channel.
		{Bundles, Guest, Hour, 30},
		{Bundles, Guest, Day, 100},
		{Bundles, Account, Hour, 60},
		{Bundles, Account, Day, 200},
		{Bundles, Address, Hour, 150},
		{Bundles, Everybody, Day, 3000},
		// A request that waits holds a function for up to 25 s. Beyond these it is answered
		// at once, as without the preference.
		{Waits, Guest, Moment, 2},
		{Waits, Account, Moment, 2},
		{Waits, Address, Moment, 10},
		{Waits, Everybody, Moment, 20},
		// A copy of all an owner has is read from the bucket once more, up to gigabytes of it.
		// It ends after a day, and within that day the same one is given again.
		{Exports, Guest, Day, 3},
		{Exports, Account, Day, 3},
		{Exports, Address, Day, 30},
		{Exports, Everybody, Day, 300},
	}
}

// UnmarshalText reads what a deployment has otherwise than Default, in a list such as
//
//	orders.guest.hour:20,orders.everybody.day:5000
//
// "*" stands for every name at its place, and alone for all of them. A number of 0 allows
// nothing.
func (t *Table) UnmarshalText(text []byte) error {
	table := Default()
	for entry := range strings.SplitSeq(strings.TrimSpace(string(text)), ",") {
		if entry == "" {
			continue
		}
		if err := table.set(entry); err != nil {
			return fmt.Errorf("limits: %q: %w", entry, err)
		}
	}
	*t = table
	return nil
}

var errNoQuota = errors.New("no quota has this name; see internal/limit/table.go")

func (t Table) set(entry string) error {
	name, number, ok := strings.Cut(entry, ":")
	if !ok {
		return errors.New("want name:number")
	}
	most, err := strconv.ParseUint(number, 10, 31)
	if err != nil {
		return errors.New("the number is none")
	}
	want := strings.Split(name, ".")
	if name == "*" {
		want = []string{"*", "*", "*"}
	}
	found := false
	for i, q := range t {
		have := []string{string(q.Use), string(q.Who), string(q.Window)}
		if slices.EqualFunc(want, have, func(w, h string) bool { return w == "*" || w == h }) {
			t[i].Most, found = int(most), true
		}
	}
	if !found {
		return errNoQuota
	}
	return nil
}
