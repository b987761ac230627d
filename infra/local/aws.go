package local

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// The three services this package talks to beside Parameter Store and S3 are
// called directly: six kinds of request do not earn three more SDK modules.

// call sends one signed request with a JSON body to the local AWS and decodes the
// JSON answer into out, if out is not nil.
func (d *Deployment) call(ctx context.Context, service, method, path string, header http.Header, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("encode the request: %w", err)
	}
	answer, err := d.send(ctx, service, method, path, header, body)
	if err != nil || out == nil {
		return err
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("decode %s's answer: %w", service, err)
	}
	return nil
}

// cloudFormation calls an action with parameters (name, value, …) and decodes
// the XML answer into out.
func (d *Deployment) cloudFormation(ctx context.Context, out any, action string, parameters ...string) error {
	form := url.Values{"Action": {action}, "Version": {"2010-05-15"}}
	for i := 0; i+1 < len(parameters); i += 2 {
		form.Set(parameters[i], parameters[i+1])
	}
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	answer, err := d.send(ctx, "cloudformation", http.MethodPost, "/", header, []byte(form.Encode()))
	if err != nil {
		return err
	}
	if err := xml.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("decode CloudFormation's answer: %w", err)
	}
	return nil
}

func (d *Deployment) send(ctx context.Context, service, method, path string, header http.Header,
	body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, d.AWSURL+path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("call %s: %w", service, err)
	}
	req.Header.Set("Content-Type", "application/json")
	for name, values := range header {
		req.Header[name] = values
	}
	sum := sha256.Sum256(body)
	if err := v4.NewSigner().SignHTTP(ctx, d.root, req, hex.EncodeToString(sum[:]), service, region,
		time.Now()); err != nil {
		return nil, fmt.Errorf("sign for %s: %w", service, err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("call %s: %w", service, err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, fmt.Errorf("call %s: %w", service, err)
	}
	if res.StatusCode >= http.StatusBadRequest {
		return nil, fmt.Errorf("%s %s %s answered %s: %.300s", service, method, path, res.Status, answer)
	}
	return answer, nil
}
