// Package apptest runs a whole Tuma in a test: the real server on a real
// database and a real socket, connected over HTTP to a sandbox corp.
package apptest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/tuma-live/tuma/internal/app"
	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/core/access"
	"github.com/tuma-live/tuma/internal/wecom/sandbox"
)

// Login of the account every node has.
const (
	Login    = "tester"
	Password = "correct horse battery staple"
)

// Node is a running server.
type Node struct {
	URL string
	t   testing.TB
	api *http.Client // logged in
}

// Corp is a sandbox corp.
type Corp struct {
	*sandbox.Server
	URL string
	t   testing.TB
}

// StartCorp runs a sandbox corp that sends its callbacks to callbackURL.
func StartCorp(t testing.TB, callbackURL string) *Corp {
	t.Helper()
	box, err := sandbox.New(sandbox.Options{Clock: clock.System{}, CallbackURL: callbackURL})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(box.Handler())
	t.Cleanup(func() { s.Close(); box.Close() })
	return &Corp{box, s.URL, t}
}

// Free returns an address nobody listens on.
func Free(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // given to the server
	return l.Addr().String()
}

// Start runs a server at addr with its own data folder, and the keys of another
// node's folder where keysFrom names one. An empty database is SQLite.
func Start(t testing.TB, addr, database, keysFrom string) (*Node, string) {
	t.Helper()
	data := t.TempDir()
	if keysFrom != "" {
		b, err := os.ReadFile(filepath.Join(keysFrom, "keys.json"))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(data, "keys.json"), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	cfg := app.Config{Addr: addr, Data: data, Database: database}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	s, err := app.Open(ctx, cfg, false, log)
	if err != nil {
		t.Fatal(err)
	}
	if keysFrom == "" {
		n := access.NewAccount{Login: Login, Name: "Tester", Password: Password, Role: access.SuperAdmin}
		if err := app.CreateAccount(ctx, cfg, log, n); err != nil {
			t.Fatal(err)
		}
	}
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx, io.Discard) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("the server ended with %v", err)
		}
	})
	jar, _ := cookiejar.New(nil) // without options it cannot fail
	n := &Node{URL: "http://" + addr, t: t, api: &http.Client{Jar: jar}}
	n.Wait("the server answers", func() bool {
		r, err := http.Get(n.URL + "/readyz")
		if err != nil {
			return false
		}
		r.Body.Close() //nolint:errcheck // empty
		return r.StatusCode == http.StatusOK
	})
	n.Do("POST", "/session", map[string]string{"login": Login, "password": Password}, nil)
	return n, data
}

// Do calls the admin API and reads the answer into out. Any status but 2xx
// fails the test.
func (n *Node) Do(method, path string, in, out any) {
	n.t.Helper()
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			n.t.Fatal(err)
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequest(method, n.URL+"/api/v1"+path, body)
	if err != nil {
		n.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Origin", n.URL)
	decode(n.t, n.api, req, out)
}

func decode(t testing.TB, c *http.Client, req *http.Request, out any) {
	t.Helper()
	res, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close() //nolint:errcheck // read to its end
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode/100 != 2 {
		t.Fatalf("%s %s: %s\n%s", req.Method, req.URL.Path, res.Status, b)
	}
	if out == nil {
		return
	}
	if err := json.Unmarshal(b, out); err != nil {
		t.Fatalf("%s %s: %v in %.300s", req.Method, req.URL.Path, err, b)
	}
}

// Connect points the node at the corp and mirrors it.
func (n *Node) Connect(c *Corp) {
	n.t.Helper()
	k := c.Credentials()
	n.Do("PUT", "/wecom", map[string]any{
		"mode": "sandbox", "corp_id": k.CorpID, "corp_name": "测试企业", "agent_id": k.AgentID, "base_url": c.URL,
		"secret": k.Secret, "callback_token": k.Token, "callback_aes_key": k.AESKey,
	}, nil)
	n.Do("POST", "/wecom/sync", map[string]any{"what": []string{"staff", "tags", "groups", "contacts"}}, nil)
	n.Wait("everything is mirrored", func() bool {
		var states []struct{ State, Error string }
		n.Do("GET", "/wecom/sync", nil, &states)
		for _, s := range states {
			if s.State == "failed" {
				n.t.Fatal(s.Error)
			}
			if s.State != "done" {
				return false
			}
		}
		return len(states) > 0
	})
}

// Wait asks until ok, for at most half a minute.
func (n *Node) Wait(what string, ok func() bool) {
	n.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); {
		if ok() {
			return
		}
		time.Sleep(30 * time.Millisecond)
	}
	n.t.Fatalf("waited in vain: %s", what)
}

// Visit opens url as the person, reads the QR on the page and acts on it, as a
// customer would. It returns what came of it: joined, added, requested or "".
func (c *Corp) Visit(person, url string) string {
	c.t.Helper()
	b, err := json.Marshal(map[string]any{"person": person, "url": url, "act": true})
	if err != nil {
		c.t.Fatal(err)
	}
	req, err := http.NewRequest("POST", c.URL+"/sandbox/api/visit", bytes.NewReader(b))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	var out struct{ Outcome struct{ Result string } }
	decode(c.t, http.DefaultClient, req, &out)
	return out.Outcome.Result
}

// Newcomer invents a person.
func (c *Corp) Newcomer(name string) string {
	c.t.Helper()
	p, err := c.AddPerson(sandbox.Person{Nickname: name})
	if err != nil {
		c.t.Fatal(err)
	}
	return p.ID
}
