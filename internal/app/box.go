package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"github.com/tuma-live/tuma/internal/app/demo"
	"github.com/tuma-live/tuma/internal/base/ident"
	"github.com/tuma-live/tuma/internal/core/access"
	"github.com/tuma-live/tuma/internal/core/corp"
	"github.com/tuma-live/tuma/internal/wecom/sandbox"
)

// box is the sandbox corp of a demo, on a loopback port of its own.
type box struct {
	*sandbox.Server
	listener net.Listener
	url      string
	phone    string
	login    string // printed once, after the account was made
	password string
	told     []byte // the codes the phone knows
}

// boxAddr is where the demo's sandbox listens, so that QR codes it has made
// stay good over a restart; another port when that is taken.
const boxAddr = "127.0.0.1:8090"

func (s *Server) openBox(ctx context.Context) (*box, error) {
	l, err := net.Listen("tcp", boxAddr)
	if err != nil {
		if l, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			return nil, fmt.Errorf("cannot listen for the sandbox: %w", err)
		}
	}
	b := &box{listener: l, url: "http://" + l.Addr().String()}
	b.phone = b.url + "/sandbox/phone"
	b.Server, err = sandbox.New(sandbox.Options{
		Clock: s.Clock, State: filepath.Join(s.Config.Data, "sandbox.json"), Latency: sandbox.RealLatency,
		BaseURL: b.url, CallbackURL: s.localURL() + "/wecom/callback", ProductOrigin: s.localURL(), Logger: s.Log,
	})
	if err != nil {
		l.Close() //nolint:errcheck // unused
		return nil, fmt.Errorf("cannot start the sandbox: %w", err)
	}
	return b, s.connectBox(ctx, b)
}

// localURL is how the sandbox, on this machine, reaches us.
func (s *Server) localURL() string {
	host, port, err := net.SplitHostPort(s.cfg.Addr)
	if err == nil && (host == "" || host == "0.0.0.0" || host == "::") {
		return "http://127.0.0.1:" + port
	}
	return "http://" + s.cfg.Addr
}

// connectBox connects us to the sandbox exactly as to a real corp: by its id,
// its app and its secrets.
func (s *Server) connectBox(ctx context.Context, b *box) error {
	have, err := s.corp.Get(ctx)
	if err != nil {
		return err
	}
	if have.Mode == corp.Real {
		return fmt.Errorf("this data folder is connected to the corp %s: start without --demo, or choose another --data", have.CorpID)
	}
	c := b.Credentials()
	_, err = s.corp.Put(ctx, corp.Change{
		Mode: corp.Sandbox, CorpID: c.CorpID, CorpName: "途码演示企业", AgentID: c.AgentID, BaseURL: b.url,
		Secret: &c.Secret, CallbackToken: &c.Token, CallbackAESKey: &c.AESKey,
	})
	return err
}

func (b *box) serve(ctx context.Context) error { return b.Server.Serve(ctx, b.listener) }

func (b *box) close() error { return b.Server.Close() }

// prepareDemo fills a new demo, and tells the sandbox's phone which codes there are.
func (s *Server) prepareDemo(ctx context.Context) error {
	m := &demo.Maker{DB: s.DB, Clock: s.Clock, Codes: s.codes}
	made, err := m.Made(ctx)
	if err != nil {
		return err
	}
	if !made {
		if err := s.makeDemo(ctx, m); err != nil {
			return fmt.Errorf("cannot make the demo: %w", err)
		}
	}
	return s.tellPhone(ctx)
}

func (s *Server) makeDemo(ctx context.Context, m *demo.Maker) error {
	s.demo.login, s.demo.password = "admin", ident.Token(10)
	a, err := s.access.Create(ctx, access.NewAccount{
		Login: s.demo.login, Name: "演示管理员", Password: s.demo.password, Role: access.SuperAdmin, Scope: access.All,
	})
	if err != nil {
		return err
	}
	for _, what := range order {
		if err := s.syncs()[what](ctx); err != nil {
			return fmt.Errorf("cannot mirror %s: %w", what, err)
		}
	}
	m.Owner = a.ID
	if err := m.Make(ctx); err != nil {
		return err
	}
	// The QR pictures are made by jobs; a first look should already have them.
	ctx, cancel := context.WithTimeout(ctx, 6*time.Second)
	defer cancel()
	if err := s.runner.Drain(ctx); err != nil && ctx.Err() == nil {
		return err
	}
	return s.book.Load(context.WithoutCancel(ctx))
}

type phoneCode struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

// tellPhone lists our codes in the phone, as posters would hang on a wall.
func (s *Server) tellPhone(ctx context.Context) error {
	var list struct {
		Items []phoneCode `json:"items"`
	}
	for _, c := range s.book.Codes() {
		list.Items = append(list.Items, phoneCode{c.Name, s.localURL() + "/q/" + c.Slug})
	}
	b, err := json.Marshal(list)
	if err != nil || bytes.Equal(b, s.demo.told) {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.demo.url+"/sandbox/api/codes", bytes.NewReader(b))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("cannot tell the phone about our codes: %w", err)
	}
	defer res.Body.Close() //nolint:errcheck // nothing is read
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("the phone does not take our codes: %s", res.Status)
	}
	s.demo.told = b
	return nil
}
