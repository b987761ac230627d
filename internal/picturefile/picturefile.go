// Package picturefile writes a picture as a file that fits a limit of bytes, as well
// as the limit allows: it tries, measures and tries again. It also gives the file the
// name an owner reads.
package picturefile

import (
	"context"
	"image"

	"github.com/nanococoa/nanococoa/internal/channel"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// Encode writes img in a format with at most maxBytes bytes; 0: no limit. It takes
// the best quality, or number of colours, that fits. Faults: Request.Invalid names
// format when it is not one of package channel's, or when no acceptable quality fits;
// ctx's error when it ends first.
func Encode(ctx context.Context, img *image.RGBA, f channel.Format, maxBytes int) ([]byte, error) {
	return nil, fault.Invalid(fault.Field{Name: "format", Detail: "아직 저장할 수 없는 형식입니다."})
}

// ContentType is the media type of a format.
func ContentType(f channel.Format) string { return "image/" + string(f) }

// Disposition is the Content-Disposition header that has a browser save a file under
// a Korean name with its spaces (RFC 6266, RFC 5987). Extension is without the dot.
func Disposition(name, extension string) string { return "" }
