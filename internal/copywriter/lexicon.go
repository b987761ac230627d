package copywriter

// mood is how an ad should feel, as the owner's concept says.
type mood int

// The moods. plain is for words that give none.
const (
	plain mood = iota
	summer
	winter
	cozy
	spring
	autumn
	luxury
	nature
	city
	minimal
	vintage
	holiday
	party
	gift
	active
	journey
	family
	calm
	pop
	moods // their number
)

// kind is what sort of product it is, read from its category and name.
type kind int

// The kinds. Those before cores have copy of their own in every mood.
const (
	food kind = iota
	drink
	wear
	beauty
	tech
	home
	health
	cores
	cloth kind = iota - 1
	bag
	shoe
	jewel
	pet
	kids
	sport
	plant
	desk
	place
	car
	other
	kinds // their number
)

// core is the kind before cores whose lines fit k too; false when there is none.
func (k kind) core() (kind, bool) {
	switch k {
	case cloth, bag, shoe, jewel:
		return wear, true
	}
	return k, k < cores
}

// general reports whether a category says so little that the product's name may
// say more: a "식품" may be a drink, a "카페" may advertise a cake.
func (k kind) general() bool {
	switch k {
	case food, wear, cloth, place, other:
		return true
	}
	return false
}

// signs are the ideas of a concept, or of the moods of an analysis, that mean a
// mood. A sure sign counts more than the few hints that a short concept has.
type signs struct{ sure, hints string }

const sureWeight, hintWeight = 4, 1

// moodSigns are the signs of the moods; plain has none.
var moodSigns = [moods]signs{
	summer: {
		sure:  "cool, heat, summer, beach, bathing, ice, icy, refreshing",
		hints: "cold, sea, wave, swimming, pool, frozen, iced, ice cube, fresh",
	},
	winter: {
		sure:  "snow, white snow, snowflake, winter",
		hints: "fireplace",
	},
	cozy: {
		sure:  "cosy",
		hints: "warm, kindly, blanket",
	},
	spring: {
		sure:  "radiant, spring, spring flower, sprout, blossom, cherry blossom, tulip, picnic",
		hints: "clear sky, spruce, flower, bloom, petal",
	},
	autumn: {
		sure:  "autumn, fallen leaves",
		hints: "reed",
	},
	luxury: {
		sure:  "luxury, elegant",
		hints: "golden, hotel, refined, champagne, marble, silk, gold",
	},
	nature: {
		sure: "nature, zero waste, forest, deep in the hills, greenery, field, farm",
		hints: "sunlight, Jeju, valley, dew, grove, among trees, tree, green, garden, plant, leaf, " +
			"blade of grass, wood, trees",
	},
	city: {
		sure:  "night view, nightlife, city, street style, neon, cyberpunk, future, hip",
		hints: "night street, night, dawn, city lights, street, alley, building, rooftop, club, universe",
	},
	minimal: {
		sure:  "minimal, neat",
		hints: "modern, Nordic, white",
	},
	vintage: {
		sure:  "vintage, olden days",
		hints: "tradition, film",
	},
	holiday: {
		sure:  "holidays, lunar feast",
		hints: "full moon, parents",
	},
	party: {
		sure:  "festival, party, Christmas, year's end",
		hints: "celebration, fireworks, sparkle",
	},
	gift: {
		sure:  "love, couple, gift, gift set, day of thanks",
		hints: "rose, flutter, fluttering, heart, present",
	},
	active: {
		sure:  "sport, sports hall, dynamic, energy, vigour, spirited",
		hints: "gym, power, powerful, passion, speed",
	},
	journey: {
		sure:  "vacation, travel, hiking, camping, car camping",
		hints: "starlight, campfire, departure, tent",
	},
	family: {
		sure:  "family, relatives, child, childhood",
		hints: "affection",
	},
	calm: {
		sure:  "calm, rest",
		hints: "morning, breakfast, afternoon, evening, rainy day, hanok, soft, hush",
	},
	pop: {
		sure:  "cute, lovable, colourful, thrilling, fun",
		hints: "bright, cheerful, showy",
	},
}

// kindWords are the words of a category or a name that mean a kind. The last one
// decides, as the main word of a Korean (and an English) phrase stands last:
// 커피 머신 is a machine.
var kindWords = [kinds]string{
	food: "식품, 먹거리, 간식, 과일, 채소, 야채, 빵, 베이커리, 디저트, 쿠키, 케이크, 케익, 초콜릿, 초코, 떡, 고기, 한우, 돼지, 치킨, 닭, 피자, 반찬, 라면, 국수, " +
		"치즈, 과자, 젤리, =꿀, 벌꿀, 김치, =쌀, 견과, 밀키트, 도시락, 수산, 해산물, 생선, 새우, 만두, 김밥, =김, 소스, 된장, 고추장, 참기름, 요리, 음식, " +
		"아이스크림, 생크림, 빙수, 푸드, 그래놀라, 시리얼, 사과, 딸기, 감귤, 포도, 복숭아, 망고, 수박, 토마토, 고구마, 감자, 옥수수, 스낵, 사탕, 마카롱, 도넛, 샌드위치, " +
		"샐러드, 스테이크, 파스타, 떡볶이, 국밥, 분식, 한식, 잼, 요거트, food, snack, bread, bakery, dessert, cookie, cake, chocolate, " +
		"fruit, cheese, meat, noodle, pizza, sauce, grocery, groceries",
	drink: "음료, 커피, 라떼, 라테, 콜드브루, 에스프레소, 아메리카노, 주스, 쥬스, 과일즙, 사과즙, 배즙, 착즙, 과즙, =차, 녹차, 홍차, 보리차, 허브티, =티, 밀크티, " +
		"우유, 와인, 맥주, 막걸리, 소주, 전통주, =술, 위스키, 생수, 탄산, 에이드, 스무디, 두유, 식혜, 콤부차, 원두, drink, beverage, coffee, latte, " +
		"espresso, juice, tea, milk, wine, beer, water, soda, smoothie, ade",
	wear: "패션, 잡화, fashion",
	beauty: "화장품, 뷰티, 스킨케어, 크림, 로션, 세럼, 에센스, 앰플, 토너, 마스크팩, 립스틱, 립밤, 틴트, 팩트, 파운데이션, 향수, 퍼퓸, 샴푸, 트리트먼트, 바디워시, 비누, " +
		"클렌징, 네일, 헤어, 미용, 메이크업, cosmetic, beauty, skincare, cream, serum, lotion, perfume, shampoo, soap, " +
		"lipstick, makeup, toner",
	tech: "전자제품, 전자, 가전, 이어폰, 헤드폰, 헤드셋, 스피커, 노트북, 컴퓨터, 모니터, 키보드, 마우스, 스마트폰, 휴대폰, 핸드폰, 아이폰, 태블릿, 카메라, 충전기, 배터리, " +
		"청소기, 공기청정기, 가습기, 선풍기, 에어컨, 냉장고, 세탁기, 티비, tv, 전자레인지, 오븐, 믹서, 머신, 드라이기, 면도기, 로봇, 드론, 게임기, 프린터, 스마트워치, " +
		"폰케이스, electronics, earphone, earbuds, headphone, speaker, laptop, computer, monitor, keyboard, phone, " +
		"tablet, camera, charger, vacuum, console, device, gadget, machine",
	home: "가구, 인테리어, 리빙, 생활, 생활용품, 주방, 그릇, 접시, 컵, 커피잔, 머그, 텀블러, 냄비, 프라이팬, 도마, 식기, 침구, 이불, 베개, 매트리스, 쿠션, 커튼, 러그, " +
		"카펫, 소파, 의자, 테이블, 책상, 책장, 옷장, 옷걸이, 조명, 램프, 캔들, 향초, 디퓨저, 인센스, 수건, 타월, 화병, 꽃병, 액자, 수납, 세제, 휴지, 욕실, 소품, " +
		"벽시계, furniture, interior, kitchen, living, mug, cup, tumbler, candle, lamp, bedding, pillow, blanket, " +
		"rug, sofa, chair, table, vase, towel",
	health: "건강식품, 건강기능식품, 건기식, 영양제, 비타민, 홍삼, 인삼, 유산균, 오메가, 콜라겐, 프로바이오틱스, 루테인, 보충제, 마그네슘, supplement, vitamin, " +
		"ginseng, probiotic",
	cloth: "의류, 옷, 셔츠, 원피스, 바지, 니트, 스웨터, 코트, 자켓, 재킷, 패딩, 점퍼, 후드, 맨투맨, 블라우스, 스커트, 치마, 한복, 잠옷, 속옷, 양말, 모자, 스카프, " +
		"목도리, 장갑, clothes, clothing, apparel, shirt, dress, pants, knit, sweater, coat, jacket, hoodie, skirt, " +
		"sock, hat, scarf",
	bag: "가방, 백팩, 지갑, 파우치, 캐리어, 토트백, 에코백, 크로스백, 숄더백, 더플백, 핸드백, 클러치, bag, backpack, wallet, pouch, purse, tote, " +
		"duffel",
	shoe: "신발, 운동화, 구두, 스니커즈, 부츠, 샌들, 슬리퍼, 로퍼, shoe, sneaker, boot, sandal",
	jewel: "주얼리, 쥬얼리, 목걸이, 반지, 귀걸이, 팔찌, 시계, 액세서리, 악세서리, 안경, 선글라스, jewelry, jewellery, necklace, ring, earring, " +
		"bracelet, watch, sunglasses",
	pet:  "반려, 반려동물, 반려견, 반려묘, 강아지, 고양이, 애견, 애묘, =펫, 펫푸드, 펫용품, 사료, pet, dog, cat, puppy",
	kids: "유아, 아기, 아동, 어린이, 키즈, 장난감, 완구, 육아, 기저귀, 유모차, 블록, 인형, 신생아, baby, kid, toy, child, children",
	sport: "스포츠, 운동, 운동용품, 헬스, 피트니스, 요가, 골프, 등산, 캠핑, 낚시, 자전거, 러닝, 수영, 축구, 야구, 농구, 테니스, 배드민턴, 덤벨, 아웃도어, 텐트, " +
		"sport, fitness, yoga, golf, camping, bicycle, bike, running, outdoor",
	plant: "=꽃, 꽃다발, 튤립, 장미, 해바라기, 백합, 수국, 카네이션, 안개꽃, 프리지아, 선인장, 화분, 식물, 다육, 분재, 화훼, 부케, 원예, 플라워, flower, " +
		"plant, bouquet",
	desk: "문구, 노트, =펜, 볼펜, 만년필, 다이어리, =책, 도서, 서적, 스티커, 엽서, 달력, 플래너, 필기구, stationery, pen, notebook, book, " +
		"diary, planner",
	place: "카페, 식당, 레스토랑, 음식점, 맛집, 펜션, 호텔, 숙소, 미용실, 헤어샵, 네일샵, 꽃집, 빵집, 학원, 필라테스, 공방, 스튜디오, 매장, 가게, 서점, 서비스, 클래스, " +
		"cafe, café, restaurant, hotel, salon, studio, shop, service, class",
	car: "자동차, 차량, 타이어, 오토바이, 블랙박스, 세차, 차량용품, car, vehicle, tire, motorcycle",
}

// slot is the part of a scene that a word of the concept fills.
type slot int

// The slots of a scene.
const (
	atPlace slot = iota
	onSurface
	inLight
	inColour
	withProp
)

// detail is one thing of a scene, in English, with the ideas that ask for it.
type detail struct {
	slot   slot
	phrase string
	ideas  string
}

// details are the things of a scene that ideas of the concept ask for. The phrases
// are ours, so no word of an owner ever reaches the image model: a concept cannot
// give orders to it, and no name can end up painted as lettering.
var details = [...]detail{
	{atPlace, "a quiet sunlit café corner with plain plastered walls", "cafe"},
	{atPlace, "a bright tidy kitchen with plain pale tiles", "kitchen"},
	{atPlace, "a serene living room with one bare wall", "living room"},
	{atPlace, "a soft bedroom corner with linen drapery", "bedroom"},
	{atPlace, "a calm stone-tiled bathroom with a trace of steam", "bathroom"},
	{atPlace, "an orderly workroom with a broad empty desk", "office"},
	{atPlace, "a lush garden terrace with clipped hedges", "garden, terrace"},
	{atPlace, "a still forest clearing with tall trunks far behind", "forest"},
	{atPlace, "a pale sandy shore beside a clear turquoise sea", "sea, coast, beach"},
	{atPlace, "a high mountain overlook with layered ridges in haze", "deep in the hills, mountain, hiking"},
	{atPlace, "an open meadow of softly swaying grass", "field, grass, meadow"},
	{atPlace, "the still edge of a wide lake", "lake, valley"},
	{atPlace, "a rooftop terrace above a softly blurred skyline", "rooftop"},
	{atPlace, "a narrow city street after rain with plain unmarked facades", "night street, street, " +
		"street style, alley"},
	{atPlace, "a high city terrace with a softly blurred skyline", "night view, city, building"},
	{atPlace, "the wooden veranda of a traditional Korean hanok courtyard", "hanok"},
	{atPlace, "a rustic market stall of plain wooden crates", "market"},
	{atPlace, "a lakeside campsite beside a plain canvas tent", "camping, car camping, tent"},
	{atPlace, "a vast starlit landscape under a deep cosmic sky", "universe, space, galaxy"},
	{atPlace, "a seamless photography studio with a curved backdrop", "studio"},
	{atPlace, "a refined hotel lounge with tall drapes", "hotel, lounge"},
	{atPlace, "an airy training studio with plain concrete walls", "sports hall, gym"},
	{atPlace, "a sunny classroom with bare walls and a wooden floor", "classroom"},
	{atPlace, "a sunlit orchard with rows of fruit trees", "farm, orchard"},
	{atPlace, "the tiled edge of a still pool with rippling reflections", "pool"},
	{atPlace, "a broad window ledge framed by sheer curtains", "window"},

	{onSurface, "a polished slab of veined white marble", "marble"},
	{onSurface, "a smooth plank of oiled oak", "grove, among trees, solid wood, wood, woodland, trees"},
	{onSurface, "a flat weathered stone", "stone"},
	{onSurface, "a gently rippled bed of fine sand", "loose sand, sand"},
	{onSurface, "a block of crystal-clear ice with frosted edges", "ice, icy, frozen, glacier"},
	{onSurface, "a shallow sheet of still water with fine ripples", "water, still water, water drop"},
	{onSurface, "a clear glass plinth", "glass"},
	{onSurface, "a brushed metal plinth", "metal"},
	{onSurface, "a plinth draped in flowing silk", "silk"},
	{onSurface, "a low plinth covered with washed linen", "fabric, linen"},
	{onSurface, "a smooth block of raw concrete", "concrete"},
	{onSurface, "a low plinth wrapped in supple leather", "leather"},
	{onSurface, "a cushion of deep green moss", "moss"},
	{onSurface, "a smooth cap of fresh snow", "snow, white snow"},
	{onSurface, "a soft bank of sculpted clouds", "cloud"},
	{onSurface, "a low plinth covered in velvet", "velvet"},
	{onSurface, "a plinth wrapped in textured hanji paper", "hanji"},

	{inLight, "saturated neon glow from both sides with glossy reflections", "neon, cyberpunk"},
	{inLight, "low amber sunset light with long soft shadows", "sunset"},
	{inLight, "clear direct sunlight with crisp leaf-shaped shadows", "sunlight"},
	{inLight, "fresh low morning light through a thin haze", "morning, breakfast"},
	{inLight, "blue hour light just before sunrise with a faint warm horizon", "dawn"},
	{inLight, "deep night tones with scattered points of warm light far behind", "night, night view"},
	{inLight, "silver moonlight with soft blue shadows", "moonlight, full moon"},
	{inLight, "faint starlight above a gentle low key light", "starlight"},
	{inLight, "flickering candlelight with a warm falloff", "candlelight"},
	{inLight, "one focused spotlight from above with a gentle falloff", "spotlight"},
	{inLight, "diffused light through drifting mist", "mist"},
	{inLight, "soft overcast light with fine rain on far surfaces", "rainy day, rain, raindrop"},
	{inLight, "warm firelight from one side with glowing edges", "fireplace, campfire, fire"},
	{inLight, "warm low evening light", "evening"},
	{inLight, "dim sculpted light with deep clean shadows", "dark"},
	{inLight, "bright even daylight with airy shadows", "light, bright, radiant"},

	{inColour, "clear blue", "blue"},
	{inColour, "sky blue", "sky blue"},
	{inColour, "rich red", "red"},
	{inColour, "soft pink", "cherry blossom, pink"},
	{inColour, "sunny yellow", "yellow"},
	{inColour, "warm orange", "orange"},
	{inColour, "leafy green", "green, greenery, green dye"},
	{inColour, "muted violet", "violet"},
	{inColour, "clean white", "white snow, white"},
	{inColour, "deep black", "black"},
	{inColour, "cool grey", "grey"},
	{inColour, "sandy beige", "beige"},
	{inColour, "earthy brown", "brown"},
	{inColour, "brushed gold", "golden, gold"},
	{inColour, "cool silver", "silver"},
	{inColour, "pale mint", "mint"},
	{inColour, "warm coral", "coral"},
	{inColour, "powdery pastels", "pastel"},
	{inColour, "deep navy", "navy"},
	{inColour, "soft ivory", "ivory, cream colour"},

	{withProp, "a few drifting cherry petals", "cherry blossom, petal"},
	{withProp, "small fresh blossoms", "spring flower, flower, blossom, tulip"},
	{withProp, "a single rose stem", "rose"},
	{withProp, "a few fallen maple leaves", "fallen leaves"},
	{withProp, "slender green leaves", "leaf, blade of grass"},
	{withProp, "a few halved citrus fruits", "mandarin, lemon, citrus"},
	{withProp, "scattered clear ice cubes", "ice, iced, ice cube"},
	{withProp, "a few roasted coffee beans", "coffee, coffee bean"},
	{withProp, "plain round balloons far behind", "balloon"},
	{withProp, "a loose satin ribbon", "gift, gift set, ribbon"},
	{withProp, "small seashells", "seashell"},
	{withProp, "sprigs of pine with tiny warm lights", "Christmas, Christmas tree, pine"},
	{withProp, "fine water droplets", "water drop, dew, droplet"},
	{withProp, "a folded knitted blanket", "blanket, knit"},
	{withProp, "a few ripe berries", "berry"},
	{withProp, "stalks of dry reed", "reed"},
	{withProp, "soft drifting snowflakes", "snowflake"},
}
