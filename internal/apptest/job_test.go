package apptest

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"sync"
	"testing"

	"github.com/tuma-live/tuma/internal/schema/schematest"
)

type list[T any] struct {
	Items []T `json:"items"`
	Total int `json:"total"`
}

type target struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Status   string `json:"status"`
	Follows  bool   `json:"follows"`
	Capacity int    `json:"capacity"`
	Members  int    `json:"members"`
	Held     int    `json:"held"`
	Free     int    `json:"free"`
}

type code struct {
	ID       string                     `json:"id"`
	URL      string                     `json:"url"`
	Carriers struct{ Ready, Total int } `json:"carriers"`
}

// publish makes a code over targets and waits for its QR codes.
func publish(n *Node, kind, name string, targets ...string) code {
	n.t.Helper()
	var members []map[string]any
	for _, t := range targets {
		members = append(members, map[string]any{"target": t, "weight": 1, "backup": false})
	}
	var c code
	n.Do("POST", "/live-codes", map[string]any{
		"name": name, "kind": kind, "purpose": "other", "sticky": true, "publish": true, "tags": []string{}, "note": "",
		"pool":     map[string]any{"strategy": "in_order", "auto_create": false, "base_name": "", "members": members},
		"fallback": []map[string]any{{"kind": "page", "text": "电话 400-800-1234"}},
		"page":     map[string]any{"title": name, "subtitle": "", "guide": "", "show_count": "exact", "contact_text": "电话 400-800-1234", "notice": ""},
	}, &c)
	n.Wait("the QR codes are made", func() bool {
		n.Do("GET", "/live-codes/"+c.ID, nil, &c)
		return c.Carriers.Total > 0 && c.Carriers.Ready == c.Carriers.Total
	})
	return c
}

// The main job, whole: a code is made, a customer scans it and joins, a second
// one adds a staff member, is tagged and welcomed, and the operator sees why.
func TestAScanReachesAPersonAndComesBackAsAFact(t *testing.T) {
	addr := Free(t)
	n, _ := Start(t, addr, "", "")
	corp := StartCorp(t, n.URL+"/wecom/callback")
	n.Connect(corp)
	var groups, staff list[target]
	n.Do("GET", "/groups", nil, &groups)
	n.Do("GET", "/staff", nil, &staff)

	g := publish(n, "group", "测试群码", groups.Items[0].ID)
	li := corp.Newcomer("小李<script>")
	n.Wait("the book has the code", func() bool { return corp.Visit(li, g.URL) == "joined" })
	n.Wait("the join is known", func() bool {
		var scans list[struct{ Outcome, Tier string }]
		n.Do("GET", "/scans?code="+g.ID, nil, &scans)
		return len(scans.Items) > 0 && scans.Items[0].Outcome == "joined"
	})

	var able string
	for _, s := range staff.Items {
		if s.Follows && s.Status == "active" && s.Name != "张婷" { // who confirms by hand
			able = s.ID
		}
	}
	var welcome struct{ ID string }
	n.Do("POST", "/welcomes", map[string]any{"name": "你好", "text": "{昵称}你好,我是{员工名}", "attachments": []any{}}, &welcome)
	s := publish(n, "staff", "测试员工码", able)
	n.Do("PATCH", "/live-codes/"+s.ID, map[string]any{"welcome": welcome.ID}, nil)
	wang := corp.Newcomer("王小美")
	n.Wait("the book has the code", func() bool { return corp.Visit(wang, s.URL) == "added" })
	type row struct {
		ID     string
		Name   string
		Source struct{ Tier string }
	}
	var contact row
	n.Wait("the customer is known, with where they came from", func() bool {
		var cs list[row]
		n.Do("GET", "/contacts?code="+s.ID, nil, &cs)
		if len(cs.Items) == 0 {
			return false
		}
		contact = cs.Items[0]
		return contact.Source.Tier == "code"
	})
	n.Wait("the welcome was sent", func() bool {
		var events []struct{ Kind string }
		n.Do("GET", "/contacts/"+contact.ID+"/timeline", nil, &events)
		for _, e := range events {
			if e.Kind == "welcome.sent" {
				return true
			}
		}
		return false
	})
}

// Two nodes on one database: an edit on one is served by the other, and seats
// are exact over both.
func TestTwoNodesWorkTogether(t *testing.T) {
	url := schematest.PostgresURL(t)
	a, keys := Start(t, Free(t), url, "")
	b, _ := Start(t, Free(t), url, keys)
	corp := StartCorp(t, a.URL+"/wecom/callback")
	a.Connect(corp)
	var groups list[target]
	a.Do("GET", "/groups", nil, &groups)
	g := groups.Items[len(groups.Items)-1]
	const seats = 40
	a.Do("PATCH", "/groups/"+g.ID, map[string]any{"capacity": g.Members + seats}, nil)
	c := publish(a, "group", "两个节点", g.ID)
	path := strings.TrimPrefix(c.URL, a.URL)
	b.Wait("the other node serves the code", func() bool { return strings.Contains(scan(t, b.URL+path, ""), "/q/img/") })

	var mu sync.Mutex
	seated := 0
	var wg sync.WaitGroup
	for i := range 120 {
		wg.Go(func() {
			node := []*Node{a, b}[i%2]
			page := scan(t, node.URL+path, "tap")
			mu.Lock()
			defer mu.Unlock()
			if strings.Contains(page, "/q/img/") {
				seated++
			}
		})
	}
	wg.Wait()
	// One visitor of the wait above holds a seat as well, unproven.
	var after target
	a.Do("GET", "/groups/"+g.ID, nil, &after)
	if seated+1 < seats || after.Held != seats || after.Free != 0 {
		t.Fatalf("%d visitors seated, %d of %d seats held, %d free", seated, after.Held, seats, after.Free)
	}
	if seated > seats {
		t.Fatalf("%d visitors were seated on %d seats", seated, seats)
	}
}

const wechat = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 " +
	"(KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.50 Language/zh_CN"

// scan opens a code's page as a new visitor; with how "tap" as one who then
// presses the button that proves a person.
func scan(t testing.TB, url, how string) string {
	t.Helper()
	jar, _ := cookiejar.New(nil) // without options it cannot fail
	c := &http.Client{Jar: jar}
	page := open(t, c, http.MethodGet, url)
	if how == "tap" && !strings.Contains(page, "/q/img/") {
		page = open(t, c, http.MethodPost, url)
	}
	return page
}

func open(t testing.TB, c *http.Client, method, url string) string {
	t.Helper()
	req, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("User-Agent", wechat)
	res, err := c.Do(req)
	if err != nil {
		t.Error(err)
		return ""
	}
	defer res.Body.Close() //nolint:errcheck // read below
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Error(err)
	}
	return string(b)
}
