package corp

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/fault"
	"github.com/tuma-live/tuma/internal/base/seal"
	"github.com/tuma-live/tuma/internal/schema/schematest"
	"github.com/tuma-live/tuma/internal/wecom/sandbox"
)

func service(d *db.DB) *Service {
	return &Service{DB: d, Clock: clock.System{}, Ring: seal.ForTest()}
}

func text(s string) *string { return &s }

// connect points s at a sandbox over HTTP.
func connect(t *testing.T, s *Service) *sandbox.Server {
	t.Helper()
	box, err := sandbox.New(sandbox.Options{Clock: clock.System{}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(box.Handler())
	t.Cleanup(func() { server.Close(); box.Close() })
	c := box.Credentials()
	_, err = s.Put(context.Background(), Change{
		Mode: Sandbox, CorpID: c.CorpID, CorpName: "演示", AgentID: c.AgentID, BaseURL: server.URL,
		Secret: text(c.Secret), CallbackToken: text(c.Token), CallbackAESKey: text(c.AESKey),
	})
	if err != nil {
		t.Fatal(err)
	}
	return box
}

func TestSecretsAreSealedAndNeverShown(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s := service(d)
		box := connect(t, s)
		raws, err := db.Select[string](ctx, d.Read(), "select value from setting")
		if err != nil {
			t.Fatal(err)
		}
		audits, err := db.Select[string](ctx, d.Read(), "select detail from audit")
		if err != nil || len(audits) != 1 {
			t.Fatalf("%d audit rows, %v", len(audits), err)
		}
		for _, secret := range []string{box.Credentials().Secret, box.Credentials().Token, box.Credentials().AESKey} {
			if strings.Contains(strings.Join(append(raws, audits...), " "), secret) {
				t.Fatal("a secret is readable in the database")
			}
		}
		if c, err := s.Get(ctx); err != nil || !c.SecretSet || !c.CallbackSet {
			t.Fatalf("%+v, %v", c, err)
		}
	})
}

func TestTheConnectionIsCheckedStepByStep(t *testing.T) {
	ctx := context.Background()
	s := service(schematest.SQLite(t))
	checks, err := s.Checks(ctx)
	if err != nil || checks[0].Name != "credentials" || checks[0].OK {
		t.Fatalf("without a corp: %+v, %v", checks, err)
	}
	connect(t, s)
	checks, err = s.Checks(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range checks {
		if c.OK == (c.Name == "callback") { // none has arrived
			t.Errorf("%s: ok %v, %s", c.Name, c.OK, c.Message[0])
		}
		if c.Message[0] == "" || c.Message[1] == "" || !c.OK && (c.Fix[0] == "" || c.Fix[1] == "") {
			t.Errorf("%s says nothing in one of the languages: %+v", c.Name, c)
		}
	}
	c, _ := s.Get(ctx)
	_, err = s.Put(ctx, Change{Mode: Sandbox, CorpID: c.CorpID, AgentID: c.AgentID, BaseURL: c.BaseURL, Secret: text("wrong")})
	if err != nil {
		t.Fatal(err)
	}
	if checks, err = s.Checks(ctx); err != nil || checks[0].OK || checks[0].Fix[0] == "" {
		t.Fatalf("with a wrong secret: %+v, %v", checks[0], err)
	}
	if c, _ := s.Get(ctx); len(c.LastCheck) == 0 || c.LastCheck[0].OK {
		t.Fatal("the result of the check was not kept")
	}
}

func TestASandboxIsNeverTakenForARealCorp(t *testing.T) {
	s := service(schematest.SQLite(t))
	for _, c := range []Change{
		{Mode: Real, CorpID: "sb_ww1", AgentID: 1},
		{Mode: Sandbox, CorpID: "ww1", AgentID: 1},
		{Mode: Real, CorpID: "ww1", AgentID: 1, BaseURL: "http://example.com"},
		{Mode: Real, CorpID: "", AgentID: 0},
		{Mode: Real, CorpID: "ww1", AgentID: 1, BaseURL: "https://169.254.169.254"},
		{Mode: Real, CorpID: "ww1", AgentID: 1, BaseURL: "https://u:p@example.com"},
		{Mode: Sandbox, CorpID: "sb_1", AgentID: 1, BaseURL: "http://169.254.169.254"},
		{Mode: Sandbox, CorpID: "sb_1", AgentID: 1, BaseURL: "http://10.0.0.1:8090"},
	} {
		if _, err := s.Put(context.Background(), c); !errors.Is(err, fault.ErrInvalid) {
			t.Errorf("%+v: got %v, want a form fault", c, err)
		}
	}
}

func TestSecretsAreNotSentToAnotherServer(t *testing.T) {
	ctx := context.Background()
	s := service(schematest.SQLite(t))
	box := connect(t, s)
	asked := false
	thief := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer thief.Close()
	c := box.Credentials()
	after, err := s.Put(ctx, Change{Mode: Sandbox, CorpID: c.CorpID, AgentID: c.AgentID, BaseURL: thief.URL})
	if err != nil || after.SecretSet || after.CallbackSet {
		t.Fatalf("%+v, %v: the secrets stay with the address they were given for", after, err)
	}
	if _, err := s.Checks(ctx); err != nil || asked {
		t.Fatalf("the other server was asked: %v, %v", asked, err)
	}
}

func TestOldCallbackKeysAreAcceptedForADay(t *testing.T) {
	ctx := context.Background()
	s := service(schematest.SQLite(t))
	at := clock.NewManual(time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC))
	s.Clock = at
	t1, k1 := NewCallbackKeys()
	t2, k2 := NewCallbackKeys()
	for _, k := range [][2]string{{t1, k1}, {t2, k2}} {
		_, err := s.Put(ctx, Change{Mode: Real, CorpID: "ww1", AgentID: 1, CallbackToken: &k[0], CallbackAESKey: &k[1]})
		if err != nil {
			t.Fatal(err)
		}
	}
	keys, err := s.Keys(ctx)
	if err != nil || len(keys) != 2 || keys[0].Token != t2 || keys[1].Token != t1 {
		t.Fatalf("%d keys, %v", len(keys), err)
	}
	at.Advance(24 * time.Hour)
	if keys, _ = s.Keys(ctx); len(keys) != 1 || keys[0].Token != t2 {
		t.Fatalf("after a day %d keys are accepted", len(keys))
	}
}

// Whatever the nodes and their callers, one fetch per revocation.
func TestNodesShareOneTokenFetch(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		ring := seal.ForTest()
		nodes := []*Tokens{NewTokens(d, clock.System{}, ring), NewTokens(d, clock.System{}, ring), NewTokens(d, clock.System{}, ring)}
		var fetched atomic.Int64
		fetch := func(context.Context) (string, time.Duration, error) {
			time.Sleep(30 * time.Millisecond)
			return "token" + string(rune('a'+fetched.Add(1))), 2 * time.Hour, nil
		}
		stale := ""
		for round := range 3 {
			var mu sync.Mutex
			got := map[string]bool{}
			var wg sync.WaitGroup
			for i := range 60 {
				wg.Go(func() {
					tok, err := nodes[i%3].Token(context.Background(), "corp/app", stale, fetch)
					if err != nil {
						t.Error(err)
					}
					mu.Lock()
					got[tok] = true
					mu.Unlock()
				})
			}
			wg.Wait()
			if n := fetched.Load(); n != int64(round+1) || len(got) != 1 {
				t.Fatalf("round %d: %d fetches, tokens %v", round, n, got)
			}
			for tok := range got {
				stale = tok
			}
		}
	})
}
