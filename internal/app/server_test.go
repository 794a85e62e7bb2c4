package app

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/seal"
	"github.com/tuma-live/tuma/internal/core/access"
	"github.com/tuma-live/tuma/internal/core/audit"
	"github.com/tuma-live/tuma/internal/core/livecode"
)

// freeAddr is a loopback address that nobody listens on.
func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // only its address is wanted
	return l.Addr().String()
}

func server(t *testing.T) *Server {
	t.Helper()
	s, err := Open(t.Context(), Config{Addr: freeAddr(t), Data: t.TempDir()}, false, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// session makes an account and logs it in.
func session(t *testing.T, s *Server) *http.Cookie {
	t.Helper()
	const password = "correct horse battery staple"
	ctx := audit.As(t.Context(), audit.Actor{Kind: "system", Name: "test"})
	_, err := s.access.Create(ctx, access.NewAccount{
		Login: "ada", Name: "Ada", Password: password, Role: access.SuperAdmin, Scope: access.All,
	})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", "/api/v1/session", strings.NewReader(`{"login":"ada","password":"`+password+`"}`))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	s.handler().ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		return c
	}
	t.Fatalf("no session: %d %s", w.Code, w.Body)
	return nil
}

func TestAServerLeavesAtOnceAlsoWhileAScreenListens(t *testing.T) {
	t.Parallel()
	s := server(t)
	cookie := session(t, s)
	ctx, stop := context.WithCancel(t.Context())
	var greeting bytes.Buffer
	over := make(chan error, 1)
	go func() { over <- s.Run(ctx, &greeting) }()

	r, err := http.NewRequestWithContext(t.Context(), "GET", "http://"+s.cfg.Addr+"/api/v1/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.AddCookie(cookie)
	res := await(t, r)
	defer res.Body.Close()
	if line, err := bufio.NewReader(res.Body).ReadString('\n'); err != nil || !strings.HasPrefix(line, "event:") {
		t.Fatalf("the stream says %q (%d), %v", line, res.StatusCode, err)
	}
	stop()
	select {
	case err := <-over:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(shutdownFor / 2):
		t.Fatal("still waiting for the screen")
	}
	if !strings.Contains(greeting.String(), s.cfg.Addr) {
		t.Errorf("the greeting does not say where: %s", &greeting)
	}
}

// await asks until the server listens.
func await(t *testing.T, r *http.Request) *http.Response {
	t.Helper()
	for range 200 {
		if res, err := http.DefaultClient.Do(r); err == nil {
			return res
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("nobody answers")
	return nil
}

func TestAKeyAddedWhileWeRunIsTakenUp(t *testing.T) {
	t.Parallel()
	s := server(t)
	defer s.Close()
	cli, err := seal.Load(clock.System{}, s.Config.keyFile())
	if err != nil {
		t.Fatal(err)
	}
	old := livecode.NewSigner(cli.Keys("slug")).New()
	if err := cli.Rotate(); err != nil {
		t.Fatal(err)
	}
	fresh := livecode.NewSigner(cli.Keys("slug")[1:]).New()
	forged := func(slug string) bool {
		before := s.door.Load().Counts.Forged.Load()
		s.handler().ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/q/"+slug, nil))
		return s.door.Load().Counts.Forged.Load() != before
	}
	if !forged(fresh) {
		t.Fatal("a slug of an unknown key was believed")
	}
	if err := s.turnKeys(t.Context()); err != nil {
		t.Fatal(err)
	}
	if forged(fresh) || forged(old) {
		t.Fatal("a slug of one of our keys was called forged")
	}
}

func TestOnlyThisMachineReadsTheMetricsWithoutAToken(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		peer, forwarded, token, sent string
		want                         bool
	}{
		"this machine":              {"127.0.0.1:9", "", "", "", true},
		"another machine":           {"10.0.0.9:9", "", "", "", false},
		"through a proxy beside us": {"127.0.0.1:9", "1.1.1.1", "", "", false},
		"with the token":            {"10.0.0.9:9", "", "sesame", "Bearer sesame", true},
		"with another":              {"127.0.0.1:9", "", "sesame", "Bearer x", false},
		"without it":                {"127.0.0.1:9", "", "sesame", "", false},
	} {
		r := httptest.NewRequest("GET", "http://127.0.0.1:8080/metrics", nil)
		r.RemoteAddr = x.peer
		for k, v := range map[string]string{"X-Forwarded-For": x.forwarded, "Authorization": x.sent} {
			if v != "" {
				r.Header.Set(k, v)
			}
		}
		if got := mayRead(r, x.token); got != x.want {
			t.Errorf("%s: %v", name, got)
		}
		r.Host = "evil.example" // a name that leads here in some browser
		if x.token == "" && mayRead(r, "") {
			t.Errorf("%s, under a foreign name: read", name)
		}
	}
}

func TestEveryDoorAnswers(t *testing.T) {
	t.Parallel()
	s := server(t)
	defer s.Close()
	if err := s.measureJobs(t.Context()); err != nil {
		t.Fatal(err)
	}
	h := s.handler()
	for path, want := range map[string]int{
		"/healthz": 200, "/readyz": 200, "/api/v1/openapi.json": 200, "/api/v1/live-codes": 401,
		"/api/v1/nothing": 404, "/q/0000000000000000": 404, "/wecom/callback": 403, "/metrics": 404,
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		if w.Code != want {
			b, _ := io.ReadAll(w.Body)
			t.Errorf("%s: %d, want %d: %.200s", path, w.Code, want, b)
		}
	}
	s.leaving.Store(true)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/readyz", nil))
	if w.Code != 503 {
		t.Errorf("a leaving server says it is ready: %d", w.Code)
	}
}
