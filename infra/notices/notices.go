// Package notices writes what the licences of others ask us to pass on: for every Go
// module that is linked into a function or into the GPU server, every npm package that is
// bundled into the pages, and every font and picture that is shipped with them, its licence
// and its copyright. It asks Go and npm what that is, so that nobody keeps a list by hand.
package notices

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Part is a piece of somebody else's work.
type Part struct {
	Name    string   // as its own world calls it: a module's path, a package's name
	License string   // by SPDX, such as "MIT"; "" until Identify has read the texts
	In      []string // what it is shipped in, such as "functions"
	Texts   []string // its licence and, if it has one, its NOTICE file
}

// What parts are shipped in.
const (
	functions = "functions"
	aiserver  = "GPU server"
	pages     = "pages"
)

// Collect finds every part of what the repository ships. It needs the Go modules and
// web/node_modules to be there.
func Collect(ctx context.Context, root string) ([]Part, error) {
	parts := map[string]*Part{}
	for _, program := range []struct{ in, packages string }{{functions, "./functions/..."}, {aiserver, "./aiserver"}} {
		if err := linked(ctx, root, program.in, program.packages, parts); err != nil {
			return nil, err
		}
	}
	if err := bundled(root, parts); err != nil {
		return nil, err
	}
	for _, f := range shipped {
		text, err := os.ReadFile(filepath.Join(root, f.text)) //nolint:gosec // a file of this repository
		if err != nil {
			return nil, fmt.Errorf("read the licence of %s: %w", f.name, err)
		}
		parts[f.name] = &Part{Name: f.name, In: f.in, Texts: []string{string(text)}}
	}
	var out []Part
	for _, p := range parts {
		p.License = Identify(p.Texts...)
		if p.License == "" {
			return nil, fmt.Errorf("nobody has looked at the licence of %s; if it may be shipped, teach notices.Identify",
				p.Name)
		}
		out = append(out, *p)
	}
	slices.SortFunc(out, func(a, b Part) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// shipped are fonts and pictures, which no tool knows of.
//
//nolint:gochecknoglobals // a table
var shipped = []struct {
	name, text string
	in         []string
}{
	{"Pretendard (subset, renamed)", "internal/compose/fonts/LICENSE.txt", []string{functions, aiserver}},
	{"Gowun Batang (subset, renamed)", "internal/compose/fonts/LICENSE-serif.txt", []string{functions, aiserver}},
	{"Gaegu (subset, renamed)", "internal/compose/fonts/LICENSE-hand.txt", []string{functions, aiserver}},
	{"libheif (as WebAssembly)", "internal/heifcodec/wasm/LICENSE.libheif", []string{functions}},
	{"libde265 (as WebAssembly)", "internal/heifcodec/wasm/LICENSE.libde265", []string{functions}},
	{"libavif (as WebAssembly)", "internal/heifcodec/wasm/LICENSE.libavif", []string{functions}},
	{"libaom (as WebAssembly)", "internal/heifcodec/wasm/LICENSE.aom", []string{functions}},
	{"Pretendard (web font)", "web/src/fonts/OFL.txt", []string{pages}},
	{"Amazon Berkeley Objects (two pictures)", "web/public/NOTICE.txt", []string{pages}},
}

// linked adds the modules of the packages, as they are linked for Lambda.
func linked(ctx context.Context, root, in, packages string, parts map[string]*Part) error {
	cmd := exec.CommandContext(ctx, "go", "list", "-deps", "-tags=lambda.norpc", "-json=Standard,Dir,Module", packages)
	cmd.Dir, cmd.Stderr = root, os.Stderr
	cmd.Env = append(cmd.Environ(), "GOOS=linux", "CGO_ENABLED=0")
	list, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("list what is linked: %w", err)
	}
	for d := json.NewDecoder(bytes.NewReader(list)); d.More(); {
		var p struct {
			Standard bool
			Dir      string
			Module   *struct {
				Path, Dir string
				Main      bool
			}
		}
		if err := d.Decode(&p); err != nil {
			return fmt.Errorf("read go list's answer: %w", err)
		}
		switch {
		case p.Standard: // one licence for all of it; one beside it is for an experiment
			top := goroot(p.Dir)
			err = add(parts, "Go (standard library)", in, top, top)
		case p.Module != nil && !p.Module.Main:
			err = add(parts, p.Module.Path, in, p.Dir, p.Module.Dir)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// goroot is the folder above the src that a package of the standard library is in.
func goroot(dir string) string {
	before, _, _ := strings.Cut(filepath.ToSlash(dir), "/src/")
	return filepath.FromSlash(before)
}

// bundled adds the npm packages that the pages need at run time.
func bundled(root string, parts map[string]*Part) error {
	raw, err := os.ReadFile(filepath.Join(root, "web", "package-lock.json"))
	if err != nil {
		return fmt.Errorf("read what is bundled: %w", err)
	}
	var lock struct {
		Packages map[string]struct {
			Dev, Optional, DevOptional bool
		} `json:"packages"`
	}
	if err := json.Unmarshal(raw, &lock); err != nil {
		return fmt.Errorf("read what is bundled: %w", err)
	}
	for path, p := range lock.Packages {
		_, name, ok := strings.Cut(path, "node_modules/")
		if !ok || p.Dev || p.Optional || p.DevOptional {
			continue
		}
		dir := filepath.Join(root, "web", filepath.FromSlash(path))
		if err := add(parts, name+" (npm)", pages, dir, dir); err != nil {
			return err
		}
	}
	return nil
}

// licenseFile is how files with a licence or a notice are called.
var licenseFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|copyright|notice)([.-].*)?$`)

// add adds the licence files of dir and of every folder above it, up to top.
func add(parts map[string]*Part, name, in, dir, top string) error {
	p := parts[name]
	if p == nil {
		p = &Part{Name: name}
		parts[name] = p
	}
	if !slices.Contains(p.In, in) {
		p.In = append(p.In, in)
	}
	for ; strings.HasPrefix(dir, top); dir = filepath.Dir(dir) {
		files, err := os.ReadDir(dir)
		if err != nil {
			return fmt.Errorf("look for the licence of %s: %w", name, err)
		}
		for _, f := range files {
			if f.IsDir() || !licenseFile.MatchString(f.Name()) || strings.HasSuffix(f.Name(), ".go") {
				continue
			}
			text, err := os.ReadFile(filepath.Join(dir, f.Name())) //nolint:gosec // a licence
			if err != nil {
				return fmt.Errorf("read the licence of %s: %w", name, err)
			}
			if t := normal(string(text)); !slices.Contains(p.Texts, t) {
				p.Texts = append(p.Texts, t)
			}
		}
	}
	if len(p.Texts) == 0 {
		return fmt.Errorf("%s has no licence file in %s", name, top)
	}
	return nil
}

// normal is a text without what its editor left: carriage returns, and space at the ends.
func normal(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \t")
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// known are the licences we may ship, each by words that it alone has. Those that ask for
// the source of what they are linked into (GPL, AGPL, LGPL) are not among them on purpose.
//
//nolint:gochecknoglobals // a table
var known = []struct{ id, words string }{
	{"Apache-2.0", "Apache License Version 2.0, January 2004"},
	{"LGPL-3.0-only", "GNU LESSER GENERAL PUBLIC LICENSE Version 3"},
	{"OFL-1.1", "SIL OPEN FONT LICENSE Version 1.1"},
	{"CC-BY-4.0", "CC BY 4.0"},
	{"BSD-3-Clause", "nor the names of its contributors may be used"},
	{"BSD-3-Clause", "Neither the name of"},
	{"BSD-2-Clause", "Redistribution and use in source and binary forms"},
	{"Unlicense", "This is free and unencumbered software released into the public domain"},
	{"ISC", "distribute this software for any purpose with or without fee"},
	{"MIT", "obtaining a copy of this software and associated documentation files"},
}

// Identify names the licences of a part by its texts, joined by " AND "; "" when none is
// known. A text without a licence, such as a NOTICE file, adds nothing.
func Identify(texts ...string) string {
	var ids []string
	for _, text := range texts {
		words := strings.Join(strings.Fields(text), " ")
		for _, k := range known {
			if strings.Contains(words, k.words) {
				if !slices.Contains(ids, k.id) {
					ids = append(ids, k.id)
				}
				if k.id == "BSD-3-Clause" { // whose words hold those of BSD-2-Clause
					words = strings.ReplaceAll(words, "Redistribution and use in source and binary forms", "")
				}
			}
		}
	}
	return strings.Join(ids, " AND ")
}

// Markdown is the page: a table of all parts, and each text once, with whom it is from.
func Markdown(parts []Part) string {
	var b strings.Builder
	b.WriteString("# Third-party notices\n\n" +
		"What nanoCocoa ships of others' work, and under which licences. Written by `make notices` from\n" +
		"what is linked and bundled; do not edit. Versions are in `go.mod` and `web/package-lock.json`.\n\n" +
		"| part | licence | in |\n|---|---|---|\n")
	var texts []string
	of := map[string][]string{}
	for _, p := range parts {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", p.Name, p.License, strings.Join(p.In, ", "))
		for _, t := range p.Texts {
			t = normal(t)
			if of[t] == nil {
				texts = append(texts, t)
			}
			of[t] = append(of[t], p.Name)
		}
	}
	for _, t := range texts {
		fmt.Fprintf(&b, "\n## %s\n\n```text\n%s\n```\n", strings.Join(of[t], ", "), t)
	}
	return b.String()
}

// ErrDrifted says that the page is not what it would be if it were written now.
var ErrDrifted = errors.New("the third-party notices are not up to date; `make notices` writes them")

// Check compares the page at path with what it should be.
func Check(path, want string) error {
	got, err := os.ReadFile(path) //nolint:gosec // the caller's page
	if err != nil {
		return fmt.Errorf("read the notices: %w", err)
	}
	if string(got) != want {
		return ErrDrifted
	}
	return nil
}
