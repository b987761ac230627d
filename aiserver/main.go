// Command aiserver is the GPU server: one HTTP contract (openapi.yaml) in front
// of an engine that makes the pictures. README.md says how to run it.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/aiserver/server"
	"github.com/nanococoa/nanococoa/aiserver/standin"
	"github.com/nanococoa/nanococoa/internal/compose"
	"github.com/nanococoa/nanococoa/internal/llm"
)

func main() {
	// The first signal drains; after it the default is back, so a second one ends
	// the process at once.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	context.AfterFunc(ctx, stop)
	if err := run(ctx, os.Environ(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "aiserver:", err)
		os.Exit(1)
	}
}

// run serves until ctx ends and everything that was begun is finished.
func run(ctx context.Context, environ []string, log io.Writer) error {
	cfg, err := server.Read(environ)
	if err != nil {
		return err
	}
	load, err := loader(cfg.Engine)
	if err != nil {
		return err
	}
	if cfg.MemoryMB > 0 {
		debug.SetMemoryLimit(int64(cfg.MemoryMB) << 20)
	}
	s, err := server.New(cfg, server.Parts{
		Load: load, Compose: compose.Render, Copy: llm.Template{},
		Log: slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: cfg.LogLevel})),
	})
	if err != nil {
		return err
	}
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", cfg.Addr)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	return s.Run(ctx, ln)
}

// loader finds an engine by its name in ENGINE.
func loader(name string) (func(context.Context) (engine.Engine, error), error) {
	switch name {
	case "standin":
		return func(context.Context) (engine.Engine, error) { return standin.New(), nil }, nil
	}
	return nil, fmt.Errorf("configuration: ENGINE %q is not known; there is: standin", name)
}
