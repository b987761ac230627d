package server

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"

	"github.com/nanococoa/nanococoa/aiserver/fetch"
)

// Config is the GPU server's configuration, read from the environment.
type Config struct {
	Addr    string `env:"ADDR" envDefault:"127.0.0.1:8892"`      // host:port to listen on
	Engine  string `env:"ENGINE" envDefault:"standin"`           // which engine makes the pictures
	Slots   int    `env:"SLOTS" envDefault:"1"`                  // jobs at a time, whatever the engine
	Queue   int    `env:"QUEUE" envDefault:"4"`                  // jobs of one class that may wait
	DataDir string `env:"DATA_DIR" envDefault:".local/aiserver"` // keys and results; one server per folder
	// Where the model worker is installed (make worker); NoWorker: none is started.
	WorkerDir string `env:"WORKER_DIR" envDefault:"build/worker"`
	// Which part is done by what (aiserver/worker/README.md). The defaults need no GPU.
	CutOut   string `env:"CUTOUT" envDefault:"u2netp"`
	Scene    string `env:"SCENE" envDefault:"drawn"`
	Score    string `env:"SCORE" envDefault:"drawn"`
	Analysis string `env:"ANALYSIS" envDefault:"drawn"`
	// Where the weights are, a folder for each model.
	ModelsDir string `env:"MODELS_DIR"`
	// The scene model's repeated blocks compiled, for half a minute more at the start; and its products in
	// 8 bits, where the card has them.
	Compile bool `env:"SCENE_COMPILE" envDefault:"false"`
	FP8     bool `env:"SCENE_FP8" envDefault:"false"`
	// Scenes that a model paints for a picture, of which the best is taken.
	Candidates int `env:"SCENE_CANDIDATES" envDefault:"1"`
	// For SCENE=openai: the key, where the API is (empty: OpenAI's), model, quality, and what may be
	// spent in a day (0: no limit).
	OpenAIKey  string  `env:"OPENAI_API_KEY"`
	OpenAIURL  string  `env:"OPENAI_BASE_URL"`
	SceneModel string  `env:"SCENE_MODEL" envDefault:"gpt-image-2"`
	Quality    string  `env:"SCENE_QUALITY" envDefault:"medium"`
	DailyUSD   float64 `env:"SCENE_DAILY_USD" envDefault:"0"`
	// How long a key and its result are remembered, and how big all results may
	// be: beyond that the oldest go.
	ResultTTL   time.Duration `env:"RESULT_TTL" envDefault:"24h"`
	ResultMaxMB int           `env:"RESULT_MAX_MB" envDefault:"4096"`
	Token       string        `env:"TOKEN"` // shared bearer token; empty, on this machine alone: none is asked for
	// Whose URLs are read and written; see fetch.ParseHosts.
	AllowedHosts []string `env:"ALLOWED_HOSTS"`
	// The base of image_url; empty: http:// and the address listened on.
	PublicURL    string        `env:"PUBLIC_URL"`
	LogLevel     slog.Level    `env:"LOG_LEVEL" envDefault:"INFO"`    // DEBUG, INFO, WARN or ERROR
	DrainTimeout time.Duration `env:"DRAIN_TIMEOUT" envDefault:"90s"` // how long SIGTERM waits for what runs
	// The longest a request may take: what the original client waits.
	JobTimeout time.Duration `env:"JOB_TIMEOUT" envDefault:"300s"`
	// What a caller has to send a body: 20 MB at 3 Mbit/s.
	BodyTimeout time.Duration `env:"BODY_TIMEOUT" envDefault:"60s"`
	// The garbage collector works harder when the heap comes near this; 0: no limit.
	MemoryMB int `env:"MEMORY_LIMIT_MB" envDefault:"256"`
}

// The parts that models do, by what the configuration calls them.
const (
	Drawn  = "drawn"  // the stand-in's, without a model
	OpenAI = "openai" // OpenAI's image model
)

// choices are what each part may be done by.
func (c Config) choices() []choice {
	return []choice{
		{"CUTOUT", c.CutOut, []string{"u2netp", "birefnet", NoWorker}},
		{"SCENE", c.Scene, []string{Drawn, "flux2-klein", "z-image", OpenAI}},
		{"SCORE", c.Score, []string{Drawn, "siglip2"}},
		{"ANALYSIS", c.Analysis, []string{Drawn, "qwen3-vl"}},
	}
}

type choice struct {
	name, value string
	known       []string
}

// NeedsModels reports whether a part is done by a model whose weights lie in ModelsDir.
func (c Config) NeedsModels() bool {
	return c.CutOut == "birefnet" || c.Scene != Drawn && c.Scene != OpenAI || c.Score != Drawn || c.Analysis != Drawn
}

// NoWorker is the WORKER_DIR of a server that is to work without models.
const NoWorker = "none"

// Read reads the configuration from environment variables, given as os.Environ
// gives them, and validates it.
func Read(environ []string) (Config, error) {
	c, err := env.ParseAsWithOptions[Config](env.Options{Environment: env.ToMap(environ)})
	if err != nil {
		return Config{}, fmt.Errorf("configuration: %w", err)
	}
	return c, c.Validate()
}

// Validate reports every fault at once.
func (c Config) Validate() error {
	var bad []error
	want := func(ok bool, format string, args ...any) {
		if !ok {
			bad = append(bad, fmt.Errorf("configuration: "+format, args...))
		}
	}
	host, _, err := net.SplitHostPort(c.Addr)
	want(err == nil, "ADDR must be host:port")
	want(err != nil || c.Token != "" || ownHost(host),
		"TOKEN must be set where ADDR is open to other machines: whoever reaches it could use the GPU")
	want(c.Engine != "", "ENGINE must name an engine")
	want(c.Slots >= 1 && c.Slots <= 64, "SLOTS must be 1 to 64")
	want(c.Queue >= 0 && c.Queue <= 1000, "QUEUE must be 0 to 1000")
	want(c.DataDir != "", "DATA_DIR must name a folder")
	want(c.ResultTTL >= time.Minute, "RESULT_TTL must be at least 1m: a retry has to find its result")
	want(c.ResultMaxMB >= 64, "RESULT_MAX_MB must be at least 64, a few results")
	want(c.Token == "" || len(c.Token) >= 16, "TOKEN must be at least 16 characters, or it can be guessed")
	want(visible(c.Token), "TOKEN must be visible ASCII")
	want(c.DrainTimeout > 0, "DRAIN_TIMEOUT must be positive")
	want(c.JobTimeout >= time.Second, "JOB_TIMEOUT must be at least 1s")
	want(c.BodyTimeout > 0, "BODY_TIMEOUT must be positive")
	want(c.MemoryMB == 0 || c.MemoryMB >= 64, "MEMORY_LIMIT_MB must be 0 or at least 64")
	for _, p := range c.choices() {
		want(slices.Contains(p.known, p.value), "%s must be one of %s", p.name, strings.Join(p.known, ", "))
	}
	want(!c.NeedsModels() || c.ModelsDir != "" && c.WorkerDir != NoWorker,
		"MODELS_DIR must name the folder of the models, and WORKER_DIR the model worker")
	want(c.Scene != OpenAI || strings.TrimSpace(c.OpenAIKey) != "", "OPENAI_API_KEY must be set for SCENE=openai")
	want(c.Candidates >= 1 && c.Candidates <= 8, "SCENE_CANDIDATES must be 1 to 8")
	want(c.DailyUSD >= 0, "SCENE_DAILY_USD must be 0 or a number of dollars")
	if c.PublicURL != "" {
		u, err := url.Parse(c.PublicURL)
		bare := err == nil && u.Host != "" && u.User == nil && u.RawQuery == "" && u.Fragment == ""
		want(bare && (u.Scheme == "http" || u.Scheme == "https"), "PUBLIC_URL must be http(s)://host[:port][/path]")
	}
	if _, err := fetch.ParseHosts(c.AllowedHosts); err != nil {
		bad = append(bad, fmt.Errorf("configuration: ALLOWED_HOSTS: %w", err))
	}
	return errors.Join(bad...)
}

// ownHost reports whether nobody but this machine reaches a host listened on. An empty
// one is every address there is.
func ownHost(host string) bool { return host == "localhost" || net.ParseIP(host).IsLoopback() }

// visible reports whether a text is visible ASCII throughout.
func visible(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}
