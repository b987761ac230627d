package mood

// entry is one idea with the stems that name it. A stem ending in a dot matches
// whole words only, one with a space the beginning of two words in a row. light,
// warm and vivid are -1..1 (see Mood); hue is an OKLab angle, 0 for none.
type entry struct {
	word               string
	stems              []string
	fits               []fit
	light, warm, vivid float64
	hue                float64
}

type fit struct {
	look   Look
	weight float64
}

var lexicon = []entry{
	// Times of day and light.
	{word: "night", stems: []string{"밤.", "밤에", "밤의", "밤거리", "밤하늘", "야간", "야경", "심야", "한밤", "night", "midnight", "nocturn"}, fits: []fit{{Neon, 1}}, light: -0.9, warm: -0.2, vivid: 0.2},
	{word: "dawn", stems: []string{"새벽", "여명", "dawn", "predawn", "twilight"}, fits: []fit{{Neon, 0.6}, {Sea, 0.2}}, light: -0.6, warm: -0.4},
	{word: "morning", stems: []string{"아침", "모닝", "morning", "sunrise", "일출"}, fits: []fit{{Window, 0.9}}, light: 0.6, warm: 0.5},
	{word: "sunny", stems: []string{"햇살", "햇빛", "햇볕", "채광", "양지", "sunlight", "sunlit", "sunny", "sunshine", "daylight", "sunbeam"}, fits: []fit{{Window, 1}, {Sea, 0.1}}, light: 0.7, warm: 0.6},
	{word: "window", stems: []string{"창가", "창문", "커튼", "window", "curtain"}, fits: []fit{{Window, 1}}, light: 0.5, warm: 0.3},
	{word: "sunset", stems: []string{"노을", "석양", "해질", "황혼", "sunset", "dusk", "golden"}, fits: []fit{{Autumn, 0.4}, {Sea, 0.4}}, light: -0.1, warm: 0.9, vivid: 0.5, hue: 55},
	{word: "bright", stems: []string{"밝은", "밝고", "환한", "화사", "bright", "airy", "luminous"}, fits: []fit{{Pastel, 0.4}, {Window, 0.3}}, light: 0.8},
	{word: "dark", stems: []string{"어두운", "어둠", "어둡", "다크", "dark", "moody", "shadowy"}, fits: []fit{{Marble, 0.3}, {Neon, 0.2}}, light: -0.9},
	{word: "moonlit", stems: []string{"달빛", "보름달", "moon"}, fits: []fit{{Hanji, 0.7}}, light: -0.4, warm: 0},

	// City and technology.
	{word: "urban", stems: []string{"도시.", "도시의", "도시를", "도시에", "도시가", "도시와", "도시로", "도시적", "도시인", "대도시", "도심", "시티", "거리", "빌딩", "출근", "퇴근", "지하철", "city", "urban", "downtown", "street"}, fits: []fit{{Neon, 0.9}}, light: -0.4, warm: -0.2},
	{word: "neon", stems: []string{"네온", "사이버", "클럽", "neon", "cyber", "synthwave", "vaporwave", "nightclub"}, fits: []fit{{Neon, 1.3}}, light: -0.8, warm: -0.2, vivid: 0.9, hue: 330},
	{word: "futuristic", stems: []string{"미래", "첨단", "테크", "하이테크", "스마트", "우주", "futur", "tech", "hi-tech", "digital", "space"}, fits: []fit{{Neon, 0.7}, {Podium, 0.3}}, light: -0.5, warm: -0.6, vivid: 0.3, hue: 250},
	{word: "sporty", stems: []string{"스포츠", "운동", "헬스", "러닝", "역동", "에너지", "다이나믹", "파워", "sport", "gym", "workout", "energ", "dynamic", "active"}, fits: []fit{{Neon, 0.4}, {Podium, 0.5}}, vivid: 0.7},
	{word: "rainy", stems: []string{"비오는", "비 오", "비 내리", "비 내린", "비가 오", "비가 내리", "빗속", "빗물", "장마", "rain"}, fits: []fit{{Neon, 0.8}}, light: -0.5, warm: -0.5, vivid: -0.2},

	// Nature.
	{word: "forest", stems: []string{"숲", "나무들", "나무숲", "나무 사이", "나무 아래", "나무 그늘", "우거진", "산속", "산길", "산림", "피톤치드", "등산", "캠핑", "forest", "wood.", "woods", "jungle", "camping", "hiking"}, fits: []fit{{Forest, 1}}, light: -0.1, vivid: 0.2, hue: 140},
	{word: "natural", stems: []string{"자연", "천연", "유기농", "오가닉", "비건", "친환경", "에코", "natur", "organic", "vegan", "eco.", "botanic", "herbal"}, fits: []fit{{Forest, 0.8}, {Window, 0.1}}, light: 0.2, hue: 135},
	{word: "green", stems: []string{"초록", "녹색", "그린", "연두", "풀밭", "들판", "초원", "목장", "잔디", "정원", "식물", "허브", "잎사귀", "나뭇잎", "green", "garden", "leaf", "leaves", "foliage", "plant", "moss", "herb"}, fits: []fit{{Forest, 0.9}}, light: 0.1, vivid: 0.3, hue: 142},
	{word: "fresh", stems: []string{"싱그", "상쾌", "청량", "신선", "산뜻", "프레시", "fresh", "refresh", "crisp"}, fits: []fit{{Forest, 0.5}, {Sea, 0.5}}, light: 0.6, warm: -0.3, vivid: 0.4},
	{word: "tea", stems: []string{"녹차", "말차", "차밭", "matcha", "tea."}, fits: []fit{{Forest, 0.6}, {Hanji, 0.3}}, hue: 130},

	// Water and summer.
	{word: "sea", stems: []string{"바다", "바닷", "해변", "해안", "파도", "비치", "오션", "제주", "수평선", "sea.", "seaside", "ocean", "beach", "wave", "coast", "shore", "island"}, fits: []fit{{Sea, 1.2}}, light: 0.6, warm: -0.3, vivid: 0.4, hue: 225},
	{word: "summer", stems: []string{"여름", "휴가", "바캉스", "피서", "휴양지", "썸머", "summer", "vacation", "holiday.", "resort", "tropical", "트로피컬", "야자"}, fits: []fit{{Sea, 1}}, light: 0.7, warm: 0.1, vivid: 0.6, hue: 225},
	{word: "cool", stems: []string{"시원", "차가운", "쿨한", "쿨링", "얼음", "아이스", "cool", "icy", "ice.", "chill"}, fits: []fit{{Sea, 0.5}, {Snow, 0.2}}, light: 0.3, warm: -0.9, hue: 230},
	{word: "watery", stems: []string{"물결", "수분", "촉촉", "워터", "물방울", "보습", "water", "moistur", "hydrat", "ripple"}, fits: []fit{{Sea, 0.5}, {Silk, 0.3}}, light: 0.5, warm: -0.5, hue: 225},

	// Winter.
	{word: "winter", stems: []string{"겨울", "한겨울", "윈터", "winter", "frost"}, fits: []fit{{Snow, 1.2}}, light: 0.1, warm: -0.2, hue: 250},
	{word: "snowy", stems: []string{"눈꽃", "눈송이", "눈밭", "눈길.", "눈보라", "함박눈", "첫눈", "눈내리", "눈오는", "눈 오", "눈 내리", "눈 내린", "눈 쌓", "눈 덮", "눈이 오", "눈이 내리", "눈이 내린", "눈이 쌓", "눈이 소복", "눈으로 덮", "설경", "하얀눈", "하얀 눈", "흰 눈", "눈사람", "설원", "snow"}, fits: []fit{{Snow, 1.2}}, light: 0.3, warm: -0.3},
	{word: "christmas", stems: []string{"크리스마스", "성탄", "연말", "산타", "트리.", "christmas", "xmas", "yuletide", "santa"}, fits: []fit{{Snow, 1.2}}, light: -0.1, warm: 0.6, vivid: 0.4, hue: 25},
	{word: "cozy", stems: []string{"따뜻", "따듯", "포근", "아늑", "따스", "온기", "cozy", "cosy", "warm", "snug", "hygge"}, fits: []fit{{Cafe, 0.6}, {Window, 0.3}, {Snow, 0.15}}, light: 0.1, warm: 0.9},

	// Spring and autumn.
	{word: "spring", stems: []string{"봄.", "봄날", "봄의", "봄을", "봄이", "봄에", "봄처럼", "봄꽃", "봄바람", "봄비", "봄나들이", "새봄", "spring"}, fits: []fit{{Blossom, 1.1}}, light: 0.7, warm: 0.3, vivid: 0.2, hue: 0.01},
	{word: "blossom", stems: []string{"벚꽃", "꽃잎", "꽃길", "꽃밭", "꽃.", "꽃이", "꽃의", "꽃처럼", "꽃향", "장미", "플라워", "카네이션", "피크닉", "소풍", "blossom", "cherry", "sakura", "flower", "floral", "petal", "bloom", "rose.", "picnic"}, fits: []fit{{Blossom, 1.1}}, light: 0.6, warm: 0.3, vivid: 0.3, hue: 0.01},
	{word: "autumn", stems: []string{"가을", "단풍", "낙엽", "은행잎", "수확", "추수", "autumn", "fall.", "harvest", "maple"}, fits: []fit{{Autumn, 1.2}}, light: 0.0, warm: 0.9, vivid: 0.4, hue: 60},

	// Luxury and beauty.
	{word: "luxurious", stems: []string{"고급", "럭셔리", "프리미엄", "명품", "품격", "호화", "하이엔드", "vip", "luxur", "premium", "prestige", "opulen", "exclusive"}, fits: []fit{{Marble, 1.1}}, light: -0.4, warm: 0.2, vivid: -0.1},
	{word: "elegant", stems: []string{"우아", "세련", "기품", "클래식", "엘레강스", "elegan", "refined", "sophisticat", "classic", "chic"}, fits: []fit{{Marble, 0.8}, {Silk, 0.5}}, light: 0, vivid: -0.3},
	{word: "marble", stems: []string{"대리석", "마블", "marble", "granite"}, fits: []fit{{Marble, 1.3}}},
	{word: "golden", stems: []string{"골드", "금빛", "황금", "금색", "gold.", "brass"}, fits: []fit{{Marble, 0.7}, {Hanji, 0.3}}, warm: 0.8, hue: 85},
	{word: "silky", stems: []string{"실크", "비단", "벨벳", "새틴", "패브릭", "원단", "부드러", "매끄", "silk", "satin", "velvet", "fabric", "smooth", "soft"}, fits: []fit{{Silk, 0.8}, {Pastel, 0.1}}, light: 0.3, vivid: -0.2},
	{word: "romantic", stems: []string{"로맨틱", "사랑", "설렘", "연인", "웨딩", "신부", "발렌타인", "romantic", "love", "wedding", "bridal", "valentine"}, fits: []fit{{Silk, 0.6}, {Blossom, 0.6}}, light: 0.3, warm: 0.5, hue: 5},
	{word: "glowing", stems: []string{"광채", "윤기", "빛나는", "반짝", "글로우", "glow", "radian", "shimmer", "sparkl"}, fits: []fit{{Silk, 0.4}, {Marble, 0.3}}, light: 0.4},

	// Korean tradition.
	{word: "traditional", stems: []string{"전통", "한옥", "한복", "한지", "국악", "궁궐", "경복궁", "고궁", "한국적", "자개", "도자기", "hanok", "hanbok", "hanji", "tradition", "heritage", "korean."}, fits: []fit{{Hanji, 1.2}}, light: 0, warm: 0.5, vivid: 0.2, hue: 30},
	{word: "festive", stems: []string{"명절", "추석", "설날", "한가위", "새해", "선물세트", "잔치", "축제", "경사", "holiday", "festiv", "festival", "lunar", "chuseok", "seollal", "celebrat"}, fits: []fit{{Hanji, 1}}, light: 0.1, warm: 0.6, vivid: 0.5, hue: 30},
	{word: "gift", stems: []string{"선물", "기념일", "어버이날", "스승의날", "감사의", "gift", "present."}, fits: []fit{{Hanji, 0.3}, {Podium, 0.2}}, warm: 0.3},

	// Plain and playful.
	{word: "minimal", stems: []string{"미니멀", "심플", "단순", "깔끔", "깨끗", "순수", "모던", "여백", "minimal", "simple", "clean", "modern"}, fits: []fit{{Pastel, 0.7}, {Podium, 0.6}}, light: 0.6, vivid: -0.6},
	{word: "pastel", stems: []string{"파스텔", "크림색", "연한", "은은", "pastel", "pale", "creamy"}, fits: []fit{{Pastel, 1.2}}, light: 0.8, vivid: -0.2},
	{word: "cute", stems: []string{"귀여", "사랑스러", "아기", "러블리", "키치", "캔디", "베이비", "유아", "어린이", "아이.", "아이와", "아이들", "아이를", "cute", "lovely", "kawaii", "playful", "candy", "kids", "baby"}, fits: []fit{{Pastel, 1}}, light: 0.7, warm: 0.3, vivid: 0.3, hue: 0.01},
	{word: "lively", stems: []string{"활기", "발랄", "경쾌", "신나는", "즐거운", "톡톡", "컬러풀", "비비드", "vivid", "colorful", "colourful", "lively", "cheerful", "bold", "pop."}, fits: []fit{{Pastel, 0.6}, {Podium, 0.5}}, light: 0.4, vivid: 1},
	{word: "studio", stems: []string{"스튜디오", "무대", "전시", "쇼룸", "studio", "podium", "stage", "showroom", "pedestal"}, fits: []fit{{Podium, 1.2}}},
	{word: "calm", stems: []string{"차분", "고요", "평온", "힐링", "휴식", "편안", "명상", "여유", "calm", "serene", "tranquil", "relax", "healing", "peaceful"}, fits: []fit{{Window, 0.5}, {Pastel, 0.3}, {Forest, 0.3}}, light: 0.3, vivid: -0.5},
	{word: "trendy", stems: []string{"트렌디", "감각적", "힙한", "힙하", "인스타", "trendy", "stylish", "hip."}, fits: []fit{{Podium, 0.5}, {Pastel, 0.4}}, vivid: 0.3},
	{word: "vintage", stems: []string{"빈티지", "레트로", "앤티크", "아날로그", "복고", "vintage", "retro", "antique", "nostalg"}, fits: []fit{{Cafe, 0.6}, {Autumn, 0.3}}, light: -0.2, warm: 0.7, vivid: -0.3},

	// Table and kitchen.
	{word: "cafe", stems: []string{"카페", "커피", "브런치", "디저트", "베이커리", "빵집", "홈카페", "라떼", "cafe", "café", "coffee", "brunch", "dessert", "bakery", "latte"}, fits: []fit{{Cafe, 1.2}}, light: 0, warm: 0.7, hue: 60},
	{word: "homely", stems: []string{"식탁", "주방", "부엌", "집밥", "엄마", "정성", "수제", "가족", "아침식사", "테이블", "kitchen", "table", "homemade", "family", "handmade", "dining"}, fits: []fit{{Cafe, 0.9}, {Window, 0.2}}, light: 0.2, warm: 0.6},
	{word: "wooden", stems: []string{"원목", "우드", "목재", "나무.", "나무로", "나무의", "나무 식탁", "나무 테이블", "나무 도마", "나무결", "wooden", "timber", "oak", "walnut"}, fits: []fit{{Cafe, 0.9}}, warm: 0.6, hue: 60},
	{word: "delicious", stems: []string{"맛있", "달콤", "고소", "풍미", "맛집", "delicious", "tasty", "sweet", "savory", "savoury", "yummy"}, fits: []fit{{Cafe, 0.5}, {Pastel, 0.1}}, warm: 0.5, vivid: 0.3},

	// Colours.
	{word: "pink", stems: []string{"핑크", "분홍", "pink", "rosy"}, fits: []fit{{Pastel, 0.3}, {Blossom, 0.2}}, warm: 0.3, hue: 0.01},
	{word: "red", stems: []string{"빨간", "빨강", "붉은", "레드", "red.", "crimson"}, fits: []fit{{Hanji, 0.3}, {Podium, 0.2}}, warm: 0.6, vivid: 0.5, hue: 28},
	{word: "orange", stems: []string{"주황", "오렌지", "감귤", "귤빛", "orange", "coral", "tangerine"}, fits: []fit{{Podium, 0.2}, {Autumn, 0.1}}, warm: 0.8, vivid: 0.5, hue: 55},
	{word: "yellow", stems: []string{"노란", "노랑", "옐로", "레몬", "yellow", "lemon", "mustard"}, fits: []fit{{Podium, 0.2}}, light: 0.4, warm: 0.5, vivid: 0.4, hue: 100},
	{word: "blue", stems: []string{"파란", "파랑", "푸른", "블루", "하늘색", "네이비", "남색", "blue", "navy", "azure", "cobalt"}, fits: []fit{{Sea, 0.3}, {Podium, 0.2}}, warm: -0.6, hue: 250},
	{word: "mint", stems: []string{"민트", "청록", "에메랄드", "mint", "teal", "turquoise", "emerald"}, fits: []fit{{Pastel, 0.3}, {Podium, 0.1}}, warm: -0.3, hue: 170},
	{word: "violet", stems: []string{"보라", "퍼플", "라벤더", "바이올렛", "purple", "violet", "lavender", "lilac"}, fits: []fit{{Pastel, 0.3}, {Neon, 0.2}}, warm: -0.1, hue: 300},
	{word: "white", stems: []string{"하얀", "하얗", "흰색", "화이트", "순백", "white.", "ivory"}, fits: []fit{{Pastel, 0.3}, {Marble, 0.2}}, light: 0.9, vivid: -0.6},
	{word: "black", stems: []string{"검은", "검정", "블랙", "시크", "black", "charcoal", "noir"}, fits: []fit{{Marble, 0.4}, {Podium, 0.2}}, light: -1, vivid: -0.5},
	{word: "beige", stems: []string{"베이지", "크림", "샌드", "내추럴톤", "beige", "sand.", "cream.", "linen"}, fits: []fit{{Window, 0.3}, {Pastel, 0.2}}, light: 0.5, warm: 0.4, vivid: -0.4},

	// Categories, from the original system's list and common others. They only
	// tip the scale when the concept says little.
	{stems: []string{"식품", "음식", "음료", "간식", "건강식품", "food", "drink", "beverage", "snack", "grocery"}, fits: []fit{{Cafe, 0.5}, {Window, 0.25}}},
	{stems: []string{"의류", "패션", "가방", "신발", "잡화", "cloth", "fashion", "apparel", "bag.", "bags", "shoe", "wear."}, fits: []fit{{Podium, 0.4}, {Pastel, 0.3}}},
	{stems: []string{"전자", "가전", "디지털", "컴퓨터", "이어폰", "electronic", "gadget", "device", "appliance"}, fits: []fit{{Podium, 0.5}, {Neon, 0.3}}, light: -0.2},
	{stems: []string{"화장품", "뷰티", "스킨케어", "향수", "cosmetic", "beauty", "skincare", "perfume", "makeup"}, fits: []fit{{Silk, 0.5}, {Podium, 0.3}}, light: 0.3},
	{stems: []string{"가구", "인테리어", "생활", "리빙", "furniture", "interior", "living", "homeware"}, fits: []fit{{Window, 0.5}}},
	{stems: []string{"완구", "장난감", "문구", "toy", "stationery"}, fits: []fit{{Pastel, 0.5}}},
}
