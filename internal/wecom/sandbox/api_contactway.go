package sandbox

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Conclusions is the closing message of a temporary session.
type Conclusions struct {
	Text  *Text  `json:"text,omitempty"`
	Image *Image `json:"image,omitempty"`
	Link  *News  `json:"link,omitempty"`
	Mini  *Mini  `json:"miniprogram,omitempty"`
}

const day = 24 * 60 * 60

func addContactWay(c *call) (reply, error) {
	way := ContactWay{SkipVerify: true, MarkSource: true}
	if err := c.decode(&way); err != nil {
		return nil, err
	}
	if err := c.checkContactWay(&way); err != nil {
		return nil, err
	}
	if !way.IsTemp && c.w.configs() >= c.w.Rules.ConfigQuota {
		return nil, refuse(41045)
	}
	way.ConfigID = c.w.newHex("contact way")
	way.CreateTime, way.AgentID = c.w.now.Unix(), c.app.AgentID
	c.w.ContactWays.put(&way)
	out := reply{"config_id": way.ConfigID}
	if way.Scene == 2 {
		out["qr_code"] = c.qrURL("contact", way.ConfigID)
	}
	return out, nil
}

// configs counts what shares the quota of 500,000.
func (w *world) configs() int { return len(w.ContactWays.rows) + len(w.JoinWays.rows) }

func (c *call) qrURL(kind, id string) string {
	return c.base + "/sandbox/qr/" + kind + "/" + id + ".png"
}

func (c *call) checkContactWay(way *ContactWay) error {
	switch {
	case way.Type == 0:
		return refuse(41037)
	case way.Scene == 0:
		return refuse(41038)
	case way.Type < 1 || way.Type > 2:
		return refuse(41039)
	case way.Scene < 1 || way.Scene > 2:
		return refuse(41040)
	case way.Scene == 1 && (way.Style < 0 || way.Style > 4-way.Type):
		return refuse(41042)
	case longer(way.Remark, 30), longer(way.State, 30):
		return refuse(40058)
	case way.Type == 1 && (len(way.User) != 1 || len(way.Party) > 0):
		return refuse(40058)
	case way.IsTemp && (way.Type != 1 || way.ExpiresIn > 14*day || way.ChatExpiresIn > 14*day):
		return refuse(40058)
	}
	if err := way.Conclusions.check(); err != nil {
		return err
	}
	return c.checkServers(way.User, way.Party, 100, 41041)
}

// checkServers makes sure that everybody behind a code can serve, and that
// there are 1 to most of them.
func (c *call) checkServers(users []string, parties []int64, most, over int) error {
	for _, id := range parties {
		if c.w.department(id) == nil {
			return refuse(60123)
		}
	}
	staff := c.w.expand(users, parties)
	switch {
	case len(staff) == 0:
		return refuse(40058)
	case len(staff) > most:
		return refuse(over)
	}
	for _, u := range users {
		if err := c.w.canServe(c.app, u); err != nil {
			return err
		}
	}
	return nil
}

func (p *Conclusions) check() error {
	switch {
	case p == nil:
		return nil
	case p.Text != nil && len(p.Text.Content) > 4000:
		return refuse(40058)
	case p.Link != nil:
		return p.Link.check()
	case p.Mini != nil:
		return p.Mini.check()
	}
	return nil
}

func longer(s string, most int) bool { return utf8.RuneCountInString(s) > most }

func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}

// contactWay finds the way that the body names, of this app.
func (c *call) contactWay() (*ContactWay, error) {
	var req struct {
		ConfigID string `json:"config_id"`
	}
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	if req.ConfigID == "" {
		return nil, refuse(41043)
	}
	way, ok := c.w.ContactWays.get(req.ConfigID)
	if !ok || way.AgentID != c.app.AgentID {
		return nil, refuse(41044)
	}
	return way, nil
}

func getContactWay(c *call) (reply, error) {
	way, err := c.contactWay()
	if err != nil {
		return nil, err
	}
	out := reply{
		"config_id": way.ConfigID, "type": way.Type, "scene": way.Scene, "style": way.Style,
		"remark": way.Remark, "skip_verify": way.SkipVerify, "state": way.State,
		"user": some(way.User), "party": some(way.Party), "is_temp": way.IsTemp,
		"expires_in": way.ExpiresIn, "chat_expires_in": way.ChatExpiresIn,
		"unionid": way.UnionID, "mark_source": way.MarkSource,
	}
	if way.Scene == 2 {
		out["qr_code"] = c.qrURL("contact", way.ConfigID)
	}
	if p := way.Conclusions; p != nil {
		shown := *p
		if p.Image != nil {
			shown.Image = &Image{PicURL: c.base + "/sandbox/img/" + p.Image.MediaID}
		}
		out["conclusions"] = shown
	}
	return reply{"contact_way": out}, nil
}

func listContactWays(c *call) (reply, error) {
	req := struct {
		Start  int64  `json:"start_time"`
		End    int64  `json:"end_time"`
		Cursor string `json:"cursor"`
		Limit  int    `json:"limit"`
	}{End: c.w.now.Unix(), Start: c.w.now.Unix() - 90*day, Limit: 100}
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	if req.Limit < 1 || req.Limit > 1000 {
		return nil, refuse(40058)
	}
	rows := []reply{}
	for _, way := range c.w.ContactWays.rows {
		if !way.IsTemp && way.AgentID == c.app.AgentID &&
			way.CreateTime >= req.Start && way.CreateTime <= req.End {
			rows = append(rows, reply{"config_id": way.ConfigID})
		}
	}
	from, to, next, err := page(len(rows), req.Cursor, req.Limit)
	if err != nil {
		return nil, err
	}
	return reply{"contact_way": rows[from:to], "next_cursor": next}, nil
}

// updateContactWay changes what the body names. Fields left out stay, or go
// back to their defaults with Rules.StrictUpdate.
func updateContactWay(c *call) (reply, error) {
	old, err := c.contactWay()
	if err != nil {
		return nil, err
	}
	if old.IsTemp && c.w.now.Unix() > old.CreateTime+max(old.ExpiresIn, 7*day) {
		return nil, refuse(41044)
	}
	next := *old
	next.User, next.Party = slices.Clone(old.User), slices.Clone(old.Party)
	next.Conclusions = nil
	if c.w.Rules.StrictUpdate {
		next = ContactWay{SkipVerify: true, MarkSource: true}
	}
	if err := c.decode(&next); err != nil {
		return nil, err
	}
	if next.Conclusions == nil && !c.w.Rules.StrictUpdate {
		next.Conclusions = old.Conclusions
	}
	next.ConfigID, next.Type, next.Scene = old.ConfigID, old.Type, old.Scene
	next.IsTemp, next.IsExclusive = old.IsTemp, old.IsExclusive
	next.CreateTime, next.AgentID = old.CreateTime, old.AgentID
	if err := c.checkContactWay(&next); err != nil {
		return nil, err
	}
	*old = next
	return reply{}, nil
}

func delContactWay(c *call) (reply, error) {
	way, err := c.contactWay()
	if err != nil {
		return nil, err
	}
	c.w.ContactWays.drop(way.ConfigID)
	return reply{}, nil
}

func validURL(s string) bool {
	return len(s) <= 2048 && (strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://"))
}
