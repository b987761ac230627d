package config_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nanococoa/nanococoa/internal/config"
	"github.com/nanococoa/nanococoa/internal/limit"
)

// only leaves nothing in the environment but ENVIRONMENT, which every function has, and
// what is given as name=value.
func only(t *testing.T, vars ...string) {
	t.Helper()
	for _, kv := range os.Environ() {
		name, value, _ := strings.Cut(kv, "=")
		t.Setenv(name, value) // so that it comes back
		if err := os.Unsetenv(name); err != nil {
			t.Fatal(err)
		}
	}
	for _, kv := range append([]string{"ENVIRONMENT=dev"}, vars...) {
		name, value, _ := strings.Cut(kv, "=")
		t.Setenv(name, value)
	}
}

func TestTheConfigurationOfTheAPI(t *testing.T) { //nolint:paralleltest // it sets the environment
	only(
		t, "TABLE_NAME=ads", "BUCKET_NAME=photos", "STATE_MACHINE_ARN=arn:aws:states:x", "COOKIE_KEY_PARAMETER=/n/key",
		"PICTURE_KEY_PARAMETER=/n/pictures", "SITE_ORIGIN=https://ads.example.com", "LIMITS=orders.guest.hour:3",
	)
	got, err := config.Load[config.API]()
	if err != nil {
		t.Fatal(err)
	}
	want := config.API{
		Table:   config.Table{Deployment: config.Deployment{Environment: "dev"}, TableName: "ads"},
		Bucket:  config.Bucket{BucketName: "photos"},
		Machine: config.Machine{StateMachineARN: "arn:aws:states:x"},
		Door: config.Door{
			Guests:             config.Guests{GuestDays: 90},
			CookieKeyParameter: "/n/key", PictureKeyParameter: "/n/pictures", SiteOrigin: "https://ads.example.com",
			Limits: limit.Default(),
		},
		GPUSlots: 1, PlacesPerOwner: 3,
	}
	want.Limits[0].Most = 3 // orders of a guest in an hour
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

func TestTheModelHasDefaults(t *testing.T) { //nolint:paralleltest // it sets the environment
	only(t, "TABLE_NAME=ads")
	got, err := config.Load[config.Write]()
	if err != nil {
		t.Fatal(err)
	}
	if got.Model != "gpt-6.1-terra" || got.Effort != "" || got.KeyParameter != "" || got.BaseURL != "" ||
		got.Failures != 6 || got.Cooldown != 30*time.Second {
		t.Errorf("%+v", got.OpenAI)
	}
	only(
		t, "TABLE_NAME=ads", "OPENAI_KEY_PARAMETER=/n/openai", "OPENAI_MODEL=m", "OPENAI_EFFORT=high",
		"OPENAI_BASE_URL=http://127.0.0.1:1", "OPENAI_FAILURES=2", "OPENAI_COOLDOWN=3s",
	)
	got, err = config.Load[config.Write]()
	if want := (config.OpenAI{
		KeyParameter: "/n/openai", Model: "m", Effort: "high", BaseURL: "http://127.0.0.1:1", Failures: 2,
		Cooldown: 3 * time.Second,
	}); err != nil || got.OpenAI != want {
		t.Errorf("%+v, %v", got.OpenAI, err)
	}
}

func TestTheGPUServer(t *testing.T) { //nolint:paralleltest // it sets the environment
	only(t, "TABLE_NAME=ads", "BUCKET_NAME=photos", "AI_SERVER_URL=http://gpu:8892", "AI_SERVER_TOKEN_PARAMETER=/n/token")
	got, err := config.Load[config.GPUStep]()
	if want := (config.GPU{URL: "http://gpu:8892", TokenParameter: "/n/token"}); err != nil || got.GPU != want {
		t.Errorf("%+v, %v", got.GPU, err)
	}
}

func TestTheQueueBeforeTheGPUServer(t *testing.T) { //nolint:paralleltest // it sets the environment
	vars := []string{"TABLE_NAME=ads", "BUCKET_NAME=photos", "AI_SERVER_URL=http://gpu:8892"}
	only(t, append(vars, "STAGE1_QUEUE_URL=http://q")...)
	got, err := config.Load[config.Stage1]()
	if err != nil || got.QueueURL != "http://q" || got.PutBack != 15*time.Second {
		t.Errorf("%+v, %v", got, err)
	}
	only(t, append(vars, "STAGE1_QUEUE_URL=http://q", "PUT_BACK=250ms")...)
	got, err = config.Load[config.Stage1]()
	if err != nil || got.PutBack != 250*time.Millisecond {
		t.Errorf("%+v, %v", got, err)
	}
	only(t, vars...)
	if _, err = config.Load[config.Stage1](); err == nil || !strings.Contains(err.Error(), "STAGE1_QUEUE_URL") {
		t.Errorf("without a queue: %v", err)
	}
}

// Without its name a deployment's metrics would be nobody's.
func TestADeploymentHasAName(t *testing.T) { //nolint:paralleltest // it sets the environment
	only(t)
	if got, err := config.Load[config.Deadletter](); err != nil || got.Environment != "dev" {
		t.Errorf("%+v, %v", got, err)
	}
	only(t, "ENVIRONMENT=")
	if _, err := config.Load[config.Deadletter](); err == nil || !strings.Contains(err.Error(), "ENVIRONMENT") {
		t.Errorf("without a name: %v", err)
	}
}

// Whoever deploys learns of everything that is missing at once.
func TestEveryMissingVariableIsNamedAtOnce(t *testing.T) { //nolint:paralleltest // it sets the environment
	all := []string{
		"TABLE_NAME", "BUCKET_NAME", "STATE_MACHINE_ARN", "COOKIE_KEY_PARAMETER", "PICTURE_KEY_PARAMETER", "SITE_ORIGIN",
	}
	check := func(err error, want ...string) {
		t.Helper()
		if err == nil {
			t.Fatal("no error")
		}
		for _, name := range all {
			if got := strings.Contains(err.Error(), name); got != slices.Contains(want, name) {
				t.Errorf("%s named: %t in %q", name, got, err)
			}
		}
	}
	only(t)
	_, err := config.Load[config.API]()
	check(err, all...)
	only(t, "TABLE_NAME=ads", "BUCKET_NAME=", "SITE_ORIGIN=https://x")
	_, err = config.Load[config.API]()
	// An empty one is a missing one.
	check(err, "BUCKET_NAME", "STATE_MACHINE_ARN", "COOKIE_KEY_PARAMETER", "PICTURE_KEY_PARAMETER")
}
