package thesaurus_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/nanococoa/nanococoa/internal/thesaurus"
)

// found writes the matches as entry@word.
func found(text string, list ...string) string {
	var out []string
	for _, m := range thesaurus.Find(text, list) {
		out = append(out, fmt.Sprintf("%d@%d", m.Entry, m.Word))
	}
	return strings.Join(out, " ")
}

func TestHowWordsAreWritten(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		words     string
		yes, none []string
	}{
		"Korean":          {"겨울", []string{"겨울", "겨울의", "한겨울에", "겨울바다"}, []string{"겨 울", "여름"}},
		"with a particle": {"=봄", []string{"봄", "봄의", "새 봄을", "봄처럼", "봄날"}, []string{"돌봄", "봄비", "봄을적인"}},
		"exact, Korean":   {"눈길.", []string{"눈길", "하얀 눈길 위"}, []string{"눈길을", "첫눈길"}},
		"exact, English":  {"fall.", []string{"fall", "in fall"}, []string{"falls", "waterfall", "fall한"}},
		"English": {"night", []string{"night", "NIGHTS", "a night's", "night의", "nights의"}, []string{
			"nightly", "midnight", "night2",
		}},
		"stem":           {"snow*", []string{"snow", "snowy", "snowflakes", "snow의"}, []string{"no-nsnow"}},
		"a row of words": {"눈 내리", []string{"눈 내리는", "큰 눈  내린다, 눈 내리다"}, []string{"첫눈 내리는", "눈이 내리"}},
		"a row in English": {"living room", []string{"living room", "Living-Rooms"}, []string{
			"living roomy", "outliving room",
		}},
		"a number":       {"80년대", []string{"80년대", "1980년대풍"}, []string{"80 년대"}},
		"one of several": {"초록, =숲", []string{"숲에서", "초록빛"}, []string{"숲속"}},
		"nothing":        {"", nil, []string{"", "봄"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, text := range tc.yes {
				if got := found(text, tc.words); got == "" {
					t.Errorf("%q is not in %q", tc.words, text)
				}
			}
			for _, text := range tc.none {
				if got := found(text, tc.words); got != "" {
					t.Errorf("%q is in %q: %s", tc.words, text, got)
				}
			}
		})
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	list := []string{"도시", "도시락", "=밤", "눈 내리", "함박눈", "나무.", "나무", "calm"}
	for text, want := range map[string]string{
		"밤의 도시":       "2@0 0@1",
		"도시의 밤, 도시":   "0@0 2@1 0@2",
		"도시락 도시":      "1@0 0@1", // the longest word counts
		"함박눈 내리는 밤":   "4@0 2@2",
		"큰 눈 내리는 도시":  "3@1 0@3",
		"나무":          "5@0", // of two in one place the first
		"나무로":         "6@0",
		"CALM; calm!": "7@0 7@1",
		"":            "",
		"…!?":         "",
	} {
		if got := found(text, list...); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := found(norm.NFD.String("도시의 밤"), list...); got != "0@0 2@1" {
		t.Errorf("decomposed: %q", got)
	}
}

func TestWhatIsTakenBack(t *testing.T) {
	t.Parallel()
	list := []string{"시원", "꽃", "cold", "눈 내리"}
	for text, want := range map[string]bool{
		"시원한": true, "시원하지 않은": false, "시원하지않은": false, "시원하지 못한": true, "시원함 없는": false, "안 시원한": false, "안의 시원한": true,
		"꽃 말고 풀": false, "꽃이 아닌": false, "꽃 아니고": false, "꽃 빼고": false, "꽃 없이": false, "꽃 위의": true, "꽃도 않은": false,
		"cold": true, "not cold": false, "no cold": false, "without cold": false, "never cold": false, "noting cold": true,
		"not so cold": true,
		"눈 내리지 않는":    false, "눈 내리는 날": true,
	} {
		if got := found(text, list...) != ""; got != want {
			t.Errorf("%q: found is %v, want %v", text, got, want)
		}
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"여름 바다로 떠나는 시원한 휴가":      "summer@0 sea@1 departure@2 cool@3 vacation@4",
		"비 내린 밤 네온이 빛나는 도시 거리":   "rain@0 night@2 neon@3 shine@4 city@5 street@6",
		"도시락 들고 가는 소풍":           "lunch box@0 picnic@3",
		"고급스러운 대리석 위의 우아한 선물":    "luxury@0 marble@1 elegant@3 gift@4",
		"Cozy café, vintage한 느낌": "cosy@0 cafe@1 vintage@2",
		"자연스러운 아침식사":             "unaffected@0 breakfast@1",
		"이름 없는 글":                "",
	} {
		var got []string
		for _, m := range thesaurus.Read(text) {
			got = append(got, fmt.Sprintf("%s@%d", m.Idea, m.Word))
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%q: %q, want %q", text, s, want)
		}
	}
}

func TestAnyTextIsRead(t *testing.T) {
	t.Parallel()
	known := thesaurus.Ideas()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		for _, m := range thesaurus.Read(text) {
			if !slices.Contains(known, m.Idea) || m.Word < 0 || m.Word >= max(1, len([]rune(text))) {
				t.Fatalf("%+v", m)
			}
		}
	})
}

// Each word stands once: that is what the thesaurus is for.
func TestEachWordStandsOnce(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for name, words := range thesaurus.Words() {
		if words == "" {
			t.Errorf("%s has no words", name)
		}
		for word := range strings.SplitSeq(words, ", ") {
			if other, ok := seen[word]; ok {
				t.Errorf("%q stands under %q and under %q", word, other, name)
			}
			seen[word] = name
			if word == "" || strings.Trim(word, "=.*") == "" || word != strings.ToLower(word) || strings.Contains(word, ",") {
				t.Errorf("%s: %q is no word", name, word)
			}
		}
	}
	names := thesaurus.Ideas()
	slices.Sort(names)
	if all := len(names); len(slices.Compact(names)) != all {
		t.Error("two ideas have one name")
	}
	for _, name := range names {
		if strings.Contains(name, ",") {
			t.Errorf("%q cannot be listed", name)
		}
	}
}

func TestLists(t *testing.T) {
	t.Parallel()
	for idea, want := range map[string]bool{
		"sea": true, "sky blue": true, "blue": false, "sky": false, "": false, "night": true,
	} {
		if got := thesaurus.Lists("sea, sky blue, night", idea); got != want {
			t.Errorf("%q: %v", idea, got)
		}
	}
}
