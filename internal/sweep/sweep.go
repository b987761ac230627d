// Package sweep finds what nothing else will finish: ads whose event was lost, ads whose
// execution was stopped, failed or deleted, and objects that a late step left. It also
// removes what owners leave: guests who do not come back, and whoever asked for it. The rule on
// ended executions is quicker, but its events may get lost; because of the sweeper no ad
// waits for ever.
package sweep

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/metric"
)

// Records is what the sweeper needs of the ad store; see adstore.Store.
type Records interface {
	Due(ctx context.Context) ([]ad.Due, error)
	Record(ctx context.Context, r ad.Ref) (ad.Ad, error)
	Postpone(ctx context.Context, r ad.Ref) error
	Restart(ctx context.Context, a ad.Ad) (again ad.Ad, ok bool, err error)
	Fail(ctx context.Context, r ad.Ref, f ad.Failure) error
	RemoveTombstone(ctx context.Context, adID string) error
	Unknown(ctx context.Context, adIDs []string) (unknown, owners []string, err error)
	ScanCursor(ctx context.Context) (at string, err error)
	SetScanCursor(ctx context.Context, at string) error
}

// Owners is what the sweeper needs of the store about owners whose data ends.
type Owners interface {
	Ending(ctx context.Context, owner string, most int) (adIDs []string, logoID string, over bool, err error)
	DeleteEnding(ctx context.Context, owner, adID string) (atWork []ad.Ref, over bool, err error)
	Forget(ctx context.Context, owner string) error
	Unseen(ctx context.Context, owners []string) ([]string, error)
	Seen(ctx context.Context, owner string, ends time.Time) error
	Move(ctx context.Context, guest string, most int) (moved, left int, err error)
}

// Logos is what the sweeper needs of owners' logos; see blob.Logos.
type Logos interface {
	Remove(ctx context.Context, logoID string) error
}

// Pictures is what the sweeper needs of the bucket; see blob.Bucket.
type Pictures interface {
	Exists(ctx context.Context, adID string, p ad.Picture) (bool, error)
	Purge(ctx context.Context, adID string) error
	Folders(ctx context.Context, from string, max int32) (adIDs []string, next string, err error)
}

// Machine is what the sweeper needs of the state machine; see workflow.Machine.
type Machine interface {
	Start(ctx context.Context, r ad.Ref) error
	Running(ctx context.Context, r ad.Ref) (bool, error)
	Stop(ctx context.Context, r ad.Ref) error
}

// Sweeper looks at everything whose time has passed.
type Sweeper struct {
	Ads      Records
	Pictures Pictures
	Machine  Machine
	Log      *slog.Logger
	Meter    *metric.Meter

	Owners    Owners
	Logos     Logos
	GuestLife time.Duration // how long a guest's ads stay after the guest was seen
	Now       func() time.Time
}

// Found counts what a sweep did. What it could not do is not counted: the next sweep
// finds it again.
type Found struct {
	Started    int // photo there, event lost: started
	Restarted  int // execution gone: begun again, once
	GivenUp    int // execution gone once more: failed, with a reason its owner can read
	Expired    int // the photo never came: failed, likewise
	Waiting    int // in the queue before the GPU server
	Stuck      int // at work, and for too long in one step
	Tombstones int // deleted ads, cleaned once more
	Orphans    int // objects of ads that nobody knows: removed
	Moved      int // ads of guests who have signed in: they are the accounts' now
	Ended      int // ads of owners whose data has ended: deleted
}

// Sweep looks at everything that is due. An entry that cannot be dealt with does not stop
// it; all errors come back joined, and those entries are still due at the next sweep.
func (s *Sweeper) Sweep(ctx context.Context) (Found, error) {
	var found Found
	due, err := s.Ads.Due(ctx)
	if err == nil {
		defer func() { s.Meter.Write(found.metrics()) }()
	}
	errs := []error{err}
	for _, d := range due {
		switch {
		case d.Tombstone:
			errs = append(errs, s.close(ctx, d.AdID, &found))
		case d.Moving:
			errs = append(errs, s.move(ctx, d.Owner, &found))
		case d.Expiry:
			errs = append(errs, s.end(ctx, d.Owner, &found))
		default:
			errs = append(errs, s.settle(ctx, d, &found))
		}
	}
	errs = append(errs, s.scan(ctx, &found))
	s.Log.InfoContext(ctx, "swept", "step", "sweep", "started", found.Started, "restarted", found.Restarted,
		"given_up", found.GivenUp, "expired", found.Expired, "waiting", found.Waiting, "stuck", found.Stuck,
		"tombstones", found.Tombstones, "orphans", found.Orphans, "ended", found.Ended,
		"moved", found.Moved)
	return found, errors.Join(errs...)
}

// metrics is what a sweep that could look writes, zeros included.
func (f Found) metrics() metric.Line {
	return metric.Line{Values: metric.Values{
		metric.Sweeps: 1, metric.SweepStarted: float64(f.Started), metric.SweepRestarted: float64(f.Restarted),
		metric.SweepGivenUp: float64(f.GivenUp), metric.SweepExpired: float64(f.Expired),
		metric.SweepStuck: float64(f.Stuck), metric.SweepTombstones: float64(f.Tombstones),
		metric.SweepOrphans: float64(f.Orphans), metric.SweepEnded: float64(f.Ended),
	}}
}

// count adds one to n if what it counts was done.
func count(n *int, err error) error {
	if err == nil {
		*n++
	}
	return err
}

// close removes the objects of a deleted ad once more, and then its tombstone.
func (s *Sweeper) close(ctx context.Context, adID string, found *Found) error {
	if err := s.Pictures.Purge(ctx, adID); err != nil {
		return err
	}
	return count(&found.Tombstones, s.Ads.RemoveTombstone(ctx, adID))
}

// scanned is how many ads' objects a sweep looks at: as many as one BatchGetItem takes. At
// a sweep every five minutes that is 28,800 ads a day, for a cent.
const scanned = 100

// scan goes on through the bucket from where the last sweep ended, and removes what
// belongs to no ad: an upload or a picture that came after its ad and the ad's tombstone
// were gone.
func (s *Sweeper) scan(ctx context.Context, found *Found) error {
	at, err := s.Ads.ScanCursor(ctx)
	if err != nil {
		return err
	}
	adIDs, next, err := s.Pictures.Folders(ctx, at, scanned)
	if err != nil {
		return err
	}
	unknown, owners, err := s.Ads.Unknown(ctx, adIDs)
	if err != nil {
		return err
	}
	if err := s.date(ctx, owners); err != nil {
		return err
	}
	for _, id := range unknown {
		if err := s.Pictures.Purge(ctx, id); err != nil {
			return err
		}
		s.Log.WarnContext(ctx, "objects of an unknown ad", "step", "sweep", "ad_id", id)
		found.Orphans++
	}
	return s.Ads.SetScanCursor(ctx, next)
}

// date gives those owners an end who have none: whose ads are from before guests' ads ended,
// or who were seen once, by a write that was lost. They count as seen now.
func (s *Sweeper) date(ctx context.Context, owners []string) error {
	unseen, err := s.Owners.Unseen(ctx, owners)
	if err != nil {
		return err
	}
	for _, owner := range unseen {
		if err := s.Owners.Seen(ctx, owner, s.Now().Add(s.GuestLife)); err != nil {
			return err
		}
	}
	return nil
}

// endedAds is how many ads of owners whose data ends a sweep deletes: that takes seconds, and
// with a sweep every five minutes it is 28,800 a day. The rest is still due at the next one.
const endedAds = 100

// end deletes the ads of an owner whose data ends, as many as this sweep may, and after the
// last one whatever else there is of the owner. The ads' tombstones have their objects
// removed. Each deletion requires that the owner was not seen meanwhile.
func (s *Sweeper) end(ctx context.Context, owner string, found *Found) error {
	room := endedAds - found.Ended
	if room <= 0 {
		return nil
	}
	adIDs, logoID, over, err := s.Owners.Ending(ctx, owner, room)
	if err != nil || !over {
		return err
	}
	for _, id := range adIDs {
		atWork, over, err := s.Owners.DeleteEnding(ctx, owner, id)
		if err != nil || !over {
			return err
		}
		found.Ended++
		for _, r := range atWork { // if this is not done, the next step learns that its ad is gone
			if err := s.Machine.Stop(ctx, r); err != nil {
				return err
			}
		}
	}
	if len(adIDs) == room { // there may be more
		return nil
	}
	if logoID != "" { // before the brand that names it: then it is found again after a crash
		if err := s.Logos.Remove(ctx, logoID); err != nil {
			return err
		}
	}
	return s.Owners.Forget(ctx, owner)
}

// movedAds is how many ads of guests who have signed in a sweep moves: each takes some tens of
// milliseconds. The rest is still due at the next one.
const movedAds = 300

// move gives an account the ads of a further guest. One that is being made is moved when it
// has ended, by a later sweep.
func (s *Sweeper) move(ctx context.Context, guest string, found *Found) error {
	room := movedAds - found.Moved
	if room <= 0 {
		return nil
	}
	moved, _, err := s.Owners.Move(ctx, guest, room)
	found.Moved += moved
	return err
}

// settle deals with an ad, or a further scene of one, that is due.
func (s *Sweeper) settle(ctx context.Context, d ad.Due, found *Found) error {
	a, err := s.Ads.Record(ctx, ad.Ref{Owner: d.Owner, AdID: d.AdID, FurtherScene: d.FurtherScene})
	switch {
	case fault.Has(err, fault.AdNotFound):
		return nil // deleted since the index was read
	case err != nil:
		return err
	case a.Status == ad.AwaitingUpload:
		return s.awaiting(ctx, a, found)
	case a.Status == ad.Queued || a.Status == ad.Running:
		return s.working(ctx, a, found)
	}
	return nil // ended since the index was read
}

// awaiting deals with an ad whose upload should have come.
func (s *Sweeper) awaiting(ctx context.Context, a ad.Ad, found *Found) error {
	there, err := s.Pictures.Exists(ctx, a.AdID, ad.OriginalPhoto)
	if err != nil {
		return err
	}
	if there {
		s.say(ctx, "its event was lost", a.Ref)
		return count(&found.Started, s.Machine.Start(ctx, a.Ref))
	}
	return count(&found.Expired, s.fail(ctx, a.Ref, fault.AdNoUpload))
}

// working deals with an ad that should have moved on.
func (s *Sweeper) working(ctx context.Context, a ad.Ad, found *Found) error {
	running, err := s.Machine.Running(ctx, a.Ref)
	if err != nil {
		return err
	}
	if running {
		return count(s.slow(ctx, a, found), s.Ads.Postpone(ctx, a.Ref))
	}
	again, ok, err := s.Ads.Restart(ctx, a)
	if err != nil {
		return err
	}
	if ok {
		s.say(ctx, "its execution was gone", again.Ref)
		return count(&found.Restarted, s.Machine.Start(ctx, again.Ref))
	}
	return count(&found.GivenUp, s.fail(ctx, a.Ref, fault.AdAborted))
}

// slow gives what to count a running ad as. One that waits for stage 1 may do so for
// hours. Any other is stuck: its step has neither ended nor been tried again, and no step
// lasts that long.
func (s *Sweeper) slow(ctx context.Context, a ad.Ad, found *Found) *int {
	if a.At(ad.Stage1) {
		return &found.Waiting
	}
	s.say(ctx, "stuck", a.Ref, "at", string(a.Current()))
	return &found.Stuck
}

// say tells operators of which ad something is true.
func (s *Sweeper) say(ctx context.Context, msg string, r ad.Ref, more ...any) {
	log := s.Log.With(more...).With("step", "sweep", "ad_id", r.AdID, "attempt", r.Attempt)
	log.WarnContext(ctx, msg) //nolint:sloglint // the callers' words are fixed
}

func (s *Sweeper) fail(ctx context.Context, r ad.Ref, code fault.Code) error {
	s.say(ctx, "given up", r, "code", string(code))
	return s.Ads.Fail(ctx, r, ad.Failure{Code: string(code), Detail: code.Detail(), Retryable: code.Retryable()})
}

// Settle writes the reason onto an ad whose execution ended badly, unless the machine's
// own Fail state or a deletion was there first. Faults: the store's.
func (s *Sweeper) Settle(ctx context.Context, r ad.Ref, code fault.Code) error {
	return s.fail(ctx, r, code)
}
