package app

import (
	"context"
	"crypto/subtle"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/job"
	"github.com/tuma-live/tuma/internal/base/web"
)

// metrics is what the program tells about itself.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	jobs     *prometheus.HistogramVec
	calls    *prometheus.HistogramVec
	loops    *prometheus.CounterVec

	callbacks *prometheus.CounterVec
	depth     *prometheus.GaugeVec
	oldest    *prometheus.GaugeVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "tuma_http_request_seconds", Help: "Requests by door and status class.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"door", "status"}),
		jobs: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "tuma_job_seconds", Help: "Attempts of jobs by kind and outcome.",
			Buckets: prometheus.ExponentialBuckets(.001, 4, 9),
		}, []string{"kind", "outcome"}),
		calls: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "tuma_wecom_call_seconds", Help: "Calls to WeCom by operation and HTTP status.",
			Buckets: prometheus.ExponentialBuckets(.005, 2.5, 9),
		}, []string{"op", "status"}),
		loops: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tuma_loop_errors_total", Help: "Failures of what every node does all the time.",
		}, []string{"loop"}),
	}
	m.callbacks = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "tuma_callbacks_total", Help: "Callbacks by how they ended.",
	}, []string{"outcome"})
	m.depth = prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "tuma_jobs", Help: "Jobs that wait, run or were given up.",
	}, []string{"queue", "state"})
	m.oldest = prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "tuma_job_oldest_seconds", Help: "Age of the oldest job of a state.",
	}, []string{"queue", "state"})
	m.registry.MustRegister(m.requests, m.jobs, m.calls, m.loops, m.callbacks, m.depth, m.oldest,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// gauge adds a number that is read when it is asked for.
func (m *metrics) gauge(name, help string, read func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, read))
}

// measured is the way to WeCom, with a watch.
type measured struct {
	metrics *metrics
	clock   clock.Clock
}

// RoundTrip implements http.RoundTripper.
func (m measured) RoundTrip(r *http.Request) (*http.Response, error) {
	begun := m.clock.Now()
	res, err := http.DefaultTransport.RoundTrip(r)
	status := "none"
	if err == nil {
		status = strconv.Itoa(res.StatusCode)
	}
	op := strings.TrimPrefix(r.URL.Path, "/cgi-bin/")
	m.metrics.calls.WithLabelValues(op, status).Observe(m.clock.Now().Sub(begun).Seconds())
	return res, err
}

// measureJobs reads how long the queues are.
func (s *Server) measureJobs(ctx context.Context) error {
	depths, err := job.Depths(ctx, s.DB.Read())
	if err != nil {
		return fmt.Errorf("cannot count the jobs: %w", err)
	}
	s.metrics.depth.Reset()
	s.metrics.oldest.Reset()
	for _, d := range depths {
		s.metrics.depth.WithLabelValues(d.Queue, d.State).Set(float64(d.Jobs))
		s.metrics.oldest.WithLabelValues(d.Queue, d.State).Set(s.Clock.Now().Sub(d.Oldest.Time).Seconds())
	}
	return nil
}

// counter adds a count that is kept elsewhere.
func (m *metrics) counter(name, help string, read func() float64) {
	m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, read))
}

// request is told about every answer.
func (m *metrics) request(r *http.Request, status int, took time.Duration) {
	m.requests.WithLabelValues(part(r.URL.Path), strconv.Itoa(status/100)+"xx").Observe(took.Seconds())
}

// part names the part of the site, not the page: paths hold ids.
func part(path string) string {
	for _, d := range []string{"/q/", "/l/", "/wecom/", "/api/"} {
		if strings.HasPrefix(path, d) {
			return strings.Trim(d, "/")
		}
	}
	return "ui"
}

// handler serves the metrics to who knows the token, or without one to
// programs on this machine.
func (m *metrics) handler(token string) http.Handler {
	h := promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !mayRead(r, token) {
			http.NotFound(w, r)
			return
		}
		h.ServeHTTP(w, r)
	})
}

func mayRead(r *http.Request, token string) bool {
	if token != "" {
		got := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		return subtle.ConstantTimeCompare([]byte(got), []byte(token)) == 1
	}
	// A proxy on this machine makes everyone look local, and a browser on it may
	// be asked by any page, under any name.
	for _, h := range []string{"X-Forwarded-For", "X-Real-Ip", "Forwarded", "Via", "Origin", "Sec-Fetch-Site"} {
		if r.Header.Get(h) != "" {
			return false
		}
	}
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	addr, err := netip.ParseAddr(host)
	return web.ClientAddress(r, nil).IsLoopback() && (host == "localhost" || err == nil && addr.IsLoopback())
}
