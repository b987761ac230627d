package contract_test

import (
	"go/types"
	"maps"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/go/ssa"
	"golang.org/x/tools/go/ssa/ssautil"
)

// rightsOf says which rights a call of an AWS client takes (Service Authorization
// Reference). Of a transaction, the writes inside it do.
var rightsOf = map[string][]string{
	"dynamodb.GetItem":            {"dynamodb:GetItem"},
	"dynamodb.PutItem":            {"dynamodb:PutItem"},
	"dynamodb.UpdateItem":         {"dynamodb:UpdateItem"},
	"dynamodb.DeleteItem":         {"dynamodb:DeleteItem"},
	"dynamodb.Query":              {"dynamodb:Query"},
	"dynamodb.BatchGetItem":       {"dynamodb:BatchGetItem"},
	"dynamodb.TransactWriteItems": {},
	"dynamodb.Put":                {"dynamodb:PutItem"},
	"dynamodb.Update":             {"dynamodb:UpdateItem"},
	"dynamodb.Delete":             {"dynamodb:DeleteItem"},
	"dynamodb.ConditionCheck":     {"dynamodb:ConditionCheckItem"},
	// Without the right to list, a missing object is answered as a forbidden one.
	"s3.GetObject":                {"s3:GetObject", "s3:ListBucket"},
	"s3.HeadObject":               {"s3:GetObject", "s3:ListBucket"},
	"s3.PutObject":                {"s3:PutObject"},
	"s3.CreateMultipartUpload":    {"s3:PutObject"},
	"s3.UploadPart":               {"s3:PutObject"},
	"s3.CompleteMultipartUpload":  {"s3:PutObject"},
	"s3.DeleteObject":             {"s3:DeleteObject"},
	"s3.ListObjectsV2":            {"s3:ListBucket"},
	"s3.PresignGetObject":         {"s3:GetObject"},
	"s3.PresignPostObject":        {"s3:PutObject"},
	"sfn.StartExecution":          {"states:StartExecution"},
	"sfn.StopExecution":           {"states:StopExecution"},
	"sfn.DescribeExecution":       {"states:DescribeExecution"},
	"sfn.SendTaskSuccess":         {"states:SendTaskSuccess"},
	"sfn.SendTaskFailure":         {"states:SendTaskFailure"},
	"sfn.SendTaskHeartbeat":       {"states:SendTaskHeartbeat"},
	"sqs.SendMessage":             {"sqs:SendMessage"},
	"sqs.ChangeMessageVisibility": {"sqs:ChangeMessageVisibility"},
	"ssm.GetParameter":            {"ssm:GetParameter"},
}

// A function may do what its code does, and nothing else. What it does is read
// from the code: every call of an AWS client that its main can reach.
func TestAFunctionMayDoWhatItDoes(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: reading the whole program takes ten seconds")
	}
	t.Parallel()
	tp, mains := readTemplate(t), programs(t)
	for _, folder := range folders(t) {
		calls := mains.calls(mains.main(t, folder))
		needs := map[string]bool{}
		for call := range calls {
			rights, known := rightsOf[call]
			if !known {
				t.Errorf("functions/%s calls %s, of which this test does not know the rights", folder, call)
			}
			for _, r := range rights {
				needs[r] = true
			}
		}
		var may []string
		for _, s := range statements(tp.resources[resourceOf(folder)]) {
			may = append(may, texts(s["Action"])...)
		}
		t.Logf("%-10s %v", folder, slices.Sorted(maps.Keys(needs)))
		sameSet(t, "rights of "+resourceOf(folder), may, slices.Collect(maps.Keys(needs)))
	}
}

const (
	ours = "github.com/nanococoa/nanococoa/"
	sdk  = "github.com/aws/aws-sdk-go-v2/service/"
)

// program is all functions with everything of ours they are made of.
type program struct {
	*ssa.Program
	packages []*ssa.Package
}

func programs(t *testing.T) program {
	t.Helper()
	found, err := packages.Load(&packages.Config{
		Mode: packages.LoadSyntax, Dir: root, BuildFlags: []string{"-tags=lambda.norpc"},
	}, "./functions/...", "./internal/...")
	if err != nil || packages.PrintErrors(found) > 0 {
		t.Fatalf("load: %v", err)
	}
	prog, built := ssautil.Packages(found, ssa.InstantiateGenerics)
	prog.Build()
	return program{prog, built}
}

func (p program) main(t *testing.T, folder string) *ssa.Function {
	t.Helper()
	for _, pkg := range p.packages {
		if pkg.Pkg.Path() == ours+"functions/"+folder {
			return pkg.Func("main")
		}
	}
	t.Fatalf("functions/%s was not read", folder)
	return nil
}

// calls are the calls of AWS clients, and the writes of transactions, that a function of
// ours can reach. It follows what is called, what is passed on as a value (others may call
// it), and of a call through an interface every type of ours that has been converted to an
// interface so far.
func (p program) calls(from *ssa.Function) map[string]bool {
	found, seen := map[string]bool{}, map[*ssa.Function]bool{}
	boxed := map[types.Type]bool{}    // types put into interfaces
	dynamic := map[*types.Func]bool{} // methods called through interfaces
	var todo []*ssa.Function
	visit := func(f *ssa.Function) {
		if f != nil && !seen[f] {
			seen[f] = true
			todo = append(todo, f)
		}
	}
	dispatch := func(typ types.Type, m *types.Func) {
		iface, ok := m.Signature().Recv().Type().Underlying().(*types.Interface)
		if ok && types.Implements(typ, iface) {
			visit(p.LookupMethod(typ, m.Pkg(), m.Name()))
		}
	}
	visit(from)
	for len(todo) > 0 {
		f := todo[0]
		todo = todo[1:]
		note(f, found)
		for _, b := range f.Blocks {
			for _, in := range b.Instrs {
				if call, ok := in.(ssa.CallInstruction); ok && call.Common().IsInvoke() && !dynamic[call.Common().Method] {
					dynamic[call.Common().Method] = true
					for typ := range boxed {
						dispatch(typ, call.Common().Method)
					}
				}
				if box, ok := in.(*ssa.MakeInterface); ok && !boxed[box.X.Type()] {
					boxed[box.X.Type()] = true
					for m := range dynamic {
						dispatch(box.X.Type(), m)
					}
				}
				if alloc, ok := in.(*ssa.Alloc); ok {
					noteWrite(alloc, found)
				}
				for _, operand := range in.Operands(nil) {
					if g, ok := (*operand).(*ssa.Function); ok {
						visit(g)
					}
				}
			}
		}
	}
	return found
}

// note remembers a method of an AWS client: (*dynamodb.Client).Query, or the page
// of a listing.
func note(f *ssa.Function, found map[string]bool) {
	recv := f.Signature.Recv()
	if recv == nil {
		return
	}
	path, name := typeName(recv.Type())
	service, ok := strings.CutPrefix(path, sdk)
	switch {
	case !ok:
	case name == "Client", name == "PresignClient":
		found[service+"."+f.Name()] = true
	case strings.HasSuffix(name, "Paginator") && f.Name() == "NextPage":
		found[service+"."+strings.TrimSuffix(name, "Paginator")] = true
	}
}

// noteWrite remembers a write that goes into a transaction.
func noteWrite(alloc *ssa.Alloc, found map[string]bool) {
	writes := []string{"Put", "Update", "Delete", "ConditionCheck"}
	if path, name := typeName(alloc.Type()); path == sdk+"dynamodb/types" && slices.Contains(writes, name) {
		found["dynamodb."+name] = true
	}
}

func typeName(t types.Type) (path, name string) {
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	if n, ok := t.(*types.Named); ok && n.Obj().Pkg() != nil {
		return n.Obj().Pkg().Path(), n.Obj().Name()
	}
	return "", ""
}
