package llm

import (
	"context"
	"log/slog"
	"time"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/copywriter"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/metric"
)

// Outages keeps the model's health where every function sees it; see adstore.Store.
type Outages interface {
	Outage(ctx context.Context) (ad.Outage, error)
	// OutageFailure counts a failed call and gives the new count.
	OutageFailure(ctx context.Context) (failures int, err error)
	// OutageUntil moves Until on, and reports false when it is no longer what
	// the caller saw: somebody else was first.
	OutageUntil(ctx context.Context, seen, until time.Time) (moved bool, err error)
	// OutageOver forgets all failures.
	OutageOver(ctx context.Context) error
}

// Breaker is a Model that stops asking while the model is down. After Failures
// failed calls in a row, of all functions together, the template writes for
// Cooldown. Then one caller tries the model, and the template goes on writing for
// the others until that call has ended. Without a breaker every ad of an outage
// would wait for six calls to time out before the template may write.
//
// When the state cannot be read or written, that is logged and the model is asked,
// as if there were no breaker.
type Breaker struct {
	Model    Model
	Shared   Outages
	Failures int           // in a row that open it
	Cooldown time.Duration // how long it stays open
	Now      func() time.Time
	Log      *slog.Logger
	Meter    *metric.Meter
}

// trial is how long one caller has for the call that may end an outage: longer than
// the two calls of openai.Client can take. If its function dies, another may try
// after this time.
const trial = 70 * time.Second

// WritePrompt asks the model, or lets Template write while the model is down.
func (b *Breaker) WritePrompt(ctx context.Context, f ad.Fields) (copywriter.Prompt, error) {
	return through(ctx, b, func(m Model) (copywriter.Prompt, error) { return m.WritePrompt(ctx, f) })
}

// WriteCopy asks the model, or lets Template write while the model is down.
func (b *Breaker) WriteCopy(
	ctx context.Context, f ad.Fields, a *ad.Analysis, used ...string,
) (copywriter.Copy, error) {
	return through(ctx, b, func(m Model) (copywriter.Copy, error) { return m.WriteCopy(ctx, f, a, used...) })
}

// WriteCopies asks the model, or lets Template write while the model is down.
func (b *Breaker) WriteCopies(
	ctx context.Context, f ad.Fields, a *ad.Analysis, taken []copywriter.Copy,
) ([]copywriter.Copy, error) {
	return through(ctx, b, func(m Model) ([]copywriter.Copy, error) { return m.WriteCopies(ctx, f, a, taken) })
}

func through[T any](ctx context.Context, b *Breaker, call func(Model) (T, error)) (T, error) {
	seen, ask := b.ask(ctx)
	if !ask {
		return call(copywriter.Template{})
	}
	out, err := call(b.Model)
	b.learn(ctx, seen, err)
	return out, err
}

// ask reports whether the model may be asked now, with what it saw.
func (b *Breaker) ask(ctx context.Context) (seen ad.Outage, ask bool) {
	seen, err := b.Shared.Outage(ctx)
	if err != nil {
		b.unkept(ctx, err)
		return ad.Outage{}, true
	}
	switch now := b.Now(); {
	case seen.Until.IsZero():
		return seen, true
	case now.Before(seen.Until):
		return seen, false
	default: // its time has passed: one may try
		until := now.Add(trial)
		mine, err := b.Shared.OutageUntil(ctx, seen.Until, until)
		if err != nil {
			b.unkept(ctx, err)
			return seen, true
		}
		seen.Until = until
		return seen, mine
	}
}

// learn tells the others how a call went. Only what says that the model is down
// counts against it: a refusal or a bad answer is about one ad.
func (b *Breaker) learn(ctx context.Context, seen ad.Outage, err error) {
	// The step's own time may be what ran out.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if !fault.Has(err, fault.OpenAIUnavailable, fault.OpenAIRateLimited) {
		if seen.Failures == 0 && seen.Until.IsZero() {
			return
		}
		if !seen.Until.IsZero() {
			b.Log.InfoContext(ctx, "the model is back", "failures", seen.Failures)
		}
		b.unkept(ctx, b.Shared.OutageOver(ctx))
		return
	}
	failures, kept := b.Shared.OutageFailure(ctx)
	if kept != nil || failures < b.Failures {
		b.unkept(ctx, kept)
		return
	}
	moved, kept := b.Shared.OutageUntil(ctx, seen.Until, b.Now().Add(b.Cooldown))
	if moved {
		b.Meter.Write(metric.Line{Values: metric.Values{metric.ModelDown: 1}})
		b.Log.WarnContext(ctx, "the model is down", "failures", failures, "cooldown_s", int(b.Cooldown.Seconds()))
	}
	b.unkept(ctx, kept)
}

func (b *Breaker) unkept(ctx context.Context, err error) {
	if err != nil {
		b.Log.WarnContext(ctx, "the model's health is not shared", "code", string(fault.From(err).Code), "error", err.Error())
	}
}
