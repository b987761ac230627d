package compose

import (
	"fmt"
	"image"
	"image/color"
	"slices"
	"strings"

	"github.com/rivo/uniseg"

	"github.com/nanococoa/nanococoa/internal/fault"
)

// Option is something an owner can choose: its name on the wire and its Korean label.
type Option struct {
	Name  string `json:"name"`
	Label string `json:"label"`
}

// LayoutOption is a layout that can be chosen, with the corners its words can stand
// in. No layout is also a choice: then Render takes the best for picture, words and
// size, and words may stand in any corner.
type LayoutOption struct {
	Option
	Corners []string `json:"corners"`
}

// The names of corners.
const (
	topLeft     = "top-left"
	topRight    = "top-right"
	bottomLeft  = "bottom-left"
	bottomRight = "bottom-right"
)

// Layouts lists the layouts by name, in the order they are offered in.
func Layouts() []LayoutOption {
	all := []string{topLeft, topRight, bottomLeft, bottomRight}
	lefts, rights := []string{topLeft, bottomLeft}, []string{topRight, bottomRight}
	return []LayoutOption{
		{Option{leftColumn, "왼쪽 글"}, lefts},
		{Option{rightColumn, "오른쪽 글"}, rights},
		{Option{topCenter, "위 가운데 글"}, nil},
		{Option{bottomBand, "아래 글"}, nil},
		{Option{headlined, "큰 제목"}, []string{topLeft, topRight}},
		{Option{panelled, "색 띠"}, all},
		{Option{split, "반반"}, all},
		{Option{card, "액자"}, nil},
	}
}

// Corners lists the corners words can be put in.
func Corners() []Option {
	return []Option{
		{topLeft, "왼쪽 위"}, {topRight, "오른쪽 위"}, {bottomLeft, "왼쪽 아래"}, {bottomRight, "오른쪽 아래"},
	}
}

// The names of typefaces.
const (
	sans  = "sans"
	serif = "serif"
	hand  = "hand"
)

// Typefaces lists the typefaces; the first is what a request without one gets.
func Typefaces() []Option {
	return []Option{{sans, "고딕체"}, {serif, "명조체"}, {hand, "손글씨체"}}
}

// BadgeMax is the most characters of a badge, as a person counts them: "무료배송 오늘만"
// with some to spare. A badge is read at a glance or not at all.
const BadgeMax = 12

// MaxBrandColours is how many colours a brand has.
const MaxBrandColours = 3

// Brand is what an owner's ads have in common.
type Brand struct {
	Logo    image.Image // nil: none. Transparent parts stay transparent
	LogoURL string      // src of Logo in the HTML, e.g. "cid:logo"
	// Colours, at most MaxBrandColours and opaque: the first is the ground of panels and
	// the accent, the second the badge, the third the words where it can be read. A
	// missing one is the one before it; the words' has no such stand-in.
	Colours []color.RGBA
}

// check finds every choice of the request that does not exist. Its fault names the
// fields layout, corner, typeface, badge and brand.
func (r Request) check() error {
	var bad []fault.Field
	add := func(name, format string, args ...any) {
		bad = append(bad, fault.Field{Name: name, Detail: fmt.Sprintf(format, args...)})
	}
	layouts := Layouts()
	at := slices.IndexFunc(layouts, func(l LayoutOption) bool { return l.Name == r.Layout })
	if r.Layout != "" && at < 0 {
		names := make([]Option, len(layouts))
		for i, l := range layouts {
			names[i] = l.Option
		}
		add("layout", "없는 배치입니다. %s 중에서 골라 주세요.", named(names))
	}
	known := slices.ContainsFunc(Corners(), func(o Option) bool { return o.Name == r.Corner })
	switch {
	case r.Corner == "":
	case !known:
		add("corner", "없는 자리입니다. %s 중에서 골라 주세요.", named(Corners()))
	case at >= 0 && !slices.Contains(layouts[at].Corners, r.Corner):
		add("corner", "‘%s’ 배치에서는 글자를 그 자리에 놓을 수 없습니다. 다른 자리나 다른 배치를 골라 주세요.", layouts[at].Label)
	}
	if r.Typeface != "" && !slices.ContainsFunc(Typefaces(), func(o Option) bool { return o.Name == r.Typeface }) {
		add("typeface", "없는 글씨체입니다. %s 중에서 골라 주세요.", named(Typefaces()))
	}
	if n := uniseg.GraphemeClusterCount(r.Badge); n > BadgeMax {
		add("badge", "배지는 %d자까지 쓸 수 있습니다. 지금은 %d자입니다.", BadgeMax, n)
	}
	if r.Brand != nil && len(r.Brand.Colours) > MaxBrandColours {
		add("brand", "브랜드 색은 %d개까지 쓸 수 있습니다. 지금은 %d개입니다.", MaxBrandColours, len(r.Brand.Colours))
	}
	if len(bad) > 0 {
		return fault.Invalid(bad...)
	}
	return nil
}

// named lists choices for an owner: label and name.
func named(options []Option) string {
	out := make([]string, len(options))
	for i, o := range options {
		out[i] = fmt.Sprintf("%s(%s)", o.Label, o.Name)
	}
	return strings.Join(out, ", ")
}
