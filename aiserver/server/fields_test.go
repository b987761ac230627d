package server_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/nanococoa/nanococoa/internal/ad"
)

// The contract is written by hand; what it says of an owner's fields is what
// the table says.
func TestTheContractKnowsTheFields(t *testing.T) {
	t.Parallel()
	doc, err := loadContract()
	if err != nil {
		t.Fatal(err)
	}
	for call, fields := range map[string]ad.Table{
		"Stage1Request": ad.OwnerFields().Only("product_name", "product_category", "ad_concept"),
		"Stage2Request": ad.OwnerFields().Only("product_name", "target_age", "target_gender", "ad_concept", "ai_mark"),
	} {
		for _, d := range fields {
			p := doc.Components.Schemas[call].Value.Properties[d.Name]
			if p == nil {
				t.Errorf("%s has no %s", call, d.Name)
				continue
			}
			switch d.Kind() {
			case ad.KindText:
				if want := fmt.Sprintf("1–%d characters", d.Limit); !strings.HasPrefix(p.Value.Description, want) {
					t.Errorf("%s: %s is described as %q, want %q", call, d.Name, p.Value.Description, want)
				}
			case ad.KindChoice:
				if fmt.Sprint(p.Value.Enum) != fmt.Sprint(d.Choices) {
					t.Errorf("%s: %s is one of %v, want %v", call, d.Name, p.Value.Enum, d.Choices)
				}
			case ad.KindFlag:
				if !p.Value.Type.Is("boolean") {
					t.Errorf("%s: %s is a %v", call, d.Name, p.Value.Type)
				}
			}
		}
	}
}
