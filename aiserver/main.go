// Command aiserver is the GPU server: one HTTP contract (openapi.yaml) in front
// of an engine that makes the pictures. README.md says how to run it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/aiserver/gallery"
	"github.com/nanococoa/nanococoa/aiserver/imageapi"
	"github.com/nanococoa/nanococoa/aiserver/mixed"
	"github.com/nanococoa/nanococoa/aiserver/server"
	"github.com/nanococoa/nanococoa/aiserver/standin"
	"github.com/nanococoa/nanococoa/aiserver/worker"
	"github.com/nanococoa/nanococoa/internal/compose"
	"github.com/nanococoa/nanococoa/internal/copywriter"
)

func main() {
	// The first signal drains; after it the default is back, so a second one ends
	// the process at once.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	context.AfterFunc(ctx, stop)
	if err := run(ctx, os.Args[1:], os.Environ(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "aiserver:", err)
		os.Exit(1)
	}
}

// run serves until ctx ends and everything that was begun is finished; with the
// argument "gallery" it makes the gallery instead. out takes the log or the
// progress.
func run(ctx context.Context, args, environ []string, out io.Writer) error {
	cfg, err := server.Read(environ)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewJSONHandler(out, &slog.HandlerOptions{Level: cfg.LogLevel}))
	load, err := loader(cfg, log)
	if err != nil {
		return err
	}
	if cfg.MemoryMB > 0 {
		debug.SetMemoryLimit(int64(cfg.MemoryMB) << 20)
	}
	parts := server.Parts{
		Load: load, Compose: compose.Render, Copy: copywriter.Template{}, Log: log,
	}
	switch {
	case len(args) == 0:
		return serve(ctx, cfg, parts)
	case args[0] == "gallery":
		return pictures(ctx, args[1:], cfg, parts, out)
	}
	return fmt.Errorf("%q is not known; without an argument this is the server, with \"gallery\" it makes the gallery",
		args[0])
}

func serve(ctx context.Context, cfg server.Config, parts server.Parts) error {
	s, err := server.New(cfg, parts)
	if err != nil {
		return err
	}
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", cfg.Addr)
	if err != nil {
		return errors.Join(fmt.Errorf("listen: %w", err), s.Close())
	}
	return s.Run(ctx, ln)
}

func pictures(ctx context.Context, args []string, cfg server.Config, parts server.Parts, out io.Writer) error {
	o := gallery.Options{Progress: out}
	flags := flag.NewFlagSet("gallery", flag.ContinueOnError)
	flags.StringVar(&o.Photos, "photos", "samples", "folder of product photos")
	flags.StringVar(&o.Out, "out", "gallery", "folder for the ads")
	renditions := flags.Bool("renditions", false, "one scene of each photo in every channel and layout instead")
	flags.Uint64Var(&o.Seed, "seed", 1, "another seed, other scenes")
	if err := flags.Parse(args); err != nil {
		return fmt.Errorf("gallery: %w", err)
	}
	if *renditions {
		return gallery.Renditions(ctx, o, cfg, parts)
	}
	return gallery.Run(ctx, o, cfg, parts)
}

// loader finds the engine that ENGINE names. This is the list of all engines.
func loader(cfg server.Config, log *slog.Logger) (func(context.Context) (engine.Engine, error), error) {
	engines := map[string]func(context.Context) (engine.Engine, error){
		"standin": func(ctx context.Context) (engine.Engine, error) { return assemble(ctx, cfg, log) },
	}
	if load, ok := engines[cfg.Engine]; ok {
		return load, nil
	}
	known := strings.Join(slices.Sorted(maps.Keys(engines)), ", ")
	return nil, fmt.Errorf("configuration: ENGINE %q is not known; there is: %s", cfg.Engine, known)
}

// startWorker starts the model worker with the roles of the configuration; nil when there is
// nothing for it to do. Without it the stand-in cuts out by colours alone, which the log says; it
// is an error when another part needs it.
func startWorker(ctx context.Context, cfg server.Config, log *slog.Logger) (*worker.Worker, error) {
	models := worker.Models{
		Dir: cfg.ModelsDir, Cutout: model(cfg.CutOut), Scene: model(cfg.Scene), Score: model(cfg.Score),
		Analysis: model(cfg.Analysis),
	}
	if cfg.WorkerDir == server.NoWorker || models == (worker.Models{Dir: cfg.ModelsDir}) {
		return nil, nil //nolint:nilnil // there is none, and nothing is wrong with that
	}
	models.Compile, models.FP8 = cfg.Compile, cfg.FP8
	c, err := worker.Find(cfg.WorkerDir, cfg.DataDir, models, log)
	switch {
	case err != nil && cfg.NeedsModels():
		return nil, fmt.Errorf("configuration: %w", err)
	case err != nil:
		log.Warn("products are cut out by colours alone; `make worker` installs the model", "err", err)
		return nil, nil //nolint:nilnil // likewise
	}
	w := worker.Start(c)
	if cfg.NeedsModels() { // they are minutes to load; until then the server is not ready
		loaded(ctx, w)
	}
	return w, nil
}

// model is the worker's name of what a part is done by; "" when no model of the worker's does it.
func model(part string) string {
	switch part {
	case server.Drawn, server.OpenAI, server.NoWorker:
		return ""
	}
	return part
}

// loaded waits until a worker has loaded its models or failed to. The server works in both cases.
func loaded(ctx context.Context, w *worker.Worker) {
	for w.Status().State == worker.Starting {
		select {
		case <-ctx.Done():
			return
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// assemble puts the engine together from what does each part: the stand-in alone where no model
// paints, scores or proposes.
func assemble(ctx context.Context, cfg server.Config, log *slog.Logger) (engine.Engine, error) {
	models, err := startWorker(ctx, cfg, log)
	if err != nil {
		return nil, err
	}
	var cutter standin.Cutter
	mix := mixed.Config{Candidates: cfg.Candidates, Log: log}
	if models != nil {
		if cfg.CutOut == server.NoWorker {
			mix.Close = models.Close
		} else {
			cutter = models
		}
		if cfg.Scene != server.Drawn && cfg.Scene != server.OpenAI {
			mix.Scene = models
		}
		if cfg.Score != server.Drawn {
			mix.Score = models
		}
		if cfg.Analysis != server.Drawn {
			mix.Analysis = models
		}
	}
	mix.Drawn = standin.New(cutter)
	if cfg.Scene == server.OpenAI {
		if mix.Scene, err = imageapi.New(imageapi.Config{
			APIKey: cfg.OpenAIKey, BaseURL: cfg.OpenAIURL, Model: cfg.SceneModel, Quality: cfg.Quality,
			DailyUSD: cfg.DailyUSD, Log: log,
		}); err != nil {
			return nil, errors.Join(err, mixed.New(mix).Close())
		}
	}
	if mix.Scene == nil && mix.Score == nil && mix.Analysis == nil {
		return mix.Drawn, nil
	}
	return mixed.New(mix), nil
}
