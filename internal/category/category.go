// Package category is the one table of what is advertised: the categories the form offers,
// the words by which a kind of goods is known in a category or a name, the law that its
// claims fall under, where it is at home, and whether it wants plain words.
//
// A category stays a free text of the owner; the table only says what is understood of it.
package category

import "github.com/nanococoa/nanococoa/internal/thesaurus"

// Kind is what sort of goods it is.
type Kind int

// The kinds.
const (
	Food      Kind = iota // to eat
	Drink                 // to drink
	Wear                  // fashion of no nearer kind
	Beauty                // cosmetics and care
	Tech                  // what runs on electricity
	Home                  // household
	Furniture             // furniture, bedding, light and decoration
	Health                // food supplements: the law lets them promise least
	Cloth                 // clothes
	Bag                   // bags
	Shoe                  // shoes
	Jewel                 // jewellery, watches, glasses
	Pet                   // for pets
	Kids                  // for small children
	Sport                 // sport and camping
	Plant                 // flowers and plants
	Desk                  // stationery and books
	Craft                 // handicraft
	Place                 // a shop one goes to
	Lesson                // a school or a course
	Car                   // for cars
	Device                // medical devices
	Care                  // clinics and the like
	Funeral               // mourning and remembrance
	Money                 // finance, insurance, law
	Adult                 // intimate goods
	Other                 // nothing is known of it
	Kinds                 // their number
)

// Law names the rules that claims for a kind fall under; see package claims.
type Law string

// The laws. "" is the general one on fair advertising, which holds for every kind.
const (
	LawFood       Law = "food"        // 식품 등의 표시·광고에 관한 법률
	LawHealthFood Law = "health food" // the same law on 건강기능식품
	LawCosmetic   Law = "cosmetic"    // 화장품법
	LawDevice     Law = "device"      // 의료기기법, 의료법
)

// row is what is fixed for a kind.
type row struct {
	label string // as the form offers it; "" when it does not (see offered)
	law   Law
	place string // the idea of package thesaurus for where such goods are used; "" when it may be anywhere
	sober bool   // solemn or intimate: its words and pictures are plain
	words string // as thesaurus.Find takes them
}

// Other's label stands last in the form: there the owner writes the category freely.
var table = [Kinds]row{
	Food: {
		label: "식품", law: LawFood, place: "kitchen",
		words: "식품, 먹거리, 간식, 과일, 채소, 야채, 빵, 베이커리, 디저트, 쿠키, 케이크, 케익, 초콜릿, 초코, 떡, 고기, 한우, 돼지, 치킨, 닭, 피자, " +
			"반찬, 라면, 국수, 치즈, 과자, 젤리, 김치, =쌀, 견과, 밀키트, 도시락, 수산, 해산물, 생선, 새우, 만두, 김밥, =김, 소스, 된장, 고추장, " +
			"참기름, 요리, 음식, 아이스크림, 생크림, 빙수, 푸드, 그래놀라, 시리얼, 사과, 딸기, 감귤, 포도, 복숭아, 망고, 수박, 토마토, 고구마, 감자, " +
			"옥수수, 스낵, 사탕, 마카롱, 도넛, 샌드위치, 샐러드, 스테이크, 파스타, 떡볶이, 국밥, 분식, 한식, =잼, 딸기잼, 과일잼, 요거트, food, " +
			"snack, bread, bakery, dessert, cookie, cake, chocolate, fruit, cheese, meat, noodle, " +
			"pizza, sauce, grocery, groceries, 정육, 축산, 농산물, 오징어, 문어, 쥐포, 육포, 멸치, 미역, 명란, 굴비, 갈치, 고등어, " +
			"전복, 대게, 새우젓, 젓갈, 참외, 멜론, 자두, 체리, 블루베리, =배, =밤, =귤, 단감, 곶감, 버섯, 마늘, 양파, 배추, 상추, 시금치, 고추, " +
			"두부, 계란, 달걀, =햄, 소시지, 삼겹살, 갈비, 족발, 순대, 곱창, 찌개, 탕수육, 짜장, 우동, 초밥, 회덮밥, 덮밥, =죽, 누룽지, 약과, 한과, " +
			"강정, =엿, 푸딩, 와플, 크로플, 붕어빵, 호떡, 타르트, 스콘, 식빵, 베이글, 크루아상, 버터, 올리브유, 식용유, 참깨, 들깨, 견과류, 아몬드, " +
			"호두, =잣, =콩, =팥, 현미, 잡곡, 미숫가루, 선식, =꿀, 벌꿀, =햇꿀",
	},
	Drink: {
		label: "음료", law: LawFood, place: "cafe",
		words: "음료, 커피, 라떼, 라테, 콜드브루, 에스프레소, 아메리카노, 주스, 쥬스, 과일즙, 사과즙, 배즙, 착즙, 과즙, =차, 녹차, 홍차, 보리차, 허브티, " +
			"=티, 밀크티, 우유, 와인, 맥주, 막걸리, 소주, 전통주, =술, 위스키, 생수, 탄산, 에이드, 스무디, 두유, 식혜, 콤부차, 원두, drink, " +
			"beverage, coffee, latte, espresso, juice, tea, milk, wine, beer, water, soda, smoothie, " +
			"ade, 수제맥주, 생맥주, 하이볼, 칵테일, 매실청, 오미자청, 레몬청, 유자청, 생강청, 과일청, 수정과, 모과차, 유자차, 생강차, 대추차, 드립백, " +
			"캡슐커피, 티백, 액상차",
	},
	Wear: {
		label: "패션잡화",
		words: "패션, 잡화, fashion, 패션잡화, 벨트, 우산, 양산, 넥타이",
	},
	Beauty: {
		label: "뷰티", law: LawCosmetic, place: "dressing table",
		words: "화장품, 뷰티, 스킨케어, 크림, 로션, 세럼, 에센스, 앰플, 토너, 마스크팩, 립스틱, 립밤, 틴트, 팩트, 파운데이션, 향수, 퍼퓸, 샴푸, 트리트먼트, " +
			"바디워시, 비누, 클렌징, 네일, 헤어, 미용, 메이크업, cosmetic, beauty, skincare, cream, serum, lotion, " +
			"perfume, shampoo, soap, lipstick, makeup, toner, 쿠션팩트, 선크림, 선스틱, 자외선차단제, 아이크림, 미스트, 마스카라, " +
			"아이섀도, 블러셔, 클렌저, 폼클렌징, 핸드크림, 바디로션, 린스, 헤어팩, 오일밤, =스킨, 토너패드",
	},
	Tech: {
		label: "전자제품", place: "desk",
		words: "전자제품, 전자, 가전, 이어폰, 헤드폰, 헤드셋, 스피커, 노트북, 컴퓨터, 모니터, 키보드, 마우스, 스마트폰, 휴대폰, 핸드폰, 아이폰, 태블릿, 카메라, " +
			"충전기, 배터리, 청소기, 공기청정기, 가습기, 선풍기, 에어컨, 냉장고, 세탁기, 티비, tv, 전자레인지, 오븐, 믹서, 머신, 드라이기, 면도기, 로봇, " +
			"드론, 게임기, 프린터, 스마트워치, 폰케이스, electronics, earphone, earbuds, headphone, speaker, laptop, " +
			"computer, monitor, keyboard, phone, tablet, camera, charger, vacuum, console, device, " +
			"gadget, machine, 전구, 멀티탭, 공유기, 보조배터리, 케이블, 에어프라이어, 전기밥솥, 밥솥, 전기포트, 인덕션, 커피머신, 토스터, 믹서기, " +
			"블렌더, 건조기, 식기세척기, 제습기, 히터, 전기장판, 안마기, 마사지기, 체중계, 유심, 요금제, 리모컨, 헤어드라이어, 고데기, 전동칫솔, 웹캠, 마이크, " +
			"게이밍, 5g, air fryer, bulb, led",
	},
	Home: {
		label: "생활용품", place: "kitchen",
		words: "리빙, 생활, 생활용품, 주방, 그릇, 접시, 컵, 커피잔, 머그, 텀블러, 냄비, 프라이팬, 도마, 식기, 캔들, 향초, 디퓨저, 인센스, 수건, 타월, " +
			"화병, 꽃병, 수납, 세제, 휴지, 욕실, 소품, kitchen, living, mug, cup, tumbler, candle, blanket, vase, " +
			"towel, 매트, 방석, 도자기, 머그컵, 유리컵, 와인잔, 주전자, 쟁반, 수저, 젓가락, =칼, 식칼, 과도, 가위, 밀폐용기, 도시락통, 빨래, " +
			"섬유유연제, 물티슈, 칫솔, 치약, 비데, 샤워기, 욕실화, 모기장, 제습제, 탈취제, 청소, 걸레, 수세미, 쓰레기통, 공구, 드릴, 사다리, " +
			"트레이",
	},
	Furniture: {
		label: "가구·인테리어", place: "living room",
		words: "가구, 인테리어, 침구, 이불, 베개, 매트리스, 쿠션, 커튼, 암막커튼, 러그, 카펫, 소파, 의자, 테이블, 책상, 책장, 옷장, 옷걸이, 조명, 램프, " +
			"액자, 침대, 협탁, 선반, 행거, 거울, 스툴, 벤치, 블라인드, 스탠드, 무드등, 벽시계, furniture, interior, lamp, bedding, " +
			"pillow, rug, sofa, chair, table",
	},
	Health: {
		label: "건강식품", law: LawHealthFood, place: "table",
		words: "건강식품, 건강기능식품, 건기식, 영양제, 비타민, 홍삼, 인삼, 유산균, 오메가, 콜라겐, 프로바이오틱스, 루테인, 보충제, 마그네슘, supplement, " +
			"vitamin, ginseng, probiotic, 프로폴리스, 밀크씨슬, 칼슘, 아연, 엽산, 홍삼정, 흑염소, 녹용, 즙세트, 다이어트보조제, 단백질보충제, " +
			"크릴오일, 쏘팔메토, 글루코사민, msm, 비오틴, 배도라지즙, 양배추즙, 흑마늘",
	},
	Cloth: {
		label: "의류",
		words: "의류, 옷, 셔츠, 원피스, 바지, 니트, 스웨터, 코트, 자켓, 재킷, 패딩, 점퍼, 후드, 맨투맨, 블라우스, 스커트, 치마, 한복, 잠옷, 속옷, 양말, " +
			"모자, 스카프, 목도리, 장갑, clothes, clothing, apparel, shirt, dress, pants, knit, sweater, coat, " +
			"jacket, hoodie, skirt, sock, hat, scarf, 티셔츠, 블루종, 카디건, 가디건, 조끼, 청바지, 데님, 레깅스, 정장, 슈트, " +
			"트렌치, 교복, 수영복, 래시가드, 비치웨어, 앞치마, 머플러, 임부복, 유니폼, 넥워머, 파자마",
	},
	Bag: {
		words: "가방, 백팩, 지갑, 파우치, 캐리어, 토트백, 에코백, 크로스백, 숄더백, 더플백, 핸드백, 클러치, bag, backpack, wallet, pouch, " +
			"purse, tote, duffel, 가죽가방, 숄더, 더플, 보스턴백, 도시락가방",
	},
	Shoe: {
		words: "신발, 운동화, 구두, 스니커즈, 부츠, 샌들, 슬리퍼, 로퍼, shoe, sneaker, boot, sandal, 런닝화, 러닝화, 등산화, 하이힐, 장화, " +
			"단화, 크록스, 실내화",
	},
	Jewel: {
		place: "dressing table",
		words: "주얼리, 쥬얼리, 목걸이, 반지, 귀걸이, 팔찌, 시계, 액세서리, 악세서리, 안경, 선글라스, jewelry, jewellery, necklace, ring, " +
			"earring, bracelet, watch, sunglasses, 브로치, 헤어핀, 머리핀, 진주, 펜던트, 손목시계",
	},
	Pet: {
		label: "반려동물", place: "living room",
		words: "반려, 반려동물, 반려견, 반려묘, 강아지, 고양이, 애견, 애묘, =펫, 펫푸드, 펫용품, 사료, pet, dog, cat, puppy, 캣타워, 츄르, " +
			"하네스, 목줄, 배변패드, 고양이모래, 애완, 캣닢, 햄스터, 관상어, 수족관",
	},
	Kids: {
		label: "유아", place: "children's room",
		words: "유아, 아기, 아동, 어린이, 키즈, 장난감, 완구, 육아, 기저귀, 유모차, 블록, 인형, 신생아, baby, kid, toy, child, children, " +
			"젖병, 이유식, 분유, 카시트, 아기띠, 치발기, 유아용품, 출산, 돌잔치, 퍼즐, 보드게임, 어린이집, 아동복, 키즈카페",
	},
	Sport: {
		label: "스포츠", place: "gym",
		words: "스포츠, 운동, 운동용품, 헬스, 피트니스, 요가, 골프, 등산, 캠핑, 낚시, 자전거, 러닝, 수영, 축구, 야구, 농구, 테니스, 배드민턴, 덤벨, " +
			"아웃도어, 텐트, sport, fitness, yoga, golf, camping, bicycle, bike, running, outdoor, 배드민턴라켓, " +
			"아령, 매트운동, 스키, 스노보드, 보드복, 서핑, 클라이밍, 줄넘기, 폼롤러, 자전거용품, 낚싯대, 골프채, 골프공, 침낭, 랜턴, 캠핑의자, 퍼터, " +
			"러닝머신, 탁구, 볼링, 복싱글러브",
	},
	Plant: {
		label: "꽃·식물", place: "window",
		words: "=꽃, 꽃다발, 튤립, 장미, 해바라기, 백합, 수국, 카네이션, 안개꽃, 프리지아, 선인장, 화분, 식물, 다육, 분재, 화훼, 부케, 원예, 플라워, " +
			"flower, plant, bouquet, 꽃바구니, 화환, 난초, 동양란, 서양란, 드라이플라워, 생화, 모종, 씨앗, 다육이, 몬스테라, 잔디",
	},
	Desk: {
		place: "desk",
		words: "문구, 노트, =펜, 볼펜, 만년필, 다이어리, =책, 도서, 서적, 스티커, 엽서, 달력, 플래너, 필기구, stationery, pen, notebook, " +
			"book, diary, planner, 지우개, 연필, 색연필, 크레파스, 마스킹테이프, 스탬프, 편지지, 그림책, 동화책, 참고서, 문제집, 만화, 소설, " +
			"시집, 필통",
	},
	Craft: {
		label: "수공예", place: "workshop",
		words: "수공예, 핸드메이드, 수제공예, 공예, 공방, 뜨개, 뜨개질, 자수, 도예, 목공, 가죽공예, 라탄, 매듭, 비즈, 레진, 자개, 나전, 퀼트, 위빙, " +
			"마크라메, 천연염색, 한지공예, handmade, craft, handicraft, pottery",
	},
	Place: {
		words: "카페, 식당, 레스토랑, 음식점, 맛집, 펜션, 호텔, 숙소, 미용실, 헤어샵, 네일샵, 꽃집, 빵집, 스튜디오, 매장, 가게, 서점, 서비스, cafe, " +
			"café, restaurant, hotel, salon, studio, shop, service, 술집, 포차, 호프, 이자카야, 고깃집, 횟집, 베이커리카페, " +
			"민박, 게스트하우스, 한옥스테이, 캠핑장, 글램핑, 네일아트, 마사지샵, 사진관, 세탁소, 빨래방, 편의점, 마트, 부동산, 인테리어시공, 이사업체, 청소업체, " +
			"렌탈, 코인노래방, pc방, 헬스장",
	},
	Lesson: {
		words: "학원, 과외, 교습소, 클래스, 수업, 레슨, 강의, 강좌, 교육, 필라테스, 태권도, 도장, 학습지, 유치원, 스터디카페, 독서실, class, lesson, " +
			"academy",
	},
	Car: {
		words: "자동차, 차량, 타이어, 오토바이, 블랙박스, 세차, 차량용품, car, vehicle, tire, motorcycle",
	},
	Device: {
		law: LawDevice, sober: true,
		words: "의료기기, 혈압계, 혈당계, 체온계, 보청기, 휠체어, 부목, 보호대, 의료용, 저주파, 온열기, 찜질기, 파라핀, 산소포화도, 네뷸라이저, 콘택트렌즈, " +
			"임신테스트기, 자가검사키트, medical device",
	},
	Care: {
		law: LawDevice, sober: true,
		words: "의료, 병원, 의원, 한의원, 치과, 피부과, 성형외과, 안과, 정형외과, 산부인과, 요양원, 요양병원, 약국, 의약품, 상담센터, 심리상담, 재활, 간병, " +
			"clinic, hospital, dental",
	},
	Funeral: {
		sober: true,
		words: "장례, 장례식, 장례식장, 근조, 근조화환, 상조, 추모, 납골, 납골당, 봉안, 유골함, 수의, 제사, 제수, 제례, 성묘, 묘지, 수목장, 조의, 부의, " +
			"영정, 반려동물장례, funeral, memorial",
	},
	Money: {
		sober: true,
		words: "금융, 보험, 대출, 적금, 예금, 신용카드, 체크카드, 투자, 주식, 펀드, 연금, 세무, 회계, 법률, 법무, 변호사, 노무, 은행, finance, " +
			"insurance, loan, bank",
	},
	Adult: {
		sober: true,
		words: "성인용품, 콘돔, 러브젤, 란제리, 생리대, 생리컵, 탐폰, 위생용품, 요실금, 성인기저귀, 여성청결제, 제모, adult goods, condom, " +
			"lingerie",
	},
	Other: {label: "기타"},
}

// Of tells the kind of a product. The category decides, unless it says so little that the
// name may say more: "식품" may be a drink, "카페" may advertise a cake. The last word that
// is known decides, as the main word of a Korean (and an English) phrase stands last: 커피
// 머신 is a machine. Goods for pets and children are known by any word, since 강아지 간식
// is no food for people, and so is what wants plain words: 근조화환 are no flowers.
func Of(category, name string) Kind {
	k, named := kindOf(category), kindOf(name)
	if named.Sober() || k.general() && named != Other {
		return named
	}
	return k
}

// words are the words of the table.
var words = func() *thesaurus.List {
	list := make([]string, Kinds)
	for k := range table {
		list[k] = table[k].words
	}
	return thesaurus.Compile(list)
}()

func kindOf(text string) Kind {
	last := Other
	for _, m := range words.Find(text) {
		k := Kind(m.Entry)
		if k.Sober() {
			return k
		}
		if last != Pet && last != Kids {
			last = k
		}
	}
	return last
}

// general reports whether a category says so little that the name may say more.
func (k Kind) general() bool {
	switch k {
	case Food, Wear, Cloth, Home, Furniture, Place, Craft, Other:
		return true
	}
	return false
}

// offered are the kinds whose labels the form offers, in its order.
var offered = [...]Kind{
	Food, Drink, Health, Cloth, Wear, Beauty, Tech, Home, Furniture, Kids, Pet, Sport, Plant, Craft, Other,
}

// Labels are the categories the form offers; the last one is for everything else.
func Labels() (out []string) {
	for _, k := range offered {
		out = append(out, table[k].label)
	}
	return out
}

// Law is what claims for the kind fall under.
func (k Kind) Law() Law { return table[k].law }

// Place is the idea of package thesaurus for where such goods are used, "" for none.
func (k Kind) Place() string { return table[k].place }

// Sober reports whether the goods are solemn or intimate, so that words and picture are
// plain and dignified.
func (k Kind) Sober() bool { return table[k].sober }
