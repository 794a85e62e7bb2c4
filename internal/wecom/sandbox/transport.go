package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
)

// maxUpload is what a request body may hold: a 20 MB file and its envelope.
const maxUpload = 21 << 20

// reply is what an API call answers beside errcode and errmsg.
type reply map[string]any

// endpoint is one API path.
type endpoint struct {
	post  bool     // takes a JSON body; a GET is answered as an empty one
	open  bool     // needs no token
	right right    // what the app must be allowed
	list  bool     // has a cap of parallel calls
	empty []string // arrays that an error answer still has
	do    func(*call) (reply, error)
}

type right int

const (
	anyApp right = iota
	contacts
	links
)

// call is one API call in progress. The world is locked while it runs.
type call struct {
	s     *Server
	w     *world
	app   *App
	r     *http.Request
	path  string
	query url.Values
	body  []byte
	ip    string
	base  string
	holds []string // keys of Server.inFlight to let go
	file  *Media   // bytes to answer instead of JSON
	fault *Fault
}

// decode reads the JSON body into v. No body, bad JSON and wrong types are 40058.
func (c *call) decode(v any) error {
	if len(bytes.TrimSpace(c.body)) == 0 {
		return refuse(40058)
	}
	err := json.Unmarshal(c.body, v)
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong):
		return refused(40058, "invalid Request Parameter: "+wrong.Field)
	case err != nil:
		return refused(40058, "Warning: wrong json format. invalid Request Parameter")
	}
	return nil
}

// hold marks key as in use until the answer is out; false when it already is.
func (c *call) hold(key string, most int) bool {
	if c.s.inFlight[key] >= most {
		return false
	}
	c.s.inFlight[key]++
	c.holds = append(c.holds, key)
	return true
}

func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, "/cgi-bin/")
	ep, ok := s.routes[path]
	if !ok {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxUpload))
	if err != nil {
		return // the caller broke off, or sends more than WeCom reads
	}
	c := &call{s: s, r: r, path: path, query: r.URL.Query(), body: body, ip: host(r), base: s.base(r)}
	if r.Method == http.MethodGet && ep.post {
		c.body = nil
	}
	begun := clock.System{}.Now()
	out, err := s.run(c, ep)
	wait := s.latency(c.fault)
	if wait > 0 {
		_ = clock.Sleep(r.Context(), clock.System{}, wait)
	}
	s.release(c.holds)
	s.logCall(c, err, len(out), clock.System{}.Now().Sub(begun))
	deliver(w, c, out)
}

// run does the call on the locked world. The answer is encoded there too: it
// may point into the world.
func (s *Server) run(c *call, ep endpoint) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.w = s.world
	c.w.now = s.worldTime()
	answer, err := s.perform(c, ep)
	return s.encode(c, ep, answer, err), err
}

func (s *Server) perform(c *call, ep endpoint) (reply, error) {
	if err := s.admit(c, ep); err != nil {
		return nil, err
	}
	if c.fault = s.fault(c.path); c.fault != nil {
		if c.fault.Kind == FaultHTTP || c.fault.Kind == FaultRefused {
			return nil, nil
		}
		if err := c.fault.before(s, c); err != nil {
			return nil, err
		}
	}
	if ep.post && c.body == nil {
		return nil, refuse(40058)
	}
	s.dirty = true
	defer s.wakeSender()
	return ep.do(c)
}

// admit checks token, address, rights and limits, in WeCom's order.
func (s *Server) admit(c *call, ep endpoint) error {
	if !ep.open {
		if err := c.authenticate(); err != nil {
			return err
		}
		if ep.right == contacts && !c.app.Rights.Contacts || ep.right == links && !c.app.Rights.Links {
			return refuse(48002)
		}
	}
	if !s.trafficOf(c.path).allow(c.w.now, c.w.Rules.Limits) {
		return refuse(45009)
	}
	if most := c.w.Rules.Limits.Parallel; ep.list && most > 0 && !c.hold("list:"+c.path, most) {
		return refuse(45033)
	}
	return nil
}

func (c *call) authenticate() error {
	token := c.query.Get("access_token")
	if token == "" {
		return refuse(41001)
	}
	for _, a := range c.w.Apps {
		if a.Token != token {
			continue
		}
		c.app = a
		if !c.w.now.Before(a.TokenExpires) {
			return refuse(42001)
		}
		if !trusted(a, c.ip) {
			return refuse(60020)
		}
		return nil
	}
	return refuse(40014)
}

func trusted(a *App, ip string) bool {
	for _, t := range a.TrustedIPs {
		if t == ip {
			return true
		}
	}
	return len(a.TrustedIPs) == 0
}

// encode writes the answer. errcode is last for half of the paths, so that
// nobody depends on it being first.
func (s *Server) encode(c *call, ep endpoint, answer reply, err error) []byte {
	if c.file != nil && err == nil {
		return c.file.Data
	}
	no, ok := err.(*refusal)
	if err != nil && !ok {
		no = refused(-1, err.Error())
	}
	code, msg := 0, "ok"
	if no != nil {
		code, msg = no.code, no.message(s.clock.Now().UnixMicro(), c.ip)
		answer = reply{}
		for _, name := range ep.empty {
			answer[name] = []any{}
		}
	} else if m, ok := answer["errmsg"].(string); ok {
		msg = m
	}
	delete(answer, "errmsg")
	head, _ := encodeJSON(struct {
		Code int    `json:"errcode"`
		Msg  string `json:"errmsg"`
	}{code, msg})
	rest, bad := encodeJSON(answer)
	switch {
	case bad != nil || len(answer) == 0:
		return []byte(head)
	case len(c.path)%2 == 0:
		return []byte(rest[:len(rest)-1] + "," + head[1:])
	}
	return []byte(head[:len(head)-1] + "," + rest[1:])
}

func encodeJSON(v any) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return strings.TrimSpace(b.String()), err
}

func (s *Server) latency(f *Fault) time.Duration {
	d := s.opt.Latency.Min
	if span := s.opt.Latency.Max - d; span > 0 {
		d += rand.N(span)
	}
	if f != nil && f.Kind == FaultSlow || f != nil && f.Kind == FaultTimeout {
		d += time.Duration(f.Millis) * time.Millisecond
	}
	return d
}

func (s *Server) release(keys []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range keys {
		if s.inFlight[k]--; s.inFlight[k] <= 0 {
			delete(s.inFlight, k)
		}
	}
}

// deliver puts the answer on the wire, or what a fault makes of it.
func deliver(w http.ResponseWriter, c *call, out []byte) {
	kind := ""
	if c.fault != nil {
		kind = c.fault.Kind
	}
	switch kind {
	case FaultTimeout, FaultRefused:
		panic(http.ErrAbortHandler) // net/http's way to break the connection
	case FaultHTTP:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(max(c.fault.Code, 500))
		io.WriteString(w, "<html><body><h1>Bad Gateway</h1></body></html>")
		return
	case FaultEmpty:
		return
	case FaultTruncated:
		out = out[:len(out)/2]
	}
	if c.file != nil {
		w.Header().Set("Content-Type", c.file.MIME)
		w.Header().Set("Content-Disposition", contentDisposition(c.file.Name))
	} else {
		w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	}
	w.Write(out)
}

func host(r *http.Request) string {
	h, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return h
}

// base is how this sandbox is reached: what QR codes and pictures point to.
func (s *Server) base(r *http.Request) string {
	if s.opt.BaseURL != "" {
		return strings.TrimRight(s.opt.BaseURL, "/")
	}
	return "http://" + r.Host
}
