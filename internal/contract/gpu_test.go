package contract_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nanococoa/nanococoa/aiserver/server"
)

// readServers is infra/gpu.yaml, to have its alarms judged as those of infra/alarms.yaml are.
func readServers(t *testing.T) watch {
	t.Helper()
	return watch{resources: in(readYAML(t, "infra/gpu.yaml"), "Resources"), values: map[string]string{}}
}

// The alarms of the servers speak as all others do.
func TestTheServersAlarmsSpeak(t *testing.T) {
	t.Parallel()
	w := readServers(t)
	for name := range w.alarms(t) {
		p := in(w.resources[name], "Properties")
		about := strings.Join(strings.Fields(fmt.Sprint(p["AlarmDescription"])), " ")
		page := pageOf(name)
		if !strings.HasSuffix(about, "Runbook: infra/runbooks/"+page) || !regexp.MustCompile(`[Oo]wner`).MatchString(about) {
			t.Errorf("%s says %q", name, about)
		}
		if got := at(p["AlarmName"], "Fn::Sub"); got != "nanococoa-${Environment}-"+strings.TrimSuffix(page, ".md") {
			t.Errorf("%s is called %v", name, got)
		}
		if p["TreatMissingData"] == nil {
			t.Errorf("%s does not say what a missing point is", name)
		}
		for _, to := range []string{"AlarmActions", "OKActions"} {
			// The topic of infra/alarms.yaml, by its name there.
			told := len(list(p[to])) == 1 && strings.HasSuffix(fmt.Sprint(at(list(p[to])[0], "Fn::Sub")),
				":"+fmt.Sprint(at(readWatch(t).resources, "Topic", "Properties", "TopicName", "Fn::Sub")))
			if scales := name == "FirstServer" || name == "LastServer"; told == scales {
				t.Errorf("%s: %s are %v", name, to, p[to])
			}
		}
	}
}

// Each goes off when it should and is silent when it should.
func TestTheServersAlarmsGoOffAndEnd(t *testing.T) {
	t.Parallel()
	alarms := readServers(t).alarms(t)
	// One period: ads in the queue, servers that are wanted and that are ready; -1 is no point.
	type period struct{ waiting, inhand, putback, desired, ready float64 }
	none := period{-1, -1, -1, -1, -1}
	empty := period{desired: 0, ready: -1}
	cases := map[string]struct {
		within int
		quiet  period
		bad    []period
		silent [][]period
	}{
		"FirstServer": {
			within: 1, quiet: empty,
			bad:    []period{{waiting: 1, ready: -1}, {inhand: 1, ready: -1}, {putback: 2, desired: -1, ready: -1}},
			silent: [][]period{{{waiting: 50, putback: 3, desired: 1}}, {none}},
		},
		"LastServer": {
			within: 15, quiet: empty, bad: []period{{desired: 1, ready: 1}, {-1, -1, -1, 2, 2}},
			silent: [][]period{{{putback: 1, desired: 1, ready: 1}}, {none},
				append(slices.Repeat([]period{{desired: 1, ready: 1}}, 14), period{inhand: 1, desired: 1, ready: 1})},
		},
		"ServersMissing": {
			within: 4, quiet: empty, bad: []period{{waiting: 5, desired: 1, ready: -1}, {desired: 2, ready: 0}},
			silent: [][]period{
				{{desired: 1, ready: 1}}, {none}, {{desired: 1}, {desired: 1}, {desired: 1}, {desired: 1, ready: 1}},
			},
		},
		"ServersIdle": {
			within: 12, quiet: empty, bad: []period{{desired: 1, ready: 1}, {-1, -1, -1, 2, 2}},
			silent: [][]period{{{inhand: 1, desired: 1, ready: 1}}, {none},
				append(slices.Repeat([]period{{desired: 1, ready: 1}}, 11), period{waiting: 1, desired: 1, ready: 1})},
		},
	}
	sameSet(t, "alarms that are tried", names(cases), names(alarms))
	for name, tc := range cases {
		a := alarms[name]
		data := func(periods ...period) (out []samples) {
			for _, p := range periods {
				s := samples{}
				for id, v := range map[string]float64{
					"waiting": p.waiting, "inhand": p.inhand, "putback": p.putback, "desired": p.desired, "ready": p.ready,
				} {
					if q, ok := a.queries[id]; ok && v >= 0 {
						s[q.metric] = []float64{v}
					}
				}
				out = append(out, s)
			}
			return out
		}
		const long = 30 // periods, longer than any alarm looks back
		quiet := slices.Repeat([]period{tc.quiet}, long)
		for _, bad := range tc.bad {
			seen := slices.Concat(quiet, slices.Repeat([]period{bad}, tc.within))
			if s := a.state(t, data(seen[:len(seen)-1]...)); s != "OK" {
				t.Errorf("%s is %s too soon", name, s)
			}
			if s := a.state(t, data(seen...)); s != "ALARM" {
				t.Errorf("%s is %s after %d periods of %v", name, s, tc.within, bad)
			}
			if s := a.state(t, data(slices.Concat(seen, quiet)...)); s != "OK" {
				t.Errorf("%s is %s when it is over", name, s)
			}
		}
		for _, sequence := range tc.silent {
			for i := range long {
				seen := slices.Repeat(sequence, 2*long)[:a.periods+2+i]
				if s := a.state(t, data(seen...)); s != "OK" {
					t.Fatalf("%s is %s after %d periods of %v", name, s, len(seen), sequence)
				}
			}
		}
	}
}

// Servers are closed: no address of their own, one door, encrypted disks, tokens for metadata, and rights
// on what is theirs alone.
func TestTheServersAreClosed(t *testing.T) {
	t.Parallel()
	r := readServers(t).resources
	launch := in(r, "ServerTemplate", "Properties", "LaunchTemplateData")
	if launch["NetworkInterfaces"] != nil || at(launch, "MetadataOptions", "HttpTokens") != "required" ||
		number(at(launch, "MetadataOptions", "HttpPutResponseHopLimit")) != 1 {
		t.Errorf("an instance starts with %v, %v", launch["NetworkInterfaces"], launch["MetadataOptions"])
	}
	for _, disk := range list(launch["BlockDeviceMappings"]) {
		if at(disk, "Ebs", "Encrypted") != true {
			t.Errorf("a disk is %v", disk)
		}
	}
	for _, subnet := range list(at(r, "ServerFleet", "Properties", "VPCZoneIdentifier")) {
		s := in(r, fmt.Sprint(at(subnet, "Ref")), "Properties")
		if !strings.HasPrefix(fmt.Sprint(at(subnet, "Ref")), "Private") || s["MapPublicIpOnLaunch"] != nil {
			t.Errorf("servers are in %v", subnet)
		}
	}
	for name, one := range r {
		for _, rule := range list(at(one, "Properties", "SecurityGroupIngress")) {
			if at(rule, "CidrIp") != nil && (name != "BalancerGroup" || number(at(rule, "FromPort")) != 443) {
				t.Errorf("%s is open to %v", name, rule)
			}
		}
	}
	for _, p := range list(at(r, "ServerRole", "Properties", "Policies")) {
		for _, s := range list(at(p, "PolicyDocument", "Statement")) {
			for _, x := range append(list(at(s, "Action")), list(at(s, "Resource"))...) {
				if text := fmt.Sprint(x); text == "*" || strings.HasSuffix(text, ":*") {
					t.Errorf("a server may %v on %v", at(s, "Action"), at(s, "Resource"))
				}
			}
		}
	}
}

// The numbers of the stack fit those of the server and of the application.
func TestTheServersFit(t *testing.T) {
	t.Parallel()
	doc, tp := readYAML(t, "infra/gpu.yaml"), readTemplate(t)
	r := in(doc, "Resources")
	cfg, err := server.Read(nil)
	if err != nil {
		t.Fatal(err)
	}
	attributes := map[string]string{}
	for _, a := range slices.Concat(list(at(r, "Balancer", "Properties", "LoadBalancerAttributes")),
		list(at(r, "Servers", "Properties", "TargetGroupAttributes"))) {
		attributes[fmt.Sprint(at(a, "Key"))] = fmt.Sprint(at(a, "Value"))
	}
	seconds := func(key string) (n float64) {
		if _, err := fmt.Sscan(attributes[key], &n); err != nil {
			t.Errorf("%s is %q", key, attributes[key])
		}
		return n
	}
	if got := seconds("idle_timeout.timeout_seconds"); got <= tp.timeout("stage1") {
		t.Errorf("the load balancer ends a call after %v s, stage 1 after %v", got, tp.timeout("stage1"))
	}
	hook := number(at(list(at(r, "ServerFleet", "Properties", "LifecycleHookSpecificationList"))[0], "HeartbeatTimeout"))
	const spot = 120 // seconds from the notice to the end
	for what, s := range map[string]float64{
		"the group waits": hook, "Spot gives": spot,
		"the load balancer waits": seconds("deregistration_delay.timeout_seconds"),
	} {
		if s <= cfg.DrainTimeout.Seconds() || s > spot {
			t.Errorf("%s %v s, a server drains for up to %v", what, s, cfg.DrainTimeout)
		}
	}
	if got := texts(at(doc, "Parameters", "MaxServers", "AllowedValues")); !slices.Equal(got,
		texts(at(tp.doc, "Parameters", "GpuSlots", "AllowedValues"))) {
		t.Errorf("MaxServers is one of %v, and GpuSlots is not", got)
	}
	if at(tp.resources, "Stage1QueueParameter", "Properties", "Value", "Fn::GetAtt") == nil {
		t.Error("nobody says what the queue is called")
	}
}

// What the stack lets a deployment choose, a server takes; and every setting of user data is one it reads,
// or one of the release's scripts.
func TestTheServersSettings(t *testing.T) {
	t.Parallel()
	doc := readYAML(t, "infra/gpu.yaml")
	userData := fmt.Sprint(at(doc, "Resources", "ServerTemplate", "Properties", "LaunchTemplateData", "UserData",
		"Fn::Base64", "Fn::Sub"))
	scripts := ""
	files, err := filepath.Glob(filepath.Join(root, "infra/gpu/release/*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		scripts += string(text)
	}
	settings := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^([A-Z0-9_]+)=(.*)$`).FindAllStringSubmatch(userData+scripts, -1) {
		settings[m[1]] = m[2]
	}
	tried := 0
	for name, value := range settings {
		parameter := strings.Trim(value, "${}")
		choices := texts(at(doc, "Parameters", parameter, "AllowedValues"))
		if len(choices) == 0 {
			choices = []string{fmt.Sprint(at(doc, "Parameters", parameter, "Default"))}
		}
		if !regexp.MustCompile(`(?i)^(cutout|scene|score|analysis)`).MatchString(name) {
			continue
		}
		for _, v := range choices {
			tried++
			environ := []string{name + "=" + v, "MODELS_DIR=/models", "OPENAI_API_KEY=key"}
			if _, err := server.Read(environ); err != nil {
				t.Errorf("%s=%s: %v", name, v, err)
			}
		}
	}
	if tried < 12 || settings["ADDR"] == "" || settings["WORKER_DIR"] == "" || settings["DATA_DIR"] == "" {
		t.Errorf("%d settings were tried of %v", tried, slices.Sorted(maps.Keys(settings)))
	}
}
