package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/fault"
	"github.com/tuma-live/tuma/internal/base/i18n"
)

var errGone = fault.New(fault.NotFound, "livecode.not_found")

func stack(t *testing.T) (*Stack, *bytes.Buffer) {
	t.Helper()
	texts, err := i18n.Load(fstest.MapFS{
		"zh-CN/fault.json": {Data: []byte(`{"fault": {"livecode.not_found": "没有活码 {slug}", "internal": "系统出错了"}}`)},
		"en/fault.json":    {Data: []byte(`{"fault": {"livecode.not_found": "No live code {slug}", "internal": "Something broke"}}`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	return &Stack{Log: slog.New(slog.NewJSONHandler(&log, nil)), Clock: clock.System{}, Texts: texts}, &log
}

func ask(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func failing(err error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { Problem(w, r, err) })
}

func TestAFaultIsAProblemInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	s, log := stack(t)
	r := httptest.NewRequest("GET", "/x?code=secret", nil)
	r.Header.Set("Accept-Language", "en")
	w := ask(s.Wrap(failing(errGone.With("slug", "abc"))), r)
	var p problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		t.Fatal(err)
	}
	if w.Code != 404 || p.Title != "No live code abc" || p.Code != "livecode.not_found" || p.RequestID != w.Header().Get("X-Request-Id") {
		t.Fatalf("%d %+v", w.Code, p)
	}
	if strings.Count(log.String(), "\n") != 1 || !strings.Contains(log.String(), p.RequestID) || strings.Contains(log.String(), "secret") {
		t.Fatalf("log: %s", log)
	}
}

func TestWhatIsOurMistakeIsLoggedOnceAndNeverShown(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]http.Handler{
		"error": failing(errors.New("select * from secret_table")),
		"panic": http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("secret_table") }),
	} {
		s, log := stack(t)
		w := ask(s.Wrap(h), httptest.NewRequest("GET", "/", nil))
		if body := w.Body.String(); w.Code != 500 || strings.Contains(body, "secret_table") || !strings.Contains(body, "系统出错了") {
			t.Errorf("%s: %d %s", name, w.Code, body)
		}
		if strings.Count(log.String(), "\n") != 1 || !strings.Contains(log.String(), "secret_table") {
			t.Errorf("%s: log %s", name, log)
		}
	}
}

func TestOnlyOurOwnPagesWriteWithACookie(t *testing.T) {
	t.Parallel()
	s, _ := stack(t)
	h := s.Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }))
	for name, x := range map[string]struct {
		method  string
		headers map[string]string
		want    int
	}{
		"our page":                     {"POST", map[string]string{"Cookie": "a=b", "Origin": "http://example.com", "Sec-Fetch-Site": "same-origin"}, 204},
		"our page, old browser":        {"POST", map[string]string{"Cookie": "a=b", "Origin": "http://example.com"}, 204},
		"a foreign page":               {"POST", map[string]string{"Cookie": "a=b", "Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"}, 403},
		"a foreign page, old browser":  {"DELETE", map[string]string{"Cookie": "a=b", "Origin": "http://evil.example"}, 403},
		"a sandboxed frame":            {"POST", map[string]string{"Cookie": "a=b", "Origin": "null"}, 403},
		"a sibling site":               {"POST", map[string]string{"Cookie": "a=b", "Sec-Fetch-Site": "same-site"}, 403},
		"a cookie that tells nothing":  {"POST", map[string]string{"Cookie": "a=b"}, 403},
		"a program with a key":         {"POST", map[string]string{"Authorization": "Bearer x"}, 204},
		"WeCom, without a cookie":      {"POST", nil, 204},
		"reading from a foreign page":  {"GET", map[string]string{"Cookie": "a=b", "Sec-Fetch-Site": "cross-site"}, 204},
		"a method nobody should offer": {"TRACE", nil, 405},
	} {
		r := httptest.NewRequest(x.method, "http://example.com/", nil)
		for k, v := range x.headers {
			r.Header.Set(k, v)
		}
		if w := ask(h, r); w.Code != x.want {
			t.Errorf("%s: %d, want %d", name, w.Code, x.want)
		}
	}
}

func TestAHeaderCannotChooseTheClientAddress(t *testing.T) {
	t.Parallel()
	ours := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	for name, x := range map[string]struct {
		trusted []netip.Prefix
		peer    string
		forward []string
		want    string
	}{
		"nobody is trusted by default":     {nil, "10.0.0.1:5", []string{"1.1.1.1"}, "10.0.0.1"},
		"a stranger's header is ignored":   {ours, "9.9.9.9:5", []string{"1.1.1.1"}, "9.9.9.9"},
		"one proxy":                        {ours, "10.0.0.1:5", []string{"1.1.1.1"}, "1.1.1.1"},
		"two proxies":                      {ours, "10.0.0.1:5", []string{"1.1.1.1, 10.0.0.2"}, "1.1.1.1"},
		"the client writes on the left":    {ours, "10.0.0.1:5", []string{"6.6.6.6, 1.1.1.1"}, "1.1.1.1"},
		"a header of its own on the left":  {ours, "10.0.0.1:5", []string{"6.6.6.6", "1.1.1.1"}, "1.1.1.1"},
		"nonsense ends the trust":          {ours, "10.0.0.1:5", []string{"6.6.6.6, nonsense"}, "10.0.0.1"},
		"nonsense behind a proxy":          {ours, "10.0.0.1:5", []string{"6.6.6.6,, 10.0.0.2"}, "10.0.0.2"},
		"only proxies":                     {ours, "10.0.0.1:5", []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
		"no header":                        {ours, "10.0.0.1:5", nil, "10.0.0.1"},
		"a port, and IPv4 inside IPv6":     {ours, "[::1]:5", []string{"[::ffff:1.1.1.1]:443"}, "1.1.1.1"},
		"an IPv6 client in brackets":       {ours, "[::1]:5", []string{"[2001:db8::1]"}, "2001:db8::1"},
		"a zone cannot make a new address": {ours, "10.0.0.1:5", []string{"fe80::1%a"}, "fe80::1"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = x.peer
		r.Header["X-Forwarded-For"] = x.forward
		r.Header.Set("X-Real-Ip", "6.6.6.6")
		r.Header.Set("Forwarded", "for=6.6.6.6")
		if got := ClientAddress(r, x.trusted); got.String() != x.want {
			t.Errorf("%s: %s, want %s", name, got, x.want)
		}
	}
}

func TestJSONThatTwoReadersReadDifferentlyIsRefused(t *testing.T) {
	t.Parallel()
	for body, ok := range map[string]bool{
		`{"a": 1, "b": [{"a": 1}, {"a": 2}]}`:    true,
		`[]`:                                     true,
		`"x"`:                                    true,
		`1.5e3`:                                  true,
		`{"a": 1, "a": 2}`:                       false,
		`{"role": 1, "ROLE": 2}`:                 false,
		`{"role": 1, "rol` + "\\u0045" + `": 2}`: false,
		`{"k": 1, "` + "\u212a" + `": 2}`:        false,
		`{"s": 1, "` + "\u017f" + `": 2}`:        false,
		`{"x": {"a": 1, "A": 2}}`:                false,
		`{} {}`:                                  false,
		`{}x`:                                    false,
		`{`:                                      false,
		`{"a": 1e999}`:                           false,
		`{"a": ` + strings.Repeat("9", 50) + `}`: false,
		strings.Repeat("[", 10000):               false,
		"{\"a\": \"\xff\"}":                      false,
		`{"a": 1,}`:                              false,
		strings.Repeat("[", 64) + strings.Repeat("]", 64): true,
		strings.Repeat("[", 65) + strings.Repeat("]", 65): false,
	} {
		if err := StrictJSON([]byte(body)); (err == nil) != ok {
			t.Errorf("%.60q: %v", body, err)
		}
	}
}

func TestStrictHandsTheBodyOn(t *testing.T) {
	t.Parallel()
	s, _ := stack(t)
	var got string
	h := s.Wrap(Strict(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got = string(b)
	})))
	post := func(body string) int {
		r := httptest.NewRequest("POST", "/", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json; charset=utf-8")
		return ask(h, r).Code
	}
	if code := post(`{"a":1}`); code != 200 || got != `{"a":1}` {
		t.Fatalf("%d, body %q", code, got)
	}
	if code := post(`{"a":1,"a":2}`); code != 400 {
		t.Fatalf("twice the same key: %d", code)
	}
	if code := post(`"` + strings.Repeat("x", maxBody) + `"`); code != 413 {
		t.Fatalf("too large: %d", code)
	}
}

func TestEveryAnswerCarriesTheHeadersThatProtectIt(t *testing.T) {
	t.Parallel()
	s, _ := stack(t)
	s.Trusted = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("X-Forwarded-Proto", "https")
	r.Header.Set("X-Request-Id", "chosen by a stranger")
	h := ask(s.Wrap(failing(errGone)), r).Header()
	for _, k := range []string{"X-Content-Type-Options", "Content-Security-Policy", "Referrer-Policy", "Strict-Transport-Security"} {
		if h.Get(k) == "" {
			t.Errorf("no %s", k)
		}
	}
	csp := h.Get("Content-Security-Policy")
	script, _, _ := strings.Cut(csp[strings.Index(csp, "script-src"):], ";")
	if strings.Contains(script, "unsafe") || !strings.Contains(csp, "frame-ancestors 'none'") {
		t.Errorf("policy %s", csp)
	}
	if h.Get("X-Request-Id") == "chosen by a stranger" {
		t.Error("the request id was taken over")
	}
}

func TestRequestsOfOddShapeAreRefused(t *testing.T) {
	t.Parallel()
	s, _ := stack(t)
	var seen []int
	s.Observe = func(_ *http.Request, status int, _ time.Duration) { seen = append(seen, status) }
	h := s.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			Problem(w, r, ErrTooLarge)
		}
	}))
	long := strings.NewReader(strings.Repeat("x", maxBody+1))
	for _, x := range []struct {
		r    *http.Request
		want int
	}{
		{httptest.NewRequest("GET", "/?a="+strings.Repeat("&a=", maxParams-1), nil), 200},
		{httptest.NewRequest("GET", "/?a="+strings.Repeat("&a=", maxParams), nil), 400},
		{httptest.NewRequest("TRACE", "/", nil), 405},
		{httptest.NewRequest("POST", "/", long), 413},
	} {
		if w := ask(h, x.r); w.Code != x.want {
			t.Errorf("%s: %d, want %d", x.r.Method, w.Code, x.want)
		}
	}
	if len(seen) != 4 || seen[3] != 413 {
		t.Errorf("the metrics saw %v", seen)
	}
}
