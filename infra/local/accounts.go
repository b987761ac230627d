package local

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"path/filepath"
)

// People are who can sign in on this machine, with Password.
func People() []string { return []string{"kim@example.com", "lee@example.com"} }

// Password is theirs: made of the root's secret, so that each state folder has another, and
// nothing has to be kept.
func (d *Deployment) Password() string {
	sum := sha256.Sum256([]byte("people" + d.root.SecretAccessKey))
	const half = 8 // 64 bits
	return hex.EncodeToString(sum[:half])
}

// accounts is the stack of where people sign in.
func (d *Deployment) accounts() stack {
	return stack{
		name: accountStack, config: "local-accounts", title: "infra/accounts.yaml",
		parameters: []string{
			"Environment=" + environment, "SiteOrigin=" + d.SiteURL, "LoginName=nanococoa-local", "DeletionProtection=INACTIVE",
			"Tier=LITE", // MiniStack 1.5.33 knows neither passkeys nor the newer pages
		},
		made:  []string{filepath.Join(d.o.Root, "infra", "accounts.yaml")},
		after: d.invite,
	}
}

// invite makes the people.
func (d *Deployment) invite(ctx context.Context) error {
	for _, who := range People() {
		if err := d.Invite(ctx, who); err != nil {
			return err
		}
	}
	return nil
}

// Invite makes somebody who can sign in with Password.
func (d *Deployment) Invite(ctx context.Context, email string) error {
	pool := d.Outputs["PoolId"]
	if err := d.cognito(ctx, "AdminCreateUser", map[string]any{
		"UserPoolId": pool, "Username": email, "MessageAction": "SUPPRESS",
		"UserAttributes": []map[string]string{{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}},
	}); err != nil {
		return err
	}
	return d.cognito(ctx, "AdminSetUserPassword", map[string]any{
		"UserPoolId": pool, "Username": email, "Password": d.Password(), "Permanent": true,
	})
}

func (d *Deployment) cognito(ctx context.Context, action string, in any) error {
	header := http.Header{
		"Content-Type": {"application/x-amz-json-1.1"}, "X-Amz-Target": {"AWSCognitoIdentityProviderService." + action},
	}
	return d.call(ctx, "cognito-idp", http.MethodPost, "/", header, in, nil)
}
