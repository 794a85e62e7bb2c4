package sandbox

import (
	"encoding/json"
	"regexp"
	"slices"
	"time"
)

// card is what the sandbox checks of a template card.
type card struct {
	Type  string `json:"card_type"`
	Title *struct {
		Title string `json:"title"`
	} `json:"main_title"`
	SubTitle string `json:"sub_title_text"`
	Action   *struct {
		Type int    `json:"type"`
		URL  string `json:"url"`
	} `json:"card_action"`
	Image     json.RawMessage `json:"card_image"`
	ImageText json.RawMessage `json:"image_text_area"`
	Menu      *struct {
		Actions []json.RawMessage `json:"action_list"`
	} `json:"action_menu"`
	TaskID  string `json:"task_id"`
	Buttons []struct {
		Type int    `json:"type"`
		Text string `json:"text"`
		Key  string `json:"key"`
	} `json:"button_list"`
	Horizontal []json.RawMessage `json:"horizontal_content_list"`
	Vertical   []json.RawMessage `json:"vertical_content_list"`
	Jumps      []json.RawMessage `json:"jump_list"`
	Checkbox   *struct {
		Options []json.RawMessage `json:"option_list"`
	} `json:"checkbox"`
	Selects []json.RawMessage `json:"select_list"`
	Submit  json.RawMessage   `json:"submit_button"`
}

var taskID = regexp.MustCompile(`^[0-9A-Za-z_\-@]{1,128}$`)

func (k *card) interactive() bool {
	return k.Type == "button_interaction" || k.Type == "vote_interaction" ||
		k.Type == "multiple_interaction" || k.Menu != nil
}

func (c *call) checkCard(k *card) error {
	if k == nil {
		return refuse(42027)
	}
	if k.interactive() {
		if c.app.NoCallback {
			return refuse(43012)
		}
		if !taskID.MatchString(k.TaskID) || c.w.taskUsed(c.app.AgentID, k.TaskID) {
			return refused(42027, "invalid or repeated task_id")
		}
	}
	if !k.complete() {
		return refuse(42027)
	}
	return nil
}

// taskUsed: a task id is unique inside the app.
func (w *world) taskUsed(agent int64, id string) bool {
	for _, m := range w.Inbox {
		var k card
		mine := m.AgentID == agent && m.Type == "template_card"
		if mine && json.Unmarshal(m.Body, &k) == nil && k.TaskID == id {
			return true
		}
	}
	return false
}

// cardLife is how long a response_code works.
const cardLife = 72 * time.Hour

// updateCard changes the button of a card for some of its readers. A
// response_code works once.
func updateCard(c *call) (reply, error) {
	var req struct {
		Users  []string `json:"userids"`
		Agent  int64    `json:"agentid"`
		Code   string   `json:"response_code"`
		AtAll  int      `json:"atall"`
		Button *struct {
			Name string `json:"replace_name"`
		} `json:"button"`
		Card *card `json:"template_card"`
	}
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	m := c.w.answerable(c.app.AgentID, req.Code)
	switch {
	case req.Agent != c.app.AgentID:
		return nil, refuse(301002)
	case m == nil || c.w.now.Sub(m.At) > cardLife:
		return nil, refuse(60140)
	case len(req.Users) > 1000:
		return nil, refuse(40032)
	case req.Button == nil && req.Card == nil:
		return nil, refuse(42027)
	}
	bad := []string{}
	for _, u := range req.Users {
		if !slices.Contains(m.To, u) {
			bad = append(bad, u)
		}
	}
	m.Answered = true
	if req.Button != nil {
		m.Replaced = req.Button.Name
	} else {
		m.Body = c.part("template_card")
	}
	return reply{"invaliduser": bad}, nil
}

// answerable finds the card that a response_code, still unused, belongs to.
func (w *world) answerable(agent int64, code string) *AppMessage {
	for _, m := range w.Inbox {
		if code != "" && m.ResponseCode == code && m.AgentID == agent && !m.Answered {
			return m
		}
	}
	return nil
}

// recallMessage takes a message back, within a day.
func recallMessage(c *call) (reply, error) {
	var req struct {
		ID string `json:"msgid"`
	}
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	at := slices.IndexFunc(c.w.Inbox, func(m *AppMessage) bool {
		return m.ID == req.ID && m.AgentID == c.app.AgentID
	})
	switch {
	case at < 0:
		return nil, refuse(40058)
	case c.w.now.Sub(c.w.Inbox[at].At) > 24*time.Hour:
		return nil, refuse(42052)
	}
	c.w.Inbox = slices.Delete(c.w.Inbox, at, at+1)
	return reply{}, nil
}

// complete says whether the parts its type requires are there, and no list is too long.
func (k *card) complete() bool {
	titled := k.Title != nil && k.Title.Title != ""
	acted := k.Action != nil && k.Action.Type >= 1 && k.Action.Type <= 2
	if len(k.Horizontal) > 6 || len(k.Vertical) > 4 || len(k.Jumps) > 3 ||
		k.Menu != nil && (len(k.Menu.Actions) < 1 || len(k.Menu.Actions) > 3) {
		return false
	}
	switch k.Type {
	case "text_notice":
		return (titled || k.SubTitle != "") && acted
	case "news_notice":
		return titled && acted && (k.Image != nil || k.ImageText != nil)
	case "button_interaction":
		return titled && len(k.Buttons) >= 1 && len(k.Buttons) <= 6
	case "vote_interaction":
		return titled && k.Checkbox != nil && len(k.Checkbox.Options) >= 1 &&
			len(k.Checkbox.Options) <= 20 && k.Submit != nil
	case "multiple_interaction":
		return titled && len(k.Selects) >= 1 && len(k.Selects) <= 3 && k.Submit != nil
	}
	return false
}
