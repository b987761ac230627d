package contract_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"
)

// unguarded are the goroutines that begin without fault.Guard, each with why no stranger's
// data can make it panic.
var unguarded = map[string]string{
	"aiserver/gallery/gallery.go": "an operator's own tool",
	"aiserver/jobs/runner.go":     "it carries out queued jobs, each of which is guarded inside",
	"aiserver/server/server.go":   "net/http recovers each request's handler, and loading is guarded inside",
	"aiserver/worker/process.go":  "it reads lines and frames of our own process, of bounded length",
	"aiserver/worker/worker.go":   "supervise starts and stops a process; what carries out a job is guarded",
	// The suite is code of tests that every engine runs.
	"aiserver/engine/conformance/pictures.go": "tests",
}

// A panic that leaves a goroutine ends the process, and with it everybody's calls: those that
// work on what strangers sent begin with fault.Guard, as package parallel's do.
func TestEveryGoroutineIsGuarded(t *testing.T) {
	t.Parallel()
	seen := 0
	files := slices.Concat(tracked(t, "internal/*.go"), tracked(t, "functions/*.go"), tracked(t, "aiserver/*.go"))
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, read(t, file), 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			var body ast.Node
			switch n := n.(type) {
			case *ast.GoStmt:
				body = n.Call
			case *ast.CallExpr:
				if s, ok := n.Fun.(*ast.SelectorExpr); !ok || s.Sel.Name != "Go" {
					return true
				}
				body = n
			default:
				return true
			}
			seen++
			if _, known := unguarded[file]; !known && !guards(body) {
				t.Errorf("%s starts a goroutine without fault.Guard", file)
			}
			return true
		})
	}
	if seen < 8 {
		t.Errorf("only %d goroutines were found", seen)
	}
}

// guards reports whether fault.Guard is called in a node.
func guards(n ast.Node) (found bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		if c, ok := n.(*ast.CallExpr); ok {
			s, ok := c.Fun.(*ast.SelectorExpr)
			found = found || ok && s.Sel.Name == "Guard"
		}
		return !found
	})
	return found
}
