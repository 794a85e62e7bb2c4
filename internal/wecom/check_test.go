package wecom

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// refusing tries calls that must not be made; each returns its error.
type refusing struct{ c *Client }

func (r refusing) way(change func(*ContactWay)) error {
	w := aContactWay()
	change(&w)
	_, err := r.c.AddContactWay(bg, w)
	return err
}

func (r refusing) join(w JoinWay) error {
	w.Scene = SceneQRCode
	if w.ChatIDList == nil {
		w.ChatIDList = []string{"wr1"}
	}
	_, err := r.c.AddJoinWay(bg, w)
	return err
}

func (r refusing) welcome(content string, attachments ...Attachment) error {
	return r.c.SendWelcomeMsg(bg, WelcomeMsg{"w", &TextContent{content}, attachments})
}

func (r refusing) message(m Message) error {
	if m.ToUser == nil {
		m.ToUser = []string{"a"}
	}
	_, err := r.c.SendMessage(bg, m)
	return err
}

func (r refusing) card(t TemplateCard) error { return r.message(Message{TemplateCard: &t}) }

func (r refusing) upload(kind string, size int64) error {
	_, err := r.c.UploadMedia(bg, kind, File{"a", "", bytes.NewReader(nil), size})
	return err
}

func (r refusing) tags(n NewTags) error { _, err := r.c.AddCorpTag(bg, n); return err }

func (r refusing) link(name string) error {
	_, err := r.c.CreateLink(bg, AcquisitionLink{LinkName: name, Range: LinkRange{UserList: one}})
	return err
}

var one = []string{"a"}

func refusals(r refusing) map[string]error {
	chars := func(n int) string { return strings.Repeat("活", n) }
	text := func(n int) *TextContent { return &TextContent{strings.Repeat("a", n)} }
	title := &CardTitle{Title: "t"}
	notice := TemplateCard{CardType: "text_notice", SubTitleText: "t", CardAction: &CardAction{}}
	badTask, manyLines, longRemark := notice, notice, chars(21)
	badTask.TaskID = "a b"
	manyLines.HorizontalContentList = make([]CardLine, 7)
	_, badUser := r.c.GetUser(bg, "../x")
	_, longCode := r.c.GetUserInfo(bg, strings.Repeat("a", 513))
	return map[string]error{
		"remark has 31 characters":      r.way(func(w *ContactWay) { w.Remark = chars(31) }),
		"state has 31 characters":       r.way(func(w *ContactWay) { w.State = chars(31) }),
		"type 1 needs exactly one user": r.way(func(w *ContactWay) { w.User = []string{"a", "b"} }),
		"neither user nor party":        r.way(func(w *ContactWay) { w.Type, w.User = 2, nil }),
		"user has 101 items":            r.way(func(w *ContactWay) { w.Type, w.User = 2, slices.Repeat(one, 101) }),
		"user is not a userid":          r.way(func(w *ContactWay) { w.User = []string{"a b"} }),
		"type is neither":               r.way(func(w *ContactWay) { w.Type = 3 }),

		"chat_id_list has 6 items":         r.join(JoinWay{ChatIDList: slices.Repeat(one, 6)}),
		"chat_id_list has 0 items":         r.join(JoinWay{ChatIDList: []string{}}),
		"room_base_name has 41 characters": r.join(JoinWay{RoomBaseName: chars(41)}),
		"config_id is empty":               r.c.UpdateJoinWay(bg, JoinWay{Scene: 2, ChatIDList: one}),

		"welcome_code is empty":       r.c.SendWelcomeMsg(bg, WelcomeMsg{Text: text(1)}),
		"text.content has 4001 bytes": r.welcome(text(4001).Content),
		"both empty":                  r.welcome(""),
		"attachments has 10 items":    r.welcome("", make([]Attachment, 10)...),
		"no content of that type":     r.welcome("", Attachment{MsgType: "link", Image: &Image{PicURL: "u"}}),
		"link.title has 129 bytes": r.welcome("",
			Attachment{MsgType: "link", Link: &Link{Title: chars(43), URL: "u"}}),
		"text.content has 3001 bytes": r.c.EditGroupWelcomeTemplate(bg,
			GroupWelcomeTemplate{TemplateID: "t", Text: text(3001)}),

		"remark has 21 characters": r.c.SetRemark(bg,
			Remark{UserID: "a", ExternalUserID: "w", Remark: &longRemark}),
		"nothing to change":               r.c.SetRemark(bg, Remark{UserID: "a", ExternalUserID: "w"}),
		"no tag to change":                r.c.MarkTag(bg, "a", "w", nil, nil),
		"nothing is named":                r.c.DelCorpTag(bg, nil, nil),
		"neither group_id nor group_name": r.tags(NewTags{Tag: []NewTag{{Name: "t"}}}),
		"tag.name has 31 characters":      r.tags(NewTags{GroupID: "g", Tag: []NewTag{{Name: chars(31)}}}),

		"no recipient":                 r.message(Message{ToUser: []string{}, Text: text(1)}),
		"there are 2 contents":         r.message(Message{Text: text(1), Markdown: text(1)}),
		"there are 0 contents":         r.message(Message{}),
		"text.content has 2049 bytes":  r.message(Message{Text: text(2049)}),
		"touser has 1001 items":        r.message(Message{ToUser: slices.Repeat(one, 1001), Text: text(1)}),
		"url has no scheme":            r.message(Message{TextCard: &TextCard{"t", "d", "e.com", ""}}),
		"btntxt has 5 characters":      r.message(Message{TextCard: &TextCard{"t", "d", "https://e", chars(5)}}),
		"articles has 9 items":         r.message(Message{News: make([]Article, 9)}),
		"duplicate_check_interval is":  r.message(Message{Text: text(1), DuplicateCheckInterval: 14_401}),
		"card_type \"x\" is not known": r.card(TemplateCard{CardType: "x"}),
		"task_id is empty": r.card(TemplateCard{CardType: "button_interaction", MainTitle: title,
			ButtonList: []CardButton{{Text: "b"}}}),
		"task_id is malformed":               r.card(badTask),
		"horizontal_content_list has 7 item": r.card(manyLines),

		"the file has 5 bytes, more":      r.upload("image", 5),
		"the file has 10485761 bytes":     r.upload("image", 10<<20+1),
		"\"gif\" is not a media type":     r.upload("gif", 10),
		"userid is not a userid":          badUser,
		"code has 513 bytes, at most 512": longCode,
		"link_name has 31 characters":     r.link(chars(31)),
		"range is empty":                  r.c.UpdateLink(bg, AcquisitionLink{LinkID: "l", LinkName: "n"}),
	}
}

func TestWhatWeComWouldRefuseIsNotSent(t *testing.T) {
	t.Parallel()
	f := newFake(t, always(ok))
	for want, err := range refusals(refusing{f.client()}) {
		if ClassOf(err) != Permanent || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	if len(f.calls) != 0 {
		t.Errorf("calls were made: %v", f.calls)
	}
}

func TestLengthsAtTheLimitAreSent(t *testing.T) {
	t.Parallel()
	f := newFake(t, always(`{"errcode":0,"config_id":"c"}`))
	c := f.client()
	thirty := strings.Repeat("活", 30)
	way := JoinWay{Scene: 2, Remark: thirty, State: thirty, RoomBaseName: thirty + thirty[:30],
		ChatIDList: slices.Repeat(one, 5)}
	if _, err := c.AddJoinWay(bg, way); err != nil {
		t.Error(err)
	}
	longest := &TextContent{strings.Repeat("a", 4000)}
	if err := c.SendWelcomeMsg(bg, WelcomeMsg{WelcomeCode: "w", Text: longest}); err != nil {
		t.Error(err)
	}
}

func TestEverySetupCodeHasAdviceInBothLanguages(t *testing.T) {
	t.Parallel()
	for code, a := range advice {
		for _, s := range []string{a.CauseZH, a.NextZH, a.CauseEN, a.NextEN} {
			if s == "" || strings.Contains(s, "您") {
				t.Errorf("%d: %q", code, s)
			}
		}
	}
	for _, code := range []int{40001, 40013, 48002, 60020, 301002, 60011, 84074, 50001, 43012, 50003} {
		if _, found := AdviceFor(refusal("x", code, "")); !found {
			t.Errorf("no advice on %d", code)
		}
	}
	if _, found := AdviceFor(refusal("x", 84061, "")); found {
		t.Error("advice on a state that no setting changes")
	}
}

func TestTextsOfWeComAreShownWithoutAddresses(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"invalid corpid, hint: [17356], from ip: 203.0.113.9, more info at " +
			"https://open.work.weixin.qq.com/devtool/query?e=40013": "invalid corpid, hint: [17356]",
		"not allow to access from your ip, from ip: 2001:db8::1": "not allow to access from your ip",
		"proxy 10.0.0.1:3128 refused":                            "proxy (address):3128 refused",
		"token abcdef is bad":                                    "token (secret) is bad",
		strings.Repeat("长", 400):                                 strings.Repeat("长", 300) + "…",
	} {
		if got := redact(in, "abcdef", ""); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
