package wecom

import (
	"context"
	"strconv"
	"strings"
)

// Everybody addresses all members in the app's visible range.
const Everybody = "@all"

// Message is an app message (应用消息) to staff. Exactly one content is set.
// One app may send a member 30 a minute; more is dropped without a word.
type Message struct {
	ToUser  []string // ≤ 1,000, or Everybody alone
	ToParty []int64  // ≤ 100 departments
	ToTag   []int64  // ≤ 100 directory tags

	Text         *TextContent // ≤ 2,048 bytes, <a href> allowed
	Markdown     *TextContent // ≤ 2,048 bytes, not shown in WeChat
	TextCard     *TextCard
	News         []Article // 1–8
	TemplateCard *TemplateCard

	Safe                   bool // confidential
	EnableDuplicateCheck   bool // drop an identical message
	DuplicateCheckInterval int  // seconds, ≤ 14,400
}

// TextCard is a titled card that opens a page.
type TextCard struct {
	Title       string `json:"title"`            // ≤ 128 bytes
	Description string `json:"description"`      // ≤ 512 bytes
	URL         string `json:"url"`              // ≤ 2,048 bytes, with scheme
	BtnTxt      string `json:"btntxt,omitempty"` // ≤ 4 characters
}

// Article is one item of a news message.
type Article struct {
	Title       string `json:"title"`
	Description string `json:"description,omitempty"`
	URL         string `json:"url,omitempty"`
	PicURL      string `json:"picurl,omitempty"`
}

// Sent is the receipt of a message. Who is in a list of invalid ones did not
// get it; ids come back in lower case.
type Sent struct {
	MsgID          string
	ResponseCode   string // of interactive cards: for one update, within 72 hours
	InvalidUser    []string
	InvalidParty   []string
	InvalidTag     []string
	UnlicensedUser []string
}

type message struct {
	ToUser                 string        `json:"touser,omitempty"`
	ToParty                string        `json:"toparty,omitempty"`
	ToTag                  string        `json:"totag,omitempty"`
	MsgType                string        `json:"msgtype"`
	AgentID                int64         `json:"agentid"`
	Text                   *TextContent  `json:"text,omitempty"`
	Markdown               *TextContent  `json:"markdown,omitempty"`
	TextCard               *TextCard     `json:"textcard,omitempty"`
	News                   *news         `json:"news,omitempty"`
	TemplateCard           *TemplateCard `json:"template_card,omitempty"`
	Safe                   int           `json:"safe,omitempty"`
	EnableDuplicateCheck   int           `json:"enable_duplicate_check,omitempty"`
	DuplicateCheckInterval int           `json:"duplicate_check_interval,omitempty"`
}

type news struct {
	Articles []Article `json:"articles"`
}

type sentAnswer struct {
	InvalidUser    string `json:"invaliduser"`
	InvalidParty   string `json:"invalidparty"`
	InvalidTag     string `json:"invalidtag"`
	UnlicensedUser string `json:"unlicenseduser"`
	MsgID          string `json:"msgid"`
	ResponseCode   string `json:"response_code"`
}

// SendMessage sends an app message. 81013: nobody of those named can get it.
// After class Unknown it may have been sent.
func (c *Client) SendMessage(ctx context.Context, m Message) (Sent, error) {
	if err := m.check(); err != nil {
		return Sent{}, err
	}
	var a sentAnswer
	if err := c.call(ctx, opSendMessage, m.wire(c.agentID), &a); err != nil {
		return Sent{}, err
	}
	return Sent{a.MsgID, a.ResponseCode, list(a.InvalidUser), list(a.InvalidParty),
		list(a.InvalidTag), list(a.UnlicensedUser)}, nil
}

func (m Message) check() error {
	k := check(opSendMessage).
		that(len(m.ToUser)+len(m.ToParty)+len(m.ToTag) > 0, "there is no recipient").
		count("touser", len(m.ToUser), 0, 1000).count("toparty", len(m.ToParty), 0, 100).
		count("totag", len(m.ToTag), 0, 100).
		that(len(m.types()) == 1, "there are %d contents, one is needed", len(m.types())).
		that(m.DuplicateCheckInterval <= 14_400, "duplicate_check_interval is above 14400")
	for _, u := range m.ToUser {
		k.that(u == Everybody || userID.MatchString(u), "touser is not a userid")
	}
	for _, t := range []*TextContent{m.Text, m.Markdown} {
		if t != nil {
			k.needs("content", t.Content).content(t, 2048) // WeCom would cut it
		}
	}
	if t := m.TextCard; t != nil {
		k.needs("title", t.Title).bytes("title", t.Title, 128).
			needs("description", t.Description).bytes("description", t.Description, 512).
			that(hasScheme(t.URL), "url has no scheme").bytes("url", t.URL, 2048).
			chars("btntxt", t.BtnTxt, 4)
	}
	if m.News != nil {
		k.count("articles", len(m.News), 1, 8)
	}
	if m.TemplateCard != nil {
		m.TemplateCard.check(k)
	}
	return k.err()
}

func hasScheme(url string) bool {
	return strings.HasPrefix(url, "https://") || strings.HasPrefix(url, "http://")
}

func (m Message) types() []string {
	var types []string
	for _, t := range []struct {
		name string
		set  bool
	}{
		{"text", m.Text != nil}, {"markdown", m.Markdown != nil}, {"textcard", m.TextCard != nil},
		{"news", m.News != nil}, {"template_card", m.TemplateCard != nil},
	} {
		if t.set {
			types = append(types, t.name)
		}
	}
	return types
}

func (m Message) wire(agent int64) message {
	w := message{
		ToUser: strings.Join(m.ToUser, "|"), ToParty: join(m.ToParty), ToTag: join(m.ToTag),
		MsgType: m.types()[0], AgentID: agent, Text: m.Text, Markdown: m.Markdown,
		TextCard: m.TextCard, TemplateCard: m.TemplateCard,
		Safe: oneIf(m.Safe), EnableDuplicateCheck: oneIf(m.EnableDuplicateCheck),
		DuplicateCheckInterval: m.DuplicateCheckInterval,
	}
	if m.News != nil {
		w.News = &news{m.News}
	}
	return w
}

func oneIf(b bool) int {
	if b {
		return 1
	}
	return 0
}

func join(ids []int64) string {
	parts := make([]string, len(ids))
	for i, id := range ids {
		parts[i] = strconv.FormatInt(id, 10)
	}
	return strings.Join(parts, "|")
}

func list(joined string) []string {
	if joined == "" {
		return nil
	}
	return strings.FieldsFunc(joined, func(r rune) bool { return r == '|' })
}

// RecallMessage takes a message back, within 24 hours (42052).
func (c *Client) RecallMessage(ctx context.Context, msgID string) error {
	if err := check(opRecall).needs("msgid", msgID).err(); err != nil {
		return err
	}
	in := struct {
		MsgID string `json:"msgid"`
	}{msgID}
	return c.call(ctx, opRecall, in, &struct{}{})
}
