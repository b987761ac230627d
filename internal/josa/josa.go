// Package josa attaches the Korean particles that change with the sound before
// them: 은/는, 이/가, 을/를, 과/와, 으로/로. Words need not be Hangul: digits,
// units, Latin letters and words are judged by how they are read aloud in
// Korean, and a word whose reading is not certain is reported as such, so that
// a writer can choose a sentence without a particle instead of guessing.
package josa

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Final is how the last syllable of a word sounds.
type Final int

// The finals that particles distinguish.
const (
	Unknown Final = iota // the reading is not certain
	Open                 // ends in a vowel
	Closed               // ends in a consonant other than ㄹ
	Rieul                // ends in ㄹ, which takes 로 and not 으로
)

// Particle is a particle, named by its form after a consonant.
type Particle string

// The particles whose form changes.
const (
	Topic   Particle = "은"  // 은/는
	Subject Particle = "이"  // 이/가
	Object  Particle = "을"  // 을/를
	And     Particle = "과"  // 과/와
	Toward  Particle = "으로" // 으로/로
)

// form is the form after a sound that is known; "" for what is none of the particles
// above.
func (p Particle) form(f Final) string {
	var open string
	switch p {
	case Topic:
		open = "는"
	case Subject:
		open = "가"
	case Object:
		open = "를"
	case And:
		open = "와"
	case Toward:
		open = "로"
	default:
		return ""
	}
	if f == Open || f == Rieul && p == Toward { // ㄹ takes 로
		return open
	}
	return string(p)
}

// Attach gives the word (NFC) with the form of the particle that fits it. It is
// false when the word's reading is not certain, and for an unknown particle.
func (p Particle) Attach(word string) (string, bool) {
	sound := Sound(word)
	form := p.form(sound)
	if sound == Unknown || form == "" {
		return "", false
	}
	return word + form, true
}

// After gives a Korean word (NFC) with the form that fits its last syllable, or with
// both, as 을(를) and (으)로, when it does not end in Hangul. Unlike Attach it knows no
// other scripts, and so does not link what reads them.
func (p Particle) After(word string) string {
	last, _ := utf8.DecodeLastRuneInString(word)
	switch {
	case isHangul(last):
		return word + p.form(syllable(last))
	case p == Toward:
		return word + "(으)로"
	}
	return word + string(p) + "(" + p.form(Open) + ")"
}

// Sound says how the last syllable of a word (NFC) is read. Silent symbols at
// the end are passed over: "콜라!" sounds like "콜라".
func Sound(word string) Final {
	r := []rune(word)
	for len(r) > 0 && silent(r[len(r)-1]) {
		r = r[:len(r)-1]
	}
	if len(r) == 0 {
		return Unknown
	}
	switch last := r[len(r)-1]; {
	case isHangul(last):
		return syllable(last)
	case isDigit(last):
		return number(r)
	case strings.ContainsRune(readSigns, last):
		return Open
	case strings.ContainsRune("㎖㎝㎜㎞㎡㎥ℓ", last): // 밀리리터, 센티미터 … 제곱미터, 리터
		return Open
	case strings.ContainsRune("㎏㎎㎍", last): // 킬로그램 …
		return Closed
	case isLatin(last):
		return latin(r)
	}
	return Unknown
}

// readSigns are the signs that are read out, all with a vowel at the end: 퍼센트, 도, 플러스.
const readSigns = "%％℃℉°º+"

// silent says whether nobody reads the symbol out.
func silent(r rune) bool {
	if strings.ContainsRune(readSigns+"㎖㎝㎜㎞㎡㎥ℓ㎏㎎㎍", r) {
		return false
	}
	return unicode.IsSpace(r) || unicode.IsPunct(r) || unicode.IsSymbol(r) || unicode.Is(unicode.Cf, r) ||
		unicode.Is(unicode.Mn, r)
}

func isHangul(r rune) bool { return r >= '가' && r <= '힣' }

// syllable reads the final out of the code point: syllables are laid out in
// blocks of 28 by final, and the 8th final is ㄹ (Unicode ch. 3.12).
func syllable(r rune) Final {
	switch (r - '가') % 28 {
	case 0:
		return Open
	case 8:
		return Rieul
	}
	return Closed
}

// number is the Sino-Korean reading of a number at the end: 영 일 이 삼 사 오 육
// 칠 팔 구. A number that ends in zeros ends in 십, 백, 천 or 만, all closed like
// 영. Glued to a letter or a sign the number may be read in English (MP쓰리 and
// 오메가쓰리 but S이십사), and only 2, 4 and 5 end in a vowel either way.
func number(r []rune) Final {
	start := len(r)
	for start > 0 && isDigit(r[start-1]) {
		start--
	}
	glued := start > 0 && (unicode.IsLetter(r[start-1]) || strings.ContainsRune(".+-/", r[start-1]))
	switch last := r[len(r)-1]; {
	case strings.ContainsRune("245", last):
		return Open
	case glued:
		return Unknown
	case last == '9':
		return Open
	case strings.ContainsRune("178", last):
		return Rieul
	}
	return Closed
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func isLatin(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

// latin judges the Latin letters at the end of a word: as a unit when a number
// stands before them, else as spelled letters or as an English word, whichever
// is sure, and when neither is, only if both readings end alike.
func latin(r []rune) Final {
	start := len(r)
	for start > 0 && isLatin(r[start-1]) {
		start--
	}
	tail := string(r[start:])
	low := strings.ToLower(tail)
	if start > 0 && isDigit(r[start-1]) {
		if tail == "G" || tail == "M" { // 오지, 쓰리엠: a gram and a metre are written small
			return letter(low[0])
		}
		if f := unit(low); f != Unknown {
			return f
		}
	}
	if start > 0 && unicode.IsLetter(r[start-1]) && len(tail) > 1 && !unicode.Is(unicode.Hangul, r[start-1]) {
		return Unknown // the rest of a word such as "éclair", cut at its accent
	}
	spelled := letter(low[len(low)-1])
	if !strings.ContainsAny(low, "aeiouy") {
		return spelled
	}
	read := english(low)
	if tail == strings.ToUpper(tail) && len(tail) <= 4 && read != spelled {
		return Unknown // USB is spelled, TOP is read; both look alike
	}
	return read
}

// unit is how a unit after a number is read: 그램, 리터, 미터, 와트, 바이트 …
func unit(low string) Final {
	switch low {
	case "g", "kg", "mg", "gram":
		return Closed
	case "ml", "l", "cm", "mm", "m", "km", "w", "kw", "v", "gb", "tb", "mb", "oz", "inch", "mah", "hz":
		return Open
	}
	return Unknown
}

// letter is the Korean name of a Latin letter: 엘 and 알 end in ㄹ, 엠 and 엔 in
// a consonant, all others in a vowel.
func letter(c byte) Final {
	switch c {
	case 'l', 'r':
		return Rieul
	case 'm', 'n':
		return Closed
	}
	return Open
}

// english guesses the last sound of an English word as loanwords are written in
// Korean: 애플, 폰, 케이크, 민트. Endings that Korean renders both ways (세트 but
// 태블릿, 머그 but 백) are Unknown.
func english(w string) Final {
	last := w[len(w)-1]
	prev := byte(0)
	if len(w) > 1 {
		prev = w[len(w)-2]
	}
	vowelBefore := strings.IndexByte("aeiouy", prev) >= 0
	// A consonant closes a syllable after one short vowel (컵, 팩) but is given a
	// vowel of its own after two (수프, 스테이크) or after a consonant (램프, 밀크).
	short := vowelBefore && (len(w) < 3 || strings.IndexByte("aeiouy", w[len(w)-3]) < 0)
	switch last {
	case 'a', 'i', 'o', 'u', 'y', 'w', 'r', 's', 'x', 'z', 'f', 'v', 'j', 'h', 'd':
		if strings.HasSuffix(w, "ots") || strings.HasSuffix(w, "ods") || strings.HasSuffix(w, "pod") {
			return Unknown // 에어팟, whatever the English plural
		}
		return Open
	case 'l':
		return Rieul
	case 'm', 'n':
		return Closed
	case 'e':
		switch prev {
		case 'l':
			if len(w) > 3 {
				return Rieul // 애플, 스타일
			}
		case 'm', 'n':
			if len(w) > 3 || w == "one" {
				return Closed // 타임, 폰
			}
		default:
			return Open
		}
		return Open
	case 'g':
		if prev == 'n' {
			return Closed // 링
		}
	case 'k':
		switch {
		case prev == 'c', strings.HasSuffix(w, "ook"):
			return Closed // 팩, 북
		case !vowelBefore, !short:
			return Open // 밀크, 스테이크
		}
	case 'c':
		if prev == 'i' {
			return Closed // 클래식
		}
	case 'p':
		switch {
		case short:
			return Closed // 컵
		case !vowelBefore:
			return Open // 램프
		}
	case 'b':
		if short {
			return Closed // 클럽
		}
	case 't':
		if !vowelBefore {
			return Open // 민트
		}
	}
	return Unknown
}
