package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/ident"
	"github.com/tuma-live/tuma/internal/wecom/callback"
)

// CallbackConfig is the receiver that the app's console page (接收消息) knows.
type CallbackConfig struct {
	URL    string `json:"url"`
	Token  string `json:"token"`
	AESKey string `json:"aes_key"`
}

// Switches make callbacks misbehave. The zero value is good behaviour.
type Switches struct {
	Duplicate     bool    `json:"duplicate"`      // every event twice
	Reorder       bool    `json:"reorder"`        // events overtake each other
	DelayMillis   int     `json:"delay_ms"`       // before the first delivery
	Drop          float64 `json:"drop"`           // chance that an event is lost
	Forged        bool    `json:"forged"`         // wrong signatures
	JSON          bool    `json:"json"`           // JSON mode
	PlainText     bool    `json:"plain_text"`     // no CDATA
	OmitOptional  bool    `json:"omit_optional"`  // without State, MemChangeList, CurMemVer …
	UnknownChange bool    `json:"unknown_change"` // a ChangeType nobody knows
	APIWrites     bool    `json:"api_writes"`     // events for changes made through the API
	Paused        bool    `json:"paused"`         // nothing leaves, everything waits
}

// Counts is what became of the callbacks.
type Counts struct {
	Emitted   int `json:"emitted"`   // events that happened
	Delivered int `json:"delivered"` // answered with 200
	Attempts  int `json:"attempts"`
	Dropped   int `json:"dropped"` // given up after the retries, or lost on purpose
}

// Delivery is one callback that has to be sent.
type Delivery struct {
	Event   Event     `json:"event"`
	Created int64     `json:"created"` // CreateTime of the event
	Due     time.Time `json:"due"`     // on the machine's clock
}

const (
	callbackTimeout = 5 * time.Second
	callbackRetries = 3
	maxPending      = 20_000
	reorderWithin   = 800 // ms
)

// emit queues an event. Without a callback URL it is only counted.
func (w *world) emit(e Event) {
	w.Counts.Emitted++
	sw := w.Switches
	if w.Callback.URL == "" || sw.Drop > 0 && w.roll(sw.Drop) || len(w.Pending) >= maxPending {
		w.Counts.Dropped++
		return
	}
	times := 1
	if sw.Duplicate {
		times = 2
	}
	for range times {
		wait := sw.DelayMillis
		if sw.Reorder {
			wait += w.pick(reorderWithin)
		}
		due := clock.System{}.Now().Add(time.Duration(wait) * time.Millisecond)
		w.Pending = append(w.Pending, &Delivery{e, w.now.Unix(), due})
	}
}

// emitOwn queues the event of a change that came through the API: WeCom tells
// the app nothing about what it did itself, unless the switch is on.
func (c *call) emitOwn(e Event) {
	if c.w.Switches.APIWrites {
		c.w.emit(e)
	}
}

func (s *Server) wakeSender() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// sendLoop delivers what is due, the earliest first.
func (s *Server) sendLoop() {
	for s.ctx.Err() == nil {
		d, wait := s.nextDelivery()
		if d != nil {
			s.wakeSender() // another sender may go on with the rest
			s.finish(d, s.send(d))
			continue
		}
		select {
		case <-s.ctx.Done():
		case <-s.wake:
		case <-clock.System{}.After(wait):
		}
	}
}

// nextDelivery takes the earliest delivery that is due, or says how long to wait.
func (s *Server) nextDelivery() (*Delivery, time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.world
	if w.Switches.Paused || len(w.Pending) == 0 {
		return nil, time.Minute
	}
	best := slices.MinFunc(w.Pending, func(a, b *Delivery) int { return a.Due.Compare(b.Due) })
	if wait := best.Due.Sub(clock.System{}.Now()); wait > 0 {
		return nil, wait
	}
	w.Pending = slices.DeleteFunc(w.Pending, func(d *Delivery) bool { return d == best })
	s.sending++
	return best, 0
}

// finish counts how a delivery ended. One that a shutdown broke off waits for
// the next start.
func (s *Server) finish(d *Delivery, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dirty = true
	switch {
	case err == nil:
		s.world.Counts.Delivered++
	case s.ctx.Err() != nil:
		s.world.Pending = append([]*Delivery{d}, s.world.Pending...)
	default:
		s.world.Counts.Dropped++
		s.opt.Logger.Warn("sandbox callback dropped",
			"event", d.Event.Name, "change", d.Event.Change, "err", err)
	}
	s.sending--
	close(s.idle)
	s.idle = make(chan struct{})
}

// send tries a delivery up to four times.
func (s *Server) send(d *Delivery) error {
	for try := 0; ; try++ {
		err := s.post(d)
		if err == nil || try == callbackRetries {
			return err
		}
		if bad := clock.Sleep(s.ctx, clock.System{}, s.opt.RetryAfter); bad != nil {
			return bad
		}
	}
}

// keys are what callbacks are sealed with.
func (w *world) keys() callback.Keys {
	return callback.Keys{Token: w.Callback.Token, AESKey: w.Callback.AESKey, CorpID: w.CorpID,
		AgentID: strconv.FormatInt(w.Apps[0].AgentID, 10)}
}

// post is one delivery, sealed anew as WeCom does for every try.
func (s *Server) post(d *Delivery) error {
	s.mu.Lock()
	keys, receiver, sw := s.world.keys(), s.world.Callback.URL, s.world.Switches
	s.world.Counts.Attempts++
	s.mu.Unlock()
	if sw.Forged {
		keys.Token = "forged"
	}
	seal := callback.Seal
	if sw.JSON {
		seal = callback.SealJSON
	}
	plain := d.Event.plaintext(keys.CorpID, d.Created, sw)
	now := s.clock.Now().Unix()
	body, query, err := seal(keys, plain, now, ident.Token(8), ident.Random(16))
	if err != nil {
		return fmt.Errorf("cannot seal a callback: %w", err)
	}
	_, err = s.knock(http.MethodPost, receiver, query, body)
	return err
}

// knock calls the receiver and returns its answer. Only 200 is success.
func (s *Server) knock(method, receiver string, query url.Values, body []byte) (string, error) {
	ctx, cancel := context.WithTimeout(s.ctx, callbackTimeout)
	defer cancel()
	u, err := url.Parse(receiver)
	if err != nil {
		return "", fmt.Errorf("cannot read the callback URL: %w", err)
	}
	given := u.Query()
	for k, v := range query {
		given[k] = v
	}
	u.RawQuery = given.Encode()
	req, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(body))
	if err != nil {
		return "", fmt.Errorf("cannot make the callback request: %w", err)
	}
	req.Header.Set("User-Agent", "Mozilla/4.0")
	if body != nil {
		req.Header.Set("Content-Type", "text/xml")
	}
	res, err := s.sender.Do(req)
	if err != nil {
		return "", fmt.Errorf("cannot reach the callback URL: %w", err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if res.StatusCode != http.StatusOK {
		return "", fmt.Errorf("callback answered %d", res.StatusCode)
	}
	return string(answer), err
}

// ErrNotVerified is the answer to a receiver that did not echo.
var ErrNotVerified = errors.New("40057 callback url verification failed")

// VerifyCallback does what saving the receiver in the console does: it sends
// an echostr with + / = in it and wants its plaintext back, nothing around it.
func (s *Server) VerifyCallback() error {
	s.mu.Lock()
	keys, receiver := s.world.keys(), s.world.Callback.URL
	s.mu.Unlock()
	echo := strconv.FormatUint(uint64(s.clock.Now().UnixNano()), 10)
	query, err := s.hardEcho(keys, echo)
	if err != nil {
		return err
	}
	answer, err := s.knock(http.MethodGet, receiver, query, nil)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNotVerified, err)
	}
	if answer != echo {
		return fmt.Errorf("%w: the answer is not the echo", ErrNotVerified)
	}
	return nil
}

// hardEcho seals until the text holds the three characters that careless
// receivers lose.
func (s *Server) hardEcho(k callback.Keys, echo string) (url.Values, error) {
	for {
		now := s.clock.Now().Unix()
		q, err := callback.SealEcho(k, []byte(echo), now, ident.Token(8), ident.Random(16))
		if err != nil {
			return nil, fmt.Errorf("cannot seal an echo: %w", err)
		}
		sealed := q.Get("echostr")
		if containsAll(sealed, "+", "/", "=") {
			return q, nil
		}
	}
}

// Drain waits until every callback was delivered or given up.
func (s *Server) Drain(ctx context.Context) error {
	for {
		s.mu.Lock()
		left, idle := len(s.world.Pending)+s.sending, s.idle
		s.mu.Unlock()
		if left == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("cannot wait for %d callbacks: %w", left, ctx.Err())
		case <-idle:
		}
	}
}
