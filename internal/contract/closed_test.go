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
