package admin

import (
	"bytes"
	"encoding/json"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

func (a *API) config() huma.Config {
	c := huma.DefaultConfig("Tuma", "1")
	c.Info.Description = "Live codes (活码) for WeCom. Lists take limit and cursor; writes take " +
		"Idempotency-Key and If-Match; errors are application/problem+json with a stable code."
	c.Servers = []*huma.Server{{URL: "/api/v1"}}
	c.DocsPath, c.OpenAPIPath, c.SchemasPath = "", "", ""
	c.CreateHooks = nil
	c.Transformers = []huma.Transformer{refused}
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"session": {Type: "apiKey", In: "cookie", Name: "tuma"},
		"key":     {Type: "http", Scheme: "bearer"},
	}
	return c
}

// problemResponse is what every operation may answer instead.
func (a *API) problemResponse() *huma.Response {
	s := a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "Problem")
	return &huma.Response{
		Description: "What went wrong",
		Content:     map[string]*huma.MediaType{"application/problem+json": {Schema: s}},
	}
}

// exact makes the document say what Go's types say: a slice is never null, a
// pointer without omitempty may be, whatever it points to.
func exact(doc *huma.OpenAPI) {
	reg := doc.Components.Schemas
	delete(reg.Map(), "ErrorModel") // huma's own errors are never sent
	delete(reg.Map(), "ErrorDetail")
	for name, s := range reg.Map() {
		t := reg.TypeFromRef("#/components/schemas/" + name)
		for t != nil && t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		for _, p := range s.Properties {
			if p.Type == "array" {
				p.Nullable = false
			}
			if p.Items != nil && p.Items.Type == "array" {
				p.Items.Nullable = false
			}
		}
		if t == nil || t.Kind() != reflect.Struct {
			continue
		}
		nullRefs(s, t)
	}
	for _, path := range doc.Paths {
		for _, o := range []*huma.Operation{path.Get, path.Post, path.Put, path.Patch,
			path.Delete} {
			if o == nil {
				continue
			}
			for _, r := range o.Responses {
				for _, m := range r.Content {
					if m.Schema != nil && m.Schema.Type == "array" {
						m.Schema.Nullable = false
					}
				}
			}
		}
	}
}

// nullRefs lets pointers to objects that are always present be null.
func nullRefs(s *huma.Schema, t reflect.Type) {
	for _, f := range reflect.VisibleFields(t) {
		name, opts, _ := bytes.Cut([]byte(f.Tag.Get("json")), []byte(","))
		p := s.Properties[string(name)]
		if p == nil || p.Ref == "" || f.Type.Kind() != reflect.Pointer || len(opts) > 0 {
			continue
		}
		s.Properties[string(name)] = &huma.Schema{
			AnyOf:       []*huma.Schema{{Ref: p.Ref}, {Type: "null"}},
			Description: p.Description,
		}
	}
}

// Document returns the OpenAPI document.
func (a *API) Document() ([]byte, error) {
	b, err := json.Marshal(a.huma.OpenAPI())
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = json.Indent(&out, b, "", "  ")
	out.WriteByte('\n')
	return out.Bytes(), err
}
