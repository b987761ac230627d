package contract_test

import (
	"bytes"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// Words that were given up for the field's standard terms (docs/adr/0015), as they
// stood in code, on the wire, in the table, the template, metrics and comments.
var retired = map[string]*regexp.Regexp{
	"tombstone": regexp.MustCompile(
		`(?i)\b(close)?graves?\b|SweepGraves`),
	"backoff": regexp.MustCompile(
		`(?m)^\s*breath\b|\(breath\)|(waits?|costs an ad) a breath`),
	"dead letter": regexp.MustCompile(
		`(?i)\b(a|the|each|every|more|its|no) letters? (lies?|goes|of another|gives)\b`),
	"scan cursor": regexp.MustCompile(
		`\b(SetWalk|walkKey)\b|SWEEP +WALK|[Ss]weeper's walk`),
	"environment": regexp.MustCompile(
		`\$\{Stage\}|!Ref Stage\b|\bSTAGE=|\bstage=(dev|prod)|c\.Stage\b`),
	"step": regexp.MustCompile(
		`\b(StageSeconds|StageTimes|ad\.Stages?)\b|progress\.stages?\b`),
	"Prompt or Copywrite": regexp.MustCompile(
		`\b(PrepareAndWritePrompt|CopyFromTemplate)\b|"(WritePrompt|WriteCopy)"`),
	"local AWS": regexp.MustCompile(
		`(?i)local engine|AWS engine|enginetest|REQUIRE_LOCAL_ENGINE`),
	"queue": regexp.MustCompile(
		`(?i)\b(wait|waits|stand|stands|stood|place) in (the )?line\b|line before the GPU`),
	"rendering, or GPU": regexp.MustCompile(
		`\b(runDrawing|Painter)\b`),
}

// kept are the files that tell of the words as they were, and this one.
var kept = regexp.MustCompile(`^(CHANGELOG\.md|docs/adr/|internal/contract/words_test\.go)`)

// texted are the files a person writes or reads.
var texted = regexp.MustCompile(`(\.(go|ts|tsx|mjs|md|ya?ml|toml|json|css|html|py|awk)|Makefile|^tools/[a-z]+)$`)

// tracked are the files of the checkout that git knows or would take, by a pathspec.
func tracked(t *testing.T, pathspec string) []string {
	t.Helper()
	list := exec.CommandContext(t.Context(), "git", "ls-files", "--cached", "--others", "--exclude-standard", pathspec)
	list.Dir = root
	out, err := list.Output()
	if err != nil {
		t.Skipf("not a git checkout: %v", err) // a source archive has no list of its own files
	}
	return strings.Fields(string(out))
}

// The glossary's words are used everywhere, and none that was given up comes back.
func TestNoRetiredWords(t *testing.T) {
	t.Parallel()
	files := 0
	for _, name := range tracked(t, ".") {
		if kept.MatchString(name) || !texted.MatchString(name) {
			continue
		}
		files++
		text := read(t, name)
		for term, old := range retired {
			for _, at := range old.FindAllIndex(text, -1) {
				line := 1 + bytes.Count(text[:at[0]], []byte("\n"))
				t.Errorf("%s:%d: %q is called %s now", name, line, text[at[0]:at[1]], term)
			}
		}
	}
	if files < 300 {
		t.Errorf("only %d files were read", files)
	}
}
