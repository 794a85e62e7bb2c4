package admin

import "time"

// Ref names another object.
type Ref struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Rate is a share that can be judged: the reader sees how many it is made of.
type Rate struct {
	Num int64 `json:"num"`
	Den int64 `json:"den"`
}

// Page is one page of a list. NextCursor is null on the last page.
type Page[T any] struct {
	Items      []T     `json:"items"`
	NextCursor *string `json:"next_cursor"`
	Total      int64   `json:"total"`
}

// body wraps what an operation answers.
type body[T any] struct {
	Body T
}

// created wraps what an operation made.
type created[T any] struct {
	ETag string `header:"ETag"`
	Body T
}

// versioned wraps an object whose version goes into If-Match.
type versioned[T any] struct {
	ETag string `header:"ETag"`
	Body T
}

// none is an operation without input or without answer.
type none struct{}

// ByID is the input of an operation on one object.
type ByID struct {
	ID string `path:"id" maxLength:"64"`
}

// Match is the part of an input that guards against lost updates.
type Match struct {
	IfMatch string `header:"If-Match" maxLength:"64" doc:"The ETag the change is based on"`
}

// Paged is the part of an input that walks through a list.
type Paged struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor string `query:"cursor" maxLength:"400"`
}

// Span is the part of an input that chooses a time range [From, To).
type Span struct {
	From time.Time `query:"from"`
	To   time.Time `query:"to"`
}

// list never is null in JSON.
func list[T any](xs []T) []T {
	if xs == nil {
		return []T{}
	}
	return xs
}

// maybe is null for the zero time.
func maybe(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// each converts a slice; the result is never nil.
func each[A, B any](xs []A, f func(A) B) []B {
	out := make([]B, 0, len(xs))
	for _, x := range xs {
		out = append(out, f(x))
	}
	return out
}

// byIDMatch is the input of a change to one object that needs no body.
type byIDMatch struct {
	ByID
	Match
}
