package contract_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/oasdiff/yaml3"

	"github.com/nanococoa/nanococoa/internal/httpapi"
)

// root is the project's folder, relative to this one.
const root = "../.."

// value is YAML or JSON as Go reads it: map[string]any, []any, string, float64,
// bool or nil.
type value = any

// object is a mapping of it.
type object = map[string]any

func read(t *testing.T, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// readYAML reads a CloudFormation template. Its short forms become the long
// ones: !Ref X is {"Ref": "X"}, !GetAtt A.B is {"Fn::GetAtt": ["A", "B"]}.
func readYAML(t *testing.T, path string) object {
	t.Helper()
	v, err := parseYAML(read(t, path))
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return v
}

func parseYAML(raw []byte) (object, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		return nil, fmt.Errorf("parse: %w", err)
	}
	v, err := fromNode(doc.Content[0])
	if err != nil {
		return nil, err
	}
	m, ok := v.(object)
	if !ok {
		return nil, fmt.Errorf("not a mapping")
	}
	return m, nil
}

func fromNode(n *yaml.Node) (value, error) {
	v, err := untagged(n)
	if err != nil || !strings.HasPrefix(n.Tag, "!") || strings.HasPrefix(n.Tag, "!!") {
		return v, err
	}
	switch name := n.Tag[1:]; name {
	case "Ref", "Condition":
		return object{name: v}, nil
	case "GetAtt":
		if s, ok := v.(string); ok {
			resource, attribute, _ := strings.Cut(s, ".")
			v = []any{resource, attribute}
		}
		return object{"Fn::GetAtt": v}, nil
	default:
		return object{"Fn::" + name: v}, nil
	}
}

func untagged(n *yaml.Node) (value, error) {
	switch n.Kind {
	case yaml.AliasNode:
		return fromNode(n.Alias)
	case yaml.MappingNode:
		m := object{}
		for i := 0; i < len(n.Content); i += 2 {
			key := n.Content[i].Value
			if _, twice := m[key]; twice || key == "<<" {
				return nil, fmt.Errorf("line %d: %s is there twice, or a merge, which this does not read", n.Line, key)
			}
			v, err := fromNode(n.Content[i+1])
			if err != nil {
				return nil, err
			}
			m[key] = v
		}
		return m, nil
	case yaml.SequenceNode:
		l := []any{}
		for _, c := range n.Content {
			v, err := fromNode(c)
			if err != nil {
				return nil, err
			}
			l = append(l, v)
		}
		return l, nil
	}
	switch n.ShortTag() {
	case "!!int", "!!float":
		f, err := strconv.ParseFloat(n.Value, 64)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n.Line, err)
		}
		return f, nil
	case "!!bool":
		return n.Value == "true", nil
	case "!!null":
		return nil, nil //nolint:nilnil // null is a value here
	}
	return n.Value, nil
}

// at gives what is deep in a value: at(v, "Properties", "Timeout"). What is not there is nil.
func at(v value, path ...string) value {
	for _, p := range path {
		m, ok := v.(object)
		if !ok {
			return nil
		}
		v = m[p]
	}
	return v
}

// in is at for a mapping that may be missing.
func in(v value, path ...string) object {
	m, _ := at(v, path...).(object)
	return m
}

// list gives a value as a list: CloudFormation takes one value for a list of one.
func list(v value) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return v
	}
	return []any{v}
}

func texts(v value) []string {
	var out []string
	for _, x := range list(v) {
		out = append(out, fmt.Sprint(x))
	}
	return out
}

func number(v value) float64 {
	f, _ := v.(float64)
	return f
}

// names gives the keys of a mapping.
func names[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// sameSet compares two sets and names the difference.
func sameSet(t *testing.T, what string, got, want []string) {
	t.Helper()
	for _, g := range got {
		if !slices.Contains(want, g) {
			t.Errorf("%s: %s is too many", what, g)
		}
	}
	for _, w := range want {
		if !slices.Contains(got, w) {
			t.Errorf("%s: %s is missing", what, w)
		}
	}
}

// template is template.yaml.
type template struct {
	resources object
	globals   object // of functions
	doc       object
}

func readTemplate(t *testing.T) template {
	t.Helper()
	doc := readYAML(t, "template.yaml")
	return template{resources: in(doc, "Resources"), globals: in(doc, "Globals", "Function"), doc: doc}
}

// ofType gives the resources of a type, by name.
func (tp template) ofType(kind string) map[string]object {
	out := map[string]object{}
	for name, r := range tp.resources {
		if at(r, "Type") == kind {
			out[name] = in(r)
		}
	}
	return out
}

// function gives the properties of a folder's function.
func (tp template) function(folder string) object {
	return in(tp.resources[resourceOf(folder)], "Properties")
}

// variables are the environment of a folder's function.
func (tp template) variables(folder string) object {
	out := maps.Clone(in(tp.globals, "Environment", "Variables"))
	maps.Copy(out, in(tp.function(folder), "Environment", "Variables"))
	return out
}

// timeout of a folder's function in seconds.
func (tp template) timeout(folder string) float64 {
	if v := number(at(tp.function(folder), "Timeout")); v != 0 {
		return v
	}
	return number(at(tp.globals, "Timeout"))
}

// resourceOf is the name of a folder's function: stage1 becomes Stage1Function.
func resourceOf(folder string) string {
	return strings.ToUpper(folder[:1]) + folder[1:] + "Function"
}

// folders are the folders in functions/.
func folders(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(root, "functions"))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		if e.IsDir() {
			out = append(out, e.Name())
		}
	}
	if len(out) == 0 {
		t.Fatal("no functions")
	}
	return out
}

// mainOf parses a function's main.go.
func mainOf(t *testing.T, folder string) *ast.File {
	t.Helper()
	path := filepath.Join(root, "functions", folder, "main.go")
	f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// imports reports whether a function's main.go itself imports a package of ours.
func imports(t *testing.T, folder, pkg string) bool {
	t.Helper()
	return slices.ContainsFunc(mainOf(t, folder).Imports, func(i *ast.ImportSpec) bool {
		return i.Path.Value == strconv.Quote("github.com/nanococoa/nanococoa/"+pkg)
	})
}

// configOf is the struct of internal/config with which a function is wired.
func configOf(t *testing.T, folder string) string {
	t.Helper()
	var found []string
	ast.Inspect(mainOf(t, folder), func(n ast.Node) bool {
		if p, ok := n.(*ast.Field); ok {
			if name, ok := strings.CutPrefix(qualified(p.Type), "config."); ok {
				found = append(found, name)
			}
		}
		return true
	})
	if len(found) != 1 {
		t.Fatalf("functions/%s is wired with %d configurations: %v", folder, len(found), found)
	}
	return found[0]
}

// qualified gives an expression like pkg.Name as text, "" for any other.
func qualified(e ast.Expr) string {
	if s, ok := e.(*ast.SelectorExpr); ok {
		if pkg, ok := s.X.(*ast.Ident); ok {
			return pkg.Name + "." + s.Sel.Name
		}
	}
	return ""
}

// variable is one field of a configuration.
type variable struct {
	name     string
	required bool
}

// variablesOf lists the environment variables that a function's configuration reads.
func variablesOf(t *testing.T, folder string) []variable {
	t.Helper()
	source, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, "internal/config/config.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	structs := map[string]*ast.StructType{}
	ast.Inspect(source, func(n ast.Node) bool {
		if spec, ok := n.(*ast.TypeSpec); ok {
			structs[spec.Name.Name], _ = spec.Type.(*ast.StructType)
		}
		return true
	})
	var out []variable
	var collect func(name string)
	collect = func(name string) {
		s := structs[name]
		if s == nil {
			t.Fatalf("internal/config has no struct %s", name)
		}
		for _, f := range s.Fields.List {
			if part, ok := f.Type.(*ast.Ident); ok && f.Names == nil {
				collect(part.Name)
				continue
			}
			if f.Tag == nil {
				t.Fatalf("%s.%s reads no variable", name, f.Names[0].Name)
			}
			parts := strings.Split(reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get("env"), ",")
			out = append(out, variable{parts[0], slices.Contains(parts[1:], "required")})
		}
	}
	collect(configOf(t, folder))
	return out
}

// state is one state of the machine, with where it stands.
type state struct {
	object
	name   string
	parent *state // the Parallel that holds it, nil at the top
}

// machine is statemachine/ad.asl.json.
type machine struct {
	doc    object
	text   string
	states map[string]*state // of all levels; names are unique over them
}

func readMachine(t *testing.T) machine {
	t.Helper()
	raw := read(t, "statemachine/ad.asl.json")
	m := machine{text: string(raw), states: map[string]*state{}}
	if err := json.Unmarshal(raw, &m.doc); err != nil {
		t.Fatal(err)
	}
	var collect func(level object, parent *state)
	collect = func(level object, parent *state) {
		for name, body := range in(level, "States") {
			if m.states[name] != nil {
				t.Errorf("two states are called %s", name)
			}
			s := &state{in(body), name, parent}
			m.states[name] = s
			for _, b := range list(s.object["Branches"]) {
				collect(in(b), s)
			}
		}
	}
	collect(m.doc, nil)
	return m
}

// tasks are the states that call a function, sorted by name.
func (m machine) tasks() []*state {
	var out []*state
	for _, name := range slices.Sorted(maps.Keys(m.states)) {
		if s := m.states[name]; s.object["Type"] == "Task" {
			out = append(out, s)
		}
	}
	return out
}

var (
	functionArn = regexp.MustCompile(`^\$\{(\w+)FunctionArn\}$`)
	queueURL    = regexp.MustCompile(`^\$\{(\w+)QueueUrl\}$`)
)

// waits reports whether a task puts a message into a queue and waits for the
// function that consumes it to report.
func (s *state) waits() bool {
	return s.object["Resource"] == "arn:aws:states:::sqs:sendMessage.waitForTaskToken"
}

// folder is the folder of the function that does a task, called or by its queue.
func (s *state) folder(t *testing.T) string {
	t.Helper()
	m := functionArn.FindStringSubmatch(fmt.Sprint(at(s.object, "Arguments", "FunctionName")))
	if s.waits() {
		m = queueURL.FindStringSubmatch(fmt.Sprint(at(s.object, "Arguments", "QueueUrl")))
	}
	if m == nil {
		t.Fatalf("%s calls %v, which is no function of ours", s.name, at(s.object, "Arguments", "FunctionName"))
	}
	return strings.ToLower(m[1])
}

// retriers of a state.
func (s *state) retriers() []object {
	var out []object
	for _, r := range list(s.object["Retry"]) {
		out = append(out, in(r))
	}
	return out
}

// retried are the names of the errors a state retries.
func (s *state) retried() []string {
	var out []string
	for _, r := range s.retriers() {
		out = append(out, texts(r["ErrorEquals"])...)
	}
	return out
}

// routes are the operations of the API, as "METHOD /path": those of the OpenAPI
// the two that serve it, and the public page of an ad with its picture.
func routes(t *testing.T) []string {
	t.Helper()
	raw, err := httpapi.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]map[string]any `json:"paths"`
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	out := []string{"GET /api/openapi.json", "GET /api/docs", "GET /s/{share_id}", "GET /s/{share_id}/picture"}
	for path, methods := range doc.Paths {
		for method := range methods {
			out = append(out, strings.ToUpper(method)+" "+path)
		}
	}
	return out
}
