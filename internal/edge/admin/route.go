package admin

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/tuma-live/tuma/internal/core/access"
)

// scope says which rows an operation may touch.
type scope int

const (
	open   scope = iota // no login: nothing personal
	self                // only what belongs to the caller's own account
	shared              // shared by everyone who holds the permission
	scoped              // the rows of the caller's data scope
)

// route is one line of the table: an operation, who may, and on which rows.
type route struct {
	method, path string
	permission   access.Permission
	scope        scope
	status       int
	media        string
	register     func(huma.API, huma.Operation)
}

// op makes a route of a pattern such as "GET /live-codes".
func op[I, O any](pattern string, p access.Permission, s scope,
	h func(context.Context, *I) (*O, error), opts ...func(*route)) route {
	method, path, _ := strings.Cut(pattern, " ")
	r := route{method: method, path: path, permission: p, scope: s}
	for _, o := range opts {
		o(&r)
	}
	r.register = func(api huma.API, o huma.Operation) {
		huma.Register(api, o, func(ctx context.Context, in *I) (*O, error) {
			out, err := h(ctx, in)
			if err != nil {
				exchangeOf(ctx).fail(err)
				return nil, nil
			}
			return out, nil
		})
	}
	return r
}

// creates makes the operation answer 201.
func creates(r *route) { r.status = http.StatusCreated }

// accepts makes the operation answer 202: the work goes on in the background.
func accepts(r *route) { r.status = http.StatusAccepted }

// answers makes the operation answer another media type than JSON.
func answers(media string) func(*route) { return func(r *route) { r.media = media } }

// operation describes the route in the OpenAPI document.
func (r route) operation() huma.Operation {
	o := huma.Operation{
		OperationID:   operationID(r.method, r.path),
		Method:        r.method,
		Path:          r.path,
		Tags:          []string{strings.SplitN(r.path, "/", 3)[1]},
		DefaultStatus: r.status,
		MaxBodyBytes:  maxBody,
		Responses:     map[string]*huma.Response{},
		Extensions:    map[string]any{"x-permission": string(r.permission)},
	}
	if r.method != http.MethodGet && r.scope != open {
		o.Parameters = []*huma.Param{{
			Name: keyHeader, In: "header", Schema: &huma.Schema{Type: "string",
				MaxLength: new(maxKey)},
			Description: "Any text of your own. The request is carried out once, however often it is sent.",
		}}
	}
	if r.permission != access.Anyone {
		o.Security = []map[string][]string{{"session": {}}, {"key": {}}}
	}
	if r.media != "" {
		o.Responses["200"] = &huma.Response{
			Description: "OK",
			Content: map[string]*huma.MediaType{
				r.media: {Schema: &huma.Schema{Type: "string", Format: "binary"}},
			},
		}
	}
	return o
}

// operationID turns GET /live-codes/{id}/qr.png into getLiveCodesIdQrPng.
func operationID(method, path string) string {
	id := strings.ToLower(method)
	for _, word := range strings.FieldsFunc(path,
		func(r rune) bool { return strings.ContainsRune("/{}-._", r) }) {
		id += strings.ToUpper(word[:1]) + word[1:]
	}
	return id
}
