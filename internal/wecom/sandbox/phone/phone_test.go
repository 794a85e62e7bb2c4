package phone

import (
	"net/url"
	"strings"
	"testing"
)

func TestAddressesOfAPageMoveIntoTheFolder(t *testing.T) {
	t.Parallel()
	const folder, origin = "/sandbox/p/x/http/127.0.0.1:1", "http://127.0.0.1:1"
	for in, want := range map[string]string{
		`<a href="/q/1">`:                       `<a href="` + folder + `/q/1">`,
		`<a href="/">`:                          `<a href="` + folder + `/">`,
		`<img  src='/x.png'>`:                   `<img  src='` + folder + `/x.png'>`,
		`<form action="http://127.0.0.1:1/f">`:  `<form action="` + folder + `/f">`,
		`<a href="http://127.0.0.1:10/f">`:      `<a href="http://127.0.0.1:10/f">`,
		`<a href="//cdn.example/x">`:            `<a href="//cdn.example/x">`,
		`<a href="next">`:                       `<a href="next">`,
		`<img src="data:image/png;base64,AA/">`: `<img src="data:image/png;base64,AA/">`,
		`<div data-beacon="/b?x=1">`:            `<div data-beacon="` + folder + `/b?x=1">`,
		`<i style="background:url(/bg.png)">`:   `<i style="background:url(` + folder + `/bg.png)">`,
		`<meta content="5;url=/again">`:         `<meta content="5;url=` + folder + `/again">`,
		`<p>/not/an/attribute</p>`:              `<p>/not/an/attribute</p>`,
	} {
		got := string(rewriteHTML([]byte(in), folder, origin))
		if !strings.HasSuffix(got, want) {
			t.Errorf("%s became %s", in, got[strings.LastIndex(got, "</script>")+9:])
		}
	}
}

func TestTheShimComesFirstAndCannotBeClosedEarly(t *testing.T) {
	t.Parallel()
	got := string(rewriteHTML([]byte(`<html><head lang="zh"><script src="a.js">`), `/p/</script><b>`, "http://h"))
	if !strings.HasPrefix(got, `<html><head lang="zh"><script>(function`) || strings.Contains(got, "</script><b>") {
		t.Error(got)
	}
}

func TestOnlyPagesOfTheProductAreAllowed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		origin, page string
		want         bool
	}{
		{"", "http://127.0.0.1:8080/q/x", true},
		{"", "http://localhost/", true},
		{"", "http://[::1]:8080/", true},
		{"", "http://10.0.0.1/", false},
		{"", "http://127.0.0.1.example.com/", false},
		{"", "http://user@127.0.0.1/", false},
		{"", "ftp://127.0.0.1/", false},
		{"https://tuma.example", "https://tuma.example/q/x", true},
		{"https://tuma.example", "http://tuma.example/q/x", false},
		{"https://tuma.example", "http://127.0.0.1/", false},
	} {
		u, err := url.Parse(c.page)
		if err != nil {
			t.Fatal(err)
		}
		if got := NewBrowser(c.origin).Allowed(u); got != c.want {
			t.Errorf("origin %q allows %s: %v", c.origin, c.page, got)
		}
	}
}

func TestRedirectsStayWithThePerson(t *testing.T) {
	t.Parallel()
	b, page := NewBrowser(""), &url.URL{Scheme: "http", Host: "127.0.0.1:1", Path: "/q/x"}
	for in, want := range map[string]string{
		"/next?a=1":                "/sandbox/p/wm1/http/127.0.0.1:1/next?a=1",
		"http://127.0.0.1:1/y#top": "/sandbox/p/wm1/http/127.0.0.1:1/y#top",
		"http://127.0.0.1:2/ca/l1": "http://127.0.0.1:2/ca/l1",
		"https://example.com/":     "https://example.com/",
		"https://open.weixin.qq.com/connect/oauth2/authorize?appid=a#wechat_redirect": "/connect/oauth2/authorize?appid=a&sandbox_person=wm1",
	} {
		if got := b.redirect("wm1", "127.0.0.1:2", page, in); got != want {
			t.Errorf("%s goes to %s, want %s", in, got, want)
		}
	}
	if got := original("http://127.0.0.1:2/sandbox/p/wm1/http/127.0.0.1:1/q/x?a=1", page); got != "http://127.0.0.1:1/q/x?a=1" {
		t.Errorf("the page before: %s", got)
	}
}
