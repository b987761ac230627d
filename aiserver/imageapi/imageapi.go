// Package imageapi paints scenes by OpenAI's image model, for those who have no GPU. Every
// picture costs money, which the operator is told.
package imageapi

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/packages/param"
	"github.com/prometheus/client_golang/prometheus"
	xdraw "golang.org/x/image/draw"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	openaitext "github.com/nanococoa/nanococoa/internal/llm/openai"
)

// What an empty Config means.
const (
	DefaultModel   = "gpt-image-2"
	DefaultQuality = "medium"
	// DefaultTimeout is twice what a picture of high quality takes.
	DefaultTimeout = 120 * time.Second
)

// maxBody bounds an answer in bytes: a PNG of 1536×1024 in base64 is 4 MB, of noise 8.
const maxBody = 24 << 20

// Config is what New needs. Everything but APIKey may be empty.
type Config struct {
	APIKey   string
	BaseURL  string        // up to and with /v1; "" is OpenAI's
	Model    string        // "" is DefaultModel
	Quality  string        // low, medium or high; "" is DefaultQuality
	Timeout  time.Duration // of one picture; 0 is DefaultTimeout
	DailyUSD float64       // what may be spent in a day (UTC) by this server; 0: no limit
	Log      *slog.Logger
	Now      func() time.Time // nil: time.Now
}

// Qualities lists those that a price is known of.
func Qualities() []string { return []string{"low", "medium", "high"} }

// Client asks for pictures. It is safe for concurrent use. Make one with New.
type Client struct {
	c     Config
	api   openai.ImageService
	spent prometheus.Counter
	count *prometheus.CounterVec // quality, size

	mu    sync.Mutex
	day   string
	today float64 // US dollars
}

// New checks the configuration. It makes no connection.
func New(c Config) (*Client, error) {
	c.APIKey = strings.TrimSpace(c.APIKey)
	for _, d := range []struct {
		to  *string
		def string
	}{{&c.BaseURL, openaitext.DefaultBaseURL}, {&c.Model, DefaultModel}, {&c.Quality, DefaultQuality}} {
		if *d.to == "" {
			*d.to = d.def
		}
	}
	if c.Timeout == 0 {
		c.Timeout = DefaultTimeout
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if err := openaitext.CheckAccess(c.APIKey, c.BaseURL); err != nil {
		return nil, fmt.Errorf("image model: %w", err)
	}
	if _, known := prices[c.Quality]; !known {
		return nil, fmt.Errorf("image model: quality %q, want one of %s", c.Quality, strings.Join(Qualities(), ", "))
	}
	return &Client{
		c: c, api: openai.NewImageService(openaitext.Options(c.APIKey, c.BaseURL, maxBody)...),
		spent: prometheus.NewCounter(prometheus.CounterOpts{
			Namespace: "aiserver", Name: "scene_cost_dollars_total",
			Help: "What the image model's pictures cost, by the prices that this program knows.",
		}),
		count: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: "aiserver", Name: "scene_pictures_total", Help: "Pictures that the image model made.",
		}, []string{"quality", "size"}),
	}, nil
}

// Role names the model of the role "scene". Nobody sees its weights, so it has no digest.
func (p *Client) Role(role string) engine.Part {
	if role != ad.RoleScene {
		return engine.Part{Role: role, State: "absent"}
	}
	return engine.Part{Role: role, Model: p.c.Model, State: "ready"}
}

// Describe and Collect make the client a collector of the server's registry.
func (p *Client) Describe(ch chan<- *prometheus.Desc) { prometheus.DescribeByCollect(p, ch) }

// Collect gives what was made and spent so far.
func (p *Client) Collect(ch chan<- prometheus.Metric) {
	p.spent.Collect(ch)
	p.count.Collect(ch)
}

// shape is a size that every image model of OpenAI makes, and that prices are known of.
type shape struct {
	size image.Point
	name openai.ImageEditParamsSize
}

// shapes are chosen from by the picture's aspect.
func shapes() []shape {
	return []shape{
		{image.Pt(1024, 1024), openai.ImageEditParamsSize1024x1024},
		{image.Pt(1536, 1024), openai.ImageEditParamsSize1536x1024},
		{image.Pt(1024, 1536), openai.ImageEditParamsSize1024x1536},
	}
}

// prices are US dollars for a picture: square, and of the larger shapes. Read in November 2026;
// an edit costs some cents' fraction more for the picture that is sent.
var prices = map[string][2]float64{"low": {0.009, 0.013}, "medium": {0.034, 0.05}, "high": {0.133, 0.2}}

// Price is what a picture of a quality costs in US dollars, of a size in pixels; 0 when unknown.
func Price(quality string, size image.Point) float64 {
	if size.X == size.Y {
		return prices[quality][0]
	}
	return prices[quality][1]
}

// frame is where a canvas stands in a picture of one of the shapes, whole and as large as it can.
func frame(canvas image.Point) (shape, image.Rectangle) {
	var best shape
	var at image.Rectangle
	for _, s := range shapes() {
		k := min(float64(s.size.X)/float64(canvas.X), float64(s.size.Y)/float64(canvas.Y))
		w, h := min(int(k*float64(canvas.X)+0.5), s.size.X), min(int(k*float64(canvas.Y)+0.5), s.size.Y)
		corner := image.Pt((s.size.X-w)/2, (s.size.Y-h)/2)
		// Of two that show it as large, the one with less beside it.
		if w*h*best.size.X*best.size.Y > at.Dx()*at.Dy()*s.size.X*s.size.Y || at.Empty() {
			best, at = s, image.Rectangle{Min: corner, Max: corner.Add(image.Pt(w, h))}
		}
	}
	return best, at
}

// instruction goes before the scene's own prompt: what the model may not touch.
const instruction = "Paint a photorealistic advertising scene around the product in the picture. " +
	"Keep the product exactly as it is: the same place, size, shape, colours and print; nothing covers it. " +
	"Paint everything else, up to every edge, without text, letters, logos or further products. The scene: "

// Scene paints around what stands on a canvas, see mixed.Scener. The API takes no seed, so the
// same one gives another picture each time. Faults: OpenAI.* as of the text client, with
// OpenAI.RateLimited too when the day's money is spent.
func (p *Client) Scene(
	ctx context.Context, canvas *image.NRGBA, prompt string, _ uint64, progress func(done, of int),
) (*image.RGBA, error) {
	shape, at := frame(canvas.Rect.Size())
	price := Price(p.c.Quality, shape.size)
	if err := p.reserve(price); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, p.c.Timeout)
	defer cancel()
	picture, mask, err := files(canvas, shape.size, at)
	if err != nil {
		return nil, err
	}
	began := p.c.Now()
	sent := openai.File(bytes.NewReader(picture), "canvas.png", "image/png")
	res, err := p.api.Edit(ctx, openai.ImageEditParams{
		Image:        openai.ImageEditParamsImageUnion{OfFile: sent},
		Mask:         openai.File(bytes.NewReader(mask), "mask.png", "image/png"),
		Prompt:       instruction + prompt,
		Model:        p.c.Model,
		N:            param.NewOpt[int64](1),
		Size:         shape.name,
		Quality:      openai.ImageEditParamsQuality(p.c.Quality),
		Background:   openai.ImageEditParamsBackgroundOpaque,
		OutputFormat: openai.ImageEditParamsOutputFormatPNG,
	})
	if err != nil {
		p.release(price)
		return nil, openaitext.Translate(ctx, err)
	}
	// What was answered is paid for, whatever is wrong with it.
	p.spent.Add(price)
	p.count.WithLabelValues(p.c.Quality, string(shape.name)).Inc()
	p.c.Log.Info("the image model made a picture", "model", p.c.Model, "quality", p.c.Quality, "size", string(shape.name),
		"about_usd", price, "tokens", res.Usage.TotalTokens, "ms", p.c.Now().Sub(began).Milliseconds())
	out, err := read(res, shape.size)
	if err != nil {
		return nil, err
	}
	if progress != nil {
		progress(1, 1)
	}
	scene := image.NewRGBA(canvas.Rect)
	xdraw.CatmullRom.Scale(scene, scene.Rect, out, at, draw.Src, nil)
	return scene, nil
}

// files are the picture, with grey where a scene is to be made, and its mask, clear there.
func files(canvas *image.NRGBA, size image.Point, at image.Rectangle) (picture, mask []byte, err error) {
	product := image.NewNRGBA(image.Rectangle{Max: size})
	xdraw.CatmullRom.Scale(product, at, canvas, canvas.Rect, draw.Src, nil)
	whole := image.NewRGBA(product.Rect)
	draw.Draw(whole, whole.Rect, image.NewUniform(color.Gray{Y: 200}), image.Point{}, draw.Src)
	draw.Draw(whole, whole.Rect, product, image.Point{}, draw.Over)
	kept := image.NewNRGBA(product.Rect)
	for i := 3; i < len(kept.Pix); i += 4 {
		if product.Pix[i] >= 128 {
			kept.Pix[i] = 255
		}
	}
	for _, f := range []struct {
		img image.Image
		to  *[]byte
	}{{whole, &picture}, {kept, &mask}} {
		var b bytes.Buffer
		// The default level takes several times as long, and these are mostly of one colour.
		if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, f.img); err != nil {
			return nil, nil, fault.New(fault.Internal, fmt.Errorf("encode a canvas: %w", err))
		}
		*f.to = b.Bytes()
	}
	return picture, mask, nil
}

// read gives the picture of an answer. Fault: OpenAI.BadAnswer.
func read(res *openai.ImagesResponse, size image.Point) (*image.RGBA, error) {
	if len(res.Data) != 1 {
		return nil, fault.Newf(fault.OpenAIBadAnswer, "openai: %d pictures", len(res.Data))
	}
	file, err := base64.StdEncoding.DecodeString(res.Data[0].B64JSON)
	if err != nil || len(file) == 0 {
		return nil, fault.Newf(fault.OpenAIBadAnswer, "openai: the picture is not base64")
	}
	head, err := png.DecodeConfig(bytes.NewReader(file))
	if err != nil || head.Width != size.X || head.Height != size.Y {
		return nil, fault.Newf(fault.OpenAIBadAnswer, "openai: a picture of %d×%d instead of %v: %v",
			head.Width, head.Height, size, err)
	}
	img, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, fault.New(fault.OpenAIBadAnswer, fmt.Errorf("openai: the picture cannot be read: %w", err))
	}
	out := image.NewRGBA(image.Rectangle{Max: size})
	draw.Draw(out, out.Rect, img, img.Bounds().Min, draw.Src)
	return out, nil
}

// reserve takes a picture's price from what may be spent today.
func (p *Client) reserve(price float64) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.c.Now().UTC()
	if day := now.Format(time.DateOnly); day != p.day {
		p.day, p.today = day, 0
	}
	const rounding = 1e-9
	if p.c.DailyUSD > 0 && p.today+price > p.c.DailyUSD+rounding {
		f := fault.Newf(fault.OpenAIRateLimited, "image model: %.2f of %.2f dollars are spent today", p.today, p.c.DailyUSD)
		f.RetryAfter = now.Truncate(24 * time.Hour).Add(24 * time.Hour).Sub(now)
		return f
	}
	p.today += price
	return nil
}

// release gives the price of a picture back that was not made.
func (p *Client) release(price float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.today = max(p.today-price, 0)
}
