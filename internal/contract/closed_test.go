package contract_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
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
			if own := "/nanococoa/${Environment}/${!aws:PrincipalTag/step}:*"; !ours &&
				(len(group) != 2 || at(list(group[1])[1], "Fn::Sub") != own) {
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
