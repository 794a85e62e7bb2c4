package wecom

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/url"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
)

const maxTries = 3

// Call is the record of one HTTP call. It holds nothing that is secret.
type Call struct {
	Op      string
	Attempt int
	Latency time.Duration
	Status  int   // HTTP; 0 without an answer
	Code    int   // WeCom's errcode
	Class   Class // "" when it worked
	Bytes   int   // of the answer
}

// request is one operation, sent as often as it takes.
type request struct {
	op       string
	query    url.Values
	body     func() (r io.Reader, size int64) // nil for GET
	mime     string
	out      any
	download *Media // takes the answer instead of out
	upload   bool   // takes the longer timeout
	noToken  bool
	gate     string // the name of its budget, op if empty
}

// call posts in as JSON and reads the answer into out.
func (c *Client) call(ctx context.Context, op string, in, out any) error {
	b, err := encode(in)
	if err != nil {
		return &Error{Op: op, Class: Permanent, Msg: err.Error()}
	}
	body := func() (io.Reader, int64) { return bytes.NewReader(b), int64(len(b)) }
	return c.do(ctx, request{op: op, body: body, mime: "application/json; charset=utf-8", out: out})
}

// get asks for op with query and reads the answer into out.
func (c *Client) get(ctx context.Context, op string, query url.Values, out any) error {
	return c.do(ctx, request{op: op, query: query, out: out})
}

// do sends r within its budget, replaces a refused token once, and repeats what
// may be repeated.
func (c *Client) do(ctx context.Context, r request) error {
	g := c.limits.gate(cmp.Or(r.gate, r.op))
	if err := g.enter(ctx); err != nil {
		return stopped(r.op, err)
	}
	defer g.leave() // held while backing off too: that is what 45033 asks for
	stale := ""
	for try := 1; ; try++ {
		token, err := c.tokenFor(ctx, r, stale)
		if err != nil {
			return err
		}
		if until, why := g.take(c.clock.Now()); why != "" {
			return refusedHere(r.op, until, why)
		}
		res := c.send(ctx, r, token, try)
		until := g.settle(c.clock.Now(), res)
		switch {
		case res.err == nil:
			return nil
		case res.err.Class == Token && stale == "" && !r.noToken:
			stale = token
		case res.err.Class == Limited:
			res.err.Until = until
			return res.err
		case !res.again || try >= maxTries || !c.pause(ctx, try):
			return res.err
		}
	}
}

// tokenFor returns the token for r. A failure to get one is a failure of r, so
// it carries r's name, and the class and code of what went wrong.
func (c *Client) tokenFor(ctx context.Context, r request, stale string) (string, error) {
	if r.noToken {
		return "", nil
	}
	token, err := c.token(ctx, stale)
	var e *Error
	switch {
	case err == nil:
		return token, nil
	case errors.As(err, &e):
		copied := *e
		copied.Op = r.op + " (" + e.Op + ")"
		return "", &copied
	case ctx.Err() != nil:
		return "", stopped(r.op, err)
	}
	return "", &Error{Op: r.op, Class: Transient, Msg: "cannot get an access token", cause: err}
}

// pause waits before the next try, and says whether it is worth making.
func (c *Client) pause(ctx context.Context, try int) bool {
	d := 200 * time.Millisecond << (2 * (try - 1)) // 0.2 s, 0.8 s
	d = time.Duration(float64(d) * (0.5 + rand.Float64()))
	return clock.Sleep(ctx, c.clock, d) == nil
}

// stopped is the error of a caller who gave up before anything was sent.
func stopped(op string, err error) *Error {
	return &Error{Op: op, Class: Transient, Msg: "not sent: the caller gave up", cause: err}
}

func refusedHere(op string, until time.Time, why Class) *Error {
	msg := "not sent: the budget of this endpoint is used up"
	if why == Transient {
		msg = "not sent: WeCom is away"
	}
	return &Error{Op: op, Class: why, Msg: msg, Until: until}
}

// result is how one HTTP call ended.
type result struct {
	err   *Error
	again bool // may be sent again at once
	away  bool // WeCom was not reached, or something else answered
	mute  bool // the caller gave up: it says nothing about WeCom
}

func (r result) class() Class {
	if r.err == nil {
		return ""
	}
	return r.err.Class
}

// ambiguous is the end of a call that may have worked. Reads and overwrites are
// simply sent again; what makes something new is not.
func ambiguous(op string, class Class, msg string) result {
	if once[op] {
		msg += "; it may have worked"
		return result{err: &Error{Op: op, Class: Unknown, Msg: msg}, away: true}
	}
	return result{err: &Error{Op: op, Class: class, Msg: msg}, again: true, away: true}
}
