package sandbox

import (
	"encoding/json"
	"time"
)

const welcomeLife = 20 * time.Second

// sendWelcome greets a new customer: once, and within 20 s of world time.
func sendWelcome(c *call) (reply, error) {
	var req struct {
		Code        string       `json:"welcome_code"`
		Text        *Text        `json:"text"`
		Attachments []Attachment `json:"attachments"`
	}
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	code, err := c.welcome(req.Code)
	if err != nil {
		return nil, err
	}
	if err := c.checkContent(req.Text, req.Attachments); err != nil {
		return nil, err
	}
	code.Used, code.UsedBy = c.w.now, c.app.AgentID
	chat := chatKey(code.UserID, code.PersonID)
	if req.Text != nil && req.Text.Content != "" {
		c.w.say(chat, Message{From: code.UserID, Type: "text", Text: req.Text.Content})
	}
	for _, a := range req.Attachments {
		c.w.say(chat, c.message(a, code.UserID))
	}
	return reply{}, nil
}

func (c *call) welcome(text string) (*Welcome, error) {
	if text == "" {
		return nil, refuse(41049)
	}
	code, ok := c.w.Welcomes.get(text)
	if !ok {
		return nil, refuse(41050)
	}
	busy := time.Duration(c.w.Rules.WelcomeBusy) * time.Millisecond
	switch {
	case !code.Used.IsZero() && c.w.now.Sub(code.Used) < busy:
		return nil, refuse(41096)
	case !code.Used.IsZero() && code.UsedBy != c.app.AgentID:
		return nil, refuse(41051)
	case !code.Used.IsZero(), c.w.now.Sub(code.Issued) > welcomeLife:
		return nil, refuse(41050)
	}
	p, ok := c.w.People.get(code.PersonID)
	if !ok {
		return nil, refuse(41050)
	}
	if r := p.with(code.UserID); r == nil || r.Chatting {
		return nil, refuse(41051)
	}
	return code, nil
}

func (c *call) checkContent(text *Text, attachments []Attachment) error {
	switch {
	case (text == nil || text.Content == "") && len(attachments) == 0:
		return refuse(44004)
	case text != nil && len(text.Content) > 4000:
		return refuse(45002)
	case len(attachments) > 9:
		return refuse(41064)
	}
	for _, a := range attachments {
		if err := c.checkAttachment(a); err != nil {
			return err
		}
	}
	return nil
}

// template is the content of a group welcome template (入群欢迎语).
type template struct {
	Text  *Text  `json:"text,omitempty"`
	Image *Image `json:"image,omitempty"`
	Link  *News  `json:"link,omitempty"`
	Mini  *Mini  `json:"miniprogram,omitempty"`
	File  *File  `json:"file,omitempty"`
	Video *File  `json:"video,omitempty"`
}

func (c *call) readTemplate() (json.RawMessage, error) {
	var t template
	if err := c.decode(&t); err != nil {
		return nil, err
	}
	var err error
	switch {
	case t.Text != nil && len(t.Text.Content) > 3000:
		err = refuse(45002)
	case t.Image != nil:
		err = c.checkImage(t.Image)
	case t.Link != nil:
		err = t.Link.check()
	case t.Mini != nil:
		err = t.Mini.check()
	case t.File != nil:
		_, err = c.media(t.File.MediaID)
	case t.Video != nil:
		_, err = c.media(t.Video.MediaID)
	case t.Text == nil || t.Text.Content == "":
		err = refuse(44004)
	}
	if err != nil {
		return nil, err
	}
	return json.Marshal(t)
}

func addTemplate(c *call) (reply, error) {
	body, err := c.readTemplate()
	if err != nil {
		return nil, err
	}
	if len(c.w.Templates.rows) >= 100 {
		return nil, refuse(41055)
	}
	t := &Template{ID: c.w.newID("msg"), Body: body, AgentID: c.app.AgentID}
	c.w.Templates.put(t)
	return reply{"template_id": t.ID}, nil
}

func (c *call) template() (*Template, error) {
	var req struct {
		ID string `json:"template_id"`
	}
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	t, ok := c.w.Templates.get(req.ID)
	switch {
	case !ok:
		return nil, refuse(40058)
	case t.AgentID != c.app.AgentID:
		return nil, refuse(41058)
	}
	return t, nil
}

func editTemplate(c *call) (reply, error) {
	t, err := c.template()
	if err != nil {
		return nil, err
	}
	body, err := c.readTemplate()
	if err != nil {
		return nil, err
	}
	t.Body = body
	return reply{}, nil
}

func getTemplate(c *call) (reply, error) {
	t, err := c.template()
	if err != nil {
		return nil, err
	}
	var body template
	if err := json.Unmarshal(t.Body, &body); err != nil {
		return nil, err
	}
	if body.Image != nil && body.Image.MediaID != "" {
		body.Image = &Image{PicURL: c.base + "/sandbox/img/" + body.Image.MediaID}
	}
	out := reply{}
	b, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	return out, json.Unmarshal(b, &out)
}

func delTemplate(c *call) (reply, error) {
	t, err := c.template()
	if err != nil {
		return nil, err
	}
	c.w.Templates.drop(t.ID)
	return reply{}, nil
}
