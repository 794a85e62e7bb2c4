package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

const keptMessages = 2000

type appMessage struct {
	ToUser   string `json:"touser"`
	ToParty  string `json:"toparty"`
	ToTag    string `json:"totag"`
	Type     string `json:"msgtype"`
	AgentID  int64  `json:"agentid"`
	Text     *Text  `json:"text"`
	Markdown *Text  `json:"markdown"`
	TextCard *struct {
		Title       string `json:"title"`
		Description string `json:"description"`
		URL         string `json:"url"`
		Button      string `json:"btntxt"`
	} `json:"textcard"`
	News *struct {
		Articles []struct {
			Title string `json:"title"`
			URL   string `json:"url"`
		} `json:"articles"`
	} `json:"news"`
	Card  *card `json:"template_card"`
	Image *File `json:"image"`
	File  *File `json:"file"`
	Video *File `json:"video"`

	NoDuplicates int `json:"enable_duplicate_check"`
	Interval     int `json:"duplicate_check_interval"`
}

// sendMessage puts a message into the inbox of staff.
func sendMessage(c *call) (reply, error) {
	var req appMessage
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	if req.AgentID == 0 {
		return nil, refuse(40056)
	}
	if req.AgentID != c.app.AgentID {
		return nil, refuse(301002)
	}
	if err := c.checkMessage(&req); err != nil {
		return nil, err
	}
	to, badUsers, badParties, err := c.recipients(&req)
	if err != nil {
		return nil, err
	}
	m := &AppMessage{ID: c.messageID(&req), AgentID: c.app.AgentID, Type: req.Type,
		At: c.w.now, To: to, Body: c.part(req.Type)}
	out := reply{"invaliduser": badUsers, "invalidparty": badParties,
		"invalidtag": strings.ToLower(req.ToTag), "unlicenseduser": "", "msgid": m.ID}
	if req.Type == "template_card" && req.Card.interactive() {
		m.ResponseCode = c.w.newHex("response")
		out["response_code"] = m.ResponseCode
	}
	if !c.repeated(&req, m.ID) {
		m.To = slices.DeleteFunc(m.To, c.flooded)
		c.w.Inbox = append(c.w.Inbox, m)
		c.w.Inbox = c.w.Inbox[max(0, len(c.w.Inbox)-keptMessages):]
	}
	return out, nil
}

// part is the object of the body that holds the message itself.
func (c *call) part(name string) json.RawMessage {
	var parts map[string]json.RawMessage
	if json.Unmarshal(c.body, &parts) != nil {
		return nil
	}
	return parts[name]
}

// messageID is the same for the same message while duplicates are checked.
func (c *call) messageID(m *appMessage) string {
	if m.NoDuplicates == 0 {
		return "msg" + c.w.newHex("app message")
	}
	sum := sha256.Sum256(c.body)
	return "msg" + hex.EncodeToString(sum[:16])
}

func (c *call) repeated(m *appMessage, id string) bool {
	if m.NoDuplicates == 0 {
		return false
	}
	within := 1800 * time.Second
	if m.Interval > 0 {
		within = time.Duration(min(m.Interval, 14_400)) * time.Second
	}
	return slices.ContainsFunc(c.w.Inbox, func(old *AppMessage) bool {
		return old.ID == id && c.w.now.Sub(old.At) < within
	})
}

// flooded drops silently what is over 30 a minute to one member.
func (c *call) flooded(userid string) bool {
	n := 0
	for _, m := range c.w.Inbox {
		if m.AgentID == c.app.AgentID && c.w.now.Sub(m.At) < time.Minute && slices.Contains(m.To, userid) {
			n++
		}
	}
	return n >= 30
}

// recipients are the active members in the visible range; 81013 when there are none.
func (c *call) recipients(m *appMessage) (to []string, badUsers, badParties string, err error) {
	users, parties := split(m.ToUser), split(m.ToParty)
	switch {
	case len(users)+len(parties)+len(split(m.ToTag)) == 0:
		return nil, "", "", refuse(82001)
	case len(users) > 1000:
		return nil, "", "", refuse(40032)
	case len(parties) > 100:
		return nil, "", "", refuse(82002)
	case len(split(m.ToTag)) > 100:
		return nil, "", "", refuse(82003)
	}
	if m.ToUser == "@all" {
		users, parties = nil, []string{"1"}
	}
	var bad []string
	for _, u := range users {
		if s, ok := c.w.Staff.get(u); ok && s.Status == StaffActive && c.w.sees(c.app, s) {
			to = append(to, u)
		} else {
			bad = append(bad, strings.ToLower(u))
		}
	}
	members, badDepartments := c.partyMembers(parties)
	for _, u := range members {
		if !slices.Contains(to, u) {
			to = append(to, u)
		}
	}
	if len(to) == 0 {
		return nil, "", "", refuse(81013)
	}
	return to, strings.Join(bad, "|"), strings.Join(badDepartments, "|"), nil
}

func (c *call) partyMembers(parties []string) (users, bad []string) {
	for _, text := range parties {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil || c.w.department(id) == nil {
			bad = append(bad, text)
			continue
		}
		for _, u := range c.w.expand(nil, []int64{id}) {
			if s, _ := c.w.Staff.get(u); s.Status == StaffActive && c.w.sees(c.app, s) {
				users = append(users, u)
			}
		}
	}
	return users, bad
}

func split(s string) []string {
	return slices.DeleteFunc(strings.Split(s, "|"), func(p string) bool { return strings.TrimSpace(p) == "" })
}

func (c *call) checkMessage(m *appMessage) error {
	switch m.Type {
	case "text":
		return checkWords(m.Text)
	case "markdown":
		return checkWords(m.Markdown)
	case "textcard":
		return checkTextCard(m)
	case "news":
		return checkNews(m)
	case "template_card":
		return c.checkCard(m.Card)
	case "image":
		return c.checkFile(m.Image)
	case "file":
		return c.checkFile(m.File)
	case "video":
		return c.checkFile(m.Video)
	}
	return refuse(40008)
}

// checkWords: words over 2,048 bytes are cut, not refused.
func checkWords(t *Text) error {
	if t == nil || t.Content == "" {
		return refuse(44004)
	}
	return nil
}

func checkTextCard(m *appMessage) error {
	t := m.TextCard
	switch {
	case t == nil || t.Title == "":
		return refuse(41016)
	case t.Description == "":
		return refuse(41033)
	case !validURL(t.URL):
		return refuse(40094)
	case len(t.Title) > 128 || len(t.Description) > 512:
		return refuse(45002)
	case longer(t.Button, 4):
		return refuse(40058)
	}
	return nil
}

func checkNews(m *appMessage) error {
	if m.News == nil || len(m.News.Articles) == 0 {
		return refuse(44004)
	}
	if len(m.News.Articles) > 8 {
		return refuse(45008)
	}
	for _, a := range m.News.Articles {
		if a.Title == "" {
			return refuse(41016)
		}
	}
	return nil
}

func (c *call) checkFile(f *File) error {
	if f == nil || f.MediaID == "" {
		return refuse(41006)
	}
	_, err := c.media(f.MediaID)
	return err
}
