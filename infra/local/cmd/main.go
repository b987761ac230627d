// Command cmd is `make run`: the whole deployment on this machine until Ctrl-C.
//
// With a program behind it, such as `PORT=0 build/local npm run measure`, it ends
// with that program, which finds the site in SITE_URL, and keeps no ads. `build/local sam start-api`
// and `build/local sam invoke [FUNCTION [EVENT]]` run `sam local` on it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/caarlos0/env/v11"

	"github.com/nanococoa/nanococoa/infra/local"
	"github.com/nanococoa/nanococoa/infra/namespace"
)

// settings are what a person may set; README.md explains them.
type settings struct {
	Port int `env:"PORT" envDefault:"8890"` // 0: any free one
	// folder for state and logs; empty: one a port, so that two runs each keep their own ads
	State         string `env:"STATE"`
	OpenAIKey     string `env:"OPENAI_API_KEY"`
	OpenAIBaseURL string `env:"OPENAI_BASE_URL"`
	OpenAIModel   string `env:"OPENAI_MODEL"`
	AIServerURL   string `env:"AI_SERVER_URL"`

	Engine local.Engine `env:"ENGINE"` // what answers as AWS: MiniStack, or LocalStack as "host" or "compose"
}

// modelTimeout is how long a model may take for one word: several times what it takes, and
// no longer than the rest of a start.
const modelTimeout = 10 * time.Second

// samLocalPort is where `sam local start-api` serves the API.
const samLocalPort = 3000

// parts are the settings of the GPU server that say what does which part of a picture. It gets
// OpenAI's key only when that paints the scenes.
func parts(s settings, lookup func(string) (string, bool)) (env []string) {
	for _, name := range []string{
		"CUTOUT", "SCENE", "SCORE", "ANALYSIS", "MODELS_DIR", "WORKER_DIR", "SCENE_MODEL", "SCENE_QUALITY",
		"SCENE_CANDIDATES", "SCENE_DAILY_USD",
	} {
		if v, set := lookup(name); set && v != "" {
			env = append(env, name+"="+v)
		}
	}
	if v, _ := lookup("SCENE"); v == "openai" {
		env = append(env, "OPENAI_API_KEY="+s.OpenAIKey, "OPENAI_BASE_URL="+s.OpenAIBaseURL)
	}
	return env
}

// exit is the end of this program's other self, which has said what is wrong.
type exit int

func (e exit) Error() string { return "exit code " + strconv.Itoa(int(e)) }

func main() {
	// The first signal ends everything in order; a second one ends us at once,
	// and the children then end themselves.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	context.AfterFunc(ctx, stop)
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		if code := exit(0); errors.As(err, &code) {
			os.Exit(int(code))
		}
		fmt.Fprintln(os.Stderr, "\n"+err.Error())
		os.Exit(1)
	}
}

func run(ctx context.Context, program []string, out io.Writer) error {
	s, err := env.ParseAs[settings]()
	if err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	if s.Engine == local.LocalStack {
		// What a person asks from outside: the site, if it has a port of its own, and `sam local`'s API.
		outside := []int{s.Port}
		if slices.Equal(program, []string{"sam", "start-api"}) {
			outside = append(outside, samLocalPort)
		}
		outside = slices.DeleteFunc(outside, func(port int) bool { return port == 0 })
		code, again, err := namespace.Enter(outside...)
		switch {
		case err != nil:
			return err
		case again && code != 0:
			return exit(code)
		case again:
			return nil
		}
	}
	state := s.State
	if state == "" && len(program) == 0 {
		state = filepath.Join(".local", "run-"+strconv.Itoa(s.Port))
	}
	o := local.Options{
		Root: ".", StateDir: state, Persist: len(program) == 0 && s.Engine == local.MiniStack, SitePort: s.Port,
		OpenAIKey: s.OpenAIKey, OpenAIBaseURL: s.OpenAIBaseURL, OpenAIModel: s.OpenAIModel,
		AIServerURL: s.AIServerURL, Log: out, Engine: s.Engine,
	}
	if effort, set := os.LookupEnv("OPENAI_EFFORT"); set { // env takes an empty value for none
		o.OpenAIEffort = &effort
	}
	o.AIServerEnv = parts(s, os.LookupEnv)
	writer := make(chan string, 1)
	if len(program) == 0 {
		go func() { // while everything starts
			ctx, cancel := context.WithTimeout(ctx, modelTimeout)
			defer cancel()
			writer <- local.Writer(ctx, o)
		}()
	}
	d, err := local.Up(ctx, o)
	if ctx.Err() != nil {
		return errors.Join(d.Down())
	}
	if err != nil {
		return err
	}
	if len(program) > 0 && program[0] == "sam" {
		return errors.Join(d.SAMLocal(ctx, out, program[1:]...), d.Down())
	}
	if len(program) > 0 {
		return errors.Join(with(ctx, d, program, out), d.Down())
	}
	_, _ = fmt.Fprintf(out, `
nanoCocoa is ready:  %s

  API       %s/api/docs
  AWS       %s (region %s, keys in %s)
  GPU       %s/readyz
  texts by  %s
  sign in   %s, password %s
  state     %s (ads outlive a restart; make clean removes it)

Ctrl-C ends it. What it does from here on:

`, d.SiteURL, d.SiteURL, d.AWSURL, d.Region, filepath.Join(state, "credentials"), d.AIServerURL, <-writer,
		strings.Join(local.People(), " or "), d.Password(), state)
	following, stop := context.WithCancel(ctx)
	defer stop()
	go d.Follow(following, out)
	err = d.Wait(ctx)
	_, _ = fmt.Fprintln(out, "\nStopping ...")
	return errors.Join(err, d.Down())
}

// with runs a program against the deployment. It gives the program's failure,
// or the deployment's if a part of it ended first, which ends the program.
func with(ctx context.Context, d *local.Deployment, program []string, out io.Writer) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() {
		ended <- d.Wait(ctx)
		stop()
	}()
	cmd := exec.CommandContext(ctx, program[0], program[1:]...)
	cmd.Env = append(os.Environ(), "SITE_URL="+d.SiteURL,
		"SIGN_IN_AS="+strings.Join(local.People(), ","), "SIGN_IN_PASSWORD="+d.Password())
	cmd.Stdout, cmd.Stderr = out, os.Stderr
	err := cmd.Run()
	if err != nil {
		err = fmt.Errorf("%s: %w", cmd, err)
	}
	stop()
	return errors.Join(err, <-ended)
}
