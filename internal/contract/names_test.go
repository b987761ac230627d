package contract_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/httpapi"
	"github.com/nanococoa/nanococoa/statemachine"
)

// Every step of the table has one name: that of its constant, its state, its function's folder and resource, the type
// that does its work, and the step that this type marks on the record, which is also the metrics' dimension.
func TestAStepHasOneName(t *testing.T) {
	t.Parallel()
	m, constants := readMachine(t), stepConstants(t)
	for _, s := range ad.Steps() {
		name := statemachine.StateOf(s)
		if constants[name] != string(s) {
			t.Errorf("ad.%s is %q, not %q", name, constants[name], s)
		}
		if state := m.states[name]; state == nil || state.folder(t) != string(s) {
			t.Errorf("no state %s calls functions/%s", name, s)
		}
		if !slices.Contains(folders(t), string(s)) {
			t.Errorf("functions/%s is missing", s)
			continue
		}
		if got := resourceOf(string(s)); got != name+"Function" {
			t.Errorf("functions/%s is %s, not %sFunction", s, got, name)
		}
		if got := workOf(t, string(s)); got != name {
			t.Errorf("functions/%s runs pipeline.%s, not pipeline.%s", s, got, name)
		}
		if got := marks(t, name, constants); got != name {
			t.Errorf("pipeline.%s marks ad.%s, not ad.%s", name, got, name)
		}
	}
	if len(constants) != len(ad.Steps()) {
		t.Errorf("%d constants for %d steps", len(constants), len(ad.Steps()))
	}
}

// The states that are no step's own are named by rule: what the deterministic writer does in place of a step, what
// runs steps side by side, and the ends.
func TestEveryStateIsNamedByRule(t *testing.T) {
	t.Parallel()
	m := readMachine(t)
	for name, s := range m.states {
		want := name
		switch s.object["Type"] {
		case "Task":
			want = strings.TrimSuffix(resourceOf(s.folder(t)), "Function")
			if strings.Contains(fmt.Sprint(s.object["Arguments"]), "'writer':'template'") {
				want += "FromTemplate"
			}
		case "Parallel":
			var first []string
			for _, b := range list(s.object["Branches"]) {
				first = append(first, fmt.Sprint(at(b, "StartAt")))
			}
			want = strings.Join(first, "And")
		case "Choice":
			want = "OnlyAScene" // the one question there is: an ad, or a further scene of one
		case "Fail":
			want = "Fail" + strings.TrimPrefix(name, "Fail")
		default:
			t.Errorf("%s: no rule for a %v", name, s.object["Type"])
		}
		if name != want {
			t.Errorf("state %s should be %s", name, want)
		}
	}
	for _, s := range m.tasks() {
		if folder := s.folder(t); folder != "fail" && !slices.Contains(ad.Steps(), ad.Step(folder)) {
			t.Errorf("%s does %s, which is no step", s.name, folder)
		}
	}
}

// A function, of a step or beside them, has one name: its folder's. Its resource, its log group and the output of its
// deployed name are made of it (its step in the log: TestAStepLogsUnderItsFolder).
func TestAFunctionHasOneName(t *testing.T) {
	t.Parallel()
	tp := readTemplate(t)
	for _, folder := range folders(t) {
		resource := resourceOf(folder)
		group := resource + "Logs"
		if got := at(tp.function(folder), "LoggingConfig", "LogGroup", "Ref"); got != group {
			t.Errorf("%s logs to %v, not to %s", resource, got, group)
		}
		want := "/nanococoa/${Environment}/" + folder
		if got := at(tp.resources, group, "Properties", "LogGroupName", "Fn::Sub"); got != want {
			t.Errorf("%s is %v, not %s", group, got, want)
		}
		if got := at(tp.doc, "Outputs", resource+"Name", "Value", "Ref"); got != resource {
			t.Errorf("output %sName is %v", resource, got)
		}
	}
}

// The step that a log line names is a function's folder.
func TestEveryStepInALogIsAFunction(t *testing.T) {
	t.Parallel()
	found := 0
	for _, file := range goFiles(t, "internal") {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			for i, arg := range call.Args[:max(len(call.Args)-1, 0)] {
				name, ok := literal(call.Args[i+1])
				if key, isKey := literal(arg); !isKey || key != "step" || !ok {
					continue
				}
				found++
				if !slices.Contains(folders(t), name) {
					t.Errorf("a log says step %q, and there is no functions/%s", name, name)
				}
			}
			return true
		})
	}
	if found < 10 {
		t.Errorf("found %d", found)
	}
}

// The API names the steps of the table, in its order; the site's types are made from it.
func TestTheAPINamesEveryStep(t *testing.T) {
	t.Parallel()
	raw, err := httpapi.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	var doc object
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, s := range ad.Steps() {
		want = append(want, string(s))
	}
	if got := texts(at(doc, "components", "schemas", "Step", "properties", "name", "enum")); !slices.Equal(got, want) {
		t.Errorf("the API's steps are %v, the table's %v", got, want)
	}
}

// Steps that the gallery leaves out, each with its reason.
var notInTheGallery = map[ad.Step]string{}

// The gallery makes its ads with the steps of the machine, in their order.
func TestTheGalleryRunsEveryStep(t *testing.T) {
	t.Parallel()
	var got, want []string
	for _, file := range goFiles(t, "aiserver/gallery") {
		got = append(got, workIn(file)...)
	}
	for _, s := range ad.Steps() {
		if _, left := notInTheGallery[s]; !left {
			want = append(want, statemachine.StateOf(s))
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("the gallery runs %v, not %v", got, want)
	}
}

// stepConstants are the constants of type ad.Step by their names.
func stepConstants(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, file := range goFiles(t, "internal/ad") {
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			if typ, ok := spec.Type.(*ast.Ident); ok && typ.Name == "Step" {
				out[spec.Names[0].Name], _ = literal(spec.Values[0])
			}
			return true
		})
	}
	return out
}

// workOf is the type of internal/pipeline that a function runs.
func workOf(t *testing.T, folder string) string {
	t.Helper()
	return strings.Join(workIn(mainOf(t, folder)), ", ")
}

// workIn are the types of internal/pipeline that a file makes, in their order.
func workIn(file *ast.File) []string {
	var out []string
	ast.Inspect(file, func(n ast.Node) bool {
		if lit, ok := n.(*ast.CompositeLit); ok {
			if name, ok := strings.CutPrefix(qualified(lit.Type), "pipeline."); ok {
				out = append(out, name)
			}
		}
		return true
	})
	return out
}

// marks is the step that the Run of a type of internal/pipeline marks as begun: the first it names.
func marks(t *testing.T, typ string, constants map[string]string) string {
	t.Helper()
	first := ""
	for _, file := range goFiles(t, "internal/pipeline") {
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Name.Name != "Run" || f.Recv == nil {
				continue
			}
			if recv, ok := f.Recv.List[0].Type.(*ast.Ident); !ok || recv.Name != typ {
				continue
			}
			ast.Inspect(f.Body, func(n ast.Node) bool {
				if e, ok := n.(ast.Expr); ok && first == "" {
					if name, ok := strings.CutPrefix(qualified(e), "ad."); ok && constants[name] != "" {
						first = name
					}
				}
				return true
			})
		}
	}
	return first
}

// goFiles parses the Go files under a folder, tests left out.
func goFiles(t *testing.T, under string) []*ast.File {
	t.Helper()
	var out []*ast.File
	err := filepath.WalkDir(filepath.Join(root, under), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		out = append(out, file)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// literal gives a string literal's value.
func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}
