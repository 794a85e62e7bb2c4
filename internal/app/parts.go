package app

import (
	"context"
	"io/fs"
	"net/http"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/core/access"
	"github.com/tuma-live/tuma/internal/core/arrival"
	"github.com/tuma-live/tuma/internal/core/carrier"
	"github.com/tuma-live/tuma/internal/core/contact"
	"github.com/tuma-live/tuma/internal/core/corp"
	"github.com/tuma-live/tuma/internal/core/inbox"
	"github.com/tuma-live/tuma/internal/core/insight"
	"github.com/tuma-live/tuma/internal/core/livecode"
	"github.com/tuma-live/tuma/internal/core/pool"
	"github.com/tuma-live/tuma/internal/core/scan"
	"github.com/tuma-live/tuma/internal/core/staff"
	"github.com/tuma-live/tuma/internal/core/tag"
	"github.com/tuma-live/tuma/internal/core/welcome"
	"github.com/tuma-live/tuma/internal/edge/admin"
)

// parts is the domain, wired.
type parts struct {
	access   *access.Service
	corp     *corp.Service
	staff    *staff.Service
	tags     *tag.Service
	carriers *carrier.Service
	codes    *livecode.Service
	arrivals *arrival.Service
	welcomes *welcome.Service
	inbox    *inbox.Inbox
	book     *scan.Book
	desk     *scan.Desk
	rollup   *insight.Rollup
	reader   *insight.Reader
}

// zone is where the corp's days begin. Product design 4.5: a setting, later.
var zone = time.FixedZone("Asia/Shanghai", 8*3600)

func (s *Server) newParts(journal *scan.Journal) parts {
	p := parts{
		access: access.New(s.DB, s.Clock),
		corp: &corp.Service{
			DB: s.DB, Clock: s.Clock, Ring: s.Ring, Log: s.Log, CallbackURL: s.cfg.PublicURL + "/wecom/callback",
			HTTP: &http.Client{Transport: measured{s.metrics, s.Clock}},
		},
		book:   &scan.Book{DB: s.DB, Clock: s.Clock},
		desk:   scan.NewDesk(s.DB, s.Clock, journal),
		rollup: &insight.Rollup{DB: s.DB, Clock: s.Clock},
		reader: &insight.Reader{DB: s.DB, Clock: s.Clock, Zone: zone, Contacts: contact.Store{Ring: s.Ring}},
	}
	p.staff = &staff.Service{DB: s.DB, Clock: s.Clock, Connect: p.corp.Connect}
	p.tags = &tag.Service{DB: s.DB, Clock: s.Clock, Connect: p.corp.Connect}
	p.carriers = &carrier.Service{
		DB: s.DB, Clock: s.Clock, Connect: p.corp.Connect, Picture: carrier.Fetcher{Base: p.corp.BaseURL},
	}
	p.codes = &livecode.Service{
		DB: s.DB, Clock: s.Clock, Signer: livecode.NewSigner(s.Ring.Keys("slug")),
		Ensure: func(ctx context.Context, tx *db.Tx, code int64) error {
			return carrier.Ensure(ctx, tx, code, s.Clock.Now())
		},
	}
	people := contact.Store{Ring: s.Ring}
	p.arrivals = &arrival.Service{
		DB: s.DB, Clock: s.Clock, Connect: p.corp.Connect, Contacts: people, Staff: p.staff, Tags: p.tags,
	}
	p.welcomes = &welcome.Service{
		DB: s.DB, Clock: s.Clock, Connect: p.corp.Connect, Contacts: people, Staff: p.staff,
	}
	p.inbox = inbox.New(s.DB, s.Clock, s.Ring, callbacks(&p))
	return p
}

// ensurePool plans the QRs of all codes of a pool.
func (s *Server) ensurePool(ctx context.Context, tx *db.Tx, id int64) error {
	return carrier.EnsurePool(ctx, tx, pool.ID(id), s.Clock.Now())
}

// texts lists where texts for people are kept.
func texts() []fs.FS { return []fs.FS{admin.Texts()} }
