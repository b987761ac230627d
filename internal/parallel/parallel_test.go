package parallel_test

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/parallel"
)

func TestEveryNumberIsWorkedOnOnceAndBesideTheOthers(t *testing.T) {
	t.Parallel()
	const n = 5
	var seen [n]atomic.Int32
	var together sync.WaitGroup
	together.Add(n)
	err := parallel.Run(n, func(i int) error {
		seen[i].Add(1)
		together.Done()
		together.Wait() // for ever, unless all run at the same time
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	for i := range seen {
		if got := seen[i].Load(); got != 1 {
			t.Errorf("%d: %d times", i, got)
		}
	}
	if err := parallel.Run(0, func(int) error { return errors.New("called") }); err != nil {
		t.Error(err)
	}
}

func TestTheFirstFaultIsGivenAfterAllHaveEnded(t *testing.T) {
	t.Parallel()
	var ended atomic.Int32
	first, second := errors.New("first"), errors.New("second")
	err := parallel.Run(4, func(i int) error {
		defer ended.Add(1)
		return [...]error{nil, first, second, nil}[i]
	})
	if !errors.Is(err, first) || ended.Load() != 4 {
		t.Errorf("%v after %d of 4 had ended", err, ended.Load())
	}
}

func TestAPanicIsAFault(t *testing.T) {
	t.Parallel()
	err := parallel.Run(3, func(i int) error {
		few := make([]int, 2)
		few[min(i, 2)] = 1
		return nil
	})
	if !fault.Has(err, fault.Internal) {
		t.Fatal(err)
	}
	for _, part := range []string{"index out of range", "parallel_test.go"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the log does not say %q: %v", part, err)
		}
	}
}

// What decodes, scales or draws the pictures of strangers starts no goroutines by
// itself: there a panic would be the end of the process.
func TestPicturesAreWorkedOnInNoOtherGoroutines(t *testing.T) {
	t.Parallel()
	files := 0
	for _, dir := range []string{"photo", "resample", "compose", "colour", "../aiserver/standin", "../aiserver/engine"} {
		err := filepath.WalkDir(filepath.Join("..", dir), func(path string, _ fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") ||
				strings.Contains(filepath.ToSlash(path), "/conformance/") { // tests for engines
				return err
			}
			files++
			set := token.NewFileSet()
			file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.GoStmt:
					t.Errorf("%s starts a goroutine of its own", set.Position(n.Pos()))
				case *ast.CallExpr:
					if f, ok := n.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Go" {
						t.Errorf("%s starts a goroutine of its own", set.Position(n.Pos()))
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if files < 20 {
		t.Errorf("only %d files were looked at", files)
	}
}
