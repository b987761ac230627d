package queue_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"sort"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/queue"
)

// The capacity simulation. The consumers are the real ones, and so is the
// arithmetic of positions and times (queue.Queue); what is modelled, under
// testing/synctest's clock, is the rest: arrivals, the queue's delays, the GPU
// server's slots and its outages, the steps before and behind.
//
//	go test -run Capacity -v ./internal/queue
type simulation struct {
	slots    int
	arrive   []time.Duration // when each photo comes, from the start
	render   time.Duration   // mean of one rendering
	vary     float64         // how far single renderings are from it, ±share
	down, up time.Duration   // the server's outage; both zero for none
	group    *group          // the servers, where they come and go; nil: one that is always there
}

// What lies before and behind the rendering, as the original system measured it
// to be small beside it.
const (
	simPrepare = 5 * time.Second
	simRest    = 20 * time.Second
	simPutBack = 15 * time.Second // config.Render's defaults
	simHold    = 20 * time.Second
)

// figures is what a simulation shows.
type figures struct {
	makespan  time.Duration // first photo to last rendering
	wait      time.Duration // mean from being ready to being rendered
	idle      float64       // share of the slots' time, while ads waited, without work
	order     int           // by how many others an ad was rendered earlier than its arrival says, at most
	position  int           // error of queue_position, at most
	grew      int           // how often queue_position grew for a waiting ad
	eta       float64       // error of eta_seconds, at most, once there is a measurement to tell it from
	eta95     float64       // the error that 95 of 100 looks stay below
	drainRate float64       // renderings after an outage, as a share of what the slots can do
	rendered  int           // by the server
	fleet     fleetFigures  // of servers that come and go
}

// simAd is one ad of a simulation.
type simAd struct {
	ticket                 int
	ready, begun, rendered time.Time
}

// look is one look of an owner at an ad that waits.
type look struct {
	ad       int
	at       time.Time
	position int
	eta      time.Duration
	known    bool
	measured bool // whether there was anything to tell from
}

// model is everything around the consumers.
type model struct {
	simulation
	start time.Time
	mu    sync.Mutex
	state queue.Queue
	ads   map[string]*simAd
	free  chan struct{} // the server's slots

	messages   []delayed // that wait
	seq        int
	wake       chan struct{}
	dice       *rand.Rand
	left       int
	done       chan struct{}
	renderings int
	inHand     int // messages that consumers have
}

// delayed is a message that can be seen from a time on.
type delayed struct {
	from time.Time
	seq  int
	msg  queue.Message
}

func (m *model) isDown() bool {
	t := time.Since(m.start)
	return t >= m.down && t < m.up
}

// Send puts a message into the queue.
func (m *model) Send(_ context.Context, msg queue.Message, delay time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.seq++
	m.messages = append(m.messages, delayed{time.Now().Add(delay), m.seq, msg})
	sort.Slice(m.messages, func(i, k int) bool {
		a, b := m.messages[i], m.messages[k]
		return a.from.Before(b.from) || a.from.Equal(b.from) && a.seq < b.seq
	})
	select {
	case m.wake <- struct{}{}:
	default:
	}
	return nil
}

// receive gives the next message, once there is one; false at the end.
func (m *model) receive() (queue.Message, bool) {
	for {
		m.mu.Lock()
		wait := time.Duration(math.MaxInt64)
		if len(m.messages) > 0 {
			wait = time.Until(m.messages[0].from)
			if wait <= 0 {
				msg := m.messages[0].msg
				m.messages = m.messages[1:]
				m.inHand++
				m.mu.Unlock()
				return msg, true
			}
		}
		m.mu.Unlock()
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-m.wake:
		case <-m.done:
			timer.Stop()
			return queue.Message{}, false
		}
		timer.Stop()
	}
}

func (m *model) Heartbeat(context.Context, string) (bool, error) { return true, nil }

func (m *model) Succeed(context.Context, string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.left--; m.left == 0 {
		close(m.done)
	}
	return nil
}

func (m *model) Fail(_ context.Context, token string, code fault.Code) error {
	panic(fmt.Sprint(token, " failed with ", code))
}

func (m *model) Health(context.Context) error {
	if m.isDown() {
		return fault.New(fault.GPUUnavailable, nil)
	}
	return nil
}

func (m *model) Record(_ context.Context, r ad.Ref) (ad.Ad, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return ad.Ad{Ticket: m.ads[r.AdID].ticket, Status: ad.Running}, nil
}

func (m *model) change(f func(q *queue.Queue)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	f(&m.state)
	return nil
}

func (m *model) Take(_ context.Context, ticket, slots int) error {
	return m.change(func(q *queue.Queue) { q.Take(ticket, slots, time.Now()) })
}

func (m *model) Release(_ context.Context, ticket int, rendered bool) error {
	return m.change(func(q *queue.Queue) { q.Release(ticket, rendered, time.Now()) })
}

func (m *model) Queue(context.Context) (queue.Queue, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.state, nil
}

func (m *model) Stall(context.Context) error {
	return m.change(func(q *queue.Queue) { q.Stalled = true })
}

// renderOne is the GPU server: it gives its slots in the order it is asked, and cuts
// what runs when it goes down.
func (m *model) renderOne(_ context.Context, in ad.StepInput) error {
	m.free <- struct{}{}
	defer func() { <-m.free }()
	if m.isDown() {
		return fault.New(fault.GPUUnavailable, errors.New("went down"))
	}
	m.mu.Lock()
	one := m.ads[in.AdID]
	began := time.Now()
	one.begun = began
	takes := time.Duration(float64(m.render) * (1 + m.vary*(2*m.dice.Float64()-1)))
	m.mu.Unlock()
	if until := m.start.Add(m.down).Sub(began); m.up > 0 && until > 0 && until < takes {
		time.Sleep(until)
		m.mu.Lock()
		defer m.mu.Unlock()
		one.begun = time.Time{}
		return fault.New(fault.GPUUnavailable, errors.New("went down"))
	}
	time.Sleep(takes)
	m.mu.Lock()
	defer m.mu.Unlock()
	one.rendered = time.Now()
	m.renderings++
	return nil
}

// run simulates, with slots and one consumers, and owners who look every
// seven seconds.
func (s simulation) run(t *testing.T) (f figures) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		m := &model{
			simulation: s, start: time.Now(), ads: map[string]*simAd{}, free: make(chan struct{}, s.slots),
			wake: make(chan struct{}, 1), done: make(chan struct{}), left: len(s.arrive), dice: rand.New(rand.NewPCG(1, 2)),
		}
		ids := make([]string, len(s.arrive))
		for i, at := range s.arrive {
			ids[i] = fmt.Sprint("ad", i)
			m.ads[ids[i]] = &simAd{ready: m.start.Add(at + simPrepare)}
		}
		var wg sync.WaitGroup
		server, render := queue.Server(m), m.renderOne
		if s.group != nil {
			servers := &fleet{model: m, group: *s.group}
			server, render = servers, servers.renderOne
			wg.Go(func() { f.fleet = servers.run() })
		}
		wg.Go(func() { // the photos come
			for i, at := range s.arrive {
				time.Sleep(time.Until(m.start.Add(at)))
				_ = m.change(func(q *queue.Queue) { q.Issued++; m.ads[ids[i]].ticket = q.Issued })
				input := ad.StepInput{Ref: ad.Ref{AdID: ids[i], Attempt: 1}}
				_ = m.Send(t.Context(), queue.Message{TaskToken: ids[i], Input: input}, simPrepare)
			}
		})
		for range s.slots + 1 { // MaximumConcurrency
			c := &queue.Consumer{
				Tasks: m, Ads: m, Tickets: m, Messages: m, Server: server, Render: render, Slots: s.slots,
				Log: slog.New(slog.DiscardHandler), Now: time.Now, PutBack: simPutBack, Hold: simHold,
			}
			wg.Go(func() {
				for {
					msg, ok := m.receive()
					if !ok {
						return
					}
					if err := c.Consume(t.Context(), msg); err != nil {
						panic("a message comes back: " + err.Error())
					}
					m.mu.Lock()
					m.inHand--
					m.mu.Unlock()
				}
			})
		}
		var looks []look
		wg.Go(func() { looks = m.watch(ids) })
		wg.Wait()
		servers := f.fleet
		f = m.figures(ids, looks)
		f.fleet = servers
	})
	return f
}

// watch looks at every waiting ad until all are rendered.
func (m *model) watch(ids []string) (looks []look) {
	over := 0 // ads before this one are rendered
	for {
		select {
		case <-m.done:
			return looks
		case <-time.After(7 * time.Second):
		}
		m.mu.Lock()
		now := time.Now()
		for ; over < len(ids) && !m.ads[ids[over]].rendered.IsZero(); over++ {
		}
		for i := over; i < len(ids); i++ {
			one := m.ads[ids[i]]
			if one.ticket == 0 {
				break
			}
			if now.Before(one.ready) || !one.begun.IsZero() {
				continue
			}
			l := look{ad: i, at: now, position: m.state.Position(one.ticket), measured: m.state.Renders > 0}
			l.eta, l.known = m.state.ETA(&ad.Ad{Status: ad.Running, Ticket: one.ticket}, m.slots, now)
			looks = append(looks, l)
		}
		m.mu.Unlock()
	}
}

// figures compares what was told with what happened.
func (m *model) figures(ids []string, looks []look) (f figures) {
	begun := make([]time.Time, len(ids))
	var last time.Time
	var work time.Duration
	for i, id := range ids {
		one := m.ads[id]
		begun[i] = one.begun
		f.wait += one.begun.Sub(one.ready) / time.Duration(len(ids))
		work += one.rendered.Sub(one.begun)
		if one.rendered.After(last) {
			last = one.rendered
		}
	}
	f.rendered = m.renderings
	f.makespan = last.Sub(m.start.Add(m.arrive[0]))
	// All arrive at once, or the question makes no sense.
	f.idle = 1 - float64(work)/float64(m.slots)/float64(last.Sub(m.ads[ids[0]].ready))
	sorted := append([]time.Time{}, begun...)
	sort.Slice(sorted, func(i, k int) bool { return sorted[i].Before(sorted[k]) })
	for i, b := range begun {
		at := sort.Search(len(sorted), func(k int) bool { return !sorted[k].Before(b) })
		f.order = max(f.order, i-at)
	}
	positions, errs := map[int]int{}, []float64{}
	for _, l := range looks {
		before, seen := positions[l.ad]
		if seen && l.position > before {
			f.grew++
		}
		positions[l.ad] = l.position
		ahead := sort.Search(len(sorted), func(k int) bool { return !sorted[k].Before(begun[l.ad]) }) -
			sort.Search(len(sorted), func(k int) bool { return sorted[k].After(l.at) })
		f.position = max(f.position, abs(ahead-l.position))
		if l.known && l.measured {
			real := m.ads[ids[l.ad]].rendered.Add(simRest).Sub(l.at)
			errs = append(errs, math.Abs(float64(l.eta-queue.FirstRest+simRest-real))/float64(real))
		}
	}
	if sort.Float64s(errs); len(errs) > 0 {
		f.eta, f.eta95 = errs[len(errs)-1], errs[len(errs)*95/100]
	}
	if m.up > 0 { // from the server's return until the last that waited then
		back, n := m.start.Add(m.up), 0
		var end time.Time
		for _, id := range ids {
			if one := m.ads[id]; one.ready.Before(back) && one.rendered.After(back) {
				n++
				if one.rendered.After(end) {
					end = one.rendered
				}
			}
		}
		f.drainRate = float64(n) * float64(m.render) / float64(m.slots) / float64(end.Sub(back))
	}
	return f
}

func abs(n int) int { return max(n, -n) }

// atOnce are the arrivals of n ads in one moment, ten milliseconds apart.
func atOnce(n int) []time.Duration {
	out := make([]time.Duration, n)
	for i := range out {
		out[i] = time.Duration(i) * 10 * time.Millisecond
	}
	return out
}

// poisson are n arrivals at random, a mean gap apart.
func poisson(n int, gap time.Duration) []time.Duration {
	dice := rand.New(rand.NewPCG(3, 4))
	out := make([]time.Duration, n)
	at := 0.0
	for i := range out {
		at += dice.ExpFloat64() * float64(gap)
		out[i] = time.Duration(at)
	}
	return out
}

// A rush: everybody comes at once. The makespan is held against the bound
// ⌈n/c⌉·D, which no schedule of equal jobs can beat.
func TestCapacityOfARush(t *testing.T) {
	t.Parallel()
	for _, tc := range []simulation{
		{slots: 1, arrive: atOnce(20), render: 120 * time.Second},
		{slots: 1, arrive: atOnce(20), render: 120 * time.Second, vary: .1},
		{slots: 2, arrive: atOnce(20), render: 120 * time.Second, vary: .1},
		{slots: 4, arrive: atOnce(100), render: 60 * time.Second, vary: .1},
		{slots: 8, arrive: atOnce(200), render: 30 * time.Second, vary: .1},
		{slots: 1, arrive: atOnce(20), render: 120 * time.Second, vary: .2},
		{slots: 4, arrive: atOnce(100), render: 60 * time.Second, vary: .2},
	} {
		t.Run(fmt.Sprintf(
			"%d ads on %d slots, %v ±%.0f%%", len(tc.arrive), tc.slots, tc.render, tc.vary*100,
		), func(t *testing.T) {
			t.Parallel()
			f := tc.run(t)
			n := len(tc.arrive)
			bound := time.Duration((n+tc.slots-1)/tc.slots) * tc.render
			t.Logf("makespan %.3f of ⌈n/c⌉·D, mean wait %v, idle %.1f%%, order ±%d, position ±%d, "+
				"eta ±%.0f%% (95 of 100: %.0f%%)", float64(f.makespan)/float64(bound), f.wait.Round(time.Second),
				100*f.idle, f.order, f.position, 100*f.eta, 100*f.eta95)
			if ratio := float64(f.makespan) / float64(bound); ratio > 1.1 {
				t.Errorf("makespan %v is %.2f times the bound %v", f.makespan, ratio, bound)
			}
			if f.rendered != n {
				t.Errorf("%d ads, %d renderings", n, f.rendered)
			}
			if f.idle > .05 {
				t.Errorf("the slots idle %.0f%% of the time while ads wait", 100*f.idle)
			}
			if f.order > tc.slots {
				t.Errorf("an ad is rendered before %d others that came earlier", f.order)
			}
			// A diffusion model takes the same steps for every picture, so ±10 % is
			// much; with ±20 % the last rendering before an ad's own may alone be
			// a third of what is left.
			eta := f.eta
			if tc.vary > .1 {
				eta = f.eta95
			}
			if f.position > 1 || f.grew > 0 || eta > .3 {
				t.Errorf(
					"owners are told a position off by %d, that grew %d times, and a time off by %.0f%%", f.position, f.grew, 100*eta,
				)
			}
		})
	}
}

// Steady traffic: ads come at random, and wait as queueing theory says. For one
// slot and constant times that is Pollaczek and Khinchine's W = ρD/2(1−ρ); for
// more, Cosmetatos' approximation of M/D/c (Naval Research Logistics Quarterly
// 22, 1975) over Erlang's C.
func TestCapacityOfSteadyTraffic(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		slots int
		load  float64 // ρ, of all slots
	}{{1, .5}, {1, .8}, {2, .8}, {4, .8}} {
		t.Run(fmt.Sprintf("%d slots at %.0f%% load", tc.slots, 100*tc.load), func(t *testing.T) {
			t.Parallel()
			const d = time.Minute
			gap := time.Duration(float64(d) / tc.load / float64(tc.slots))
			s := simulation{slots: tc.slots, arrive: poisson(3000, gap), render: d}
			f := s.run(t)
			want := waitMDc(tc.slots, tc.load, d)
			t.Logf("mean wait %v, M/D/%d says %v (%.2f); order ±%d, position ±%d, eta ±%.0f%%",
				f.wait.Round(time.Millisecond), tc.slots, want.Round(time.Millisecond), float64(f.wait)/float64(want),
				f.order, f.position, 100*f.eta)
			if ratio := float64(f.wait) / float64(want); ratio < .8 || ratio > 1.2 {
				t.Errorf("ads wait %v, which is %.2f times what theory says", f.wait, ratio)
			}
			if f.order > tc.slots || f.position > 1 || f.grew > 0 || f.eta > .3 {
				t.Errorf("order ±%d, position ±%d, grew %d times, eta ±%.0f%%", f.order, f.position, f.grew, 100*f.eta)
			}
		})
	}
}

// waitMDc is the mean time in the queue of M/D/c.
func waitMDc(c int, rho float64, d time.Duration) time.Duration {
	n := float64(c)
	a := n * rho
	sum, term := 0.0, 1.0 // Σ a^k/k! for k < c, and a^k/k!
	for k := range c {
		sum += term
		term *= a / float64(k+1)
	}
	erlang := term / (1 - rho) / (sum + term/(1-rho))
	mmc := erlang / (n * (1 - rho)) * float64(d)
	correction := 1 + (1-rho)*(n-1)*(math.Sqrt(4+5*n)-2)/(16*rho*n)
	return time.Duration(mmc / 2 * correction)
}

// The server is down for half an hour: nothing fails or is rendered twice, no
// position grows, and the queue drains at full speed. Its order suffers a little: what is
// put back in one moment comes back in one moment, in whatever order the consumers
// then take it.
func TestCapacityAfterAnOutage(t *testing.T) {
	t.Parallel()
	for _, slots := range []int{1, 2, 4} {
		t.Run(fmt.Sprintf("%d slots", slots), func(t *testing.T) {
			t.Parallel()
			const d = 30 * time.Second
			s := simulation{
				slots: slots, arrive: atOnce(40 * slots), render: d, vary: .1, down: 2 * time.Minute, up: 32 * time.Minute,
			}
			f := s.run(t)
			t.Logf("drains at %.0f%% of the normal rate, order ±%d, position grew %d times", 100*f.drainRate, f.order, f.grew)
			if f.rendered != len(s.arrive) {
				t.Errorf("%d ads, %d renderings", len(s.arrive), f.rendered)
			}
			if f.drainRate < .8 {
				t.Errorf("drains at %.0f%%", 100*f.drainRate)
			}
			if f.grew > 0 {
				t.Errorf("a position grew %d times", f.grew)
			}
		})
	}
}
