// Command cmd is `make notices`: it writes THIRD_PARTY_NOTICES.md, or with -check says
// whether it is up to date. It is run at the top of the repository.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	"github.com/nanococoa/nanococoa/infra/notices"
)

const page = "THIRD_PARTY_NOTICES.md"

func main() {
	check := flag.Bool("check", false, "only compare")
	flag.Parse()
	if err := run(context.Background(), *check); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, check bool) error {
	parts, err := notices.Collect(ctx, ".")
	if err != nil {
		return err
	}
	text := notices.Markdown(parts)
	if check {
		return notices.Check(page, text)
	}
	return os.WriteFile(page, []byte(text), 0o644) //nolint:gosec // for everybody to read
}
