package app

import (
	"context"
	"net/http"
	"net/netip"
	"sync/atomic"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/web"
	"github.com/tuma-live/tuma/internal/core/asset"
	"github.com/tuma-live/tuma/internal/core/fact"
	"github.com/tuma-live/tuma/internal/core/livecode"
	"github.com/tuma-live/tuma/internal/core/route"
	corescan "github.com/tuma-live/tuma/internal/core/scan"
	"github.com/tuma-live/tuma/internal/edge/admin"
	"github.com/tuma-live/tuma/internal/edge/hook"
	"github.com/tuma-live/tuma/internal/edge/scan"
)

// door is the door of scans. It is made anew when the ring of keys has turned:
// what another node signs with a new key must be known here.
type door struct{ atomic.Pointer[scan.Handler] }

// ServeHTTP implements http.Handler.
func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) { d.Load().ServeHTTP(w, r) }

func (s *Server) openDoor() error {
	h, err := scan.New(scan.Config{
		Book: s.book, Desk: s.desk, Slugs: livecode.NewSigner(s.Ring.Keys("slug")),
		Visitors: scan.NewVisitors(s.Ring.Keys("visitor"), s.DB.IDs),
		Images:   images{s.DB}, Clock: s.Clock, Log: s.Log,
		Address: func(r *http.Request) netip.Addr { return web.ClientAddress(r, s.cfg.trusted) },
		Secure:  func(r *http.Request) bool { return web.Secure(r, s.cfg.trusted) },
		Forged:  s.noteForged,
		Public:  s.cfg.PublicURL, Zone: zone,
	})
	if err != nil {
		return err
	}
	s.door.Store(h)
	return nil
}

// turnKeys takes up keys that were added while we run.
func (s *Server) turnKeys(context.Context) error {
	changed, err := s.Ring.Reload()
	if err != nil || !changed {
		return err
	}
	s.Log.Info("a key was added")
	return s.openDoor()
}

// doors makes the handlers of everything that comes in.
func (s *Server) doors() error {
	if err := s.openDoor(); err != nil {
		return err
	}
	s.countScans()
	s.hook = &hook.Handler{
		Keys: s.corp.Keys, Put: s.inbox.Put, Clock: s.Clock, Log: s.Log, Trusted: s.cfg.trusted,
		Observe: func(outcome string) { s.metrics.callbacks.WithLabelValues(outcome).Inc() },
	}
	d := admin.Deps{
		DB: s.DB, Clock: s.Clock, Ring: s.Ring, Texts: s.texts, Log: s.Log, Zone: zone,
		Access: s.access, Codes: s.codes, Reader: s.reader, Corp: s.corp, Sync: s.startSync,
		Preview: s.preview, EnsurePool: s.ensurePool,
		PublicURL: s.cfg.PublicURL, Version: Version,
	}
	if s.demo != nil {
		d.Demo, d.SandboxPhoneURL = true, s.demo.phone
	}
	s.api = admin.New(d)
	return nil
}

// countScans shows what the scan door counts. The counts begin again when the
// door is made anew, as counters may.
func (s *Server) countScans() {
	for name, of := range map[string]func(*scan.Counts) *atomic.Int64{
		"pages":     func(c *scan.Counts) *atomic.Int64 { return &c.Pages },
		"fallbacks": func(c *scan.Counts) *atomic.Int64 { return &c.Fallbacks },
		"neutral":   func(c *scan.Counts) *atomic.Int64 { return &c.Neutral },
		"forged":    func(c *scan.Counts) *atomic.Int64 { return &c.Forged },
		"missing":   func(c *scan.Counts) *atomic.Int64 { return &c.Missing },
		"beacons":   func(c *scan.Counts) *atomic.Int64 { return &c.Beacons },
		"panics":    func(c *scan.Counts) *atomic.Int64 { return &c.Panics },
	} {
		s.metrics.counter("tuma_scan_"+name+"_total", "What the scan door has answered.", func() float64 {
			return float64(of(&s.door.Load().Counts).Load())
		})
	}
}

// warm keeps the QR pictures at hand for when the database is not.
func (s *Server) warm(ctx context.Context) error { return s.door.Load().Warm(ctx, s.book.QRs()) }

// images reads the QR pictures that WeCom made for us.
type images struct{ db *db.DB }

// Image implements scan.Images.
func (i images) Image(ctx context.Context, hash string) (mime string, body []byte, err error) {
	a, err := asset.Find(ctx, i.db.Read(), hash)
	return a.Mime, a.Body, err
}

// noteForged keeps that someone tried a slug we did not sign.
func (s *Server) noteForged(ctx context.Context, address string) {
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		return fact.Append(ctx, tx, fact.Fact{
			Kind: fact.Forged, At: db.At(s.Clock.Now()), Data: `{"ip":"` + address + `"}`,
		})
	})
	if err != nil {
		s.Log.WarnContext(ctx, "a forged slug could not be noted", "err", err)
	}
}

// preview renders the customer's page of a draft.
func (s *Server) preview(_ context.Context, p admin.Preview) ([]byte, error) {
	return s.door.Load().Preview(scan.Preview{
		Code: corescan.Code{
			Name: p.Name, Kind: p.Kind,
			Page: corescan.Page{
				Title: p.Page.Title, Subtitle: p.Page.Subtitle, Guide: p.Page.Guide,
				ShowCount: p.Page.ShowCount, ContactText: p.Page.ContactText, Notice: p.Page.Notice,
			},
		},
		State: route.State(p.State), OS: p.OS, Lang: p.Locale, Target: p.Target, Joined: p.Joined, Limit: p.Limit,
	}), nil
}
