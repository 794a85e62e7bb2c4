package wecom

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
)

// send makes one HTTP call and records it.
func (c *Client) send(ctx context.Context, r request, token string, try int) (res result) {
	record := Call{Op: r.op, Attempt: try}
	start := c.clock.Now()
	defer func() {
		record.Latency = c.clock.Now().Sub(start)
		if res.err != nil {
			record.Code, record.Class = res.err.Code, res.err.Class
		}
		c.log(record)
	}()
	var connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	})
	req, err := c.request(ctx, r, token)
	if err != nil {
		return result{err: &Error{Op: r.op, Class: Setup, Msg: "the API address is not usable"}}
	}
	client := c.http
	if r.upload {
		client = c.upload
	}
	answer, err := client.Do(req)
	if err != nil {
		return c.unreachable(ctx, r, token, err, connected.Load())
	}
	defer answer.Body.Close()
	record.Status = answer.StatusCode
	most := int64(maxAnswer)
	if r.download != nil {
		most = maxDownload
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, most+1))
	record.Bytes = len(body)
	switch {
	case err != nil:
		return c.unreachable(ctx, r, token, err, true)
	case int64(len(body)) > most:
		res := ambiguous(r.op, Malformed, "the answer is too large")
		res.again = false
		return res
	}
	return c.understand(r, answer, body, token)
}

// request builds the HTTP request. The token goes into the query string, the
// only place where WeCom reads it.
func (c *Client) request(ctx context.Context, r request, token string) (*http.Request, error) {
	query := url.Values{}
	for k, v := range r.query {
		query[k] = v
	}
	if token != "" {
		query.Set("access_token", token)
	}
	address := c.base + "/cgi-bin/" + r.op + "?" + query.Encode()
	if r.body == nil {
		return http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	}
	body, size := r.body()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, body)
	if err != nil {
		return nil, err
	}
	req.ContentLength = size
	req.Header.Set("Content-Type", r.mime)
	return req, nil
}

// unreachable is the end of a call without a whole answer. Without a connection
// nothing was sent, so even an endpoint that makes something may be tried again.
func (c *Client) unreachable(
	ctx context.Context, r request, token string, err error, connected bool,
) result {
	var wrapped *url.Error // its text is the address, with the token in it
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	msg := "no answer: " + redact(err.Error(), token, c.secret, url.QueryEscape(c.secret))
	res := result{err: &Error{Op: r.op, Class: Transient, Msg: msg}, again: true, away: true}
	if connected {
		res = ambiguous(r.op, Transient, msg)
	}
	if ctx.Err() != nil { // the caller's doing, not WeCom's
		res.err.cause = ctx.Err()
		res.again, res.away, res.mute = false, false, true
	}
	return res
}

// understand reads an answer that arrived whole.
func (c *Client) understand(r request, h *http.Response, body []byte, token string) result {
	status := h.StatusCode
	switch {
	case status >= 500:
		return ambiguous(r.op, Transient, fmt.Sprintf("HTTP status %d", status))
	case status == http.StatusTooManyRequests:
		return result{err: &Error{Op: r.op, Class: Limited, Msg: "HTTP status 429"}}
	case status != http.StatusOK: // 404 is an unknown path, 3xx and the rest are not WeCom
		msg := fmt.Sprintf("HTTP status %d", status)
		return result{err: &Error{Op: r.op, Class: Malformed, Msg: msg}, away: true}
	case r.download != nil && isFile(h):
		*r.download = Media{fileName(h), h.Header.Get("Content-Type"), body}
		return result{}
	}
	var a answer
	if err := decode(body, &a); err != nil {
		return ambiguous(r.op, Malformed, err.Error())
	}
	if a.ErrCode != 0 {
		e := refusal(r.op, int(a.ErrCode), a.ErrMsg, token, c.secret)
		return result{err: e, again: againAtOnce[e.Code]}
	}
	if r.download != nil {
		return ambiguous(r.op, Malformed, "the answer is not a file")
	}
	if err := decode(body, r.out); err != nil {
		return ambiguous(r.op, Malformed, err.Error())
	}
	if !plausible(body, r.out) {
		return ambiguous(r.op, Malformed, "the answer has neither errcode nor a result")
	}
	if out, ok := r.out.(hasRequired); ok {
		if field := out.missing(); field != "" {
			return ambiguous(r.op, Malformed, "the answer has no "+field)
		}
	}
	return result{}
}

// againAtOnce lists the refusals that a moment heals. All of them say that
// nothing was done, so they are safe for endpoints that make something, too.
var againAtOnce = map[int]bool{-1: true, 45033: true, 45035: true}

// isFile tells the bytes of media/get from its errors, which are JSON.
func isFile(h *http.Response) bool {
	if h.Header.Get("Content-Disposition") != "" {
		return true
	}
	kind := h.Header.Get("Content-Type")
	return !strings.Contains(kind, "json") && !strings.HasPrefix(kind, "text/")
}

func fileName(h *http.Response) string {
	_, params, err := mime.ParseMediaType(h.Header.Get("Content-Disposition"))
	if err != nil {
		return ""
	}
	return params["filename"]
}
