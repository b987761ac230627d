package mixed

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/nanococoa/nanococoa/internal/fault"
)

// meter measures what the models do, for /metrics.
type meter struct {
	seconds *prometheus.HistogramVec // role, outcome
	scenes  *prometheus.CounterVec   // outcome
	steps   prometheus.Gauge
}

func newMeter() *meter {
	const namespace = "aiserver"
	return &meter{
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Name: "role_seconds",
			Help:    "One job of a model, by its role and outcome: done, or the code of the fault.",
			Buckets: []float64{0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300},
		}, []string{"role", "outcome"}),
		scenes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Name: "scenes_total",
			Help: "Scenes of the model: kept, or how they changed the product: grown, moved, covered; and those drawn instead.",
		}, []string{"outcome"}),
		steps: prometheus.NewGauge(prometheus.GaugeOpts{
			Namespace: namespace, Name: "scene_progress", Help: "The share of its steps that the scene at work has done.",
		}),
	}
}

// Describe and Collect make the engine a collector of the server's registry.
func (m *meter) Describe(ch chan<- *prometheus.Desc) { prometheus.DescribeByCollect(m, ch) }

// Collect gives the figures of this moment.
func (m *meter) Collect(ch chan<- prometheus.Metric) {
	m.seconds.Collect(ch)
	m.scenes.Collect(ch)
	m.steps.Collect(ch)
}

func (m *meter) took(role string, err error, d time.Duration) {
	outcome := "done"
	if err != nil {
		outcome = string(fault.From(err).Code)
	}
	m.seconds.WithLabelValues(role, outcome).Observe(d.Seconds())
}

func (m *meter) tried(outcome string) { m.scenes.WithLabelValues(outcome).Inc() }

func (m *meter) progress(done, of int) {
	if of > 0 {
		m.steps.Set(float64(done) / float64(of))
	}
}
