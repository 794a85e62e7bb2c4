package wecom

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

func TestWhatWeComWouldRefuseIsNotSent(t *testing.T) {
	t.Parallel()
	f := newFake(t, always(ok))
	c := f.client()
	text := func(n int) *TextContent { return &TextContent{strings.Repeat("a", n)} }
	join := func(w JoinWay) error {
		w.Scene = SceneQRCode
		if w.ChatIDList == nil {
			w.ChatIDList = []string{"wr1"}
		}
		_, err := c.AddJoinWay(bg, w)
		return err
	}
	way := func(change func(*ContactWay)) error {
		w := aContactWay()
		change(&w)
		_, err := c.AddContactWay(bg, w)
		return err
	}
	message := func(m Message) error { _, err := c.SendMessage(bg, m); return err }
	upload := func(kind string, n int64) error {
		_, err := c.UploadMedia(bg, kind, File{"a", "", bytes.NewReader(nil), n})
		return err
	}
	to := []string{"a"}
	long := "长" + strings.Repeat("a", 20)
	for want, err := range map[string]error{
		"remark has 31 characters":         way(func(w *ContactWay) { w.Remark = strings.Repeat("活", 31) }),
		"state has 31 characters":          way(func(w *ContactWay) { w.State = strings.Repeat("a", 31) }),
		"type 1 needs exactly one user":    way(func(w *ContactWay) { w.User = []string{"a", "b"} }),
		"neither user nor party":           way(func(w *ContactWay) { w.Type, w.User = 2, nil }),
		"user has 101 items":               way(func(w *ContactWay) { w.Type, w.User = 2, slices.Repeat(to, 101) }),
		"user is not a userid":             way(func(w *ContactWay) { w.User = []string{"a b"} }),
		"type is neither":                  way(func(w *ContactWay) { w.Type = 3 }),
		"chat_id_list has 6 items":         join(JoinWay{ChatIDList: slices.Repeat(to, 6)}),
		"chat_id_list has 0 items":         join(JoinWay{ChatIDList: []string{}}),
		"room_base_name has 41 characters": join(JoinWay{RoomBaseName: strings.Repeat("群", 41)}),
		"config_id is empty":               c.UpdateJoinWay(bg, JoinWay{Scene: 2, ChatIDList: to}),
		"welcome_code is empty":            c.SendWelcomeMsg(bg, WelcomeMsg{Text: text(1)}),
		"text.content has 4001 bytes":      c.SendWelcomeMsg(bg, WelcomeMsg{WelcomeCode: "w", Text: text(4001)}),
		"both empty":                       c.SendWelcomeMsg(bg, WelcomeMsg{WelcomeCode: "w", Text: text(0)}),
		"attachments has 10 items":         c.SendWelcomeMsg(bg, WelcomeMsg{WelcomeCode: "w", Attachments: make([]Attachment, 10)}),
		"no content of that type":          c.SendWelcomeMsg(bg, WelcomeMsg{WelcomeCode: "w", Attachments: []Attachment{{MsgType: "link", Image: &Image{PicURL: "u"}}}}),
		"link.title has 129 bytes":         c.SendWelcomeMsg(bg, WelcomeMsg{WelcomeCode: "w", Attachments: []Attachment{{MsgType: "link", Link: &Link{Title: strings.Repeat("题", 43), URL: "u"}}}}),
		"text.content has 3001 bytes":      c.EditGroupWelcomeTemplate(bg, GroupWelcomeTemplate{TemplateID: "t", Text: text(3001)}),
		"remark has 21 characters":         c.SetRemark(bg, Remark{UserID: "a", ExternalUserID: "w", Remark: &long}),
		"nothing to change":                c.SetRemark(bg, Remark{UserID: "a", ExternalUserID: "w"}),
		"no tag to change":                 c.MarkTag(bg, "a", "w", nil, nil),
		"nothing is named":                 c.DelCorpTag(bg, nil, nil),
		"no recipient":                     message(Message{Text: text(1)}),
		"there are 2 contents":             message(Message{ToUser: to, Text: text(1), Markdown: text(1)}),
		"there are 0 contents":             message(Message{ToUser: to}),
		"text.content has 2049 bytes":      message(Message{ToUser: to, Text: text(2049)}),
		"touser has 1001 items":            message(Message{ToUser: slices.Repeat(to, 1001), Text: text(1)}),
		"url has no scheme":                message(Message{ToUser: to, TextCard: &TextCard{Title: "t", Description: "d", URL: "e.com"}}),
		"btntxt has 5 characters":          message(Message{ToUser: to, TextCard: &TextCard{Title: "t", Description: "d", URL: "https://e", BtnTxt: "查看一下吧"}}),
		"articles has 9 items":             message(Message{ToUser: to, News: make([]Article, 9)}),
		"card_type \"x\" is not known":     message(Message{ToUser: to, TemplateCard: &TemplateCard{CardType: "x"}}),
		"task_id is empty":                 message(Message{ToUser: to, TemplateCard: &TemplateCard{CardType: "button_interaction", MainTitle: &CardTitle{Title: "t"}, ButtonList: []CardButton{{Text: "b"}}}}),
		"task_id is malformed":             message(Message{ToUser: to, TemplateCard: &TemplateCard{CardType: "text_notice", SubTitleText: "t", CardAction: &CardAction{}, TaskID: "a b"}}),
		"the file has 5 bytes, more":       upload("image", 5),
		"the file has 10485761 bytes":      upload("image", 10<<20+1),
		"\"gif\" is not a media type":      upload("gif", 10),
		"userid is not a userid":           func() error { _, err := c.GetUser(bg, "../x"); return err }(),
		"link_name has 31 characters": func() error {
			_, err := c.CreateLink(bg, AcquisitionLink{LinkName: strings.Repeat("链", 31), Range: LinkRange{UserList: to}})
			return err
		}(),
		"range is empty":                  c.UpdateLink(bg, AcquisitionLink{LinkID: "l", LinkName: "n"}),
		"neither group_id nor group_name": func() error { _, err := c.AddCorpTag(bg, NewTags{Tag: []NewTag{{Name: "t"}}}); return err }(),
		"tag.name has 31 characters": func() error {
			_, err := c.AddCorpTag(bg, NewTags{GroupID: "g", Tag: []NewTag{{Name: strings.Repeat("签", 31)}}})
			return err
		}(),
		"code has 513 bytes, at most 512":    func() error { _, err := c.GetUserInfo(bg, strings.Repeat("a", 513)); return err }(),
		"duplicate_check_interval is above":  message(Message{ToUser: to, Text: text(1), DuplicateCheckInterval: 14_401}),
		"horizontal_content_list has 7 item": message(Message{ToUser: to, TemplateCard: &TemplateCard{CardType: "text_notice", SubTitleText: "t", CardAction: &CardAction{}, HorizontalContentList: make([]CardLine, 7)}}),
	} {
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
	if _, err := c.AddJoinWay(bg, JoinWay{Scene: 2, Remark: strings.Repeat("活", 30), State: strings.Repeat("群", 30),
		RoomBaseName: strings.Repeat("群", 40), ChatIDList: []string{"1", "2", "3", "4", "5"}}); err != nil {
		t.Error(err)
	}
	if err := c.SendWelcomeMsg(bg, WelcomeMsg{WelcomeCode: "w", Text: &TextContent{strings.Repeat("a", 4000)}}); err != nil {
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
		"invalid corpid, hint: [1735689600012345], from ip: 203.0.113.9, more info at https://open.work.weixin.qq.com/devtool/query?e=40013": "invalid corpid, hint: [1735689600012345]",
		"not allow to access from your ip, hint: [1], from ip: 2001:db8::1":                                                                  "not allow to access from your ip, hint: [1]",
		"proxy 10.0.0.1:3128 refused": "proxy (address):3128 refused",
		"token abcdef is bad":         "token (secret) is bad",
		strings.Repeat("长", 400):      strings.Repeat("长", 300) + "…",
	} {
		if got := redact(in, "abcdef", ""); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
