package ad

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
	"golang.org/x/text/unicode/norm"

	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/josa"
)

// Field describes one thing an owner says about an ad. Exactly one of Text and
// Flag is set: it says where in Fields the value is.
type Field struct {
	Name  string // on the wire, in forms and in the table of ads
	Label string // what a Korean reader sees it called
	Doc   string // what the OpenAPI adds to type and limits; English
	// Example is a value for the OpenAPI.
	Example string

	Limit     int      // of a text: the most characters, by Length
	Suggested []string // of a text: values to pick from; any other is as good
	Choices   []string // of a choice: the only values
	Default   bool     // of a flag: its value when nobody says one
	Optional  bool     // of a text or choice: may be left out or empty

	SeenBy Audience

	Text func(*Fields) *string
	Flag func(*Fields) *bool
}

// Kind is what values a field takes.
type Kind string

// The kinds.
const (
	KindText   Kind = "text"   // free words, at most Limit characters
	KindChoice Kind = "choice" // one of Choices
	KindFlag   Kind = "flag"   // yes or no
)

// Kind tells a field's kind from what is set in it.
func (d Field) Kind() Kind {
	switch {
	case d.Flag != nil:
		return KindFlag
	case len(d.Choices) > 0:
		return KindChoice
	}
	return KindText
}

// Needed reports whether an order without the field is refused.
func (d Field) Needed() bool { return d.Flag == nil && !d.Optional }

// Audience is who may be shown a field, beside the owner, who sees them all.
type Audience uint8

// The audiences, to be joined by |.
const (
	Model  Audience = 1 << iota // the text model that writes prompt and copy
	Public                      // whoever is shown the ad
)

// Table lists fields in the order in which they are asked for, checked and
// shown.
type Table []Field

// Find gives the field of a name.
func (t Table) Find(name string) (Field, bool) {
	i := slices.IndexFunc(t, func(d Field) bool { return d.Name == name })
	if i < 0 {
		return Field{}, false
	}
	return t[i], true
}

// Only gives the fields of some names, in the table's order.
func (t Table) Only(names ...string) Table {
	return slices.DeleteFunc(slices.Clone(t), func(d Field) bool { return !slices.Contains(names, d.Name) })
}

// Blank gives the fields before an owner has said anything: texts empty, flags
// at their defaults. Whatever reads fields from outside begins with it, so that
// a flag that is not there means its default.
func (t Table) Blank() Fields {
	var f Fields
	for _, d := range t {
		if d.Flag != nil {
			*d.Flag(&f) = d.Default
		}
	}
	return f
}

// Normalize gives the fields as they are stored; see NormalizeText.
func (t Table) Normalize(f Fields) Fields {
	for _, d := range t {
		if d.Text != nil {
			*d.Text(&f) = NormalizeText(*d.Text(&f))
		}
	}
	return f
}

// Validate reports every wrong field at once, in the table's order, as one
// fault.RequestInvalid, or nil. It expects normalized fields.
func (t Table) Validate(f Fields) error {
	var bad []fault.Field
	for _, d := range t {
		if detail := d.wrong(&f); detail != "" {
			bad = append(bad, fault.Field{Name: d.Name, Detail: detail})
		}
	}
	if len(bad) > 0 {
		return fault.Invalid(bad...)
	}
	return nil
}

// BytesPerCharacter bounds what one "character" may weigh on average, so that a
// field of 100 grapheme clusters cannot smuggle in megabytes of combining marks.
// Family emoji with skin tones take 41 bytes; nothing an owner types takes more.
const BytesPerCharacter = 48

// wrong says in Korean what is wrong with the field's value, "" when nothing is.
func (d Field) wrong(f *Fields) string {
	if d.Text == nil {
		return ""
	}
	v := *d.Text(f)
	if v == "" && d.Optional {
		return ""
	}
	if d.Kind() == KindChoice {
		if slices.Contains(d.Choices, v) {
			return ""
		}
		return fmt.Sprintf("%s %s 중에서 골라 주세요.", josa.Topic.After(d.Label), strings.Join(d.Choices, ", "))
	}
	switch n := Length(v); {
	case n == 0:
		return fmt.Sprintf("%s 입력해 주세요.", josa.Object.After(d.Label))
	case n > d.Limit:
		return fmt.Sprintf("%s %d자까지 쓸 수 있습니다. 지금은 %d자입니다.", josa.Topic.After(d.Label), d.Limit, n)
	case len(v) > d.Limit*BytesPerCharacter:
		return fmt.Sprintf("%s에 읽을 수 없는 글자가 너무 많습니다. 지우고 다시 써 주세요.", d.Label)
	}
	return ""
}

// SetText sets the field to what a form sends: a flag takes true or false, the
// others any text, which Validate then judges. It reports whether it did; else
// Misread says what to tell the owner.
func (d Field) SetText(f *Fields, s string) bool {
	if d.Flag == nil {
		*d.Text(f) = s
		return true
	}
	if s != "true" && s != "false" {
		return false
	}
	*d.Flag(f) = s == "true"
	return true
}

// SetJSON sets the field to a JSON value. null leaves it as it is, like a field
// that is not there. It reports whether it did, as SetText does.
func (d Field) SetJSON(f *Fields, value json.RawMessage) bool {
	if d.Flag != nil {
		return json.Unmarshal(value, d.Flag(f)) == nil
	}
	return json.Unmarshal(value, d.Text(f)) == nil
}

// Misread is the problem of a field that was sent as another type.
func (d Field) Misread() fault.Field {
	want := "글자로 보내 주세요."
	if d.Flag != nil {
		want = "true나 false로 보내 주세요."
	}
	return fault.Field{Name: d.Name, Detail: "값의 형식이 올바르지 않습니다. " + want}
}

// For gives the values an audience may be shown, in the table's order.
func (t Table) For(who Audience, f Fields) Values {
	out := Values{}
	for _, d := range t {
		switch {
		case d.SeenBy&who == 0:
		case d.Flag != nil:
			out = append(out, Value{d.Name, *d.Flag(&f)})
		default:
			out = append(out, Value{d.Name, *d.Text(&f)})
		}
	}
	return out
}

// Value is one field's value, a string or a bool.
type Value struct {
	Name  string
	Value any
}

// Values are fields' values; in JSON they are one object that keeps their order.
type Values []Value

// MarshalJSON implements json.Marshaler.
func (v Values) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, one := range v {
		if i > 0 {
			b.WriteByte(',')
		}
		value, err := json.Marshal(one.Value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", one.Name, err)
		}
		fmt.Fprintf(&b, "%q:%s", one.Name, value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// Normalize gives the fields as they are stored; see NormalizeText.
func (f Fields) Normalize() Fields { return OwnerFields().Normalize(f) }

// Validate reports every wrong field at once; see Table.Validate.
func (f Fields) Validate() error { return OwnerFields().Validate(f) }

// Length counts the characters a person sees: extended grapheme clusters after
// NFC, spaces included. The site counts the same way.
func Length(s string) int { return uniseg.GraphemeClusterCount(norm.NFC.String(s)) }

// NormalizeText gives a text as it is stored: what shows nothing removed (see Ignorable),
// but for what holds emoji together; NFC (macOS sends NFD); line breaks, control
// characters and blanks as single spaces; ends trimmed. Everything else stays as the owner
// wrote it. Of a text in which nothing is visible nothing stays.
func NormalizeText(s string) string {
	s = norm.NFC.String(withoutIgnorable(strings.ToValidUTF8(s, "")))
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.IsSpace(r) || r == '\u2028' || r == '\u2029' || r == blankCell {
			return ' '
		}
		return r
	}, s)
	if !visible(s) {
		return ""
	}
	return strings.Join(strings.Fields(s), " ")
}
