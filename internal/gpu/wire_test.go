package gpu_test

import (
	"testing"

	"github.com/nanococoa/nanococoa/internal/gpu"
)

func TestSizes(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "1x1", "1080x1350", "9999x9999"} {
		p, err := gpu.ParseSize(s)
		if err != nil || gpu.FormatSize(p) != s {
			t.Errorf("%q became %v, %v", s, p, err)
		}
	}
	for _, s := range []string{"x", "1x", "x1", "0x1", "01x1", "+1x1", "1x-1", "10000x1", "1X1", "1x1x1", "1 x1", "１x1", "1e3x1"} {
		if p, err := gpu.ParseSize(s); err == nil {
			t.Errorf("%q became %v", s, p)
		}
	}
}
