package wecom

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"
)

// exchange is one documented call: what we must send and what we make of the answer.
type exchange struct {
	call   func(*Client) (any, error)
	op     string
	query  string // beside the token, of a GET
	body   string // JSON, of a POST
	answer string
	want   any
}

const ok = `{"errcode":0,"errmsg":"ok"}`

var yes = true

func exchanges() map[string]exchange {
	none := func(err error) (any, error) { return nil, err }
	note := "Lee fair"
	return map[string]exchange{
		"contact way": {
			call: func(c *Client) (any, error) {
				return c.AddContactWay(bg, ContactWay{Type: 1, Scene: 2, Remark: "window poster",
					State: "p0031", User: []string{"chenli"}})
			},
			op: opAddContactWay,
			body: `{"type":1,"scene":2,"remark":"window poster","skip_verify":false,"state":"p0031",
				"user":["chenli"],"party":[]}`,
			answer: `{"errcode":0,"config_id":"1f6b","qr_code":"https://p.qpic.cn/x"}`,
			want:   NewContactWay{"1f6b", "https://p.qpic.cn/x"},
		},
		"contact way read": {
			call: func(c *Client) (any, error) { return c.GetContactWay(bg, "1f6b") },
			op:   "externalcontact/get_contact_way", body: `{"config_id":"1f6b"}`,
			answer: `{"errcode":0,"contact_way":{"config_id":"1f6b","type":2,"scene":2,"skip_verify":true,
				"user":["a","b"],"party":null,"mark_source":true,"qr_code":"u","state":"s"}}`,
			want: ContactWay{ConfigID: "1f6b", Type: 2, Scene: 2, SkipVerify: true,
				User: []string{"a", "b"}, MarkSource: &yes, QRCode: "u", State: "s"},
		},
		"contact way changed": {
			call: func(c *Client) (any, error) {
				return none(c.UpdateContactWay(bg, ContactWay{ConfigID: "1f6b", Type: 2, Scene: 2,
					SkipVerify: true, User: []string{"wangfang", "zhaolei"}, Party: []int64{5}, QRCode: "u"}))
			},
			op: "externalcontact/update_contact_way",
			body: `{"config_id":"1f6b","remark":"","skip_verify":true,"state":"",
				"user":["wangfang","zhaolei"],"party":[5]}`,
			answer: ok,
		},
		"join way": {
			call: func(c *Client) (any, error) {
				return c.AddJoinWay(bg, JoinWay{Scene: 2, Remark: "autumn", AutoCreateRoom: 1,
					RoomBaseName: "Autumn ", RoomBaseID: 6, ChatIDList: []string{"wrA", "wrB"}, State: "g12"})
			},
			op: opAddJoinWay,
			body: `{"scene":2,"remark":"autumn","auto_create_room":1,"room_base_name":"Autumn ",
				"room_base_id":6,"chat_id_list":["wrA","wrB"],"state":"g12"}`,
			answer: `{"errcode":0,"config_id":"9ad7"}`, want: "9ad7",
		},
		"join way without new groups": {
			call: func(c *Client) (any, error) {
				return none(c.UpdateJoinWay(bg, JoinWay{ConfigID: "9ad7", Scene: 2, ChatIDList: []string{"wrA"}}))
			},
			op: "externalcontact/groupchat/update_join_way",
			body: `{"config_id":"9ad7","scene":2,"remark":"","auto_create_room":0,"room_base_name":"",
				"chat_id_list":["wrA"],"state":""}`,
			answer: ok,
		},
		"group": {
			call: func(c *Client) (any, error) { return c.GetGroupChat(bg, "wrA", true) },
			op:   "externalcontact/groupchat/get", body: `{"chat_id":"wrA","need_name":1}`,
			answer: `{"errcode":0,"group_chat":{"chat_id":"wrA","name":"Autumn 5","owner":"chenli",
				"create_time":1735600000,"member_list":[{"userid":"wmC","type":2,"join_time":1735600500,
				"join_scene":3,"state":"g12","name":"Lee","invitor":{"userid":"chenli"}}],
				"admin_list":[{"userid":"wangfang"}],"member_version":"7121"}}`,
			want: GroupChat{ChatID: "wrA", Name: "Autumn 5", Owner: "chenli", CreateTime: 1735600000,
				MemberList: []GroupMember{{UserID: "wmC", Type: 2, JoinTime: 1735600500, JoinScene: 3,
					State: "g12", Name: "Lee", Invitor: &Invitor{"chenli"}}},
				AdminList: []GroupAdmin{{"wangfang"}}, MemberVersion: "7121"},
		},
		"customer pages": {
			call: func(c *Client) (any, error) { return collect(c.BatchGetByUser(bg, []string{"chenli"})) },
			op:   "externalcontact/batch/get_by_user",
			body: `{"userid_list":["chenli"],"cursor":"","limit":100}`,
			answer: `{"errcode":0,"external_contact_list":[{"external_contact":{"external_userid":"wmC","type":1},
				"follow_info":{"userid":"chenli","tag_id":["etT1"],"add_way":1,"state":"p0031"}}],"next_cursor":""}`,
			want: []Relation{{ExternalContact{ExternalUserID: "wmC", Type: 1},
				FollowUser{UserID: "chenli", TagID: []string{"etT1"}, AddWay: 1, State: "p0031"}}},
		},
		"customers of one": {
			call: func(c *Client) (any, error) { return c.ListExternalContacts(bg, "chenli") },
			op:   "externalcontact/list", query: "userid=chenli",
			answer: `{"errcode":84061,"errmsg":"not external contact"}`, want: []string(nil),
		},
		"remark": {
			call: func(c *Client) (any, error) {
				return none(c.SetRemark(bg, Remark{UserID: "chenli", ExternalUserID: "wmC", Remark: &note}))
			},
			op: "externalcontact/remark", answer: ok,
			body: `{"userid":"chenli","external_userid":"wmC","remark":"Lee fair"}`,
		},
		"new tags": {
			call: func(c *Client) (any, error) {
				return c.AddCorpTag(bg, NewTags{GroupName: "Channel", Order: 10,
					Tag: []NewTag{{"Fair", 2}, {"Poster", 1}}})
			},
			op: opAddCorpTag,
			body: `{"group_name":"Channel","order":10,
				"tag":[{"name":"Fair","order":2},{"name":"Poster","order":1}]}`,
			answer: `{"errcode":0,"tag_group":{"group_id":"etG","group_name":"Channel","order":10,
				"tag":[{"id":"etT1","name":"Fair","order":2}]}}`,
			want: TagGroup{GroupID: "etG", GroupName: "Channel", Order: 10,
				Tag: []Tag{{ID: "etT1", Name: "Fair", Order: 2}}},
		},
		"mark": {
			call: func(c *Client) (any, error) {
				return none(c.MarkTag(bg, "chenli", "wmC", []string{"etT1"}, []string{"etT9"}))
			},
			op: "externalcontact/mark_tag", answer: ok,
			body: `{"userid":"chenli","external_userid":"wmC","add_tag":["etT1"],"remove_tag":["etT9"]}`,
		},
		"welcome": {
			call: func(c *Client) (any, error) {
				return none(c.SendWelcomeMsg(bg, WelcomeMsg{"CODE", &TextContent{"Hello & welcome"},
					[]Attachment{{MsgType: "link", Link: &Link{Title: "Join", URL: "https://e.com/g/12"}}}}))
			},
			op: opSendWelcome, answer: ok,
			body: `{"welcome_code":"CODE","text":{"content":"Hello & welcome"},
				"attachments":[{"msgtype":"link","link":{"title":"Join","url":"https://e.com/g/12"}}]}`,
		},
		"acquisition link": {
			call: func(c *Client) (any, error) {
				return c.CreateLink(bg, AcquisitionLink{LinkName: "Ad A", SkipVerify: true,
					Range: LinkRange{[]string{"chenli"}, []int64{3}}})
			},
			op: opCreateLink,
			body: `{"link_name":"Ad A","range":{"user_list":["chenli"],"department_list":[3]},
				"skip_verify":true}`,
			answer: `{"errcode":0,"link":{"link_id":"ca1","url":"https://work.weixin.qq.com/ca/ca1","create_time":9}}`,
			want: AcquisitionLink{LinkID: "ca1", LinkName: "Ad A", SkipVerify: true, CreateTime: 9,
				URL: "https://work.weixin.qq.com/ca/ca1", Range: LinkRange{[]string{"chenli"}, []int64{3}}},
		},
		"card": {
			call: func(c *Client) (any, error) {
				return c.SendMessage(bg, Message{ToUser: []string{"chenli", "a"}, TemplateCard: &TemplateCard{
					CardType: "button_interaction", TaskID: "newgroup@1", MainTitle: &CardTitle{Title: "请建新群"},
					ButtonList: []CardButton{{Text: "Done", Style: 1, Key: "done"}}}})
			},
			op: opSendMessage,
			body: `{"touser":"chenli|a","msgtype":"template_card","agentid":1000002,"template_card":{
				"card_type":"button_interaction","main_title":{"title":"请建新群"},"task_id":"newgroup@1",
				"button_list":[{"text":"Done","style":1,"key":"done"}]}}`,
			answer: `{"errcode":0,"invaliduser":"a","invalidparty":"","msgid":"m1","response_code":"xyz"}`,
			want:   Sent{MsgID: "m1", ResponseCode: "xyz", InvalidUser: []string{"a"}},
		},
		"visitor": {
			call: func(c *Client) (any, error) { return c.GetUserInfo(bg, "c/+=") },
			op:   "auth/getuserinfo", query: "code=c%2F%2B%3D",
			answer: `{"errcode":0,"openid":"o1","external_userid":"wmC"}`,
			want:   Visitor{OpenID: "o1", ExternalUserID: "wmC"},
		},
		"staff": {
			call: func(c *Client) (any, error) { return c.GetUser(bg, "chenli") },
			op:   "user/get", query: "userid=chenli",
			answer: `{"errcode":0,"userid":"chenli","gender":"1","department":[1,4294967299],"status":1}`,
			want:   User{UserID: "chenli", Gender: 1, Department: []int64{1, 4294967299}, Status: 1},
		},
	}
}

func TestCallsAreSentAndReadAsDocumented(t *testing.T) {
	t.Parallel()
	for name, x := range exchanges() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
				x.compare(t, r)
				say(w, x.answer)
			})
			got, err := x.call(f.client())
			if err != nil || !reflect.DeepEqual(got, x.want) {
				t.Errorf("got  %+v, %v\nwant %+v", got, err, x.want)
			}
			if f.count(x.op) != 1 {
				t.Errorf("%d calls of %s", f.count(x.op), x.op)
			}
		})
	}
}

func (x exchange) compare(t *testing.T, r *http.Request) {
	q := r.URL.Query()
	q.Del("access_token")
	if r.URL.Path != "/cgi-bin/"+x.op || q.Encode() != x.query {
		t.Errorf("sent to %s with %s", r.URL.Path, q.Encode())
	}
	if x.body == "" {
		if r.Method != http.MethodGet {
			t.Errorf("sent by %s", r.Method)
		}
		return
	}
	var want map[string]any
	if err := json.Unmarshal([]byte(x.body), &want); err != nil {
		t.Fatal(err)
	}
	if got := body(t, r); r.Method != http.MethodPost || !reflect.DeepEqual(got, want) {
		t.Errorf("%s sent\n%v\nwant\n%v", r.Method, got, want)
	}
}

func TestALongSpanOfContactWaysIsWalkedInWindows(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	to := from.Add(200 * 24 * time.Hour)
	var last int64 = from.Unix() - 1
	f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		in := body(t, r)
		start, end := int64(in["start_time"].(float64)), int64(in["end_time"].(float64))
		if start != last+1 || end-start > 90*24*3600 {
			t.Errorf("window %d to %d after %d", start, end, last)
		}
		last = end
		say(w, `{"errcode":0,"contact_way":[{"config_id":"c"}]}`)
	})
	ids, err := collect(f.client().ListContactWays(bg, from, to))
	if err != nil || len(ids) != 3 || last != to.Unix() {
		t.Fatalf("got %v, %v, up to %d", ids, err, last)
	}
}

func TestManyOwnersAreAskedForInParts(t *testing.T) {
	t.Parallel()
	asked := 0
	f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		owners := body(t, r)["owner_filter"].(map[string]any)["userid_list"].([]any)
		if asked += len(owners); len(owners) > 100 {
			t.Errorf("%d owners in one call", len(owners))
		}
		say(w, `{"errcode":0,"group_chat_list":[{"chat_id":"wr1","status":0}]}`)
	})
	groups, err := collect(f.client().ListGroupChats(bg, make([]string, 250), 0))
	if err != nil || len(groups) != 3 || asked != 250 {
		t.Fatalf("got %v, %v for %d owners", groups, err, asked)
	}
}

func TestAFileIsUploadedWholeWithItsNameAndLength(t *testing.T) {
	t.Parallel()
	data := bytes.Repeat([]byte("海报\r\n--"), 1000)
	tries := 0
	f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength <= int64(len(data)) {
			t.Errorf("declared length %d", r.ContentLength)
		}
		part, header, err := r.FormFile("media")
		if err != nil {
			t.Error(err)
			return
		}
		got, _ := io.ReadAll(part)
		if !bytes.Equal(got, data) || header.Filename != "海报_.png" || r.URL.Query().Get("type") != "image" ||
			header.Header.Get("Content-Type") != "image/png" {
			t.Errorf("got %d bytes as %q", len(got), header.Filename)
		}
		if tries++; tries == 1 {
			w.WriteHeader(502) // the second try must send the file again
			return
		}
		say(w, `{"errcode":0,"errmsg":"","type":"image","media_id":"m1","created_at":"1700000000"}`)
	})
	file := File{`海报".png`, "image/png", bytes.NewReader(data), int64(len(data))}
	m, err := f.client().UploadMedia(bg, "image", file)
	if err != nil || m.MediaID != "m1" || m.CreatedAt != 1700000000 || tries != 2 {
		t.Fatalf("got %+v, %v after %d tries", m, err, tries)
	}
}

func TestADownloadIsTheFileOrTheError(t *testing.T) {
	t.Parallel()
	f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("media_id") == "gone" {
			say(w, `{"errcode":40007,"errmsg":"invalid media_id"}`)
			return
		}
		w.Header().Set("Content-Type", "image/png")
		w.Header().Set("Content-Disposition", `attachment; filename="a.png"`)
		_, _ = w.Write([]byte{0x89, 'P'})
	})
	m, err := f.client().GetMedia(bg, "m1")
	if err != nil || m.Name != "a.png" || len(m.Data) != 2 || m.ContentType != "image/png" {
		t.Errorf("got %+v, %v", m, err)
	}
	if _, err := f.client().GetMedia(bg, "gone"); !IsCode(err, 40007) {
		t.Errorf("got %v", err)
	}
}

func TestTheAuthorizeAddressIsAsDocumented(t *testing.T) {
	t.Parallel()
	c := New(Config{CorpID: "ww1", AgentID: 7})
	got, err := c.AuthorizeURL("https://t.example.com/q/a?x=1", "s1")
	want := "https://open.weixin.qq.com/connect/oauth2/authorize?appid=ww1&redirect_uri=" +
		"https%3A%2F%2Ft.example.com%2Fq%2Fa%3Fx%3D1&response_type=code&scope=snsapi_base&state=s1" +
		"&agentid=7#wechat_redirect"
	if err != nil || got != want {
		t.Errorf("got %s, %v", got, err)
	}
	long := strings.Repeat("a", 129)
	for _, bad := range [][2]string{{"t.example.com", "s"}, {"https://a", "a-b"}, {"https://a", long}} {
		if _, err := c.AuthorizeURL(bad[0], bad[1]); ClassOf(err) != Permanent {
			t.Errorf("%v gave %v", bad, err)
		}
	}
}
