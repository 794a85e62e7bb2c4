package admin

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"github.com/tuma-live/tuma/internal/base/web"
	"github.com/tuma-live/tuma/internal/core/access"
	"github.com/tuma-live/tuma/internal/core/audit"
)

// enter finds out who sends the request, before any route is chosen.
func (a *API) enter(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, err := a.identify(r)
		if err != nil {
			web.Problem(w, r, err)
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		ctx := audit.As(access.With(r.Context(), who),
			who.Actor(web.Of(r.Context()).Address.String()))
		e := &exchange{ResponseWriter: w}
		e.r = r.WithContext(context.WithValue(ctx, exchangeKey{}, e))
		next.ServeHTTP(e, e.r)
	})
}

// identify reads the session cookie or the API key. A key that is wrong is
// refused even where none is needed; an old cookie is nobody.
func (a *API) identify(r *http.Request) (access.Identity, error) {
	if h := r.Header.Get("Authorization"); h != "" {
		text, _ := strings.CutPrefix(h, "Bearer ")
		who, err := a.Access.ByKey(r.Context(), strings.TrimSpace(text))
		if err == nil && !who.Known() {
			err = access.ErrNoLogin
		}
		return who, err
	}
	c, err := r.Cookie(a.cookieName())
	if err != nil {
		return access.Identity{}, nil
	}
	return a.Access.BySession(r.Context(), c.Value)
}

// cookieName is bound to this host by the browser where there is TLS.
func (a *API) cookieName() string {
	if a.secure() {
		return "__Host-tuma"
	}
	return "tuma"
}

func (a *API) cookie(token string, age int) string {
	c := http.Cookie{
		Name: a.cookieName(), Value: token, Path: "/", MaxAge: age,
		Secure: a.secure(), HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
	return c.String()
}

// secure says that browsers reach us over TLS.
func (a *API) secure() bool { return strings.HasPrefix(a.PublicURL, "https://") }

// allowed says whether the caller may use the operation.
func (r route) allowed(who access.Identity) error {
	switch {
	case who.May(r.permission):
		return nil
	case !who.Known():
		return access.ErrNoLogin
	}
	return access.ErrForbidden.With("permission", string(r.permission))
}

// guard stands before every operation: who may, whether the request is well
// formed, and whether it was already carried out.
func (a *API) guard(rt route) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		r, _ := humachi.Unwrap(ctx)
		e := exchangeOf(r.Context())
		if err := rt.allowed(access.Who(r.Context())); err != nil {
			e.fail(err)
			return
		}
		if r.Method == http.MethodGet {
			next(ctx)
			return
		}
		text, err := readBody(e, r)
		if err != nil {
			e.fail(err)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(text))
		if r.Header.Get(keyHeader) == "" || rt.scope == open {
			next(ctx)
			return
		}
		if err := a.once(e, text, func() { next(ctx) }); err != nil {
			e.fail(err)
		}
	}
}

// readBody reads a request's JSON and refuses what could be read in two ways.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, web.ErrTooLarge
	case err != nil:
		return nil, web.ErrMalformed.Because(err)
	case len(text) == 0:
		return nil, nil
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return nil, web.ErrMalformed.WithField("Content-Type", "field.not_json")
	}
	if err := web.StrictJSON(text); err != nil {
		return nil, web.ErrMalformed.Because(err)
	}
	return text, nil
}
