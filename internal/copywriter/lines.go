package copywriter

import "github.com/nanococoa/nanococoa/internal/category"

// lines are copy of one kind: mains of ad.MainCopyMin to ad.MainCopyMax
// characters, subs of ad.SubCopyMin to ad.SubCopyMax. In named the product's
// name stands at {}, with the particle that follows it in its form after a
// consonant ({과}); those are as long as the name makes them and are only used
// when they fit.
//
// Every main of a mood may be combined with every sub of that mood, so each has to
// make sense alone: noun endings or 존댓말, no exclamation marks, nothing that a
// shop would have to prove (no superlatives, prices, effects), nothing about the
// product that its category does not already say.
type lines struct {
	mains, subs           []string
	namedMains, namedSubs []string
}

// voice is the copy of one mood: lines for any product, and lines for the kinds
// that have their own.
type voice struct {
	any lines
	by  [cores]lines
}

// voices is the copy by mood.
var voices = [moods]voice{
	plain: {
		any: lines{
			mains:      []string{"오늘 만난 반가움", "나를 위한 선택", "곁에 두고 싶은 것", "하루를 여는 기분"},
			subs:       []string{"매일의 순간을 조금 더 특별하게", "오래 곁에 두고 싶은 이유가 있습니다", "정성을 들여 하나하나 준비했습니다"},
			namedMains: []string{"오늘은 {}", "반가워요, {}"},
			namedSubs:  []string{"{과} 함께하는 오늘", "{으로} 채우는 기분 좋은 하루", "{}, 오늘 만나 보세요", "매일 곁에 두는 {}"},
		},
		by: [cores]lines{
			food:   {mains: []string{"오늘의 맛있는 순간", "정성을 담은 한입"}, subs: []string{"한 번 맛보면 자꾸 떠오릅니다", "오늘의 식탁에 기쁨을 더합니다"}},
			drink:  {mains: []string{"기분 좋은 한 모금", "하루를 여는 한 잔"}, subs: []string{"바쁜 하루 사이에 놓는 맛있는 쉼", "한 모금이면 기분이 달라집니다"}},
			wear:   {mains: []string{"나다운 오늘의 멋", "매일 손이 가는 멋"}, subs: []string{"거울 앞에서 한 번 더 미소 짓습니다", "특별하지 않은 날도 멋스럽게"}},
			beauty: {mains: []string{"나답게 빛나는 하루", "빛을 더하는 손길"}, subs: []string{"거울 속 내 모습이 반가워집니다", "하루의 시작과 끝을 곱게 채웁니다"}},
			tech:   {mains: []string{"일상이 편해진 순간", "손안의 새로운 하루"}, subs: []string{"쓸수록 하루가 매끄러워집니다", "매일 쓰는 것일수록 제대로 고르세요"}},
			home:   {mains: []string{"우리 집의 새 표정", "머물고 싶은 자리"}, subs: []string{"매일 머무는 공간이 더 좋아집니다", "작은 하나로 집의 분위기가 바뀝니다"}},
			health: {mains: []string{"나를 챙기는 습관", "매일의 작은 정성"}, subs: []string{"하루 한 번 나에게 건네는 마음", "꾸준히 이어 갈 수 있게 준비했습니다"}},
		},
	},
	summer: {
		any: lines{
			mains: []string{"산뜻한 기분 그대로", "시원하게 즐겨요", "여름을 여는 선택", "한여름의 시원함", "더위를 잊는 순간", "파도처럼 시원하게"},
			subs: []string{"산뜻한 기분이 먼저 다가옵니다", "시원한 기분을 오래 이어 갑니다", "무더운 날에도 기분은 시원하게", "올여름 곁에 두고 싶은 하나",
				"바람 한 줄기 같은 기분 좋은 만남", "뜨거운 하루에 더하는 시원한 쉼표"},
			namedMains: []string{"여름엔 {}", "올여름, {}"},
			namedSubs:  []string{"{과} 보내는 시원한 여름", "올여름은 {과} 함께"},
		},
		by: [cores]lines{
			food:   {mains: []string{"여름 입맛의 시작", "시원한 한입의 여름"}, subs: []string{"더위에 지친 입맛을 깨워 드립니다", "한입 맛보면 번지는 시원한 기분"}},
			drink:  {mains: []string{"여름 한 잔의 여유", "청량한 한 모금"}, subs: []string{"첫 모금부터 시원하게 번집니다", "얼음 소리까지 맛있는 오후"}},
			wear:   {mains: []string{"여름을 걷는 차림", "가벼운 여름 나들이"}, subs: []string{"햇살 아래 더 가벼워지는 걸음", "바람까지 챙긴 산뜻한 여름 차림"}},
			beauty: {mains: []string{"여름빛 산뜻한 나", "산뜻하게 빛날 여름"}, subs: []string{"뜨거운 햇살 뒤의 산뜻한 마무리", "거울 앞이 시원해지는 여름 아침"}},
			tech:   {mains: []string{"여름을 여는 버튼", "한여름의 새 리듬"}, subs: []string{"더운 날일수록 손이 먼저 갑니다", "여름의 하루가 한결 가벼워집니다"}},
			home:   {mains: []string{"바람이 머무는 방", "시원하게 비운 여름"}, subs: []string{"창을 연 듯 시원한 공간이 됩니다", "집에 들어서는 순간 더위가 멀어집니다"}},
			health: {mains: []string{"여름에도 한결같이", "여름을 여는 습관"}, subs: []string{"더운 날에도 잊지 않는 하루 한 번", "뜨거운 계절에도 나를 챙기는 습관"}},
		},
	},
	winter: {
		any: lines{
			mains:      []string{"겨울날의 반가움", "온기를 전하는 하루", "마음까지 따뜻하게", "포근한 겨울의 시작", "겨울이 포근한 이유"},
			subs:       []string{"겨울날에 어울리는 하나입니다", "찬 바람 끝에 만나는 작은 온기", "추운 날일수록 더 생각나는 하나", "긴 겨울밤을 포근하게 채웁니다"},
			namedMains: []string{"겨울엔 {}", "따뜻하게, {}"},
			namedSubs:  []string{"{과} 보내는 포근한 겨울", "{으로} 데우는 겨울 하루"},
		},
		by: [cores]lines{
			food:   {mains: []string{"따뜻한 한입의 위로", "겨울이 맛있는 시간"}, subs: []string{"언 손을 녹이듯 마음까지 데웁니다", "따뜻한 식탁에 둘러앉고 싶은 맛"}},
			drink:  {mains: []string{"두 손에 담은 온기", "겨울 한 잔의 위로"}, subs: []string{"창밖의 추위를 잊게 하는 한 모금", "천천히 마실수록 포근해집니다"}},
			wear:   {mains: []string{"포근함을 두르는 날", "겨울을 걷는 멋"}, subs: []string{"찬 바람 앞에서도 여유로운 차림", "차가운 거리에서 더 빛나는 포근함"}},
			beauty: {mains: []string{"겨울에도 고운 결", "포근하게 감싸는 빛"}, subs: []string{"찬 바람 부는 날에도 고운 하루", "따뜻한 손길로 마무리하는 저녁"}},
			tech:   {mains: []string{"온기를 켜는 하루", "겨울밤의 든든한 벗"}, subs: []string{"추운 날에도 일상은 매끄럽게", "긴긴 겨울밤이 한결 즐거워집니다"}},
			home:   {mains: []string{"온기가 머무는 집", "포근함을 들이는 날"}, subs: []string{"문을 열면 먼저 반기는 따뜻한 공기", "오래 머물고 싶은 겨울의 우리 집"}},
			health: {mains: []string{"겨울에도 나를 먼저", "겨울을 나는 습관"}, subs: []string{"찬 바람 부는 계절에 챙기는 하루", "추운 아침에도 거르지 않는 정성"}},
		},
	},
	cozy: {
		any: lines{
			mains:      []string{"다정한 하나", "마음을 데우는 온기", "다정하게 감싸는 날", "곁을 채우는 온기", "포근한 마음 하나"},
			subs:       []string{"다정한 마음이 먼저 전해집니다", "바라만 봐도 마음이 포근해집니다", "하루 끝에 만나는 따스한 위로", "따뜻한 마음 한 조각을 전합니다"},
			namedMains: []string{"포근하게, {}", "따스한 {}"},
			namedSubs:  []string{"{이} 전하는 따뜻한 온기", "{과} 함께 포근한 하루"},
		},
		by: [cores]lines{
			food:   {mains: []string{"마음을 데우는 한입", "온기가 도는 식탁"}, subs: []string{"갓 차린 식탁처럼 마음을 채웁니다", "한입마다 다정함이 번져 갑니다"}},
			drink:  {mains: []string{"온기를 담은 한 잔", "두 손 가득 따스함"}, subs: []string{"한 모금마다 마음이 풀어집니다", "따스한 조명 아래 천천히 머무세요"}},
			wear:   {mains: []string{"포근함을 걸친 오늘", "마음까지 감싼 차림"}, subs: []string{"안기듯 부드럽게 하루를 감쌉니다", "다정한 온도가 느껴지는 오늘의 멋"}},
			beauty: {mains: []string{"다정하게 감싼 하루", "온기를 닮은 빛"}, subs: []string{"포근한 손길처럼 부드럽게 감쌉니다", "하루의 끝을 따스하게 마무리하세요"}},
			tech:   {mains: []string{"다정한 기술의 온도", "곁에 켜 둔 온기"}, subs: []string{"차갑지 않은 기술이 곁에 머뭅니다", "집에 오면 먼저 켜고 싶은 따스함"}},
			home:   {mains: []string{"포근함이 사는 집", "온기를 놓은 자리"}, subs: []string{"하나만 더해도 방이 아늑해집니다", "돌아온 저녁을 따뜻하게 반깁니다"}},
			health: {mains: []string{"다정하게 챙긴 하루", "온기를 담은 정성"}, subs: []string{"따뜻한 마음으로 챙기는 하루의 몫", "소중한 사람을 생각하며 준비했습니다"}},
		},
	},
	spring: {
		any: lines{
			mains:      []string{"산뜻하게 새로운 날", "봄을 닮은 하루", "설렘이 피는 계절", "봄바람처럼 가볍게", "꽃보다 먼저 온 봄"},
			subs:       []string{"산뜻한 기분으로 시작해 보세요", "꽃 피는 계절에 어울리는 만남", "살랑이는 바람에 마음이 먼저 갑니다", "봄볕 아래 새로 시작하는 기분"},
			namedMains: []string{"봄에는 {}", "새봄, {}"},
			namedSubs:  []string{"{과} 맞이하는 새봄", "{으로} 시작하는 화사한 봄"},
		},
		by: [cores]lines{
			food:   {mains: []string{"봄을 맛보는 시간", "입안에 피는 봄"}, subs: []string{"돗자리 위에서 더 맛있는 한때", "향긋한 계절을 한입에 담았습니다"}},
			drink:  {mains: []string{"봄 한 잔 어떠세요", "꽃길에서 한 모금"}, subs: []string{"꽃그늘 아래서 즐기는 산뜻한 오후", "봄볕 좋은 날 손에 든 작은 여유"}},
			wear:   {mains: []string{"봄빛을 두른 오늘", "꽃길을 걷는 차림"}, subs: []string{"살랑이는 걸음마다 봄이 묻어납니다", "가벼워진 옷차림에 더하는 설렘"}},
			beauty: {mains: []string{"봄꽃처럼 화사하게", "봄빛이 스미는 결"}, subs: []string{"거울 속에 먼저 찾아온 봄 한 송이", "맑은 봄볕을 닮은 은은한 마무리"}},
			tech:   {mains: []string{"봄처럼 새로운 일상", "새로 켜는 봄날"}, subs: []string{"새 계절에 맞춰 일상도 새로워집니다", "산뜻하게 시작하는 봄날의 리듬"}},
			home:   {mains: []string{"봄을 들이는 집", "봄볕이 드는 자리"}, subs: []string{"창가에 봄볕 한 줌 놓아 두세요", "집 안 가득 산뜻한 계절이 옵니다"}},
			health: {mains: []string{"봄을 여는 습관", "새봄의 나를 위해"}, subs: []string{"새 계절에 다시 시작하는 하루 한 번", "봄볕처럼 꾸준히 나를 챙기는 시간"}},
		},
	},
	autumn: {
		any: lines{
			mains:      []string{"깊어 가는 계절에", "가을이 깊어지는 날", "가을빛에 물든 하루", "낙엽 지는 오후에", "단풍처럼 물든 마음"},
			subs:       []string{"깊어 가는 계절에 어울립니다", "선선한 바람에 마음이 느긋해집니다", "단풍빛처럼 오래 남을 오늘의 기억", "높아진 하늘 아래 잠시 머무는 여유"},
			namedMains: []string{"가을엔 {}", "깊은 가을, {}"},
			namedSubs:  []string{"{과} 깊어지는 가을", "{과} 물드는 가을 오후"},
		},
		by: [cores]lines{
			food:   {mains: []string{"가을이 익은 한입", "가을을 담은 식탁"}, subs: []string{"잘 익은 계절을 그대로 담았습니다", "깊어진 저녁에 나누는 구수한 한때"}},
			drink:  {mains: []string{"가을을 따르는 시간", "깊은 가을 한 모금"}, subs: []string{"낙엽 소리를 들으며 천천히 한 잔", "선선한 저녁에 어울리는 깊은 향"}},
			wear:   {mains: []string{"가을을 걸친 하루", "단풍길을 걷는 멋"}, subs: []string{"선선해진 거리에서 깊어지는 멋", "낙엽 빛깔을 닮은 차분한 차림"}},
			beauty: {mains: []string{"가을빛을 머금은 결", "깊어진 나의 가을"}, subs: []string{"선선한 바람 앞에서도 고운 분위기", "노을처럼 은은하게 번지는 아름다움"}},
			tech:   {mains: []string{"가을밤의 새 취미", "사색이 깊어질 때"}, subs: []string{"선선한 저녁을 채우는 나만의 몰입", "길어진 가을밤이 더 즐거워집니다"}},
			home:   {mains: []string{"가을이 스미는 집", "노을이 드는 자리"}, subs: []string{"은은한 단풍빛으로 채우는 우리 집", "창밖 풍경까지 들여놓고 싶은 오후"}},
			health: {mains: []string{"가을에 쌓는 정성", "가을을 여는 습관"}, subs: []string{"바람이 선선해질수록 나를 돌봅니다", "가을 아침마다 이어 가는 작은 정성"}},
		},
	},
	luxury: {
		any: lines{
			mains:      []string{"안목이 머무는 하나", "품격을 더하는 순간", "우아함이 깃든 날", "나를 위한 품격", "오래 남을 우아함"},
			subs:       []string{"오래 보아도 좋은 것을 골랐습니다", "손끝에서 느껴지는 차분한 품격", "특별한 날이 아니어도 특별하게", "깊이를 아는 분께 어울립니다"},
			namedMains: []string{"품격 있는 {}", "우아하게, {}"},
			namedSubs:  []string{"{으로} 더하는 일상의 품격", "{이} 전하는 우아한 여운"},
		},
		by: [cores]lines{
			food:   {mains: []string{"우아한 한입의 여운", "식탁에 놓인 품격"}, subs: []string{"천천히 음미할수록 깊어지는 맛", "귀한 자리에 내어놓고 싶은 정성"}},
			drink:  {mains: []string{"잔에 담긴 우아함", "깊은 여운의 한 잔"}, subs: []string{"마지막 모금까지 남는 깊은 여운", "조용한 저녁을 빛내는 우아한 선택"}},
			wear:   {mains: []string{"품격을 걸치는 날", "말없이 드러난 품격"}, subs: []string{"서두르지 않아도 시선이 머뭅니다", "절제된 선에서 배어나는 우아함"}},
			beauty: {mains: []string{"빛으로 완성한 품격", "은은하게, 우아하게"}, subs: []string{"화려함보다 오래 남는 고운 인상", "섬세한 손길이 닿은 듯한 마무리"}},
			tech:   {mains: []string{"기술에 깃든 품격", "손안의 우아함"}, subs: []string{"조용히 앞서가는 당신의 감각", "만질수록 느껴지는 섬세한 완성도"}},
			home:   {mains: []string{"공간에 놓인 품격", "우아함이 머무는 집"}, subs: []string{"호텔에 머무는 듯한 집의 시간", "하나만 놓아도 달라지는 분위기"}},
			health: {mains: []string{"나에게 주는 정성", "귀하게 챙기는 하루"}, subs: []string{"소중한 나를 대하는 품격 있는 습관", "귀한 분께 드리고 싶은 깊은 정성"}},
		},
	},
	nature: {
		any: lines{
			mains: []string{"자연 곁의 하루", "자연이 좋은 이유", "숲처럼 편안하게", "초록이 건네는 쉼", "자연을 닮은 오늘"},
			subs: []string{"자연의 빛깔을 닮은 선택입니다", "자연을 아끼는 마음으로 골랐습니다", "숲길을 걷는 듯 편안한 기분으로", "초록빛 하루를 곁에 들여 보세요",
				"자연의 결을 닮은 편안한 선택"},
			namedMains: []string{"숲을 닮은 {}", "자연 곁에 {}"},
			namedSubs:  []string{"{과} 함께하는 초록빛 하루", "{이} 건네는 자연의 기분"},
		},
		by: [cores]lines{
			food:   {mains: []string{"자연을 담은 한입", "들판을 닮은 식탁"}, subs: []string{"햇살과 바람이 키운 맛을 담았습니다", "밭에서 식탁까지 이어지는 정직함"}},
			drink:  {mains: []string{"숲을 머금은 한 잔", "맑은 자연 한 모금"}, subs: []string{"이슬 맺힌 아침처럼 맑은 한 모금", "초록 그늘 아래서 천천히 즐기세요"}},
			wear:   {mains: []string{"숲을 닮은 차림", "자연스러운 멋"}, subs: []string{"흙과 나무의 빛깔을 닮은 편안함", "꾸미지 않아도 어울리는 초록의 멋"}},
			beauty: {mains: []string{"자연이 머문 결", "풀잎처럼 맑은 빛"}, subs: []string{"아침 이슬을 닮은 맑은 마무리", "초록 숲의 공기처럼 가볍고 맑게"}},
			tech:   {mains: []string{"자연스러운 기술", "숲에서 켜는 일상"}, subs: []string{"자연의 속도에 맞춘 편안한 사용감", "숲을 걷듯 부드럽게 이어지는 하루"}},
			home:   {mains: []string{"초록을 들이는 집", "숲이 머무는 자리"}, subs: []string{"나무 그늘 같은 쉼을 집 안에 둡니다", "자연의 결이 편안하게 스며듭니다"}},
			health: {mains: []string{"자연 곁의 하루", "자연을 닮은 습관", "자연과 걷는 하루", "초록을 챙기는 하루"}, subs: []string{"자연을 아끼는 마음으로 골랐습니다",
				"자연의 빛깔을 닮은 선택입니다", "숲길을 걷듯 꾸준히 이어 갑니다", "자연의 시간표대로 챙기는 나의 몫"}},
		},
	},
	city: {
		any: lines{
			mains: []string{"도시를 걷는 기분", "도시의 새 장면", "도심 속 반가움", "밤이 빛나는 이유", "오늘 밤의 분위기", "불빛이 켜지는 시간", "도시가 반짝이는 밤"},
			subs: []string{"도시의 리듬에 어울리는 하나입니다", "익숙한 거리도 새롭게 느껴집니다", "바라보는 장면이 조금 새로워집니다", "네온 불빛 아래 더 빛나는 존재감",
				"늦은 밤 도시가 건네는 새로운 설렘", "빌딩 숲 사이로 이어지는 나의 밤"},
			namedMains: []string{"오늘 밤, {}", "도시에서, {}"},
			namedSubs:  []string{"{과} 함께하는 도시의 밤", "{이} 어울리는 도시의 밤"},
		},
		by: [cores]lines{
			food:   {mains: []string{"밤이 맛있는 도시", "야경과 나눈 한입"}, subs: []string{"골목 불빛처럼 반가운 한입", "늦은 저녁을 채우는 기분 좋은 맛"}},
			drink:  {mains: []string{"도시의 밤 한 모금", "불빛을 담은 한 잔"}, subs: []string{"분주한 하루 끝에 만나는 나의 밤", "창밖 야경과 함께 천천히 즐기세요"}},
			wear:   {mains: []string{"밤거리의 주인공", "골목마다 다른 나"}, subs: []string{"불빛이 스칠 때마다 살아나는 멋", "낮의 거리부터 밤의 불빛까지 나답게"}},
			beauty: {mains: []string{"밤을 닮은 분위기", "불빛 아래 고운 나"}, subs: []string{"화려한 야경보다 먼저 눈이 갑니다", "조명이 켜지면 시작되는 나의 시간"}},
			tech:   {mains: []string{"밤을 깨우는 감각", "도시와 통하는 리듬"}, subs: []string{"빠르게 흐르는 도시에서 나의 속도로", "어둠 속에서 더 선명해지는 몰입"}},
			home:   {mains: []string{"불 켜진 나의 도시", "밤이 아늑한 자리"}, subs: []string{"불을 켜면 방이 작은 라운지가 됩니다", "창 너머 야경까지 나의 풍경으로"}},
			health: {mains: []string{"바쁜 날의 내 습관", "바쁜 도시의 쉼표"}, subs: []string{"바쁘게 걷는 날에도 나를 챙깁니다", "늦은 밤에도 잊지 않는 작은 습관"}},
		},
	},
	minimal: {
		any: lines{
			mains:      []string{"꼭 필요한 것만", "비울수록 또렷하게", "단순해서 좋은 하루", "여백이 주는 편안함"},
			subs:       []string{"단정한 멋이 오래 이어집니다", "덜어 낼수록 선명해지는 나의 취향", "군더더기 없이 본질만 담았습니다", "조용한 여백이 하루를 정돈합니다"},
			namedMains: []string{"단정하게, {}", "꼭 하나, {}"},
			namedSubs:  []string{"{} 하나로 충분한 하루", "{으로} 단정해지는 일상"},
		},
		by: [cores]lines{
			food:   {mains: []string{"담백한 한입의 미학", "꾸밈없는 맛 그대로"}, subs: []string{"재료의 맛을 담백하게 살렸습니다", "접시 하나로도 충분한 오늘의 식탁"}},
			drink:  {mains: []string{"맑고 단정한 한 잔", "담백한 한 모금"}, subs: []string{"복잡한 생각을 비우는 깔끔한 한때", "끝까지 깔끔하게 남는 산뜻한 여운"}},
			wear:   {mains: []string{"선이 고운 차림", "매일 꺼낼 단정함"}, subs: []string{"어디에나 어울리는 단정한 하나", "꾸미지 않아서 더 오래 함께합니다"}},
			beauty: {mains: []string{"덜어 내고 맑게", "맑은 결 하나로"}, subs: []string{"여러 단계 대신 단정한 마무리 하나", "본래의 나를 또렷하게 보여 줍니다"}},
			tech:   {mains: []string{"단순함이라는 기술", "손에 익는 간결함"}, subs: []string{"설명 없이도 손이 먼저 알아봅니다", "일상을 매끄럽게 정리하는 간결함"}},
			home:   {mains: []string{"비워서 채우는 공간", "여백이 머무는 집"}, subs: []string{"놓는 것만으로 정돈되는 우리 집", "시선이 편안히 쉬어 가는 자리"}},
			health: {mains: []string{"간단하게, 꾸준하게", "간결한 매일 습관"}, subs: []string{"복잡하지 않아서 매일 이어집니다", "하루에 꼭 필요한 만큼만 챙기세요"}},
		},
	},
	vintage: {
		any: lines{
			mains:      []string{"정겨운 멋 그대로", "그 시절의 감성", "다시 꺼낸 추억", "오래될수록 좋은 것", "필름에 담긴 하루"},
			subs:       []string{"정겨운 분위기가 오래 남습니다", "빛바랜 사진처럼 마음에 남습니다", "처음 만났는데 어딘가 그리운 느낌", "시간이 지나도 변하지 않는 분위기"},
			namedMains: []string{"다시, {}", "그 시절 {}"},
			namedSubs:  []string{"{으로} 꺼내 보는 추억", "{과} 함께 떠올리는 그 시절"},
		},
		by: [cores]lines{
			food:   {mains: []string{"그때 그 맛의 기억", "추억이 익는 식탁"}, subs: []string{"어릴 적 골목에서 만난 정겨운 맛", "한입이면 떠오르는 다정한 그 시절"}},
			drink:  {mains: []string{"다방의 오후 한 잔", "옛 골목의 한 모금"}, subs: []string{"오래된 노래가 흐르는 느린 오후", "잔을 들면 그리운 이야기가 흐릅니다"}},
			wear:   {mains: []string{"시간이 만든 멋", "레트로를 걷는 날"}, subs: []string{"유행은 돌아와도 멋은 남습니다", "필름 속 주인공처럼 근사한 차림"}},
			beauty: {mains: []string{"흑백 영화의 분위기", "클래식한 나의 빛"}, subs: []string{"오래된 영화처럼 그윽하게 남습니다", "빛바래지 않는 고전적인 아름다움"}},
			tech:   {mains: []string{"아날로그의 온도", "다시 켜는 레트로"}, subs: []string{"버튼 하나에도 그 시절의 손맛", "오래된 감성에 새로움을 더했습니다"}},
			home:   {mains: []string{"오래 머문 듯한 집", "추억을 놓는 자리"}, subs: []string{"손때 묻은 듯 정겨운 분위기 하나", "낡은 레코드가 어울리는 우리 집"}},
			health: {mains: []string{"변치 않는 마음", "한결같은 하루", "변함없는 그 정성", "할머니의 손길처럼"}, subs: []string{"세월이 지나도 한결같은 마음입니다",
				"변함없이 이어 가는 하루 한 번", "옛 어른의 마음으로 챙기는 하루", "오랜 세월을 닮은 한결같은 정성"}},
		},
	},
	holiday: {
		any: lines{
			mains:      []string{"함께 나누는 날", "마음을 전하는 명절", "정을 나누는 명절", "반가운 날의 마음", "넉넉한 날의 인사"},
			subs:       []string{"함께 나누는 자리에 어울립니다", "고마운 분께 드리는 정성 한 아름", "온 가족이 모이는 날을 빛냅니다", "넉넉한 마음까지 함께 담았습니다"},
			namedMains: []string{"명절엔 {}", "고마움 담은 {}"},
			namedSubs:  []string{"{으로} 전하는 명절 인사", "{}에 담은 고마운 마음"},
		},
		by: [cores]lines{
			food:   {mains: []string{"명절 상의 정겨움", "나눌수록 넉넉한 맛"}, subs: []string{"둘러앉은 자리마다 웃음이 번집니다", "귀한 손님상에 올리고 싶은 정성"}},
			drink:  {mains: []string{"정을 따르는 한 잔", "덕담 곁의 한 잔"}, subs: []string{"도란도란 이야기꽃 곁에 놓아 두세요", "반가운 얼굴과 함께 나누는 여유"}},
			wear:   {mains: []string{"명절에 고운 차림", "인사드리러 가는 날"}, subs: []string{"반가운 인사에 어울리는 단정한 멋", "고향 가는 길이 한층 환해집니다"}},
			beauty: {mains: []string{"고운 날의 고운 빛", "명절에 더 고운 나"}, subs: []string{"오랜만의 인사에 환한 빛을 더합니다", "사랑하는 분께 드리는 고운 마음"}},
			tech:   {mains: []string{"마음을 잇는 명절", "명절에 켜는 반가움"}, subs: []string{"멀리 있는 가족까지 가까워집니다", "부모님 댁에 놓아 드리고 싶은 마음"}},
			home:   {mains: []string{"손님을 맞는 집", "정이 모이는 자리"}, subs: []string{"식구가 모이는 날을 환하게 밝힙니다", "오랜만에 모인 집에 더하는 온기"}},
			health: {mains: []string{"부모님 생각한 정성", "마음부터 챙긴 명절"}, subs: []string{"자주 뵙지 못한 마음을 대신합니다", "오래 함께하고 싶은 분께 드립니다"}},
		},
	},
	party: {
		any: lines{
			mains: []string{"함께 즐기는 하루", "신나는 날의 하나", "축제가 시작될 시간", "오늘을 파티처럼", "반짝이는 밤의 시작", "모두가 빛나는 날"},
			subs: []string{"즐거운 자리에 잘 어울립니다", "함께 웃는 시간을 채워 줍니다", "웃음소리가 커지는 자리에 함께합니다", "불을 밝히면 축제가 시작됩니다",
				"반짝이는 순간을 함께 나눠 보세요"},
			namedMains: []string{"축제엔 {}", "파티엔 {}"},
			namedSubs:  []string{"{과} 시작하는 축제", "{으로} 더 반짝이는 파티"},
		},
		by: [cores]lines{
			food:   {mains: []string{"파티가 맛있는 이유", "축제를 부르는 한입"}, subs: []string{"한 접시 올리면 모두가 모여듭니다", "함께 먹을수록 신나는 오늘의 메뉴"}},
			drink:  {mains: []string{"건배가 즐거운 밤", "잔을 드는 반짝임"}, subs: []string{"모두의 잔이 모이는 즐거운 순간", "음악이 흐를 때 더 신나는 한 모금"}},
			wear:   {mains: []string{"파티의 주인공처럼", "오늘 밤 빛나는 나"}, subs: []string{"들어서는 순간 시선이 모입니다", "음악보다 먼저 분위기를 바꿉니다"}},
			beauty: {mains: []string{"반짝임을 더한 오늘", "조명보다 환한 나"}, subs: []string{"사진마다 환하게 남을 오늘의 나", "특별한 밤을 완성하는 작은 반짝임"}},
			tech:   {mains: []string{"흥을 켜는 버튼", "축제를 켜는 순간"}, subs: []string{"즐거운 순간을 놓치지 않게 합니다", "함께하는 밤이 더 신나게 이어집니다"}},
			home:   {mains: []string{"파티가 열리는 집", "반짝임을 거는 밤"}, subs: []string{"불을 켜면 우리 집이 파티장이 됩니다", "손님이 먼저 알아보는 반짝임"}},
			health: {mains: []string{"즐거운 날도 꾸준히", "즐긴 뒤에도 나답게"}, subs: []string{"들뜬 날에도 잊지 않는 나와의 약속", "신나게 보낸 하루 끝에 챙기세요"}},
		},
	},
	gift: {
		any: lines{
			mains: []string{"마음을 전하는 하나", "고마움을 담은 하나", "전하고 싶은 마음", "마음을 담은 선물", "사랑을 건네는 날", "설레는 그날의 고백", "그대에게 건넬 마음"},
			subs: []string{"고마운 마음까지 함께 담았습니다", "받는 분의 미소를 떠올리며 골랐습니다", "마음을 전하는 날에 어울립니다", "말보다 먼저 마음이 전해집니다",
				"상자를 여는 순간 미소가 번집니다", "소중한 사람에게 건네고 싶은 하나"},
			namedMains: []string{"마음 담은 {}", "선물은 {}"},
			namedSubs:  []string{"{으로} 전하는 마음", "{과} 함께 건네는 고백"},
		},
		by: [cores]lines{
			food:   {mains: []string{"마음까지 맛있는 날", "사랑을 나누는 한입"}, subs: []string{"함께 먹을 사람이 먼저 떠오릅니다", "서로의 접시에 놓아 주고 싶은 맛"}},
			drink:  {mains: []string{"마주 앉은 두 잔", "설렘이 녹은 한 잔"}, subs: []string{"마주 앉은 두 사람 사이의 온기", "눈을 맞추며 천천히 나누는 시간"}},
			wear:   {mains: []string{"그날을 위한 설렘", "사랑스러운 차림"}, subs: []string{"만나기 전부터 마음이 두근거립니다", "곁에 선 사람이 먼저 알아봅니다"}},
			beauty: {mains: []string{"설렘이 번지는 빛", "두근거림을 닮은 빛"}, subs: []string{"다가설수록 은은하게 느껴집니다", "약속 시간 전 거울 앞의 작은 설렘"}},
			tech:   {mains: []string{"마음을 잇는 순간", "곁을 지키는 선물"}, subs: []string{"멀리 있어도 마음은 가까이 둡니다", "매일 손에 닿는 다정한 선물입니다"}},
			home:   {mains: []string{"둘만의 아늑한 자리", "사랑이 머무는 집"}, subs: []string{"함께 꾸민 자리마다 이야기가 쌓입니다", "새 시작을 축하하는 다정한 인사"}},
			health: {mains: []string{"마음을 챙기는 하루", "고마움을 챙기는 날", "아끼는 마음의 표현", "당신을 위한 정성"},
				subs: []string{"고마운 마음을 담아 챙겨 드립니다", "마음을 전하는 날에 어울립니다", "오래오래 곁에 있고 싶은 마음으로", "아끼는 사람의 하루를 챙겨 주세요"}},
		},
	},
	active: {
		any: lines{
			mains: []string{"기운차게 시작해요", "도전이 즐거운 날", "한 걸음 더 힘차게", "심장이 뛰는 순간", "망설임 없는 시작", "지금, 움직일 시간"},
			subs: []string{"시작하는 마음을 응원합니다", "도전하는 하루에 어울리는 하나입니다", "망설이던 하루에 힘을 더합니다", "어제의 나보다 한 걸음 더 나아갑니다",
				"멈추지 않는 당신을 응원합니다"},
			namedMains: []string{"힘차게, {}", "지금, {}"},
			namedSubs:  []string{"{과} 힘차게 여는 하루", "{으로} 더하는 오늘의 힘"},
		},
		by: [cores]lines{
			food:   {mains: []string{"힘차게 채우는 한입", "든든한 하루의 시작"}, subs: []string{"바쁘게 움직이는 날의 든든한 한입", "운동 가방에 꼭 챙기고 싶은 맛"}},
			drink:  {mains: []string{"땀 뒤의 한 모금", "숨을 고르는 한 잔"}, subs: []string{"달린 만큼 더 맛있게 느껴집니다", "다시 뛰기 전에 채우는 산뜻함"}},
			wear:   {mains: []string{"움직일수록 멋진 나", "달리는 하루의 차림"}, subs: []string{"어디로 뛰어도 몸이 먼저 가볍습니다", "거침없는 걸음에 힘을 더합니다"}},
			beauty: {mains: []string{"땀까지 빛나는 순간", "생기를 깨우는 아침"}, subs: []string{"운동이 끝나도 산뜻한 하루 그대로", "움직이는 당신에게 어울리는 생기"}},
			tech:   {mains: []string{"페이스를 지키는 벗", "리듬을 올리는 순간"}, subs: []string{"달리는 순간에도 흐름을 이어 갑니다", "움직임이 많은 하루에 힘이 됩니다"}},
			home:   {mains: []string{"거실에서 여는 활기", "집에서도 힘차게"}, subs: []string{"몸을 펴는 자리마다 활기가 돕니다", "매일의 움직임이 집에서 이어집니다"}},
			health: {mains: []string{"꾸준함도 실력처럼", "운동하는 나의 습관"}, subs: []string{"운동 전후로 이어 가는 나만의 순서", "열심히 움직인 날에도 나를 챙깁니다"}},
		},
	},
	journey: {
		any: lines{
			mains:      []string{"가볍게 나서는 날", "떠나고 싶은 오늘", "길 위에서 만난 쉼", "여행이 되는 하루", "낯선 길의 설렘"},
			subs:       []string{"가볍게 챙겨 나서기 좋습니다", "가방에 먼저 챙기고 싶은 하나", "떠나는 길에 든든히 함께합니다", "익숙한 하루에 작은 여행을 더합니다"},
			namedMains: []string{"떠날 땐 {}", "여행엔 {}"},
			namedSubs:  []string{"{과} 떠나는 작은 여행", "여행길에 생각나는 {}"},
		},
		by: [cores]lines{
			food:   {mains: []string{"길 위의 맛있는 쉼", "캠핑이 맛있는 밤"}, subs: []string{"모닥불 앞에서 나누고 싶은 맛", "여행지에서 먹던 기분을 그대로"}},
			drink:  {mains: []string{"여행자의 한 모금", "별 아래서 한 잔"}, subs: []string{"텐트 밖 풍경과 함께 즐기세요", "낯선 길에서 만나는 반가운 쉼표"}},
			wear:   {mains: []string{"여행 같은 차림", "어디든 걷고픈 날"}, subs: []string{"걸음이 가벼워야 여행이 즐겁습니다", "낯선 도시에서도 나다운 한 장면"}},
			beauty: {mains: []string{"여행지의 햇살처럼", "여행 사진 속의 나"}, subs: []string{"파우치에 먼저 넣는 여행의 설렘", "긴 이동 끝에도 산뜻한 얼굴로"}},
			tech:   {mains: []string{"길을 여는 파트너", "모험을 켜는 순간"}, subs: []string{"멀리 갈수록 더 든든해집니다", "여행의 순간을 가볍게 챙기세요"}},
			home:   {mains: []string{"여행이 머무는 방", "집 안의 작은 여행"}, subs: []string{"멀리 가지 않아도 떠나온 기분", "창가 한편이 여행지처럼 느껴집니다"}},
			health: {mains: []string{"여행에도 빠짐없이", "떠나도 잇는 습관"}, subs: []string{"가방 한쪽에 늘 챙겨 두는 하루 몫", "낯선 곳에서도 이어지는 나의 리듬"}},
		},
	},
	family: {
		any: lines{
			mains: []string{"모두가 좋아하는 것", "다 같이 웃는 시간", "온 가족의 웃음", "함께라서 좋은 날", "아이도 어른도 함께", "우리 집의 기쁨"},
			subs: []string{"둘러앉은 시간이 더 즐거워집니다", "모두가 함께 좋아할 만한 하나입니다", "아이의 웃음이 먼저 반겨 줍니다", "함께하는 시간이 더 다정해집니다",
				"엄마 아빠의 마음으로 골랐습니다"},
			namedMains: []string{"함께라서, {}", "우리 집 {}"},
			namedSubs:  []string{"{과} 온 가족이 웃는 날", "{으로} 더 다정한 우리 집"},
		},
		by: [cores]lines{
			food:   {mains: []string{"식탁에 피는 웃음", "엄마의 마음 한입"}, subs: []string{"아이가 먼저 한 번 더 찾는 맛", "오늘 저녁 식탁에 이야기가 늘어납니다"}},
			drink:  {mains: []string{"다 함께 한 모금", "식구 곁의 한 잔"}, subs: []string{"둘러앉은 오후가 더 즐거워집니다", "냉장고를 열 때마다 반가운 마음"}},
			wear:   {mains: []string{"가족사진 같은 날", "손잡고 걷는 차림"}, subs: []string{"나란히 걷는 뒷모습까지 다정하게", "함께 나선 길마다 추억이 됩니다"}},
			beauty: {mains: []string{"다정한 손길 한 번", "온 가족의 산뜻함"}, subs: []string{"서로를 쓰다듬듯 부드럽게 감쌉니다", "욕실 선반에 나란히 두고 싶은 하나"}},
			tech:   {mains: []string{"가족을 잇는 기술", "온 집이 즐거운 날"}, subs: []string{"누구나 쉽게 쓰고 함께 웃습니다", "가족의 하루가 조금 더 편해집니다"}},
			home:   {mains: []string{"가족이 모이는 자리", "웃음이 쌓이는 집"}, subs: []string{"아이의 발소리까지 포근히 품습니다", "저녁이면 모두가 모여드는 그곳"}},
			health: {mains: []string{"둘러앉아 챙기는 날", "다 함께 챙겨요", "식구를 챙기는 마음", "함께 챙기는 하루"}, subs: []string{"둘러앉은 자리에서 함께 챙깁니다",
				"함께라서 거르지 않게 됩니다", "식탁 위에 나란히 놓아 두는 정성", "서로의 하루를 다정하게 챙깁니다"}},
		},
	},
	calm: {
		any: lines{
			mains:      []string{"마음이 놓이는 하나", "잠시 쉬어 가는 날", "느리게 흐르는 하루", "고요가 머무는 시간", "마음이 쉬는 자리"},
			subs:       []string{"조용히 곁에 두기 좋은 하나입니다", "천천히 보내도 괜찮은 하루입니다", "깊은 숨처럼 편안하게 스며듭니다", "분주한 마음에 놓는 작은 쉼표"},
			namedMains: []string{"쉬어 가요, {}", "고요히, {}"},
			namedSubs:  []string{"{과} 쉬어 가는 시간", "{과} 함께 느긋한 오후"},
		},
		by: [cores]lines{
			food:   {mains: []string{"천천히 음미할 시간", "마음이 놓이는 맛"}, subs: []string{"바쁜 하루를 달래는 부드러운 맛", "조용한 식탁에서 오래 즐기세요"}},
			drink:  {mains: []string{"느긋한 오후 한 잔", "고요를 마시는 시간"}, subs: []string{"창가에 앉아 천천히 비우는 생각", "하루가 조용히 제자리를 찾습니다"}},
			wear:   {mains: []string{"느긋한 하루의 차림", "쉬는 날의 편안함"}, subs: []string{"몸이 먼저 아는 편안한 쉼", "힘을 빼도 단정한 오늘의 모습"}},
			beauty: {mains: []string{"나를 돌보는 저녁", "고요히 머무는 결"}, subs: []string{"하루 끝에 나를 다독이는 손길", "숨을 고르듯 차분해지는 거울 앞"}},
			tech:   {mains: []string{"조용히 곁에 둔 쉼", "느긋해진 일상"}, subs: []string{"조용히 도와 마음의 자리를 남깁니다", "쉬는 시간이 한결 온전해집니다"}},
			home:   {mains: []string{"쉼이 시작되는 집", "고요를 들인 자리"}, subs: []string{"문을 닫으면 온전히 나의 시간", "은은한 빛 아래 하루를 내려놓으세요"}},
			health: {mains: []string{"나를 돌보는 아침", "차분히 잇는 습관"}, subs: []string{"하루를 여는 조용한 나만의 의식", "느긋한 마음으로 오래 이어 갑니다"}},
		},
	},
	pop: {
		any: lines{
			mains:      []string{"기분 좋은 재미", "오늘은 더 신나게", "톡톡 튀는 하루", "기분 좋은 두근거림", "오늘은 더 컬러풀", "웃음이 터지는 순간"},
			subs:       []string{"작은 재미가 하루를 바꿔 줍니다", "보기만 해도 웃음이 나는 발견", "심심한 하루에 재미를 더해 보세요", "알록달록한 기분이 오래 이어집니다"},
			namedMains: []string{"신나게, {}", "톡톡, {}"},
			namedSubs:  []string{"{과} 즐기는 유쾌한 하루", "{과} 톡톡 튀는 오늘"},
		},
		by: [cores]lines{
			food:   {mains: []string{"입안이 신나는 순간", "한입에 번지는 재미"}, subs: []string{"먹는 순간 표정부터 달라집니다", "친구에게 자랑하고 싶은 유쾌한 맛"}},
			drink:  {mains: []string{"신나는 한 모금", "알록달록한 한 잔"}, subs: []string{"한 모금에 시작되는 유쾌한 오후", "친구와 나눌수록 더 유쾌해집니다"}},
			wear:   {mains: []string{"색을 걸친 하루", "통통 튀는 차림"}, subs: []string{"거울 앞에서 절로 어깨가 들썩입니다", "무채색 하루에 찍는 컬러 한 점"}},
			beauty: {mains: []string{"상큼하게 물든 나", "컬러를 고르는 재미"}, subs: []string{"기분 따라 골라 쓰는 오늘의 색", "거울을 볼 때마다 웃음이 납니다"}},
			tech:   {mains: []string{"재미를 켜는 순간", "누르는 대로 신나게"}, subs: []string{"꺼내는 순간 이야깃거리가 됩니다", "지루한 하루를 유쾌하게 바꿉니다"}},
			home:   {mains: []string{"알록달록 우리 집", "웃음을 놓은 자리"}, subs: []string{"하나만 놓아도 방이 유쾌해집니다", "볼 때마다 기분이 밝아지는 자리"}},
			health: {mains: []string{"즐겁게 챙기는 하루", "재미있는 매일 습관"}, subs: []string{"챙기는 일도 놀이처럼 즐겁습니다", "달력에 하나씩 채워 가는 뿌듯함"}},
		},
	},
	morning: {
		any: lines{
			mains:      []string{"기분 좋은 아침", "아침을 여는 하나", "새 아침의 기분", "아침이 기다려져요", "맑게 여는 하루", "환하게 여는 하루"},
			subs:       []string{"아침에 먼저 생각나는 하나입니다", "하루의 첫 장면에 놓아 보세요", "아침 시간을 기분 좋게 채웁니다", "환한 하루를 함께 시작합니다"},
			namedMains: []string{"아침엔 {}"},
			namedSubs:  []string{"{과} 시작하는 하루", "아침마다 생각나는 {}", "{으로} 여는 환한 하루"},
		},
		by: [cores]lines{
			food:   {mains: []string{"아침이 맛있는 날", "하루를 여는 한입"}, subs: []string{"아침 식탁에 먼저 놓고 싶은 맛", "하루의 첫 끼를 반갑게 채웁니다"}},
			drink:  {mains: []string{"아침 첫 모금", "환한 날의 한 잔"}, subs: []string{"하루의 첫 모금이 반가워집니다"}},
			health: {mains: []string{"아침의 작은 약속"}, subs: []string{"아침마다 거르지 않는 하루 한 번", "하루의 시작에 챙겨 두세요"}},
		},
	},
	evening: {
		any: lines{
			mains:      []string{"저녁이 기다려져요", "하루 끝의 반가움", "저녁에 어울려요", "저녁을 채우는 하나"},
			subs:       []string{"하루를 마친 저녁에 어울립니다", "저녁 시간을 한결 좋게 채웁니다", "돌아온 저녁이 더 반가워집니다"},
			namedMains: []string{"저녁엔 {}"},
			namedSubs:  []string{"{과} 함께하는 저녁", "저녁마다 생각나는 {}"},
		},
		by: [cores]lines{
			food:   {mains: []string{"저녁이 맛있는 날"}, subs: []string{"저녁 식탁에 놓고 싶은 반가운 맛"}},
			drink:  {mains: []string{"저녁 한 잔의 기분"}, subs: []string{"하루를 마치고 드는 반가운 한 모금"}},
			health: {mains: []string{"저녁의 작은 약속"}, subs: []string{"저녁마다 거르지 않는 하루 한 번"}},
		},
	},
	easy: {
		any: lines{
			mains:      []string{"바쁜 날 더 반가운", "바쁜 하루의 짝", "할 일 많은 날에", "바쁠수록 간단히"},
			subs:       []string{"바쁜 시간에 손이 먼저 가는 하나", "바쁜 하루를 곁에서 거들어 줍니다", "할 일 많은 날 더 생각나는 하나"},
			namedMains: []string{"바쁠 땐 {}"},
			namedSubs:  []string{"바쁜 날 생각나는 {}", "바쁜 하루엔 {}"},
		},
		by: [cores]lines{
			food:   {mains: []string{"바쁜 날의 한입"}, subs: []string{"바쁜 날에도 든든히 챙겨 드세요"}},
			drink:  {mains: []string{"바쁜 날의 한 모금"}, subs: []string{"바쁜 하루 사이에 놓는 한 모금"}},
			tech:   {mains: []string{"손이 덜 가는 하루", "일손을 더는 하나"}, subs: []string{"바쁜 시간의 일손을 거들어 줍니다"}},
			health: {mains: []string{"바빠도 챙기는 하루"}, subs: []string{"바쁜 날에도 거르지 않는 하루 한 번"}},
		},
	},
	move: {
		any: lines{
			mains:      []string{"새집의 첫 하나", "이사한 날의 기쁨", "새 공간, 새 기분", "새집에 어울려요"},
			subs:       []string{"새로 시작하는 공간에 어울립니다", "짐을 풀고 먼저 놓고 싶은 하나", "새집에서 맞는 날이 더 반갑습니다"},
			namedMains: []string{"새집엔 {}"},
			namedSubs:  []string{"새집에 먼저 들이는 {}", "{과} 시작하는 새집"},
		},
		by: [cores]lines{
			health: {mains: []string{"새집에서도 꾸준히"}, subs: []string{"새로 시작하는 날에도 챙기는 하루"}},
		},
	},
}

// trades is the copy by kind of product, whatever the mood. Kinds with their
// own lines in every mood need none here; mains are used when the owner's words
// give no mood.
//
// Health products are the exception: food law forbids any hint of an effect, so
// they take nothing but their own lines, here and in the voices.
var trades = [category.Kinds]lines{
	category.Cloth: {subs: []string{"매일 꺼내 입고 싶은 편안함", "옷장 앞의 고민을 덜어 드립니다", "입는 순간 자세까지 달라집니다"}},
	category.Bag:   {subs: []string{"필요한 것만 담아 가볍게 나서세요", "손에 드는 순간 걸음이 즐겁습니다", "매일의 짐도 멋이 되는 순간"}},
	category.Shoe:  {subs: []string{"첫걸음부터 기분이 달라집니다", "오래 걸은 날에도 기분 좋은 걸음", "현관에서부터 설레는 오늘의 길"}},
	category.Jewel: {subs: []string{"움직일 때마다 은은하게 반짝입니다", "작은 반짝임이 하루를 바꿉니다", "오래 간직하고 싶은 빛 한 점"}},
	category.Pet: {
		mains: []string{"함께 뒹구는 하루", "함께 사는 기쁨"},
		subs:  []string{"눈을 반짝이며 먼저 다가옵니다", "작은 가족을 위한 다정한 마음", "말하지 않아도 좋아하는 게 보입니다"},
	},
	category.Kids: {
		mains: []string{"아이가 웃는 시간", "작은 손의 큰 기쁨"},
		subs:  []string{"작은 손으로 만나는 커다란 세상", "아이 눈높이에서 하나하나 살폈습니다", "아이와 보내는 하루가 더 즐겁습니다"},
	},
	category.Sport: {
		mains: []string{"한 번 더, 힘차게", "나를 넘는 즐거움"},
		subs:  []string{"시작하는 마음을 든든히 받쳐 줍니다", "꾸준함이 즐거움으로 바뀝니다", "오늘의 기록을 함께 만들어 갑니다"},
	},
	category.Plant: {
		mains: []string{"초록과 사는 기쁨", "꽃이 건네는 인사"},
		subs:  []string{"바라볼수록 마음이 환해집니다", "하루에 한 번 눈을 맞춰 주세요", "창가의 표정이 날마다 달라집니다"},
	},
	category.Desk: {
		mains: []string{"책상 위의 설렘", "쓰고 싶은 하루"},
		subs:  []string{"빈 페이지 앞에서 마음이 설렙니다", "책상에 앉는 시간이 좋아집니다", "생각이 머무는 자리에 놓아 두세요"},
	},
	category.Place: {
		mains: []string{"머물고 싶은 그곳", "문을 열면 반가움"},
		subs: []string{
			"오늘 하루 잠시 들렀다 가세요", "문을 여는 순간부터 반갑게 맞이합니다", "좋은 사람과 함께 머물고 싶은 곳", "하루의 쉼표가 되는 공간입니다", "반가운 얼굴로 기다리고 있겠습니다",
			"자주 들르고 싶어지는 곳입니다",
		},

		namedSubs: []string{"오늘은 {}에서 만나요", "{}에서 쉬어 가는 시간", "문을 열면 반가운 {}"},
	},
	category.Car: {
		mains: []string{"달리는 길의 즐거움", "출발이 즐거운 날"},
		subs:  []string{"출발하는 아침이 한결 가뿐합니다", "오래 달려도 기분은 산뜻하게", "차 안의 시간이 편안해집니다"},
	},
	category.Health: {
		subs:       []string{"잊지 않고 챙기는 나와의 약속", "하루의 리듬에 작은 정성을 더합니다", "오늘의 나에게 보내는 작은 응원"},
		namedMains: []string{"오늘도 {}", "매일, {}"},
		namedSubs:  []string{"{과} 함께하는 하루", "매일 잊지 않고 챙기는 {}", "{으로} 이어 가는 하루의 습관"},
	},
	category.Lesson: {
		mains: []string{"배우는 즐거움", "하나씩 배워 갑니다", "오늘 배우는 하나", "차근차근 배워요"},
		subs: []string{
			"처음이어도 차근차근 알려 드립니다", "배우는 시간이 기다려지는 곳입니다", "궁금한 것부터 함께 시작합니다", "아이의 속도에 맞춰 함께 배웁니다",
			"배운 만큼 보이는 것이 늘어납니다",
		},
		namedSubs: []string{"{}에서 시작하는 배움", "오늘은 {}에서 만나요"},
	},
	category.Craft: {
		mains: []string{"손으로 만든 하나", "손끝에서 나온 멋", "손맛이 담긴 하나"},
		subs:  []string{"손끝의 시간이 그대로 담겼습니다", "같은 듯 조금씩 다른 손맛이 좋습니다", "만드는 마음까지 곁에 둘 수 있습니다"},
	},
	category.Other: {subs: []string{"정성껏 준비해 반갑게 건넵니다", "작은 것까지 정성을 담았습니다"}},
}

// ages are subs for the age that an ad is for, in the order of ad.TargetAges. They say what
// people of that age may like, and never what they are like or lack. There are none for a
// gender: what an owner picks is whom to show the ad to, and not who will use the thing.
var ages = [...][]string{
	{"요즘 취향으로 고른 새로운 하나", "이야깃거리가 하나 더 늘었습니다"},
	{"취향의 발견이 즐거운 하루", "새로운 취향을 하나 더해 보세요"},
	{"취향을 놓치지 않는 한 가지", "일상에 더하는 취향 한 조각"},
	{"고르는 눈이 깊어진 분을 위해", "일상을 아는 사람의 단단한 선택"},
	{"좋은 것을 알아보는 안목으로", "오래 보아도 좋은 것을 골랐습니다"},
	{"편안한 하루 곁에 두고 싶은 하나", "오늘도 편안한 하루를 바랍니다"},
}

// general is copy that is true of any goods and any shop: what is left when all nearer
// lines were in the owner's last ads, or say more than the fields do. There are more of
// each than an owner's last ads can have used.
var general = lines{
	mains: []string{
		"오늘의 좋은 선택", "지금 만나 보세요", "반갑게 인사드려요", "눈이 먼저 가는 것", "마음에 드실 거예요", "기억해 주세요",
		"새롭게 소개합니다", "정성껏 준비했어요", "오늘의 반가운 소식", "자꾸 생각나는 이름", "여기서 만나 보세요", "알아 두면 좋아요",
		"한눈에 반한 이유", "고르는 즐거움", "먼저 만나는 기쁨", "반가운 첫인사", "이름을 불러 주세요", "오늘은 이것으로",
	},
	subs: []string{
		"궁금하신 점은 편하게 물어봐 주세요", "사진으로 먼저 살펴보실 수 있습니다", "하나하나 살펴 준비해 두었습니다", "오늘 눈여겨보셔도 좋겠습니다",
		"고르시는 마음으로 준비했습니다", "마음에 드시면 언제든 찾아 주세요", "보시는 그대로 정직하게 소개합니다", "작은 부분까지 살펴 두었습니다",
		"찾아 주시는 분께 감사한 마음입니다", "필요하실 때 기억해 주세요", "자세히 보실수록 마음이 갑니다", "오늘의 만남이 오래 이어지기를",
		"부담 없이 둘러보고 골라 주세요", "기다려 주신 분들께 소개합니다", "좋은 인연이 되면 좋겠습니다", "고민을 덜어 줄 한 가지입니다",
		"둘러보시고 마음 가는 대로 고르세요", "오래 기억에 남는 이름이 되겠습니다",
	},
}

// mourning and plainly are copy for solemn and intimate goods, in the place of all other:
// calm, without wit, and without anything that could hurt.
var (
	mourning = lines{
		mains: []string{
			"고인을 기리는 마음", "조용히 함께합니다", "정중히 모시겠습니다", "예를 다해 모십니다", "위로를 전합니다", "삼가 전하는 마음",
			"곁에서 돕겠습니다", "차분히 준비합니다", "애도의 마음을 담아", "정성으로 모십니다", "함께 기억하겠습니다", "예를 갖춘 마음",
			"고요히 전하는 예", "깊은 애도의 마음", "마음을 모읍니다", "마지막까지 정중히",
		},
		subs: []string{
			"어려운 시간에 곁을 지키겠습니다", "절차 하나하나 정중히 돕겠습니다", "유가족의 마음을 먼저 헤아립니다", "예와 정성을 다해 준비하겠습니다",
			"연락 주시면 차분히 안내합니다", "전하고 싶은 마음을 대신 전합니다", "소란스럽지 않게 예를 갖춥니다", "남은 분들의 마음까지 살피겠습니다",
			"고인을 향한 마음을 단정히 담았습니다", "정해진 예법에 따라 준비합니다", "말씀하신 대로 정성껏 모시겠습니다", "마지막 인사를 정중히 돕겠습니다",
			"조용한 정성으로 함께하겠습니다", "슬픔을 나누는 마음으로 준비합니다", "작은 것까지 조심스럽게 살핍니다", "필요하신 만큼 단정히 갖추었습니다",
		},
	}
	plainly = lines{
		mains: []string{
			"차분히 안내합니다", "꼼꼼히 살펴보세요", "필요한 때 곁에", "정확히 알려 드려요", "알기 쉽게 설명해요", "천천히 결정하세요",
			"단정하게 준비했어요", "정직하게 소개합니다", "필요한 만큼만", "충분히 비교하세요", "편히 물어보세요", "기본을 지킵니다",
			"세심히 살폈습니다", "안내부터 차근차근", "오늘 확인해 보세요", "있는 그대로 말해요",
		},
		subs: []string{
			"궁금하신 점을 알기 쉽게 설명합니다", "결정은 충분히 살펴보신 뒤에 하세요", "필요한 내용을 빠짐없이 안내합니다", "자세한 내용을 꼭 확인해 주세요",
			"과장 없이 있는 그대로 소개합니다", "편하게 문의하시면 차분히 답합니다", "조건과 내용을 먼저 살펴봐 주세요", "서두르지 않고 차례로 안내합니다",
			"사정을 조심스럽게 먼저 듣습니다", "작은 질문도 소중히 듣겠습니다", "말씀하신 내용은 조심히 다룹니다", "꼭 필요한 것만 단정히 담았습니다",
			"처음이셔도 어렵지 않게 돕겠습니다", "읽어 보시고 천천히 정해 주세요", "믿고 물으실 수 있게 준비했습니다", "눈에 띄지 않게 세심히 챙겼습니다",
		},
	}
)
