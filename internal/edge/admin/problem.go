package admin

import (
	"context"
)

// Problem is how every error looks (RFC 9457). Code is stable; Title and
// Detail are in the reader's language.
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

func failed(_ context.Context, err error) error { return err }
