package standin_test

import (
	"image"
	"image/color"
	"math"
)

// concepts has one plain request for every look.
var concepts = []struct{ look, text string }{
	{"podium", "스튜디오 무대 위의 상품"},
	{"window", "햇살 가득한 아침 창가"},
	{"forest", "싱그러운 숲 속 자연"},
	{"neon", "네온이 빛나는 도시의 밤"},
	{"snow", "따뜻한 겨울, 눈 내리는 저녁"},
	{"sea", "시원한 여름 바다"},
	{"marble", "고급스러운 대리석 럭셔리"},
	{"hanji", "추석 명절 한복의 전통미"},
	{"pastel", "파스텔 톤의 미니멀"},
	{"cafe", "아늑한 카페의 커피 한 잔"},
	{"blossom", "벚꽃 피는 봄날"},
	{"autumn", "단풍이 물드는 가을"},
	{"silk", "실크처럼 부드러운 촉감"},
}

// bottle is a photo of a blue bottle with a label on near-white paper.
func bottle(w, h int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.NRGBA{250, 250, 248, 255}
			u, v := float64(x)/float64(w)-0.5, float64(y)/float64(h)
			half := 0.17
			if v < 0.32 {
				half = 0.07
			}
			if v > 0.12 && v < 0.90 && math.Abs(u) < half {
				s := 0.65 + 0.35*math.Cos(u/half*1.4)
				c = color.NRGBA{uint8(40 * s), uint8(90 * s), uint8(190 * s), 255}
				if v > 0.5 && v < 0.75 {
					c = color.NRGBA{uint8(235 * s), uint8(225 * s), uint8(200 * s), 255}
				}
			}
			m.SetNRGBA(x, y, c)
		}
	}
	return m
}
