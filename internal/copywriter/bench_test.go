package copywriter_test

import "testing"

// The template writes while an owner waits, also when everything else fails, so it
// should take no time beside a network call.
func BenchmarkTemplate(b *testing.B) {
	f := ad1("전자제품", "무선 이어폰", "새벽 도시를 걷는 느낌, 네온 불빛과 젖은 거리")
	for b.Loop() {
		write(b, f, nil)
	}
}
