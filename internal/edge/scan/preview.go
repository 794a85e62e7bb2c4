package scan

import (
	"encoding/base64"
	"net/netip"
	"time"

	qrcode "github.com/tuma-live/tuma/internal/base/qr"
	"github.com/tuma-live/tuma/internal/core/fact"
	"github.com/tuma-live/tuma/internal/core/route"
	corescan "github.com/tuma-live/tuma/internal/core/scan"
)

// Preview is the page of a code that may not exist yet.
type Preview struct {
	Code   corescan.Code
	State  route.State
	Lang   string // zh-CN or en
	OS     string // as in a visit
	Target string // name of the target shown
	Joined int64
	Limit  int64
}

// Preview renders the page as a customer in WeChat would see it, with a
// picture for the QR that leads nowhere, and without the script.
func (h *Handler) Preview(p Preview) []byte {
	k := &ask{
		agent: &agent{os: p.OS, wechat: "wechat", screen: p.OS == "windows" || p.OS == "mac"},
		at:    h.Clock.Now(), lang: p.Lang, addr: netip.Addr{},
	}
	code := p.Code
	if code.Corp == "" {
		code.Corp = h.Book.Corp()
	}
	if p.State == route.NotYet && !code.StartsAt.After(k.at) {
		code.StartsAt = k.at.Add(26 * time.Hour)
	}
	out := p.outcome()
	s := h.sheet(nil, k, &code)
	defer h.buffers.Put(s)
	h.fill(s, k, &code, &out)
	if p.State == route.Failed { // as it is without a spare QR
		s.values.set(isAway, "")
	}
	if !s.values[isCode].empty() {
		s.values.set(qr, sampleQR())
	}
	return append([]byte(nil), h.pages.in(k.lang).render(s.page, &s.values)...)
}

func (p *Preview) outcome() corescan.Outcome {
	limit := p.Limit
	if limit == 0 {
		limit = 200
	}
	t := &route.Target{Kind: route.Group, Name: p.Target, Limit: limit, QR: yes}
	if p.Code.Kind == "staff" || p.State == route.OKStaff {
		t.Kind = route.Staff
	}
	out := corescan.Outcome{
		Scan: sampleScan, State: p.State, Target: t, Joined: p.Joined, Free: limit - p.Joined,
	}
	switch p.State {
	case route.Near:
		out.Free, out.Joined = 11, limit-12
	case route.OKGroup, route.OKStaff, route.Joined:
	default:
		out.Target = nil
	}
	return out
}

const sampleScan fact.ID = 0x7a3f51c2d4

// sampleQR is a QR that says what it is to whoever scans it.
func sampleQR() string {
	c, err := qrcode.New("预览 · preview")
	if err != nil {
		return "data:,"
	}
	b, err := c.PNG(240)
	if err != nil {
		return "data:,"
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(b)
}
