package local

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// credentialsFile is where a state folder keeps the keys of its local AWS's root, in the
// form of AWS's own tools: AWS_SHARED_CREDENTIALS_FILE may name it.
func (d *Deployment) credentialsFile() string { return filepath.Join(d.dir, "credentials") }

// ensureRoot reads the root's keys of this state folder, or makes them. The functions'
// keys are made by the local AWS.
func (d *Deployment) ensureRoot(ctx context.Context) error {
	path := d.credentialsFile()
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		made := fmt.Sprintf("[default]\naws_access_key_id = LOCAL%s\naws_secret_access_key = %s\n",
			rand.Text(), rand.Text()+rand.Text())
		err = os.WriteFile(path, []byte(made), 0o600)
	}
	if err != nil {
		return fmt.Errorf("keep the local AWS's keys: %w", err)
	}
	read, err := config.LoadSharedConfigProfile(ctx, "default", func(o *config.LoadSharedConfigOptions) {
		o.CredentialsFiles, o.ConfigFiles = []string{path}, []string{}
	})
	if err == nil && !read.Credentials.HasKeys() {
		err = errors.New("it holds none")
	}
	if err != nil {
		return fmt.Errorf("read the local AWS's keys from %s, which is made anew when it is removed: %w", path, err)
	}
	d.root = read.Credentials
	return nil
}

// Config is the SDK's configuration for the local AWS, as the account's root.
func (d *Deployment) Config() aws.Config {
	return aws.Config{
		Region: region, BaseEndpoint: &d.AWSURL,
		Credentials: credentials.StaticCredentialsProvider{Value: d.root},
	}
}
