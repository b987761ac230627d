package mood_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"github.com/nanococoa/nanococoa/aiserver/standin/mood"
	"github.com/nanococoa/nanococoa/internal/thesaurus"
)

func TestLooks(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		concept, category string
		want              mood.Look
	}{
		{"새벽 도시를 걷는 느낌", "의류", mood.City},
		{"네온사인이 번지는 밤거리", "전자제품", mood.Neon},
		{"cyberpunk neon city at night", "electronics", mood.Neon},
		{"햇살이 드는 창가의 아침", "식품", mood.Window},
		{"morning sunlight through a window", "food", mood.Window},
		{"숲속에서 찾은 자연의 힘", "식품", mood.Forest},
		{"fresh organic green leaves", "cosmetics", mood.Forest},
		{"포근한 겨울, 첫눈 오는 날", "의류", mood.Snow},
		{"크리스마스 선물", "기타", mood.Snow},
		{"눈 내리는 겨울 숲", "의류", mood.Snow},
		{"겨울 숲속의 고요", "식품", mood.Snow},
		{"눈 덮인 산속 오두막", "식품", mood.Snow},
		{"눈이 편안한 조명", "가전", mood.Window}, // an eye, not snow
		{"가을 캠핑 모닥불", "식품", mood.Camp},
		{"단풍 든 산길 산책", "의류", mood.Autumn},
		{"봄 소풍 도시락", "식품", mood.Blossom}, // a lunch box, not a city
		{"도시의 밤", "식품", mood.Neon},
		{"비 오는 날 창가의 커피 한 잔", "식품", mood.Cafe},
		{"나무 식탁에 차린 정성", "식품", mood.Kitchen},
		{"나무 사이로 부는 바람", "의류", mood.Forest},
		{"푸른 들판", "식품", mood.Field},
		{"아이와 함께 하는 즐거운 주말", "의류", mood.Nursery},
		{"아이스 음료", "식품", mood.Podium}, // ice, not a child
		{"시원한 여름 바다로 떠나는 휴가", "의류", mood.Sea},
		{"tropical beach vacation", "fashion", mood.Sea},
		{"고급스러운 명품의 품격", "의류", mood.Marble},
		{"premium luxury, marble and gold", "기타", mood.Marble},
		{"추석 명절 선물세트", "식품", mood.Hanji},
		{"한복처럼 고운 전통의 멋", "기타", mood.Hanji},
		{"파스텔 톤으로 귀엽게", "완구", mood.Pastel},
		{"깔끔하고 미니멀하게", "기타", mood.Podium},
		{"엄마가 차린 따뜻한 집밥", "식품", mood.Kitchen},
		{"cozy cafe with coffee", "food", mood.Cafe},
		{"벚꽃 흩날리는 봄날의 피크닉", "식품", mood.Blossom},
		{"단풍 든 가을 산책", "의류", mood.Autumn},
		{"실크처럼 부드러운 로맨틱", "화장품", mood.Silk},
		{"스튜디오 무대 위 주인공", "기타", mood.Podium},
		{"주말 특가", "전자제품", mood.Podium},
		{"주말 특가", "화장품", mood.Podium},
		{"주말 특가", "식품", mood.Podium},
		{"", "", mood.Podium},
	} {
		if got := mood.Read(tc.concept, tc.category, ""); got.Look != tc.want {
			t.Errorf("%q in %q: %s %v, want %s", tc.concept, tc.category, got.Look, got.Words, tc.want)
		}
	}
}

func TestEveryLookCanBeAskedFor(t *testing.T) {
	t.Parallel()
	for _, l := range mood.Looks() {
		if got := mood.Read(map[mood.Look]string{
			mood.Podium: "studio podium", mood.Window: "sunny window", mood.Forest: "forest", mood.Neon: "neon",
			mood.Snow: "snow", mood.Sea: "sea", mood.Marble: "marble", mood.Hanji: "hanji", mood.Pastel: "pastel",
			mood.Cafe: "cafe", mood.Blossom: "cherry blossom", mood.Autumn: "autumn", mood.Silk: "silk",
			mood.City: "city", mood.Field: "meadow", mood.River: "river", mood.Living: "living room", mood.Desk: "desk",
			mood.Vanity: "vanity", mood.Gym: "gym", mood.Camp: "camping", mood.Kitchen: "kitchen", mood.Festival: "lantern",
			mood.Nursery: "playroom", mood.Workshop: "workshop",
		}[l], "", ""); got.Look != l {
			t.Errorf("%s gives %s", l, got.Look)
		}
	}
}

func TestAxes(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		text              string
		light, warm, live int // wanted signs
	}{
		"night":  {"어두운 밤", -1, -1, 1},
		"sunny":  {"햇살 가득한 아침", 1, 1, 0},
		"winter": {"차가운 겨울", 1, -1, 0},
		"cozy":   {"따뜻한 카페", 1, 1, 0},
		"vivid":  {"비비드 컬러풀", 1, 0, 1},
	} {
		m := mood.Read(tc.text, "", "")
		for k, v := range [3]float64{m.Light, m.Warm, m.Vivid} {
			if want := [3]int{tc.light, tc.warm, tc.live}[k]; v > 1 || v < -1 || want > 0 && v <= 0 || want < 0 && v >= 0 ||
				want == 0 && v != 0 {
				t.Errorf("%s: axis %d = %.2f, want sign %d", name, k, v, want)
			}
		}
	}
}

func TestHuesAndWords(t *testing.T) {
	t.Parallel()
	m := mood.Read("보라색 네온이 빛나는 밤, neon night", "", "")
	if !slices.Contains(m.Hues, 300) {
		t.Errorf("hues = %v, want violet among them", m.Hues)
	}
	if len(m.Words) == 0 || m.Words[0] != "neon" || len(m.Words) > 5 {
		t.Errorf("words = %v", m.Words)
	}
	for _, w := range m.Words {
		if strings.ToLower(w) != w || strings.ContainsAny(w, " \n") || w > "{" {
			t.Errorf("%q is not a plain English word", w)
		}
	}
	if m := mood.Read("zzz 가나다라", "", ""); m.Known != 0 || len(m.Words) != 0 || m.Light != 0 {
		t.Errorf("nonsense was understood: %+v", m)
	}
}

func TestReadTakesBackWhatIsDenied(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"어둡지 않은 느낌", "도시가 아닌 곳", "not dark", "without snow", "겨울 말고"} {
		if m := mood.Read(text, "", ""); m.Known != 0 {
			t.Errorf("%q was read as %v", text, m.Words)
		}
	}
}

func TestReadIgnoresLetterForm(t *testing.T) {
	t.Parallel()
	want := mood.Read("겨울 바다, Neon!", "식품", "")
	for name, text := range map[string]string{
		"decomposed": norm.NFD.String("겨울 바다, Neon!"), "capitals": "겨울 바다, NEON!", "crowded": "겨울/바다...neon",
	} {
		if got := mood.Read(text, "식품", ""); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
}

func TestTheConceptOutweighsPromptAndCategory(t *testing.T) {
	t.Parallel()
	prompt := "A cozy cafe with a wooden table, coffee, bakery, dessert, latte and warm lamps in the kitchen"
	if got := mood.Read("시원한 바다", "식품", prompt); got.Look != mood.Sea {
		t.Errorf("look = %s", got.Look)
	}
	// A prompt full of leaves does not turn a winter's forest green.
	leaves := "A quiet natural green forest with fresh moss, herbs, leaves and trees, organic and healing, tea garden"
	if got := mood.Read("눈 내리는 겨울 숲", "식품", leaves); got.Look != mood.Snow {
		t.Errorf("a winter's forest, look = %s", got.Look)
	}
	if got := mood.Read("", "전자제품", prompt); got.Look != mood.Cafe {
		t.Errorf("with nothing else said, look = %s", got.Look)
	}
}

// An idea that the thesaurus does not know would never be read.
func TestTheLexiconListsKnownIdeas(t *testing.T) {
	t.Parallel()
	known := thesaurus.Ideas()
	for _, list := range mood.Ideas() {
		for idea := range strings.SplitSeq(list, ", ") {
			if list != "" && !slices.Contains(known, idea) {
				t.Errorf("the thesaurus does not know %q", idea)
			}
		}
	}
}
