// Package admin is the API of the admin UI and of other programs: one table of
// typed operations, each with the permission it needs and the rows it touches.
package admin

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"
)

// maxBody is the most a request may send.
const maxBody = 1 << 20

// Deps is what the API works on.
type Deps struct {
}

// API is the admin API.
type API struct {
	Deps
	huma huma.API
}

// New returns the handler of /api/.
func New(d Deps) *API {
	a := &API{Deps: d}
	mux := chi.NewMux()
	a.huma = humachi.New(mux, a.config())
	for _, r := range a.routes() {
		o := r.operation()
		o.Responses["default"] = a.problemResponse()
		r.register(a.huma, o)
	}
	exact(a.huma.OpenAPI())
	return a
}

// ServeHTTP implements http.Handler.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.huma.Adapter().ServeHTTP(w, r)
}
