package contract_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/nanococoa/nanococoa/internal/fault"
)

// API Gateway knows every route of the API, and no other. That each goes to the function
// that has it, the end-to-end tests see.
func TestEveryRouteIsAnEvent(t *testing.T) {
	t.Parallel()
	tp := readTemplate(t)
	var events []string
	seen := map[string]string{}
	for _, folder := range folders(t) {
		for name, e := range in(tp.function(folder), "Events") {
			if at(e, "Type") != "Api" {
				continue
			}
			if at(e, "Properties", "RestApiId", "Ref") != "Api" {
				t.Errorf("%s belongs to another API", name)
			}
			route := strings.ToUpper(fmt.Sprint(at(e, "Properties", "Method"))) + " " + fmt.Sprint(at(e, "Properties", "Path"))
			if other, twice := seen[route]; twice {
				t.Errorf("%s is the event of %s and of %s", route, other, name)
			}
			seen[route] = name
			events = append(events, route)
		}
	}
	sameSet(t, "events of the functions behind the API", events, routes(t))
}

// The gateway answers some requests by itself: in the API's own shape, with a
// code of ours, and where the API has words for it, in the same words.
func TestTheGatewaysOwnAnswersAreProblems(t *testing.T) {
	t.Parallel()
	ownWords := map[string]string{
		"INTEGRATION_TIMEOUT": "the ad itself did not time out",
	}
	answers := in(readTemplate(t).resources, "Api", "Properties", "GatewayResponses")
	if len(answers) == 0 {
		t.Fatal("none")
	}
	for name, a := range answers {
		var p struct {
			Status int    `json:"status"`
			Code   string `json:"code"`
			Detail string `json:"detail"`
		}
		if err := json.Unmarshal([]byte(fmt.Sprint(at(a, "ResponseTemplates", "application/json"))), &p); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		code := fault.Code(p.Code)
		if !code.Known() || code.Status() != p.Status {
			t.Errorf("%s: code %s with status %d", name, p.Code, p.Status)
		}
		if s := at(a, "StatusCode"); s != nil && s != fmt.Sprint(p.Status) {
			t.Errorf("%s: status %v outside and %d inside", name, s, p.Status)
		}
		if _, own := ownWords[name]; own == (p.Detail == code.Detail()) {
			t.Errorf("%s says %q, the API %q", name, p.Detail, code.Detail())
		}
		if got := at(a, "ResponseParameters", "Headers", "Content-Type"); got != "'application/problem+json'" {
			t.Errorf("%s: Content-Type %v", name, got)
		}
	}
}
