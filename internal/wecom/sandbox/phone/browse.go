package phone

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"maps"
	"mime"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"time"
)

const (
	browsePrefix = "/sandbox/browse/"
	proxyPrefix  = "/sandbox/p/"
	maxPage      = 16 << 20

	// userAgent is what WeChat on an iPhone says.
	userAgent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 " +
		"(KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.62(0x18003e2f) NetType/WIFI Language/zh_CN"
)

// ErrNotAllowed is the answer to pages outside of the product.
var ErrNotAllowed = errors.New("the phone opens pages of the product only")

// Browser opens pages of the product for people. Each has cookies of their own.
type Browser struct {
	origin    string
	transport *http.Transport
	has       func(person string) bool

	mu   sync.Mutex
	jars map[string]http.CookieJar
}

// NewBrowser returns a browser for the pages of origin; empty is any loopback one.
func NewBrowser(origin string) *Browser {
	return &Browser{
		origin:    strings.TrimRight(origin, "/"),
		transport: &http.Transport{MaxIdleConnsPerHost: 8, IdleConnTimeout: 30 * time.Second},
		jars:      map[string]http.CookieJar{},
	}
}

// Close lets go of idle connections.
func (b *Browser) Close() { b.transport.CloseIdleConnections() }

// BrowsePath is where person opens page.
func BrowsePath(person, page string) string {
	return browsePrefix + url.PathEscape(person) + "?url=" + url.QueryEscape(page)
}

// Loopback says whether host, with or without a port, is this machine.
func Loopback(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.Trim(host, "[]")
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Allowed says whether u is a page of the product.
func (b *Browser) Allowed(u *url.URL) bool {
	if u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		return false
	}
	if b.origin != "" {
		return originOf(u) == b.origin
	}
	return Loopback(u.Host)
}

func originOf(u *url.URL) string { return u.Scheme + "://" + u.Host }

// prefix is the folder under which person sees the origin of u.
func prefix(person string, u *url.URL) string {
	return proxyPrefix + url.PathEscape(person) + "/" + u.Scheme + "/" + url.PathEscape(u.Host)
}

func proxied(person string, u *url.URL) string {
	p := prefix(person, u) + "/" + strings.TrimPrefix(u.EscapedPath(), "/")
	if u.RawQuery != "" {
		p += "?" + u.RawQuery
	}
	if u.Fragment != "" {
		p += "#" + u.EscapedFragment()
	}
	return p
}

func (b *Browser) browse(w http.ResponseWriter, r *http.Request) {
	u, err := url.Parse(r.FormValue("url"))
	if err != nil || !b.Allowed(u) || !b.has(r.PathValue("person")) {
		failed(w, http.StatusForbidden, "网页无法打开", ErrNotAllowed.Error())
		return
	}
	http.Redirect(w, r, proxied(r.PathValue("person"), u), http.StatusFound)
}

// target is the page behind a proxied request.
func target(r *http.Request) *url.URL {
	scheme, host := r.PathValue("scheme"), r.PathValue("host")
	head := proxyPrefix + r.PathValue("person") + "/" + scheme + "/" + host + "/"
	u := &url.URL{Scheme: scheme, Host: host, RawQuery: r.URL.RawQuery}
	u.Path = "/" + strings.TrimPrefix(r.URL.Path, head)
	return u
}

func (b *Browser) proxy(w http.ResponseWriter, r *http.Request) {
	u, person := target(r), r.PathValue("person")
	if !b.Allowed(u) || !b.has(person) {
		failed(w, http.StatusForbidden, "网页无法打开", ErrNotAllowed.Error())
		return
	}
	sent := http.MaxBytesReader(w, r.Body, maxPage)
	req, err := http.NewRequestWithContext(r.Context(), r.Method, u.String(), sent)
	if err != nil {
		failed(w, http.StatusBadRequest, "网页无法打开", err.Error())
		return
	}
	forwardHeaders(req, r, u)
	res, err := b.client(person).Do(req)
	if err != nil {
		failed(w, http.StatusBadGateway, "网络不可用", "无法连接 "+u.Host)
		return
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxPage))
	if err != nil {
		failed(w, http.StatusBadGateway, "网络不可用", "连接中断")
		return
	}
	b.answer(w, r, res, body, u)
}

// forwardHeaders makes the product see a visitor of its own origin.
func forwardHeaders(req, r *http.Request, u *url.URL) {
	req.Header = r.Header.Clone()
	for _, h := range []string{"Cookie", "Accept-Encoding", "Referer", "Origin", "Connection", "Authorization"} {
		req.Header.Del(h)
	}
	maps.DeleteFunc(req.Header, func(h string, _ []string) bool {
		return strings.HasPrefix(h, "Sec-Ch-") || strings.HasPrefix(h, "Sec-Fetch-Site")
	})
	if req.ContentLength = r.ContentLength; req.ContentLength == 0 {
		req.Body = nil
	}
	req.Header.Set("User-Agent", userAgent)
	if r.Header.Get("Origin") != "" {
		req.Header.Set("Origin", originOf(u))
	}
	if from := r.Header.Get("Referer"); from != "" {
		req.Header.Set("Referer", original(from, u))
	}
}

// original is the product's address of a proxied page.
func original(page string, like *url.URL) string {
	u, err := url.Parse(page)
	if err != nil || !strings.HasPrefix(u.Path, proxyPrefix) {
		return originOf(like) + "/"
	}
	parts := strings.SplitN(strings.TrimPrefix(u.EscapedPath(), proxyPrefix), "/", 4)
	if len(parts) < 4 {
		return originOf(like) + "/"
	}
	host, err := url.PathUnescape(parts[2])
	if err != nil {
		return originOf(like) + "/"
	}
	out := parts[1] + "://" + host + "/" + parts[3]
	if u.RawQuery != "" {
		out += "?" + u.RawQuery
	}
	return out
}

// client is person's: with their cookies, and leaving redirects to the page.
func (b *Browser) client(person string) *http.Client {
	b.mu.Lock()
	defer b.mu.Unlock()
	jar, ok := b.jars[person]
	if !ok {
		jar, _ = cookiejar.New(nil) // fails for bad options only
		b.jars[person] = jar
	}
	return &http.Client{Transport: b.transport, Jar: jar, Timeout: 20 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// answer passes the product's answer on, with its addresses made the phone's.
func (b *Browser) answer(
	w http.ResponseWriter, r *http.Request, res *http.Response, body []byte, u *url.URL,
) {
	h := w.Header()
	for k, v := range res.Header {
		h[k] = v
	}
	for _, k := range []string{"Set-Cookie", "Content-Security-Policy", "Content-Security-Policy-Report-Only",
		"X-Frame-Options", "Content-Length", "Strict-Transport-Security", "Connection", "Transfer-Encoding",
		"Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "Cross-Origin-Embedder-Policy"} {
		h.Del(k)
	}
	person := r.PathValue("person")
	if loc := h.Get("Location"); loc != "" {
		h.Set("Location", b.redirect(person, r.Host, u, loc))
	}
	typ, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	switch typ {
	case "text/html":
		body = rewriteHTML(body, prefix(person, u), originOf(u))
	case "text/css":
		body = rewriteCSS(body, prefix(person, u))
	}
	w.WriteHeader(res.StatusCode)
	w.Write(body)
}

// redirect maps a Location. WeChat's own authorize page becomes the sandbox's,
// which is told who the visitor is.
func (b *Browser) redirect(person, self string, page *url.URL, location string) string {
	to, err := page.Parse(location)
	if err != nil {
		return location
	}
	if to.Path == "/connect/oauth2/authorize" && (to.Host == "open.weixin.qq.com" || to.Host == self) {
		q := to.Query()
		q.Set("sandbox_person", person)
		return to.Path + "?" + q.Encode()
	}
	if to.Host == self || !b.Allowed(to) {
		return to.String()
	}
	return proxied(person, to)
}

// Rescue sends a request that left its folder, such as one a script made, back
// into it; it says whether it could.
func (b *Browser) Rescue(w http.ResponseWriter, r *http.Request) bool {
	from, err := url.Parse(r.Header.Get("Referer"))
	if err != nil || from.Host != r.Host {
		return false
	}
	path, ok := strings.CutPrefix(from.EscapedPath(), proxyPrefix)
	parts := strings.SplitN(path, "/", 4)
	if !ok || len(parts) < 3 {
		return false
	}
	folder := proxyPrefix + strings.Join(parts[:3], "/")
	http.Redirect(w, r, folder+r.URL.RequestURI(), http.StatusTemporaryRedirect)
	return true
}

// DataURI returns the bytes of a base64 data: URI.
func DataURI(s string) ([]byte, bool) {
	head, data, ok := strings.Cut(s, ",")
	if !ok || !strings.HasPrefix(head, "data:") || !strings.HasSuffix(head, ";base64") {
		return nil, false
	}
	b, err := base64.StdEncoding.DecodeString(data)
	return b, err == nil && !bytes.Equal(b, nil)
}
