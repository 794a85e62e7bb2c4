package wecom

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
)

func TestAMissingErrcodeIsSuccess(t *testing.T) {
	t.Parallel()
	f := newFake(t, always(`{"ip_list":["101.226.103.*"]}`))
	got, err := f.client().GetCallbackIP(bg)
	if err != nil || len(got) != 1 {
		t.Fatalf("got %v, %v", got, err)
	}
}

func TestAnAnswerThatSaysNothingIsNotAnEmptyList(t *testing.T) {
	t.Parallel()
	f := newFake(t, always(`{}`))
	for _, err := range f.client().ListLinks(bg) {
		if ClassOf(err) != Malformed {
			t.Fatalf("got %v", err)
		}
	}
}

func TestHostileFieldsDoNotSpoilTheOthers(t *testing.T) {
	t.Parallel()
	f := newFake(t, always(`{"errmsg":"ok","external_contact":{"external_userid":"wm1","name":null,`+
		`"type":"7","gender":"2","unionid":12},"follow_user":[{"userid":"a","createtime":9223372036854775808,`+
		`"add_way":-5,"tags":null,"remark":{"x":1}},{"userid":"b","add_way":999}],"errcode":0}`))
	contact, followers, err := f.client().GetExternalContact(bg, "wm1")
	if err != nil {
		t.Fatal(err)
	}
	if contact.ExternalUserID != "wm1" || contact.Gender != 2 || contact.Type != 0 {
		t.Errorf("got %+v", contact)
	}
	if len(followers) != 2 || followers[0].UserID != "a" || followers[0].CreateTime != 0 ||
		followers[0].AddWay != -5 || followers[1].AddWay != 999 {
		t.Errorf("got %+v", followers)
	}
}

func TestNumbersSentAsTextAreNumbers(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]Int{
		`1`: 1, `"1700000000"`: 1700000000, `null`: 0, `""`: 0, `"x"`: 0, `1.5`: 0,
		`9223372036854775808`: 0, `-3`: -3, `{}`: 0, `true`: 0,
	} {
		var v struct{ N Int }
		if err := decode([]byte(`{"N":`+in+`}`), &v); err != nil || v.N != want {
			t.Errorf("%s: got %d, %v", in, v.N, err)
		}
	}
}

func TestTextIsSentWithoutEscapes(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"<a href=\"u?a=1&b=2\">活码</a>": `<a href=\"u?a=1&b=2\">活码</a>`,
		"a\u2028b\u2029c":              "a\u2028b\u2029c",
		"a\x00b\x1fc":                  "a b c",
		"line\nnext\ttab":              `line\nnext\ttab`,
		`\u2028 as typed \\`:           `\\u2028 as typed \\\\`,
		"bad \xff byte":                "bad \ufffd byte",
		"😀":                            "😀",
	} {
		got, err := encode(TextContent{in})
		if err != nil || string(got) != `{"content":"`+want+`"}` {
			t.Errorf("%q: got %s, %v", in, got, err)
		}
	}
}

// FuzzEncode: any text arrives as itself, control characters and broken bytes
// replaced, and never as a \uXXXX escape.
func FuzzEncode(f *testing.F) {
	f.Add("a\u2028b\\u2028\x00\xff")
	f.Fuzz(func(t *testing.T, s string) {
		b, err := encode(TextContent{s})
		if err != nil {
			t.Fatal(err)
		}
		var back TextContent
		if err := decode(b, &back); err != nil {
			t.Fatalf("%q became %s: %v", s, b, err)
		}
		want := strings.Map(func(r rune) rune {
			if r < ' ' && !strings.ContainsRune("\n\t\r\b\f", r) {
				return ' '
			}
			return r
		}, strings.Join(strings.Split(s, ""), "")) // Split turns broken bytes into U+FFFD
		if back.Content != want || strings.Contains(strings.ReplaceAll(string(b), `\\`, ""), `\u`) {
			t.Fatalf("%q became %s, want %q", s, b, want)
		}
	})
}

// listing answers page n with the cursor that next names for it.
func listing(next func(n int64) string) (func(http.ResponseWriter, *http.Request), *atomic.Int64) {
	var n atomic.Int64
	return func(w http.ResponseWriter, _ *http.Request) {
		i := n.Add(1)
		say(w, fmt.Sprintf(`{"errcode":0,"link_id_list":["l%d"],"next_cursor":%q}`, i, next(i)))
	}, &n
}

func TestAListingEndsWithItsCursor(t *testing.T) {
	t.Parallel()
	handler, _ := listing(func(n int64) string { return strings.Repeat("c", int(3-n)) })
	f := newFake(t, handler)
	all, err := collect(f.client().ListLinks(bg))
	if err != nil || strings.Join(all, ",") != "l1,l2,l3" {
		t.Fatalf("got %v, %v", all, err)
	}
}

func TestAListingThatGoesInCirclesStops(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		next  func(n int64) string
		pages int64
	}{
		"the same cursor":  {func(int64) string { return "x" }, 2},
		"a circle of five": {func(n int64) string { return fmt.Sprint(n % 5) }, 6},
		"without end":      {func(n int64) string { return fmt.Sprint(n) }, maxPages},
		"a huge cursor":    {func(int64) string { return strings.Repeat("x", maxCursor+1) }, 1},
	} {
		handler, n := listing(c.next)
		f := newFake(t, handler)
		_, err := collect(f.client().ListLinks(bg))
		if ClassOf(err) != Malformed || n.Load() != c.pages {
			t.Errorf("%s: %v after %d pages", name, err, n.Load())
		}
	}
}

func TestAListingThatIsLeftEarlyAsksForNoMore(t *testing.T) {
	t.Parallel()
	handler, n := listing(func(n int64) string { return fmt.Sprint(n) })
	f := newFake(t, handler)
	for range f.client().ListLinks(bg) {
		break
	}
	if n.Load() != 1 {
		t.Fatalf("%d pages", n.Load())
	}
}

func TestAnErrorEndsAListing(t *testing.T) {
	t.Parallel()
	f := newFake(t, always(`{"errcode":50100,"errmsg":"invalid cursor"}`))
	_, err := collect(f.client().ListLinks(bg))
	if !IsCode(err, 50100) {
		t.Fatalf("got %v", err)
	}
	var e *Error
	if !errors.As(err, &e) || e.Op != "externalcontact/customer_acquisition/list_link" {
		t.Fatalf("got %+v", e)
	}
}
