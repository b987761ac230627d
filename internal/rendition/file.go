package rendition

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"hash/fnv"
	"image"
	"strings"
	"time"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/channel"
	"github.com/nanococoa/nanococoa/internal/compose"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/photo"
	"github.com/nanococoa/nanococoa/internal/picturefile"
)

const (
	// fileLife is how long the address of a file is good: a browser follows it at once.
	fileLife = 5 * time.Minute
	// bundleLife is how long that of a bundle is: it is shown to be tapped.
	bundleLife = time.Hour
)

// File stores a rendition in a format, below the limit of its channel, and gives an
// address from which a browser saves it under a Korean name.
//
// Faults: Request.Invalid names format when it cannot be so small; Image.NotFound.
func (m Maker) File(ctx context.Context, a ad.Studio, r ad.Rendition, f channel.Format) (link string, err error) {
	picture, err := m.Pictures.Get(ctx, a.AdID, ad.RenditionPictures(a.AdID, r.ID).Full, maxPicture)
	if err != nil {
		return "", err
	}
	of, inChannel := channel.ByName(r.Channel)
	data := picture
	if inChannel || f != channel.PNG { // else the picture is the file
		if data, err = encode(ctx, picture, f, of.MaxBytes); err != nil {
			return "", err
		}
	}
	what := fmt.Sprintf("%d×%d", r.Width, r.Height)
	if inChannel {
		what = of.Label
	}
	name, extension := a.ProductName+" "+what, picturefile.Extension(f)
	p := ad.RenditionFile(r.ID, string(f))
	err = m.Pictures.PutFile(ctx, a.AdID, p, data, picturefile.ContentType(f), picturefile.Disposition(name, extension))
	if err != nil {
		return "", err
	}
	return m.Pictures.Link(ctx, a.AdID, p, fileLife)
}

func encode(ctx context.Context, picture []byte, f channel.Format, limit int) ([]byte, error) {
	img, err := photo.Decode(ctx, picture, compose.MaxSide)
	if err != nil {
		return nil, fmt.Errorf("read a rendition: %w", err)
	}
	// A finished picture has no transparency, so the two have the same bytes.
	return picturefile.Encode(ctx, &image.RGBA{Pix: img.Pix, Stride: img.Stride, Rect: img.Rect}, f, limit)
}

// Bundle composes a rendition for several channels, packs one file for each into a ZIP and
// gives an address to save it from. Words that do not fit a channel are cut there: one
// narrow banner must not keep the others away, and neither must a channel that fails: the
// bundle names it. Each file is kept, so that it is made once however often it is asked for,
// alone or with others.
//
// Faults: Request.Invalid names channels when there is no file at all.
func (m Maker) Bundle(
	ctx context.Context, a ad.Studio, r ad.Rendition, channels []channel.Channel,
) (ad.Bundle, error) {
	draw, err := m.bundled(ctx, a, r)
	if err != nil {
		return ad.Bundle{}, err
	}
	var b bytes.Buffer
	packed := zip.NewWriter(&b)
	out := ad.Bundle{Name: fileName(a.ProductName) + " 광고 그림.zip", Failed: []ad.BundleFailure{}}
	digest := fnv.New64a()
	for _, c := range channels {
		data, err := draw(c)
		if f := fault.From(err); err != nil && f.Code == fault.RequestInvalid && len(f.Fields) > 0 {
			detail := f.Fields[0].Detail
			if f.Fields[0].Name == "format" {
				detail = "이 그림은 정해진 용량으로 줄일 수 없습니다."
			}
			out.Failed = append(out.Failed, ad.BundleFailure{Channel: c.Name, Detail: c.Label + ": " + detail})
			continue
		}
		if err != nil {
			return ad.Bundle{}, err
		}
		file := ad.BundleFile{
			Channel: c.Name, Name: fileName(a.ProductName+" "+c.Label) + "." + picturefile.Extension(c.Format),
			Format: string(c.Format), Width: c.Width, Height: c.Height, Bytes: len(data),
		}
		// The pictures are packed as they are: they do not shrink.
		w, err := packed.CreateHeader(&zip.FileHeader{Name: file.Name, Method: zip.Store})
		if err == nil {
			_, err = w.Write(data)
		}
		if err != nil {
			return ad.Bundle{}, fault.New(fault.Internal, err)
		}
		out.Files = append(out.Files, file)
		_, _ = digest.Write([]byte(c.Name + " "))
	}
	if len(out.Files) == 0 {
		return ad.Bundle{}, fault.Invalid(fault.Field{Name: "channels", Detail: out.Failed[0].Detail})
	}
	if err := packed.Close(); err != nil {
		return ad.Bundle{}, fault.New(fault.Internal, err)
	}
	out.Bytes = b.Len()
	// Under the same name for the same wish: what is asked for again replaces itself.
	p := ad.Picture(fmt.Sprintf("rendition-%s-%x.zip", r.ID, digest.Sum64()))
	disposition := picturefile.Disposition(strings.TrimSuffix(out.Name, ".zip"), "zip")
	if err := m.Pictures.PutFile(ctx, a.AdID, p, b.Bytes(), "application/zip", disposition); err != nil {
		return ad.Bundle{}, err
	}
	out.URL, err = m.Pictures.Link(ctx, a.AdID, p, bundleLife)
	return out, err
}

// bundled gives what makes the file of a channel, or finds the one that was made before. A
// rendition does not change; the owner's brand may, so it is part of the file's name.
func (m Maker) bundled(
	ctx context.Context, a ad.Studio, r ad.Rendition,
) (func(channel.Channel) ([]byte, error), error) {
	var own ad.Brand
	if r.Brand {
		var err error
		if own, err = m.Brands.Brand(ctx, a.Owner); err != nil {
			return nil, err
		}
	}
	key := fnv.New64a()
	fmt.Fprint(key, own)
	var scene *Scene
	var brand *compose.Brand
	return func(c channel.Channel) ([]byte, error) {
		p := ad.Picture(fmt.Sprintf("rendition-%s-%s-%x.%s", r.ID, c.Name, key.Sum64(), picturefile.Extension(c.Format)))
		data, err := m.Pictures.Get(ctx, a.AdID, p, maxPicture)
		if err == nil || !fault.Has(err, fault.ImageNotFound) {
			return data, err
		}
		if scene == nil {
			opened, with, err := m.open(ctx, a, r)
			if err != nil {
				return nil, err
			}
			scene, brand = &opened, with
		}
		_, d := r.Like(ad.Wish{Channel: c.Name, Size: c.Size()})
		drawn, err := scene.Draw(ctx, a.Fields, d, brand, c.Text, false)
		if err != nil {
			return nil, err
		}
		if data, err = picturefile.Encode(ctx, drawn.Image, c.Format, c.MaxBytes); err != nil {
			return nil, err
		}
		return data, m.Pictures.Put(ctx, a.AdID, p, data, picturefile.ContentType(c.Format))
	}, nil
}

// fileName takes out what a file's name may not have on some system.
func fileName(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`<>:"/\|?*`, r) || r < ' ' {
			return ' '
		}
		return r
	}, s)
}
