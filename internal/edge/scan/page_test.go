package scan

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/tuma-live/tuma/internal/core/route"
	corescan "github.com/tuma-live/tuma/internal/core/scan"
)

// says is what each page must say, in each language.
var says = map[string][2]string{
	"ok_group":  {"68/200 · 还可加入 132 人", "68/200 · 132 spots left"},
	"ok_staff":  {"添加后即可开始聊天", "Add to start chatting"},
	"near":      {"仅剩 12 个名额,已为你保留 1 个", "12 spots left, one is yours"},
	"last":      {"最后 1 个名额", "The last spot is yours"},
	"range":     {"已有 50+ 人加入", "50+ people have joined"},
	"hidden":    {"福利群3", "福利群3"},
	"joined":    {"你已在「福利群3」", "You’re already in “福利群3”"},
	"soft":      {"显示二维码", "Show the QR code"},
	"all_full":  {"名额已满,新群准备中", "All spots are taken for now"},
	"not_yet":   {"11月22日 12:15 开放", "Opens on Nov 22 at 12:15"},
	"expired":   {"活动已结束", "This event has ended"},
	"paused":    {"暂停加入", "Joining is paused"},
	"draft":     {"活码未启用", "This code isn’t live yet"},
	"not_found": {"找不到这个活码", "We can’t find this code"},
	"error":     {"现在有点忙", "We’re a little busy"},
	"spare":     {"可以直接使用", "works all the same"},
}

// withQR lists the pages that show one.
var withQR = map[string]bool{
	"ok_group": true, "ok_staff": true, "near": true, "last": true, "range": true, "hidden": true, "spare": true,
}

func TestEveryStateHasItsPageInBothLanguages(t *testing.T) {
	for state, arrange := range states {
		for i, ua := range []string{phoneUA, phoneEnglishUA} {
			t.Run(fmt.Sprint(state, " ", [2]string{"zh-CN", "en"}[i]), func(t *testing.T) {
				w := newWorld(t)
				arrange(w)
				a := w.open("GET", "/q/"+w.slug, header("User-Agent", ua))
				body := a.Body.String()
				if a.Code != http.StatusOK {
					t.Errorf("status %d", a.Code)
				}
				if !strings.Contains(body, says[state][i]) {
					t.Errorf("does not say %q:\n%s", says[state][i], visible(body))
				}
				want := 0
				if withQR[state] {
					want = 1
				}
				if n := strings.Count(body, "<img"); n != want {
					t.Errorf("%d pictures, want %d", n, want)
				}
				if before, _, _ := strings.Cut(body, "<img"); len(before) > 15<<10 {
					t.Errorf("%d bytes before the QR", len(before))
				}
				for _, must := range []string{"途码演示企业", "0571-88886666"} { // whose it is, and who helps
					if !strings.Contains(body, must) {
						t.Errorf("does not say %q", must)
					}
				}
				if diagnosed := strings.Contains(body, corescan.Diagnosis(0x1234567890)); diagnosed != (w.outcome.Scan != 0) {
					t.Errorf("diagnosis code shown: %v", diagnosed)
				}
				if i == 1 {
					checkEnglish(t, body)
				}
				checkTags(t, body)
			})
		}
	}
}

// checkEnglish finds Chinese that no operator wrote.
func checkEnglish(t *testing.T, body string) {
	t.Helper()
	text := visible(body)
	for _, theirs := range []string{
		"途码演示企业", "福利群3", "福利群", "每天一份新人福利", "找不到位置?拨打门店电话", "群内不发广告", "有问题找群主",
		"小王", "中文",
	} {
		text = strings.ReplaceAll(text, theirs, "")
	}
	for _, r := range text {
		if unicode.Is(unicode.Han, r) {
			t.Errorf("Chinese in the English page: %s", text)
			return
		}
	}
}

var (
	hiddenPart = regexp.MustCompile(`(?s)<style>.*?</style>|<script>.*?</script>`)
	tags       = regexp.MustCompile(`<[^>]*>`)
)

func visible(body string) string {
	return tags.ReplaceAllString(hiddenPart.ReplaceAllString(body, ""), " ")
}

// checkTags fails when the page's tags are not balanced.
func checkTags(t *testing.T, body string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(hiddenPart.ReplaceAllString(body, "")))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	depth := 0
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("the page is not well formed: %v", err)
		}
		switch tok.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		}
	}
	if depth != 0 {
		t.Errorf("%d tags left open", depth)
	}
}

func TestThePageObeysWeChatsRules(t *testing.T) {
	w := newWorld(t)
	body := w.open("GET", "/q/"+w.slug).Body.String()
	style, _, _ := strings.Cut(body, "</style>")
	for _, banned := range []string{"position:fixed", "position:absolute", "animation", "background-image", "touch-callout:none", "user-select:none"} {
		if strings.Contains(style, banned) {
			t.Errorf("the style says %q", banned)
		}
	}
	if !strings.Contains(style, "min-width:224px") || !strings.Contains(style, "-webkit-touch-callout:default") {
		t.Error("the QR is too small, or cannot be pressed")
	}
	if !strings.Contains(body, `alt="长按识别加入福利群3的二维码"`) {
		t.Error("who cannot see the QR is told nothing")
	}
	if strings.Contains(body, " style=") || strings.Contains(body, "onclick") || strings.Contains(body, "http://") {
		t.Error("the page has what its policy forbids")
	}
	_, script, _ := strings.Cut(body, "<script>")
	if script, _, _ = strings.Cut(script, "</script>"); len(script) == 0 || len(script) > 2048 {
		t.Errorf("the script has %d bytes", len(script))
	}
	if policy := w.open("GET", "/q/"+w.slug).Header().Get("Content-Security-Policy"); !strings.Contains(policy, "script-src "+sum(script)) {
		t.Errorf("the policy %s does not name the script", policy)
	}
}

// hostile are names that people and platforms send. Each must stay text.
var hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onmouseover='alert(1)`, "`-alert(1)-`",
	`</title><script>alert(1)</script>`, `</style><script>`, `javascript:alert(1)`, `{{.corp}}`, `{{isgroup}}`,
	`{name}`, `%NICKNAME%`, `&lt;b&gt;`, `<!--`, `]]>`, `<svg/onload=alert(1)>`, "a\r\nSet-Cookie: x=y", "nul\x00nul",
	"\u202egnp.exe", "\u2066left\u2069", "zero\u200bwidth\ufeff", "\xed\xa0\x80", "\xff\xfe",
	"Z" + strings.Repeat("\u0301", 5000), strings.Repeat("长", 10_000), strings.Repeat("<", 10_000),
	"👨‍👩‍👧‍👦", "=cmd|' /C calc'!A0", "\U000e0041\U000e0042tags", "  ",
}

func TestNamesStayText(t *testing.T) {
	for _, text := range hostile {
		for state, arrange := range states {
			w := newWorld(t)
			arrange(w)
			w.code.Corp, w.code.Page = text, corescan.Page{
				Title: text, Subtitle: text, Guide: text, Notice: text, ContactText: text, ShowCount: text,
			}
			if w.outcome.Target != nil {
				w.outcome.Target.Name = text
			}
			body := w.open("GET", "/q/"+w.slug).Body.String()
			safe := hiddenPart.ReplaceAllString(body, "")
			for _, bad := range []string{"<script", "onerror=alert(1)>", "<svg/", "<!--", "\x00", "\u202e", "\u2066", "\u200b", "\ufeff"} {
				if strings.Contains(safe, bad) {
					t.Fatalf("%s, %.40q: the page has %q", state, text, bad)
				}
			}
			if len(body) > 60<<10 {
				t.Errorf("%s, %.40q: %d bytes", state, text, len(body))
			}
			checkTags(t, strings.ReplaceAll(body, "&#96;", ""))
			if n := strings.Count(body, "<img"); n > 1 {
				t.Errorf("%s, %.40q: %d pictures", state, text, n)
			}
		}
	}
}

func TestNamesAreCutAndCleaned(t *testing.T) {
	for in, want := range map[string]string{
		"福利群3":                       "福利群3",
		strings.Repeat("长", 65):      strings.Repeat("长", 64) + "…",
		strings.Repeat("x", 64):      strings.Repeat("x", 64),
		strings.Repeat("x", 65):      strings.Repeat("x", 64) + "…",
		"e" + strings.Repeat("́", 9): "e" + strings.Repeat("́", 4),
		"a\nb\tc":                    "a b c",
		"\xffa":                      "\ufffda",
		"👨‍👩‍👧":                      "👨‍👩‍👧",
	} {
		if got := string(appendName(nil, in)); got != want {
			t.Errorf("%.40q became %q, want %q", in, got, want)
		}
	}
	if got := string(appendLines(nil, "a\r\nb\n<c>")); got != "a<br>b<br>&lt;c&gt;" {
		t.Errorf("lines became %q", got)
	}
}

func FuzzNames(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := string(appendName(nil, s))
		if strings.ContainsAny(got, "<>\"'`\r\n\x00\u202e") || len(got) > 64*(4+4*4)+3 {
			t.Errorf("%.80q became %.200q", s, got)
		}
	})
}

func TestBothLanguagesSayTheSame(t *testing.T) {
	w := newWorld(t)
	if d := w.pages.texts.Differences(); len(d) != 0 {
		t.Errorf("differences: %v", d)
	}
}

func TestAnythingWrongInATemplateIsFound(t *testing.T) {
	texts := func(key string) (string, bool) {
		return map[string]string{"a": "x {corp}", "bad": "{nothing}", "open": "{corp"}[key], key != "none"
	}
	for source, ok := range map[string]bool{
		"a{{.corp}}b{{@a}}":                               true,
		"{{if corp}}a{{else}}b{{end}}":                    true,
		"{{if !corp}}a{{if name}}b{{end}}{{else}}{{end}}": true,
		"{{if corp}}":                                     false, "{{end}}": false, "{{else}}": false, "{{.nothing}}": false, "{{@none}}": false,
		"{{@bad}}": false, "{{@open}}": false, "{{what}}": false, "{{": false,
	} {
		if _, err := compile(source, texts); (err == nil) != ok {
			t.Errorf("%s: %v", source, err)
		}
	}
	tm, err := compile("{{if corp}}a{{if name}}b{{else}}c{{end}}{{else}}{{if !name}}d{{end}}e{{end}}f", texts)
	if err != nil {
		t.Fatal(err)
	}
	for want, v := range map[string]values{
		"abf": {corp: {text: "x"}, name: {text: "x"}}, "acf": {corp: {text: "x"}}, "ef": {name: {text: "x"}}, "def": {},
	} {
		if got := string(tm.render(nil, &v)); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestAPreviewIsTheRealPage(t *testing.T) {
	w := newWorld(t)
	for _, state := range []route.State{
		route.OKGroup, route.OKStaff, route.Joined, route.Near, route.AllFull, route.PausedCode, route.NotYet,
		route.Expired, route.NotFound, route.Failed, route.Soft, route.Draft,
	} {
		for _, lang := range []string{"zh-CN", "en"} {
			p := Preview{Code: *w.code, State: state, Lang: lang, OS: "android", Target: "福利群3", Joined: 68}
			p.Code.Slug, p.Code.StartsAt = "", start
			body := string(w.Preview(p))
			checkTags(t, body)
			if strings.Contains(body, "<script") || !strings.Contains(body, `lang="`+lang+`"`) {
				t.Errorf("%s %s: %s", state, lang, body)
			}
			shown := strings.Contains(body, `src="data:image/png;base64,`)
			if want := state == route.OKGroup || state == route.OKStaff || state == route.Near; shown != want {
				t.Errorf("%s %s: QR shown %v", state, lang, shown)
			}
		}
	}
	if len(w.visits) != 0 {
		t.Error("a preview took a seat")
	}
}
