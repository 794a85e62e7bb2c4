package admin

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/tuma-live/tuma/internal/base/fault"
	"github.com/tuma-live/tuma/internal/base/web"
)

// Problem is how every error looks (RFC 9457); web.Problem writes it. Code is
// stable; Title and Detail are in the reader's language.
type Problem struct {
	Type      string         `json:"type"`
	Title     string         `json:"title"`
	Status    int            `json:"status"`
	Code      string         `json:"code"`
	Detail    string         `json:"detail"`
	RequestID string         `json:"request_id"`
	Fields    []ProblemField `json:"fields,omitempty"`
}

// ProblemField says what was wrong where.
type ProblemField struct {
	Path    string `json:"path"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

var (
	errKeyReused  = fault.New(fault.Invalid, "request.idempotency_reused")
	errInProgress = fault.New(fault.Conflict, "request.in_progress")
)

// exchange is one request and its answer. Once a problem is written, whatever
// else wants to answer is silenced.
type exchange struct {
	http.ResponseWriter
	r    *http.Request
	done bool
}

type exchangeKey struct{}

func exchangeOf(ctx context.Context) *exchange {
	e, _ := ctx.Value(exchangeKey{}).(*exchange)
	return e
}

// fail answers err.
func (e *exchange) fail(err error) {
	if !e.done {
		web.Problem(e.ResponseWriter, e.r, err)
		e.done = true
	}
}

// WriteHeader implements http.ResponseWriter.
func (e *exchange) WriteHeader(status int) {
	if !e.done {
		e.ResponseWriter.WriteHeader(status)
	}
}

// Write implements http.ResponseWriter.
func (e *exchange) Write(b []byte) (int, error) {
	if e.done {
		return len(b), nil
	}
	return e.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (e *exchange) Unwrap() http.ResponseWriter { return e.ResponseWriter }

// refused turns the errors huma finds in a request into a problem of ours:
// stable codes, the reader's language, and never the value that was sent.
func refused(ctx huma.Context, _ string, v any) (any, error) {
	if m, ok := v.(*huma.ErrorModel); ok {
		exchangeOf(ctx.Context()).fail(requestFault(m))
	}
	return v, nil
}

func requestFault(m *huma.ErrorModel) error {
	if m.Status == http.StatusRequestEntityTooLarge {
		return web.ErrTooLarge
	}
	f := fault.ErrInvalid
	if m.Status != http.StatusUnprocessableEntity {
		f = web.ErrMalformed
	}
	for _, d := range m.Errors {
		where, path, _ := strings.Cut(strings.NewReplacer("[", ".", "]", "").Replace(d.Location),
			".")
		if where == "path" {
			return web.ErrNoSuchPath
		}
		code := fieldCode(d.Message)
		if code == unknownField {
			return web.ErrMalformed.WithField(path, code)
		}
		f = f.WithField(missing(path, d.Message), code)
	}
	return f
}

// missing adds the name of a property that is not there to the path of its object.
func missing(path, message string) string {
	rest, ok := strings.CutPrefix(message, "expected required property ")
	if !ok {
		return path
	}
	name, _, _ := strings.Cut(rest, " ")
	if path == "" {
		return name
	}
	return path + "." + name
}

const unknownField = "field.unknown_name"

// fieldCode is our code for huma's message. The messages are huma's package
// variables; a test keeps this list true.
func fieldCode(message string) string {
	for _, c := range []struct{ part, code string }{
		{"unexpected property", unknownField},
		{"required", "field.required"},
		{"expected length >=", "field.too_short"},
		{"expected length <=", "field.too_long"},
		{"expected number >", "field.out_of_range"},
		{"expected number <", "field.out_of_range"},
		{"expected value to be one of", "field.unknown"},
		{"array length", "field.too_many"},
		{"RFC 3339", "field.time"},
		{"invalid date", "field.time"},
	} {
		if strings.Contains(message, c.part) {
			return c.code
		}
	}
	return "field.invalid"
}
