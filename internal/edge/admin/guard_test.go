package admin

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tuma-live/tuma/internal/core/access"
)

func TestWhatCanBeReadInTwoWaysIsRefused(t *testing.T) {
	w := sqliteWorld(t)
	admin := w.account("root", access.SuperAdmin, access.All)
	post := func(body string, header map[string]string) reply {
		return w.do(request{method: "POST", path: "/channels", cookie: admin, body: body,
			header: header})
	}
	for name, c := range map[string]struct {
		body   string
		header map[string]string
		status int
	}{
		"a name twice":           {`{"name":"a","kind":1,"name":"b"}`, nil, 400},
		"a name in another case": {`{"name":"a","kind":1,"NAME":"b"}`, nil, 400},
		"only the other case":    {`{"Name":"a","kind":1}`, nil, 400},
		"an unknown name":        {`{"name":"a","kind":1,"role":"super_admin"}`, nil, 400},
		"something behind it":    {`{"name":"a","kind":1} {}`, nil, 400},
		"no JSON":                {`name=a&kind=1`, nil, 400},
		"another media type": {`{"name":"a","kind":1}`,
			map[string]string{"Content-Type": "text/plain"}, 400},
		"a form": {`{"name":"a","kind":1}`,
			map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, 400},
		"too deep": {`{"name":` + strings.Repeat("[", 9000) + strings.Repeat("]",
			9000) + `,"kind":1}`, nil, 400},
		"too large": {`{"name":"` + strings.Repeat("a", 1<<20) + `","kind":1}`, nil,
			413},
		"a huge number":   {`{"name":"a","kind":1e999}`, nil, 400},
		"out of range":    {`{"name":"a","kind":9}`, nil, 422},
		"a wrong type":    {`{"name":7,"kind":1}`, nil, 422},
		"an array":        {`[]`, nil, 422},
		"nothing":         {``, nil, 400},
		"too long a name": {`{"name":"` + strings.Repeat("名", 31) + `","kind":1}`, nil, 422},
	} {
		t.Run(name, func(t *testing.T) {
			p := w.problem(post(c.body, c.header), c.status)
			if p.Code == "" || p.Title == "" || p.RequestID == "" || strings.Contains(p.Title,
				"request.") {
				t.Errorf("%+v", p)
			}
			for _, f := range p.Fields {
				if f.Message == "" || strings.HasPrefix(f.Message, "fault.") {
					t.Errorf("%+v", f)
				}
			}
		})
	}
	if p := get[Page[Channel]](w, admin, "/channels"); p.Total != 0 {
		t.Fatalf("a refused channel was kept: %+v", p.Items)
	}
}

func TestAProblemNeverRepeatsWhatWasSent(t *testing.T) {
	w := sqliteWorld(t)
	admin := w.account("root", access.SuperAdmin, access.All)
	const secret = "s3cret-value"
	r := w.do(request{method: "POST", path: "/accounts", cookie: admin,
		body: `{"login":"x","name":"x","password":"` + secret + `","role":7,"scope":"` + secret + `"}`})
	if bytes.Contains(r.body, []byte(secret)) || r.status != 422 {
		t.Fatalf("%d %s", r.status, r.body)
	}
}

func TestPathsAndMethodsThatAreNotThereAreProblems(t *testing.T) {
	w := sqliteWorld(t)
	admin := w.account("root", access.SuperAdmin, access.All)
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{"GET", "/nothing", 404}, {"GET", "/live-codes/", 404}, {"GET", "//live-codes", 404},
		{"GET", "/LIVE-CODES", 404},
		{"PUT", "/live-codes", 405}, {"DELETE", "/live-codes", 405},
		{"GET", "/live-codes/lc_x", 404},
		{"GET", "/groups/st_0000000000001", 404}, {"GET", "/contacts/%2e%2e", 404},
		{"POST", "/live-codes/../accounts", 404},
	} {
		if r := w.do(request{method: c.method, path: c.path, cookie: admin}); r.status != c.status {
			t.Errorf("%s %s: %d %s", c.method, c.path, r.status, r.body)
		} else if !strings.HasPrefix(r.header.Get("Content-Type"), "application/problem+json") {
			t.Errorf("%s %s: %s", c.method, c.path, r.header.Get("Content-Type"))
		}
	}
}

func TestListsTakeOnlyTheirOwnCursors(t *testing.T) {
	w := sqliteWorld(t)
	admin := w.account("root", access.SuperAdmin, access.All)
	for i := range 3 {
		w.group(fmt.Sprint("g", i), 1)
	}
	p := get[Page[Group]](w, admin, "/groups?limit=2")
	if p.NextCursor == nil || p.Total != 3 {
		t.Fatalf("%+v", p)
	}
	c := *p.NextCursor
	flipped := c[:len(c)-2] + string(c[len(c)-2]^1) + c[len(c)-1:]
	for path, status := range map[string]int{
		"/groups?cursor=" + c: 200, "/groups?cursor=" + flipped: 400, "/groups?cursor=%00": 400,
		"/groups?cursor=e30": 400,
		"/audit?cursor=" + c: 400, "/live-codes?cursor=" + c: 400, "/groups?limit=201": 422,
		"/groups?limit=0": 422, "/groups?limit=x": 422,
	} {
		if r := w.do(request{method: "GET", path: path, cookie: admin}); r.status != status {
			t.Errorf("%s: %d %s", path, r.status, r.body)
		}
	}
}

func FuzzCursor(f *testing.F) {
	cs := cursors{keys: [][]byte{[]byte("0123456789abcdef"), []byte("an older key")}}
	f.Add(cs.write(cursor{List: "codes.name", ID: 7, Text: "抖音"}), "codes.name")
	f.Add("", "codes.name")
	f.Add("e30", "groups")
	f.Fuzz(func(t *testing.T, s, list string) {
		c, err := cs.read(s, list)
		if err != nil || s == "" {
			return
		}
		if again := cs.write(c); c.List != list || again == "" {
			t.Fatalf("%q was read as %+v", s, c)
		}
	})
}

func TestACursorOutlivesAKeyRotation(t *testing.T) {
	t.Parallel()
	old := cursors{keys: [][]byte{[]byte("old")}}
	now := cursors{keys: [][]byte{[]byte("new"), []byte("old")}}
	want := cursor{List: "x", ID: 1, Number: 2, Text: "t"}
	if c, err := now.read(old.write(want), "x"); err != nil || c != want {
		t.Fatal(c, err)
	}
	if _, err := old.read(now.write(want), "x"); err == nil {
		t.Fatal("a new cursor is signed with the old key")
	}
}

func TestTheSameKeyIsCarriedOutOnce(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *testWorld) {
		admin := w.account("root", access.SuperAdmin, access.All)
		send := func(key, body string) reply {
			return w.do(request{method: "POST", path: "/channels", cookie: admin, body: body,
				header: map[string]string{keyHeader: key}})
		}
		const body = `{"name":"抖音","kind":2}`
		var wg sync.WaitGroup
		replies := make([]reply, 6)
		stop := make(chan struct{})
		go func() { // who waits for the first answer waits on the clock
			for {
				select {
				case <-stop:
					return
				default:
					w.clock.Advance(2 * time.Millisecond)
					time.Sleep(time.Millisecond)
				}
			}
		}()
		for i := range replies {
			wg.Go(func() { replies[i] = send("k1", body) })
		}
		wg.Wait()
		close(stop)
		for _, r := range replies {
			if r.status != http.StatusCreated || !bytes.Equal(r.body,
				replies[0].body) || r.header.Get("ETag") != `"1"` {
				t.Fatalf("%d %s %s", r.status, r.header.Get("ETag"), r.body)
			}
		}
		if p := get[Page[Channel]](w, admin, "/channels"); p.Total != 1 {
			t.Fatalf("%d channels", p.Total)
		}
		if p := w.problem(send("k1", `{"name":"小红书","kind":2}`),
			422); p.Code != "request.idempotency_reused" {
			t.Fatalf("%+v", p)
		}
		if p := w.problem(send(strings.Repeat("k", 300), body),
			400); len(p.Fields) != 1 || p.Fields[0].Path != keyHeader {
			t.Fatalf("%+v", p)
		}
		other := w.account("ann", access.SuperAdmin, access.All)
		r := w.do(request{method: "POST", path: "/channels", cookie: other,
			body: `{"name":"B站","kind":2}`, header: map[string]string{keyHeader: "k1"}})
		if r.status != http.StatusCreated {
			t.Fatalf("another caller's key: %d %s", r.status, r.body)
		}
		w.clock.Advance(keptFor + 1e9)
		if err := Forget(t.Context(), w.db, w.clock.Now()); err != nil {
			t.Fatal(err)
		}
		var n int64
		if err := w.db.Read().QueryRow(t.Context(),
			"select count(*) from idempotency").Scan(&n); err != nil || n != 0 {
			t.Fatal(n, err)
		}
	})
}

func TestARefusedRequestMayBeSentAgain(t *testing.T) {
	w := sqliteWorld(t)
	admin := w.account("root", access.SuperAdmin, access.All)
	d := draftOf("a")
	send := func() reply {
		return w.do(request{method: "POST", path: "/live-codes", cookie: admin, body: text2(w, d),
			header: map[string]string{keyHeader: "k"}})
	}
	w.problem(send(), http.StatusConflict)
	d["publish"] = false
	if r := send(); r.status != http.StatusCreated {
		t.Fatalf("%d %s", r.status, r.body)
	}
}

func TestAKeptAnswerIsSealed(t *testing.T) {
	w := sqliteWorld(t)
	admin := w.account("root", access.SuperAdmin, access.All)
	r := w.do(request{method: "POST", path: "/api-keys", cookie: admin,
		body: `{"name":"ci","role":"agent"}`, header: map[string]string{keyHeader: "k"}})
	key := answer[NewAPIKey](w, r, http.StatusCreated).Key
	var body []byte
	if err := w.db.Read().QueryRow(t.Context(),
		"select body from idempotency where key = 'k'").Scan(&body); err != nil {
		t.Fatal(err)
	}
	if len(body) == 0 || bytes.Contains(body, []byte(key)) {
		t.Fatal("the answer lies open")
	}
	again := w.do(request{method: "POST", path: "/api-keys", cookie: admin,
		body: `{"name":"ci","role":"agent"}`, header: map[string]string{keyHeader: "k"}})
	if !bytes.Equal(again.body, r.body) {
		t.Fatal("the repetition got another answer")
	}
}

func TestAKeptRequestCannotBeGuessedAt(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *testWorld) {
		admin := w.account("root", access.SuperAdmin, access.All)
		body := `{"name":"ci","role":"agent"}`
		answer[NewAPIKey](w, w.do(request{method: "POST", path: "/api-keys", cookie: admin, body: body,
			header: map[string]string{keyHeader: "k"}}), http.StatusCreated)
		var sum []byte
		if err := w.db.Read().QueryRow(t.Context(),
			"select request from idempotency where key = 'k'").Scan(&sum); err != nil {
			t.Fatal(err)
		}
		text := "POST /api/v1/api-keys\n\n" + body
		bare := sha256.Sum256([]byte(text))
		if bytes.Equal(sum, bare[:]) {
			t.Error("the request is kept as a bare hash")
		}
		h := hmac.New(sha256.New, w.api.Ring.Keys("idempotency")[0])
		h.Write([]byte(text))
		if !bytes.Equal(sum, h.Sum(nil)) {
			t.Error("the request is not hashed with our key")
		}
	})
}

func TestAForeignPageChangesNothing(t *testing.T) {
	w := sqliteWorld(t)
	admin := w.account("root", access.SuperAdmin, access.All)
	for name, h := range map[string]map[string]string{
		"cross-site":              {"Sec-Fetch-Site": "cross-site"},
		"same-site, other origin": {"Sec-Fetch-Site": "same-site"},
		"a foreign origin":        {"Sec-Fetch-Site": "", "Origin": "https://evil.example"},
		"a null origin":           {"Sec-Fetch-Site": "", "Origin": "null"},
		"neither":                 {"Sec-Fetch-Site": "", "Origin": ""},
	} {
		for _, rt := range w.api.routes() {
			if rt.method == "GET" {
				continue
			}
			path, body := (subjects{code: "lc_x"}).sample(rt)
			r := w.do(request{method: rt.method, path: path, cookie: admin, body: body, header: h})
			if r.status != http.StatusForbidden {
				t.Errorf("%s %s from %s: %d", rt.method, rt.path, name, r.status)
			}
		}
	}
}

func TestASessionCookieIsBoundAndHidden(t *testing.T) {
	w := sqliteWorld(t)
	w.account("root", access.SuperAdmin, access.All)
	login := func(pw string) reply {
		return w.do(request{method: "POST", path: "/session",
			body: text2(w, map[string]string{"login": "root", "password": pw})})
	}
	r := login(password)
	c := r.header.Get("Set-Cookie")
	for _, want := range []string{"__Host-tuma=", "Path=/", "HttpOnly", "Secure", "SameSite=Lax",
		"Max-Age=43200"} {
		if !strings.Contains(c, want) {
			t.Errorf("%q lacks %s", c, want)
		}
	}
	cookie, _, _ := strings.Cut(c, ";")
	if me := get[Me](w, cookie, "/session"); me.Login != "root" || !slices.Contains(me.Permissions,
		"role.manage") {
		t.Fatalf("%+v", me)
	}
	if r := w.do(request{method: "DELETE", path: "/session",
		cookie: cookie}); r.status != http.StatusNoContent || !strings.Contains(r.header.Get("Set-Cookie"), "Max-Age=0") {
		t.Fatalf("%d %s", r.status, r.header)
	}
	w.problem(w.do(request{method: "GET", path: "/session", cookie: cookie}),
		http.StatusUnauthorized)
	wrong, unknown := login("not the password"), w.do(request{method: "POST", path: "/session",
		body: `{"login":"nobody","password":"not the password"}`})
	a, b := w.problem(wrong, 401), w.problem(unknown, 401)
	a.RequestID, b.RequestID = "", ""
	if x, y := text2(w, a), text2(w, b); x != y {
		t.Fatalf("a login that exists shows: %s %s", x, y)
	}
}

func TestSettingUpNeedsTheTokenAndWorksOnce(t *testing.T) {
	w := sqliteWorld(t)
	token, err := w.api.Access.SetupToken(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if s := get[Setup](w, "", "/setup"); !s.Needed {
		t.Fatalf("%+v", s)
	}
	body := func(token string) string {
		return text2(w, map[string]string{"token": token, "login": "root", "name": "Root",
			"password": password})
	}
	w.problem(w.do(request{method: "POST", path: "/setup", body: body("guess")}),
		http.StatusForbidden)
	r := w.do(request{method: "POST", path: "/setup", body: body(token)})
	if me := answer[Me](w, r, http.StatusOK); me.Role != "super_admin" || r.header.Get("Set-Cookie") == "" {
		t.Fatalf("%+v", me)
	}
	w.problem(w.do(request{method: "POST", path: "/setup", body: body(token)}), http.StatusConflict)
	if s := get[Setup](w, "", "/setup"); s.Needed {
		t.Fatalf("%+v", s)
	}
}

func TestHumasMessagesHaveOurCodes(t *testing.T) {
	w := sqliteWorld(t)
	admin := w.account("root", access.SuperAdmin, access.All)
	for body, want := range map[string]string{
		`{"kind":1}`:           "name field.required",
		`{"name":"","kind":1}`: "name field.too_short",
		`{"name":"` + strings.Repeat("a", 31) + `","kind":1}`: "name field.too_long",
		`{"name":"a","kind":6}`:                               "kind field.out_of_range",
		`{"name":"a","kind":-1}`:                              "kind field.out_of_range",
		`{"name":"a","kind":"x"}`:                             "kind field.invalid",
	} {
		p := w.problem(w.do(request{method: "POST", path: "/channels", cookie: admin, body: body}),
			422)
		if len(p.Fields) != 1 || p.Fields[0].Path+" "+p.Fields[0].Code != want {
			t.Errorf("%.40s: %+v", body, p.Fields)
		}
	}
	for body, want := range map[string]string{
		`{"name":"a","kind":"x","pool":{}}`:                                "kind field.unknown",
		`{"name":"a","kind":"group","pool":{},"ends_at":"tomorrow"}`:       "ends_at field.time",
		`{"name":"a","kind":"group","pool":{"members":[{"target":"gp"}]}}`: "pool.members.0.target field.not_found",
	} {
		p := w.problem(w.do(request{method: "POST", path: "/live-codes", cookie: admin, body: body}), 422)
		if len(p.Fields) != 1 || p.Fields[0].Path+" "+p.Fields[0].Code != want {
			t.Errorf("%s: %+v", body, p.Fields)
		}
	}
}
