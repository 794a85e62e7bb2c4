package sandbox

import (
	"cmp"
	"net/http"
	"slices"
	"time"
)

// Chat is one line of a person's chat list.
type Chat struct {
	ID      string    `json:"id"`   // userid or chat_id
	Kind    string    `json:"kind"` // staff group request
	Title   string    `json:"title"`
	Members int       `json:"members,omitempty"`
	State   string    `json:"state,omitempty"` // waiting, half, deleted
	Last    string    `json:"last"`
	Key     string    `json:"key,omitempty"`   // of the last line, when it is a notice
	About   string    `json:"about,omitempty"` // … and who that is about
	Who     string    `json:"who,omitempty"`   // … and their name
	At      time.Time `json:"at"`
}

func (s *Server) ctlChats(r *http.Request) (any, error) {
	return copied(s, func(w *world) (any, error) {
		p, err := w.person(r.PathValue("id"))
		if err != nil {
			return nil, err
		}
		chats := append(w.staffChats(p), w.groupChats(p)...)
		slices.SortStableFunc(chats, func(a, b Chat) int { return b.At.Compare(a.At) })
		return items(chats), nil
	})
}

func (w *world) staffChats(p *Person) []Chat {
	var out []Chat
	for _, r := range p.Follows {
		if r.OneWay {
			continue // the person deleted them
		}
		c := Chat{ID: r.UserID, Kind: "staff", Title: w.nameOf(r.UserID)}
		if r.Half {
			c.State = "half"
		}
		out = append(out, w.withLast(c, w.Chats[chatKey(r.UserID, p.ID)]))
	}
	for _, q := range w.Requests {
		if q.PersonID == p.ID {
			out = append(out, Chat{ID: q.UserID, Kind: "request", Title: w.nameOf(q.UserID),
				State: "waiting", At: q.At})
		}
	}
	return out
}

func (w *world) groupChats(p *Person) []Chat {
	var out []Chat
	for _, g := range w.Groups.rows {
		if !g.Dismissed && g.member(p.ID) != nil {
			c := Chat{ID: g.ChatID, Kind: "group", Title: g.Name, Members: len(g.Members)}
			out = append(out, w.withLast(c, w.heard(g, p)))
		}
	}
	return out
}

// heard is what was said in g since p joined: WeChat shows newcomers nothing older.
func (w *world) heard(g *Group, p *Person) []Message {
	since, lines := g.member(p.ID).JoinTime, w.Chats[g.ChatID]
	for len(lines) > 0 && lines[0].At.Unix() < since {
		lines = lines[1:]
	}
	return lines
}

// withLast adds the last line of the chat.
func (w *world) withLast(c Chat, lines []Message) Chat {
	if len(lines) > 0 {
		last := lines[len(lines)-1]
		c.Last, c.Key, c.About, c.At = last.Text, last.Key, last.About, last.At
		if c.About != "" {
			c.Who = w.nameOf(c.About)
		}
		if last.Type != "text" && last.Type != "notice" {
			c.Last = "[" + last.Type + "] " + last.Title
		}
	}
	return c
}

// spoken is a message with the name of who said it, or who it is about.
type spoken struct {
	Message
	Name string `json:"name"`
}

// ctlChat shows the messages with a staff member, or in a group, as the
// person sees them.
func (s *Server) ctlChat(r *http.Request) (any, error) {
	return copied(s, func(w *world) (any, error) {
		p, err := w.person(r.PathValue("id"))
		if err != nil {
			return nil, err
		}
		head := Chat{ID: r.PathValue("c"), Kind: "staff", Title: w.nameOf(r.PathValue("c"))}
		said := w.Chats[chatKey(head.ID, p.ID)]
		if g, ok := w.Groups.get(head.ID); ok {
			if g.member(p.ID) == nil || g.Dismissed {
				return nil, cannot("%s is not in %s", p.ID, g.ChatID)
			}
			head.Kind, head.Title, head.Members = "group", g.Name, len(g.Members)
			said = w.heard(g, p)
		}
		lines := []spoken{}
		for _, m := range said {
			lines = append(lines, spoken{m, w.nameOf(cmp.Or(m.From, m.About))})
		}
		return map[string]any{"chat": head, "items": lines}, nil
	})
}
