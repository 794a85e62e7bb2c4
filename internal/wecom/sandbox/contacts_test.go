package sandbox

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// added makes p scan way and returns the welcome code of the event.
func (r *rig) added(p, way string) string {
	r.t.Helper()
	if out := r.do(Action{Do: "scan_contact", Person: p, ConfigID: way}); out.Result != Added {
		r.t.Fatalf("scan: %v", out)
	}
	events := r.events()
	return events[len(events)-1].WelcomeCode
}

func TestAScanOfAContactWayMakesACustomerWithItsState(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	way, p := r.contactWay("p0031", "linxiaomei"), r.stranger()
	if got := code(r.get("externalcontact/get?external_userid=" + p)); got != 84061 {
		t.Errorf("before: %d, want 84061", got)
	}
	r.added(p, way)
	e := r.events()[0]
	if e.Name() != "change_external_contact/add_external_contact" || e.UserID != "linxiaomei" ||
		e.ExternalUserID != p || e.State != "p0031" || e.WelcomeCode == "" || !e.CreateTime.Equal(noon) {
		t.Errorf("event: %+v", e)
	}
	out := r.get("externalcontact/get?external_userid=" + p)
	f := out["follow_user"].([]any)[0].(object)
	if f["state"] != "p0031" || f["add_way"] != 1.0 || f["oper_userid"] != p || dig(out, "external_contact", "unionid") == nil {
		t.Errorf("details: %v", out)
	}
	if list := r.get("externalcontact/list?userid=linxiaomei")["external_userid"].([]any); !slices.Contains(list, any(p)) {
		t.Error("the list does not have the new customer")
	}
	r.do(Action{Do: "scan_contact", Person: p, ConfigID: way})
	if n := len(r.events()); n != 1 {
		t.Errorf("a scan by a customer makes no event, got %d", n-1)
	}
	r.set(func(w *world) { w.Rules.UnionID = false })
	if out := r.get("externalcontact/get?external_userid=" + p); dig(out, "external_contact", "unionid") != nil {
		t.Error("unionid without a bound developer account")
	}
}

func TestAWelcomeCodeWorksOnceWithinTwentySeconds(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	way := r.contactWay("", "linxiaomei")
	send := func(want int, code string) {
		t.Helper()
		r.wants(want, "externalcontact/send_welcome_msg", `{"welcome_code":"`+code+`","text":{"content":"欢迎"},
			"attachments":[{"msgtype":"link","link":{"title":"进群","url":"https://example.com/g"}}]}`)
	}
	send(41049, "")
	send(41050, "forged")
	p := r.stranger()
	first := r.added(p, way)
	r.wants(44004, "externalcontact/send_welcome_msg", `{"welcome_code":"`+first+`"}`)
	r.wants(40007, "externalcontact/send_welcome_msg", `{"welcome_code":"`+first+`","attachments":[{"msgtype":"image","image":{"media_id":"gone"}}]}`)
	r.wants(41065, "externalcontact/send_welcome_msg", `{"welcome_code":"`+first+`","attachments":[{"msgtype":"voice"}]}`)
	r.s.Advance(20 * time.Second)
	send(0, first)
	send(41050, first)
	_, chat := r.control("GET", "/people/"+p+"/chats/linxiaomei", nil)
	lines := chat["items"].([]any)
	if len(lines) != 3 || lines[1].(object)["text"] != "欢迎" || lines[2].(object)["title"] != "进群" {
		t.Errorf("the customer sees %v", lines)
	}
	late := r.added(r.stranger(), way)
	r.s.Advance(20*time.Second + time.Millisecond)
	send(41050, late)
	eager := r.stranger()
	third := r.added(eager, way)
	r.do(Action{Do: "say", Person: eager, UserID: "linxiaomei", Text: "在吗"})
	send(41051, third)
	r.set(func(w *world) { w.Rules.WelcomeBusy = 500 })
	fourth := r.added(r.stranger(), way)
	send(0, fourth)
	send(41096, fourth)
}

func TestAConsoleWelcomeLeavesNoCode(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if status, out := r.control("PATCH", "/staff/linxiaomei", object{"console_welcome": "你好呀"}); status != 200 {
		t.Fatal(out)
	}
	if got := r.added(r.stranger(), r.contactWay("", "linxiaomei")); got != "" {
		t.Errorf("there is a welcome code: %q", got)
	}
}

func TestRequestsWaitUntilStaffAccept(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.ok("externalcontact/add_contact_way", `{"type":1,"scene":2,"skip_verify":false,"user":["zhangting"],"state":"v"}`)["config_id"].(string)
	p := r.stranger()
	if out := r.do(Action{Do: "scan_contact", Person: p, ConfigID: id}); out.Result != Requested {
		t.Fatalf("scan: %v", out)
	}
	if len(r.events()) != 0 {
		t.Error("a request alone makes no event")
	}
	r.do(Action{Do: "accept", Person: p, UserID: "zhangting"})
	if e := r.events(); len(e) != 1 || e[0].State != "v" || e[0].WelcomeCode == "" {
		t.Errorf("after acceptance: %+v", e)
	}
	if _, err := r.s.Do(Action{Do: "accept", Person: p, UserID: "zhangting"}); err == nil {
		t.Error("accepted twice")
	}
}

func TestAHalfAddIsOneWayUntilAccepted(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.set(func(w *world) { w.Rules.HalfAdd = true })
	p := r.stranger()
	r.do(Action{Do: "scan_contact", Person: p, ConfigID: r.contactWay("h", "linxiaomei")})
	half := r.events()[0]
	if half.ChangeType != "add_half_external_contact" || half.WelcomeCode == "" {
		t.Fatalf("event: %+v", half)
	}
	r.wants(84061, "externalcontact/remark", `{"userid":"linxiaomei","external_userid":"`+p+`","remark":"x"}`)
	r.ok("externalcontact/send_welcome_msg", `{"welcome_code":"`+half.WelcomeCode+`","text":{"content":"hi"}}`)
	r.do(Action{Do: "accept", Person: p, UserID: "linxiaomei"})
	full := r.events()[1]
	if full.ChangeType != "add_external_contact" || full.WelcomeCode != "" || full.State != "h" {
		t.Errorf("the full add after a used code: %+v", full)
	}
	r.ok("externalcontact/remark", `{"userid":"linxiaomei","external_userid":"`+p+`","remark":"x"}`)
}

func TestDeletionIsOneWayForCustomersAndFinalForStaff(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	way, p := r.contactWay("d", "linxiaomei"), r.stranger()
	remark := `{"userid":"linxiaomei","external_userid":"` + p + `","remark":"老客"}`
	r.added(p, way)
	r.do(Action{Do: "drop_staff", Person: p, UserID: "linxiaomei"})
	r.ok("externalcontact/remark", remark)
	r.added(p, way)
	if got := len(r.get("externalcontact/list?userid=linxiaomei")["external_userid"].([]any)); got != 11 {
		t.Errorf("%d customers after adding again, want 11", got)
	}
	r.do(Action{Do: "drop_customer", Person: p, UserID: "linxiaomei"})
	r.wants(84061, "externalcontact/remark", remark)
	want := []string{"add_external_contact", "del_follow_user", "add_external_contact", "del_external_contact"}
	var got []string
	for _, e := range r.events() {
		got = append(got, e.ChangeType)
	}
	if !slices.Equal(got, want) {
		t.Errorf("events %v, want %v", got, want)
	}
}

func TestBatchReadsEveryPairOnceAcrossPages(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	seen, cursor := map[string]int{}, ""
	for range 10 {
		out := r.ok("externalcontact/batch/get_by_user", `{"userid_list":["linxiaomei","wanghao","zhangting"],"limit":7,"cursor":"`+cursor+`"}`)
		for _, row := range out["external_contact_list"].([]any) {
			key := fmt.Sprint(dig(row.(object), "external_contact", "external_userid"), dig(row.(object), "follow_info", "userid"))
			seen[key]++
			if _, ok := dig(row.(object), "follow_info", "tag_id").([]any); !ok {
				t.Errorf("no tag_id array: %v", row)
			}
		}
		if cursor = out["next_cursor"].(string); cursor == "" {
			break
		}
	}
	if len(seen) != 30 {
		t.Errorf("%d pairs, want 30", len(seen))
	}
	for k, n := range seen {
		if n != 1 {
			t.Errorf("%s came %d times", k, n)
		}
	}
	r.wants(40058, "externalcontact/batch/get_by_user", `{"userid_list":["linxiaomei"],"limit":101}`)
	r.wants(60111, "externalcontact/batch/get_by_user", `{"userid_list":["nobody"]}`)
}

func TestRemarksHaveLimitsAndReplaceMobiles(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	m, _ := r.s.world.Staff.get("linxiaomei")
	head := `{"userid":"linxiaomei","external_userid":"` + m.Contacts[0] + `"`
	r.wants(40063, "externalcontact/remark", head+`}`)
	r.wants(40058, "externalcontact/remark", head+`,"remark":"`+strings.Repeat("长", 21)+`"}`)
	r.wants(41035, "externalcontact/remark", `{"userid":"linxiaomei","remark":"x"}`)
	r.wants(40096, "externalcontact/remark", `{"userid":"linxiaomei","external_userid":"wmX","remark":"x"}`)
	r.ok("externalcontact/remark", head+`,"description":"爱喝美式","remark_mobiles":["13800000000"]}`)
	r.ok("externalcontact/remark", head+`,"remark_mobiles":[""]}`)
	f := r.get("externalcontact/get?external_userid=" + m.Contacts[0])["follow_user"].([]any)[0].(object)
	if f["description"] != "爱喝美式" || len(f["remark_mobiles"].([]any)) != 0 {
		t.Errorf("after two remarks: %v", f)
	}
	if len(r.events()) != 0 {
		t.Error("API writes made an event")
	}
	r.set(func(w *world) { w.Switches.APIWrites = true })
	r.ok("externalcontact/remark", head+`,"remark":"x"}`)
	if e := r.events(); len(e) != 1 || e[0].ChangeType != "edit_external_contact" {
		t.Errorf("with the switch on: %v", names(e))
	}
}

func TestTagsLiveInGroupsThatAreNeverEmpty(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const add, edit, del = "externalcontact/add_corp_tag", "externalcontact/edit_corp_tag", "externalcontact/del_corp_tag"
	r.wants(40063, add, `{"group_name":"活动"}`)
	r.wants(40072, add, `{"group_name":"活动","tag":[{"name":"`+strings.Repeat("长", 31)+`"}]}`)
	r.wants(81011, add, `{"group_name":"来源","tag":[{"name":"电视"}]}`)
	out := r.ok(add, `{"group_name":"活动","order":5,"tag":[{"name":"双十一"},{"name":"年货节","order":2}]}`)
	group := dig(out, "tag_group", "group_id").(string)
	tags := dig(out, "tag_group", "tag").([]any)
	first, second := tags[0].(object)["id"].(string), tags[1].(object)["id"].(string)
	r.wants(40071, add, `{"group_name":"活动","tag":[{"name":"双十一"}]}`)
	if more := r.ok(add, `{"group_id":"`+group+`","tag":[{"name":"双十一"},{"name":"会员日"}]}`); len(dig(more, "tag_group", "tag").([]any)) != 1 {
		t.Errorf("existing names must be skipped: %v", more)
	}
	r.wants(40071, edit, `{"id":"`+first+`","name":"年货节"}`)
	r.ok(edit, `{"id":"`+first+`","name":"618"}`)
	m, _ := r.s.world.Staff.get("linxiaomei")
	head := `{"userid":"linxiaomei","external_userid":"` + m.Contacts[0] + `"`
	r.wants(40068, "externalcontact/mark_tag", head+`,"add_tag":["etNobody"]}`)
	r.wants(40063, "externalcontact/mark_tag", head+`}`)
	r.ok("externalcontact/mark_tag", head+`,"add_tag":["`+first+`","`+second+`"]}`)
	r.ok("externalcontact/mark_tag", head+`,"remove_tag":["`+second+`"]}`)
	marked := func() string {
		return fmt.Sprint(r.get("externalcontact/get?external_userid=" + m.Contacts[0])["follow_user"].([]any)[0].(object)["tags"])
	}
	if got := marked(); !strings.Contains(got, "618") || strings.Contains(got, "年货节") {
		t.Errorf("tags: %s", got)
	}
	r.ok(del, `{"tag_id":["`+first+`","`+second+`"]}`)
	if got := marked(); strings.Contains(got, "618") {
		t.Errorf("a deleted tag is still shown: %s", got)
	}
	asked := r.ok("externalcontact/get_corp_tag_list", `{"tag_id":["`+first+`"]}`)
	if got := asked["tag_group"].([]any)[0].(object)["tag"].([]any)[0].(object); got["deleted"] != true {
		t.Errorf("a deleted tag that was asked for: %v", got)
	}
	third := r.s.world.TagGroups.at[group].Tags[2].ID
	r.ok(del, `{"tag_id":["`+third+`"]}`)
	if got := len(r.ok("externalcontact/get_corp_tag_list", `{}`)["tag_group"].([]any)); got != 3 {
		t.Errorf("%d groups: the last tag must take its group along", got)
	}
	r.set(func(w *world) { w.Rules.TagCap = 12 })
	r.wants(40126, add, `{"group_name":"新","tag":[{"name":"一"}]}`)
}
