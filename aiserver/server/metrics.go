package server

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are what /metrics shows.
type metrics struct {
	requests *prometheus.CounterVec   // route, status
	jobs     *prometheus.CounterVec   // call, outcome
	renders  *prometheus.CounterVec   // call
	work     *prometheus.HistogramVec // call
	queued   *prometheus.HistogramVec // call
	lost     prometheus.Counter
	registry *prometheus.Registry
	handler  http.Handler
}

// seconds covers the stand-in's tenths and a GPU model's minutes.
var seconds = []float64{0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300}

func newMetrics(s *Server) *metrics {
	reg := prometheus.NewRegistry()
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "aiserver", Name: name, Help: help}, labels)
		reg.MustRegister(c)
		return c
	}
	histogram := func(name, help string) *prometheus.HistogramVec {
		o := prometheus.HistogramOpts{Namespace: "aiserver", Name: name, Help: help, Buckets: seconds}
		h := prometheus.NewHistogramVec(o, []string{"call"})
		reg.MustRegister(h)
		return h
	}
	gauge := func(name, help string, f func() float64) {
		o := prometheus.GaugeOpts{Namespace: "aiserver", Name: name, Help: help}
		reg.MustRegister(prometheus.NewGaugeFunc(o, f))
	}
	m := &metrics{
		registry: reg,
		requests: counter("requests_total", "HTTP requests by route and status.", "route", "status"),
		jobs: counter("jobs_total", "Jobs by call and outcome: done, replayed, joined, or the code of the fault.",
			"call", "outcome"),
		renders: counter("renders_total", "Times the engine or the composer was really set to work.", "call"),
		work:    histogram("work_seconds", "From slot to stored result."),
		queued:  histogram("queued_seconds", "Waiting for a slot."),
		lost:    counter("results_lost_total", "Finished results that could not be written down.").WithLabelValues(),
	}
	flag := map[bool]float64{true: 1}
	gauge("slots", "Jobs that may run at a time.", func() float64 { return float64(s.queue.State().Slots) })
	gauge("busy", "Jobs that run.", func() float64 { return float64(s.queue.State().Busy) })
	gauge("queued", "Jobs that wait.", func() float64 { return float64(s.queue.State().Queued) })
	gauge("queue_limit", "Jobs of one class that may wait.", func() float64 { return float64(s.queue.State().Limit) })
	gauge("eta_seconds", "Until a stage 1 sent now would begin.", func() float64 { return s.queue.State().ETA.Seconds() })
	gauge("draining", "1 while the server goes down.", func() float64 { return flag[s.queue.State().Draining] })
	gauge("ready", "1 when the engine is loaded.", func() float64 { return flag[s.engine.Load() != nil] })
	gauge("results_bytes", "Size of all kept results.", func() float64 { return float64(s.store.Usage().Bytes) })
	gauge("results_keys", "Keys that are remembered.", func() float64 { return float64(s.store.Usage().Keys) })
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.handler = promhttp.HandlerFor(reg, promhttp.HandlerOpts{DisableCompression: true})
	return m
}

func (m *metrics) serve(w http.ResponseWriter, r *http.Request) error {
	m.handler.ServeHTTP(w, r)
	return nil
}
