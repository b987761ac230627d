package copywriter

import (
	"slices"
	"strings"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/category"
	"github.com/nanococoa/nanococoa/internal/thesaurus"
)

// topic is something that a line may only speak of when the owner's fields do: the hour,
// the season, the place, who buys, for whom. Without that a line written for one product
// of a mood says something false of the next: a lamp is not lit in a forest because its
// owner wrote that it is natural.
type topic struct {
	words string          // of our lines, as thesaurus.Find takes them
	ideas string          // of the fields, any of which gives the topic
	said  string          // more words of the fields that give it
	kinds []category.Kind // of goods that give it by themselves
}

// The topics by which package code asks; see topicsOf.
const (
	topicSelf = iota
	topicRest
)

// topics are checked for every line that is to be used. never is an entry that no field gives.
var topics = [...]topic{
	topicSelf: { // the reader is the one who uses it: see forBuyer
		words: "=나, 나에게., 나다운., 나답게., 나만의., 나와의., 나로., =내, 당신",
	},
	topicRest: {
		words: "쉬어, =쉼, 쉼이, 쉼표, 느긋, 느리게, 서두르지 않, 천천히, 고요, 차분, 여유, 숨을 고르, 깊은 숨, 한가",
		ideas: "calm, rest, hush, afternoon, hanok, vacation, soft",
	},
	{ // never: what a buyer is, or how a thing was made
		words: "남자, 여자, 그녀, =그의, 스무 살, 갓, 밭에서, 재료의, 흙, 햇살과 바람, 할머니",
	},
	{
		words: "=밤, 밤을, 밤거리, 겨울밤, 가을밤, 밤중, 야경, 불빛, 네온, 어둠, =별, 조명, 라운지, 불을 켜, 불을 밝, 불 켜진",
		ideas: "night street, night, night sea, night view, nightlife, neon, cyberpunk, city lights, " +
			"lamplight, starlight, moonlight, full moon, " +
			"candlelight, club, campfire, fireworks, lantern, spotlight",
	},
	{words: "아침, 새벽", ideas: "morning, breakfast, dawn"},
	{words: "오후", ideas: "afternoon, tea, coffee, cafe"},
	{words: "저녁, 노을, 하루 끝, 하루의 끝, 해 질", ideas: "evening, sunset, night, night view, night street, after work"},
	{words: "=봄, 봄날, 봄볕, 봄빛, 봄바람, 새봄, 봄꽃", ideas: "spring, spring flower, sprout, cherry blossom, picnic"},
	{
		words: "꽃, 향긋",
		ideas: "spring, spring flower, flower, blossom, bloom, cherry blossom, petal, tulip, rose",
		kinds: []category.Kind{category.Plant},
	},
	{words: "돗자리, 나들이, 소풍", ideas: "picnic, spring, travel, vacation"},
	{
		words: "여름, 올여름, 더위, 더운, 무더, 뜨거운, 파도",
		ideas: "summer, heat, beach, bathing, tropics",
	},
	{
		words: "시원, 청량, 얼음",
		ideas: "cool, cold, heat, summer, ice, icy, iced, frozen, ice cube, refreshing, bathing, beach",
	},
	{words: "겨울, 추운, 추위, 찬 바람, 언 손, 차가운", ideas: "winter, snow, white snow, snowflake"},
	{words: "포근, 따뜻, 따스, 온기, 데우, 데웁, 아늑, 안기듯", ideas: "warm, cosy, kindly, blanket, winter, snow, fireplace, knit"},
	{words: "가을, 단풍, 낙엽, 선선, 높아진 하늘", ideas: "autumn, fallen leaves, reed"},
	{
		words: "아이가, 아이의, 아이와, 아이 눈, 아이도, 작은 손, 어릴",
		ideas: "child, childhood, children's room", kinds: []category.Kind{category.Kids},
	},
	{
		words: "엄마, 아빠, 부모, 식구, 가족, 고향, 집안",
		ideas: "family, relatives, parents, childhood, holidays, lunar feast",
	},
	{words: "작은 가족", kinds: []category.Kind{category.Pet}},
	{
		words: "연인, 둘만, 두 사람, 사랑, 고백, 그대, 두근, 그날을 위한, 그날의, 약속 시간, 두 잔, 서로의, 곁에 선, 설렘이 녹",
		ideas: "love, couple, bride, heart, flutter, fluttering",
	},
	{
		words: "선물, 건네고, 건네는 날, 드리고, 드립니다, 드리는, 받는 분, 고마운, 고마움, 상자를",
		ideas: "gift, gift set, present, ribbon, day of thanks, holidays, lunar feast, parents, love, couple, year's end",
		said:  "감사, 고마",
	},
	{
		words: "숲, 나무, 산길",
		ideas: "forest, grove, among trees, thicket, deep in the hills, woodland, trees, hiking, leaf",
	},
	{words: "들판, =밭", ideas: "field, meadow, farm, orchard, countryside, grass"},
	{
		words: "초록, 풀잎, 이슬, 잎",
		ideas: "greenery, green, green dye, plant, leaf, blade of grass, garden, forest, moss, dew, tea, grass",
		kinds: []category.Kind{category.Plant},
	},
	{
		words: "자연",
		ideas: "nature, zero waste, forest, deep in the hills, greenery, field, farm, countryside, garden, plant, green, " +
			"unaffected, valley, Jeju, leaf, grass, meadow, mountain",
	},
	{
		words: "도시, 도심, 거리, 골목, 빌딩",
		ideas: "city, street, street style, alley, building, rooftop, night view, night street, neon, cyberpunk, commute",
	},
	{
		words: "여행, 떠나, 떠날, 떠난, 모험, 파우치에, 이동 끝, 낯선, 길 위",
		ideas: "travel, vacation, departure, hiking, camping, car camping, tent",
	},
	{words: "캠핑, 텐트, 모닥불", ideas: "camping, car camping, tent, campfire"},
	{
		words: "운동, =땀, 달리, 달린, 뛰, 심장, 페이스, 힘차게, 한 걸음 더, 움직",
		ideas: "sport, sports hall, gym, track, sports field, dynamic, " +
			"energy, power, powerful, vigour, spirited, hiking, passion, speed",
		kinds: []category.Kind{category.Sport},
	},
	{words: "명절, 손님상, 덕담, 차례", ideas: "holidays, lunar feast"},
	{words: "축제, 파티, 건배, 음악, 흥을", ideas: "festival, party, celebration, Christmas, year's end, lantern, fireworks"},
	{words: "바쁜, 바쁘, 분주", ideas: "busy, commute"},
	{
		words: "추억, 그 시절, =옛, 오래된, 레코드, 필름, 빛바랜, 흑백, 다방, 레트로, 낡은, 손때, 아날로그, 복고, 그때 그",
		ideas: "vintage, olden days, film, tradition, heritage",
	},
	{words: "호텔", ideas: "hotel, luxury, lounge"},
	{words: "품격, 우아, 귀한, 귀하게, 절제된", ideas: "luxury, elegant, refined, golden, gold, marble, hotel, champagne"},
	{words: "알록달록, 컬러, 무채색, 색을", ideas: "colourful, fun, showy, cheerful, lively, bright, cute"},
	{words: "새집, 이사, 짐을 풀", ideas: "moving house"},
	{words: "창가, 창밖, 창을, 창 너머", ideas: "window, sunlight, morning, rainy day, rain, snow"},
	{words: "친구", ideas: "party, festival, child", said: "친구, 우정"},
	{words: "바다", ideas: "sea, night sea, beach, coast, wave, shoreline"},
	{words: "=비, 빗소리", ideas: "rain, rainy day, raindrop"},
}

// topicsOf says which topics the fields give.
func (b brief) topicsOf(f ad.Fields) (given [len(topics)]bool) {
	text := strings.Join([]string{f.AdConcept, f.ProductName, f.ProductCategory}, " . ")
	mentions := thesaurus.Read(text)
	for i, t := range topics {
		given[i] = slices.Contains(t.kinds, b.kind) || t.said != "" && len(thesaurus.Find(text, []string{t.said})) > 0 ||
			slices.ContainsFunc(mentions, func(m thesaurus.Mention) bool { return thesaurus.Lists(t.ideas, m.Idea) })
	}
	given[topicSelf] = b.forBuyer()
	if slices.ContainsFunc(mentions, func(m thesaurus.Mention) bool { return m.Idea == "busy" }) {
		given[topicRest] = false
	}
	return given
}

// topicWords are the words of the topics.
var topicWords = func() *thesaurus.List {
	list := make([]string, len(topics))
	for i, t := range topics {
		list[i] = t.words
	}
	return thesaurus.Compile(list)
}()

// allows reports whether a line speaks of nothing but what the fields give.
func (b brief) allows(line string) bool {
	if b.kind.Sober() {
		return true // such goods have lines of their own, which say nothing but how they are served
	}
	for _, m := range topicWords.Find(line) {
		if !b.given[m.Entry] {
			return false
		}
	}
	return true
}
