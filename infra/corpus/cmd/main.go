// Command cmd is `make corpus`: it runs the intake of photos over a folder. Called with
// -intake it is the process that takes in one file.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"

	"github.com/nanococoa/nanococoa/infra/corpus"
)

func main() {
	intake := flag.Bool("intake", false, "take in one file: -intake PICTURE FILE")
	jobs := flag.Int("jobs", 1, "files side by side; times are true only of one")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *intake, *jobs)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, intake bool, jobs int) error {
	if intake {
		return corpus.Intake(ctx, flag.Arg(1), flag.Arg(0), os.Stdout)
	}
	if flag.NArg() != 1 {
		return fmt.Errorf("name one folder: make corpus CORPUS=folder")
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	vips, err := exec.LookPath("vipsthumbnail")
	if err != nil {
		fmt.Println("vipsthumbnail is not installed (Debian: libvips-tools): nothing to compare with")
	}
	_, err = corpus.Run(ctx, corpus.Options{
		Folder: flag.Arg(0), Child: []string{self, "-intake"}, Jobs: jobs, Vips: vips,
	}, os.Stdout)
	return err
}
