package contract_test

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nanococoa/nanococoa/internal/config"
)

// What owners say, their photos and our tokens leave a machine encrypted or not at all: a
// deployment takes an address in the clear only where it leads to the machine itself.
func TestAddressesAreEncrypted(t *testing.T) {
	t.Parallel()
	const own = "http://localhost:8890 http://127.0.0.1:8890 http://localhost"
	for _, p := range []struct{ file, name, own string }{
		{"template.yaml", "AIServerUrl", own + " http://aiserver:8892"},
		{"template.yaml", "OpenAIBaseUrl", own + " http://127.0.0.1:9/v1"},
		{"template.yaml", "SiteOrigin", own}, {"infra/storage.yaml", "SiteOrigin", own},
	} {
		pattern := regexp.MustCompile(fmt.Sprint(at(readYAML(t, p.file), "Parameters", p.name, "AllowedPattern")))
		for _, host := range []string{"gpu.example.com", "10.0.0.7:8892"} {
			for _, scheme := range []string{"https://", "http://", "ftp://"} {
				if taken := pattern.MatchString(scheme + host); taken != (scheme == "https://") {
					t.Errorf("%s of %s: whether %s%s is taken is %v", p.name, p.file, scheme, host, taken)
				}
			}
		}
		for _, address := range strings.Fields(p.own) {
			if !pattern.MatchString(address) {
				t.Errorf("%s of %s refuses %s", p.name, p.file, address)
			}
		}
		for _, address := range []string{
			"http://localhost.example.com", "http://127.0.0.1.example.com", "http://localhost:8890@example.com",
			"http://127a0.0.1",
		} {
			if pattern.MatchString(address) {
				t.Errorf("%s of %s takes %s", p.name, p.file, address)
			}
		}
	}
}

// SAM gives functions AWS's own policies for logs and queues, which reach every one of the
// account. A boundary, on every function, ends them at the function's own log group and
// at this template's queues.
func TestNoFunctionReachesBeyondItsOwn(t *testing.T) {
	t.Parallel()
	tp := readTemplate(t)
	const boundary = "FunctionBoundary"
	if got := at(tp.globals, "PermissionsBoundary", "Ref"); got != boundary {
		t.Errorf("the functions' boundary is %v", got)
	}
	queues := tp.ofType("AWS::SQS::Queue")
	allowed := map[string]bool{} // rights on logs and queues
	for _, s := range list(at(tp.resources[boundary], "Properties", "PolicyDocument", "Statement")) {
		if not := texts(at(s, "NotAction")); len(not) > 0 {
			sameSet(t, "what statements of their own are not enough for", not, []string{"logs:*", "sqs:*"})
			continue
		}
		for _, a := range texts(at(s, "Action")) {
			allowed[a] = true
			if strings.Contains(a, "*") {
				t.Errorf("the boundary lets functions do %s", a)
			}
		}
		for _, r := range list(at(s, "Resource")) {
			queue, _ := at(r, "Fn::GetAtt").([]any)
			_, ours := queues[fmt.Sprint(append(queue, "")[0])]
			group := list(at(r, "Fn::Join"))
			if own := []string{"/nanococoa", "map[Ref:Environment]", "${aws:PrincipalTag/step}:*"}; !ours &&
				(len(group) != 2 || !slices.Equal(joined(list(group[1])[1]), own)) {
				t.Errorf("the boundary lets functions reach %v", r)
			}
		}
	}
	for _, folder := range folders(t) {
		f := tp.function(folder)
		if at(f, "PermissionsBoundary") != nil {
			t.Errorf("%s has a boundary of its own", folder)
		}
		if got := at(f, "Tags", "step"); got != folder {
			t.Errorf("%s is tagged as %v: it may write the log of that alone", folder, got)
		}
		group := fmt.Sprint(at(f, "LoggingConfig", "LogGroup", "Ref"))
		name := fmt.Sprint(at(tp.resources[group], "Properties", "LogGroupName", "Fn::Sub"))
		if name != "/nanococoa/${Environment}/"+folder {
			t.Errorf("%s writes to %v, and its tag lets it write to %s", folder, name, folder)
		}
		for _, s := range statements(tp.resources[resourceOf(folder)]) {
			for _, a := range texts(s["Action"]) {
				if own := strings.HasPrefix(a, "logs:") || strings.HasPrefix(a, "sqs:"); own && !allowed[a] {
					t.Errorf("%s needs %s, which its boundary does not let it do", folder, a)
				}
			}
		}
	}
	for _, polling := range []string{"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"} {
		if !allowed[polling] {
			t.Errorf("no queue can be polled without %s", polling)
		}
	}
}

// joined are the parts that are joined by slashes.
func joined(v value) []string {
	if join := list(at(v, "Fn::Join")); len(join) == 2 && join[0] == "/" {
		return texts(join[1])
	}
	return nil
}

// The gateway's own address takes TLS 1.0 unless it is told otherwise, and CloudFront's of a
// domain of one's own takes what it is told.
func TestTheFloorOfTLS(t *testing.T) {
	t.Parallel()
	api := in(readTemplate(t).resources, "Api", "Properties")
	if at(api, "SecurityPolicy") != "SecurityPolicy_TLS13_1_2_2021_06" || at(api, "EndpointAccessMode") != "STRICT" {
		t.Errorf("the gateway takes %v, %v", at(api, "SecurityPolicy"), at(api, "EndpointAccessMode"))
	}
	site := in(readYAML(t, "infra/site.yaml"), "Resources", "Distribution", "Properties", "DistributionConfig")
	domain := list(at(site, "ViewerCertificate", "Fn::If"))
	if len(domain) != 3 || at(domain[1], "MinimumProtocolVersion") != "TLSv1.2_2021" {
		t.Errorf("CloudFront takes %v", domain)
	}
	for _, o := range list(at(site, "Origins")) {
		custom := in(o, "CustomOriginConfig")
		if custom == nil {
			continue
		}
		protocols := strings.Join(texts(custom["OriginSSLProtocols"]), " ")
		if custom["OriginProtocolPolicy"] != "https-only" || protocols != "TLSv1.2" {
			t.Errorf("CloudFront asks an origin by %v", custom)
		}
	}
}

// What costs money ends sooner than what is looked at, and closed doors take none of it: no
// order, no address for a photo, no event of a photo.
func TestDoorsThatClose(t *testing.T) {
	t.Parallel()
	tp := readTemplate(t)
	routes := map[string]bool{}
	for _, folder := range folders(t) {
		for _, e := range in(tp.function(folder), "Events") {
			if at(e, "Type") == "Api" {
				routes[fmt.Sprint(at(e, "Properties", "Method"), " ", at(e, "Properties", "Path"))] = true
			}
		}
	}
	var got []string
	for _, s := range list(at(tp.resources["Api"], "Properties", "MethodSettings")) {
		encoded := fmt.Sprint(at(s, "ResourcePath"))
		if encoded == "/*" {
			continue
		}
		route := fmt.Sprint(at(s, "HttpMethod"), " ", strings.ReplaceAll(strings.TrimPrefix(encoded, "/"), "~1", "/"))
		got = append(got, route)
		if !routes[route] {
			t.Errorf("%s is throttled and is no route", route)
		}
		for _, limit := range []string{"ThrottlingRateLimit", "ThrottlingBurstLimit"} {
			if cond := list(at(s, limit, "Fn::If")); len(cond) != 3 || cond[0] != "DoorsClosed" || number(cond[1]) != 0 {
				t.Errorf("%s: %s is %v when the doors are closed", route, limit, at(s, limit))
			}
		}
	}
	sameSet(t, "routes that closed doors refuse", got, []string{
		"POST /api/ads/generate", "POST /api/uploads", "POST /api/ads/{ad_id}/retry", "POST /api/ads/{ad_id}/scenes",
		"POST /api/ads/{ad_id}/copies",
	})
	ingest := list(at(tp.function("ingest"), "ReservedConcurrentExecutions", "Fn::If"))
	if len(ingest) != 3 || ingest[0] != "DoorsClosed" || number(ingest[1]) != 0 {
		t.Errorf("the event of a photo is handled behind closed doors: %v", ingest)
	}
	// An account that may run ten functions at once can reserve none.
	if at(tp.doc, "Parameters", "ReserveConcurrency", "Default") != "false" {
		t.Error("a new account cannot deploy this")
	}
}

// Nothing is installed but what was locked: a version can be replaced where it came from.
func TestPythonIsLockedByHash(t *testing.T) {
	t.Parallel()
	locks := tracked(t, "*requirements.txt")
	if len(locks) < 7 {
		t.Errorf("only %v were found", locks)
	}
	for _, file := range locks {
		pinned := 0
		for _, one := range strings.Split(strings.ReplaceAll(string(read(t, file)), "\\\n", " "), "\n") {
			if one = strings.TrimSpace(one); one == "" || strings.HasPrefix(one, "#") {
				continue
			}
			pinned++
			if !strings.Contains(one, "==") || !strings.Contains(one, " --hash=sha256:") {
				t.Errorf("%s: %.60s has no version or no hash", file, one)
			}
		}
		if pinned == 0 {
			t.Errorf("%s pins nothing", file)
		}
	}
	installing := regexp.MustCompile(`(?s)\$\((?:WORKER_|CHECKOV_)?PIP\)[^\n]*(?:\\\n[^\n]*)*`)
	installs := installing.FindAllString(string(read(t, "Makefile")), -1)
	for _, i := range installs {
		if !strings.Contains(i, "--require-hashes") {
			t.Errorf("pip takes what has another hash: %s", i)
		}
	}
	if len(installs) != 3 {
		t.Errorf("%d installs were found", len(installs))
	}
}

// Every function that a route leads to is behind the same door: what one of them did not
// demand, the others would demand in vain.
func TestEveryRouteIsBehindTheDoor(t *testing.T) {
	t.Parallel()
	tp := readTemplate(t)
	var door []string
	for _, f := range reflect.VisibleFields(reflect.TypeFor[config.Door]()) {
		if name, _, _ := strings.Cut(f.Tag.Get("env"), ","); name != "" {
			door = append(door, name)
		}
	}
	behind := 0
	for _, folder := range folders(t) {
		routes := 0
		for _, e := range in(tp.function(folder), "Events") {
			if at(e, "Type") == "Api" {
				routes++
			}
		}
		if routes == 0 {
			continue
		}
		behind++
		for _, name := range door {
			if at(tp.variables(folder), name) == nil {
				t.Errorf("%s has routes and no %s", folder, name)
			}
		}
	}
	if behind < 3 || !slices.Contains(door, "ORIGIN_SECRET_PARAMETER") {
		t.Errorf("%d functions have routes; the door is %q", behind, door)
	}
	for _, o := range list(at(readYAML(t, "infra/site.yaml"), "Resources", "Distribution", "Properties",
		"DistributionConfig", "Origins")) {
		sent := list(at(o, "OriginCustomHeaders"))
		if at(o, "Id") == "api" && (len(sent) != 1 || at(sent[0], "HeaderName") != "X-Origin-Secret") {
			t.Errorf("the site sends %v", sent)
		}
	}
}
