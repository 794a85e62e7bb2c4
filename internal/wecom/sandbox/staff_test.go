package sandbox

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestTheDirectoryIsReadByDepartment(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	users := func(path string) (out []string) {
		for _, u := range r.get(path)["userlist"].([]any) {
			out = append(out, u.(object)["userid"].(string))
		}
		return out
	}
	if got := users("user/list?department_id=2"); !slices.Equal(got, []string{"chenyu"}) {
		t.Errorf("direct members: %v", got)
	}
	if got := users("user/simplelist?department_id=2&fetch_child=1"); !slices.Equal(got, []string{"chenyu", "linxiaomei", "wanghao"}) {
		t.Errorf("with children: %v", got)
	}
	if got := code(r.get("user/list?department_id=99")); got != 60123 {
		t.Errorf("unknown department: %d", got)
	}
	if got := r.get("user/get?userid=sunyue"); got["status"] != 4.0 || got["mobile"] != nil {
		t.Errorf("an inactive member: %v", got)
	}
	if got := len(r.get("department/list")["department"].([]any)); got != 6 {
		t.Errorf("%d departments, want 6", got)
	}
	page := r.ok("user/list_id", `{"limit":5}`)
	rest := r.ok("user/list_id", `{"limit":5,"cursor":"`+page["next_cursor"].(string)+`"}`)
	if len(page["dept_user"].([]any)) != 5 || len(rest["dept_user"].([]any)) != 3 || rest["next_cursor"] != "" {
		t.Errorf("pages: %v %v", page, rest)
	}
	follow := r.get("externalcontact/get_follow_user_list")["follow_user"].([]any)
	if len(follow) != 6 || slices.Contains(follow, any("heming")) || slices.Contains(follow, any("sunyue")) {
		t.Errorf("staff with customer contact: %v", follow)
	}
}

func TestResignationLeavesGroupsWaiting(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.do(Action{Do: "resign", UserID: "wanghao"})
	if got := code(r.get("user/get?userid=wanghao")); got != 60111 {
		t.Errorf("user/get: %d, want 60111", got)
	}
	all := r.ok("externalcontact/groupchat/list", `{"limit":100}`)
	if got := len(all["group_chat_list"].([]any)); got != 5 {
		t.Errorf("%d groups without asking for the owner, want 5", got)
	}
	left := r.ok("externalcontact/groupchat/list", `{"limit":100,"status_filter":1,"owner_filter":{"userid_list":["wanghao"]}}`)
	list := left["group_chat_list"].([]any)
	if len(list) != 1 || list[0].(object)["status"] != 1.0 {
		t.Fatalf("groups of the one who left: %v", left)
	}
	chat := list[0].(object)["chat_id"].(string)
	r.do(Action{Do: "inherit", ChatID: chat, UserID: "chenyu"})
	g := r.ok("externalcontact/groupchat/get", `{"chat_id":"`+chat+`"}`)
	if dig(g, "group_chat", "owner") != "chenyu" {
		t.Errorf("after the inheritance: %v", dig(g, "group_chat", "owner"))
	}
	got := names(r.events())
	for _, want := range []string{"change_contact/delete_user", "change_external_chat/update"} {
		if !slices.Contains(got, want) {
			t.Errorf("no %s in %v", want, got)
		}
	}
	r.wants(40058, "externalcontact/groupchat/list", `{}`)
	r.wants(90501, "externalcontact/groupchat/get", `{"chat_id":"wrX"}`)
}

func TestStaleReadsLastTwoSeconds(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.set(func(w *world) { w.Rules.StaleReads = true })
	g := r.group("慢群", "chenyu")
	r.do(Action{Do: "join", Person: r.stranger(), ChatID: g})
	read := func() (int, any) {
		out := r.ok("externalcontact/groupchat/get", `{"chat_id":"`+g+`"}`)["group_chat"].(object)
		return len(out["member_list"].([]any)), out["member_version"]
	}
	events := r.events()
	cur := events[len(events)-1].CurMemVer
	if n, v := read(); n != 1 || v == cur {
		t.Errorf("at once: %d members, version %v", n, v)
	}
	r.s.Advance(2 * time.Second)
	if n, v := read(); n != 2 || v != cur {
		t.Errorf("after two seconds: %d members, version %v, want %s", n, v, cur)
	}
}

func TestAppMessagesReachOnlyActiveStaffInRange(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const card = `"msgtype":"template_card","template_card":{"card_type":"button_interaction","main_title":{"title":"建群"},"task_id":"t-1","button_list":[{"text":"已建好","key":"done"}]}`
	for body, want := range map[string]int{
		`{"agentid":1000002,"msgtype":"text","text":{"content":"hi"}}`:                                          82001,
		`{"agentid":5,"touser":"chenyu","msgtype":"text","text":{"content":"hi"}}`:                              301002,
		`{"touser":"chenyu","msgtype":"text","text":{"content":"hi"}}`:                                          40056,
		`{"agentid":1000002,"touser":"chenyu","msgtype":"poem"}`:                                                40008,
		`{"agentid":1000002,"touser":"chenyu","msgtype":"text","text":{"content":""}}`:                          44004,
		`{"agentid":1000002,"touser":"nobody|sunyue","msgtype":"text","text":{"content":"hi"}}`:                 81013,
		`{"agentid":1000002,"touser":"chenyu","msgtype":"textcard","textcard":{"title":"t","url":"https://x"}}`: 41033,
		`{"agentid":1000002,"touser":"chenyu","msgtype":"textcard","textcard":{"title":"t","description":"d"}}`: 40094,
		`{"agentid":1000002,"touser":"chenyu","msgtype":"template_card","template_card":{"card_type":"x"}}`:     42027,
		`{"agentid":1000002,"touser":"chenyu",` + strings.Replace(card, "t-1", "t 1", 1) + `}`:                  42027,
	} {
		r.wants(want, "message/send", body)
	}
	out := r.ok("message/send", `{"agentid":1000002,"touser":"chenyu|Nobody","toparty":"5|77","msgtype":"text","text":{"content":"hi"}}`)
	if out["invaliduser"] != "nobody" || out["invalidparty"] != "77" || out["msgid"] == "" {
		t.Errorf("partial success: %v", out)
	}
	sent := r.ok("message/send", `{"agentid":1000002,"touser":"chenyu",`+card+`}`)
	r.wants(42027, "message/send", `{"agentid":1000002,"touser":"chenyu",`+card+`}`)
	r.do(Action{Do: "press_card", UserID: "chenyu", Message: sent["msgid"].(string), Key: "done"})
	e := r.events()[0]
	if e.Name() != "template_card_event" || e.FromUser != "chenyu" || e.EventKey != "done" || e.TaskID != "t-1" ||
		e.ResponseCode != sent["response_code"] {
		t.Errorf("event: %+v", e)
	}
	update := `{"agentid":1000002,"userids":["chenyu","liujie"],"response_code":"` + e.ResponseCode + `","button":{"replace_name":"已完成"}}`
	if out := r.ok("message/update_template_card", update); fmt.Sprint(out["invaliduser"]) != "[liujie]" {
		t.Errorf("card update: %v", out)
	}
	r.wants(60140, "message/update_template_card", update)
	gone := r.ok("message/send", `{"agentid":1000002,"touser":"chenyu","msgtype":"text","text":{"content":"oops"}}`)
	r.ok("message/recall", `{"msgid":"`+gone["msgid"].(string)+`"}`)
	same := `{"agentid":1000002,"touser":"chenyu","msgtype":"text","text":{"content":"again"},"enable_duplicate_check":1}`
	r.ok("message/send", same)
	r.ok("message/send", same)
	_, box := r.control("GET", "/staff/chenyu/inbox", nil)
	if got := len(box["items"].([]any)); got != 3 {
		t.Errorf("%d messages in the inbox, want 3: no duplicate, none recalled", got)
	}
	r.s.Advance(25 * time.Hour)
	r.login()
	r.wants(42052, "message/recall", `{"msgid":"`+out["msgid"].(string)+`"}`)
}

// upload posts data as multipart.
func (r *rig) upload(path, name string, data []byte) object {
	r.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, _ := w.CreateFormFile("media", name)
	part.Write(data)
	w.Close()
	res, err := http.Post(r.url+"/cgi-bin/"+path+"access_token="+r.token, w.FormDataContentType(), &b)
	if err != nil {
		r.t.Fatal(err)
	}
	return r.decode(res)
}

func TestMediaLivesThreeDays(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var picture bytes.Buffer
	png.Encode(&picture, image.NewGray(image.Rect(0, 0, 8, 8)))
	for path, want := range map[string]int{"media/upload?type=poem&": 40005, "media/upload?type=image&": 40123} {
		if got := code(r.upload(path, "x.txt", []byte("no picture at all"))); got != want {
			t.Errorf("%s = %d, want %d", path, got, want)
		}
	}
	if got := code(r.upload("media/upload?type=file&", "x", []byte("tiny"))); got != 40006 {
		t.Errorf("a file of 4 bytes: %d", got)
	}
	out := r.upload("media/upload?type=image&", "海报.png", picture.Bytes())
	id, _ := out["media_id"].(string)
	if _, isText := out["created_at"].(string); id == "" || !isText {
		t.Fatalf("upload: %v", out)
	}
	res, err := http.Get(r.url + "/cgi-bin/media/get?access_token=" + r.token + "&media_id=" + id)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if got, _ := io.ReadAll(res.Body); !bytes.Equal(got, picture.Bytes()) || res.Header.Get("Content-Type") != "image/png" {
		t.Errorf("%d bytes of %s came back", len(got), res.Header.Get("Content-Type"))
	}
	r.s.Advance(3*24*time.Hour + time.Second)
	r.login()
	if got := code(r.get("media/get?media_id=" + id)); got != 40007 {
		t.Errorf("after three days: %d, want 40007", got)
	}
	kept := r.upload("media/uploadimg?", "p.png", picture.Bytes())
	if page, err := http.Get(kept["url"].(string)); err != nil || page.StatusCode != 200 {
		t.Errorf("the permanent picture: %v %v", page, err)
	}
}

func TestAcquisitionLinksCostQuotaPerNewCustomer(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const acq = "externalcontact/customer_acquisition/"
	r.wants(40063, acq+"create_link", `{"range":{"user_list":["liujie"]}}`)
	r.wants(40058, acq+"create_link", `{"link_name":"`+strings.Repeat("长", 31)+`","range":{"user_list":["liujie"]}}`)
	made := r.ok(acq+"create_link", `{"link_name":"广告 A","range":{"user_list":["liujie"]}}`)["link"].(object)
	id := made["link_id"].(string)
	r.set(func(w *world) { w.Quota.Balance = 20 })
	p := r.stranger()
	card := r.s.Resolve(made["url"].(string) + "?customer_channel=ad_31")
	if card.Kind != "link" || card.Channel != "ad_31" {
		t.Fatalf("the scanned link: %+v", card)
	}
	click := Action{Do: "click_link", Person: p, LinkID: card.ID, Channel: card.Channel}
	if out := r.do(click); out.Result != Added {
		t.Fatalf("click: %v", out)
	}
	r.do(click)
	for range 3 {
		r.do(Action{Do: "say", Person: p, UserID: "liujie", Text: "hi"})
	}
	got := names(r.events())
	for _, want := range []string{"customer_acquisition/friend_request", "change_external_contact/add_external_contact",
		"customer_acquisition/balance_low", "customer_acquisition/customer_start_chat", "customer_acquisition/message_from_customer"} {
		if !slices.Contains(got, want) {
			t.Errorf("no %s in %v", want, got)
		}
	}
	quota := r.get("externalcontact/customer_acquisition_quota")
	if quota["total"] != 1.0 || quota["balance"] != 19.0 {
		t.Errorf("quota: %v", quota)
	}
	k := r.ok(acq+"customer", `{"link_id":"`+id+`"}`)["customer_list"].([]any)[0].(object)
	if k["external_userid"] != p || k["state"] != "ad_31" || k["chat_status"] != 1.0 {
		t.Errorf("customer: %v", k)
	}
	if f := r.get("externalcontact/get?external_userid=" + p)["follow_user"].([]any)[0].(object); f["add_way"] != 16.0 || f["state"] != "ad_31" {
		t.Errorf("details: %v", f)
	}
	r.ok(acq+"update_link", `{"link_id":"`+id+`","link_name":"广告 B"}`)
	if l := r.ok(acq+"get", `{"link_id":"`+id+`"}`); dig(l, "link", "link_name") != "广告 B" || fmt.Sprint(dig(l, "range", "user_list")) != "[liujie]" {
		t.Errorf("after the update: %v", l)
	}
	r.ok(acq+"delete_link", `{"link_id":"`+id+`"}`)
	if list := r.ok(acq+"list_link", `{}`)["link_id_list"].([]any); len(list) != 0 {
		t.Errorf("links after deletion: %v", list)
	}
}

func TestGroupWelcomeTemplatesBelongToTheirApp(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const path = "externalcontact/group_welcome_template/"
	r.wants(44004, path+"add", `{}`)
	r.wants(45002, path+"add", `{"text":{"content":"`+strings.Repeat("x", 3001)+`"}}`)
	id := r.ok(path+"add", `{"text":{"content":"%NICKNAME% 你好"}}`)["template_id"].(string)
	r.ok(path+"edit", `{"template_id":"`+id+`","text":{"content":"欢迎"}}`)
	if out := r.ok(path+"get", `{"template_id":"`+id+`"}`); dig(out, "text", "content") != "欢迎" {
		t.Errorf("read back: %v", out)
	}
	r.set(func(w *world) { w.Templates.at[id].AgentID = 7 })
	r.wants(41058, path+"del", `{"template_id":"`+id+`"}`)
}

func TestOAuthNamesStaffCustomersAndStrangersOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	visit := func(who string) string {
		res, err := browser.Get(r.url + "/connect/oauth2/authorize?appid=" + DefaultCorpID + "&redirect_uri=" +
			url.QueryEscape("http://127.0.0.1:1/back") + "&state=abc&" + who)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		back, _ := url.Parse(res.Header.Get("Location"))
		if inside := back.Query().Get("url"); inside != "" { // through the phone's browser
			back, _ = url.Parse(inside)
		}
		if back.Query().Get("state") != "abc" {
			t.Errorf("came back to %s", back)
		}
		return back.Query().Get("code")
	}
	staffCode := visit("sandbox_user=chenyu")
	if out := r.get("auth/getuserinfo?code=" + staffCode); out["userid"] != "chenyu" {
		t.Errorf("staff: %v", out)
	}
	if got := code(r.get("auth/getuserinfo?code=" + staffCode)); got != 42022 {
		t.Errorf("a used code: %d", got)
	}
	if got := code(r.get("auth/getuserinfo?code=forged")); got != 40029 {
		t.Errorf("a forged code: %d", got)
	}
	p := r.stranger()
	if out := r.get("auth/getuserinfo?code=" + visit("sandbox_person="+p)); out["openid"] == nil || out["external_userid"] != nil {
		t.Errorf("stranger: %v", out)
	}
	r.added(p, r.contactWay("", "linxiaomei"))
	if out := r.get("auth/getuserinfo?code=" + visit("sandbox_person="+p)); out["external_userid"] != p {
		t.Errorf("customer: %v", out)
	}
	late := visit("sandbox_user=chenyu")
	r.s.Advance(5*time.Minute + time.Second)
	if got := code(r.get("auth/getuserinfo?code=" + late)); got != 42003 {
		t.Errorf("an old code: %d", got)
	}
	res, _ := browser.Get(r.url + "/connect/oauth2/authorize?appid=" + DefaultCorpID + "&redirect_uri=https%3A%2F%2Fevil.example")
	if res.StatusCode != http.StatusBadRequest {
		t.Errorf("a foreign redirect: %d", res.StatusCode)
	}
}
