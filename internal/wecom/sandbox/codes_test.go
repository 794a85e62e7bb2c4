package sandbox

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestContactWaysRefuseWhatWeComRefuses(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	long := strings.Repeat("长", 31)
	for body, want := range map[string]int{
		`{"scene":2,"user":["linxiaomei"]}`:                                        41037,
		`{"type":1,"user":["linxiaomei"]}`:                                         41038,
		`{"type":3,"scene":2,"user":["linxiaomei"]}`:                               41039,
		`{"type":1,"scene":3,"user":["linxiaomei"]}`:                               41040,
		`{"type":2,"scene":1,"style":3,"user":["linxiaomei"]}`:                     41042,
		`{"type":1,"scene":2,"user":["linxiaomei","wanghao"]}`:                     40058,
		`{"type":1,"scene":2}`:                                                     40058,
		`{"type":2,"scene":2,"user":[]}`:                                           40058,
		`{"type":1,"scene":2,"user":["linxiaomei"],"state":"` + long + `"}`:        40058,
		`{"type":1,"scene":2,"user":["linxiaomei"],"remark":"` + long + `"}`:       40058,
		`{"type":1,"scene":2,"user":["sunyue"]}`:                                   41054,
		`{"type":1,"scene":2,"user":["heming"]}`:                                   84074,
		`{"type":1,"scene":2,"user":["nobody"]}`:                                   60111,
		`{"type":"one","scene":2,"user":["linxiaomei"]}`:                           40058,
		`{"type":2,"scene":2,"party":[99]}`:                                        60123,
		`{"type":2,"scene":2,"is_temp":true,"user":["linxiaomei","wanghao"]}`:      40058,
		`{"type":1,"scene":2,"user":["linxiaomei"],"state":"` + long[:90] + `"}`:   0,
		`{"type":2,"scene":2,"user":["linxiaomei"],"party":[3],"unknown":"field"}`: 0,
	} {
		r.wants(want, "externalcontact/add_contact_way", body)
	}
	unverified, _ := r.s.world.Staff.get("wanghao")
	unverified.Verified = false
	r.wants(40098, "externalcontact/add_contact_way", `{"type":1,"scene":2,"user":["wanghao"]}`)
	for i := range 101 {
		r.s.world.Staff.put(&Staff{UserID: fmt.Sprint("extra", i), Department: []int64{4}, Status: StaffActive})
	}
	r.wants(41041, "externalcontact/add_contact_way", `{"type":2,"scene":2,"party":[4]}`)
}

func TestContactWaysCanBeReadChangedListedAndDeleted(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.contactWay("p1", "linxiaomei")
	r.ok("externalcontact/add_contact_way", `{"type":1,"scene":2,"is_temp":true,"user":["linxiaomei"]}`)
	get := func() object {
		return r.ok("externalcontact/get_contact_way", `{"config_id":"`+id+`"}`)["contact_way"].(object)
	}
	if way := get(); way["state"] != "p1" || way["skip_verify"] != true || !strings.HasPrefix(way["qr_code"].(string), r.url) {
		t.Errorf("read back: %v", way)
	}
	r.ok("externalcontact/update_contact_way", `{"config_id":"`+id+`","user":["wanghao"],"type":2}`)
	if way := get(); way["state"] != "p1" || way["type"] != 1.0 || fmt.Sprint(way["user"]) != "[wanghao]" {
		t.Errorf("left out fields must stay, type must not change: %v", way)
	}
	r.wants(40058, "externalcontact/update_contact_way", `{"config_id":"`+id+`","user":["wanghao","liujie"]}`)
	if fmt.Sprint(get()["user"]) != "[wanghao]" {
		t.Error("a refused update changed the way")
	}
	r.set(func(w *world) { w.Rules.StrictUpdate = true })
	r.ok("externalcontact/update_contact_way", `{"config_id":"`+id+`","user":["wanghao"]}`)
	if get()["state"] != "" {
		t.Error("a strict update must reset what is left out")
	}
	second := r.contactWay("p2", "liujie")
	out := r.ok("externalcontact/list_contact_way", `{"limit":1}`)
	if dig(out, "contact_way").([]any)[0].(object)["config_id"] != id || out["next_cursor"] == "" {
		t.Errorf("first page: %v", out)
	}
	out = r.ok("externalcontact/list_contact_way", `{"limit":1,"cursor":"`+out["next_cursor"].(string)+`"}`)
	if list := out["contact_way"].([]any); len(list) != 1 || list[0].(object)["config_id"] != second || out["next_cursor"] != "" {
		t.Errorf("second page must end without the temporary code: %v", out)
	}
	r.wants(50100, "externalcontact/list_contact_way", `{"cursor":"forged"}`)
	r.s.Advance(91 * 24 * time.Hour)
	r.login()
	if out := r.ok("externalcontact/list_contact_way", `{}`); len(out["contact_way"].([]any)) != 0 {
		t.Error("by default only 90 days are listed")
	}
	r.ok("externalcontact/del_contact_way", `{"config_id":"`+id+`"}`)
	r.wants(41044, "externalcontact/get_contact_way", `{"config_id":"`+id+`"}`)
	r.wants(41043, "externalcontact/get_contact_way", `{}`)
}

func TestContactWaysAndJoinWaysShareOneQuota(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.set(func(w *world) { w.Rules.ConfigQuota = 2 })
	r.contactWay("a", "linxiaomei")
	join := `{"scene":2,"chat_id_list":["` + r.s.world.Groups.rows[0].ChatID + `"]}`
	r.joinWay(join)
	r.wants(41045, "externalcontact/add_contact_way", `{"type":1,"scene":2,"user":["linxiaomei"]}`)
	r.wants(41045, "externalcontact/groupchat/add_join_way", join)
}

func TestJoinWaysAreOverwrittenWhole(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var ids []string
	for _, g := range r.s.world.Groups.rows {
		ids = append(ids, `"`+g.ChatID+`"`)
	}
	one := ids[0]
	for body, want := range map[string]int{
		`{"scene":2}`:                    40058,
		`{"chat_id_list":[` + one + `]}`: 40058,
		`{"scene":2,"chat_id_list":[` + strings.Join(ids, ",") + `]}`:                                 41091,
		`{"scene":2,"chat_id_list":["wrNobody"]}`:                                                     90501,
		`{"scene":2,"chat_id_list":[` + one + `],"state":"` + strings.Repeat("s", 31) + `"}`:          40058,
		`{"scene":2,"chat_id_list":[` + one + `],"room_base_name":"` + strings.Repeat("n", 41) + `"}`: 40058,
	} {
		r.wants(want, "externalcontact/groupchat/add_join_way", body)
	}
	made := r.ok("externalcontact/groupchat/add_join_way", `{"scene":2,"state":"g1","remark":"`+
		strings.Repeat("备", 40)+`","auto_create_room":0,"chat_id_list":[`+one+`]}`)
	if len(made) != 3 {
		t.Errorf("add returns more than config_id: %v", made)
	}
	id := made["config_id"].(string)
	get := func() object {
		return r.ok("externalcontact/groupchat/get_join_way", `{"config_id":"`+id+`"}`)["join_way"].(object)
	}
	if way := get(); way["remark"] != strings.Repeat("备", 30) || way["auto_create_room"] != 0.0 {
		t.Errorf("read back: %v", way)
	}
	r.ok("externalcontact/groupchat/update_join_way", `{"config_id":"`+id+`","scene":2,"chat_id_list":[`+ids[1]+`]}`)
	if way := get(); way["state"] != "" || way["auto_create_room"] != 1.0 {
		t.Errorf("an update must reset what is left out: %v", way)
	}
	r.wants(40058, "externalcontact/groupchat/update_join_way", `{"config_id":"`+id+`","scene":2}`)
	r.ok("externalcontact/groupchat/del_join_way", `{"config_id":"`+id+`"}`)
	r.wants(41044, "externalcontact/groupchat/get_join_way", `{"config_id":"`+id+`"}`)
	if got := r.do(Action{Do: "scan_group", Person: r.stranger(), ConfigID: id}); got.Result != Invalid {
		t.Errorf("scan of a deleted code: %v", got)
	}
}

func TestScannersFillTheListedGroupsInOrderThenWeComMakesAnother(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.QRThreshold = 3 })
	a, b := r.group("秋日 1", "chenyu"), r.group("秋日 2", "wanghao")
	way := r.joinWay(`{"scene":2,"state":"g12","room_base_name":"秋日 ","room_base_id":3,"chat_id_list":["` + a + `","` + b + `"]}`)
	var went []string
	var people []string
	for range 6 {
		p := r.stranger()
		out := r.do(Action{Do: "scan_group", Person: p, ConfigID: way})
		if out.Result != Joined {
			t.Fatalf("scan: %v", out)
		}
		went, people = append(went, out.ChatID), append(people, p)
	}
	third := went[4]
	if want := []string{a, a, b, b, third, third}; !slices.Equal(went, want) || third == a || third == b {
		t.Fatalf("scanners went to %v", went)
	}
	g := r.ok("externalcontact/groupchat/get", `{"chat_id":"`+third+`","need_name":1}`)["group_chat"].(object)
	if g["name"] != "秋日 3" || g["owner"] != "wanghao" {
		t.Errorf("the new group: %v", g)
	}
	last := g["member_list"].([]any)[2].(object)
	if last["state"] != "g12" || last["join_scene"] != 3.0 || last["type"] != 2.0 || last["unionid"] == "" || last["name"] == "" {
		t.Errorf("a scanner as a member: %v", last)
	}
	if base := r.ok("externalcontact/groupchat/get_join_way", `{"config_id":"`+way+`"}`); dig(base, "join_way", "room_base_id") != 4.0 {
		t.Errorf("the next number: %v", base)
	}
	if out := r.do(Action{Do: "scan_group", Person: people[0], ConfigID: way}); out.Result != Already || out.ChatID != a {
		t.Errorf("a second scan: %v", out)
	}
	events := r.events()
	count := map[string]int{}
	for _, n := range names(events) {
		count[n]++
	}
	if count["change_external_chat/create"] != 3 || count["change_external_chat/update"] != 6 {
		t.Errorf("events: %v", count)
	}
	e := events[len(events)-1]
	if e.UpdateDetail != "add_member" || e.JoinScene != 3 || !slices.Equal(e.MemChangeList, []string{people[5]}) ||
		e.CurMemVer != g["member_version"] || e.LastMemVer == e.CurMemVer {
		t.Errorf("the last event: %+v", e)
	}
}

func TestWithoutAutoCreateAFullJoinWayRefusesButInvitationsStillWork(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.QRThreshold = 2 })
	g := r.group("小群", "chenyu")
	way := r.joinWay(`{"scene":2,"auto_create_room":0,"chat_id_list":["` + g + `"]}`)
	r.do(Action{Do: "scan_group", Person: r.stranger(), ConfigID: way})
	late := r.stranger()
	if out := r.do(Action{Do: "scan_group", Person: late, ConfigID: way}); out.Result != Full {
		t.Errorf("scan of a full group: %v", out)
	}
	if out := r.do(Action{Do: "join", Person: late, ChatID: g, Invitor: "chenyu"}); out.Result != Joined {
		t.Errorf("invitation above the QR threshold: %v", out)
	}
	members := r.ok("externalcontact/groupchat/get", `{"chat_id":"`+g+`"}`)["group_chat"].(object)["member_list"].([]any)
	if m := members[2].(object); m["join_scene"] != 1.0 || dig(m, "invitor", "userid") != "chenyu" {
		t.Errorf("an invited member: %v", m)
	}
	r.set(func(w *world) { w.Rules.GroupCap = 3 })
	if out := r.do(Action{Do: "join", Person: r.stranger(), ChatID: g}); out.Result != Full {
		t.Errorf("invitation above the cap: %v", out)
	}
	r.do(Action{Do: "leave", Person: late, ChatID: g})
	if out := r.do(Action{Do: "join_link", Person: late, ChatID: g}); out.Result != Joined {
		t.Errorf("joining by link after leaving: %v", out)
	}
	r.do(Action{Do: "remove", Person: late, ChatID: g})
	var quits []int
	for _, e := range r.events() {
		if e.UpdateDetail == "del_member" {
			quits = append(quits, e.QuitScene)
		}
	}
	if !slices.Equal(quits, []int{0, 1}) {
		t.Errorf("quit scenes: %v, want left then removed", quits)
	}
}
