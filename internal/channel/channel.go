// Package channel is the table of the places an ad is shown in: the size of the
// picture each asks for, the format and the greatest file it takes, and whether it
// allows words on the picture. The table is the only place that knows these facts.
package channel

import "image"

// Format is how a picture file is written.
type Format string

// The formats, by their names on the wire.
const (
	PNG  Format = "png"
	JPEG Format = "jpeg"
	WebP Format = "webp"
)

// Channel is one size of one place.
type Channel struct {
	Name     string `json:"name"`      // of the wire and of files, such as "instagram-story"
	Label    string `json:"label"`     // Korean, for the owner
	Width    int    `json:"width"`     // px
	Height   int    `json:"height"`    // px
	Format   Format `json:"format"`    // what the channel takes best
	MaxBytes int    `json:"max_bytes"` // of a file, the limit included
	Text     bool   `json:"text"`      // whether promotional words may stand on the picture
}

// Size is the picture's size in px.
func (c Channel) Size() image.Point { return image.Pt(c.Width, c.Height) }

// kilobyte is what the channels' pages count in. Counting 1000 keeps a file below
// the limit of a channel that means 1024.
const kilobyte = 1000

// All lists the channels in the order they are offered in.
//
// Where a channel publishes no limit of its own, 500 KB is taken: it is what Kakao
// and Naver ask for, and no picture of these sizes needs more. Facts read in
// November 2026.
func All() []Channel {
	const most = 500 * kilobyte
	return []Channel{
		// Instagram's help pages: feed 1:1 and 4:5, stories and reels 9:16, each 1080 px
		// wide; it scales down what is larger.
		{"instagram-square", "인스타그램 정사각형 1:1", 1080, 1080, JPEG, most, true},
		{"instagram-portrait", "인스타그램 세로 4:5", 1080, 1350, JPEG, most, true},
		{"instagram-story", "인스타그램 스토리 9:16", 1080, 1920, JPEG, most, true},
		// The size of link previews (Open Graph) and of Google's and Naver's wide ads.
		{"wide", "가로 배너 1.91:1", 1200, 628, JPEG, most, true},
		// Kakao Business, guide to Bizboard: 1029×258, PNG, at most 300 KB.
		{"kakao-bizboard", "카카오 비즈보드", 1029, 258, PNG, 300 * kilobyte, true},
		// Kakao Business, guide to display ads (image native): 1:1 from 500×500, 2:1 from
		// 1200×600, 4:5 from 800×1000, 9:16 from 720×1280; each at most 500 KB.
		{"kakao-square", "카카오 1:1", 1080, 1080, JPEG, most, true},
		{"kakao-wide", "카카오 2:1", 1200, 600, JPEG, most, true},
		{"kakao-portrait", "카카오 4:5", 1080, 1350, JPEG, most, true},
		{"kakao-story", "카카오 9:16", 1080, 1920, JPEG, most, true},
		// Naver GFA, by advertisers' handbooks (no page of Naver's own was found): 1250×560
		// and 1200×1200, at most 500 KB.
		{"naver-wide", "네이버 GFA 가로", 1250, 560, JPEG, most, true},
		{"naver-square", "네이버 GFA 정사각형", 1200, 1200, JPEG, most, true},
		// Smartstore, rules for main pictures: 1000×1000 recommended; promotional words,
		// marks and borders are forbidden and lower the place in the search.
		{"smartstore", "스마트스토어 대표 사진", 1000, 1000, JPEG, most, false},
	}
}

// ByName gives the channel of a name, and whether there is one.
func ByName(name string) (Channel, bool) {
	for _, c := range All() {
		if c.Name == name {
			return c, true
		}
	}
	return Channel{}, false
}
