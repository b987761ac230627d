package notices_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nanococoa/nanococoa/infra/notices"
)

func TestIdentify(t *testing.T) {
	t.Parallel()
	const bsd2 = "Redistribution and use in source and binary forms, with or without\nmodification, are permitted"
	const mit = "Permission is hereby granted, free of charge, to any person obtaining a copy\n" +
		"of this software and associated documentation files (the \"Software\"), to deal"
	for name, tc := range map[string]struct {
		texts []string
		want  string
	}{
		"MIT":           {[]string{"Copyright somebody\n\n" + mit}, "MIT"},
		"Apache":        {[]string{"   Apache License\n   Version 2.0, January 2004\n"}, "Apache-2.0"},
		"two clauses":   {[]string{bsd2}, "BSD-2-Clause"},
		"three clauses": {[]string{bsd2 + "\nNeither the name of X nor the names of its contributors may"}, "BSD-3-Clause"},
		"with a notice": {[]string{mit, "This product includes software of X."}, "MIT"},
		"two licences":  {[]string{"Apache License Version 2.0, January 2004", mit}, "Apache-2.0 AND MIT"},
		"a font": {[]string{
			"SIL OPEN FONT LICENSE Version 1.1 - permission to any person obtaining a copy of the Font",
		}, "OFL-1.1"},
		"ISC": {[]string{
			"use, copy, modify, and distribute this software for any purpose with or\nwithout fee",
		}, "ISC"},
		"one we must not": {[]string{"GNU GENERAL PUBLIC LICENSE Version 3"}, ""},
		"nothing":         {nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := notices.Identify(tc.texts...); got != tc.want {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}

func TestMarkdownHasEveryPartAndEachTextOnce(t *testing.T) {
	t.Parallel()
	page := notices.Markdown([]notices.Part{
		{Name: "a", License: "MIT", In: []string{"functions", "pages"}, Texts: []string{"the same words\n"}},
		{Name: "b", License: "MIT", In: []string{"pages"}, Texts: []string{"the same words  \r\n", "a notice of b"}},
	})
	for want, n := range map[string]int{
		"| a | MIT | functions, pages |\n": 1, "| b | MIT | pages |\n": 1,
		"## a, b\n\n```text\nthe same words\n```\n": 1, "the same words": 1, "## b\n\n```text\na notice of b\n```\n": 1,
	} {
		if got := strings.Count(page, want); got != n {
			t.Errorf("%d times %q in:\n%s", got, want, page)
		}
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	page := filepath.Join(t.TempDir(), "page.md")
	if err := notices.Check(page, "x"); err == nil || errors.Is(err, notices.ErrDrifted) {
		t.Errorf("a page that is not there: %v", err)
	}
	if err := os.WriteFile(page, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := notices.Check(page, "x"); err != nil {
		t.Errorf("the page as it should be: %v", err)
	}
	if err := notices.Check(page, "y"); !errors.Is(err, notices.ErrDrifted) {
		t.Errorf("another page: %v", err)
	}
}

// What is shipped is found: a module of the functions, one of the GPU server, the standard
// library, the pages' packages and the fonts; a tool is not.
func TestCollect(t *testing.T) {
	t.Parallel()
	const root = "../.."
	if _, err := os.Stat(filepath.Join(root, "web", "node_modules")); err != nil {
		t.Skip("the pages' packages are not installed: `make contract` installs them")
	}
	parts, err := notices.Collect(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	in := map[string]string{}
	for _, p := range parts {
		in[p.Name] = strings.Join(p.In, ", ")
		if p.License == "" || len(p.Texts) == 0 {
			t.Errorf("%s: %q, %d texts", p.Name, p.License, len(p.Texts))
		}
	}
	for name, want := range map[string]string{
		"github.com/aws/smithy-go": "functions", "github.com/go-text/typesetting": "functions, GPU server",
		"github.com/google/uuid": "functions, GPU server", "Go (standard library)": "functions, GPU server",
		"preact (npm)": "pages", "Pretendard (web font)": "pages", "vite (npm)": "", "pgregory.net/rapid": "",
	} {
		if in[name] != want {
			t.Errorf("%s is in %q, want %q", name, in[name], want)
		}
	}
}
