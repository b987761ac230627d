// Package site puts the built pages into the bucket of infra/site.yaml, and
// says for each of their files how it is served. What serves them on one
// machine (infra/local) reads the same rules.
package site

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"path"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"golang.org/x/sync/errgroup"
)

// BucketName is the parameter in which an environment's site stack keeps the name of
// the pages' bucket.
func BucketName(environment string) string { return "/nanococoa/" + environment + "/site-bucket" }

// OriginName is the parameter in which an environment's site stack keeps the origin of
// its pages, such as https://ads.example.com.
func OriginName(environment string) string { return "/nanococoa/" + environment + "/site-origin" }

// Parameter reads a parameter of Parameter Store, "" when there is none.
func Parameter(ctx context.Context, client *ssm.Client, name string) (string, error) {
	out, err := client.GetParameter(ctx, &ssm.GetParameterInput{Name: &name})
	var missing *types.ParameterNotFound
	if errors.As(err, &missing) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("get the parameter %s: %w", name, err)
	}
	return aws.ToString(out.Parameter.Value), nil
}

// atOnce is how many files are sent side by side: the time goes into round
// trips, and a home connection has no use for more.
const atOnce = 8

// Publish puts every file of the built pages into the bucket and gives their
// number. First come the hashed files, which nothing refers to yet, and last the
// pages that refer to them, so that nobody gets a page whose script is not there;
// when a file cannot be sent, no page is changed. Nothing is deleted: a tab
// opened before still loads the files of its own version. Addresses that a page
// tells to others are made to begin with the origin; see absolute.
func Publish(ctx context.Context, client *s3.Client, bucket, origin string, pages fs.FS) (int, error) {
	var waves [3][]string
	err := fs.WalkDir(pages, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			waves[wave(name)] = append(waves[wave(name)], name)
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("list the pages: %w", err)
	}
	if _, err := fs.Stat(pages, "index.html"); err != nil {
		return 0, fmt.Errorf("these are no built pages: %w", err)
	}
	sent := 0
	for _, names := range waves {
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(atOnce)
		for _, name := range names {
			group.Go(func() error { return put(ctx, client, bucket, origin, pages, name) })
		}
		if err := group.Wait(); err != nil {
			return sent, err
		}
		sent += len(names)
	}
	return sent, nil
}

// wave is when a file is sent: 0 before 1 before 2.
func wave(name string) int {
	switch {
	case hashed(name):
		return 0
	case path.Ext(name) != ".html":
		return 1
	default:
		return 2
	}
}

func put(ctx context.Context, client *s3.Client, bucket, origin string, pages fs.FS, name string) error {
	data, err := fs.ReadFile(pages, name)
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	if path.Ext(name) == ".html" {
		data = absolute(data, origin)
	}
	_, err = client.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &bucket, Key: &name, Body: bytes.NewReader(data),
		ContentType: aws.String(ContentType(name)), CacheControl: aws.String(CacheControl(name)),
	})
	if err != nil {
		return fmt.Errorf("send %s: %w", name, err)
	}
	return nil
}

// absolute gives a page whose meta elements name their addresses with the origin:
// KakaoTalk and others that show a link's picture follow no relative address
// (ogp.me), and the origin is known only when the site is deployed.
func absolute(page []byte, origin string) []byte {
	return bytes.ReplaceAll(page, []byte(` content="/`), []byte(` content="`+origin+`/`))
}

// hashed reports whether a file's name holds its content's hash.
func hashed(name string) bool { return strings.HasPrefix(name, "assets/") }

// CacheControl is how long a file of the pages may be kept: for ever when its
// name changes with its content, else only to ask whether it has changed.
func CacheControl(name string) string {
	if hashed(name) {
		return "public, max-age=31536000, immutable"
	}
	return "no-cache"
}

// ContentType is the media type of a file, by its name. What a site has is
// decided here, so that it does not depend on the machine's own tables.
func ContentType(name string) string {
	switch ext := path.Ext(name); ext {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".txt":
		return "text/plain; charset=utf-8"
	case ".json", ".map":
		return "application/json"
	case ".webmanifest":
		return "application/manifest+json"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	case ".png", ".webp", ".avif", ".gif":
		return "image/" + ext[1:]
	case ".jpg":
		return "image/jpeg"
	case ".ico":
		return "image/x-icon"
	default:
		if known := mime.TypeByExtension(ext); known != "" {
			return known
		}
		return "application/octet-stream"
	}
}
