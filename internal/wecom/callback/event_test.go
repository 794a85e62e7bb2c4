package callback

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

const head = `<xml><ToUserName><![CDATA[ww1]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName>` +
	`<CreateTime>1735600321</CreateTime><MsgType><![CDATA[event]]></MsgType>`

func base(event, change string) Event {
	return Event{ToUser: "ww1", FromUser: "sys", MsgType: "event", Event: event, ChangeType: change,
		CreateTime: time.Unix(1735600321, 0).UTC()}
}

func TestEventsAreReadAsDocumented(t *testing.T) {
	t.Parallel()
	add := base("change_external_contact", "add_external_contact")
	add.UserID, add.ExternalUserID, add.State, add.WelcomeCode = "chenli", "wmCCC", "p0031", "CODE"
	join := base("change_external_chat", "update")
	join.ChatID, join.UpdateDetail, join.JoinScene, join.MemChangeCnt = "wrAAA", "add_member", 3, 2
	join.MemChangeList, join.LastMemVer, join.CurMemVer = []string{"wmCCC", "wmDDD"}, "9c", "71"
	link := base("customer_acquisition", "quota_expire_soon")
	link.ExpireTime, link.ExpireQuotaNum = time.Unix(1735700000, 0).UTC(), 12
	staff := base("change_contact", "update_user")
	staff.UserID, staff.NewUserID, staff.Department, staff.Status = "a", "b", []int64{1, 4294967299}, 5
	tag := base("change_external_tag", "delete")
	tag.ID, tag.TagType = "etT1", "tag_group"
	card := base("template_card_event", "")
	card.EventKey, card.TaskID, card.CardType, card.ResponseCode = "done", "t@1", "vote_interaction", "rc"
	card.SelectedItems = []SelectedItem{{"q1", []string{"o1", "o2"}}, {"q2", []string{"o3"}}}
	job := base("batch_job_result", "")
	job.JobID = "j1"

	for doc, want := range map[string]Event{
		`<Event><![CDATA[change_external_contact]]></Event><ChangeType>add_external_contact</ChangeType>` +
			`<UserID><![CDATA[chenli]]></UserID><ExternalUserID><![CDATA[wmCCC]]></ExternalUserID>` +
			`<State><![CDATA[p0031]]></State><WelcomeCode><![CDATA[CODE]]></WelcomeCode>`: add,
		`<Event>change_external_chat</Event><ChatId>wrAAA</ChatId><ChangeType>update</ChangeType>` +
			`<UpdateDetail>add_member</UpdateDetail><JoinScene>3</JoinScene><MemChangeCnt>2</MemChangeCnt>` +
			`<MemChangeList><Item>wmCCC</Item><Item><![CDATA[wmDDD]]></Item></MemChangeList>` +
			`<LastMemVer>9c</LastMemVer><CurMemVer>71</CurMemVer>`: join,
		`<Event>customer_acquisition</Event><ChangeType>quota_expire_soon</ChangeType>` +
			`<ExpireTime>1735700000</ExpireTime><ExpireQuotaNum>12</ExpireQuotaNum>`: link,
		`<Event>change_contact</Event><ChangeType>update_user</ChangeType><UserID>a</UserID>` +
			`<NewUserID>b</NewUserID><Department>1,4294967299</Department><Status>5</Status>`: staff,
		`<Event>change_external_tag</Event><ChangeType>delete</ChangeType><Id>etT1</Id>` +
			`<TagType>tag_group</TagType><Id>second</Id>`: tag,
		`<Event>template_card_event</Event><EventKey>done</EventKey><TaskId>t@1</TaskId>` +
			`<CardType>vote_interaction</CardType><ResponseCode>rc</ResponseCode><SelectedItems>` +
			`<SelectedItem><QuestionKey>q1</QuestionKey><OptionIds><OptionId>o1</OptionId>` +
			`<OptionId>o2</OptionId></OptionIds></SelectedItem><SelectedItem><QuestionKey>q2</QuestionKey>` +
			`<OpitonIds><OptionId>o3</OptionId></OpitonIds></SelectedItem></SelectedItems>`: card,
		`<Event>batch_job_result</Event><BatchJob><JobId>j1</JobId></BatchJob>`: job,
	} {
		got, err := Parse([]byte(head + doc + `</xml>`))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s\ngot  %+v, %v\nwant %+v", doc, got, err, want)
		}
	}
}

func TestAnEventNobodyKnowsIsStillAnEvent(t *testing.T) {
	t.Parallel()
	e, err := Parse([]byte(head + `<Event>change_moon</Event><ChangeType>eclipse</ChangeType>` +
		`<JoinScene>99</JoinScene></xml>`))
	if err != nil || e.Name() != "change_moon/eclipse" || e.JoinScene != 99 {
		t.Fatalf("got %+v, %v", e, err)
	}
}

func TestHostileValuesBecomeNothing(t *testing.T) {
	t.Parallel()
	e, err := Parse([]byte("<xml><CreateTime>-1</CreateTime><JoinScene>9223372036854775808</JoinScene>" +
		"<ExpireTime>999999999999999999</ExpireTime><State>a\xffb</State><Department>1,x,,2</Department></xml>"))
	if err != nil {
		t.Fatal(err)
	}
	if !e.CreateTime.IsZero() || e.JoinScene != 0 || !e.ExpireTime.IsZero() || e.State != "a\ufffdb" ||
		len(e.Department) != 2 || e.Name() != "" {
		t.Fatalf("got %+v", e)
	}
}

func TestTextInAPayloadIsNeverMarkup(t *testing.T) {
	t.Parallel()
	for doc, want := range map[string]string{
		`<![CDATA[</State><UserID>evil</UserID>]]>`: `</State><UserID>evil</UserID>`,
		`&lt;UserID&gt;&amp;&#x6d3b;&#30721;`:       `<UserID>&活码`,
		`<![CDATA[a]]]]><![CDATA[>b]]>`:             `a]]>b`,
		`  `:                                        ``,
	} {
		e, err := Parse([]byte(`<xml><State>` + doc + `</State></xml>`))
		if err != nil || e.State != want || e.UserID != "" {
			t.Errorf("%s: got %q, user %q, %v", doc, e.State, e.UserID, err)
		}
	}
}

func TestBytesThatAreNoDocumentAreRefused(t *testing.T) {
	t.Parallel()
	for _, doc := range []string{"", "hello", "<xml>", "[1]", "{", strings.Repeat("x", MaxBody+1)} {
		if _, err := Parse([]byte(doc)); err == nil {
			t.Errorf("%.10q parsed", doc)
		}
	}
}

func TestJSONSelectionsAreRead(t *testing.T) {
	t.Parallel()
	e, err := Parse([]byte(`{"Event":"template_card_event","SelectedItems":{"SelectedItem":[` +
		`{"QuestionKey":"q1","OptionIds":{"OptionId":["o1","o2"]}},` +
		`{"QuestionKey":"q2","OptionIds":{"OptionId":"o3"}}]}}`))
	want := []SelectedItem{{"q1", []string{"o1", "o2"}}, {"q2", []string{"o3"}}}
	if err != nil || !reflect.DeepEqual(e.SelectedItems, want) {
		t.Fatalf("got %+v, %v", e.SelectedItems, err)
	}
}
