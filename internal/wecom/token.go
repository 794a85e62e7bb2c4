package wecom

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/url"
	"sync"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
)

// FetchToken asks WeCom for a new token and says how long it is good for.
type FetchToken func(ctx context.Context) (token string, ttl time.Duration, err error)

// TokenStore keeps one access token per app, for all who call as that app. One
// that lives in a database gives the same promise to all nodes.
type TokenStore interface {
	// Token returns a token of key that is not stale. It calls fetch when it
	// has none, and for any number of concurrent callers once: who comes
	// second waits for the first. stale is the token WeCom has just refused,
	// or empty; when the store already holds another one, that is returned.
	Token(ctx context.Context, key, stale string, fetch FetchToken) (string, error)
}

// failureHold is how long a failed fetch answers those who ask next: WeCom
// bans an address for an hour that keeps asking with a wrong secret.
const failureHold = 3 * time.Second

// MemoryTokens is the TokenStore of a single process.
type MemoryTokens struct {
	clock clock.Clock
	mu    sync.Mutex
	kept  map[string]*tokenEntry
}

type tokenEntry struct {
	fetching chan struct{} // holds a value while someone fetches

	mu      sync.Mutex
	fetches int // done so far
	token   string
	refresh time.Time // from here on one caller renews early
	expires time.Time
	err     error // of the last fetch
	errAt   time.Time
}

// NewMemoryTokens returns an empty store.
func NewMemoryTokens(c clock.Clock) *MemoryTokens {
	return &MemoryTokens{clock: c, kept: map[string]*tokenEntry{}}
}

// Token implements TokenStore. A token near its end is renewed by one caller
// while the others go on with it; the moment is jittered, so that nodes that
// started together do not renew together.
func (m *MemoryTokens) Token(
	ctx context.Context, key, stale string, fetch FetchToken,
) (string, error) {
	e := m.entry(key)
	seen, token, due := e.current(m.clock.Now(), stale)
	if token != "" && !due {
		return token, nil
	}
	if token != "" {
		return e.renew(ctx, m.clock, token, fetch)
	}
	select {
	case e.fetching <- struct{}{}:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	defer func() { <-e.fetching }()
	// Someone may have fetched while we waited. What they got counts even if
	// it is the stale one again: WeCom has just said it again.
	if done, token, _ := e.current(m.clock.Now(), ""); token != "" && (done > seen || token != stale) {
		return token, nil
	}
	if err := e.failure(m.clock.Now()); err != nil {
		return "", err
	}
	return e.fetch(ctx, m.clock, fetch)
}

func (m *MemoryTokens) entry(key string) *tokenEntry {
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.kept[key]
	if e == nil {
		e = &tokenEntry{fetching: make(chan struct{}, 1)}
		m.kept[key] = e
	}
	return e
}

// renew fetches early if nobody else does; a failure leaves the old token.
func (e *tokenEntry) renew(
	ctx context.Context, c clock.Clock, token string, fetch FetchToken,
) (string, error) {
	select {
	case e.fetching <- struct{}{}:
	default:
		return token, nil
	}
	defer func() { <-e.fetching }()
	if _, now, due := e.current(c.Now(), ""); now != "" && !due {
		return now, nil
	}
	if e.failure(c.Now()) != nil {
		return token, nil
	}
	fresh, err := e.fetch(ctx, c, fetch)
	if err != nil {
		return token, nil // still good; who finds it expired reports the error
	}
	return fresh, nil
}

func (e *tokenEntry) fetch(ctx context.Context, c clock.Clock, fetch FetchToken) (string, error) {
	token, ttl, err := fetch(ctx)
	now := c.Now()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.err, e.errAt = err, now
	e.fetches++
	if err != nil {
		return "", err
	}
	e.token = token
	e.expires = now.Add(ttl)
	early := ttl/20 + time.Duration(rand.Float64()*float64(ttl/20)) // 5–10 % before the end
	e.refresh = e.expires.Add(-early)
	return token, nil
}

// current returns the token if it is good and not stale, whether it should be
// renewed, and how many fetches there have been.
func (e *tokenEntry) current(now time.Time, stale string) (fetches int, token string, due bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.token == "" || e.token == stale || !now.Before(e.expires) {
		return e.fetches, "", true
	}
	return e.fetches, e.token, !now.Before(e.refresh)
}

// failure returns the error of a fetch that has just failed. A caller who gave
// up says nothing about WeCom, so that is not passed on to others.
func (e *tokenEntry) failure(now time.Time) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	gaveUp := errors.Is(e.err, context.Canceled) || errors.Is(e.err, context.DeadlineExceeded)
	if e.err == nil || gaveUp || now.Sub(e.errAt) >= failureHold {
		return nil
	}
	return e.err
}

// token returns the access token to use; stale is one that was just refused.
func (c *Client) token(ctx context.Context, stale string) (string, error) {
	return c.tokens.Token(ctx, c.tokenKey, stale, c.getToken)
}

type tokenAnswer struct {
	AccessToken string `json:"access_token"`
	ExpiresIn   Int    `json:"expires_in"`
}

func (a *tokenAnswer) missing() string {
	return require("access_token", a.AccessToken != "" && len(a.AccessToken) <= 512)
}

// getToken asks for a new access token. The answer may be the old one.
func (c *Client) getToken(ctx context.Context) (string, time.Duration, error) {
	var a tokenAnswer
	query := url.Values{"corpid": {c.corpID}, "corpsecret": {c.secret}}
	r := request{op: opGetToken, query: query, out: &a, noToken: true, gate: "gettoken " + c.tokenKey}
	if err := c.do(ctx, r); err != nil {
		return "", 0, err
	}
	ttl := time.Duration(a.ExpiresIn) * time.Second
	if ttl <= 0 || ttl > 24*time.Hour {
		ttl = 2 * time.Hour // as documented, when the answer makes no sense
	}
	return a.AccessToken, ttl, nil
}

// CheckCredentials asks for a token and nothing else: it proves corp id, secret
// and trusted IP, for the set-up page.
func (c *Client) CheckCredentials(ctx context.Context) error {
	_, err := c.token(ctx, "")
	return err
}
