package welcome

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/tuma-live/tuma/internal/wecom"
)

func TestVariablesAreFilledInBothLanguages(t *testing.T) {
	t.Parallel()
	v := Values{Nickname: "小满", Staff: "李雷", Channel: "小红书", Code: "春季"}
	for text, want := range map[string]string{
		"{昵称}你好,我是{员工名}":              "小满你好,我是李雷",
		"Hi {nickname}, I am {staff}": "Hi 小满, I am 李雷",
		"{渠道}/{channel} {活码}/{code}":  "小红书/小红书 春季/春季",
		"a{不认识}b{}c{ }d":              "ab{}c{ }d",
		"{{昵称}}":                      "{小满}",
		"没有变量":                        "没有变量",
	} {
		if got := Render(text, v); got != want {
			t.Errorf("Render(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestANameIsNeverReadAsAVariable(t *testing.T) {
	t.Parallel()
	if got := Render("{昵称}", Values{Nickname: "{员工名}", Staff: "李雷"}); got != "{员工名}" {
		t.Errorf("the text is %q", got)
	}
}

func TestALongTextIsCutBetweenCharacters(t *testing.T) {
	t.Parallel()
	got := Render("a"+strings.Repeat("好", 2000), Values{})
	if len(got) > maxText || len(got) < maxText-3 || !utf8.ValidString(got) {
		t.Errorf("the text has %d bytes, valid %v", len(got), utf8.ValidString(got))
	}
}

func TestOnlyCardsWithAWebAddressAreAttached(t *testing.T) {
	t.Parallel()
	link := func(l wecom.Link) wecom.Attachment { return wecom.Attachment{MsgType: "link", Link: &l} }
	for name, c := range map[string]struct {
		a    wecom.Attachment
		want string
	}{
		"a card":                   {link(wecom.Link{Title: "券", URL: "https://example.com/a"}), ""},
		"no title":                 {link(wecom.Link{URL: "https://example.com/a"}), "title"},
		"a script":                 {link(wecom.Link{Title: "券", URL: "javascript:alert(1)"}), "url"},
		"a title beyond WeCom's":   {link(wecom.Link{Title: strings.Repeat("券", 43), URL: "https://example.com"}), "title"},
		"a file that would expire": {wecom.Attachment{MsgType: "file", File: &wecom.MediaRef{MediaID: "x"}}, "kind"},
	} {
		if field, _ := wrong(c.a); field != c.want {
			t.Errorf("%s: %q is wrong, want %q", name, field, c.want)
		}
	}
}
