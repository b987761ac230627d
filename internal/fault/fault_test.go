package fault_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/nanococoa/nanococoa/internal/fault"
)

func TestEveryCodeCanBeShownToAnOwner(t *testing.T) {
	t.Parallel()
	for _, c := range fault.Codes() {
		if s := c.Status(); s < 400 || s > 599 {
			t.Errorf("%s: status %d is not an error", c, s)
		}
		if c.Status() < 500 && c.Retryable() {
			t.Errorf("%s: blames the request (%d) and yet says that sending it again helps", c, c.Status())
		}
		hangul := 0
		for _, r := range c.Detail() {
			if unicode.Is(unicode.Hangul, r) {
				hangul++
			}
		}
		if hangul < 5 {
			t.Errorf("%s: detail %q is not Korean", c, c.Detail())
		}
	}
}

// A sentence says what to do next, politely; and one that a shop owner can meet
// has no word of ours in it: no code, no protocol, no address of the API.
func TestEverySentenceSaysWhatToDo(t *testing.T) {
	t.Parallel()
	word := regexp.MustCompile("[A-Za-z][A-Za-z/_-]+")
	known := []string{ // what phones call it, and what the file itself is called
		"JPG", "JPEG", "PNG", "WebP", "GIF", "HEIC", "AVIF", "MB",
		"BMP", "TIFF", "RAW", "XL", "JXL", "JP", "PSD", "SVG", "PDF",
	}
	sentences := map[string]string{}
	for _, c := range fault.Codes() {
		sentences[string(c)] = c.Detail()
	}
	for _, s := range fault.Specials() {
		sentences[string(s)] = fault.Specially(s, "").Public()
	}
	for c, detail := range sentences {
		if !strings.Contains(detail, "주세요.") || !strings.HasSuffix(detail, ".") {
			t.Errorf("%s: %q asks for nothing", c, detail)
		}
		for sentence := range strings.SplitSeq(strings.TrimSuffix(detail, "."), ". ") {
			if !strings.HasSuffix(sentence, "요") && !strings.HasSuffix(sentence, "니다") {
				t.Errorf("%s: %q is not in 존댓말", c, sentence)
			}
		}
		if strings.HasPrefix(c, "Request.") {
			continue // these meet programs; the pages send nothing that earns one
		}
		for _, w := range word.FindAllString(detail, -1) {
			if !slices.Contains(known, w) {
				t.Errorf("%s: %q means nothing to a shop owner", c, w)
			}
		}
	}
}

func TestFromFindsTheFaultThroughWrapping(t *testing.T) {
	t.Parallel()
	f := fault.New(fault.GPUBusy, io.ErrUnexpectedEOF)
	wrapped := fmt.Errorf("stage1: %w", fmt.Errorf("post: %w", f))
	if got := fault.From(wrapped); got != f {
		t.Fatalf("From = %v, want the very fault", got)
	}
	if !fault.Has(wrapped, fault.GPUUnavailable, fault.GPUBusy) || fault.Has(wrapped, fault.GPUUnavailable) {
		t.Error("Has does not match by code")
	}
	if !errors.Is(wrapped, io.ErrUnexpectedEOF) {
		t.Error("the cause is lost")
	}
	if !errors.Is(wrapped, fault.New(fault.GPUBusy, nil)) || errors.Is(wrapped, fault.New(fault.Internal, nil)) {
		t.Error("errors.Is does not compare by code")
	}
}

func TestFromTranslatesForeignErrors(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		err  error
		want fault.Code
	}{
		"deadline": {fmt.Errorf("x: %w", context.DeadlineExceeded), fault.AdTimeout},
		"unknown":  {io.EOF, fault.Internal},
	} {
		if got := fault.From(tc.err).Code; got != tc.want {
			t.Errorf("%s: %s, want %s", name, got, tc.want)
		}
	}
	if fault.From(nil) != nil || fault.Has(nil, fault.Internal) {
		t.Error("nil became a fault")
	}
}

func TestFromErrorName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]fault.Code{
		"GPU.Busy":                fault.GPUBusy,
		"States.Timeout":          fault.AdTimeout,
		"States.HeartbeatTimeout": fault.AdTimeout,
		"Sandbox.Timedout":        fault.AdTimeout,
		"Runtime.ExitError":       fault.Internal,
		"":                        fault.Internal,
	} {
		if got := fault.FromErrorName(name); got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
}

// What an owner's photo is the reason of counts against the owner's photo, and
// everything else against us.
func TestOwners(t *testing.T) {
	t.Parallel()
	owners := []fault.Code{
		fault.AdNoUpload, fault.AdRefused, fault.PhotoMissing, fault.PhotoTooLarge, fault.PhotoTooManyPixels,
		fault.PhotoTooSmall,
		fault.PhotoTooManyFrames, fault.PhotoUnsupported, fault.PhotoHEIC, fault.PhotoCorrupt,
		fault.PhotoBlank, fault.PhotoBlurred,
	}
	for _, c := range fault.Codes() {
		want := slices.Contains(owners, c)
		if c.Owners() != want {
			t.Errorf("%s: %t", c, c.Owners())
		}
		if want && c.Retryable() {
			t.Errorf("%s is the photo's fault, and a retry of the same photo is said to help", c)
		}
	}
}

// A special case belongs to a code, and is found again by its name alone.
func TestSpecialCases(t *testing.T) {
	t.Parallel()
	for _, s := range fault.Specials() {
		f := fault.Named(s.Code(), string(s))
		if !s.Code().Known() || f.Special != s || f.Name() != string(s) || f.Public() == s.Code().Detail() {
			t.Errorf("%s: %+v says %q", s, f, f.Public())
		}
		for _, c := range fault.Codes() {
			if c != s.Code() && fault.Named(c, string(s)).Public() != c.Detail() {
				t.Errorf("%s says the words of %s", c, s)
			}
		}
	}
	for _, c := range fault.Codes() {
		if f := fault.Named(c, string(c)); f.Special != "" || f.Name() != string(c) || f.Public() != c.Detail() {
			t.Errorf("%s: %+v", c, f)
		}
	}
}

// A warning has a sentence of its own, and is no fault.
func TestWarnings(t *testing.T) {
	t.Parallel()
	said := map[string]fault.Warning{}
	for _, w := range fault.Warnings() {
		if other, twice := said[w.Detail()]; twice || w.Detail() == "" || fault.Code(w).Known() {
			t.Errorf("%s says %q, as %s does", w, w.Detail(), other)
		}
		said[w.Detail()] = w
	}
}

func TestPublicNeverShowsTheCause(t *testing.T) {
	t.Parallel()
	f := fault.Newf(fault.Internal, "dial 10.0.0.1: secret")
	if f.Public() != fault.Internal.Detail() {
		t.Errorf("public = %q", f.Public())
	}
	f.Detail = "따로 쓴 말"
	if f.Public() != "따로 쓴 말" {
		t.Errorf("own detail is not used: %q", f.Public())
	}
	if f.Error() != "Internal: dial 10.0.0.1: secret" || fault.New(fault.GPUBusy, nil).Error() != "GPU.Busy" {
		t.Errorf("log text = %q", f.Error())
	}
	if got := fault.Code("Nobody.Knows"); got.Known() || got.Status() != 500 {
		t.Error("an unknown code must behave as Internal")
	}
}
