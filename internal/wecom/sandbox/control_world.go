package sandbox

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

func (s *Server) ctlPeople(r *http.Request) (any, error) {
	q, limit := r.FormValue("q"), 100
	if n, err := strconv.Atoi(r.FormValue("limit")); err == nil && n > 0 {
		limit = min(n, 1000)
	}
	return copied(s, func(w *world) (any, error) {
		found := []*Person{}
		for _, p := range slices.Backward(w.People.rows) { // the newest first
			if len(found) < limit && (strings.Contains(p.Nickname, q) || p.ID == q) {
				found = append(found, p)
			}
		}
		return map[string]any{"items": found, "total": len(w.People.rows)}, nil
	})
}

// copied encodes what show returns before the world is unlocked, so that the
// answer is of one moment.
func copied(s *Server, show func(*world) (any, error)) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, err := show(s.world)
	if err != nil {
		return nil, err
	}
	b, err := json.Marshal(v)
	return json.RawMessage(b), err
}

func (s *Server) ctlAddPerson(r *http.Request) (any, error) {
	var p Person
	if err := read(r, &p); err != nil {
		return nil, err
	}
	return s.AddPerson(p)
}

func (s *Server) ctlPerson(r *http.Request) (any, error) {
	return copied(s, func(w *world) (any, error) { return w.person(r.PathValue("id")) })
}

// edit decodes the body over a copy of what find returns, and keeps the copy
// when check likes it.
func edit[T any](
	s *Server, r *http.Request, find func(*world) (*T, error), check func(old, next *T) error,
) (any, error) {
	var out json.RawMessage
	err := s.change(func(w *world) error {
		old, err := find(w)
		if err != nil {
			return err
		}
		next, err := clone(old)
		if err != nil {
			return err
		}
		if err := read(r, next); err != nil {
			return err
		}
		if err := check(old, next); err != nil {
			return err
		}
		*old = *next
		out, err = json.Marshal(old)
		return err
	})
	return out, err
}

func clone[T any](v *T) (*T, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	out := new(T)
	return out, json.Unmarshal(b, out)
}

func (s *Server) ctlEditPerson(r *http.Request) (any, error) {
	find := func(w *world) (*Person, error) { return w.person(r.PathValue("id")) }
	return edit(s, r, find, func(old, next *Person) error {
		next.ID, next.Follows = old.ID, old.Follows
		return nil
	})
}

func (s *Server) ctlStaff(*http.Request) (any, error) {
	return copied(s, func(w *world) (any, error) { return items(w.Staff.rows), nil })
}

func (s *Server) ctlAddStaff(r *http.Request) (any, error) {
	m := Staff{Department: []int64{1}, Status: StaffActive,
		Verified: true, Licensed: true, AutoAccept: true}
	if err := read(r, &m); err != nil {
		return nil, err
	}
	m.Contacts = nil
	return m, s.change(func(w *world) error {
		if _, taken := w.Staff.get(m.UserID); taken || m.UserID == "" || m.Name == "" {
			return cannot("staff need a new userid and a name")
		}
		for _, d := range m.Department {
			if w.department(d) == nil {
				return cannot("no department %d", d)
			}
		}
		made := m
		w.joinCorp(&made)
		return nil
	})
}

func (s *Server) ctlEditStaff(r *http.Request) (any, error) {
	find := func(w *world) (*Staff, error) { return w.member(r.PathValue("id")) }
	return edit(s, r, find, func(old, next *Staff) error {
		next.UserID, next.Contacts = old.UserID, old.Contacts
		same := old.Name == next.Name && old.Status == next.Status
		if !same || !slices.Equal(old.Department, next.Department) {
			departments := text("Department", joinIDs(next.Department))
			s.world.emit(staffEvent("update_user", old.UserID, departments))
		}
		return nil
	})
}

func (s *Server) ctlInbox(r *http.Request) (any, error) {
	return copied(s, func(w *world) (any, error) {
		found := []*AppMessage{}
		for _, m := range w.Inbox {
			if slices.Contains(m.To, r.PathValue("id")) {
				found = append(found, m)
			}
		}
		return items(found), nil
	})
}

func (s *Server) ctlGroups(*http.Request) (any, error) {
	return copied(s, func(w *world) (any, error) { return items(w.Groups.rows), nil })
}

// ctlAddGroup is a staff member making a customer group in the client.
func (s *Server) ctlAddGroup(r *http.Request) (any, error) {
	var req struct {
		Name    string   `json:"name"`
		Owner   string   `json:"owner"`
		Members []string `json:"members"`
	}
	if err := read(r, &req); err != nil {
		return nil, err
	}
	var g *Group
	err := s.change(func(w *world) error {
		m, err := w.member(req.Owner)
		if err != nil {
			return err
		}
		if m.Status != StaffActive || !m.Licensed || len(req.Members) >= w.Rules.GroupCap {
			return cannot("%s cannot make this group", m.UserID)
		}
		if id, known := w.allKnown(req.Members); !known {
			return cannot("no person or staff %q", id)
		}
		g = w.newGroup(req.Name, m.UserID)
		for _, id := range req.Members {
			a := Action{Person: id, ChatID: g.ChatID, Invitor: m.UserID}
			if _, staff := w.Staff.get(id); staff {
				a.Person, a.UserID = "", id
			}
			if _, err := invited(w, a); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return copied(s, func(*world) (any, error) { return g, nil })
}

// allKnown names the first of ids that is nobody.
func (w *world) allKnown(ids []string) (stranger string, known bool) {
	for _, id := range ids {
		_, person := w.People.get(id)
		_, staff := w.Staff.get(id)
		if !person && !staff {
			return id, false
		}
	}
	return "", true
}

func (w *world) livingGroup(id string) (*Group, error) {
	g, ok := w.Groups.get(id)
	if !ok || g.Dismissed {
		return nil, cannot("no group %q", id)
	}
	return g, nil
}

// ctlEditGroup is what the owner changes in the client.
func (s *Server) ctlEditGroup(r *http.Request) (any, error) {
	var req struct {
		Name   *string   `json:"name"`
		Notice *string   `json:"notice"`
		Owner  *string   `json:"owner"`
		Admins *[]string `json:"admins"`
	}
	if err := read(r, &req); err != nil {
		return nil, err
	}
	var g *Group
	err := s.change(func(w *world) (err error) {
		if g, err = w.livingGroup(r.PathValue("id")); err != nil {
			return err
		}
		if req.Owner != nil {
			if _, err := w.member(*req.Owner); err != nil {
				return err
			}
			w.giveTo(g, *req.Owner)
		}
		if req.Name != nil {
			g.Name = *req.Name
			w.emit(chatEvent("update", g.ChatID, text("UpdateDetail", "change_name")))
		}
		if req.Notice != nil {
			g.Notice = *req.Notice
			w.emit(chatEvent("update", g.ChatID, text("UpdateDetail", "change_notice")))
		}
		if req.Admins != nil {
			g.Admins = *req.Admins
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return copied(s, func(*world) (any, error) { return g, nil })
}

func (s *Server) ctlDismiss(r *http.Request) (any, error) {
	return accepted, s.change(func(w *world) error {
		g, err := w.livingGroup(r.PathValue("id"))
		if err != nil {
			return err
		}
		g.Dismissed = true
		w.emit(chatEvent("dismiss", g.ChatID))
		return nil
	})
}

func (s *Server) ctlApps(*http.Request) (any, error) {
	return copied(s, func(w *world) (any, error) { return items(w.Apps), nil })
}

func (w *world) appOf(r *http.Request) (*App, error) {
	agent, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if a := w.app(agent); err == nil && a != nil {
		return a, nil
	}
	return nil, cannot("no app %q", r.PathValue("id"))
}

func (s *Server) ctlEditApp(r *http.Request) (any, error) {
	find := func(w *world) (*App, error) { return w.appOf(r) }
	return edit(s, r, find, func(old, next *App) error {
		next.AgentID = old.AgentID
		return nil
	})
}

// ctlToken is what happens to a token that its app does not know about.
func (s *Server) ctlToken(r *http.Request) (any, error) {
	var req struct {
		Do     string `json:"do"` // invalidate expire rotate
		Secret string `json:"secret"`
	}
	if err := read(r, &req); err != nil {
		return nil, err
	}
	return accepted, s.change(func(w *world) error {
		a, err := w.appOf(r)
		if err != nil {
			return err
		}
		switch {
		case req.Do == "invalidate":
			a.Token = ""
		case req.Do == "expire":
			a.TokenExpires = w.now
		case req.Do == "rotate" && len(req.Secret) >= 16:
			a.Secret, a.Token = req.Secret, ""
		default:
			return cannot("do %q", req.Do)
		}
		return nil
	})
}
