package openai_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/copywriter"
	"github.com/nanococoa/nanococoa/internal/llm/openaitest"
)

var update = flag.Bool("update", false, "rewrite golden files")

// requests are those for the prompt and for the copy of an ad.
func requests(t *testing.T, f ad.Fields, a *ad.Analysis) (prompt, words openaitest.Request) {
	t.Helper()
	s, c := start(t, ample)
	if _, err := c.WritePrompt(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	if _, err := c.WriteCopy(t.Context(), f, a); err != nil {
		t.Fatal(err)
	}
	return s.Requests()[0], s.Requests()[1]
}

// The whole of what OpenAI is asked, to the letter: whoever changes an instruction
// sees in review what becomes of it. `go test ./internal/llm/openai -update` writes
// it anew.
func TestTheRequests(t *testing.T) {
	t.Parallel()
	prompt, words := requests(t, fields(), analysis())
	_, blind := requests(t, fields(), nil)
	s, c := start(t, ample)
	s.SetMode(openaitest.WrongLength, openaitest.Good)
	if _, err := c.WriteCopy(t.Context(), fields(), analysis()); err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]openaitest.Request{
		"prompt": prompt, "copy": words, "copy-without-a-picture": blind, "copy-repaired": s.Requests()[1],
	} {
		file := filepath.Join("testdata", name+".golden")
		got := written(t, r)
		if *update {
			if err := os.WriteFile(file, got, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what is asked now; if that is meant, run with -update. Now:\n%s", file, got)
		}
	}
}

// written is a request as a person reads it: the body, and apart from it the user
// message and the instructions, a sentence a line. ⏎ marks the line breaks that
// are sent.
func written(t *testing.T, r openaitest.Request) []byte {
	t.Helper()
	body := maps.Clone(r.Body)
	body["instructions"], body["input"] = "below", "below"
	var out bytes.Buffer
	for _, part := range []struct {
		name  string
		value any
	}{{"body", body}, {"input", r.Data}} {
		fmt.Fprintf(&out, "--- %s\n", part.name)
		e := json.NewEncoder(&out)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		if err := e.Encode(part.value); err != nil {
			t.Fatal(err)
		}
	}
	text := strings.ReplaceAll(r.Instructions, "\n", "⏎\n")
	text = regexp.MustCompile(`([.:;]) `).ReplaceAllString(text, "$1\n")
	fmt.Fprintf(&out, "--- instructions\n%s\n", text)
	return out.Bytes()
}

// Every field that the table lets the model see reaches it as it is, as a value of the
// data, and no other field does. What a value may say, and that it changes nothing
// else, is in TestValuesAreData.
func TestEveryFieldForTheModelIsSent(t *testing.T) {
	t.Parallel()
	var f ad.Fields
	want := map[string]any{}
	for _, d := range ad.OwnerFields() {
		var value any = true
		if d.Flag != nil {
			*d.Flag(&f) = true
		} else {
			value = d.Name + "의 값"
			*d.Text(&f) = value.(string)
		}
		if d.SeenBy&ad.Model != 0 {
			want[d.Name] = value
		}
	}
	prompt, words := requests(t, f, analysis())
	for _, r := range []openaitest.Request{prompt, words} {
		if got := r.Data["product"]; !reflect.DeepEqual(got, any(want)) {
			t.Errorf("%s: the model is told %v of %v", r.Task, got, want)
		}
	}
}

// keys lists the names of all values of an object, and of those inside it.
func keys(v any) (out []string) {
	m, _ := v.(map[string]any)
	for k, inner := range m {
		out = append(out, k)
		out = append(out, keys(inner)...)
	}
	return out
}

// What the instructions call by name is in the data or is to be answered, and what
// is to be answered is called by name.
func TestTheInstructionsNameWhatThereIs(t *testing.T) {
	t.Parallel()
	prompt, words := requests(t, fields(), analysis())
	for _, r := range []openaitest.Request{prompt, words} {
		format := r.Body["text"].(map[string]any)["format"].(map[string]any)
		properties := format["schema"].(map[string]any)["properties"].(map[string]any)
		answer := slices.Sorted(maps.Keys(properties))
		known := slices.Concat(answer, keys(r.Data))
		var named []string
		for _, m := range regexp.MustCompile(`"([a-z_]+)"`).FindAllStringSubmatch(r.Instructions, -1) {
			named = append(named, m[1])
			if !slices.Contains(known, m[1]) {
				t.Errorf("%s: the instructions speak of %q, which is nowhere", r.Task, m[1])
			}
		}
		for _, want := range []string{"rejected_answer", "objections"} {
			if !slices.Contains(named, want) {
				t.Errorf("%s: the instructions do not explain %q", r.Task, want)
			}
		}
		if len(answer) < 2 {
			continue // a single text needs no name
		}
		for _, want := range append(answer, "picture") {
			if !slices.Contains(named, want) {
				t.Errorf("%s: the instructions do not ask for %q", r.Task, want)
			}
		}
	}
}

// The limits that are told are those that are checked.
func TestTheLimitsAreTold(t *testing.T) {
	t.Parallel()
	prompt, words := requests(t, fields(), nil)
	numbers := func(text, pattern string) (out [][2]int) {
		for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
			low, _ := strconv.Atoi(m[1])
			high, _ := strconv.Atoi(m[2])
			out = append(out, [2]int{low, high})
		}
		return out
	}
	characters := [][2]int{{ad.MainCopyMin, ad.MainCopyMax}, {ad.SubCopyMin, ad.SubCopyMax}}
	if got := numbers(words.Instructions, `(\d+) to (\d+) characters`); !slices.Equal(got, characters) {
		t.Errorf("copy is asked for with %v characters, and checked for %v", got, characters)
	}
	limits := [2]int{copywriter.MinPromptWords, copywriter.MaxPromptWords}
	if got := numbers(prompt.Instructions, `fewer than (\d+), never more than (\d+)`); len(got) != 1 || got[0] != limits {
		t.Errorf("a prompt is asked for with %v words, and checked for %v", got, limits)
	}
	if got := numbers(prompt.Instructions, `(\d+) to (\d+) words`); len(got) != 1 || got[0][0] < limits[0] ||
		got[0][1] > limits[1] {
		t.Errorf("a prompt is asked for with %v words, which would not all pass", got)
	}
}

// What the law forbids is told with examples, and each of them is refused when a
// model writes it all the same.
func TestTheExamplesOfForbiddenWordsAreRefused(t *testing.T) {
	t.Parallel()
	_, words := requests(t, fields(), nil)
	examples := 0
	for _, list := range regexp.MustCompile(`\(([^()]*[가-힣][^()]*)\)`).FindAllStringSubmatch(words.Instructions, -1) {
		for word := range strings.SplitSeq(list[1], ", ") {
			examples++
			f := fields()
			f.ProductName = "1 100" // so that no number is refused for being invented
			_, objections := copywriter.ReviewCopy("반가운 하루", "오늘의 "+word+" 이야기입니다", f)
			if len(objections) == 0 {
				t.Errorf("%q is forbidden and passes", word)
			}
		}
	}
	if examples < 5 {
		t.Errorf("%d examples: the test sees nothing", examples)
	}
}
