package ad

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/nanococoa/nanococoa/internal/fault"
)

// CutOut is an owner's word on how the product is cut out of its photo. All of it is in
// fractions of the upright prepared photo, 0..1, origin top left.
type CutOut struct {
	Mode string `json:"mode,omitempty" enum:"auto,photo" doc:"photo: the whole photo is framed and nothing is cut out. Left out: auto"`
	// Box bounds the product; nil: the whole photo.
	Box   *Box     `json:"box,omitempty" doc:"Only what lies in [x, y, w, h] is product; each 0..1, at least 0.02 wide and high"`
	Keep  []Stroke `json:"keep,omitempty" nullable:"false" doc:"What these go over is product"`
	Erase []Stroke `json:"erase,omitempty" nullable:"false" doc:"What these go over is ground"`
}

// Stroke is one line of a brush.
type Stroke struct {
	Points []Point `json:"points" nullable:"false" doc:"1–500 points [x, y], each 0..1; one alone is a dot"`
	Width  float64 `json:"width" doc:"0.002–0.5 of the photo's longer side"`
	// Order says which stroke lies on top where two meet: the one of the greater order. Of
	// equal orders erase is on top of keep, and a later one of a list on top of an earlier one.
	Order int `json:"order,omitempty" doc:"At least 0; where strokes meet the greater order wins, of equal ones erase"`
}

// Point is [x, y].
type Point [2]float64

// UnmarshalJSON takes an array of exactly two numbers.
func (p *Point) UnmarshalJSON(b []byte) error {
	var v []float64
	if err := json.Unmarshal(b, &v); err != nil || len(v) != 2 {
		return errors.New("a point is [x, y]")
	}
	p[0], p[1] = v[0], v[1]
	return nil
}

// The modes of a cut-out.
const (
	CutOutAuto  = "auto"
	CutOutPhoto = "photo"
)

// The limits of a cut-out. Two hundred strokes are an hour's work with a brush, and with
// 5,000 points, each of 16 bytes in JSON, a scene's record stays at a fifth of what an item
// of DynamoDB may hold.
const (
	MaxStrokes      = 200   // of both kinds together
	MaxPoints       = 5000  // of all strokes together
	MaxStrokePoints = 500   // of one
	MinStrokeWidth  = 0.002 // of the longer side: three pixels of a prepared photo
	MaxStrokeWidth  = 0.5
	MinCutOutBox    = 0.02 // of each side: smaller boxes are slips of a finger
	maxStrokeOrder  = 1 << 20
	// MaxCutOutBytes is the most that a cut-out takes as JSON: MaxPoints points of two
	// numbers with all digits of a double, and some.
	MaxCutOutBytes = 256 << 10
)

// Says reports whether there is a word: mode auto alone says nothing, as nil does.
func (c *CutOut) Says() bool {
	return c != nil && (c.Mode == CutOutPhoto || c.Box != nil || len(c.Keep)+len(c.Erase) > 0)
}

// Photo reports whether the whole photo is to be shown.
func (c *CutOut) Photo() bool { return c != nil && c.Mode == CutOutPhoto }

// Canonical checks a cut-out and gives it as it is kept and sent: with its mode, and
// with numbers rounded to four digits, which is a sixth of a pixel of a prepared photo. It
// is nil when nothing is said.
//
// Fault: Request.Invalid, with fields named cutout.mode, cutout.box, cutout.keep and
// cutout.erase.
func (c *CutOut) Canonical() (*CutOut, error) {
	if c == nil {
		return nil, nil //nolint:nilnil // no word is no word
	}
	if wrong := c.wrong(); len(wrong) > 0 {
		return nil, fault.Invalid(wrong...)
	}
	if !c.Says() {
		return nil, nil //nolint:nilnil // likewise
	}
	out := CutOut{Mode: CutOutAuto, Keep: roundedStrokes(c.Keep), Erase: roundedStrokes(c.Erase)}
	if c.Photo() {
		out.Mode = CutOutPhoto
	}
	if c.Box != nil {
		b := *c.Box
		for i := range b {
			b[i] = rounded(b[i])
		}
		out.Box = &b
	}
	return &out, nil
}

func rounded(v float64) float64 { return math.Round(v*1e4) / 1e4 }

func roundedStrokes(in []Stroke) []Stroke {
	var out []Stroke
	for _, s := range in {
		points := make([]Point, len(s.Points))
		for i, p := range s.Points {
			points[i] = Point{rounded(p[0]), rounded(p[1])}
		}
		out = append(out, Stroke{points, rounded(s.Width), s.Order})
	}
	return out
}

// wrong names every wrong field. Not-a-number fails every comparison.
func (c *CutOut) wrong() []fault.Field {
	var bad []fault.Field
	add := func(field, detail string) { bad = append(bad, fault.Field{Name: "cutout." + field, Detail: detail}) }
	if c.Mode != "" && c.Mode != CutOutAuto && c.Mode != CutOutPhoto {
		add("mode", "auto(상품만 잘라 내기)와 photo(사진 그대로) 가운데 하나로 보내 주세요.")
	}
	const withPhoto = "사진을 그대로 쓸 때(mode photo)는 함께 보낼 수 없습니다. 빼고 보내시거나 mode를 auto로 바꿔 주세요."
	if b := c.Box; b != nil {
		switch {
		case c.Photo():
			add("box", withPhoto)
		case !inPhoto(*b):
			add("box", fmt.Sprintf("사진 안의 네모를 [x, y, 너비, 높이]로 보내 주세요. 값은 0~1이고, 너비와 높이는 %v 이상입니다.", MinCutOutBox))
		}
	}
	all, points := len(c.Keep)+len(c.Erase), 0
	for _, list := range []struct {
		field string
		lines []Stroke
	}{{"keep", c.Keep}, {"erase", c.Erase}} {
		fine := true
		for _, s := range list.lines {
			points += len(s.Points)
			fine = fine && s.fine()
		}
		switch {
		case len(list.lines) == 0:
		case c.Photo():
			add(list.field, withPhoto)
		case !fine:
			add(list.field, fmt.Sprintf("붓 자국마다 점 1~%d개를 [x, y]로, 값은 0~1로, 굵기(width)는 %v~%v로 보내 주세요.",
				MaxStrokePoints, MinStrokeWidth, MaxStrokeWidth))
		case all > MaxStrokes || points > MaxPoints:
			add(list.field, fmt.Sprintf("붓 자국은 모두 %d개, 점은 모두 %d개까지 쓸 수 있습니다. 조금 지우고 다시 보내 주세요.",
				MaxStrokes, MaxPoints))
		}
	}
	return bad
}

func inPhoto(b Box) bool {
	const rounding = 1e-6
	return b[0] >= 0 && b[1] >= 0 && b[2] >= MinCutOutBox-rounding && b[3] >= MinCutOutBox-rounding &&
		b[0]+b[2] <= 1+rounding && b[1]+b[3] <= 1+rounding
}

func (s Stroke) fine() bool {
	ok := len(s.Points) >= 1 && len(s.Points) <= MaxStrokePoints && s.Width >= MinStrokeWidth &&
		s.Width <= MaxStrokeWidth && s.Order >= 0 && s.Order <= maxStrokeOrder
	for _, p := range s.Points {
		ok = ok && p[0] >= 0 && p[0] <= 1 && p[1] >= 0 && p[1] <= 1
	}
	return ok
}

// String is the cut-out as JSON; "" of nil.
func (c *CutOut) String() string {
	if c == nil {
		return ""
	}
	b, err := json.Marshal(c)
	if err != nil { // numbers that were not checked
		return ""
	}
	return string(b)
}

// ParseCutOut reads and checks what String gives; nil of "".
//
// Fault: Request.Invalid as of Canonical, and with a field named cutout for what is no
// cut-out at all.
func ParseCutOut(s string) (*CutOut, error) {
	if s == "" {
		return nil, nil //nolint:nilnil // no word
	}
	var c CutOut
	d := json.NewDecoder(bytes.NewReader([]byte(s)))
	d.DisallowUnknownFields()
	err := d.Decode(&c)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("something follows")
		}
	}
	if err != nil {
		const detail = "상품 다듬기의 형식이 올바르지 않습니다. 예: {\"mode\":\"auto\",\"box\":[0.1,0.1,0.8,0.8]}"
		return nil, fault.Invalid(fault.Field{Name: "cutout", Detail: detail})
	}
	return c.Canonical()
}
