package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// controlFunc answers one control call with what to write as JSON.
type controlFunc func(r *http.Request) (any, error)

// control mounts the control API; doc.go has the table.
func (s *Server) control(mux *http.ServeMux) {
	for pattern, do := range map[string]controlFunc{
		"GET /state":       s.ctlState,
		"POST /actions":    s.ctlAction,
		"POST /simulate":   s.ctlSimulate,
		"GET /clock":       s.ctlClock,
		"POST /clock":      s.ctlAdvance,
		"GET /rules":       s.ctlRules,
		"PATCH /rules":     s.ctlSetRules,
		"GET /faults":      s.ctlFaults,
		"POST /faults":     s.ctlAddFault,
		"DELETE /faults":   s.ctlHeal,
		"GET /calls":       func(*http.Request) (any, error) { return items(s.Calls()), nil },
		"DELETE /calls":    s.ctlForgetCalls,
		"GET /codes":       s.ctlCodes,
		"POST /codes":      s.ctlSetCodes,
		"GET /resolve":     func(r *http.Request) (any, error) { return s.Resolve(r.FormValue("text")), nil },
		"POST /decode":     s.ctlDecode,
		"POST /visit":      s.ctlVisit,
		"GET /config":      s.ctlConfig,
		"PATCH /config":    s.ctlSetConfig,
		"GET /callbacks":   s.ctlCallbacks,
		"PATCH /callbacks": s.ctlSetCallbacks,

		"DELETE /faults/{id}":        s.ctlHeal,
		"POST /callbacks/drain":      s.ctlDrain,
		"POST /callbacks/verify":     func(*http.Request) (any, error) { return accepted, s.VerifyCallback() },
		"GET /people":                s.ctlPeople,
		"POST /people":               s.ctlAddPerson,
		"GET /people/{id}":           s.ctlPerson,
		"PATCH /people/{id}":         s.ctlEditPerson,
		"GET /people/{id}/chats":     s.ctlChats,
		"GET /people/{id}/chats/{c}": s.ctlChat,
		"GET /staff":                 s.ctlStaff,
		"POST /staff":                s.ctlAddStaff,
		"PATCH /staff/{id}":          s.ctlEditStaff,
		"GET /staff/{id}/inbox":      s.ctlInbox,
		"GET /groups":                s.ctlGroups,
		"POST /groups":               s.ctlAddGroup,
		"PATCH /groups/{id}":         s.ctlEditGroup,
		"DELETE /groups/{id}":        s.ctlDismiss,
		"GET /apps":                  s.ctlApps,
		"PATCH /apps/{id}":           s.ctlEditApp,
		"POST /apps/{id}/token":      s.ctlToken,
	} {
		method, path, _ := strings.Cut(pattern, " ")
		mux.HandleFunc(method+" /sandbox/api"+path, s.serveControl(do))
	}
}

// accepted answers a change that has nothing else to say.
var accepted = map[string]bool{"ok": true}

func items[T any](rows []T) map[string]any { return map[string]any{"items": some(rows)} }

// serveControl keeps foreign web pages out: their requests name another
// origin, and those that change something must be JSON.
func (s *Server) serveControl(do controlFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if origin := r.Header.Get("Origin"); origin != "" {
			if u, err := url.Parse(origin); err != nil || u.Host != r.Host {
				writeJSON(w, http.StatusForbidden, map[string]string{"error": "foreign origin"})
				return
			}
		}
		if r.Method != http.MethodGet && r.ContentLength != 0 {
			if typ, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); typ != "application/json" {
				writeJSON(w, http.StatusUnsupportedMediaType, map[string]string{"error": "send JSON"})
				return
			}
		}
		r.Body = http.MaxBytesReader(w, r.Body, 8<<20)
		out, err := do(r)
		if err != nil {
			writeJSON(w, http.StatusUnprocessableEntity, map[string]string{"error": err.Error()})
			return
		}
		writeJSON(w, http.StatusOK, out)
	}
}

// read decodes the JSON body over v, so that a PATCH keeps what it does not name.
func read(r *http.Request, v any) error {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil && !errors.Is(err, io.EOF) {
		return cannot("read the body: %v", err)
	}
	return nil
}

func (s *Server) ctlState(r *http.Request) (any, error) {
	return copied(s, func(w *world) (any, error) {
		customers := 0
		for _, m := range w.Staff.rows {
			customers += len(m.Contacts)
		}
		return map[string]any{
			"corp_id": w.CorpID, "corp_name": w.CorpName, "agent_id": w.Apps[0].AgentID, "seed": w.Seed,
			"now": s.worldTime(), "people": len(w.People.rows), "staff": len(w.Staff.rows),
			"groups": len(w.Groups.rows), "relations": customers, "contact_ways": len(w.ContactWays.rows),
			"join_ways": len(w.JoinWays.rows), "links": len(w.Links.rows), "requests": some(w.Requests),
			"callback_url": w.Callback.URL, "callbacks": w.Counts, "pending": len(w.Pending) + s.sending,
			"api_base": s.base(r),
		}, nil
	})
}

func (s *Server) ctlAction(r *http.Request) (any, error) {
	var a Action
	if err := read(r, &a); err != nil {
		return nil, err
	}
	return s.Do(a)
}

func (s *Server) ctlSimulate(r *http.Request) (any, error) {
	var sim Simulation
	if err := read(r, &sim); err != nil {
		return nil, err
	}
	return s.Simulate(sim)
}

func (s *Server) ctlClock(*http.Request) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return map[string]any{"now": s.worldTime(), "offset": s.world.Offset.String()}, nil
}

func (s *Server) ctlAdvance(r *http.Request) (any, error) {
	var req struct {
		Advance string `json:"advance"`
	}
	if err := read(r, &req); err != nil {
		return nil, err
	}
	d, err := time.ParseDuration(req.Advance)
	if err != nil || d < 0 {
		return nil, cannot("advance by %q", req.Advance)
	}
	s.Advance(d)
	return s.ctlClock(r)
}

// patch decodes the body over the part of the world that get returns.
func patch[T any](s *Server, r *http.Request, get func(*world) *T) (any, error) {
	var out T
	err := s.change(func(w *world) error {
		next := *get(w)
		if err := read(r, &next); err != nil {
			return err
		}
		*get(w) = next
		out = next
		return nil
	})
	return out, err
}

func show[T any](s *Server, get func(*world) T) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return get(s.world), nil
}

func (s *Server) ctlRules(*http.Request) (any, error) {
	return show(s, func(w *world) Rules { return w.Rules })
}

func (s *Server) ctlSetRules(r *http.Request) (any, error) {
	return patch(s, r, func(w *world) *Rules { return &w.Rules })
}

func (s *Server) ctlConfig(*http.Request) (any, error) {
	return show(s, func(w *world) CallbackConfig { return w.Callback })
}

func (s *Server) ctlSetConfig(r *http.Request) (any, error) {
	return patch(s, r, func(w *world) *CallbackConfig { return &w.Callback })
}

func (s *Server) ctlFaults(*http.Request) (any, error) {
	return items(s.Faults()), nil
}

// Faults returns what goes wrong at present.
func (s *Server) Faults() []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Fault
	for _, f := range s.faults {
		out = append(out, *f)
	}
	return out
}

func (s *Server) ctlAddFault(r *http.Request) (any, error) {
	var f Fault
	if err := read(r, &f); err != nil {
		return nil, err
	}
	return s.AddFault(f)
}

func (s *Server) ctlHeal(r *http.Request) (any, error) {
	id := 0
	if text := r.PathValue("id"); text != "" {
		var err error
		if id, err = strconv.Atoi(text); err != nil {
			return nil, cannot("find fault %q", text)
		}
	}
	s.Heal(id)
	return accepted, nil
}

func (s *Server) ctlForgetCalls(*http.Request) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = nil
	return accepted, nil
}

func (s *Server) ctlCallbacks(*http.Request) (any, error) {
	return show(s, func(w *world) map[string]any {
		return map[string]any{"switches": w.Switches, "counts": w.Counts,
			"pending": len(w.Pending) + s.sending}
	})
}

func (s *Server) ctlSetCallbacks(r *http.Request) (any, error) {
	return patch(s, r, func(w *world) *Switches { return &w.Switches })
}

func (s *Server) ctlDrain(r *http.Request) (any, error) {
	ctx, cancel := context.WithTimeout(r.Context(), 30*time.Second)
	defer cancel()
	return accepted, s.Drain(ctx)
}

func (s *Server) ctlCodes(*http.Request) (any, error) {
	return show(s, func(w *world) map[string]any { return items(w.Codes) })
}

// ctlSetCodes replaces the list of codes that the phone page offers to scan.
func (s *Server) ctlSetCodes(r *http.Request) (any, error) {
	var req struct {
		Items []Code `json:"items"`
	}
	if err := read(r, &req); err != nil {
		return nil, err
	}
	return accepted, s.change(func(w *world) error {
		w.Codes = req.Items[:min(len(req.Items), 1000)]
		return nil
	})
}
