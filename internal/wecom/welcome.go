package wecom

import "context"

// WelcomeMsg is the first message to a new contact. Text and each attachment
// arrive as messages of their own.
type WelcomeMsg struct {
	WelcomeCode string       `json:"welcome_code"`
	Text        *TextContent `json:"text,omitempty"` // ≤ 4,000 bytes
	Attachments []Attachment `json:"attachments,omitempty"`
}

// What SendWelcomeMsg is refused with.
const (
	CodeWelcomeExpired = 41050 // expired, used, or never valid
	CodeChatStarted    = 41051 // they already chat, or another app was faster
	CodeWelcomeSending = 41096 // another app is sending
)

// SendWelcomeMsg greets a contact. The code works once, and for 20 seconds, so
// nothing is repeated after class Unknown: it may have been sent.
func (c *Client) SendWelcomeMsg(ctx context.Context, m WelcomeMsg) error {
	k := check(opSendWelcome).needs("welcome_code", m.WelcomeCode).
		that(m.Text != nil && m.Text.Content != "" || len(m.Attachments) > 0,
			"text and attachments are both empty").
		content(m.Text, 4000).count("attachments", len(m.Attachments), 0, 9)
	for _, a := range m.Attachments {
		k.attachment(a)
	}
	if err := k.err(); err != nil {
		return err
	}
	return c.call(ctx, opSendWelcome, m, &struct{}{})
}

// GroupWelcomeTemplate is a 入群欢迎语: an owner picks it for a group by hand.
// One attachment is used, the first of image, link, mini program, file, video.
type GroupWelcomeTemplate struct {
	TemplateID  string       `json:"template_id,omitempty"`
	Text        *TextContent `json:"text,omitempty"` // ≤ 3,000 bytes; %NICKNAME% is the joiner
	Image       *Image       `json:"image,omitempty"`
	Link        *Link        `json:"link,omitempty"`
	MiniProgram *MiniProgram `json:"miniprogram,omitempty"`
	File        *MediaRef    `json:"file,omitempty"`
	Video       *MediaRef    `json:"video,omitempty"`
	Notify      *int         `json:"notify,omitempty"` // 0: do not tell owners about it
}

func (t GroupWelcomeTemplate) check(op string) error {
	some := t.Text != nil && t.Text.Content != "" || t.Image != nil || t.Link != nil ||
		t.MiniProgram != nil || t.File != nil || t.Video != nil
	// 3,000 also on edit, where one page of the documentation says 4,000.
	return check(op).that(some, "the template is empty").content(t.Text, 3000).
		image(t.Image).link(t.Link).miniProgram(t.MiniProgram).
		media("file", t.File).media("video", t.Video).err()
}

type newTemplate struct {
	TemplateID string `json:"template_id"`
}

func (n *newTemplate) missing() string { return require("template_id", n.TemplateID != "") }

// AddGroupWelcomeTemplate makes a template; a corp has 100 (41055). After class
// Unknown there is no way to look for it.
func (c *Client) AddGroupWelcomeTemplate(ctx context.Context, t GroupWelcomeTemplate) (
	templateID string, err error,
) {
	if err := t.check(opAddTemplate); err != nil {
		return "", err
	}
	t.TemplateID = ""
	var out newTemplate
	err = c.call(ctx, opAddTemplate, t, &out)
	return out.TemplateID, err
}

// EditGroupWelcomeTemplate makes the template t.TemplateID be t. 41058: it is
// another app's.
func (c *Client) EditGroupWelcomeTemplate(ctx context.Context, t GroupWelcomeTemplate) error {
	const op = "externalcontact/group_welcome_template/edit"
	if err := check(op).needs("template_id", t.TemplateID).err(); err != nil {
		return err
	}
	if err := t.check(op); err != nil {
		return err
	}
	t.Notify = nil
	return c.call(ctx, op, t, &struct{}{})
}

// GetGroupWelcomeTemplate reads a template; a picture comes back as its URL.
func (c *Client) GetGroupWelcomeTemplate(ctx context.Context, id string) (
	GroupWelcomeTemplate, error,
) {
	const op = "externalcontact/group_welcome_template/get"
	if err := check(op).needs("template_id", id).err(); err != nil {
		return GroupWelcomeTemplate{}, err
	}
	var out GroupWelcomeTemplate
	err := c.call(ctx, op, newTemplate{id}, &out)
	out.TemplateID = id
	return out, err
}

// DelGroupWelcomeTemplate deletes a template.
func (c *Client) DelGroupWelcomeTemplate(ctx context.Context, id string) error {
	const op = "externalcontact/group_welcome_template/del"
	if err := check(op).needs("template_id", id).err(); err != nil {
		return err
	}
	return c.call(ctx, op, newTemplate{id}, &struct{}{})
}
