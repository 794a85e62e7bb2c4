package sandbox

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

// landing is a product page with a QR code, that knows its visitors by a cookie.
func landing(t *testing.T, r *rig, way string) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /q/{slug}", func(w http.ResponseWriter, req *http.Request) {
		visits := 1
		if c, err := req.Cookie("visits"); err == nil {
			fmt.Sscan(c.Value, &visits)
			visits++
		}
		http.SetCookie(w, &http.Cookie{Name: "visits", Value: fmt.Sprint(visits), Path: "/", HttpOnly: true})
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'")
		fmt.Fprintf(w, `<html><head><title>页</title></head><body>visits=%d ua=%s<img src="/qr/%s.png"></body></html>`,
			visits, req.UserAgent(), req.PathValue("slug"))
	})
	mux.HandleFunc("GET /qr/{file}", func(w http.ResponseWriter, _ *http.Request) {
		res, err := http.Get(r.url + "/sandbox/qr/group/" + way + ".png")
		if err != nil {
			t.Error(err)
			return
		}
		defer res.Body.Close()
		w.Header().Set("Content-Type", "image/png")
		io.Copy(w, res.Body)
	})
	mux.HandleFunc("GET /who", func(w http.ResponseWriter, req *http.Request) {
		http.Redirect(w, req, "https://open.weixin.qq.com/connect/oauth2/authorize?appid="+DefaultCorpID+
			"&redirect_uri="+url.QueryEscape("http://"+req.Host+"/back")+"&response_type=code&state=st#wechat_redirect", 302)
	})
	mux.HandleFunc("GET /back", func(w http.ResponseWriter, req *http.Request) {
		fmt.Fprint(w, "code="+req.FormValue("code")+";")
	})
	product := httptest.NewServer(mux)
	t.Cleanup(product.Close)
	return product
}

func (r *rig) page(path string) (status int, body string) {
	r.t.Helper()
	res, err := http.Get(r.url + path)
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(b)
}

func (r *rig) browse(person, page string) (int, string) {
	r.t.Helper()
	return r.page("/sandbox/browse/" + person + "?url=" + url.QueryEscape(page))
}

func TestAPersonScansThePageRecognisesTheCodeAndJoins(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	g := r.group("会员群", "chenyu")
	way := r.joinWay(`{"scene":2,"state":"g1","chat_id_list":["` + g + `"]}`)
	product, p := landing(t, r, way), r.stranger()
	status, page := r.browse(p, product.URL+"/q/abc")
	if status != 200 || !strings.Contains(page, "visits=1") || !strings.Contains(page, "MicroMessenger") {
		t.Fatalf("%d %s", status, page)
	}
	src := regexp.MustCompile(`<img src="([^"]+)"`).FindStringSubmatch(page)[1]
	if !strings.HasPrefix(src, "/sandbox/p/"+p+"/http/") {
		t.Fatalf("the picture left the person's folder: %s", src)
	}
	status, read := r.control("POST", "/decode", object{"person": p, "src": src})
	if status != 200 || read["kind"] != "group" || read["id"] != way || read["title"] != "会员群" {
		t.Fatalf("decoded: %d %v", status, read)
	}
	status, out := r.control("POST", "/actions", object{"do": "scan_group", "person": p, "config_id": read["id"]})
	if status != 200 || out["result"] != Joined || out["chat_id"] != g {
		t.Fatalf("joined: %v", out)
	}
	_, chats := r.control("GET", "/people/"+p+"/chats", nil)
	first := chats["items"].([]any)[0].(object)
	if first["id"] != g || first["members"] != 2.0 || first["key"] != "scanned" {
		t.Errorf("chat list: %v", chats)
	}
	if len(r.events()) != 2 {
		t.Errorf("events: %v", names(r.events()))
	}
}

func TestAVisitIsTheWholeWayInOneCall(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	g := r.group("会员群", "chenyu")
	product := landing(t, r, r.joinWay(`{"scene":2,"chat_id_list":["`+g+`"]}`))
	p := r.stranger()
	visit := func(act bool) object {
		status, out := r.control("POST", "/visit", object{"person": p, "url": product.URL + "/q/abc", "act": act})
		if status != 200 || out["status"] != 200.0 || out["title"] != "页" || dig(out, "scanned", "kind") != "group" {
			t.Fatalf("visit: %d %v", status, out)
		}
		return out
	}
	if out := visit(false); out["outcome"] != nil {
		t.Errorf("only looking did something: %v", out)
	}
	if out := visit(true); dig(out, "outcome", "result") != Joined || dig(out, "outcome", "chat_id") != g {
		t.Errorf("acting: %v", out)
	}
	status, out := r.control("POST", "/visit", object{"person": p, "url": product.URL + "/back", "act": true})
	if status != 200 || out["scanned"] != nil || out["outcome"] != nil {
		t.Errorf("a page without a code: %v", out)
	}
}

func TestEveryPersonHasCookiesOfTheirOwn(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	product, a, b := landing(t, r, ""), r.stranger(), r.stranger()
	for _, step := range []struct {
		who  string
		want string
	}{{a, "visits=1"}, {a, "visits=2"}, {b, "visits=1"}, {a, "visits=3"}} {
		if _, page := r.browse(step.who, product.URL+"/q/x"); !strings.Contains(page, step.want) {
			t.Errorf("want %s in %s", step.want, page)
		}
	}
	res, err := http.Get(r.url + "/sandbox/browse/" + a + "?url=" + url.QueryEscape(product.URL+"/q/x"))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if len(res.Cookies()) != 0 || res.Header.Get("Content-Security-Policy") != "" {
		t.Errorf("the product's cookies or policy reached the browser: %v", res.Header)
	}
}

func TestThePhoneAuthorizesAsItsPerson(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	product, p := landing(t, r, ""), r.stranger()
	_, page := r.browse(p, product.URL+"/who")
	code, _, ok := strings.Cut(strings.TrimPrefix(page, "code="), ";")
	if !ok || code == "" {
		t.Fatalf("came back with %q", page)
	}
	if out := r.get("auth/getuserinfo?code=" + code); out["openid"] == nil {
		t.Errorf("who: %v", out)
	}
}

func TestThePhoneOpensOnlyTheProduct(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.ProductOrigin = "http://127.0.0.1:9" })
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { t.Error("another page was asked") }))
	t.Cleanup(other.Close)
	p := r.stranger()
	for _, page := range []string{other.URL, "http://169.254.169.254/", "file:///etc/passwd", "http://127.0.0.1:9@" + other.Listener.Addr().String()} {
		if status, _ := r.browse(p, page); status != http.StatusForbidden {
			t.Errorf("%s: %d", page, status)
		}
	}
	direct := "/sandbox/p/" + p + "/http/" + other.Listener.Addr().String() + "/"
	if status, _ := r.page(direct); status != http.StatusForbidden {
		t.Errorf("directly: %d", status)
	}
	if status, out := r.control("POST", "/decode", object{"person": p, "src": other.URL + "/x.png"}); status != 422 {
		t.Errorf("a picture elsewhere: %v", out)
	}
	if status, _ := r.browse("nobody", "http://127.0.0.1:9/"); status != http.StatusForbidden {
		t.Errorf("nobody browses: %d", status)
	}
}

func TestPicturesAreDecodedOrRefused(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	way := r.contactWay("", "linxiaomei")
	_, png := r.page("/sandbox/qr/contact/" + way + ".png")
	data := base64.StdEncoding.EncodeToString([]byte(png))
	for _, body := range []object{{"image": data}, {"src": "data:image/png;base64," + data},
		{"person": r.stranger(), "src": r.url + "/sandbox/qr/contact/" + way + ".png"}} {
		if status, out := r.control("POST", "/decode", body); status != 200 || out["kind"] != "contact" || out["title"] != "林小美" {
			t.Errorf("decoded: %d %v", status, out)
		}
	}
	if status, _ := r.control("POST", "/decode", object{"image": base64.StdEncoding.EncodeToString([]byte("no picture"))}); status != 422 {
		t.Errorf("no picture: %d", status)
	}
	for _, path := range []string{"/sandbox/qr/group/" + way + ".png", "/sandbox/qr/contact/x.png", "/sandbox/img/none"} {
		if status, _ := r.page(path); status != 404 {
			t.Errorf("%s: %d", path, status)
		}
	}
	for text, kind := range map[string]string{"hello": "text", "https://example.com/x": "url",
		r.url + "/sandbox/c/gone": "invalid", "https://example.com/sandbox/c/" + way: "url"} {
		if got := r.s.Resolve(text).Kind; got != kind {
			t.Errorf("%s is %s, want %s", text, got, kind)
		}
	}
}

func TestThePhonePageNeedsNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	status, page := r.page("/sandbox/phone")
	if status != 200 || !strings.Contains(page, "/sandbox/phone/phone.js") {
		t.Fatalf("%d %s", status, page)
	}
	for _, file := range []string{"phone.css", "phone.js", "views.js", "text.js"} {
		status, body := r.page("/sandbox/phone/" + file)
		if status != 200 || regexp.MustCompile(`(src|href|@import|url\()[^\n]{0,8}https?://`).MatchString(body) {
			t.Errorf("%s: %d, or it asks elsewhere", file, status)
		}
		if strings.Contains(body, "innerHTML") {
			t.Errorf("%s writes HTML: nicknames are anybody's text", file)
		}
	}
	if status, _ := r.page("/sandbox/c/whatever"); status != 200 {
		t.Errorf("a scanned code in an ordinary browser: %d", status)
	}
}

func TestAvatarsShowHostileNicknamesAsText(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p, err := r.s.AddPerson(Person{Nickname: "<script>", Colour: `"/><script>alert(1)</script>`})
	if err != nil {
		t.Fatal(err)
	}
	if _, svg := r.page("/sandbox/img/avatar-" + p.ID); strings.Contains(svg, "<script") {
		t.Errorf("a script in an avatar: %s", svg)
	}
}

func TestForeignPagesCannotUseTheControlAPI(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	send := func(header, value, typ string) int {
		req, _ := http.NewRequest("POST", r.url+"/sandbox/api/clock", strings.NewReader(`{"advance":"1h"}`))
		req.Header.Set("Content-Type", typ)
		if header != "" {
			req.Header.Set(header, value)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res.StatusCode
	}
	if got := send("Origin", "https://evil.example", "application/json"); got != 403 {
		t.Errorf("foreign origin: %d", got)
	}
	if got := send("", "", "text/plain"); got != 415 {
		t.Errorf("a form's content type: %d", got)
	}
	if !r.s.Now().Equal(noon) {
		t.Error("a refused call moved the clock")
	}
	if got := send("Origin", r.url, "application/json"); got != 200 {
		t.Errorf("its own page: %d", got)
	}
}

func TestServeAnswersLoopbackNamesOnly(t *testing.T) {
	t.Parallel()
	s := start(t, fixed(1))
	l, err := s.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	for host, want := range map[string]int{"127.0.0.1:" + port: 200, "localhost:" + port: 200, "rebound.example": 421} {
		req, _ := http.NewRequest("GET", "http://"+l.Addr().String()+"/sandbox/api/state", nil)
		req.Host = host
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("%s: %d, want %d", host, res.StatusCode, want)
		}
	}
	cancel()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(5 * time.Second):
		t.Error("Serve did not end")
	}
}

func TestControlEditsPeopleStaffAndGroups(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	must := func(method, path string, body any) object {
		t.Helper()
		status, out := r.control(method, path, body)
		if status != 200 {
			t.Fatalf("%s %s: %v", method, path, out)
		}
		return out
	}
	p := must("POST", "/people", object{"nickname": "阿宝"})["id"].(string)
	must("PATCH", "/people/"+p, object{"nickname": "阿宝宝", "id": "stolen"})
	if got := must("GET", "/people?q=阿宝宝", nil)["items"].([]any); len(got) != 1 || got[0].(object)["id"] != p {
		t.Errorf("people: %v", got)
	}
	must("POST", "/staff", object{"userid": "newbie", "name": "新人", "department": []int{3}})
	if status, _ := r.control("POST", "/staff", object{"userid": "newbie", "name": "again"}); status != 422 {
		t.Error("a userid was given twice")
	}
	g := must("POST", "/groups", object{"name": "新群", "owner": "newbie", "members": []string{p, "chenyu"}})["chat_id"].(string)
	if status, _ := r.control("POST", "/groups", object{"name": "x", "owner": "heming"}); status != 422 {
		t.Error("staff without customer contact made a group")
	}
	must("PATCH", "/groups/"+g, object{"name": "改名", "notice": "公告", "owner": "chenyu"})
	must("DELETE", "/groups/"+g, nil)
	r.wants(90501, "externalcontact/groupchat/get", `{"chat_id":"`+g+`"}`)
	got := strings.Join(names(r.events()), " ")
	for _, want := range []string{"change_contact/create_user", "change_external_chat/create", "change_external_chat/dismiss"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	must("POST", "/codes", object{"items": []object{{"name": "海报", "url": "http://127.0.0.1/q/x"}}})
	if got := must("GET", "/codes", nil)["items"].([]any); len(got) != 1 {
		t.Errorf("codes: %v", got)
	}
	must("PATCH", "/rules", object{"qr_threshold": 150})
	if got := must("GET", "/rules", nil); got["qr_threshold"] != 150.0 || got["group_cap"] != 500.0 {
		t.Errorf("rules: %v", got)
	}
	if status, _ := r.control("PATCH", "/rules", object{"no_such_rule": 1}); status != 422 {
		t.Error("an unknown rule was taken in silence")
	}
	must("POST", "/apps/1000002/token", object{"do": "rotate", "secret": "a-new-secret-of-the-app"})
	if got := code(r.get("gettoken?corpid=" + DefaultCorpID + "&corpsecret=secret-of-the-test")); got != 40001 {
		t.Errorf("the old secret: %d", got)
	}
}
