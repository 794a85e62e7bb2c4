// Package web is what every HTTP door shares: who asks, how errors look, which
// headers answers carry, and what is refused before a handler sees it.
package web

import (
	"context"
	"net/http"
	"net/netip"
	"strings"

	"github.com/tuma-live/tuma/internal/base/i18n"
	"github.com/tuma-live/tuma/internal/base/ident"
)

// Request is the identity of one request.
type Request struct {
	ID      string     // also in the X-Request-Id header of the answer
	Address netip.Addr // of the client, as far as our proxies vouch for it
	Lang    string     // one of i18n.Languages

	stack *Stack
	fault error // what a handler could not do, for the access log
}

type requestKey struct{}

// Of returns the identity of the request ctx belongs to; never nil.
func Of(ctx context.Context) *Request {
	if r, ok := ctx.Value(requestKey{}).(*Request); ok {
		return r
	}
	return &Request{Lang: i18n.Chinese}
}

// RequestID returns the id of the request ctx belongs to, or "".
func RequestID(ctx context.Context) string { return Of(ctx).ID }

// identify gives the request its identity. An id from outside is never taken
// over: it would let a stranger write into our logs.
func (s *Stack) identify(r *http.Request) (*Request, *http.Request) {
	id := &Request{
		ID:      ident.Token(10),
		Address: ClientAddress(r, s.Trusted),
		Lang:    i18n.Match(r.Header.Get("Accept-Language"), r.UserAgent()),
		stack:   s,
	}
	return id, r.WithContext(context.WithValue(r.Context(), requestKey{}, id))
}

// ClientAddress returns the address of the client. It is the peer's, unless the
// peer is a trusted proxy: then the right-most address of X-Forwarded-For that
// is not one of ours. What stands left of it was written by the client.
func ClientAddress(r *http.Request, trusted []netip.Prefix) netip.Addr {
	addr := parseAddress(r.RemoteAddr)
	if len(trusted) == 0 || !within(addr, trusted) {
		return addr
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop := parseAddress(strings.TrimSpace(hops[i]))
		if !hop.IsValid() {
			return addr // nobody vouches for what cannot be read
		}
		if addr = hop; !within(addr, trusted) {
			return addr
		}
	}
	return addr
}

// Secure says whether the client reached us, or our proxy, over TLS.
func Secure(r *http.Request, trusted []netip.Prefix) bool {
	if r.TLS != nil {
		return true
	}
	return within(parseAddress(r.RemoteAddr), trusted) && r.Header.Get("X-Forwarded-Proto") == "https"
}

func within(addr netip.Addr, prefixes []netip.Prefix) bool {
	for _, p := range prefixes {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// parseAddress reads an address with or without a port. Zones are dropped and
// IPv4 inside IPv6 is unwrapped, so one client has one address.
func parseAddress(s string) netip.Addr {
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap.Addr().Unmap().WithZone("")
	}
	addr, err := netip.ParseAddr(strings.Trim(s, "[]"))
	if err != nil {
		return netip.Addr{}
	}
	return addr.Unmap().WithZone("")
}
