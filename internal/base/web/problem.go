package web

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/fault"
)

// The faults of requests as such.
var (
	ErrInternal    = fault.New(fault.Internal, "internal")
	ErrUnavailable = fault.New(fault.Unavailable, "unavailable")
	ErrMalformed   = fault.New(fault.Invalid, "request.malformed")
	ErrTooLarge    = fault.New(fault.TooLarge, "request.too_large")
	ErrOrigin      = fault.New(fault.Forbidden, "request.origin")
	ErrMethod      = fault.New(fault.Invalid, "request.method")
	ErrNoSuchPath  = fault.New(fault.NotFound, "request.no_such_path")
)

var statuses = map[fault.Kind]int{
	fault.Internal:     http.StatusInternalServerError,
	fault.Invalid:      http.StatusUnprocessableEntity,
	fault.Unauthorized: http.StatusUnauthorized,
	fault.Forbidden:    http.StatusForbidden,
	fault.NotFound:     http.StatusNotFound,
	fault.Conflict:     http.StatusConflict,
	fault.Stale:        http.StatusPreconditionFailed,
	fault.TooLarge:     http.StatusRequestEntityTooLarge,
	fault.Exhausted:    http.StatusTooManyRequests,
	fault.Unavailable:  http.StatusServiceUnavailable,
}

// Status is the HTTP status of a fault. A request that cannot be read at all
// says more than its kind.
func Status(f *fault.Fault) int {
	switch f.Code {
	case ErrMalformed.Code:
		return http.StatusBadRequest
	case ErrMethod.Code:
		return http.StatusMethodNotAllowed
	}
	return statuses[f.Kind]
}

type problem struct {
	Type      string         `json:"type"`
	Title     string         `json:"title"`
	Status    int            `json:"status"`
	Code      string         `json:"code"`
	Detail    string         `json:"detail"`
	RequestID string         `json:"request_id"`
	Fields    []problemField `json:"fields,omitempty"`
}

type problemField struct {
	Path    string `json:"path"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Problem answers err as RFC 9457 in the reader's language. What is not a
// fault is our own mistake: it goes to the log and is shown as internal.
func Problem(w http.ResponseWriter, r *http.Request, err error) {
	id := Of(r.Context())
	f, ok := fault.Of(err)
	if !ok {
		id.fault = err
		if f = ErrInternal; db.Away(err) {
			f = ErrUnavailable
		}
	}
	p := problem{Type: "about:blank", Status: Status(f), Code: f.Code, RequestID: id.ID}
	p.Title = id.text(f.Code, f.Args)
	messages := make([]string, 0, len(f.Fields))
	for _, x := range f.Fields {
		p.Fields = append(p.Fields, problemField{x.Path, x.Code, id.text(x.Code, x.Args)})
		messages = append(messages, p.Fields[len(p.Fields)-1].Message)
	}
	p.Detail = strings.Join(messages, "; ")
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	if s := f.Args["seconds"]; s != "" {
		h.Set("Retry-After", s)
	}
	w.WriteHeader(p.Status)
	json.NewEncoder(w).Encode(p) //nolint:errcheck // the reader has gone
}

func (r *Request) text(code string, args map[string]string) string {
	if r.stack == nil || r.stack.Texts == nil {
		return code
	}
	return r.stack.Texts.Text(r.Lang, "fault."+code, args)
}
