package sweep_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/metric"
	"github.com/nanococoa/nanococoa/internal/sweep"
)

type world struct {
	due       []ad.Due
	dueErr    error
	ads       map[string]ad.Ad
	photo     bool
	running   bool
	restarted bool
	purgeErr  error
	cursor    string   // how far the scan has come
	folders   []string // of the bucket
	listErr   error
	startErr  error
	did       []string
	failure   ad.Failure
	metrics   bytes.Buffer
	log       bytes.Buffer
	down      string // the call that fails

	moves  int                // ads that Move moves
	ending map[string]*ending // by owner
}

// fails gives an error for the call that is down.
func (w *world) fails(call string) error {
	if w.down == call {
		return fault.New(fault.StorageUnavailable, nil)
	}
	return nil
}

func (w *world) Due(context.Context) ([]ad.Due, error) { return w.due, w.dueErr }
func (w *world) Record(_ context.Context, r ad.Ref) (ad.Ad, error) {
	if err := w.fails("Get"); err != nil {
		return ad.Ad{}, err
	}
	a, ok := w.ads[r.Scene()]
	if !ok || r.Owner != a.Owner && r.FurtherScene == "" {
		return ad.Ad{}, fault.New(fault.AdNotFound, nil)
	}
	return a, nil
}
func (w *world) Postpone(_ context.Context, r ad.Ref) error {
	w.did = append(w.did, "postpone "+r.AdID)
	return w.fails("Postpone")
}
func (w *world) Restart(_ context.Context, a ad.Ad) (ad.Ad, bool, error) {
	if err := w.fails("Restart"); w.restarted || err != nil {
		return ad.Ad{}, false, err
	}
	a.Attempt++
	w.did = append(w.did, "restart "+a.AdID)
	return a, true, nil
}
func (w *world) Fail(_ context.Context, r ad.Ref, f ad.Failure) error {
	w.did, w.failure = append(w.did, "fail "+r.AdID), f
	return w.fails("Fail")
}
func (w *world) RemoveTombstone(_ context.Context, adID string) error {
	w.did = append(w.did, "close "+adID)
	return w.fails("RemoveTombstone")
}
func (w *world) Exists(_ context.Context, _ string, k ad.Picture) (bool, error) {
	if k != ad.OriginalPhoto {
		return false, errors.New("looked for something else")
	}
	return w.photo, w.fails("Exists")
}
func (w *world) Purge(_ context.Context, adID string) error {
	w.did = append(w.did, "purge "+adID)
	return w.purgeErr
}
func (w *world) Start(_ context.Context, r ad.Ref) error {
	w.did = append(w.did, "start "+r.ExecutionName())
	return w.startErr
}
func (w *world) ScanCursor(context.Context) (string, error) { return w.cursor, w.fails("ScanCursor") }
func (w *world) SetScanCursor(_ context.Context, at string) error {
	w.cursor = at
	return nil
}

func (w *world) Folders(_ context.Context, from string, most int32) ([]string, string, error) {
	i := slices.Index(append([]string{""}, w.folders...), from)
	end := min(i+int(most), len(w.folders))
	next := ""
	if end < len(w.folders) {
		next = w.folders[end-1]
	}
	return w.folders[i:end], next, w.listErr
}

func (w *world) Unknown(_ context.Context, adIDs []string) (unknown, owners []string, err error) {
	if len(adIDs) > 100 {
		return nil, nil, errors.New("more than a batch takes")
	}
	for _, id := range adIDs {
		if a, known := w.ads[id]; !known {
			unknown = append(unknown, id)
		} else if a.Owner != "" {
			owners = append(owners, a.Owner)
		}
	}
	return unknown, owners, w.fails("Unknown")
}

func (w *world) Running(context.Context, ad.Ref) (bool, error) { return w.running, w.fails("Running") }

func (w *world) sweeper() *sweep.Sweeper {
	return &sweep.Sweeper{
		Ads: w, Pictures: w, Machine: w, Log: slog.New(slog.NewJSONHandler(&w.log, nil)),
		Meter: metric.New(&w.metrics, "test"), Owners: w, Logos: logos{w}, GuestLife: 90 * 24 * time.Hour,
		Now: func() time.Time { return time.Unix(0, 0).UTC() },
	}
}

func one(status ad.Status) (due []ad.Due, ads map[string]ad.Ad) {
	return []ad.Due{{AdID: "a", Owner: "me"}}, map[string]ad.Ad{
		"a": {Ref: ad.Ref{Owner: "me", AdID: "a", Attempt: 1}, Status: status, Steps: map[ad.Step]ad.StepTimes{}},
	}
}

func TestSweep(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		status ad.Status
		steps  []ad.Step // that have ended
		world  world
		did    []string
		found  sweep.Found
		code   fault.Code
	}{
		"the photo never came": {
			status: ad.AwaitingUpload, did: []string{"fail a"}, found: sweep.Found{Expired: 1}, code: fault.AdNoUpload,
		},
		"its event was lost": {
			status: ad.AwaitingUpload, world: world{photo: true}, did: []string{"start a"}, found: sweep.Found{Started: 1},
		},
		"its step hangs": {
			status: ad.Running, world: world{running: true}, did: []string{"postpone a"}, found: sweep.Found{Stuck: 1},
		},
		"never begun": {
			status: ad.Queued, world: world{running: true}, did: []string{"postpone a"}, found: sweep.Found{Stuck: 1},
		},
		"waits for the server": {
			status: ad.Running, steps: []ad.Step{ad.Prepare, ad.Prompt}, world: world{running: true},
			did: []string{"postpone a"}, found: sweep.Found{Waiting: 1},
		},
		"hangs after stage 1": {
			status: ad.Running, steps: []ad.Step{ad.Prepare, ad.Prompt, ad.Stage1}, world: world{running: true},
			did: []string{"postpone a"}, found: sweep.Found{Stuck: 1},
		},
		"execution gone": {
			status: ad.Running, did: []string{"restart a", "start a-2"}, found: sweep.Found{Restarted: 1},
		},
		"never started": {
			status: ad.Queued, did: []string{"restart a", "start a-2"}, found: sweep.Found{Restarted: 1},
		},
		"gone a second time": {
			status: ad.Running, world: world{restarted: true}, did: []string{"fail a"}, found: sweep.Found{GivenUp: 1},
			code: fault.AdAborted,
		},
		"ended since": {status: ad.Succeeded},
	} {
		w := tc.world
		w.due, w.ads = one(tc.status)
		for _, done := range tc.steps {
			w.ads["a"].Steps[done] = ad.StepTimes{FinishedAt: time.Unix(1, 0)}
		}
		found, err := w.sweeper().Sweep(t.Context())
		if err != nil || found != tc.found || !slices.Equal(w.did, tc.did) {
			t.Errorf("%s: found %+v, did %q, %v", name, found, w.did, err)
		}
		if tc.code != "" &&
			w.failure != (ad.Failure{Code: string(tc.code), Detail: tc.code.Detail(), Retryable: tc.code.Retryable()}) {
			t.Errorf("%s: the owner reads %+v", name, w.failure)
		}
	}
}

func TestOneFaultDoesNotKeepItFromTheOthers(t *testing.T) {
	t.Parallel()
	due, ads := one(ad.Running)
	w := world{ads: ads, purgeErr: fault.New(fault.StorageThrottled, nil)}
	w.due = append([]ad.Due{{AdID: "g", Tombstone: true}, {AdID: "deleted", Owner: "me"}}, due...)
	found, err := w.sweeper().Sweep(t.Context())
	if !fault.Has(err, fault.StorageThrottled) || found.Restarted != 1 || found.Tombstones != 0 {
		t.Errorf("found %+v, %v", found, err)
	}
	w.purgeErr, w.did, w.due = nil, nil, w.due[:1]
	if found, err := w.sweeper().Sweep(t.Context()); err != nil || found.Tombstones != 1 ||
		!slices.Equal(w.did, []string{"purge g", "close g"}) {
		t.Errorf("found %+v, did %q, %v", found, w.did, err)
	}
}

// A further scene is looked after as an ad is: under its own name.
func TestAFurtherSceneIsSwept(t *testing.T) {
	t.Parallel()
	ref := ad.Ref{Owner: "me", AdID: "a", FurtherScene: "s", Attempt: 1}
	w := world{
		due: []ad.Due{{AdID: "a", FurtherScene: "s"}},
		ads: map[string]ad.Ad{"s": {Ref: ref, Status: ad.Queued, Steps: map[ad.Step]ad.StepTimes{}}},
	}
	found, err := w.sweeper().Sweep(t.Context())
	if err != nil || found != (sweep.Found{Restarted: 1}) || !slices.Equal(w.did, []string{"restart a", "start a-s-2"}) {
		t.Errorf("found %+v, did %q, %v", found, w.did, err)
	}
}

// What cannot be asked or done is an error, counts as nothing, and is the end of it: no
// ad is started, failed or restarted on a guess. It is still due at the next sweep.
func TestWhatCannotBeAskedIsNotGuessed(t *testing.T) {
	t.Parallel()
	for call, tc := range map[string]struct {
		status ad.Status
		world  world
		did    []string
	}{
		"Get":             {status: ad.Running},
		"Exists":          {status: ad.AwaitingUpload, world: world{photo: true}},
		"Running":         {status: ad.Running, world: world{running: true}},
		"Restart":         {status: ad.Running},
		"Postpone":        {status: ad.Running, world: world{running: true}, did: []string{"postpone a"}},
		"Fail":            {status: ad.AwaitingUpload, did: []string{"fail a"}},
		"RemoveTombstone": {status: ad.Succeeded, did: []string{"purge g", "close g"}},
		"ScanCursor":      {status: ad.Succeeded, world: world{folders: []string{"stray"}}},
		"Unknown":         {status: ad.Succeeded, world: world{folders: []string{"stray"}}},
	} {
		t.Run(call, func(t *testing.T) {
			t.Parallel()
			w := tc.world
			w.due, w.ads = one(tc.status)
			if call == "RemoveTombstone" {
				w.due = []ad.Due{{AdID: "g", Tombstone: true}}
			}
			w.down = call
			found, err := w.sweeper().Sweep(t.Context())
			if !fault.Has(err, fault.StorageUnavailable) || found != (sweep.Found{}) || !slices.Equal(w.did, tc.did) {
				t.Errorf("found %+v, did %q, %v", found, w.did, err)
			}
		})
	}
}

// An operator reads in the log which ad something happened to, and how much each sweep did.
func TestASweepIsLogged(t *testing.T) {
	t.Parallel()
	for msg, tc := range map[string]struct {
		status ad.Status
		world  world
		also   map[string]any
	}{
		"its event was lost": {status: ad.AwaitingUpload, world: world{photo: true}, also: map[string]any{"attempt": 1.0}},
		"given up": {
			status: ad.AwaitingUpload, also: map[string]any{"attempt": 1.0, "code": string(fault.AdNoUpload)},
		},
		"its execution was gone": {status: ad.Running, also: map[string]any{"attempt": 2.0}},
		"stuck": {
			status: ad.Running, world: world{running: true}, also: map[string]any{"attempt": 1.0, "at": string(ad.Prepare)},
		},
		"objects of an unknown ad": {
			status: ad.Succeeded, world: world{folders: []string{"stray"}}, also: map[string]any{"ad_id": "stray"},
		},
	} {
		t.Run(msg, func(t *testing.T) {
			t.Parallel()
			w := tc.world
			w.due, w.ads = one(tc.status)
			w.ads["a"].Steps[ad.Prepare] = ad.StepTimes{StartedAt: time.Unix(1, 0)}
			found, err := w.sweeper().Sweep(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(strings.TrimSpace(w.log.String()), "\n")
			if len(lines) != 2 {
				t.Fatalf("log:\n%s", &w.log)
			}
			var about, sum map[string]any
			if err := errors.Join(json.Unmarshal([]byte(lines[0]), &about), json.Unmarshal([]byte(lines[1]), &sum)); err != nil {
				t.Fatal(err)
			}
			want := map[string]any{"msg": msg, "level": "WARN", "step": "sweep", "ad_id": "a"}
			maps.Copy(want, tc.also)
			for k, v := range want {
				if about[k] != v {
					t.Errorf("%s is %v, want %v", k, about[k], v)
				}
			}
			for k, n := range map[string]int{
				"started": found.Started, "restarted": found.Restarted, "given_up": found.GivenUp,
				"expired": found.Expired, "waiting": found.Waiting, "stuck": found.Stuck,
				"tombstones": found.Tombstones, "orphans": found.Orphans, "ended": found.Ended,
			} {
				if sum[k] != float64(n) {
					t.Errorf("the sum says %s = %v, want %d", k, sum[k], n)
				}
			}
			if sum["msg"] != "swept" || sum["level"] != "INFO" {
				t.Errorf("the sum is %v", sum)
			}
		})
	}
}

func TestSettle(t *testing.T) {
	t.Parallel()
	w := world{}
	err := w.sweeper().Settle(t.Context(), ad.Ref{AdID: "a"}, fault.AdTimeout)
	want := ad.Failure{Code: "Ad.Timeout", Detail: fault.AdTimeout.Detail(), Retryable: true}
	if err != nil || w.failure != want {
		t.Errorf("%+v, %v", w.failure, err)
	}
}

// The scan finds every object sooner or later, removes what belongs to no ad, and
// begins anew.
func TestScan(t *testing.T) {
	t.Parallel()
	w := world{ads: map[string]ad.Ad{}}
	var orphans []string
	for i := range 250 {
		id := fmt.Sprintf("%03d", i)
		w.folders = append(w.folders, id)
		if i%50 == 7 {
			orphans = append(orphans, "purge "+id)
		} else {
			w.ads[id] = ad.Ad{}
		}
	}
	total := 0
	for range 3 {
		found, err := w.sweeper().Sweep(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		total += found.Orphans
	}
	if !slices.Equal(w.did, orphans) || total != len(orphans) || w.cursor != "" {
		t.Errorf("did %q, found %d, now at %q; want %q", w.did, total, w.cursor, orphans)
	}
}

// What a scan failed at the next sweep looks at again.
func TestAScanThatFails(t *testing.T) {
	t.Parallel()
	down := fault.New(fault.StorageUnavailable, nil)
	for _, w := range []*world{
		{listErr: down, cursor: "a", folders: []string{"a", "b"}},
		{purgeErr: down, cursor: "a", folders: []string{"a", "b"}},
	} {
		if found, err := w.sweeper().Sweep(t.Context()); !fault.Has(err, fault.StorageUnavailable) || w.cursor != "a" ||
			found.Orphans != 0 {
			t.Errorf("%+v, %v, at %q", found, err, w.cursor)
		}
	}
}

// Every sweep that could look says so, with what it found and with what it did not;
// what it could not do is not found yet.
func TestASweepIsMeasured(t *testing.T) {
	t.Parallel()
	names := []metric.Name{
		metric.Sweeps, metric.SweepStarted, metric.SweepRestarted, metric.SweepGivenUp, metric.SweepExpired,
		metric.SweepStuck, metric.SweepTombstones, metric.SweepOrphans, metric.SweepEnded,
	}
	for name, tc := range map[string]struct {
		status ad.Status
		world  world
		want   metric.Name // the one that is 1 beside Sweeps
		silent bool
	}{
		"nothing":           {status: ad.Succeeded},
		"an event was lost": {status: ad.AwaitingUpload, world: world{photo: true}, want: metric.SweepStarted},
		"it cannot start": {
			status: ad.AwaitingUpload, world: world{photo: true, startErr: fault.New(fault.StorageThrottled, nil)},
		},
		"an execution gone": {status: ad.Running, want: metric.SweepRestarted},
		"gone twice":        {status: ad.Running, world: world{restarted: true}, want: metric.SweepGivenUp},
		"no photo":          {status: ad.AwaitingUpload, want: metric.SweepExpired},
		"a step hangs":      {status: ad.Running, world: world{running: true}, want: metric.SweepStuck},
		"a stray object":    {status: ad.Succeeded, world: world{folders: []string{"stray"}}, want: metric.SweepOrphans},
		"it cannot even look": {
			status: ad.Running, world: world{dueErr: fault.New(fault.StorageUnavailable, nil)}, silent: true,
		},
	} {
		w := tc.world
		w.due, w.ads = one(tc.status)
		_, _ = w.sweeper().Sweep(t.Context())
		var got map[string]any
		if err := json.Unmarshal(w.metrics.Bytes(), &got); (err != nil) != tc.silent {
			t.Errorf("%s: %v in %q", name, err, &w.metrics)
			continue
		}
		for _, n := range names {
			want := any(0.0)
			if n == tc.want || n == metric.Sweeps {
				want = 1.0
			}
			if !tc.silent && got[string(n)] != want {
				t.Errorf("%s: %s is %v, want %v", name, n, got[string(n)], want)
			}
		}
	}
}
