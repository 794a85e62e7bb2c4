// Package corp keeps how this system is connected to a WeCom corp: which app,
// with which secrets, and whether the connection works. Secrets are sealed, are
// never shown again, and leave this package only inside a client.
package corp

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/fault"
	"github.com/tuma-live/tuma/internal/base/seal"
	"github.com/tuma-live/tuma/internal/core/audit"
	"github.com/tuma-live/tuma/internal/wecom"
	"github.com/tuma-live/tuma/internal/wecom/callback"
)

// Mode says what we are connected to.
type Mode string

// The modes.
const (
	None    Mode = "none"
	Sandbox Mode = "sandbox" // a made-up corp, ids begin with sb_
	Real    Mode = "real"
)

// sandboxPrefix begins the corp id of every sandbox, so that a sandbox and a
// real corp can never be taken for each other.
const sandboxPrefix = "sb_"

// The faults.
var (
	ErrNotConnected = fault.New(fault.Unavailable, "wecom.not_connected")
)

const (
	settingKey = "wecom"     // the connection
	nameKey    = "corp.name" // the name customers see
	topic      = "corp"      // notified when the connection changes
)

// Connection is the setting, without its secrets.
type Connection struct {
	Mode        Mode    `json:"mode"`
	CorpID      string  `json:"corp_id"`
	CorpName    string  `json:"corp_name"`
	AgentID     int64   `json:"agent_id"`
	BaseURL     string  `json:"base_url,omitempty"` // empty: WeCom itself
	SecretSet   bool    `json:"secret_set"`
	CallbackSet bool    `json:"callback_set"`
	LastCheck   []Check `json:"last_check,omitempty"`
}

// stored is the setting as it is kept.
type stored struct {
	Connection
	Sealed []byte `json:"sealed,omitempty"` // secrets
}

// secrets is what is sealed.
type secrets struct {
	Secret  string        `json:"secret"`
	Keys    callbackKeys  `json:"keys"`
	OldKeys *callbackKeys `json:"old_keys,omitempty"` // still accepted while WeCom changes over
	OldFrom time.Time     `json:"old_from,omitzero"`
}

type callbackKeys struct {
	Token  string `json:"token"`
	AESKey string `json:"aes_key"`
}

// keepOld is how long callbacks with the keys before are still accepted.
const keepOld = 24 * time.Hour

// place is where the secrets are sealed for.
const place = "setting.wecom"

// Change is what a person changes of the connection; nil secrets stay.
type Change struct {
	Mode           Mode
	CorpID         string
	CorpName       string
	AgentID        int64
	BaseURL        string
	Secret         *string
	CallbackToken  *string
	CallbackAESKey *string
}

// Service keeps the connection and makes clients of it.
type Service struct {
	DB    *db.DB
	Clock clock.Clock
	Ring  *seal.Ring
	Log   *slog.Logger
	HTTP  *http.Client // nil is a good default
	// CallbackURL is what WeCom must be told; empty when no public address is known.
	CallbackURL string

	mu     sync.Mutex
	raw    string // the setting the client was made of
	client *wecom.Client
	tokens *Tokens
}

// Get returns the connection; without one, its mode is None.
func (s *Service) Get(ctx context.Context) (Connection, error) {
	_, st, err := s.read(ctx, s.DB.Read())
	return st.Connection, err
}

func (s *Service) read(ctx context.Context, tx *db.Tx) (raw string, st stored, err error) {
	st.Mode = None
	switch err := tx.QueryRow(ctx, "select value from setting where key = ?", settingKey).Scan(&raw); {
	case db.NoRows(err):
		return "", st, nil
	case err != nil:
		return "", st, fmt.Errorf("cannot read the connection: %w", err)
	}
	if err := json.Unmarshal([]byte(raw), &st); err != nil {
		return "", st, fmt.Errorf("cannot decode the connection: %w", err)
	}
	return raw, st, nil
}

func (s *Service) open(st stored) (x secrets, err error) {
	if len(st.Sealed) == 0 {
		return x, nil
	}
	b, err := s.Ring.Open(st.Sealed, place)
	if err != nil {
		return x, fmt.Errorf("cannot open the secrets of the connection: %w", err)
	}
	return x, json.Unmarshal(b, &x)
}

// Put changes the connection. Faults: a form fault.
func (s *Service) Put(ctx context.Context, c Change) (Connection, error) {
	c.CorpID, c.BaseURL = strings.TrimSpace(c.CorpID), strings.TrimRight(strings.TrimSpace(c.BaseURL), "/")
	c.CorpName = strings.TrimSpace(c.CorpName)
	if err := c.check(); err != nil {
		return Connection{}, err
	}
	var after stored
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		_, before, err := s.read(ctx, tx)
		if err != nil {
			return err
		}
		if after, err = s.changed(before, c); err != nil {
			return err
		}
		if err := s.save(ctx, tx, after); err != nil {
			return err
		}
		before.LastCheck, after.LastCheck = nil, nil
		return audit.Write(ctx, tx, audit.Entry{
			At: s.Clock.Now(), Action: "wecom.changed",
			Object: "wecom", ObjectID: c.CorpID, Before: before.Connection, After: after.Connection,
		})
	})
	return after.Connection, err
}

func (c Change) check() error {
	bad := fault.ErrInvalid
	if c.Mode == None {
		return nil
	}
	if c.CorpID == "" || len(c.CorpID) > 64 {
		bad = bad.WithField("corp_id", "field.required")
	}
	if sandboxed := strings.HasPrefix(c.CorpID, sandboxPrefix); sandboxed != (c.Mode == Sandbox) && c.CorpID != "" {
		bad = bad.WithField("corp_id", "wecom.sandbox_prefix")
	}
	if c.AgentID <= 0 {
		bad = bad.WithField("agent_id", "field.required")
	}
	if c.BaseURL != "" {
		u, err := url.Parse(c.BaseURL)
		if err != nil || !c.reachable(u) {
			bad = bad.WithField("base_url", "field.url")
		}
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

// reachable says that u is an address we would send secrets to: for a real corp
// a public https name, for the sandbox this machine.
func (c Change) reachable(u *url.URL) bool {
	if u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Path != "" {
		return false
	}
	host := u.Hostname()
	addr, err := netip.ParseAddr(host)
	if c.Mode == Sandbox {
		return u.Scheme == "http" && (host == "localhost" || err == nil && addr.IsLoopback())
	}
	return u.Scheme == "https" && err != nil && host != "localhost" && strings.Contains(host, ".")
}

// changed returns what c makes of before.
func (s *Service) changed(before stored, c Change) (stored, error) {
	x, err := s.open(before)
	if err != nil {
		return stored{}, err
	}
	if c.CorpID != before.CorpID || c.BaseURL != before.BaseURL {
		// Another corp, or another server that claims to be it: nothing that was
		// kept for the first may be sent there.
		x = secrets{}
	}
	put(&x.Secret, c.Secret)
	keys := x.Keys
	put(&keys.Token, c.CallbackToken)
	put(&keys.AESKey, c.CallbackAESKey)
	if err := x.rekey(keys, c.CorpID, s.Clock.Now()); err != nil {
		return stored{}, err
	}
	after := stored{Connection: Connection{
		Mode: c.Mode, CorpID: c.CorpID, CorpName: c.CorpName, AgentID: c.AgentID, BaseURL: c.BaseURL,
		SecretSet: x.Secret != "", CallbackSet: x.Keys.Token != "" && x.Keys.AESKey != "",
		LastCheck: before.LastCheck,
	}}
	b, err := json.Marshal(x)
	if err != nil {
		return stored{}, fmt.Errorf("cannot encode the secrets: %w", err)
	}
	after.Sealed, err = s.Ring.Seal(b, place)
	return after, err
}

// rekey makes keys the callback keys; those before stay valid for a while.
func (x *secrets) rekey(keys callbackKeys, corpID string, now time.Time) error {
	if keys == x.Keys || keys.Token == "" || keys.AESKey == "" {
		x.Keys = keys
		return nil
	}
	if err := (callback.Keys{Token: keys.Token, AESKey: keys.AESKey, CorpID: corpID}).Valid(); err != nil {
		return fault.ErrInvalid.WithField("callback_aes_key", "wecom.callback_keys").Because(err)
	}
	if x.Keys.Token != "" {
		old := x.Keys
		x.OldKeys, x.OldFrom = &old, now
	}
	x.Keys = keys
	return nil
}

func put(to *string, from *string) {
	if from != nil {
		*to = strings.TrimSpace(*from)
	}
}

func (s *Service) save(ctx context.Context, tx *db.Tx, st stored) error {
	for key, v := range map[string]any{settingKey: st, nameKey: st.CorpName} {
		b, err := json.Marshal(v)
		if err != nil {
			return fmt.Errorf("cannot encode the connection: %w", err)
		}
		_, err = tx.Exec(ctx, `
			insert into setting (key, value, updated_at) values (?, ?, ?)
			on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at`,
			key, string(b), s.Clock.Now().UnixMicro())
		if err != nil {
			return fmt.Errorf("cannot save the connection: %w", err)
		}
	}
	if err := tx.Notify(ctx, topic, ""); err != nil {
		return err
	}
	return tx.Notify(ctx, "book", "")
}

// Connect returns the client of the connected corp, or ErrNotConnected. Do not
// keep it: the connection can change.
func (s *Service) Connect(ctx context.Context) (*wecom.Client, error) {
	raw, st, err := s.read(ctx, s.DB.Read())
	if err != nil {
		return nil, err
	}
	if st.Mode == None || !st.SecretSet {
		return nil, ErrNotConnected
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.client != nil && s.raw == raw {
		return s.client, nil
	}
	x, err := s.open(st)
	if err != nil {
		return nil, err
	}
	if s.tokens == nil {
		s.tokens = NewTokens(s.DB, s.Clock, s.Ring)
	}
	s.raw, s.client = raw, wecom.New(wecom.Config{
		BaseURL: st.BaseURL, CorpID: st.CorpID, Secret: x.Secret, AgentID: st.AgentID,
		HTTP: s.HTTP, Clock: s.Clock, Tokens: s.tokens, Log: s.logCall,
	})
	return s.client, nil
}

func (s *Service) logCall(c wecom.Call) {
	if s.Log != nil {
		s.Log.Debug("wecom call", "op", c.Op, "attempt", c.Attempt, "took", c.Latency, "status", c.Status,
			"code", c.Code, "class", c.Class, "bytes", c.Bytes)
	}
}

// Keys returns the callback keys to accept, newest first.
func (s *Service) Keys(ctx context.Context) ([]callback.Keys, error) {
	_, st, err := s.read(ctx, s.DB.Read())
	if err != nil {
		return nil, err
	}
	x, err := s.open(st)
	if err != nil {
		return nil, err
	}
	var keys []callback.Keys
	if st.Mode != None && st.CallbackSet {
		agent := strconv.FormatInt(st.AgentID, 10)
		keys = append(keys, callback.Keys{Token: x.Keys.Token, AESKey: x.Keys.AESKey, CorpID: st.CorpID, AgentID: agent})
		if x.OldKeys != nil && s.Clock.Now().Before(x.OldFrom.Add(keepOld)) {
			keys = append(keys, callback.Keys{Token: x.OldKeys.Token, AESKey: x.OldKeys.AESKey, CorpID: st.CorpID, AgentID: agent})
		}
	}
	return keys, nil
}

// BaseURL is the address of the API we are connected to; empty for WeCom's own.
func (s *Service) BaseURL() string {
	c, err := s.Get(context.Background())
	if err != nil {
		return "" // only WeCom's own hosts are then trusted
	}
	return c.BaseURL
}
