package limit

import (
	"fmt"
	"time"
)

// subjectsKorean is what an owner calls what is counted.
var subjectsKorean = map[Use]string{
	Orders: "광고", Uploads: "사진 업로드", Scenes: "새 장면", Renditions: "그림", Copies: "문구 추천", Bundles: "묶음 파일",
	Waits: "요청", Exports: "데이터 사본",
}

// words say to an owner what is used up and when to come again.
func (s State) words() string {
	const again = "%s 뒤에 다시 시도해 주세요. 지금까지 하신 것은 그대로 있습니다."
	what := subjectsKorean[s.Use]
	switch {
	case s.Who == Everybody && s.Window == Day:
		return fmt.Sprintf("오늘 이 서비스에서 쓸 수 있는 %s 수를 모두 썼습니다. "+again, what, span(s.Ends))
	case s.Who == Everybody:
		return fmt.Sprintf("지금 요청이 몰렸습니다. "+again, span(s.Ends))
	case s.Who == Address:
		return fmt.Sprintf("지금 쓰시는 인터넷 연결에서 %s 요청이 많아 잠시 받지 않습니다. "+again, what, span(s.Ends))
	case s.Window == Day:
		return fmt.Sprintf("하루에 쓰실 수 있는 %s %d건을 모두 쓰셨습니다. "+again, what, s.Most, span(s.Ends))
	case s.Window == Hour:
		return fmt.Sprintf("한 시간에 쓰실 수 있는 %s %d건을 모두 쓰셨습니다. "+again, what, s.Most, span(s.Ends))
	}
	return fmt.Sprintf("%s 수가 잠시 많습니다. "+again, what, span(s.Ends))
}

// span is a time in Korean, rounded up: whoever comes then is let in.
func span(d time.Duration) string {
	minutes := int((d + time.Minute - 1) / time.Minute)
	switch hours := minutes / 60; {
	case hours > 0 && minutes%60 > 0:
		return fmt.Sprintf("%d시간 %d분", hours, minutes%60)
	case hours > 0:
		return fmt.Sprintf("%d시간", hours)
	}
	return fmt.Sprintf("%d분", max(minutes, 1))
}
