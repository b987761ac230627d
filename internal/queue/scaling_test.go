package queue_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/oasdiff/yaml3"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// The group of servers of infra/gpu.yaml in the capacity simulation: the rule by which it grows and
// shrinks, instances that take minutes to be ready, and Spot instances that are lost.
//
//	go test -run Scaling -v ./internal/queue
type group struct {
	target float64         // BacklogPerServer
	limit  int             // MaxServers
	boot   time.Duration   // from the launch of an instance to its readiness
	losses []time.Duration // when a Spot notice comes, from the start, to whichever server is ready
}

// What the rule is made of beside its parameters: the alarms that AWS makes for target tracking (Auto
// Scaling guide, "Target tracking scaling policies": three minutes above the target, fifteen below
// nine tenths of it), how late a metric may be, and what an instance has after its notice.
const (
	lateness   = 2 // minutes
	above      = 3
	below      = 15
	belowShare = .9
	empty      = 15               // minutes without an ad, of LastServer
	inService  = time.Minute      // from the launch until the group counts an instance
	drains     = 90 * time.Second // the server's DRAIN_TIMEOUT
	notice     = 2 * time.Minute
	oneServer  = 1 + 4 // what a server takes: SLOTS and QUEUE
)

// instance is one server of the group, with one slot.
type instance struct {
	launched, ends time.Time // ends is zero until its notice
	slot           chan struct{}
	calls          int           // that it has
	noticed, gone  chan struct{} // closed when it takes nothing more, and when it is cut off
}

// fleet is the group at work. Its lock is the model's.
type fleet struct {
	*model
	group
	instances []*instance // all there ever were
	desired   int
	backlog   []float64 // ads for each server, by minute
	figures   fleetFigures
}

// fleetFigures is what a simulation shows of a group.
type fleetFigures struct {
	hours   float64       // that instances were paid for
	idle    float64       // of them without a rendering
	most    int           // servers at a time
	cut     int           // renderings that a loss ended
	lost    int           // instances
	emptied time.Duration // from the last rendering until the group was empty
}

// running are the instances that have had no notice, those that are ready only or all of them.
func (f *fleet) running(ready bool) (out []*instance) {
	for _, i := range f.instances {
		if i.ends.IsZero() && (!ready || time.Since(i.launched) >= f.boot) {
			out = append(out, i)
		}
	}
	return out
}

// Health is the load balancer's answer where no server is ready.
func (f *fleet) Health(context.Context) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.running(true)) == 0 {
		return fault.New(fault.GPUUnavailable, errors.New("no server"))
	}
	return nil
}

// renderOne is the load balancer and a server: the call goes where the fewest are.
func (f *fleet) renderOne(_ context.Context, in ad.StepInput) error {
	f.mu.Lock()
	var to *instance
	for _, i := range f.running(true) {
		if to == nil || i.calls < to.calls {
			to = i
		}
	}
	if to == nil || to.calls == oneServer {
		f.mu.Unlock()
		if to == nil {
			return fault.New(fault.GPUUnavailable, errors.New("no server"))
		}
		return fault.New(fault.GPUBusy, nil)
	}
	to.calls++
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		to.calls--
		f.mu.Unlock()
	}()
	select {
	case to.slot <- struct{}{}:
	case <-to.noticed:
		return fault.New(fault.GPUUnavailable, errors.New("drains"))
	}
	defer func() { <-to.slot }()
	f.mu.Lock()
	one := f.ads[in.AdID]
	one.begun = time.Now()
	takes := time.NewTimer(time.Duration(float64(f.render) * (1 + f.vary*(2*f.dice.Float64()-1))))
	f.mu.Unlock()
	defer takes.Stop()
	select {
	case <-takes.C:
		f.mu.Lock()
		defer f.mu.Unlock()
		one.rendered = time.Now()
		f.renderings++
		return nil
	case <-to.gone:
		f.mu.Lock()
		defer f.mu.Unlock()
		one.begun = time.Time{}
		f.figures.cut++
		return fault.New(fault.GPUUnavailable, errors.New("lost"))
	}
}

// end is the notice to an instance, from which on it drains.
func (f *fleet) end(i *instance) {
	i.ends = time.Now().Add(notice)
	close(i.noticed)
	time.AfterFunc(drains, func() { close(i.gone) })
}

// run looks once a minute, as the alarms do, until all is rendered and the group is empty.
func (f *fleet) run() fleetFigures {
	losses := f.losses
	for {
		time.Sleep(time.Minute)
		f.mu.Lock()
		for len(losses) > 0 && time.Since(f.start) >= losses[0] {
			if ready := f.running(true); len(ready) > 0 {
				f.end(ready[0])
				f.figures.lost++
			}
			losses = losses[1:]
		}
		f.sample()
		f.decide()
		for f.desired > len(f.running(false)) {
			f.instances = append(f.instances, &instance{
				launched: time.Now(), slot: make(chan struct{}, 1),
				noticed: make(chan struct{}), gone: make(chan struct{}),
			})
		}
		for running := f.running(false); len(running) > f.desired; running = running[:len(running)-1] {
			f.end(running[len(running)-1])
		}
		f.figures.most = max(f.figures.most, len(f.running(false)))
		over := f.left == 0 && f.desired == 0
		f.mu.Unlock()
		if over {
			time.Sleep(notice)
			return f.sum()
		}
	}
}

// sample is what CloudWatch is told each minute.
func (f *fleet) sample() {
	counted := 0
	for _, i := range f.running(false) {
		if time.Since(i.launched) >= inService {
			counted++
		}
	}
	f.backlog = append(f.backlog, float64(len(f.messages)+f.inHand)/float64(max(counted, 1)))
}

// decide is the rule, on what CloudWatch knows by now.
func (f *fleet) decide() {
	n := len(f.backlog) - lateness
	if n < 1 {
		return
	}
	all := func(of int, is func(float64) bool) bool {
		return n >= of && !slices.ContainsFunc(f.backlog[n-of:n], func(b float64) bool { return !is(b) })
	}
	wanted := max(1, int(math.Ceil(float64(f.desired)*f.backlog[n-1]/f.target)))
	switch {
	case all(empty, func(b float64) bool { return b == 0 }): // LastServer
		f.desired = 0
	case f.desired == 0: // FirstServer
		if f.backlog[n-1] > 0 {
			f.desired = 1
		}
	case all(above, func(b float64) bool { return b > f.target }):
		f.desired = min(max(f.desired, wanted), f.limit)
	case all(below, func(b float64) bool { return b < belowShare*f.target }):
		f.desired = min(f.desired, wanted)
	}
}

// sum adds up what the instances were paid for.
func (f *fleet) sum() fleetFigures {
	var work, paid time.Duration
	var last, empty time.Time
	for _, one := range f.ads {
		work += one.rendered.Sub(one.begun)
		if one.rendered.After(last) {
			last = one.rendered
		}
	}
	for _, i := range f.instances {
		paid += i.ends.Sub(i.launched)
		if i.ends.After(empty) {
			empty = i.ends
		}
	}
	f.figures.hours, f.figures.idle, f.figures.emptied = paid.Hours(), (paid - work).Hours(), empty.Sub(last)
	return f.figures
}

// ruleOf reads the group's parameters as infra/gpu.yaml has them.
func ruleOf(t *testing.T) (target float64) {
	t.Helper()
	raw, err := os.ReadFile("../../infra/gpu.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Parameters map[string]struct {
			Default string `yaml:"Default"`
		} `yaml:"Parameters"`
	}
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	if target, err = strconv.ParseFloat(doc.Parameters["BacklogPerServer"].Default, 64); err != nil || target < 1 {
		t.Fatalf("BacklogPerServer is %v, %v", target, err)
	}
	return target
}

// every are n moments, a gap apart.
func every(n int, gap time.Duration) []time.Duration {
	out := make([]time.Duration, n)
	for i := range out {
		out[i] = time.Duration(i+1) * gap
	}
	return out
}

// From no server to as many as are needed and back to none: no ad fails or is lost, each is rendered once, and
// nobody pays for servers long after the last ad. boot is assumed, five minutes for models on a card and two
// for an instance without.
func TestScaling(t *testing.T) {
	t.Parallel()
	const card, cpu = 5 * time.Minute, 2 * time.Minute
	for _, tc := range []struct {
		name   string
		s      simulation
		boot   time.Duration
		losses []time.Duration
		most   int           // servers that are needed, at least
		wait   time.Duration // on average, at most
		hours  float64       // at most
	}{
		{name: "one ad in the night", s: simulation{slots: 2, arrive: atOnce(1), render: 30 * time.Second},
			boot: card, most: 1, wait: 9 * time.Minute, hours: .45},
		{name: "one ad in the night, without a card", s: simulation{slots: 2, arrive: atOnce(1), render: 3 * time.Second},
			boot: cpu, most: 1, wait: 6 * time.Minute, hours: .4},
		{name: "a rush of 80", s: simulation{slots: 4, arrive: atOnce(80), render: time.Minute, vary: .1},
			boot: card, most: 4, wait: 22 * time.Minute, hours: 3.2},
		{name: "a rush of 80, a Spot instance lost every 6 minutes",
			s:    simulation{slots: 4, arrive: atOnce(80), render: 100 * time.Second, vary: .1},
			boot: card, losses: every(20, 6*time.Minute), most: 4, wait: 35 * time.Minute, hours: 5.5},
		{name: "a day of 60 ads", s: simulation{slots: 2, arrive: poisson(60, 12*time.Minute), render: 30 * time.Second},
			boot: card, most: 1, wait: 4 * time.Minute, hours: 11.5},
		{name: "a day of 60 ads, every server lost after an hour at most",
			s:    simulation{slots: 2, arrive: poisson(60, 12*time.Minute), render: 30 * time.Second},
			boot: card, losses: every(14, time.Hour), most: 1, wait: 4 * time.Minute, hours: 11.5},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			tc.s.group = &group{target: ruleOf(t), limit: tc.s.slots, boot: tc.boot, losses: tc.losses}
			f := tc.s.run(t)
			got := f.fleet
			t.Logf("mean wait %v, %d servers at most, %.2f hours, %.2f of them idle, %d instances lost, %d renderings cut, "+
				"empty %v after the last", f.wait.Round(time.Second), got.most, got.hours, got.idle, got.lost, got.cut,
				got.emptied.Round(time.Second))
			if n := len(tc.s.arrive); f.rendered != n {
				t.Errorf("%d ads, %d renderings", n, f.rendered)
			}
			if got.most < tc.most || got.most > tc.s.slots {
				t.Errorf("%d servers at most, for %d", got.most, tc.s.slots)
			}
			if f.wait > tc.wait || got.hours > tc.hours {
				t.Errorf("ads waited %v, and servers ran for %.2f hours", f.wait, got.hours)
			}
			if got.emptied > 20*time.Minute {
				t.Errorf("the last server ended %v after the last ad", got.emptied)
			}
			if (got.lost > 0) != (len(tc.losses) > 0) {
				t.Error(fmt.Sprint(got.lost, " instances were lost"))
			}
		})
	}
}
