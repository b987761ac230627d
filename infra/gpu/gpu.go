// Package gpu packs a release of the GPU server, what an instance of infra/gpu.yaml is made of,
// and puts it where instances fetch it.
package gpu

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// Pack writes the files of a folder as a tar and gives its sha256 in hexadecimal. Names, contents and
// whether a file is a program decide about it and nothing else, so the same files are the same release.
// The error is files' or w's.
func Pack(w io.Writer, files fs.FS) (release string, err error) {
	sum := sha256.New()
	out := tar.NewWriter(io.MultiWriter(w, sum))
	err = fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		mode := int64(0o644)
		if info.Mode()&0o111 != 0 {
			mode = 0o755
		}
		if err := out.WriteHeader(&tar.Header{Name: name, Mode: mode, Size: info.Size()}); err != nil {
			return err
		}
		f, err := files.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = io.Copy(out, f)
		return err
	})
	if err := errors.Join(err, out.Close()); err != nil {
		return "", fmt.Errorf("pack: %w", err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// Key is where a release lies in an environment's bucket.
func Key(release string) string { return "gpu/releases/" + release + ".tar" }

// Publish packs a folder and puts the release into the bucket, unless it is there already. It gives
// the release. S3 takes 5 GB at once, which is more than the wheels for a card have.
func Publish(ctx context.Context, client *s3.Client, bucket, folder string) (release string, err error) {
	file, err := os.CreateTemp("", "release-*.tar")
	if err != nil {
		return "", fmt.Errorf("publish: %w", err)
	}
	defer func() { _ = errors.Join(file.Close(), os.Remove(file.Name())) }()
	if release, err = Pack(file, os.DirFS(folder)); err != nil {
		return "", err
	}
	_, err = client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &bucket, Key: aws.String(Key(release))})
	var missing *types.NotFound
	if err == nil {
		return release, nil
	} else if !errors.As(err, &missing) {
		return "", fmt.Errorf("look for the release: %w", err)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return "", fmt.Errorf("publish: %w", err)
	}
	_, err = client.PutObject(ctx, &s3.PutObjectInput{Bucket: &bucket, Key: aws.String(Key(release)), Body: file})
	if err != nil {
		return "", fmt.Errorf("put the release: %w", err)
	}
	return release, nil
}
