// Package admin is the API of the admin UI and of other programs: one table of
// typed operations, each with the permission it needs and the rows it touches.
package admin

import (
	"context"
	"embed"
	"io/fs"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/i18n"
	"github.com/tuma-live/tuma/internal/base/seal"
	"github.com/tuma-live/tuma/internal/base/web"
	"github.com/tuma-live/tuma/internal/core/access"
	"github.com/tuma-live/tuma/internal/core/corp"
	"github.com/tuma-live/tuma/internal/core/insight"
	"github.com/tuma-live/tuma/internal/core/livecode"
)

//go:generate go test . -run TestTheKeptOpenAPIDocumentIsCurrent -update

//go:embed locales
var locales embed.FS

// Texts are the texts this package needs, for i18n.Load.
func Texts() fs.FS {
	sub, _ := fs.Sub(locales, "locales") // the folder is embedded
	return sub
}

// maxBody is the most a request may send.
const maxBody = 1 << 20

// Deps is what the API works on. Everything but the last group is required.
type Deps struct {
	DB     *db.DB
	Clock  clock.Clock
	Ring   *seal.Ring
	Texts  *i18n.Catalogue // with Texts() in it
	Log    *slog.Logger
	Zone   *time.Location // the corp's
	Access *access.Service
	Codes  *livecode.Service
	Reader *insight.Reader
	Corp   *corp.Service
	// Preview renders the customer's page of a draft, as the scan door would.
	Preview func(ctx context.Context, p Preview) ([]byte, error)
	// Sync starts the full synchronisation of staff, groups, contacts or tags.
	Sync func(ctx context.Context, tx *db.Tx, what string) error
	// EnsurePool plans the QRs of all codes of a pool (core/carrier).
	EnsurePool func(ctx context.Context, tx *db.Tx, pool int64) error

	PublicURL       string // https://go.example.com, without a slash at the end
	Version         string
	Demo            bool
	SandboxPhoneURL string // where the demo's phone is, or empty
}

// Preview is what a page is rendered from without a scan.
type Preview struct {
	Name   string
	Kind   string
	Page   livecode.Page
	State  string // as in core/route
	Locale string
	OS     string
	Target string // name of the target to show
	Joined int64
	Limit  int64
}

// API is the admin API.
type API struct {
	Deps
	huma    huma.API
	mux     *chi.Mux
	cursors cursors
}

// exactNames makes huma refuse "NAME" for "name". It is a variable of huma's
// package, so it is set once, before anything is validated.
var exactNames = sync.OnceFunc(func() { huma.ValidateStrictCasing = true })

// New returns the handler of /api/. It expects web.Stack in front of it, and
// the whole path.
func New(d Deps) *API {
	// A name in other letters is another name; Go's decoder alone takes both.
	huma.ValidateStrictCasing = true
	exactNames()
	a := &API{Deps: d, mux: chi.NewMux()}
	if d.Ring != nil {
		a.cursors.keys = d.Ring.Keys("cursor")
	}
	a.mux.Use(a.enter)
	a.mux.NotFound(func(w http.ResponseWriter,
		r *http.Request) {
		web.Problem(w, r, web.ErrNoSuchPath)
	})
	a.mux.MethodNotAllowed(func(w http.ResponseWriter,
		r *http.Request) {
		web.Problem(w, r, web.ErrMethod)
	})
	v1 := chi.NewRouter()
	a.huma = humachi.New(v1, a.config())
	for _, r := range a.routes() {
		o := r.operation()
		o.Middlewares = huma.Middlewares{a.guard(r)}
		o.Responses["default"] = a.problemResponse()
		r.register(a.huma, o)
	}
	exact(a.huma.OpenAPI())
	v1.Get("/openapi.json", a.openAPI)
	v1.Get("/events", a.events)
	a.mux.Mount("/api/v1", v1)
	a.mux.Get("/api/docs", a.docs)
	a.mux.Get("/api/docs.js", a.docsJS)
	return a
}

// ServeHTTP implements http.Handler.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.mux.ServeHTTP(w, r) }

// reach is the rows the caller may touch.
func (a *API) reach(ctx context.Context) (access.Reach, error) {
	return access.Who(ctx).Reach(ctx, a.DB.Read())
}
