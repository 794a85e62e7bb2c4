package sandbox

import (
	"net/url"
	"regexp"
	"strings"
	"time"
)

// Call is one API call as the call log keeps it, without secrets.
type Call struct {
	At      time.Time `json:"at"`
	Method  string    `json:"method"`
	Path    string    `json:"path"`
	Query   string    `json:"query"`
	Body    string    `json:"body"`
	AgentID int64     `json:"agent_id"`
	Code    int       `json:"errcode"`
	Fault   string    `json:"fault,omitempty"`
	Bytes   int       `json:"bytes"`
	Millis  int64     `json:"millis"`
}

const keptCalls = 500

// welcomeCode hides what a reader of the log could still use.
var welcomeCode = regexp.MustCompile(`("welcome_code"\s*:\s*")[^"]*`)

func (s *Server) logCall(c *call, err error, bytes int, took time.Duration) {
	line := Call{Method: c.r.Method, Path: c.path, Query: masked(c.query),
		Bytes: bytes, Millis: took.Milliseconds()}
	if !strings.HasPrefix(c.r.Header.Get("Content-Type"), "multipart/") {
		line.Body = welcomeCode.ReplaceAllString(string(c.body[:min(len(c.body), 2000)]), "${1}***")
	}
	if no, ok := err.(*refusal); ok {
		line.Code = no.code
	}
	if c.fault != nil {
		line.Fault = c.fault.Kind
	}
	if c.app != nil {
		line.AgentID = c.app.AgentID
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	line.At = s.worldTime()
	s.calls = append(s.calls, line)
	s.calls = s.calls[max(0, len(s.calls)-keptCalls):]
}

func masked(q url.Values) string {
	shown := url.Values{}
	for k, v := range q {
		shown[k] = v
	}
	for _, k := range []string{"access_token", "corpsecret", "code"} {
		if shown.Has(k) {
			shown.Set(k, "***")
		}
	}
	return shown.Encode()
}

// Calls returns the last calls of the API, oldest first.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call{}, s.calls...)
}
