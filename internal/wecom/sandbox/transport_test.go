package sandbox

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestTokenIsReadFromTheQueryStringOnlyAndBeforeTheBody(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	req, _ := http.NewRequest("POST", r.url+"/cgi-bin/externalcontact/add_contact_way", strings.NewReader("no json"))
	req.Header.Set("Authorization", "Bearer "+r.token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if got := code(r.decode(res)); got != 41001 {
		t.Errorf("token in a header: %d, want 41001", got)
	}
	good := r.token
	r.token = "stolen"
	out := r.wants(40014, "externalcontact/groupchat/list", "no json")
	if list, ok := out["group_chat_list"].([]any); !ok || len(list) != 0 {
		t.Errorf("the array is missing from the error: %v", out)
	}
	r.token = good
	bad := r.wants(40058, "externalcontact/groupchat/list", "no json")
	if msg := bad["errmsg"].(string); !strings.Contains(msg, "from ip: 127.0.0.1") || !strings.Contains(msg, "hint: [") {
		t.Errorf("errmsg %q has no hint or address", msg)
	}
}

func TestUnknownPathsAre404WithoutABody(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, path := range []string{"externalcontact/groupchat/create", "externalcontact/groupchat/remove_member",
		"externalcontact/add", "externalcontact/groupchat/list_join_way"} {
		res, err := http.Post(r.url+"/cgi-bin/"+path+"?access_token="+r.token, "application/json", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if res.StatusCode != 404 || len(body) != 0 {
			t.Errorf("%s = %d %q, want an empty 404", path, res.StatusCode, body)
		}
	}
	if got := code(r.get("externalcontact/groupchat/list")); got != 40058 {
		t.Errorf("GET on a POST endpoint = %d, want 40058", got)
	}
}

func TestGettokenChecksSecretThenCorpAndKeepsTheTokenFor7200Seconds(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.s.Credentials()
	for query, want := range map[string]int{
		"gettoken":                                             41004,
		"gettoken?corpsecret=x":                                41002,
		"gettoken?corpsecret=x&corpid=ww1":                     40013,
		"gettoken?corpsecret=x&corpid=" + c.CorpID:             40001,
		"gettoken?corpsecret=" + c.Secret + "&corpid=ww000000": 40013,
	} {
		if got := code(r.get(query)); got != want {
			t.Errorf("%s = %d, want %d", query, got, want)
		}
	}
	first := r.token
	if r.login(); r.token != first || len(first) < 300 || len(first) > 512 {
		t.Errorf("token changed early, or its length is %d", len(first))
	}
	r.s.Advance(7199 * time.Second)
	if got := code(r.get("get_api_domain_ip")); got != 0 {
		t.Errorf("one second before the end: %d", got)
	}
	r.s.Advance(time.Second)
	if got := code(r.get("get_api_domain_ip")); got != 42001 {
		t.Errorf("at the end: %d, want 42001", got)
	}
	if r.login(); r.token == first {
		t.Error("the expired token was given again")
	}
	r.token = first
	if got := code(r.get("get_api_domain_ip")); got != 40014 {
		t.Errorf("the token before: %d, want 40014", got)
	}
}

func TestAnAppMayOnlyWhatTheConsoleAllows(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	edit := func(patch object) {
		if status, out := r.control("PATCH", "/apps/1000002", patch); status != 200 {
			t.Fatal(out)
		}
	}
	edit(object{"trusted_ips": []string{"203.0.113.9"}})
	if got := code(r.get("get_api_domain_ip")); got != 60020 {
		t.Errorf("untrusted address: %d, want 60020", got)
	}
	edit(object{"trusted_ips": []string{}, "rights": object{"contacts": false, "links": false}})
	r.wants(48002, "externalcontact/get_corp_tag_list", "{}")
	r.wants(48002, "externalcontact/customer_acquisition/list_link", "{}")
	edit(object{"rights": object{"contacts": true, "links": true}, "departments": []int{5}})
	if got := code(r.get("user/get?userid=linxiaomei")); got != 0 {
		t.Errorf("in range: %d", got)
	}
	if got := code(r.get("user/get?userid=wanghao")); got != 60011 {
		t.Errorf("out of range: %d, want 60011", got)
	}
	if got := code(r.get("user/get?userid=nobody")); got != 60111 {
		t.Errorf("unknown: %d, want 60111", got)
	}
	hidden, _ := r.s.world.Staff.get("wanghao")
	if got := code(r.get("externalcontact/get?external_userid=" + hidden.Contacts[0])); got != 40096 {
		t.Errorf("customer of hidden staff: %d, want 40096", got)
	}
}

func TestCallLimitsBlockOnePathForTheWindow(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.Limits = &Limits{PerMinute: 3, PerHour: 5, BadSecrets: 100} })
	call := func() int { return code(r.get("get_api_domain_ip")) }
	for i := range 3 {
		if got := call(); got != 0 {
			t.Fatalf("call %d: %d", i, got)
		}
	}
	if got := call(); got != 45009 {
		t.Fatalf("call 4: %d, want 45009", got)
	}
	if got := code(r.get("getcallbackip")); got != 0 {
		t.Errorf("another path: %d", got)
	}
	r.s.Advance(59 * time.Second)
	if got := call(); got != 45009 {
		t.Errorf("after 59 s: %d, want 45009", got)
	}
	r.s.Advance(time.Second)
	if got := call(); got != 0 {
		t.Errorf("after 60 s: %d", got)
	}
	if call(); call() != 45009 { // the sixth within the hour
		t.Error("the hour's limit did not hold")
	}
	r.s.Advance(59 * time.Minute)
	if got := call(); got != 45009 {
		t.Errorf("after 59 minutes: %d, want 45009", got)
	}
	r.s.Advance(2 * time.Minute)
	if got := call(); got != 0 {
		t.Errorf("after the hour: %d", got)
	}
}

func TestListsHaveACapOfParallelCallsAndTagsOfConflicts(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) {
		o.Latency = Latency{Min: 100 * time.Millisecond}
		o.Limits = &Limits{PerMinute: 1000, PerHour: 1000, Parallel: 2, BadSecrets: 10}
	})
	m, _ := r.s.world.Staff.get("linxiaomei")
	mark := `{"userid":"linxiaomei","external_userid":"` + m.Contacts[0] + `","add_tag":["` +
		r.s.world.TagGroups.rows[0].Tags[0].ID + `"]}`
	both := func(f func() int) (codes []int) {
		var mu sync.Mutex
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				got := f()
				mu.Lock()
				defer mu.Unlock()
				codes = append(codes, got)
			})
		}
		wg.Wait()
		return codes
	}
	lists := both(func() int { return code(r.post("externalcontact/groupchat/list", `{"limit":1}`)) })
	if !slices.Contains(lists, 45033) || !slices.Contains(lists, 0) {
		t.Errorf("parallel lists: %v, want some 45033", lists)
	}
	marks := both(func() int { return code(r.post("externalcontact/mark_tag", mark)) })
	if !slices.Contains(marks, 45035) || !slices.Contains(marks, 0) {
		t.Errorf("parallel tagging: %v, want some 45035", marks)
	}
	r.ok("externalcontact/mark_tag", mark) // and everything was let go
}

func TestCallLogKeepsNoSecret(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.post("externalcontact/send_welcome_msg", `{"welcome_code":"canary-code","text":{"content":"hi"}}`)
	_, out := r.control("GET", "/calls", nil)
	text, _ := encodeJSON(out)
	if strings.Contains(text, r.token) || strings.Contains(text, r.s.Credentials().Secret) || strings.Contains(text, "canary-code") {
		t.Errorf("a secret is in the log: %s", text)
	}
	if !strings.Contains(text, "send_welcome_msg") || !strings.Contains(text, "41050") {
		t.Errorf("the call is not in the log: %s", text)
	}
}
