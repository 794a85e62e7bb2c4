// Package fault holds the errors that are meant for a person: a kind (what can
// be done about it), a stable code (the key of its translation) and arguments
// that are safe to show. Every other error is our mistake and shown as internal.
package fault

import (
	"errors"
	"maps"
)

// Kind says what the reader of a fault can do about it.
type Kind int

// The kinds, with the HTTP status that web.Serve answers.
const (
	Internal     Kind = iota // 500, our mistake
	Invalid                  // 422, change the input
	Unauthorized             // 401, log in
	Forbidden                // 403, ask for the permission
	NotFound                 // 404, or not yours to see
	Conflict                 // 409, someone was faster
	Stale                    // 412, If-Match did not match
	TooLarge                 // 413, send less
	Exhausted                // 429, wait
	Unavailable              // 503, a system we need is away
)

// Fault is an error for a person. Compare with errors.Is: two faults are the
// same when their codes are.
type Fault struct {
	Kind   Kind
	Code   string            // stable, e.g. "livecode.not_found"
	Args   map[string]string // safe to show, fills the translation
	Fields []Field           // what was wrong where, for forms
	cause  error
}

// Field is one wrong input of a form or file.
type Field struct {
	Path string            `json:"path"` // "name", "targets.2.weight"
	Code string            `json:"code"` // "field.required"
	Args map[string]string `json:"args,omitempty"`
}

// New declares a fault. Declare each once, beside the type it is about.
func New(kind Kind, code string) *Fault { return &Fault{Kind: kind, Code: code} }

// Error returns the code, and the cause where one was kept.
func (f *Fault) Error() string {
	if f.cause != nil {
		return f.Code + ": " + f.cause.Error()
	}
	return f.Code
}

// Is makes errors.Is compare by code.
func (f *Fault) Is(target error) bool {
	t, ok := target.(*Fault)
	return ok && t.Code == f.Code
}

// Unwrap returns the cause.
func (f *Fault) Unwrap() error { return f.cause }

// With returns a copy that carries the argument key=value.
func (f *Fault) With(key, value string) *Fault {
	c := *f
	c.Args = maps.Clone(f.Args)
	if c.Args == nil {
		c.Args = map[string]string{}
	}
	c.Args[key] = value
	return &c
}

// WithField returns a copy that names one more wrong input.
func (f *Fault) WithField(path, code string) *Fault {
	c := *f
	c.Fields = append(append([]Field(nil), f.Fields...), Field{Path: path, Code: code})
	return &c
}

// Because returns a copy that keeps err for the log; a person never sees it.
func (f *Fault) Because(err error) *Fault {
	c := *f
	c.cause = err
	return &c
}

// Of returns the fault inside err, and whether there is one.
func Of(err error) (*Fault, bool) {
	var f *Fault
	ok := errors.As(err, &f)
	return f, ok
}

// ErrInvalid is the fault of a form whose Fields say what is wrong.
var ErrInvalid = New(Invalid, "form.invalid")
