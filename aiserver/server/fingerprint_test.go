package server_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/nanococoa/nanococoa/aiserver/server"
	"github.com/nanococoa/nanococoa/internal/gpu"
)

// leaves calls visit with every value in v that is no struct, list or pointer
// itself, and the name of the field of v that it belongs to. Lists get one member
// and pointers something to point to.
func leaves(t *testing.T, field string, v reflect.Value, visit func(field string, leaf reflect.Value)) {
	t.Helper()
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		leaves(t, field, v.Elem(), visit)
	case reflect.Slice:
		if v.Len() == 0 {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		}
		leaves(t, field, v.Index(0), visit)
	case reflect.Array:
		for i := range v.Len() {
			leaves(t, field, v.Index(i), visit)
		}
	case reflect.Struct:
		for f, inner := range v.Fields() {
			if !f.IsExported() {
				t.Errorf("%s.%s is not exported: JSON leaves it out", v.Type(), f.Name)
				continue
			}
			name := field
			if name == "" {
				name = f.Name
			}
			leaves(t, name, inner, visit)
		}
	default:
		visit(field, v)
	}
}

// change makes a value another one.
func change(t *testing.T, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.String:
		v.SetString(v.String() + "x")
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Float64:
		v.SetFloat(v.Float() + 0.25)
	case reflect.Int, reflect.Int64:
		v.SetInt(v.Int() + 1)
	case reflect.Uint, reflect.Uint64:
		v.SetUint(v.Uint() + 1)
	default:
		t.Fatalf("this test cannot change a %s", v.Kind())
	}
}

// Whatever is added to a request counts for its fingerprint; only the fields that
// are named here do not.
func TestEveryFieldOfARequestIsItsContent(t *testing.T) {
	t.Parallel()
	fingerprint := func(call string, pic []byte, content any) string {
		fp, err := server.Fingerprint(call, pic, content)
		if err != nil {
			t.Fatal(err)
		}
		return fp
	}
	for name, tc := range map[string]struct {
		request any
		content func(any) any
		not     []string // where the picture is, where the result goes
	}{
		"stage1": {
			&server.Stage1Body{}, func(b any) any { return server.Stage1Content(*b.(*server.Stage1Body)) },
			[]string{"ImageSourceURL", "OutputPutURL"},
		},
		"stage2": {
			&gpu.Stage2Body{}, func(b any) any { return server.Stage2Content(*b.(*gpu.Stage2Body), nil) },
			[]string{"Stage1Image", "Brand", "OutputPutURL"}, // of the brand, where its logo is
		},
		"score": {
			&gpu.ScoreBody{}, func(b any) any { return server.ScoreContent(*b.(*gpu.ScoreBody)) },
			[]string{"ImageURL"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			of := func() string { return fingerprint(name, []byte("picture"), tc.content(tc.request)) }
			seen := map[string]string{of(): "nothing"}
			var left []string
			leaves(t, "", reflect.ValueOf(tc.request), func(field string, leaf reflect.Value) {
				before := of()
				change(t, leaf)
				switch after := of(); {
				case after == before:
					left = append(left, field)
				case seen[after] != "":
					t.Errorf("%s gives the fingerprint of %s", field, seen[after])
				default:
					seen[after] = field
				}
			})
			if !slices.Equal(left, tc.not) {
				t.Errorf("the fingerprint does not change with %v, want %v", left, tc.not)
			}
			if len(seen) < 3 {
				t.Errorf("%d fingerprints", len(seen))
			}
			if fingerprint(name, []byte("another"), tc.content(tc.request)) == of() {
				t.Error("the fingerprint does not change with the picture")
			}
			if fingerprint("another", []byte("picture"), tc.content(tc.request)) == of() {
				t.Error("the fingerprint does not change with the call")
			}
		})
	}
}

func TestOnlyTheQueryOfTheHTMLsPictureIsLeftOut(t *testing.T) {
	t.Parallel()
	of := func(address string) string {
		fp, err := server.Fingerprint("stage2", nil, server.Stage2Content(gpu.Stage2Body{HTMLImageURL: address}, nil))
		if err != nil {
			t.Fatal(err)
		}
		return fp
	}
	const base = "https://pictures.example.com/a.png"
	for address, same := range map[string]bool{
		base + "?X-Amz-Signature=1&x=%20": true, base + "#part": true, "https://pictures.example.com/b.png": false,
		"http://pictures.example.com/a.png": false, "https://other.example.com/a.png": false, "": false, "cid:a": false,
	} {
		if (of(address) == of(base)) != same {
			t.Errorf("%s: the same as %s = %v", address, base, !same)
		}
	}
	if len(of(base)) != 64 {
		t.Errorf("fingerprint %q", of(base))
	}
}
