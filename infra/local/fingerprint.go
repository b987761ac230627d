package local

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// SAM needs five seconds of packing to find out that nothing has changed. So
// what was deployed is remembered as a digest of everything that goes into a
// deployment, and remembered on the local AWS itself: when the local AWS's state is
// lost, so is the memory of it.

// deployedName is the parameter that holds the digest of what was last deployed
// with one of samconfig.toml's environments.
func deployedName(config string) string { return "/nanococoa/" + environment + "/deployed/" + config }

// deployed reports whether this very thing is deployed already.
func (d *Deployment) deployed(ctx context.Context, config, digest string) (bool, error) {
	out, err := d.ssm().GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String(deployedName(config))})
	var missing *types.ParameterNotFound
	switch {
	case errors.As(err, &missing):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("read what is deployed: %w", err)
	}
	return aws.ToString(out.Parameter.Value) == digest, nil
}

// remember keeps what has been deployed.
func (d *Deployment) remember(ctx context.Context, config, digest string) error {
	_, err := d.ssm().PutParameter(ctx, &ssm.PutParameterInput{
		Name: aws.String(deployedName(config)), Value: &digest,
		Type: types.ParameterTypeString, Overwrite: aws.Bool(true),
	})
	if err != nil {
		return fmt.Errorf("remember what is deployed: %w", err)
	}
	return nil
}

// digest is over parameters and, by name and content, over files and everything
// in folders.
func digest(parameters []string, paths ...string) (string, error) {
	sum := sha256.New()
	for _, p := range parameters {
		_, _ = fmt.Fprintf(sum, "parameter %q\n", p)
	}
	for _, path := range paths {
		// WalkDir goes in the order of names, and takes a file for a tree of one.
		err := filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			f, err := os.Open(name) //nolint:gosec // a file of this repository
			if err != nil {
				return err
			}
			defer f.Close()
			_, _ = fmt.Fprintf(sum, "file %q\n", name)
			_, err = io.Copy(sum, f)
			return err
		})
		if err != nil {
			return "", fmt.Errorf("read what is to be deployed: %w", err)
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// artifacts is the bucket SAM puts packed code into; samconfig.toml names it.
const artifacts = "nanococoa-local-artifacts"

// emptyArtifacts makes that bucket, or empties it: every change of code leaves
// 50 MB behind, which nothing needs once it is deployed.
func (d *Deployment) emptyArtifacts(ctx context.Context) error {
	client := s3.NewFromConfig(d.Config(), func(o *s3.Options) { o.UsePathStyle = true })
	_, err := client.CreateBucket(ctx, &s3.CreateBucketInput{
		Bucket: aws.String(artifacts),
		CreateBucketConfiguration: &s3types.CreateBucketConfiguration{
			LocationConstraint: s3types.BucketLocationConstraint(region),
		},
	})
	var ours *s3types.BucketAlreadyOwnedByYou
	if err != nil && !errors.As(err, &ours) {
		return fmt.Errorf("make the bucket for packed code: %w", err)
	}
	pages := s3.NewListObjectsV2Paginator(client, &s3.ListObjectsV2Input{Bucket: aws.String(artifacts)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("list packed code: %w", err)
		}
		for _, o := range page.Contents {
			in := &s3.DeleteObjectInput{Bucket: aws.String(artifacts), Key: o.Key}
			if _, err := client.DeleteObject(ctx, in); err != nil {
				return fmt.Errorf("delete packed code: %w", err)
			}
		}
	}
	return nil
}
