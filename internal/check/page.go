package check

import (
	"bytes"
	"fmt"

	"github.com/tuma-live/tuma/internal/core/fact"
	"github.com/tuma-live/tuma/internal/core/route"
)

// page is what the harness reads of the customer's page.
type page struct {
	told told
	tap  string // where the button of the soft page leads
}

// readPage reads a page. Any answer that is none is an error: a customer's
// scan must never end without a page.
func readPage(a answer, w *world) (page, error) {
	var p page
	if a.status != 200 {
		return p, fmt.Errorf("status %d: %.200q", a.status, a.body)
	}
	state, ok := between(a.body, ` data-state="`, `"`)
	if !ok {
		return p, fmt.Errorf("a page without a state: %.200q", a.body)
	}
	p.told.state = route.State(state)
	if id, ok := between(a.body, ` data-scan="`, `"`); ok && len(id) > 0 {
		var err error
		if err = p.told.scan.UnmarshalText(id); err != nil {
			return p, err
		}
	}
	if hash, ok := between(a.body, `/q/img/`, `"`); ok {
		p.told.target = w.pictures[string(hash)]
	}
	if href, ok := between(a.body, `<a class="tap" href="`, `"`); ok {
		p.tap = string(href)
	}
	return p, nil
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

// beacon is what the page's script sends.
func beacon(slug string, scan fact.ID, kind fact.Kind) []byte {
	return fmt.Appendf(nil, "%s %s %s", slug, scan, kind)
}
