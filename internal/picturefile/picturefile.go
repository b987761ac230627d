// Package picturefile writes a picture as a file that fits a limit of bytes, as well
// as the limit allows: it tries, measures and tries again. It also gives the file the
// name an owner reads.
package picturefile

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/deepteams/webp"
	"golang.org/x/text/unicode/norm"

	"github.com/nanococoa/nanococoa/internal/channel"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// The qualities tried of JPEG and WebP. Above 90 a file grows by half for what nobody sees;
// below 50 letters have halos, and then it is better to say that the picture does not fit.
const bestQuality, leastQuality = 90, 50

// Encode writes img, which is opaque, in a format with at most maxBytes bytes; 0: no
// limit. A JPEG or WebP takes the best quality that fits. A PNG keeps every pixel where the limit
// allows, else it gets a palette of as many colours as fit.
//
// Faults: Request.Invalid names format when it is not one of package channel's, or when
// no acceptable quality fits; ctx's error when it ends first.
func Encode(ctx context.Context, img *image.RGBA, f channel.Format, maxBytes int) ([]byte, error) {
	switch f {
	case channel.JPEG:
		return byQuality(ctx, maxBytes, func(b *bytes.Buffer, quality int) error {
			return jpeg.Encode(b, img, &jpeg.Options{Quality: quality})
		})
	case channel.WebP:
		return byQuality(ctx, maxBytes, func(b *bytes.Buffer, quality int) error {
			options := webp.OptionsForPreset(webp.PresetPicture, float32(quality))
			// The fastest: the best takes three times as long for a fifth fewer bytes.
			options.Method = 0
			return webp.Encode(b, img, options)
		})
	case channel.PNG:
		return encodePNG(ctx, img, maxBytes)
	}
	return nil, fault.Invalid(fault.Field{Name: "format", Detail: "png, jpeg, webp 중에서 골라 주세요."})
}

// byQuality writes a file in the best quality that fits.
func byQuality(ctx context.Context, maxBytes int, write func(*bytes.Buffer, int) error) ([]byte, error) {
	at := func(quality int) ([]byte, error) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var b bytes.Buffer
		if err := write(&b, quality); err != nil {
			return nil, fault.New(fault.Internal, err)
		}
		return b.Bytes(), nil
	}
	fits := func(file []byte) bool { return maxBytes == 0 || len(file) <= maxBytes }
	best, err := at(bestQuality)
	if err != nil || fits(best) {
		return best, err
	}
	best = nil
	for lo, hi := leastQuality, bestQuality-1; lo <= hi; {
		q := (lo + hi) / 2
		file, err := at(q)
		if err != nil {
			return nil, err
		}
		if fits(file) {
			best, lo = file, q+1
		} else {
			hi = q - 1
		}
	}
	if best == nil {
		return nil, tooLarge(maxBytes)
	}
	return best, nil
}

func encodePNG(ctx context.Context, img *image.RGBA, maxBytes int) ([]byte, error) {
	write := func(m image.Image, level png.CompressionLevel) ([]byte, error) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var b bytes.Buffer
		if err := (&png.Encoder{CompressionLevel: level}).Encode(&b, m); err != nil {
			return nil, fault.New(fault.Internal, err)
		}
		return b.Bytes(), nil
	}
	if maxBytes == 0 {
		return write(img, png.DefaultCompression)
	}
	// A photo takes more than a byte a pixel, so below that it is not worth trying.
	if maxBytes >= img.Rect.Dx()*img.Rect.Dy() {
		if file, err := write(img, png.DefaultCompression); err != nil || len(file) <= maxBytes {
			return file, err
		}
	}
	// Less dithering compresses better and shows bands; fewer colours show more of both.
	for _, try := range []struct {
		colours int
		dither  float32
	}{{256, 0.8}, {256, 0.4}, {256, 0}, {128, 0.4}, {128, 0}, {64, 0}} {
		file, err := write(quantise(img, try.colours, try.dither), png.BestCompression)
		if err != nil || len(file) <= maxBytes {
			return file, err
		}
	}
	return nil, tooLarge(maxBytes)
}

func tooLarge(maxBytes int) error {
	return fault.Invalid(fault.Field{
		Name:   "format",
		Detail: fmt.Sprintf("이 형식으로는 %dKB 안에 담을 수 없습니다. jpeg를 골라 주세요.", maxBytes/1000),
	})
}

// ContentType is the media type of a format.
func ContentType(f channel.Format) string { return "image/" + string(f) }

// Extension is what the file names of a format end in, without the dot.
func Extension(f channel.Format) string {
	if f == channel.JPEG {
		return "jpg"
	}
	return string(f)
}

// longestName is the most bytes of a file name: file systems take 255, and a browser adds
// " (1)" to a second file of one name.
const longestName = 200

// FileName makes a file name of any text: NFC, single spaces, and without what no file
// system takes. Extension is without the dot.
func FileName(name, extension string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.IsControl(r), strings.ContainsRune(`/\:*?"<>|`, r):
			return ' '
		case unicode.Is(unicode.Cf, r), r == utf8.RuneError:
			return -1
		}
		return r
	}, norm.NFC.String(name))
	name = strings.Trim(strings.Join(strings.Fields(name), " "), ". ")
	for len(name) > longestName-len(extension)-1 {
		_, n := utf8.DecodeLastRuneInString(name)
		name = strings.TrimRight(name[:len(name)-n], " ")
	}
	if name == "" {
		name = "nanoCocoa"
	}
	return name + "." + extension
}

// Disposition is the Content-Disposition header that has a browser save a file under a
// name with its Korean and its spaces: filename* of RFC 6266 and RFC 5987, and before it a
// plain one for programs that do not know that. Extension is without the dot.
func Disposition(name, extension string) string {
	file := FileName(name, extension)
	ascii := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' || r == '\\' || r == '%' {
			return '_'
		}
		return r
	}, file)
	// PathEscape leaves some signs that are no attr-char of RFC 5987.
	escaped := strings.NewReplacer(
		"'", "%27", "(", "%28", ")", "%29", "*", "%2A", ":", "%3A", "@", "%40", "=", "%3D", ";", "%3B", ",", "%2C",
		"/", "%2F",
	).Replace(url.PathEscape(file))
	return fmt.Sprintf(`attachment; filename="%s"; filename*=UTF-8''%s`, ascii, escaped)
}
