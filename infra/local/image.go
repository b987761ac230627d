package local

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"strings"
)

// image is a container image that has nothing but what functions linked without C need: folders, and the program by
// which `sam local` runs them. It stands in for AWS's own Lambda images where those cannot be fetched.
type image struct {
	blobs    map[string][]byte // by digest
	manifest []byte
}

// newImage makes the image. rie is the path of AWS's Runtime Interface Emulator, which SAM's package has.
func newImage(rie string) (*image, error) {
	program, err := os.ReadFile(rie)
	if err != nil {
		return nil, fmt.Errorf("read SAM's emulator: %w", err)
	}
	var plain, packed bytes.Buffer
	t := tar.NewWriter(&plain)
	const everybody = 0o1777 // as any system's /tmp
	for _, h := range []*tar.Header{
		{Name: "etc/", Typeflag: tar.TypeDir, Mode: 0o755},
		{Name: "tmp/", Typeflag: tar.TypeDir, Mode: everybody},
		{Name: "var/", Typeflag: tar.TypeDir, Mode: 0o755},
		{Name: "var/rapid/", Typeflag: tar.TypeDir, Mode: 0o755},
		{Name: "var/rapid/aws-lambda-rie", Typeflag: tar.TypeReg, Mode: 0o755, Size: int64(len(program))},
		{Name: "var/task/", Typeflag: tar.TypeDir, Mode: 0o755},
	} {
		if err := t.WriteHeader(h); err != nil {
			return nil, fmt.Errorf("pack the image: %w", err)
		}
		if h.Size > 0 {
			if _, err := t.Write(program); err != nil {
				return nil, fmt.Errorf("pack the image: %w", err)
			}
		}
	}
	z, _ := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
	if err := t.Close(); err != nil {
		return nil, fmt.Errorf("pack the image: %w", err)
	}
	if _, err := z.Write(plain.Bytes()); err != nil {
		return nil, fmt.Errorf("pack the image: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("pack the image: %w", err)
	}
	config, err := json.Marshal(map[string]any{
		"architecture": runtime.GOARCH, "os": "linux", "config": map[string]any{"WorkingDir": "/var/task"},
		"rootfs": map[string]any{"type": "layers", "diff_ids": []string{digestOf(plain.Bytes())}},
	})
	if err != nil {
		return nil, fmt.Errorf("describe the image: %w", err)
	}
	i := &image{blobs: map[string][]byte{}}
	part := func(kind string, blob []byte) map[string]any {
		i.blobs[digestOf(blob)] = blob
		return map[string]any{"mediaType": kind, "size": len(blob), "digest": digestOf(blob)}
	}
	i.manifest, err = json.Marshal(map[string]any{
		"schemaVersion": 2, "mediaType": manifestType,
		"config": part("application/vnd.docker.container.image.v1+json", config),
		"layers": []any{part("application/vnd.docker.image.rootfs.diff.tar.gzip", packed.Bytes())},
	})
	if err != nil {
		return nil, fmt.Errorf("describe the image: %w", err)
	}
	return i, nil
}

const manifestType = "application/vnd.docker.distribution.manifest.v2+json"

func digestOf(b []byte) string {
	sum := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// ServeHTTP is a registry to pull from (Docker Registry HTTP API V2): whatever image is asked for, it is this one.
func (i *image) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, name, _ := strings.Cut(r.URL.Path, "/blobs/")
	body, kind := i.blobs[name], "application/octet-stream"
	switch {
	case r.URL.Path == "/v2/":
		body, kind = []byte("{}"), "application/json"
	case strings.Contains(r.URL.Path, "/manifests/"):
		body, kind = i.manifest, manifestType
	}
	if body == nil {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Docker-Content-Digest", digestOf(body))
	h.Set("Docker-Distribution-Api-Version", "registry/2.0")
	h.Set("Content-Length", fmt.Sprint(len(body)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(body)
	}
}
