// Package metric is what operators watch: counts and times of what happens to
// ads, written as log lines from which CloudWatch makes metrics (its embedded
// metric format). A line needs no call, no right and no waiting, and beside its
// numbers it may name the ad, which a metric may not.
//
// A line is written right after the conditional write that it tells of: once, however
// often the code around it runs. When the process dies between the write and the line, the
// count is lost; nothing is counted twice.
//
// A new metric is a name and its row in definitions, a Write where it happens,
// and a place on the dashboard (infra/alarms.yaml) and in docs/architecture.md;
// internal/contract says which of these is missing.
package metric

import (
	"context"
	"io"
	"log/slog"
	"maps"
	"slices"
	"time"
)

// Namespace is where CloudWatch keeps these metrics.
const Namespace = "nanoCocoa"

// Name is a metric.
type Name string

// The metrics. Every ad that ends is one of Finished, Failed and Refused; the
// first two are always written together, as 1 and 0, so that their sum never
// lacks a part. TemplateCopy is written beside Finished, 0 included, for the same
// reason.
const (
	Accepted     Name = "Accepted"     // an ad has its photo and is queued for the first time
	Finished     Name = "Finished"     // an ad was published
	Failed       Name = "Failed"       // an ad ended for a reason of ours
	Refused      Name = "Refused"      // an ad ended because its photo cannot be used or never came
	TemplateCopy Name = "TemplateCopy" // a finished ad's copy is the template's
	ModelDown    Name = "ModelDown"    // nobody asks the model for a while, after several failures in a row

	StepSeconds  Name = "StepSeconds"  // from a step's first begin to its end, retries and their waits included
	QueueWait    Name = "QueueWait"    // from being queued to the begin of stage 1
	StallSeconds Name = "StallSeconds" // for how long an ad put back by now has found no GPU server that takes it
	Retries      Name = "Retries"      // a step was begun again in the same attempt
	OwnerRetries Name = "OwnerRetries" // an owner asked for another attempt at a failed ad
	DeadLettered Name = "DeadLettered" // stage 1 of an ad was given up because its consumer crashed on it

	// Of every sweep, zeros included: that they stop is itself a finding.
	Sweeps          Name = "Sweeps"          // the sweeper has looked at all that was due
	SweepStarted    Name = "SweepStarted"    // a photo was there, its event lost: started
	SweepRestarted  Name = "SweepRestarted"  // an execution was gone: begun again, once
	SweepGivenUp    Name = "SweepGivenUp"    // an execution was gone a second time: failed
	SweepExpired    Name = "SweepExpired"    // a photo never came: failed
	SweepStuck      Name = "SweepStuck"      // an execution runs, and its step has not moved for too long
	SweepTombstones Name = "SweepTombstones" // a deleted ad's objects were looked for once more
	SweepOrphans    Name = "SweepOrphans"    // objects belonged to no ad: removed
	SweepEnded      Name = "SweepEnded"      // an owner's data has ended: an ad was deleted
)

// Unit is one of CloudWatch's units.
type Unit string

// The units in use.
const (
	Count   Unit = "Count"
	Seconds Unit = "Seconds"
)

// The dimensions. Values are few and fixed: a metric costs by the month for each
// value it was ever written with.
const (
	Environment = "Environment" // the deployment, such as dev or prod
	Step        = "Step"        // a step of making an ad, by its folder in functions/
	Code        = "Code"        // a code of internal/fault
)

// Definition says how a metric is written.
type Definition struct {
	Unit Unit
	// Dimensions are the sets of dimensions it is written under; each set is a
	// metric of its own to CloudWatch. A set is left out when the line names no
	// value for one of its members.
	Dimensions [][]string
}

var (
	inAll  = [][]string{{Environment}}
	byStep = [][]string{{Environment, Step}}
	byCode = [][]string{{Environment}, {Environment, Code}}
)

var definitions = map[Name]Definition{
	Accepted:     {Count, inAll},
	Finished:     {Count, inAll},
	Failed:       {Count, byCode},
	Refused:      {Count, byCode},
	TemplateCopy: {Count, inAll},
	ModelDown:    {Count, inAll},

	StepSeconds:  {Seconds, byStep},
	QueueWait:    {Seconds, inAll},
	StallSeconds: {Seconds, inAll},
	Retries:      {Count, byStep},
	OwnerRetries: {Count, inAll},
	DeadLettered: {Count, inAll},

	Sweeps:          {Count, inAll},
	SweepStarted:    {Count, inAll},
	SweepRestarted:  {Count, inAll},
	SweepGivenUp:    {Count, inAll},
	SweepExpired:    {Count, inAll},
	SweepStuck:      {Count, inAll},
	SweepTombstones: {Count, inAll},
	SweepOrphans:    {Count, inAll},
	SweepEnded:      {Count, inAll},
}

// Definitions lists every metric.
func Definitions() map[Name]Definition { return maps.Clone(definitions) }

// Values are measurements by metric: whole numbers for counts, seconds for
// times.
type Values map[Name]float64

// Line is what is written at once.
type Line struct {
	AdID   string // whose it is, for whoever reads the log; no dimension; "" for nobody's
	Step   string // the value of dimension Step, if the metrics have it
	Code   string // the value of dimension Code, if the metrics have it
	Values Values
}

// Meter writes lines. It is safe for concurrent use, and a nil one writes
// nothing.
type Meter struct {
	out         slog.Handler
	environment string
	now         func() time.Time
}

// New makes a meter for one deployment that writes to a function's standard
// output.
func New(out io.Writer, environment string) *Meter { return At(out, environment, time.Now) }

// At is New with a clock.
func At(out io.Writer, environment string, now func() time.Time) *Meter {
	// A handler of its own, at INFO: LOG_LEVEL must not silence an alarm.
	return &Meter{out: slog.NewJSONHandler(out, nil), environment: environment, now: now}
}

// The embedded metric format: what CloudWatch looks for in a line.
type (
	envelope struct {
		Timestamp         int64       // milliseconds since 1970
		CloudWatchMetrics []directive // may be empty, and then the line is a log line
	}
	directive struct {
		Namespace  string
		Dimensions [][]string
		Metrics    []member
	}
	member struct {
		Name Name
		Unit Unit
	}
)

// add names a metric under some sets of dimensions.
func (e *envelope) add(m member, sets [][]string) {
	if len(sets) == 0 {
		return
	}
	same := func(d directive) bool { return slices.EqualFunc(d.Dimensions, sets, slices.Equal) }
	if i := slices.IndexFunc(e.CloudWatchMetrics, same); i >= 0 {
		e.CloudWatchMetrics[i].Metrics = append(e.CloudWatchMetrics[i].Metrics, m)
		return
	}
	e.CloudWatchMetrics = append(e.CloudWatchMetrics, directive{Namespace, sets, []member{m}})
}

// Write writes a line. Metrics without a definition, and those whose dimensions
// the line does not name, stay numbers in the log.
func (m *Meter) Write(l Line) {
	if m == nil {
		return
	}
	dimensions := map[string]string{Environment: m.environment, Step: l.Step, Code: l.Code}
	now := m.now()
	head := envelope{now.UnixMilli(), []directive{}}
	record := slog.NewRecord(now, slog.LevelInfo, "metrics", 0)
	for _, name := range slices.Sorted(maps.Keys(l.Values)) {
		record.AddAttrs(slog.Float64(string(name), l.Values[name]))
		def := definitions[name]
		head.add(member{name, def.Unit}, named(def.Dimensions, dimensions))
	}
	for _, d := range []string{Environment, Step, Code} {
		if dimensions[d] != "" {
			record.AddAttrs(slog.String(d, dimensions[d]))
		}
	}
	if l.AdID != "" {
		record.AddAttrs(slog.String("ad_id", l.AdID))
	}
	record.AddAttrs(slog.Any("_aws", head))        //nolint:sloglint // the format's own key
	_ = m.out.Handle(context.Background(), record) // standard output; there is no other place to say that it fails
}

// named are the sets all of whose members have a value.
func named(sets [][]string, values map[string]string) [][]string {
	var out [][]string
	for _, set := range sets {
		if !slices.ContainsFunc(set, func(d string) bool { return values[d] == "" }) {
			out = append(out, set)
		}
	}
	return out
}
