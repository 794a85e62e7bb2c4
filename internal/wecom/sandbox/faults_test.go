package sandbox

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// raw posts a contact way and returns status, body and whether the connection broke.
func (r *rig) raw() (status int, body string, broke bool) {
	res, err := http.Post(r.url+"/cgi-bin/externalcontact/add_contact_way?access_token="+r.token,
		"application/json", strings.NewReader(`{"type":1,"scene":2,"user":["linxiaomei"]}`))
	if err != nil {
		return 0, "", true
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(b), false
}

func TestFaultsHitTheNextCallsAndNoMore(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]struct {
		contains string
		status   int
		broke    bool
		done     bool // the change was made all the same
	}{
		FaultBusy:      {`"errcode":-1`, 200, false, false},
		FaultParallel:  {`45033`, 200, false, false},
		FaultCode:      {`41054`, 200, false, false},
		FaultHTTP:      {`<html>`, 502, false, false},
		FaultSlow:      {`config_id`, 200, false, true},
		FaultTruncated: {`errcode`, 200, false, true},
		FaultEmpty:     {``, 200, false, true},
		FaultTimeout:   {``, 0, true, true},
		FaultRefused:   {``, 0, true, false},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			f := object{"kind": kind, "path": "add_contact_way", "next": 1}
			switch kind {
			case FaultCode:
				f["code"] = 41054
			case FaultHTTP:
				f["code"] = 502
			case FaultSlow:
				f["millis"] = 30
			}
			if status, out := r.control("POST", "/faults", f); status != 200 {
				t.Fatal(out)
			}
			begun := time.Now()
			status, body, broke := r.raw()
			if status != want.status || broke != want.broke || !strings.Contains(body, want.contains) {
				t.Errorf("got %d %q broke=%v", status, body, broke)
			}
			if kind == FaultSlow && time.Since(begun) < 30*time.Millisecond {
				t.Error("it was not slow")
			}
			if kind == FaultTruncated && strings.HasSuffix(body, "}") || kind == FaultEmpty && body != "" {
				t.Errorf("the body is whole: %q", body)
			}
			r.set(func(w *world) {
				if made := len(w.ContactWays.rows) == 1; made != want.done {
					t.Errorf("the change was made: %v, want %v", made, want.done)
				}
			})
			if _, body, _ := r.raw(); !strings.Contains(body, `"errcode":0`) {
				t.Errorf("the second call is hit too: %q", body)
			}
		})
	}
}

func TestTokenFaultsAreCuredByANewToken(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]int{FaultToken: 40014, FaultExpired: 42001} {
		r := newRig(t)
		if _, err := r.s.AddFault(Fault{Kind: kind, Path: "get_api_domain_ip", Next: 1}); err != nil {
			t.Fatal(err)
		}
		if got := code(r.get("get_api_domain_ip")); got != want {
			t.Errorf("%s = %d, want %d", kind, got, want)
		}
		if got := code(r.get("getcallbackip")); got != want {
			t.Errorf("%s: another path = %d, want %d", kind, got, want)
		}
		r.login()
		if got := code(r.get("get_api_domain_ip")); got != 0 {
			t.Errorf("%s after a new token: %d", kind, got)
		}
	}
}

func TestALimitFaultBlocksForItsWindowAndHealEndsTheRest(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.s.AddFault(Fault{Kind: FaultLimit, Path: "get_api_domain_ip", Next: 1, Millis: 30_000})
	for _, step := range []struct {
		wait time.Duration
		want int
	}{{0, 45009}, {29 * time.Second, 45009}, {time.Second, 0}} {
		r.s.Advance(step.wait)
		if got := code(r.get("get_api_domain_ip")); got != step.want {
			t.Errorf("after %v: %d, want %d", step.wait, got, step.want)
		}
	}
	f, _ := r.s.AddFault(Fault{Kind: FaultBusy})
	for range 3 {
		if got := code(r.get("getcallbackip")); got != -1 {
			t.Errorf("a fault without end: %d", got)
		}
	}
	r.s.Heal(f.ID)
	if got := code(r.get("getcallbackip")); got != 0 {
		t.Errorf("healed: %d", got)
	}
	if _, err := r.s.AddFault(Fault{Kind: "earthquake"}); err == nil {
		t.Error("an unknown kind was taken")
	}
}
