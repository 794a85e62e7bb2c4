package admin

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/tuma-live/tuma/internal/base/web"
	"github.com/tuma-live/tuma/internal/core/access"
)

const (
	gather   = 500 * time.Millisecond // changes that follow each other closely are one event
	poll     = 2 * time.Second        // facts are looked for, whatever was notified
	pingEach = 20 * time.Second
)

// events streams what changed to a screen that is open: never data, only which
// of its lists to read again. It ends when the session does.
func (a *API) events(w http.ResponseWriter, r *http.Request) {
	if err := (route{permission: access.SignedIn}).allowed(access.Who(r.Context())); err != nil {
		web.Problem(w, r, err)
		return
	}
	ctl := http.NewResponseController(w)
	ctl.SetWriteDeadline(time.Time{}) //nolint:errcheck // not every writer has one
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	s := stream{w: w, ctl: ctl}
	if s.send("ping", struct{}{}) != nil {
		return
	}
	a.follow(r, &s)
}

type stream struct {
	w   http.ResponseWriter
	ctl *http.ResponseController
}

func (s *stream) send(event string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(s.w, "event: %s\ndata: %s\n\n", event, b); err != nil {
		return err
	}
	return s.ctl.Flush()
}

func (a *API) follow(r *http.Request, s *stream) {
	ctx := r.Context()
	changes, cancel := a.DB.Subscribe("live")
	defer cancel()
	last, _ := a.Reader.Newest(ctx) // an error shows again at the next look
	pinged := a.Clock.Now()
	for topics := []string{}; ; topics = topics[:0] {
		select {
		case <-ctx.Done():
			return
		case t := <-changes:
			topics = add(topics, t)
		case <-a.Clock.After(poll):
		}
		if len(topics) > 0 {
			topics = a.more(r, changes, topics)
		}
		if id, err := a.Reader.Newest(ctx); err == nil && id != last {
			last = id
			topics = add(add(topics, "home"), "scans")
		}
		if who, err := a.identify(r); err != nil || !who.Known() {
			return
		}
		switch {
		case len(topics) > 0:
			if s.send("changed", map[string][]string{"topics": topics}) != nil {
				return
			}
		case a.Clock.Now().Sub(pinged) > pingEach:
			if s.send("ping", struct{}{}) != nil {
				return
			}
			pinged = a.Clock.Now()
		}
	}
}

// more waits a moment for changes that belong together.
func (a *API) more(r *http.Request, changes <-chan string, topics []string) []string {
	for end := a.Clock.After(gather); ; {
		select {
		case <-r.Context().Done():
			return topics
		case t := <-changes:
			topics = add(topics, t)
		case <-end:
			return topics
		}
	}
}

// everything is what a lost notification may have been about.
var everything = []string{"home", "live-codes", "contacts", "scans", "groups", "staff", "wecom",
	"jobs", "channels"}

func add(topics []string, t string) []string {
	if t == "" {
		return append(topics[:0], everything...)
	}
	if slices.Contains(topics, t) {
		return topics
	}
	return append(topics, t)
}
