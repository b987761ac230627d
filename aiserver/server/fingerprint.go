package server

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"

	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/gpu"
)

// fingerprint is the SHA-256, in hex, of a call's content: its name, the
// picture's bytes and the whole request as one of the functions below gives it,
// so that a field that is added to a request counts by itself. When what is
// written here changes for a request that callers send today, the bucket in
// package results needs another name.
func fingerprint(call string, picture []byte, content any) (string, error) {
	b, err := json.Marshal([]any{call, digest(picture), content})
	if err != nil {
		return "", fault.New(fault.Internal, fmt.Errorf("encode: %w", err))
	}
	return digest(b), nil
}

// The content of a request is the request without what may differ when it is sent
// again: where the picture is, for its bytes count instead, where the result
// goes, and the query of a URL, which is new in every presigned one.

func stage1Content(b stage1Body) stage1Body {
	b.ImageSourceURL, b.OutputPutURL = "", ""
	return b
}

func stage2Content(b gpu.Stage2Body, logo []byte) gpu.Stage2Body {
	b.Stage1Image, b.OutputPutURL = "", ""
	b.HTMLImageURL = withoutQuery(b.HTMLImageURL)
	if b.Brand != nil {
		own := *b.Brand
		own.Logo, own.HTMLLogoURL = digest(logo), withoutQuery(own.HTMLLogoURL)
		b.Brand = &own
	}
	return b
}

func scoreContent(b gpu.ScoreBody) gpu.ScoreBody {
	b.ImageURL = ""
	return b
}

func withoutQuery(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	u.RawQuery, u.Fragment = "", ""
	return u.String()
}

// digest is the SHA-256 of a file in lower-case hex.
func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
