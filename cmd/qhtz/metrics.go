package main

import (
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics serves Prometheus: the process, and the deadline engine as it counts itself.
func (a *App) metrics() fiber.Handler {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), engineCollector{a})
	return adaptor.HTTPHandler(promhttp.HandlerFor(r, promhttp.HandlerOpts{}))
}

// engineCollector reads the engine's counts when asked.
type engineCollector struct{ a *App }

var (
	descFired    = prometheus.NewDesc("qhtz_deadlines_fired_total", "Deadlines fired by this process.", []string{"kind"}, nil)
	descLate     = prometheus.NewDesc("qhtz_deadlines_late_seconds_total", "Sum of lateness at commit.", nil, nil)
	descFailed   = prometheus.NewDesc("qhtz_deadlines_failed_total", "Firings that failed.", nil, nil)
	descParked   = prometheus.NewDesc("qhtz_deadlines_parked", "Deadlines set apart after repeated failure.", nil, nil)
	descWaiting  = prometheus.NewDesc("qhtz_deadlines_indexed", "Deadlines in the Redis index.", nil, nil)
	descLeases   = prometheus.NewDesc("qhtz_deadlines_leased", "Deadlines under lease.", nil, nil)
	descDegraded = prometheus.NewDesc("qhtz_deadlines_degraded", "1 while Redis does not answer and PostgreSQL is swept.", nil, nil)
	descDrift    = prometheus.NewDesc("qhtz_clock_drift_seconds", "Disagreement with the database's clock.", nil, nil)
)

func (engineCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{descFired, descLate, descFailed, descParked, descWaiting, descLeases, descDegraded, descDrift} {
		ch <- d
	}
}

func (c engineCollector) Collect(ch chan<- prometheus.Metric) {
	s := c.a.engine.Stats()
	for kind, n := range s.Fired {
		ch <- prometheus.MustNewConstMetric(descFired, prometheus.CounterValue, float64(n), string(kind))
	}
	degraded := 0.0
	if s.Mode != "redis" {
		degraded = 1
	}
	ch <- prometheus.MustNewConstMetric(descLate, prometheus.CounterValue, s.LateSum.Seconds())
	ch <- prometheus.MustNewConstMetric(descFailed, prometheus.CounterValue, float64(s.Failed))
	ch <- prometheus.MustNewConstMetric(descParked, prometheus.GaugeValue, float64(s.Parked))
	ch <- prometheus.MustNewConstMetric(descWaiting, prometheus.GaugeValue, float64(s.Waiting))
	ch <- prometheus.MustNewConstMetric(descLeases, prometheus.GaugeValue, float64(s.Leases))
	ch <- prometheus.MustNewConstMetric(descDegraded, prometheus.GaugeValue, degraded)
	ch <- prometheus.MustNewConstMetric(descDrift, prometheus.GaugeValue, c.a.db.Clock().Drift().Seconds())
}
