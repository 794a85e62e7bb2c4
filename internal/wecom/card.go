package wecom

import (
	"context"
	"regexp"
)

// TemplateCard is a message with structure; CardType says which parts it needs.
// The lengths of texts are advice for display, WeCom does not refuse longer ones.
type TemplateCard struct {
	CardType              string          `json:"card_type"` // text_notice, news_notice, …_interaction
	Source                *CardSource     `json:"source,omitempty"`
	ActionMenu            *CardMenu       `json:"action_menu,omitempty"`
	MainTitle             *CardTitle      `json:"main_title,omitempty"`
	EmphasisContent       *CardTitle      `json:"emphasis_content,omitempty"`
	QuoteArea             *CardQuote      `json:"quote_area,omitempty"`
	SubTitleText          string          `json:"sub_title_text,omitempty"`
	HorizontalContentList []CardLine      `json:"horizontal_content_list,omitempty"` // ≤ 6
	VerticalContentList   []CardTitle     `json:"vertical_content_list,omitempty"`   // ≤ 4
	JumpList              []CardAction    `json:"jump_list,omitempty"`               // ≤ 3
	CardAction            *CardAction     `json:"card_action,omitempty"`
	CardImage             *CardImage      `json:"card_image,omitempty"`
	TaskID                string          `json:"task_id,omitempty"` // unique inside the app
	ButtonSelection       *CardSelection  `json:"button_selection,omitempty"`
	ButtonList            []CardButton    `json:"button_list,omitempty"` // 1–6
	Checkbox              *CardCheckbox   `json:"checkbox,omitempty"`
	SelectList            []CardSelection `json:"select_list,omitempty"` // 1–3
	SubmitButton          *CardButton     `json:"submit_button,omitempty"`
}

// CardSource says who speaks; DescColor 0 grey, 1 black, 2 red, 3 green.
type CardSource struct {
	IconURL   string `json:"icon_url,omitempty"`
	Desc      string `json:"desc,omitempty"`
	DescColor int    `json:"desc_color,omitempty"`
}

// CardTitle is a line with a smaller line below.
type CardTitle struct {
	Title string `json:"title,omitempty"`
	Desc  string `json:"desc,omitempty"`
}

// CardMenu is the menu in the corner: 1–3 actions, and the card needs a TaskID.
type CardMenu struct {
	Desc       string           `json:"desc,omitempty"`
	ActionList []CardMenuAction `json:"action_list"`
}

// CardMenuAction is one item of a CardMenu.
type CardMenuAction struct {
	Text string `json:"text"`
	Key  string `json:"key"`
}

// CardQuote is a quotation.
type CardQuote struct {
	Type      int    `json:"type,omitempty"` // 0 none, 1 url, 2 mini program
	URL       string `json:"url,omitempty"`
	Title     string `json:"title,omitempty"`
	QuoteText string `json:"quote_text,omitempty"`
}

// CardLine is a name with a value; Type 0 text, 1 url, 2 file, 3 staff member.
type CardLine struct {
	Type    int    `json:"type,omitempty"`
	KeyName string `json:"keyname"`
	Value   string `json:"value,omitempty"`
	URL     string `json:"url,omitempty"`
	MediaID string `json:"media_id,omitempty"`
	UserID  string `json:"userid,omitempty"`
}

// CardAction opens something; Type 1 url, 2 mini program.
type CardAction struct {
	Type     int    `json:"type"`
	Title    string `json:"title,omitempty"` // of the jump list
	URL      string `json:"url,omitempty"`
	AppID    string `json:"appid,omitempty"`
	PagePath string `json:"pagepath,omitempty"`
}

// CardImage is a picture; AspectRatio between 1.3 and 2.25.
type CardImage struct {
	URL         string  `json:"url"`
	AspectRatio float64 `json:"aspect_ratio,omitempty"`
}

// CardOption is one choice.
type CardOption struct {
	ID        string `json:"id"`
	Text      string `json:"text"`
	IsChecked bool   `json:"is_checked,omitempty"`
}

// CardSelection is a drop-down list of at most 10 options.
type CardSelection struct {
	QuestionKey string       `json:"question_key"`
	Title       string       `json:"title,omitempty"`
	SelectedID  string       `json:"selected_id,omitempty"`
	OptionList  []CardOption `json:"option_list"`
}

// CardButton is a button; Type 0 calls back with Key, 1 opens URL; Style 1–4.
type CardButton struct {
	Type  int    `json:"type,omitempty"`
	Text  string `json:"text"`
	Style int    `json:"style,omitempty"`
	Key   string `json:"key,omitempty"` // ≤ 1,024 bytes
	URL   string `json:"url,omitempty"`
}

// CardCheckbox is a vote; Mode 0 single, 1 multiple.
type CardCheckbox struct {
	QuestionKey string       `json:"question_key"`
	OptionList  []CardOption `json:"option_list"` // 1–20
	Mode        int          `json:"mode,omitempty"`
}

var taskID = regexp.MustCompile(`^[0-9A-Za-z_\-@]{1,128}$`)

func (t *TemplateCard) check(k *checker) {
	title := t.MainTitle != nil && t.MainTitle.Title != ""
	switch t.CardType {
	case "text_notice":
		k.that(title || t.SubTitleText != "", "neither main_title nor sub_title_text is given").
			that(t.CardAction != nil, "card_action is missing")
	case "news_notice":
		k.that(title, "main_title is missing").that(t.CardImage != nil, "card_image is missing").
			that(t.CardAction != nil, "card_action is missing")
	case "button_interaction":
		k.that(title, "main_title is missing").count("button_list", len(t.ButtonList), 1, 6).
			needs("task_id", t.TaskID)
	case "vote_interaction":
		k.that(title, "main_title is missing").needs("task_id", t.TaskID).
			that(t.Checkbox != nil && t.SubmitButton != nil, "checkbox or submit_button is missing")
	case "multiple_interaction":
		k.that(title, "main_title is missing").needs("task_id", t.TaskID).
			count("select_list", len(t.SelectList), 1, 3).
			that(t.SubmitButton != nil, "submit_button is missing")
	default:
		k.that(false, "card_type %q is not known", t.CardType)
	}
	t.checkParts(k)
}

func (t *TemplateCard) checkParts(k *checker) {
	k.that(t.TaskID == "" || taskID.MatchString(t.TaskID), "task_id is malformed").
		count("horizontal_content_list", len(t.HorizontalContentList), 0, 6).
		count("vertical_content_list", len(t.VerticalContentList), 0, 4).
		count("jump_list", len(t.JumpList), 0, 3)
	if t.Checkbox != nil {
		k.count("checkbox.option_list", len(t.Checkbox.OptionList), 1, 20)
	}
	for _, s := range t.SelectList {
		k.count("select_list.option_list", len(s.OptionList), 1, 10)
	}
	for _, b := range t.ButtonList {
		k.needs("button_list.text", b.Text).bytes("button_list.key", b.Key, 1024)
	}
	if t.ActionMenu != nil {
		k.count("action_list", len(t.ActionMenu.ActionList), 1, 3).needs("task_id", t.TaskID)
	}
}

// CloseCard replaces the buttons of a card by one grey text, for those members.
// The response code works once, within 72 hours (60140).
func (c *Client) CloseCard(ctx context.Context, responseCode, text string, userids []string) error {
	const op = "message/update_template_card"
	err := check(op).needs("response_code", responseCode).needs("replace_name", text).
		count("userids", len(userids), 1, 1000).err()
	if err != nil {
		return err
	}
	type button struct {
		ReplaceName string `json:"replace_name"`
	}
	in := struct {
		UserIDs      []string `json:"userids"`
		AgentID      int64    `json:"agentid"`
		ResponseCode string   `json:"response_code"`
		Button       button   `json:"button"`
	}{userids, c.agentID, responseCode, button{text}}
	return c.call(ctx, op, in, &struct{}{})
}
