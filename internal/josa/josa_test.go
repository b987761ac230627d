package josa_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/nanococoa/nanococoa/internal/josa"
)

// The expected forms are how a Korean speaker writes them, in the order 은 이 을
// 과 으로. "" means that speakers differ or the reading cannot be known.
func TestAttach(t *testing.T) {
	t.Parallel()
	const (
		open   = "는 가 를 와 로"
		closed = "은 이 을 과 으로"
		rieul  = "은 이 을 과 로"
	)
	for word, want := range map[string]string{
		"커피": open, "사과": open, "가방": closed, "이어폰": closed, "과일": rieul, "비타민 젤": rieul, "값": closed,
		// Symbols at the end are silent.
		"콜라!": open, "떡(국산)": closed, "향초 ♥": open, "꿀🍯": rieul, "우유…": open, "과자™": open,
		// Numbers, as they are read.
		"아이폰 15": open, "향수 7": rieul, "라면 3": closed, "세트 10": closed, "에디션 2026": closed, "노트 9": open, "호실 101": rieul,
		"책 1000": closed,
		// Glued numbers: sure only where both readings agree.
		"갤럭시 S24": open, "MP3": "", "오메가3": "", "세트4": open, "A7": "", "PS5": open, "버전 2.0": "", "1+1": "", "1+2": open,
		// Units and read signs.
		"쌀 10kg": closed, "젤리 250g": closed, "생수 500ml": open, "우유 2L": open, "과즙 100%": open, "핫팩 60℃": open, "비타민A+": open,
		"케이블 2m": open,
		// A capital that may be a unit or a letter is a letter; a degree is read.
		"5G": open, "3M": closed, "LTE 5G": open, "90°": open, "각도 45°": open, "36.5℃": open, "100℉": open, "쌀 10㎏": closed,
		"500㎖": open, "면 100％": open, "10g": closed, "20m": open, "1L": open, "8GB": open, "25W": open,
		// Spelled letters.
		"LG TV": open, "비타민C": open, "USB": "", "LED": open, "사이즈 L": rieul, "모델 M": closed, "BMW": open, "HDMI": open,
		"Q": open, "DHL": rieul,
		// English words.
		"Apple": rieul, "iPhone": closed, "Galaxy": open, "Coffee": open, "Cafe": open, "Cup": closed, "Cream": closed,
		"Ring": closed, "Book": closed, "Black": closed,
		"Milk": open, "Steak": open, "Mint": open, "Lamp": open, "Club": closed, "Classic": closed, "Style": rieul,
		"Fresh": open, "Nike": open, "Time": closed, "One": closed, "Wood": open, "Pixel": rieul, "Computer": open,
		"Blue": open, "Sun": closed, "be": open, "ale": open, "me": open,
		"Set": "", "Mug": "", "Tablet": "", "AirPods": "", "TOP": "", "Robots": "", "Disc": "", "Soup": "", "Week": open,
		"Iraq": "", "kebab": closed, "bulb": "", "pik": "",
		// Nothing to go by.
		"": "", "!!!": "", "🍎": "", "東京": "", "ㅋㅋ": "", "éclair": "",
	} {
		t.Run(word, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, p := range []josa.Particle{josa.Topic, josa.Subject, josa.Object, josa.And, josa.Toward} {
				if s, ok := p.Attach(word); ok {
					form, found := strings.CutPrefix(s, word)
					if !found {
						t.Fatalf("%q became %q", word, s)
					}
					got = append(got, form)
				}
			}
			if s := strings.Join(got, " "); s != want {
				t.Errorf("%q takes %q, want %q", word, s, want)
			}
		})
	}
}

func TestOnlyParticlesAreAttached(t *testing.T) {
	t.Parallel()
	for _, p := range []josa.Particle{"", "는", "의", "이다"} {
		if s, ok := p.Attach("사과"); ok {
			t.Errorf("%q is not the form of a particle after a consonant, and gave %q", p, s)
		}
	}
}

// Where the word does not end in Hangul both forms are written, as Korean forms and
// manuals do.
func TestAfter(t *testing.T) {
	t.Parallel()
	for want, got := range map[string]string{
		"상품 이름을":   josa.Object.After("상품 이름"),
		"연령대는":     josa.Topic.After("연령대"),
		"서울로":      josa.Toward.After("서울"),
		"부산으로":     josa.Toward.After("부산"),
		"USB을(를)":  josa.Object.After("USB"),
		"Cafe과(와)": josa.And.After("Cafe"),
		"東京(으)로":   josa.Toward.After("東京"),
		"이(가)":     josa.Subject.After(""),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// Whatever is put before the last syllable, the last syllable decides, and the
// final computed from the code point agrees with decomposing it by hand.
func TestHangulIsDecidedByItsLastSyllable(t *testing.T) {
	t.Parallel()
	finals := []rune("\x00ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")
	rapid.Check(t, func(t *rapid.T) {
		lead, vowel := rapid.IntRange(0, 18).Draw(t, "lead"), rapid.IntRange(0, 20).Draw(t, "vowel")
		final := rapid.IntRange(0, 27).Draw(t, "final")
		word := rapid.String().Draw(t, "before") + string('가'+rune((lead*21+vowel)*28+final))
		want := josa.Closed
		switch finals[final] {
		case 0:
			want = josa.Open
		case 'ㄹ':
			want = josa.Rieul
		}
		if got := josa.Sound(word); got != want {
			t.Fatalf("Sound(%q) = %v, want %v", word, got, want)
		}
	})
}
