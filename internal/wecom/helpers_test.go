package wecom

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
)

const (
	testSecret = "SECRET-CANARY-1"
	testToken  = "TOKEN-CANARY"
)

// fake is WeCom at the level of transport: it hands out tokens, and answers
// every other path by its handler.
type fake struct {
	*httptest.Server
	tokens  atomic.Int64 // gettoken calls
	current atomic.Value // the only token that is good
	mu      sync.Mutex
	calls   map[string]int
	handler func(w http.ResponseWriter, r *http.Request)
}

func newFake(t testing.TB, handler func(w http.ResponseWriter, r *http.Request)) *fake {
	t.Helper()
	f := &fake{calls: map[string]int{}, handler: handler}
	f.Server = httptest.NewServer(http.HandlerFunc(f.serve))
	t.Cleanup(f.Close)
	return f
}

func (f *fake) serve(w http.ResponseWriter, r *http.Request) {
	op := strings.TrimPrefix(r.URL.Path, "/cgi-bin/")
	f.mu.Lock()
	f.calls[op]++
	f.mu.Unlock()
	if op == opGetToken {
		token := fmt.Sprintf("%s-%d", testToken, f.tokens.Add(1))
		f.current.Store(token)
		say(w, fmt.Sprintf(`{"errcode":0,"errmsg":"ok","access_token":%q,"expires_in":7200}`, token))
		return
	}
	if r.URL.Query().Get("access_token") != f.current.Load() {
		say(w, `{"errcode":40014,"errmsg":"invalid access_token","follow_user":[]}`)
		return
	}
	f.handler(w, r)
}

func (f *fake) count(op string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls[op]
}

func say(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	_, _ = io.WriteString(w, body)
}

// always answers every call with body.
func always(body string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) { say(w, body) }
}

// hurried is a clock that never waits: a wait moves it instead.
type hurried struct{ *clock.Manual }

func newHurried() hurried {
	return hurried{clock.NewManual(time.Date(2026, 11, 21, 1, 0, 0, 0, time.UTC))}
}

func (h hurried) After(d time.Duration) <-chan time.Time {
	h.Advance(d)
	return h.Manual.After(0)
}

func (f *fake) client(change ...func(*Config)) *Client {
	cfg := Config{BaseURL: f.URL, CorpID: "ww1", Secret: testSecret, AgentID: 1000002, Clock: newHurried()}
	for _, c := range change {
		c(&cfg)
	}
	return New(cfg)
}

// body decodes what a request sent.
func body(t testing.TB, r *http.Request) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.NewDecoder(r.Body).Decode(&m); err != nil {
		t.Errorf("%s sent no JSON: %v", r.URL.Path, err)
	}
	return m
}

func class(t testing.TB, err error, want Class) *Error {
	t.Helper()
	if ClassOf(err) != want {
		t.Fatalf("got %v, want class %q", err, want)
	}
	e, ok := err.(*Error)
	if want != "" && !ok {
		t.Fatalf("%v is not an *Error itself", err)
	}
	return e
}

var bg = context.Background()
