package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/wecom/callback"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// rig is a sandbox over HTTP and the product that its callbacks reach.
type rig struct {
	t     *testing.T
	s     *Server
	url   string
	token string
	inbox *inbox
}

// inbox is a callback receiver that keeps what it could open.
type inbox struct {
	mu       sync.Mutex
	receiver *callback.Receiver
	events   []callback.Event
	bodies   []string
	rejected int
	fail     int // deliveries still to be answered with 500
}

func (i *inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if r.Method == http.MethodGet {
		echo, err := i.receiver.VerifyURL(r.URL.Query())
		if err != nil {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		w.Write(echo)
		return
	}
	if i.fail != 0 {
		i.fail--
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	body, _ := io.ReadAll(r.Body)
	m, err := i.receiver.Open(r.URL.Query(), body)
	if err != nil {
		i.rejected++
		w.WriteHeader(http.StatusForbidden)
		return
	}
	e, err := callback.Parse(m.Plaintext)
	if err != nil {
		i.rejected++
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	i.events, i.bodies = append(i.events, e), append(i.bodies, string(m.Plaintext))
}

// newRig starts a sandbox whose callbacks reach an inbox. Its clock stands.
func newRig(t *testing.T, set ...func(*Options)) *rig {
	t.Helper()
	o := Options{Clock: clock.NewManual(noon), Secret: "secret-of-the-test", Token: "token123",
		AESKey: "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", RetryAfter: time.Millisecond}
	for _, f := range set {
		f(&o)
	}
	corp := o.CorpID
	if corp == "" {
		corp = DefaultCorpID
	}
	receiver, err := callback.NewReceiver(o.Clock, []callback.Keys{{Token: o.Token, AESKey: o.AESKey, CorpID: corp}})
	if err != nil {
		t.Fatal(err)
	}
	in := &inbox{receiver: receiver}
	product := httptest.NewServer(in)
	t.Cleanup(product.Close)
	o.CallbackURL = product.URL + "/wecom/callback"
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	web := httptest.NewServer(s.Handler())
	t.Cleanup(web.Close)
	r := &rig{t: t, s: s, url: web.URL, inbox: in}
	r.login()
	return r
}

func (r *rig) login() {
	r.t.Helper()
	c := r.s.Credentials()
	out := r.get("gettoken?corpid=" + c.CorpID + "&corpsecret=" + c.Secret)
	r.token, _ = out["access_token"].(string)
	if r.token == "" {
		r.t.Fatalf("no token: %v", out)
	}
}

type object = map[string]any

func (r *rig) get(path string) object {
	r.t.Helper()
	join := "?"
	if strings.Contains(path, "?") {
		join = "&"
	}
	res, err := http.Get(r.url + "/cgi-bin/" + path + join + "access_token=" + r.token)
	if err != nil {
		r.t.Fatal(err)
	}
	return r.decode(res)
}

func (r *rig) decode(res *http.Response) object {
	r.t.Helper()
	defer res.Body.Close()
	var out object
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil {
		r.t.Fatalf("status %d, no JSON: %v", res.StatusCode, err)
	}
	return out
}

// post calls the API; body is JSON text.
func (r *rig) post(path, body string) object {
	r.t.Helper()
	res, err := http.Post(r.url+"/cgi-bin/"+path+"?access_token="+r.token, "application/json", strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	return r.decode(res)
}

// ok is post for calls that must succeed.
func (r *rig) ok(path, body string) object {
	r.t.Helper()
	out := r.post(path, body)
	if code(out) != 0 {
		r.t.Fatalf("%s: %v", path, out)
	}
	return out
}

func code(o object) int { return int(o["errcode"].(float64)) }

// wants checks the errcode of a POST.
func (r *rig) wants(want int, path, body string) object {
	r.t.Helper()
	out := r.post(path, body)
	if code(out) != want {
		r.t.Errorf("%s %s = %v, want errcode %d", path, body, out, want)
	}
	return out
}

// control calls the control API and returns status and answer.
func (r *rig) control(method, path string, body any) (int, object) {
	r.t.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		r.t.Fatal(err)
	}
	req, err := http.NewRequest(method, r.url+"/sandbox/api"+path, bytes.NewReader(b))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	return res.StatusCode, r.decode(res)
}

func (r *rig) do(a Action) Outcome {
	r.t.Helper()
	out, err := r.s.Do(a)
	if err != nil {
		r.t.Fatalf("%s: %v", a.Do, err)
	}
	return out
}

// events waits until nothing is queued and returns what came, by name.
func (r *rig) events() []callback.Event {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := r.s.Drain(ctx); err != nil {
		r.t.Fatal(err)
	}
	r.inbox.mu.Lock()
	defer r.inbox.mu.Unlock()
	return slices.Clone(r.inbox.events)
}

// set changes or reads the world.
func (r *rig) set(fn func(w *world)) {
	r.t.Helper()
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	fn(r.s.world)
}

func names(events []callback.Event) []string {
	out := []string{}
	for _, e := range events {
		out = append(out, e.Name())
	}
	return out
}

// stranger makes a person nobody knows.
func (r *rig) stranger() string {
	r.t.Helper()
	p, err := r.s.AddPerson(Person{})
	if err != nil {
		r.t.Fatal(err)
	}
	return p.ID
}

// contactWay makes one for the users and returns its config_id.
func (r *rig) contactWay(state string, users ...string) string {
	r.t.Helper()
	list, _ := json.Marshal(users)
	kind := 1
	if len(users) > 1 {
		kind = 2
	}
	out := r.ok("externalcontact/add_contact_way",
		fmt.Sprintf(`{"type":%d,"scene":2,"state":%q,"user":%s}`, kind, state, list))
	return out["config_id"].(string)
}

// group makes a customer group of owner and returns its chat_id.
func (r *rig) group(name, owner string) string {
	r.t.Helper()
	status, out := r.control("POST", "/groups", object{"name": name, "owner": owner})
	if status != 200 {
		r.t.Fatalf("group: %v", out)
	}
	return out["chat_id"].(string)
}

func (r *rig) joinWay(body string) string {
	r.t.Helper()
	return r.ok("externalcontact/groupchat/add_join_way", body)["config_id"].(string)
}

func dig(o object, path ...string) any {
	var v any = o
	for _, p := range path {
		m, ok := v.(object)
		if !ok {
			return nil
		}
		v = m[p]
	}
	return v
}
