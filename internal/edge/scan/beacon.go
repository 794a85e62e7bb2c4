package scan

import (
	"context"
	"io"
	"net/http"
	"net/url"

	"github.com/tuma-live/tuma/internal/core/fact"
	corescan "github.com/tuma-live/tuma/internal/core/scan"
)

const mostBeacon = 256 // bytes

var beaconKinds = map[string]fact.Kind{
	"view": fact.View, "shown": fact.Shown, "press": fact.Press, "back": fact.Back, "help": fact.Help,
}

// beacon takes what a page tells. The page does not wait for an answer, so
// every beacon gets the same one, also one that is not taken.
func (h *Handler) beacon(w http.ResponseWriter, r *http.Request) {
	w.Header()["Cache-Control"] = noStore
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", "POST")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	if b, ok := h.told(r); ok {
		ctx, cancel := context.WithTimeout(r.Context(), admitFor)
		defer cancel()
		if err := h.Desk.Beacon(ctx, b); err == nil {
			h.Counts.Beacons.Add(1)
		} else {
			h.Log.DebugContext(ctx, "a beacon was lost", "error", err)
		}
	}
	w.WriteHeader(http.StatusNoContent)
}

// told reads a beacon: k=kind&s=scan&c=slug, from the visitor of the cookie.
func (h *Handler) told(r *http.Request) (b corescan.Beacon, ok bool) {
	if !ours(r) || r.ContentLength > mostBeacon {
		return b, false
	}
	visitor, _, known := h.Visitors.read(cookie(r.Header["Cookie"]))
	if !known {
		return b, false
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, mostBeacon))
	if err != nil {
		return b, false
	}
	q, err := url.ParseQuery(string(body))
	if err != nil {
		return b, false
	}
	kind, ok := beaconKinds[q.Get("k")]
	var k ask
	if !ok || !k.name("", q.Get("c")) || !h.Slugs.Check(k.slug) {
		return b, false
	}
	scan, err := parseScan(q.Get("s"))
	if err != nil || scan == 0 {
		return b, false
	}
	code, err := h.Book.Find(k.slug)
	if err != nil {
		return b, false
	}
	return corescan.Beacon{
		Scan: scan, Code: code.ID, Visitor: visitor, Kind: kind, At: h.Clock.Now(),
	}, true
}

func parseScan(s string) (fact.ID, error) {
	var id fact.ID
	err := id.UnmarshalText([]byte(s))
	return id, err
}
