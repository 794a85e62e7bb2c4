package wecom

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
)

// DefaultBaseURL is where WeCom's API is.
const DefaultBaseURL = "https://qyapi.weixin.qq.com"

const (
	defaultTimeout = 10 * time.Second
	uploadTimeout  = 2 * time.Minute
	maxAnswer      = 8 << 20
	maxDownload    = 20 << 20 // media/get wants Range beyond it
)

// Config is what a Client needs to know. CorpID and Secret are required.
type Config struct {
	BaseURL string
	CorpID  string
	Secret  string // of one self-built app
	AgentID int64  // of that app; needed for messages and OAuth

	HTTP   *http.Client // its Timeout, where set, bounds each attempt; default 10 s
	Clock  clock.Clock
	Tokens TokenStore // shared between nodes; default in memory
	Limits *Limits    // shared by the clients of one corp; default its own
	Log    func(Call) // one record per HTTP call; must be quick
}

// Client calls WeCom as one app of one corp. It is safe for concurrent use.
type Client struct {
	base     string
	corpID   string
	secret   string
	agentID  int64
	tokenKey string

	http, upload *http.Client
	clock        clock.Clock
	tokens       TokenStore
	limits       *Limits
	log          func(Call)
}

// New returns the client of one app.
func New(cfg Config) *Client {
	c := &Client{
		base:    strings.TrimRight(cmp.Or(cfg.BaseURL, DefaultBaseURL), "/"),
		corpID:  cfg.CorpID,
		secret:  cfg.Secret,
		agentID: cfg.AgentID,
		clock:   cfg.Clock,
		tokens:  cfg.Tokens,
		limits:  cfg.Limits,
		log:     cfg.Log,
	}
	if c.clock == nil {
		c.clock = clock.System{}
	}
	if c.tokens == nil {
		c.tokens = NewMemoryTokens(c.clock)
	}
	if c.limits == nil {
		c.limits = NewLimits(c.clock, Budget{})
	}
	if c.log == nil {
		c.log = func(Call) {}
	}
	c.tokenKey = tokenKey(cfg.CorpID, cfg.Secret)
	c.http = httpClient(cfg.HTTP, defaultTimeout)
	c.upload = httpClient(cfg.HTTP, uploadTimeout)
	return c
}

// AgentID is the app this client speaks for.
func (c *Client) AgentID() int64 { return c.agentID }

// CorpID is the corp this client speaks for.
func (c *Client) CorpID() string { return c.corpID }

// httpClient copies h: a redirect must not be followed, because the token is
// in the address.
func httpClient(h *http.Client, timeout time.Duration) *http.Client {
	var copied http.Client
	if h != nil {
		copied = *h
	}
	if copied.Timeout == 0 {
		copied.Timeout = timeout
	}
	copied.CheckRedirect = func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}
	return &copied
}

// tokenKey names the token of one secret. A new secret is a new name, so a
// rotation never meets the old token, and the secret cannot be read from it.
func tokenKey(corpID, secret string) string {
	sum := sha256.Sum256([]byte(corpID + "\x00" + secret))
	return corpID + ":" + hex.EncodeToString(sum[:8])
}
