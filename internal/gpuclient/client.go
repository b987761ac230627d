// Package gpuclient calls the GPU server. What it sends and gets is in internal/gpu.
package gpuclient

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/gpu"
	"github.com/nanococoa/nanococoa/internal/retryafter"
)

// maxAnswer bounds a JSON answer: html_code of one ad is some ten kilobytes, and
// a font it may carry a few hundred.
const maxAnswer = 4 << 20

// margin is kept back from the context's deadline in X-Request-Timeout, so that
// the server's own "too late" arrives before the connection is cut.
const margin = 250 * time.Millisecond

// Config says where the GPU server is.
type Config struct {
	URL        string       // base, http or https, e.g. "http://127.0.0.1:8892"
	Token      string       // shared bearer token; empty: none is sent
	HTTPClient *http.Client // nil: an own one. Its redirect policy is replaced: the client follows none
}

// Client calls one GPU server. It is safe for concurrent use. Every method
// returns *fault.Fault errors:
//
//	GPU.Busy         the queue is full; RetryAfter says when to come back
//	GPU.Unavailable  5xx, loading, draining, network, the context ended
//	GPU.Rejected     any other 4xx
//	GPU.BadAnswer    not the contract, too big, or bytes that miss their digest
//	Photo.*          passed through from the server when it blames the photo
type Client struct {
	base  *url.URL
	token string
	http  *http.Client
}

// New checks the configuration and makes a client. It does not connect.
func New(c Config) (*Client, error) {
	u, err := url.Parse(c.URL)
	if err != nil {
		return nil, errors.New("gpu: the URL cannot be parsed") // the cause would repeat a password in it
	}
	web := u.Scheme == "http" || u.Scheme == "https"
	if !web || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("gpu: the URL must be http(s)://host[:port][/path], without user, query or fragment")
	}
	u.Path = strings.TrimRight(u.Path, "/")
	if strings.ContainsFunc(c.Token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, errors.New("gpu: the token must be visible ASCII")
	}
	h := &http.Client{Transport: transport()}
	if c.HTTPClient != nil {
		own := *c.HTTPClient
		h = &own
	}
	h.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Client{base: u, token: c.Token, http: h}, nil
}

// transport is the default one without compression (pictures do not shrink, and
// a small body must not unpack into a big one) and with short connection steps:
// a server that is there answers a handshake at once, however busy it is.
func transport() *http.Transport {
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 15 * time.Second}).DialContext,
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout: 5 * time.Second,
		IdleConnTimeout:     60 * time.Second,
		MaxIdleConnsPerHost: 8,
		DisableCompression:  true,
	}
}

// Stage1 composes the product into a scene and downloads the picture.
func (c *Client) Stage1(ctx context.Context, r gpu.Stage1Request) (gpu.Stage1Result, error) {
	if len(r.Photo) == 0 {
		return gpu.Stage1Result{}, fault.Newf(fault.PhotoMissing, "gpu: stage 1 without a photo")
	}
	body, kind, err := stage1Form(r)
	if err != nil {
		return gpu.Stage1Result{}, fault.New(fault.Internal, err)
	}
	var a gpu.Stage1Answer
	h, err := c.post(ctx, gpu.PathStage1, r.IdempotencyKey, kind, body, &a)
	if err != nil {
		return gpu.Stage1Result{}, fmt.Errorf("stage 1: %w", err)
	}
	if a.Engine == "" || a.Seed > gpu.MaxSeed || a.Analysis.Version == "" {
		return gpu.Stage1Result{}, fault.Newf(fault.GPUBadAnswer, "stage 1: engine, seed or analysis is missing")
	}
	if err := checkParts(a.Parts); err != nil {
		return gpu.Stage1Result{}, err
	}
	mask, err := maskIn(a.Mask)
	if err != nil {
		return gpu.Stage1Result{}, err
	}
	pic, err := c.picture(ctx, a.ImageURL, a.Output, h)
	if err != nil {
		return gpu.Stage1Result{}, fmt.Errorf("stage 1: %w", err)
	}
	return gpu.Stage1Result{
		Picture: pic, Width: a.Output.Width, Height: a.Output.Height, Analysis: a.Analysis, Engine: a.Engine,
		StandIn: a.StandIn, Seed: a.Seed, Scene: a.Scene, CutOut: a.CutOut, Product: a.Product, Mask: mask,
		Parts: a.Parts, Replayed: replayed(h),
	}, nil
}

// maskIn reads the mask out of an answer, nil when there is none.
func maskIn(address string) ([]byte, error) {
	if address == "" {
		return nil, nil
	}
	text, ok := strings.CutPrefix(address, gpu.DataURLPrefix)
	mask, err := base64.StdEncoding.DecodeString(text)
	if err == nil && ok {
		_, err = png.DecodeConfig(bytes.NewReader(mask))
	}
	if err != nil || !ok {
		return nil, fault.Newf(fault.GPUBadAnswer, "stage 1: the mask is no PNG: %v", err)
	}
	return mask, nil
}

func stage1Form(r gpu.Stage1Request) (body []byte, contentType string, err error) {
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	part, err := w.CreatePart(map[string][]string{
		"Content-Disposition": {`form-data; name="image"; filename="product.png"`},
		"Content-Type":        {"image/png"},
	})
	if err != nil {
		return nil, "", fmt.Errorf("gpu: form: %w", err)
	}
	_, err = part.Write(r.Photo)
	field := func(name, v string, always bool) {
		if err == nil && (always || v != "") {
			err = w.WriteField(name, v)
		}
	}
	field("product_name", r.ProductName, true)
	field("product_category", r.ProductCategory, true)
	field("ad_concept", r.AdConcept, true)
	field("prompt", r.Prompt, false)
	if r.Seed != nil {
		field("seed", strconv.FormatUint(*r.Seed, 10), true)
	}
	field("cutout", r.CutOut.String(), false)
	field("size", gpu.FormatSize(image.Pt(r.Width, r.Height)), false)
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return nil, "", fmt.Errorf("gpu: form: %w", err)
	}
	return buf.Bytes(), w.FormDataContentType(), nil
}

// Stage2 sets the words on the picture and downloads the result.
func (c *Client) Stage2(ctx context.Context, r gpu.Stage2Request) (gpu.Stage2Result, error) {
	src, err := source(r.Picture, r.PictureURL)
	if err != nil {
		return gpu.Stage2Result{}, fmt.Errorf("stage 2: %w", err)
	}
	brand := r.Brand
	if brand != nil && len(r.Logo) > 0 {
		own := *brand
		own.Logo = gpu.DataURLPrefix + base64.StdEncoding.EncodeToString(r.Logo)
		brand = &own
	}
	var a gpu.Stage2Answer
	h, err := c.postJSON(ctx, gpu.PathStage2, r.IdempotencyKey, gpu.Stage2Body{
		Stage1Image: src, ProductName: r.ProductName,
		TargetAge: r.TargetAge, TargetGender: r.TargetGender, AdConcept: r.AdConcept,
		MainCopy: r.MainCopy, SubCopy: r.SubCopy, Analysis: r.Analysis, Size: gpu.FormatSize(image.Pt(r.Width, r.Height)),
		HTMLImageURL: r.HTMLPictureURL, AIMark: r.AIMark, Brand: brand,
	}, &a)
	if err != nil {
		return gpu.Stage2Result{}, fmt.Errorf("stage 2: %w", err)
	}
	if a.Engine == "" || a.HTMLCode == "" {
		return gpu.Stage2Result{}, fault.Newf(fault.GPUBadAnswer, "stage 2: engine or html_code is missing")
	}
	pic, err := c.picture(ctx, a.ImageURL, a.Output, h)
	if err != nil {
		return gpu.Stage2Result{}, fmt.Errorf("stage 2: %w", err)
	}
	return gpu.Stage2Result{
		Picture: pic, Width: a.Output.Width, Height: a.Output.Height, HTML: a.HTMLCode, Engine: a.Engine, StandIn: a.StandIn,
		Layout: a.Layout, ContrastRatio: a.ContrastRatio, Lines: a.Lines, Replayed: replayed(h),
	}, nil
}

// Score measures the picture. The answer's Text is the prompt that was sent.
func (c *Client) Score(ctx context.Context, r gpu.ScoreRequest) (ad.Score, error) {
	src, err := source(r.Picture, r.PictureURL)
	if err != nil {
		return ad.Score{}, fmt.Errorf("score: %w", err)
	}
	var a gpu.ScoreAnswer
	body := gpu.ScoreBody{ImageURL: src, Prompt: r.Prompt, Analysis: r.Analysis, Product: r.Product}
	if _, err := c.postJSON(ctx, gpu.PathScore, r.IdempotencyKey, body, &a); err != nil {
		return ad.Score{}, fmt.Errorf("score: %w", err)
	}
	if a.Metric == "" || !(a.ClipScore >= 0 && a.ClipScore <= 1) { // the negation also catches NaN
		return ad.Score{}, fault.Newf(fault.GPUBadAnswer, "score: metric %q, value %v", a.Metric, a.ClipScore)
	}
	s := ad.Score{Metric: a.Metric, Value: a.ClipScore, RawCosine: a.RawCosine, Text: r.Prompt, StandIn: a.StandIn}
	if a.Model != nil {
		s.Model = *a.Model
	}
	if err := checkParts(a.Parts); err != nil {
		return ad.Score{}, err
	}
	for _, p := range a.Parts {
		if p.Role == ad.RoleScore {
			s.Version, s.Digest, s.Reason = p.Version, p.Digest, p.Reason
		}
	}
	return s, nil
}

// maxParts is far more roles than there are.
const maxParts = 32

// checkParts reports parts that no record keeps.
func checkParts(parts []ad.Part) error {
	if len(parts) > maxParts {
		return fault.Newf(fault.GPUBadAnswer, "%d parts", len(parts))
	}
	for _, p := range parts {
		if err := p.Check(); err != nil {
			return fault.New(fault.GPUBadAnswer, err)
		}
	}
	return nil
}

// Health reports whether the server takes work now (its /readyz): nil, or
// GPU.Unavailable while it loads, drains or cannot be reached.
func (c *Client) Health(ctx context.Context) error {
	_, err := c.get(ctx, gpu.PathReady, maxAnswer)
	return err
}

// Capacity asks how busy the server is.
func (c *Client) Capacity(ctx context.Context) (gpu.Capacity, error) {
	b, err := c.get(ctx, gpu.PathCapacity, maxAnswer)
	if err != nil {
		return gpu.Capacity{}, fmt.Errorf("capacity: %w", err)
	}
	var out gpu.Capacity
	if err := json.Unmarshal(b, &out); err != nil || out.Slots < 1 {
		return gpu.Capacity{}, fault.Newf(fault.GPUBadAnswer, "capacity: not the contract: %v", err)
	}
	return out, nil
}

// source gives the picture as stage 2 and score take it: bytes as a data: URL,
// else the address as it is.
func source(pic []byte, address string) (string, error) {
	switch {
	case len(pic) > gpu.MaxPicture:
		return "", fault.Newf(fault.PhotoTooLarge, "gpu: picture of %d bytes", len(pic))
	case len(pic) > 0:
		return gpu.DataURLPrefix + base64.StdEncoding.EncodeToString(pic), nil
	case address != "":
		return address, nil
	}
	return "", fault.Newf(fault.PhotoMissing, "gpu: neither picture nor address")
}

func (c *Client) postJSON(ctx context.Context, path, key string, in, out any) (http.Header, error) {
	b, err := json.Marshal(in)
	if err != nil {
		return nil, fault.New(fault.Internal, fmt.Errorf("gpu: encode: %w", err))
	}
	return c.post(ctx, path, key, "application/json", b, out)
}

// post sends what is asked and reads the answer into out. It gives the answer's header.
func (c *Client) post(
	ctx context.Context, path, key, contentType string, body []byte, out any,
) (http.Header, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base.String()+path, bytes.NewReader(body))
	if err != nil {
		return nil, fault.New(fault.Internal, fmt.Errorf("gpu: request: %w", err))
	}
	req.Header.Set("Content-Type", contentType)
	if key != "" {
		req.Header.Set(gpu.HeaderKey, key)
	}
	b, h, err := c.do(req, maxAnswer)
	if err != nil {
		return nil, err
	}
	if kind, _, _ := mime.ParseMediaType(h.Get("Content-Type")); kind != "application/json" {
		return nil, fault.Newf(fault.GPUBadAnswer, "answer is %q, not JSON", kind)
	}
	if err := json.Unmarshal(b, out); err != nil {
		return nil, fault.New(fault.GPUBadAnswer, fmt.Errorf("answer: %w", err))
	}
	return h, nil
}

// replayed reports whether an answer was stored by an earlier request.
func replayed(h http.Header) bool { return h.Get(gpu.HeaderReplayed) == "true" }

func (c *Client) get(ctx context.Context, path string, limit int64, cookies ...*http.Cookie) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base.String()+path, nil)
	if err != nil {
		return nil, fault.New(fault.Internal, fmt.Errorf("gpu: request: %w", err))
	}
	for _, one := range cookies {
		req.AddCookie(one)
	}
	b, _, err := c.do(req, limit)
	return b, err
}

// picture downloads a result and checks it against what the answer promised.
// Only the path of image_url is used: the server may know itself by another
// address than we do, and the token must go nowhere else. answer is the header it came
// with: by its cookies a load balancer knows which server has the picture. They are good
// for this call alone, so that the next one may go to a server with less to do.
func (c *Client) picture(
	ctx context.Context, imageURL string, want gpu.Output, answer http.Header,
) ([]byte, error) {
	u, err := url.Parse(imageURL)
	if err != nil {
		return nil, fault.Newf(fault.GPUBadAnswer, "image_url cannot be parsed")
	}
	i := strings.LastIndex(u.Path, gpu.PathImages)
	if i < 0 {
		return nil, fault.Newf(fault.GPUBadAnswer, "image_url is not a result")
	}
	id := u.Path[i+len(gpu.PathImages):]
	if id == "" || strings.ContainsAny(id, "/?#%\\.") {
		return nil, fault.Newf(fault.GPUBadAnswer, "image_url is not a result")
	}
	cookies := (&http.Response{Header: answer}).Cookies()
	b, err := c.get(ctx, gpu.PathImages+id, gpu.MaxPicture, cookies...)
	if fault.Has(err, fault.GPURejected) {
		// The server has just announced it and does not have it. Asked again with the
		// same key it renders anew.
		return nil, fault.New(fault.GPUBadAnswer, err)
	}
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != want.SHA256 || len(b) != want.Bytes {
		return nil, fault.Newf(fault.GPUBadAnswer, "picture of %d bytes misses its digest", len(b))
	}
	head, err := png.DecodeConfig(bytes.NewReader(b))
	if err != nil || head.Width != want.Width || head.Height != want.Height {
		return nil, fault.Newf(fault.GPUBadAnswer, "picture is not a PNG of %d×%d", want.Width, want.Height)
	}
	return b, nil
}

// do sends the request and gives body and header of a 200, at most limit bytes.
func (c *Client) do(req *http.Request, limit int64) ([]byte, http.Header, error) {
	ctx := req.Context()
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	if end, ok := ctx.Deadline(); ok {
		left := time.Until(end)
		if left <= 0 {
			return nil, nil, fault.New(fault.GPUUnavailable, context.DeadlineExceeded)
		}
		req.Header.Set(gpu.HeaderTimeout, strconv.FormatFloat(max(left-margin, left/2).Seconds(), 'f', 3, 64))
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, nil, fault.New(fault.GPUUnavailable, fmt.Errorf("gpu: %w", bare(err)))
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if resp.StatusCode != http.StatusOK {
		return nil, nil, refusal(resp, b)
	}
	if err != nil {
		return nil, nil, fault.New(fault.GPUUnavailable, fmt.Errorf("gpu: read: %w", bare(err)))
	}
	if int64(len(b)) > limit {
		return nil, nil, fault.Newf(fault.GPUBadAnswer, "answer is longer than %d bytes", limit)
	}
	return b, resp.Header, nil
}

// bare takes the address off a transport error: it does not belong in a log.
func bare(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// refusal turns an answer other than 200 into a fault. A body that is not a
// problem+json changes nothing but the log line.
func refusal(resp *http.Response, body []byte) error {
	var p gpu.Problem
	if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind == "application/problem+json" {
		if json.Unmarshal(body, &p) != nil {
			p = gpu.Problem{}
		}
	}
	cause := fmt.Errorf("gpu: %d, code %q, request %q", resp.StatusCode, clip(p.Code), clip(p.RequestID))
	code, s := fault.GPURejected, resp.StatusCode
	switch {
	case s == http.StatusTooManyRequests:
		code = fault.GPUBusy
	case s >= 500, s == http.StatusRequestTimeout:
		code = fault.GPUUnavailable
	case s >= 400:
		if known := fault.Code(p.Code); known.Known() && strings.HasPrefix(p.Code, "Photo.") {
			code = known
		}
	default: // a success that is not 200, or a redirect: not in the contract
		code = fault.GPUBadAnswer
	}
	f := fault.New(code, cause)
	if code.Retryable() {
		f.RetryAfter = retryafter.Read(resp.Header, time.Now(), maxRetryAfter)
	}
	return f
}

// clip keeps a foreign string short in our log.
func clip(s string) string { return s[:min(len(s), 64)] }

// maxRetryAfter bounds what a server may ask for: an ad's whole time is minutes.
const maxRetryAfter = 10 * time.Minute
