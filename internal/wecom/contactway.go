package wecom

import (
	"context"
	"iter"
	"time"
)

// The values of ContactWay.Type and of the scenes of both kinds of way.
const (
	TypeSingle       = 1
	TypeMultiple     = 2
	SceneMiniProgram = 1
	SceneQRCode      = 2
)

// ContactWay is a 联系我 code. Its config id is the only handle; its QR code
// never changes, whatever is updated.
type ContactWay struct {
	ConfigID      string       `json:"config_id,omitempty"`
	Type          int          `json:"type"`
	Scene         int          `json:"scene"`
	Style         int          `json:"style,omitempty"` // of SceneMiniProgram
	Remark        string       `json:"remark"`          // ≤ 30 characters
	SkipVerify    bool         `json:"skip_verify"`
	State         string       `json:"state"` // ≤ 30 characters, comes back in events
	User          []string     `json:"user"`
	Party         []int64      `json:"party"`
	IsTemp        bool         `json:"is_temp,omitempty"`
	ExpiresIn     int          `json:"expires_in,omitempty"`
	ChatExpiresIn int          `json:"chat_expires_in,omitempty"`
	UnionID       string       `json:"unionid,omitempty"`
	IsExclusive   bool         `json:"is_exclusive,omitempty"` // never read back
	MarkSource    *bool        `json:"mark_source,omitempty"`
	Conclusions   *Conclusions `json:"conclusions,omitempty"`
	QRCode        string       `json:"qr_code,omitempty"` // read only
}

// Conclusions is the closing message of a temporary session.
type Conclusions struct {
	Text        *TextContent `json:"text,omitempty"`
	Image       *Image       `json:"image,omitempty"`
	Link        *Link        `json:"link,omitempty"`
	MiniProgram *MiniProgram `json:"miniprogram,omitempty"`
}

func (w ContactWay) check(op string) error {
	c := check(op).
		chars("remark", w.Remark, 30).
		chars("state", w.State, 30).
		that(len(w.User)+len(w.Party) > 0, "neither user nor party is given").
		count("user", len(w.User), 0, 100)
	for _, u := range w.User {
		c.userID("user", u)
	}
	if w.Type == TypeSingle {
		c.that(len(w.User) == 1 && len(w.Party) == 0, "type 1 needs exactly one user and no party")
	}
	if t := w.Conclusions; t != nil {
		c.content(t.Text, 4000)
		c.link(t.Link)
		c.miniProgram(t.MiniProgram)
	}
	return c.err()
}

// filled sends lists as lists: null is not one.
func (w ContactWay) filled() ContactWay {
	if w.User == nil {
		w.User = []string{}
	}
	if w.Party == nil {
		w.Party = []int64{}
	}
	return w
}

// NewContactWay is what WeCom answers to a new contact way.
type NewContactWay struct {
	ConfigID string `json:"config_id"`
	QRCode   string `json:"qr_code"` // the URL of the image, for SceneQRCode
}

func (n *NewContactWay) missing() string { return require("config_id", n.ConfigID != "") }

// AddContactWay makes a new code on every call; 500,000 per corp, together with
// join ways. After class Unknown look for it with ListContactWays.
func (c *Client) AddContactWay(ctx context.Context, w ContactWay) (NewContactWay, error) {
	op := opAddContactWay
	err := check(op).
		that(w.Type == TypeSingle || w.Type == TypeMultiple, "type is neither 1 nor 2").
		that(w.Scene == SceneMiniProgram || w.Scene == SceneQRCode, "scene is neither 1 nor 2").
		that(w.ConfigID == "", "config_id is given").err()
	if err == nil {
		err = w.check(op)
	}
	if err != nil {
		return NewContactWay{}, err
	}
	var out NewContactWay
	w.QRCode = ""
	err = c.call(ctx, op, w.filled(), &out)
	return out, err
}

type configID struct {
	ConfigID string `json:"config_id"`
}

type contactWayAnswer struct {
	ContactWay ContactWay `json:"contact_way"`
}

func (a *contactWayAnswer) missing() string {
	return require("contact_way.config_id", a.ContactWay.ConfigID != "")
}

// GetContactWay reads a code. 41044: it does not exist.
func (c *Client) GetContactWay(ctx context.Context, id string) (ContactWay, error) {
	const op = "externalcontact/get_contact_way"
	if err := check(op).needs("config_id", id).err(); err != nil {
		return ContactWay{}, err
	}
	var out contactWayAnswer
	err := c.call(ctx, op, configID{id}, &out)
	return out.ContactWay, err
}

// contactWayWindow is the span that one listing covers: the documented default.
const contactWayWindow = 90 * 24 * time.Hour

// ListContactWays walks the config ids of the codes made in [from, to], window
// by window. Temporary codes, and codes made before 2021-07-10, are not listed.
func (c *Client) ListContactWays(ctx context.Context, from, to time.Time) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for start := from; !start.After(to); start = start.Add(contactWayWindow) {
			end := start.Add(contactWayWindow - time.Second)
			if end.After(to) {
				end = to
			}
			for id, err := range c.contactWays(ctx, start, end) {
				if !yield(id, err) || err != nil {
					return
				}
			}
		}
	}
}

func (c *Client) contactWays(ctx context.Context, from, to time.Time) iter.Seq2[string, error] {
	const op = "externalcontact/list_contact_way"
	type in struct {
		StartTime int64  `json:"start_time"`
		EndTime   int64  `json:"end_time"`
		Cursor    string `json:"cursor,omitempty"`
		Limit     int    `json:"limit"`
	}
	return pages(op, func(cursor string) ([]string, string, error) {
		var out struct {
			ContactWay []configID `json:"contact_way"`
			NextCursor string     `json:"next_cursor"`
		}
		err := c.call(ctx, op, in{from.Unix(), to.Unix(), cursor, 1000}, &out)
		ids := make([]string, 0, len(out.ContactWay))
		for _, w := range out.ContactWay {
			ids = append(ids, w.ConfigID)
		}
		return ids, out.NextCursor, err
	})
}

// contactWayUpdate leaves out what cannot be changed.
type contactWayUpdate struct {
	ConfigID      string       `json:"config_id"`
	Style         int          `json:"style,omitempty"`
	Remark        string       `json:"remark"`
	SkipVerify    bool         `json:"skip_verify"`
	State         string       `json:"state"`
	User          []string     `json:"user"`
	Party         []int64      `json:"party"`
	ExpiresIn     int          `json:"expires_in,omitempty"`
	ChatExpiresIn int          `json:"chat_expires_in,omitempty"`
	UnionID       string       `json:"unionid,omitempty"`
	MarkSource    *bool        `json:"mark_source,omitempty"`
	Conclusions   *Conclusions `json:"conclusions,omitempty"`
}

// UpdateContactWay makes the code w.ConfigID be w. It takes the whole way,
// because what WeCom does with fields left out is not documented; set w.Type as
// it is there. An empty list of people is refused here: it would be pushed.
func (c *Client) UpdateContactWay(ctx context.Context, w ContactWay) error {
	const op = "externalcontact/update_contact_way"
	if err := check(op).needs("config_id", w.ConfigID).err(); err != nil {
		return err
	}
	if err := w.check(op); err != nil {
		return err
	}
	w = w.filled()
	return c.call(ctx, op, contactWayUpdate{
		w.ConfigID, w.Style, w.Remark, w.SkipVerify, w.State, w.User, w.Party, w.ExpiresIn,
		w.ChatExpiresIn, w.UnionID, w.MarkSource, w.Conclusions,
	}, &struct{}{})
}

// DelContactWay kills a code and every print of it, for good. 41044: there was none.
func (c *Client) DelContactWay(ctx context.Context, id string) error {
	const op = "externalcontact/del_contact_way"
	if err := check(op).needs("config_id", id).err(); err != nil {
		return err
	}
	return c.call(ctx, op, configID{id}, &struct{}{})
}
