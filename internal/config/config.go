// Package config reads the environment of the functions: one struct for each function,
// made of the parts it shares with others. It imports no SDK, so a function links only
// what it uses. internal/contract checks that the template sets every variable a function
// requires.
package config

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/caarlos0/env/v11"

	"github.com/nanococoa/nanococoa/internal/limit"
)

// Deployment says which environment this is: dev, prod, ... Metrics are kept by it.
type Deployment struct {
	Environment string `env:"ENVIRONMENT,required,notEmpty"`
}

// DeploymentName is the environment.
func (d Deployment) DeploymentName() string { return d.Environment }

// Log says how much every function logs.
type Log struct {
	Level slog.Level `env:"LOG_LEVEL" envDefault:"INFO"`
}

// Table is where ads are kept, and whose they are.
type Table struct {
	Deployment
	TableName string `env:"TABLE_NAME,required,notEmpty"`
}

// Bucket is where photos and pictures are kept.
type Bucket struct {
	BucketName string `env:"BUCKET_NAME,required,notEmpty"`
}

// Machine is the state machine to start.
type Machine struct {
	StateMachineARN string `env:"STATE_MACHINE_ARN,required,notEmpty"`
}

// Guests is what becomes of owners without an account.
type Guests struct {
	// GuestDays is how many days after a guest was last seen the guest's ads end. A shop that
	// advertises by the season is back within a quarter of a year; longer would keep photos
	// of people who have forgotten that they are here.
	GuestDays int `env:"GUEST_DAYS" envDefault:"90"`
}

// GuestLife is GuestDays as a duration.
func (g Guests) GuestLife() time.Duration { return time.Duration(g.GuestDays) * 24 * time.Hour }

// Door is what every function behind the API knows of whoever calls it.
type Door struct {
	Guests
	CookieKeyParameter  string `env:"COOKIE_KEY_PARAMETER,required,notEmpty"`
	PictureKeyParameter string `env:"PICTURE_KEY_PARAMETER,required,notEmpty"`
	SiteOrigin          string `env:"SITE_ORIGIN,required,notEmpty"` // e.g. https://ads.example.com
	// Limits is what the deployment has otherwise than limit.Default.
	Limits limit.Table `env:"LIMITS"`
	// OriginSecretParameter holds what the site's CloudFront sends with each call. With it
	// nothing else is answered, and CloudFront says where a call comes from; without it
	// everybody is, and the gateway says it.
	OriginSecretParameter string `env:"ORIGIN_SECRET_PARAMETER"`
}

// SignIn is the issuer of OpenID Connect where people sign in. Without one nobody can.
type SignIn struct {
	Issuer   string `env:"SIGN_IN_ISSUER"` // as its tokens say it
	ClientID string `env:"SIGN_IN_CLIENT"`
	// Discovery is where the issuer's description lies, when it is not at the issuer itself.
	Discovery string `env:"SIGN_IN_DISCOVERY"`
	// SecretParameter names the client's secret; a public client has none.
	SecretParameter string   `env:"SIGN_IN_SECRET_PARAMETER"`
	Providers       []string `env:"SIGN_IN_PROVIDERS"` // names of internal/account
}

// GPU is the GPU server. Its token, if it wants one, is a SecureString.
type GPU struct {
	URL            string `env:"AI_SERVER_URL,required,notEmpty"`
	TokenParameter string `env:"AI_SERVER_TOKEN_PARAMETER"`
}

// OpenAI says which model writes. Without a key parameter, or without a value
// in it, the deterministic writer writes.
type OpenAI struct {
	KeyParameter string `env:"OPENAI_KEY_PARAMETER"`
	Model        string `env:"OPENAI_MODEL" envDefault:"gpt-6.1-terra"`
	Effort       string `env:"OPENAI_EFFORT"` // of reasoning; empty is not said. The template's default is low.
	BaseURL      string `env:"OPENAI_BASE_URL"`
	// Failures in a row, of all functions together, after which nobody asks the
	// model for the cooldown: an ad makes up to six calls, so one unlucky ad alone
	// nearly opens it and two do.
	Failures int           `env:"OPENAI_FAILURES" envDefault:"6"`
	Cooldown time.Duration `env:"OPENAI_COOLDOWN" envDefault:"30s"`
}

// Moderation says who judges orders and what owners write onto pictures. Without a key
// nobody does.
type Moderation struct {
	KeyParameter string `env:"OPENAI_KEY_PARAMETER"`
	BaseURL      string `env:"OPENAI_BASE_URL"`
}

// The configurations of the functions.
type (
	// API configures functions/api.
	API struct {
		Table
		Bucket
		Machine
		Door
		GPUSlots int `env:"GPU_SLOTS" envDefault:"1"`
		// PlacesPerOwner is how many of an owner's ads may wait for the GPU server: enough
		// to order the next one while one is made, and few enough that everybody's first
		// ad comes soon.
		PlacesPerOwner int `env:"PLACES_PER_OWNER" envDefault:"3"`
	}
	// Compose configures functions/compose.
	Compose struct {
		Table
		Bucket
		Door
		Moderation
	}
	// Suggest configures functions/suggest.
	Suggest struct {
		Table
		Door
		OpenAI
	}
	// Account configures functions/account.
	Account struct {
		Table
		Bucket
		Door
		SignIn
	}
	// Ingest configures functions/ingest.
	Ingest struct {
		Table
		Bucket
		Machine
	}
	// Prepare configures functions/prepare.
	Prepare struct {
		Table
		Bucket
	}
	// Publish configures functions/publish.
	Publish struct {
		Table
		Bucket
	}
	// Write configures functions/prompt and functions/copywrite.
	Write struct {
		Table
		OpenAI
	}
	// Stage1 configures functions/stage1.
	Stage1 struct {
		GPUStep
		Moderation
		QueueURL string `env:"STAGE1_QUEUE_URL,required,notEmpty"`
		// PutBack is how long a message waits when the server is busy, starting or
		// down. It bounds both what an outage costs in calls and how late the
		// first ad after it begins.
		PutBack  time.Duration `env:"PUT_BACK" envDefault:"15s"`
		GPUSlots int           `env:"GPU_SLOTS" envDefault:"1"`
		// Hold is how long a message is tried again before it is put back, so that a
		// call that fails once costs an ad seconds and not its position in the queue.
		// It is longer than a lost connection lasts, and short beside a rendering.
		Hold time.Duration `env:"HOLD" envDefault:"20s"`
	}
	// GPUStep configures functions/stage2 and functions/clip: steps that call the GPU server.
	GPUStep struct {
		Table
		Bucket
		GPU
	}
	// Sweep configures functions/sweep.
	Sweep struct {
		Table
		Bucket
		Machine
		Guests
	}
	// Deadletter configures functions/deadletter: all else it needs is in the
	// message.
	Deadletter struct{ Deployment }
	// End configures functions/fail.
	End struct{ Table }
)

// Load reads a configuration; it reports every missing variable at once.
func Load[C any]() (C, error) {
	c, err := env.ParseAs[C]()
	if err != nil {
		return c, fmt.Errorf("configuration: %w", err)
	}
	return c, nil
}
