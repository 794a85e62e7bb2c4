package scan

import (
	"encoding/json"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/tuma-live/tuma/internal/base/i18n"
	corescan "github.com/tuma-live/tuma/internal/core/scan"
)

// ask is what a request says, before anything is looked up.
type ask struct {
	agent    *agent
	at       time.Time
	lang     string
	again    bool
	utm      string
	addr     netip.Addr
	slug     string
	material string
	path     string // of this page
}

const (
	mostSlug     = 32
	mostMaterial = 32
	mostUTM      = 100
	mostQuery    = 2048
)

func (k *ask) read(h *Handler, r *http.Request) {
	k.at = h.Clock.Now()
	k.agent = h.agents.read(r.UserAgent())
	k.addr = h.Address(r)
	k.lang = k.agent.lang
	if k.lang == "" {
		k.lang = accepted(r.Header["Accept-Language"])
	}
	if q := r.URL.RawQuery; q != "" && len(q) <= mostQuery {
		k.query(q)
	}
}

// accepted is i18n.Match without its work for the headers most phones send.
func accepted(lines []string) string {
	if len(lines) == 0 || strings.HasPrefix(lines[0], "zh") {
		return i18n.Chinese
	}
	return i18n.Match(lines[0], "")
}

func (k *ask) query(raw string) {
	q, _ := url.ParseQuery(raw) // what can be read of it is enough
	switch q.Get("lang") {
	case i18n.English:
		k.lang = i18n.English
	case i18n.Chinese, "zh":
		k.lang = i18n.Chinese
	}
	k.again = q.Get("again") == yes
	utm := map[string]string{}
	for _, key := range [...]string{"source", "medium", "campaign", "term", "content", "id"} {
		if v := q.Get("utm_" + key); v != "" {
			utm["utm_"+key] = string(cut(v, mostUTM))
		}
	}
	if len(utm) == 0 {
		return
	}
	if b, err := json.Marshal(utm); err == nil { // never fails for strings
		k.utm = string(b)
	}
}

// cut returns the first most runes of s, harmless ones.
func cut(s string, most int) []rune {
	out := make([]rune, 0, min(len(s), most))
	for _, r := range s {
		if len(out) == most {
			break
		}
		if r >= ' ' && r != 0x7f && (r < 0x80 || !hidden(r)) {
			out = append(out, r)
		}
	}
	return out
}

// name reads {slug} or {slug}.{material} of a path that begins with door. It
// says whether it can be a slug.
func (k *ask) name(door, rest string) bool {
	text, material, _ := strings.Cut(rest, ".")
	if len(text) == 0 || len(text) > mostSlug {
		return false
	}
	canonical := true
	for i := range len(text) {
		c := letter(text[i])
		if c == 0 {
			return false
		}
		canonical = canonical && c == text[i]
	}
	if k.slug = text; !canonical {
		k.slug = strings.Map(func(r rune) rune { return rune(letter(byte(r))) }, text)
	}
	k.path = door + rest
	if plain(material) {
		k.material = material
	} else { // a strange copy number loses nobody their page
		k.path = door + k.slug
	}
	return true
}

// letter reads a character of a slug; 0 is none. People type slugs: case does
// not matter, nor o for 0, nor i and l for 1.
func letter(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		c += 'a' - 'A'
	}
	switch {
	case c == 'o':
		return '0'
	case c == 'i' || c == 'l':
		return '1'
	case c >= '0' && c <= '9' || c >= 'a' && c <= 'z' && c != 'u':
		return c
	}
	return 0
}

// plain says that s can be the number of a printed copy.
func plain(s string) bool {
	if len(s) > mostMaterial {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '-', c == '_':
		default:
			return false
		}
	}
	return true
}

// network is the address without what tells one household from another.
func network(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	bits := 24
	if a.Is6() {
		bits = 48
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return ""
	}
	return p.Addr().String()
}

// visit names the visitor, with a new cookie for a new one.
func (h *Handler) visit(
	w http.ResponseWriter, r *http.Request, k *ask, code *corescan.Code,
) corescan.Visit {
	id, day, known := h.Visitors.read(cookie(r.Header["Cookie"]))
	today := dayOf(k.at)
	if !known {
		id = h.Visitors.fresh()
	}
	if !known || today-day > renewAfter {
		w.Header()["Set-Cookie"] = []string{h.Visitors.setCookie(id, today, h.Secure(r))}
	}
	return corescan.Visit{
		Code: code, Visitor: corescan.Visitor{ID: id, Fresh: !known}, At: k.at,
		// A tap counts from a browser that had the page before: it has our cookie.
		Again: k.again, Tapped: r.Method == http.MethodPost && known && ours(r),
		Material: k.material, OS: k.agent.os, WeChat: k.agent.wechat, Lang: k.lang,
		Address: network(k.addr), UTM: k.utm,
	}
}

// ours says that a page of this site sent the request, as far as one can tell.
// Old browsers say nothing; their cookie is SameSite, so nothing is lost.
func ours(r *http.Request) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" {
		return site == "same-origin" || site == "none"
	}
	origin := r.Header.Get("Origin")
	if origin == "" || origin == "null" {
		return true
	}
	_, host, _ := strings.Cut(origin, "://")
	return host == r.Host
}
