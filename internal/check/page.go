package check

import (
	"bytes"
	"fmt"
	"net/url"

	"github.com/tuma-live/tuma/internal/core/fact"
	"github.com/tuma-live/tuma/internal/core/route"
)

// Marks of the customer's page. Where the page does not name its state, what a
// customer would read tells it.
var (
	pictureMark = []byte(` src="/q/img/`)
	scanMark    = []byte(` data-scan="sc_`)
	readable    = []struct {
		mark  []byte
		state route.State
	}{
		{[]byte(`<form method="post" `), route.Soft},
		{[]byte("名额已满"), route.AllFull},
		{[]byte("现在有点忙"), route.Failed},
	}
)

// readPage reads a page. Anything else is an error: a customer's scan must
// never end without a page.
func readPage(a answer, w *world) (told, error) {
	var p told
	if a.status != 200 {
		return p, fmt.Errorf("status %d: %.200q", a.status, a.body)
	}
	if id, ok := between(a.body, ` data-scan="`, `"`); ok {
		if err := p.scan.UnmarshalText(id); err != nil {
			return p, fmt.Errorf("cannot read the scan of a page: %w", err)
		}
	}
	if hash, ok := between(a.body, string(pictureMark), `"`); ok {
		p.state = route.OKGroup
		if p.target, ok = w.pictures[string(hash)]; !ok {
			return p, fmt.Errorf("a page shows the QR %.80q, which is nobody's", hash)
		}
		return p, nil
	}
	for _, r := range readable {
		if bytes.Contains(a.body, r.mark) {
			p.state = r.state
			return p, nil
		}
	}
	_, body, _ := bytes.Cut(a.body, []byte("<main>"))
	return p, fmt.Errorf("a page that says nothing we know: %.600q", body)
}

// between returns what stands in b after head and before tail.
func between(b []byte, head, tail string) ([]byte, bool) {
	_, rest, ok := bytes.Cut(b, []byte(head))
	if !ok {
		return nil, false
	}
	text, _, ok := bytes.Cut(rest, []byte(tail))
	return text, ok
}

// seated says that a page shows a group's QR and was served from the ledger.
func seated(page []byte) bool {
	return bytes.Contains(page, pictureMark) && bytes.Contains(page, scanMark)
}

// beacon is what the page's script sends when the QR was seen.
func beacon(slug string, scan fact.ID) []byte {
	return []byte(url.Values{"k": {"shown"}, "s": {scan.String()}, "c": {slug}}.Encode())
}
