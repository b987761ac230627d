package copywriter

// mood is what an ad should feel like, read from the owner's concept.
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

// The kinds. The first ones, up to cores, have copy of their own in every mood.
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

// core is the kind whose lines in every mood fit k, or false when none do.
func (k kind) core() (kind, bool) {
	switch k {
	case cloth, bag, shoe, jewel:
		return wear, true
	}
	return k, k < cores
}

// general reports whether a category says so little that the product's name may
// say better: a "식품" may be a drink, a "카페" may advertise a cake.
func (k kind) general() bool {
	switch k {
	case food, wear, cloth, place, other:
		return true
	}
	return false
}

// entry is the words that mean one thing. Korean words match anywhere, since
// Korean glues endings on; with = in front they match a whole word with at most
// a particle behind it ("=봄" is in "봄의", not in "돌봄"). English words match
// whole words, plural or not.
type entry[T any] struct {
	means T
	words []string // sure signs
	hints []string // signs that yield to a sure one
}

// moodWords reads a mood out of a concept, or out of the moods of an analysis.
// The plain entry holds words that only look like another: 도시락 is no city.
var moodWords = []entry[mood]{
	{plain, []string{"도시락", "자연스", "시원섭섭", "아이스박스", "꽃게", "파티션", "여유분", "쉼표"}, nil},
	{summer, []string{"여름", "시원", "청량", "바캉스", "물놀이", "해변", "해수욕", "썸머", "쿨링", "얼음", "더위", "피서", "summer", "cool", "beach", "refreshing", "icy"},
		[]string{"바다", "파도", "아이스", "수영", "차가운", "ocean", "sea", "ice", "pool", "wave", "fresh"}},
	{winter, []string{"겨울", "눈 내리", "눈 오는", "눈 덮", "눈꽃", "눈밭", "눈송이", "첫눈", "함박눈", "설경", "윈터", "winter", "snow", "snowy"},
		[]string{"벽난로", "난로", "fireplace"}},
	{cozy, []string{"포근", "아늑", "코지", "cozy", "cosy"},
		[]string{"따뜻", "따듯", "따스", "온기", "훈훈", "담요", "warm", "warmth", "blanket"}},
	{spring, []string{"=봄", "봄날", "봄꽃", "봄바람", "벚꽃", "화사", "피크닉", "소풍", "새싹", "튤립", "개나리", "spring", "blossom", "picnic", "floral"},
		[]string{"=꽃", "꽃밭", "꽃잎", "화창", "산뜻", "flower", "bloom"}},
	{autumn, []string{"가을", "단풍", "낙엽", "추수", "수확", "autumn", "fall", "maple", "harvest"},
		[]string{"갈대", "억새"}},
	{luxury, []string{"고급", "럭셔리", "프리미엄", "명품", "품격", "우아", "하이엔드", "호화", "luxury", "luxurious", "premium", "elegant", "elegance"},
		[]string{"호텔", "골드", "금빛", "대리석", "클래식", "세련", "샴페인", "실크", "gold", "golden", "marble", "classy", "silk", "sophisticated"}},
	{nature, []string{"자연", "친환경", "유기농", "=숲", "숲속", "숲길", "초록", "에코", "비건", "농장", "들판", "산속", "오가닉", "제로웨이스트", "nature", "natural", "eco", "organic", "forest", "vegan", "botanical", "farm"},
		[]string{"나무", "풀잎", "정원", "이슬", "햇살", "허브", "계곡", "제주", "식물", "green", "garden", "tree", "leaf", "leaves"}},
	{city, []string{"도시", "네온", "야경", "사이버펑크", "스트릿", "스트리트", "미래", "힙한", "힙하", "시티", "city", "urban", "neon", "cyberpunk", "futuristic", "nightlife"},
		[]string{"=밤", "새벽", "심야", "한밤", "거리", "골목", "빌딩", "루프탑", "클럽", "불빛", "우주", "night", "street", "rooftop", "midnight", "dawn"}},
	{minimal, []string{"미니멀", "심플", "깔끔", "단순", "여백", "정갈", "군더더기", "간결", "minimal", "minimalist", "minimalism", "simple", "clean"},
		[]string{"모던", "화이트", "하얀", "북유럽", "단정", "modern", "white", "scandinavian"}},
	{vintage, []string{"빈티지", "레트로", "복고", "옛날", "=옛", "추억", "아날로그", "뉴트로", "그 시절", "vintage", "retro", "nostalgic", "nostalgia", "analog"},
		[]string{"필름", "80년대", "90년대", "전통", "다방", "고전", "film", "80s", "90s"}},
	{holiday, []string{"명절", "설날", "=설", "추석", "한가위", "설맞이", "구정", "대보름", "송편", "세배", "chuseok", "seollal", "lunar new year"},
		[]string{"보름달", "차례상", "효도", "부모님"}},
	{party, []string{"축제", "파티", "페스티벌", "크리스마스", "성탄", "연말", "새해", "할로윈", "핼러윈", "생일", "송년", "신년", "산타", "party", "parties", "festival", "christmas", "halloween", "birthday", "new year"},
		[]string{"반짝이", "불꽃", "축하", "sparkle", "sparkling", "festive", "celebration"}},
	{gift, []string{"선물", "사랑", "로맨틱", "연인", "커플", "기념일", "발렌타인", "밸런타인", "화이트데이", "웨딩", "결혼", "프러포즈", "프로포즈", "고백", "어버이날", "gift", "love", "romantic", "romance", "valentine", "wedding", "anniversary"},
		[]string{"설레", "설렘", "장미", "하트", "rose", "heart", "present"}},
	{active, []string{"운동", "활력", "에너지", "스포츠", "헬스", "러닝", "달리는", "달리기", "역동", "도전", "액티브", "피트니스", "힘찬", "활기", "sport", "sporty", "active", "energy", "energetic", "fitness", "running", "dynamic", "workout"},
		[]string{"자전거", "열정", "강렬", "속도", "파워", "power", "powerful", "speed", "gym"}},
	{journey, []string{"여행", "캠핑", "모험", "등산", "백패킹", "로드트립", "휴가", "트레킹", "하이킹", "차박", "travel", "trip", "journey", "camping", "adventure", "outdoor", "hiking"},
		[]string{"떠나", "공항", "텐트", "모닥불", "별빛", "road", "tent", "campfire"}},
	{family, []string{"가족", "=아이", "아이들", "엄마", "아빠", "아기", "육아", "어린이", "집밥", "식구", "할머니", "키즈", "family", "kid", "child", "children", "baby", "mom", "home cooked"},
		[]string{"다정", "정겨", "부모"}},
	{calm, []string{"휴식", "힐링", "잔잔", "차분", "평온", "명상", "여유", "고요", "느긋", "편안", "릴렉스", "나른", "고즈넉", "calm", "rest", "healing", "relax", "relaxing", "relaxed", "peaceful", "serene", "quiet"},
		[]string{"아침", "감성", "조용", "=쉼", "부드러", "저녁", "오후", "한옥", "비 오는", "morning", "soft", "gentle"}},
	{pop, []string{"발랄", "컬러풀", "키치", "귀여", "귀엽", "톡톡", "비비드", "유쾌", "재미", "알록달록", "팝아트", "통통", "상큼", "사랑스러", "경쾌", "신나", "fun", "pop", "playful", "colorful", "colourful", "cute", "vivid"},
		[]string{"색색", "화려", "bright", "cheerful"}},
}

// kindWords reads the kind out of a category or a name. The word that ends last
// decides, as the head of a Korean (and an English) noun phrase stands last:
// 커피 머신 is a machine.
var kindWords = []entry[kind]{
	{means: food, words: []string{"식품", "먹거리", "간식", "과일", "채소", "야채", "빵", "베이커리", "디저트", "쿠키", "케이크", "케익", "초콜릿", "초코", "떡", "고기", "한우", "돼지", "치킨", "닭", "피자", "반찬", "라면", "국수", "치즈", "과자", "젤리", "=꿀", "벌꿀", "김치", "=쌀", "견과", "밀키트", "도시락", "수산", "해산물", "생선", "새우", "만두", "김밥", "=김", "소스", "된장", "고추장", "참기름", "요리", "음식", "아이스크림", "생크림", "빙수", "푸드", "그래놀라", "시리얼", "사과", "딸기", "감귤", "포도", "복숭아", "망고", "수박", "토마토", "고구마", "감자", "옥수수", "스낵", "사탕", "마카롱", "도넛", "샌드위치", "샐러드", "스테이크", "파스타", "떡볶이", "국밥", "분식", "한식", "잼", "요거트", "food", "snack", "bread", "bakery", "dessert", "cookie", "cake", "chocolate", "fruit", "cheese", "meat", "noodle", "pizza", "sauce", "grocery", "groceries"}},
	{means: drink, words: []string{"음료", "커피", "라떼", "라테", "콜드브루", "에스프레소", "아메리카노", "주스", "쥬스", "과일즙", "사과즙", "배즙", "착즙", "과즙", "=차", "녹차", "홍차", "보리차", "허브티", "=티", "밀크티", "우유", "와인", "맥주", "막걸리", "소주", "전통주", "=술", "위스키", "생수", "탄산", "에이드", "스무디", "두유", "식혜", "콤부차", "원두", "drink", "beverage", "coffee", "latte", "espresso", "juice", "tea", "milk", "wine", "beer", "water", "soda", "smoothie", "ade"}},
	{means: wear, words: []string{"패션", "잡화", "fashion"}},
	{means: beauty, words: []string{"화장품", "뷰티", "스킨케어", "크림", "로션", "세럼", "에센스", "앰플", "토너", "마스크팩", "립스틱", "립밤", "틴트", "팩트", "파운데이션", "향수", "퍼퓸", "샴푸", "트리트먼트", "바디워시", "비누", "클렌징", "네일", "헤어", "미용", "메이크업", "cosmetic", "beauty", "skincare", "cream", "serum", "lotion", "perfume", "shampoo", "soap", "lipstick", "makeup", "toner"}},
	{means: tech, words: []string{"전자제품", "전자", "가전", "이어폰", "헤드폰", "헤드셋", "스피커", "노트북", "컴퓨터", "모니터", "키보드", "마우스", "스마트폰", "휴대폰", "핸드폰", "아이폰", "태블릿", "카메라", "충전기", "배터리", "청소기", "공기청정기", "가습기", "선풍기", "에어컨", "냉장고", "세탁기", "티비", "tv", "전자레인지", "오븐", "믹서", "머신", "드라이기", "면도기", "로봇", "드론", "게임기", "프린터", "스마트워치", "폰케이스", "electronics", "earphone", "earbuds", "headphone", "speaker", "laptop", "computer", "monitor", "keyboard", "phone", "tablet", "camera", "charger", "vacuum", "console", "device", "gadget", "machine"}},
	{means: home, words: []string{"가구", "인테리어", "리빙", "생활", "생활용품", "주방", "그릇", "접시", "컵", "커피잔", "머그", "텀블러", "냄비", "프라이팬", "도마", "식기", "침구", "이불", "베개", "매트리스", "쿠션", "커튼", "러그", "카펫", "소파", "의자", "테이블", "책상", "책장", "옷장", "옷걸이", "조명", "램프", "캔들", "향초", "디퓨저", "인센스", "수건", "타월", "화병", "꽃병", "액자", "수납", "세제", "휴지", "욕실", "소품", "벽시계", "furniture", "interior", "kitchen", "living", "mug", "cup", "tumbler", "candle", "lamp", "bedding", "pillow", "blanket", "rug", "sofa", "chair", "table", "vase", "towel"}},
	{means: health, words: []string{"건강식품", "건강기능식품", "건기식", "영양제", "비타민", "홍삼", "인삼", "유산균", "오메가", "콜라겐", "프로바이오틱스", "루테인", "보충제", "마그네슘", "supplement", "vitamin", "ginseng", "probiotic"}},
	{means: cloth, words: []string{"의류", "옷", "셔츠", "원피스", "바지", "니트", "스웨터", "코트", "자켓", "재킷", "패딩", "점퍼", "후드", "맨투맨", "블라우스", "스커트", "치마", "한복", "잠옷", "속옷", "양말", "모자", "스카프", "목도리", "장갑", "clothes", "clothing", "apparel", "shirt", "dress", "pants", "knit", "sweater", "coat", "jacket", "hoodie", "skirt", "sock", "hat", "scarf"}},
	{means: bag, words: []string{"가방", "백팩", "지갑", "파우치", "캐리어", "토트백", "에코백", "크로스백", "숄더백", "더플백", "핸드백", "클러치", "bag", "backpack", "wallet", "pouch", "purse", "tote", "duffel"}},
	{means: shoe, words: []string{"신발", "운동화", "구두", "스니커즈", "부츠", "샌들", "슬리퍼", "로퍼", "shoe", "sneaker", "boot", "sandal"}},
	{means: jewel, words: []string{"주얼리", "쥬얼리", "목걸이", "반지", "귀걸이", "팔찌", "시계", "액세서리", "악세서리", "안경", "선글라스", "jewelry", "jewellery", "necklace", "ring", "earring", "bracelet", "watch", "sunglasses"}},
	{means: pet, words: []string{"반려", "반려동물", "반려견", "반려묘", "강아지", "고양이", "애견", "애묘", "=펫", "펫푸드", "펫용품", "사료", "pet", "dog", "cat", "puppy"}},
	{means: kids, words: []string{"유아", "아기", "아동", "어린이", "키즈", "장난감", "완구", "육아", "기저귀", "유모차", "블록", "인형", "신생아", "baby", "kid", "toy", "child", "children"}},
	{means: sport, words: []string{"스포츠", "운동", "운동용품", "헬스", "피트니스", "요가", "골프", "등산", "캠핑", "낚시", "자전거", "러닝", "수영", "축구", "야구", "농구", "테니스", "배드민턴", "덤벨", "아웃도어", "텐트", "sport", "fitness", "yoga", "golf", "camping", "bicycle", "bike", "running", "outdoor"}},
	{means: plant, words: []string{"=꽃", "꽃다발", "튤립", "장미", "해바라기", "백합", "수국", "카네이션", "안개꽃", "프리지아", "선인장", "화분", "식물", "다육", "분재", "화훼", "부케", "원예", "플라워", "flower", "plant", "bouquet"}},
	{means: desk, words: []string{"문구", "노트", "=펜", "볼펜", "만년필", "다이어리", "=책", "도서", "서적", "스티커", "엽서", "달력", "플래너", "필기구", "stationery", "pen", "notebook", "book", "diary", "planner"}},
	{means: place, words: []string{"카페", "식당", "레스토랑", "음식점", "맛집", "펜션", "호텔", "숙소", "미용실", "헤어샵", "네일샵", "꽃집", "빵집", "학원", "필라테스", "공방", "스튜디오", "매장", "가게", "서점", "서비스", "클래스", "cafe", "café", "restaurant", "hotel", "salon", "studio", "shop", "service", "class"}},
	{means: car, words: []string{"자동차", "차량", "타이어", "오토바이", "블랙박스", "세차", "차량용품", "car", "vehicle", "tire", "motorcycle"}},
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

// detail is one thing of a scene, in English.
type detail struct {
	slot   slot
	phrase string
}

// detailWords turn words of the concept into things of the scene. The phrases
// are ours, so no word of an owner ever reaches the image model: a concept
// cannot give orders to it, and no name can end up painted as lettering.
var detailWords = []entry[detail]{
	{means: detail{atPlace, "a quiet sunlit café corner with plain plastered walls"}, words: []string{"카페", "커피숍", "cafe", "café", "coffee shop"}},
	{means: detail{atPlace, "a bright tidy kitchen with plain pale tiles"}, words: []string{"주방", "부엌", "kitchen"}},
	{means: detail{atPlace, "a serene living room with one bare wall"}, words: []string{"거실", "living room"}},
	{means: detail{atPlace, "a soft bedroom corner with linen drapery"}, words: []string{"침실", "bedroom"}},
	{means: detail{atPlace, "a calm stone-tiled bathroom with a trace of steam"}, words: []string{"욕실", "스파", "bathroom", "spa"}},
	{means: detail{atPlace, "an orderly workroom with a broad empty desk"}, words: []string{"사무실", "오피스", "책상", "서재", "office", "desk"}},
	{means: detail{atPlace, "a lush garden terrace with clipped hedges"}, words: []string{"정원", "테라스", "발코니", "garden", "terrace", "balcony"}},
	{means: detail{atPlace, "a still forest clearing with tall trunks far behind"}, words: []string{"=숲", "숲속", "숲길", "forest", "woods"}},
	{means: detail{atPlace, "a pale sandy shore beside a clear turquoise sea"}, words: []string{"바다", "해변", "바닷가", "beach", "sea", "ocean", "seaside"}},
	{means: detail{atPlace, "a high mountain overlook with layered ridges in haze"}, words: []string{"=산", "산속", "산봉우리", "등산", "mountain", "hiking"}},
	{means: detail{atPlace, "an open meadow of softly swaying grass"}, words: []string{"들판", "초원", "잔디", "field", "meadow"}},
	{means: detail{atPlace, "the still edge of a wide lake"}, words: []string{"호수", "=강", "강가", "계곡", "lake", "river"}},
	{means: detail{atPlace, "a rooftop terrace above a softly blurred skyline"}, words: []string{"옥상", "루프탑", "rooftop"}},
	{means: detail{atPlace, "a narrow city street after rain with plain unmarked facades"}, words: []string{"골목", "거리", "스트릿", "street", "alley"}},
	{means: detail{atPlace, "a high city terrace with a softly blurred skyline"}, words: []string{"도시", "빌딩", "야경", "city", "urban", "downtown"}},
	{means: detail{atPlace, "the wooden veranda of a traditional Korean hanok courtyard"}, words: []string{"한옥", "고궁", "hanok"}},
	{means: detail{atPlace, "a rustic market stall of plain wooden crates"}, words: []string{"시장", "장터", "market"}},
	{means: detail{atPlace, "a lakeside campsite beside a plain canvas tent"}, words: []string{"캠핑", "텐트", "차박", "camping", "campsite"}},
	{means: detail{atPlace, "a vast starlit landscape under a deep cosmic sky"}, words: []string{"우주", "은하", "space", "galaxy"}},
	{means: detail{atPlace, "a seamless photography studio with a curved backdrop"}, words: []string{"스튜디오", "studio"}},
	{means: detail{atPlace, "a refined hotel lounge with tall drapes"}, words: []string{"호텔", "라운지", "hotel", "lounge"}},
	{means: detail{atPlace, "an airy training studio with plain concrete walls"}, words: []string{"헬스장", "체육관", "운동장", "gym"}},
	{means: detail{atPlace, "a sunny classroom with bare walls and a wooden floor"}, words: []string{"교실", "학교", "classroom", "school"}},
	{means: detail{atPlace, "a sunlit orchard with rows of fruit trees"}, words: []string{"농장", "과수원", "=밭", "farm", "orchard"}},
	{means: detail{atPlace, "the tiled edge of a still pool with rippling reflections"}, words: []string{"수영장", "풀장", "pool"}},
	{means: detail{atPlace, "a broad window ledge framed by sheer curtains"}, words: []string{"창가", "창문", "window"}},

	{means: detail{onSurface, "a polished slab of veined white marble"}, words: []string{"대리석", "marble"}},
	{means: detail{onSurface, "a smooth plank of oiled oak"}, words: []string{"나무", "원목", "우드", "wood", "wooden"}},
	{means: detail{onSurface, "a flat weathered stone"}, words: []string{"=돌", "바위", "돌담", "stone", "rock"}},
	{means: detail{onSurface, "a gently rippled bed of fine sand"}, words: []string{"모래", "sand"}},
	{means: detail{onSurface, "a block of crystal-clear ice with frosted edges"}, words: []string{"얼음", "빙하", "ice", "icy"}},
	{means: detail{onSurface, "a shallow sheet of still water with fine ripples"}, words: []string{"=물", "물결", "물방울", "water"}},
	{means: detail{onSurface, "a clear glass plinth"}, words: []string{"유리", "glass"}},
	{means: detail{onSurface, "a brushed metal plinth"}, words: []string{"금속", "메탈", "metal", "steel"}},
	{means: detail{onSurface, "a plinth draped in flowing silk"}, words: []string{"실크", "비단", "silk"}},
	{means: detail{onSurface, "a low plinth covered with washed linen"}, words: []string{"리넨", "린넨", "패브릭", "linen", "fabric"}},
	{means: detail{onSurface, "a smooth block of raw concrete"}, words: []string{"콘크리트", "시멘트", "concrete"}},
	{means: detail{onSurface, "a low plinth wrapped in supple leather"}, words: []string{"가죽", "leather"}},
	{means: detail{onSurface, "a cushion of deep green moss"}, words: []string{"이끼", "moss"}},
	{means: detail{onSurface, "a smooth cap of fresh snow"}, words: []string{"눈밭", "눈 덮", "눈 내리", "눈 오는", "설경", "snow", "snowy"}},
	{means: detail{onSurface, "a soft bank of sculpted clouds"}, words: []string{"구름", "cloud"}},
	{means: detail{onSurface, "a low plinth covered in velvet"}, words: []string{"벨벳", "velvet"}},
	{means: detail{onSurface, "a plinth wrapped in textured hanji paper"}, words: []string{"한지", "hanji"}},

	{means: detail{inLight, "saturated neon glow from both sides with glossy reflections"}, words: []string{"네온", "사이버펑크", "neon", "cyberpunk"}},
	{means: detail{inLight, "low amber sunset light with long soft shadows"}, words: []string{"노을", "석양", "해질녘", "sunset", "golden hour"}},
	{means: detail{inLight, "clear direct sunlight with crisp leaf-shaped shadows"}, words: []string{"햇살", "햇빛", "햇볕", "sunlight", "sunny", "sunshine"}},
	{means: detail{inLight, "fresh low morning light through a thin haze"}, words: []string{"아침", "morning", "sunrise"}},
	{means: detail{inLight, "blue hour light just before sunrise with a faint warm horizon"}, words: []string{"새벽", "dawn"}},
	{means: detail{inLight, "deep night tones with scattered points of warm light far behind"}, words: []string{"=밤", "야경", "심야", "한밤", "night", "midnight"}},
	{means: detail{inLight, "silver moonlight with soft blue shadows"}, words: []string{"달빛", "보름달", "moonlight", "moon"}},
	{means: detail{inLight, "faint starlight above a gentle low key light"}, words: []string{"별빛", "starlight", "stars"}},
	{means: detail{inLight, "flickering candlelight with a warm falloff"}, words: []string{"촛불", "캔들", "candlelight", "candle"}},
	{means: detail{inLight, "one focused spotlight from above with a gentle falloff"}, words: []string{"스포트라이트", "조명", "spotlight"}},
	{means: detail{inLight, "diffused light through drifting mist"}, words: []string{"안개", "몽환", "fog", "mist", "misty", "dreamy"}},
	{means: detail{inLight, "soft overcast light with fine rain on far surfaces"}, words: []string{"=비", "빗방울", "비 오는", "rain", "rainy"}},
	{means: detail{inLight, "warm firelight from one side with glowing edges"}, words: []string{"벽난로", "난로", "모닥불", "fireplace", "campfire", "fire"}},
	{means: detail{inLight, "warm low evening light"}, words: []string{"저녁", "evening"}},
	{means: detail{inLight, "dim sculpted light with deep clean shadows"}, words: []string{"어두운", "다크", "dark", "moody"}},
	{means: detail{inLight, "bright even daylight with airy shadows"}, words: []string{"밝은", "환한", "화사", "bright"}},

	{means: detail{inColour, "clear blue"}, words: []string{"파란", "파랑", "푸른", "블루", "blue"}},
	{means: detail{inColour, "sky blue"}, words: []string{"하늘색", "하늘빛", "스카이블루", "sky blue"}},
	{means: detail{inColour, "rich red"}, words: []string{"빨간", "빨강", "붉은", "레드", "red"}},
	{means: detail{inColour, "soft pink"}, words: []string{"분홍", "핑크", "벚꽃", "pink"}},
	{means: detail{inColour, "sunny yellow"}, words: []string{"노란", "노랑", "옐로", "yellow"}},
	{means: detail{inColour, "warm orange"}, words: []string{"주황", "오렌지", "orange"}},
	{means: detail{inColour, "leafy green"}, words: []string{"초록", "녹색", "그린", "green"}},
	{means: detail{inColour, "muted violet"}, words: []string{"보라", "퍼플", "라벤더", "purple", "violet", "lavender"}},
	{means: detail{inColour, "clean white"}, words: []string{"하얀", "흰색", "화이트", "white"}},
	{means: detail{inColour, "deep black"}, words: []string{"검정", "검은", "블랙", "black"}},
	{means: detail{inColour, "cool grey"}, words: []string{"회색", "그레이", "gray", "grey"}},
	{means: detail{inColour, "sandy beige"}, words: []string{"베이지", "beige"}},
	{means: detail{inColour, "earthy brown"}, words: []string{"갈색", "브라운", "brown"}},
	{means: detail{inColour, "brushed gold"}, words: []string{"금색", "금빛", "골드", "황금", "gold", "golden"}},
	{means: detail{inColour, "cool silver"}, words: []string{"은색", "은빛", "실버", "silver"}},
	{means: detail{inColour, "pale mint"}, words: []string{"민트", "mint"}},
	{means: detail{inColour, "warm coral"}, words: []string{"코랄", "coral"}},
	{means: detail{inColour, "powdery pastels"}, words: []string{"파스텔", "pastel"}},
	{means: detail{inColour, "deep navy"}, words: []string{"네이비", "남색", "navy"}},
	{means: detail{inColour, "soft ivory"}, words: []string{"아이보리", "크림색", "ivory"}},

	{means: detail{withProp, "a few drifting cherry petals"}, words: []string{"벚꽃", "꽃잎", "cherry blossom", "petal"}},
	{means: detail{withProp, "small fresh blossoms"}, words: []string{"=꽃", "봄꽃", "꽃밭", "튤립", "flower", "blossom", "floral"}},
	{means: detail{withProp, "a single rose stem"}, words: []string{"장미", "rose"}},
	{means: detail{withProp, "a few fallen maple leaves"}, words: []string{"단풍", "낙엽", "maple", "autumn leaves"}},
	{means: detail{withProp, "slender green leaves"}, words: []string{"나뭇잎", "잎사귀", "풀잎", "허브", "leaf", "leaves", "herb"}},
	{means: detail{withProp, "a few halved citrus fruits"}, words: []string{"레몬", "감귤", "한라봉", "lemon", "citrus"}},
	{means: detail{withProp, "scattered clear ice cubes"}, words: []string{"아이스", "얼음", "ice cube"}},
	{means: detail{withProp, "a few roasted coffee beans"}, words: []string{"원두", "커피", "coffee"}},
	{means: detail{withProp, "plain round balloons far behind"}, words: []string{"풍선", "balloon"}},
	{means: detail{withProp, "a loose satin ribbon"}, words: []string{"리본", "선물", "ribbon", "gift"}},
	{means: detail{withProp, "small seashells"}, words: []string{"조개", "seashell", "shell"}},
	{means: detail{withProp, "sprigs of pine with tiny warm lights"}, words: []string{"크리스마스", "트리", "성탄", "솔방울", "christmas", "pine"}},
	{means: detail{withProp, "fine water droplets"}, words: []string{"물방울", "이슬", "droplet", "dew"}},
	{means: detail{withProp, "a folded knitted blanket"}, words: []string{"담요", "니트", "blanket", "knit"}},
	{means: detail{withProp, "a few ripe berries"}, words: []string{"딸기", "베리", "berry", "berries"}},
	{means: detail{withProp, "stalks of dry reed"}, words: []string{"갈대", "억새", "reed"}},
	{means: detail{withProp, "soft drifting snowflakes"}, words: []string{"눈송이", "눈꽃", "첫눈", "함박눈", "snowflake"}},
}
