package wecom

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func aContactWay() ContactWay {
	return ContactWay{Type: TypeSingle, Scene: SceneQRCode, State: "p0031", User: []string{"chenli"}}
}

// creating is every call that makes something new.
var creating = map[string]func(*Client) error{
	opAddContactWay: func(c *Client) error { _, err := c.AddContactWay(bg, aContactWay()); return err },
	opAddJoinWay: func(c *Client) error {
		_, err := c.AddJoinWay(bg, JoinWay{Scene: SceneQRCode, ChatIDList: []string{"wr1"}})
		return err
	},
	opCreateLink: func(c *Client) error {
		_, err := c.CreateLink(bg, AcquisitionLink{LinkName: "a", Range: LinkRange{UserList: []string{"a"}}})
		return err
	},
	opSendWelcome: func(c *Client) error {
		return c.SendWelcomeMsg(bg, WelcomeMsg{WelcomeCode: "w", Text: &TextContent{"hi"}})
	},
	opSendMessage: func(c *Client) error {
		_, err := c.SendMessage(bg, Message{ToUser: []string{"a"}, Text: &TextContent{"hi"}})
		return err
	},
	opAddCorpTag: func(c *Client) error {
		_, err := c.AddCorpTag(bg, NewTags{GroupName: "g", Tag: []NewTag{{Name: "t"}}})
		return err
	},
	opAddTemplate: func(c *Client) error {
		_, err := c.AddGroupWelcomeTemplate(bg, GroupWelcomeTemplate{Text: &TextContent{"hi"}})
		return err
	},
}

// faults are answers that leave open whether a call worked.
var faults = map[string]struct {
	answer func(http.ResponseWriter, *http.Request)
	class  Class // for a read
}{
	"empty 200":     {func(http.ResponseWriter, *http.Request) {}, Malformed},
	"HTML":          {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") }, Malformed},
	"cut JSON":      {always(`{"errcode":0,"errmsg":"o`), Malformed},
	"an array":      {always(`[]`), Malformed},
	"proxy's JSON":  {always(`{"error":"blocked"}`), Malformed},
	"too large":     {always(`{"errcode":0,"x":"` + strings.Repeat("a", maxAnswer) + `"}`), Malformed},
	"gateway fails": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(502) }, Transient},
	"cut body": {func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		fmt.Fprint(w, `{"errcode":0`)
	}, Transient},
	"hangs up": {func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) }, Transient},
}

func TestACreatingCallIsNeverRepeatedAfterAnAmbiguousEnd(t *testing.T) {
	t.Parallel()
	for fault, with := range faults {
		for op, call := range creating {
			f := newFake(t, with.answer)
			class(t, call(f.client()), Unknown)
			if n := f.count(op); n != 1 {
				t.Errorf("%s after %s: %d calls", op, fault, n)
			}
		}
	}
}

func TestACreatingCallWithoutItsResultIsUnknown(t *testing.T) {
	t.Parallel()
	f := newFake(t, always(`{"errcode":0,"errmsg":"ok"}`))
	for _, op := range []string{opAddContactWay, opAddJoinWay, opCreateLink, opAddCorpTag, opAddTemplate} {
		e := class(t, creating[op](f.client()), Unknown)
		if !strings.Contains(e.Msg, "the answer has no") || f.count(op) != 1 {
			t.Errorf("%s: %v", op, e)
		}
	}
}

func TestAReadIsRepeatedAndThenReported(t *testing.T) {
	t.Parallel()
	for fault, with := range faults {
		f := newFake(t, with.answer)
		_, err := f.client().GetFollowUserList(bg)
		class(t, err, with.class)
		want := maxTries
		if fault == "too large" {
			want = 1
		}
		n := f.count("externalcontact/get_follow_user_list")
		if fault == "hangs up" {
			n = min(n, want) // net/http itself repeats a GET on a connection that was idle
		}
		if n != want {
			t.Errorf("%s: %d calls", fault, n)
		}
	}
}

func TestAReadHealsAfterAFault(t *testing.T) {
	t.Parallel()
	for fault, with := range faults {
		if fault == "too large" {
			continue
		}
		var n atomic.Int64
		f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
			if n.Add(1) < maxTries {
				with.answer(w, r)
				return
			}
			say(w, `{"errcode":0,"follow_user":["a"]}`)
		})
		if got, err := f.client().GetFollowUserList(bg); err != nil || len(got) != 1 {
			t.Errorf("%s: %v, %v", fault, got, err)
		}
	}
}

func TestSystemBusyIsRepeatedEvenWhereSomethingIsMade(t *testing.T) {
	t.Parallel()
	var n atomic.Int64
	f := newFake(t, func(w http.ResponseWriter, _ *http.Request) {
		if n.Add(1) == 1 {
			say(w, `{"errcode":-1,"errmsg":"system busy"}`)
			return
		}
		say(w, `{"errcode":0}`)
	})
	if err := creating[opSendWelcome](f.client()); err != nil || f.count(opSendWelcome) != 2 {
		t.Fatalf("%v after %d calls", err, f.count(opSendWelcome))
	}
}

func TestNoConnectionIsNotAmbiguous(t *testing.T) {
	t.Parallel()
	var tries atomic.Int64
	dial := func(context.Context, string, string) (net.Conn, error) {
		tries.Add(1)
		return nil, errors.New("dial tcp 10.1.2.3:443: connection refused")
	}
	tokens := NewMemoryTokens(newHurried())
	f := newFake(t, nil)
	c := f.client(func(cfg *Config) { cfg.Tokens = tokens })
	if err := c.CheckCredentials(bg); err != nil {
		t.Fatal(err)
	}
	c = f.client(func(cfg *Config) {
		cfg.Tokens = tokens
		cfg.HTTP = &http.Client{Transport: &http.Transport{DialContext: dial}}
	})
	e := class(t, creating[opAddJoinWay](c), Transient)
	if tries.Load() != maxTries || strings.Contains(e.Error(), "10.1.2.3") {
		t.Fatalf("%v after %d tries", e, tries.Load())
	}
}

func TestATimeoutOfACreatingCallIsUnknown(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	f := newFake(t, func(http.ResponseWriter, *http.Request) { <-release })
	defer close(release)
	c := f.client(func(cfg *Config) { cfg.HTTP = &http.Client{Timeout: 100 * time.Millisecond} })
	class(t, creating[opAddContactWay](c), Unknown)
	if f.count(opAddContactWay) != 1 {
		t.Fatalf("%d calls", f.count(opAddContactWay))
	}
}

func TestACallerWhoGivesUpIsToldSoAndNotRepeated(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(bg)
	f := newFake(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	_, err := f.client().GetFollowUserList(ctx)
	class(t, err, Transient)
	if !errors.Is(err, context.Canceled) || f.count("externalcontact/get_follow_user_list") != 1 {
		t.Fatalf("got %v", err)
	}
	_, err = f.client().GetFollowUserList(ctx)
	if class(t, err, Transient); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
}

func TestOtherRefusalsAreNotRepeated(t *testing.T) {
	t.Parallel()
	for code, want := range map[int]Class{
		84061: Permanent, 40058: Permanent, 60020: Setup, 48002: Setup, 41063: Transient,
		90507: Transient, 40096: Permanent, 123456: Permanent, 301002: Setup,
	} {
		f := newFake(t, always(fmt.Sprintf(`{"errmsg":"no","errcode":%d}`, code)))
		_, err := f.client().GetFollowUserList(bg)
		e := class(t, err, want)
		if e.Code != code || !IsCode(err, 1, code) || f.count("externalcontact/get_follow_user_list") != 1 {
			t.Errorf("%d: %v", code, err)
		}
	}
}

func TestRedirectsAndUnknownPathsAreMalformed(t *testing.T) {
	t.Parallel()
	var elsewhere atomic.Int64
	for _, status := range []int{301, 302, 404, 403} {
		f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/else") {
				elsewhere.Add(1)
			}
			w.Header().Set("Location", "/else")
			w.WriteHeader(status)
		})
		_, err := f.client().GetFollowUserList(bg)
		class(t, err, Malformed)
	}
	if elsewhere.Load() > 0 {
		t.Fatal("a redirect was followed with the token in the address")
	}
}

func TestNoSecretLeavesTheClient(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var seen bytes.Buffer
	note := func(v any) { mu.Lock(); fmt.Fprintf(&seen, "%v\n%+v\n", v, v); mu.Unlock() }
	for fault, with := range faults {
		f := newFake(t, with.answer)
		c := f.client(func(cfg *Config) { cfg.Log = func(r Call) { note(r) } })
		_, err := c.GetFollowUserList(bg)
		note(fault)
		note(err)
		note(creating[opAddJoinWay](c))
		f.Close() // from here on every error is the transport's own, with its address
		_, err = c.GetFollowUserList(bg)
		note(err)
		_, err = f.client().GetFollowUserList(bg) // gettoken with the secret in the address
		note(err)
	}
	echo := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		say(w, `{"errcode":40058,"errmsg":"bad `+r.URL.RawQuery+` `+testSecret+` from ip: 203.0.113.9"}`)
	})
	_, err := echo.client().GetFollowUserList(bg)
	note(err)
	for _, canary := range []string{testSecret, testToken, "203.0.113.9", "access_token=T", "corpsecret="} {
		if strings.Contains(seen.String(), canary) {
			t.Errorf("%s leaked:\n%s", canary, seen.String())
		}
	}
	if !strings.Contains(seen.String(), "gettoken") {
		t.Error("the log recorded no gettoken call, so this test proves little")
	}
}

func TestEveryHTTPCallIsLoggedOnce(t *testing.T) {
	t.Parallel()
	var calls []Call
	f := newFake(t, always(`{"errcode":84061,"errmsg":"no"}`))
	c := f.client(func(cfg *Config) { cfg.Log = func(r Call) { calls = append(calls, r) } })
	_, _ = c.GetUser(bg, "a")
	if len(calls) != 2 || calls[0].Op != opGetToken || calls[0].Class != "" || calls[0].Status != 200 {
		t.Fatalf("got %+v", calls)
	}
	last := calls[1]
	if last.Op != "user/get" || last.Code != 84061 || last.Class != Permanent ||
		last.Attempt != 1 || last.Bytes == 0 {
		t.Fatalf("got %+v", last)
	}
}
