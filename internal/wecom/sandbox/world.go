package sandbox

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
)

// draw returns the next random number. Same seed, same numbers: they are a
// hash of the seed and how many were taken, which the snapshot keeps.
func (w *world) draw() uint64 {
	sum := w.hash("draw")
	return binary.BigEndian.Uint64(sum[:8])
}

func (w *world) hash(kind string) [32]byte {
	w.Draws++
	b := binary.BigEndian.AppendUint64(nil, w.Seed)
	b = binary.BigEndian.AppendUint64(b, w.Draws)
	return sha256.Sum256(append(b, kind...))
}

// roll is true with chance p.
func (w *world) roll(p float64) bool { return float64(w.draw()>>11)/(1<<53) < p }

// pick returns a number below n, 0 when n is 0.
func (w *world) pick(n int) int {
	if n == 0 {
		return 0
	}
	return int(w.draw() % uint64(n))
}

// newHex makes an id like a config_id, 32 hex digits.
func (w *world) newHex(kind string) string {
	sum := w.hash(kind)
	return hex.EncodeToString(sum[:16])
}

// newID makes an id like an external_userid: prefix and 30 letters or digits.
func (w *world) newID(prefix string) string {
	sum := w.hash(prefix)
	text := base64.RawURLEncoding.EncodeToString(sum[:])
	return prefix + text[:30]
}

func (w *world) app(agent int64) *App {
	for _, a := range w.Apps {
		if a.AgentID == agent {
			return a
		}
	}
	return nil
}

// descendants returns department id and everything below it.
func (w *world) descendants(id int64) []int64 {
	out := []int64{id}
	for i := 0; i < len(out); i++ {
		for _, d := range w.Departments {
			if d.ParentID == out[i] && !slices.Contains(out, d.ID) {
				out = append(out, d.ID)
			}
		}
	}
	return out
}

func (w *world) department(id int64) *Department {
	for _, d := range w.Departments {
		if d.ID == id {
			return d
		}
	}
	return nil
}

// inDepartments says whether m sits in one of ids, or below it.
func (w *world) inDepartments(m *Staff, ids []int64) bool {
	for _, id := range ids {
		for _, d := range w.descendants(id) {
			if slices.Contains(m.Department, d) {
				return true
			}
		}
	}
	return false
}

// sees says whether m is in the visible range (可见范围) of a.
func (w *world) sees(a *App, m *Staff) bool {
	return m.Status != StaffLeft && (slices.Contains(a.Users, m.UserID) || w.inDepartments(m, a.Departments))
}

// visible finds the member userid for a: 60111 unknown or left, 60011 out of range.
func (w *world) visible(a *App, userid string) (*Staff, error) {
	m, ok := w.Staff.get(userid)
	switch {
	case userid == "":
		return nil, refuse(40003)
	case !ok || m.Status == StaffLeft:
		return nil, refuse(60111)
	case !w.sees(a, m):
		return nil, refuse(60011)
	}
	return m, nil
}

// expand returns the staff of users and parties, each once.
func (w *world) expand(users []string, parties []int64) []string {
	var out []string
	add := func(id string) {
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	for _, u := range users {
		add(u)
	}
	for _, m := range w.Staff.rows {
		if m.Status != StaffLeft && w.inDepartments(m, parties) {
			add(m.UserID)
		}
	}
	return out
}

// canServe says why the member userid cannot be put behind a code of a.
func (w *world) canServe(a *App, userid string) error {
	m, err := w.visible(a, userid)
	switch {
	case err != nil:
		return err
	case m.Status != StaffActive:
		return refuse(41054)
	case !m.Verified:
		return refuse(40098)
	case !m.Licensed:
		return refuse(84074)
	}
	return nil
}

func (p *Person) with(userid string) *Relation {
	for _, r := range p.Follows {
		if r.UserID == userid {
			return r
		}
	}
	return nil
}

// relation finds the customer of a member as the API sees it: a half one, or
// none, is 84061.
func (w *world) relation(a *App, userid, external string) (*Relation, error) {
	if _, err := w.visible(a, userid); err != nil {
		return nil, err
	}
	p, err := w.external(external)
	if err != nil {
		return nil, err
	}
	r := p.with(userid)
	if r == nil || r.Half {
		return nil, refuse(84061)
	}
	return r, nil
}

func (w *world) external(id string) (*Person, error) {
	if id == "" {
		return nil, refuse(41035)
	}
	p, ok := w.People.get(id)
	if !ok {
		return nil, refuse(40096)
	}
	return p, nil
}

func (g *Group) member(id string) *Member {
	for i := range g.Members {
		if g.Members[i].ID == id {
			return &g.Members[i]
		}
	}
	return nil
}

// tag finds a tag that was not deleted, and its group.
func (w *world) tag(id string) (*TagGroup, *Tag) {
	for _, g := range w.TagGroups.rows {
		for _, t := range g.Tags {
			if t.ID == id && !t.Deleted {
				return g, t
			}
		}
	}
	return nil, nil
}

func chatKey(userid, person string) string { return userid + "|" + person }

// say adds a line to a chat, which keeps its last 200.
func (w *world) say(chat string, m Message) {
	m.ID, m.At = w.newHex("message"), w.now
	lines := append(w.Chats[chat], m)
	w.Chats[chat] = lines[max(0, len(lines)-200):]
}

// notices are the lines that WeChat itself writes; "…" is who they are about.
var notices = map[string]string{
	"created":   "群聊已创建",
	"friends":   "你已添加了…，现在可以开始聊天了",
	"strangers": "对方开启了好友验证，你还不是他的好友",
	"scanned":   "…通过扫描二维码加入群聊",
	"invited":   "…受邀加入了群聊",
	"linked":    "…通过邀请链接加入群聊",
}

func (w *world) notice(chat, key, about string) {
	words := strings.ReplaceAll(notices[key], "…", w.nameOf(about))
	w.say(chat, Message{Type: "notice", Text: words, Key: key, About: about})
}

func urlEscape(s string) string { return url.QueryEscape(s) }

func containsAll(s string, parts ...string) bool {
	return !slices.ContainsFunc(parts, func(p string) bool { return !strings.Contains(s, p) })
}
