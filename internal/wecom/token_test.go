package wecom

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestFourHundredCallersShareOneGettoken(t *testing.T) {
	t.Parallel()
	f := newFake(t, always(`{"errcode":0,"follow_user":["a"]}`))
	c := f.client()
	var wg sync.WaitGroup
	for range 400 {
		wg.Go(func() {
			if _, err := c.GetFollowUserList(bg); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := f.tokens.Load(); n != 1 {
		t.Fatalf("gettoken was called %d times", n)
	}
}

func TestARevokedTokenIsReplacedOnceForAllWhoNoticed(t *testing.T) {
	t.Parallel()
	f := newFake(t, always(`{"errcode":0,"follow_user":["a"]}`))
	c := f.client()
	for round := range 5 {
		f.current.Store("revoked")
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() {
				if _, err := c.GetFollowUserList(bg); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := f.tokens.Load(); n > int64(round)+2 {
			t.Fatalf("gettoken was called %d times for %d revocations", n, round+1)
		}
	}
}

func TestATokenRefusedTwiceIsReportedAndNotTriedForEver(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"40014", "42001"} {
		f := newFake(t, always(`{"errcode":`+code+`,"errmsg":"no"}`))
		_, err := f.client().GetFollowUserList(bg)
		class(t, err, Token)
		if n := f.count("externalcontact/get_follow_user_list"); n != 2 || f.tokens.Load() != 2 {
			t.Errorf("%s: %d calls with %d tokens", code, n, f.tokens.Load())
		}
	}
}

func TestACreatingCallIsReplayedWithANewTokenOnce(t *testing.T) {
	t.Parallel()
	f := newFake(t, always(`{"errcode":0,"config_id":"c1","qr_code":"u"}`))
	c := f.client()
	if err := c.CheckCredentials(bg); err != nil {
		t.Fatal(err)
	}
	f.current.Store("revoked")
	w, err := c.AddContactWay(bg, aContactWay())
	if err != nil || w.ConfigID != "c1" || f.count(opAddContactWay) != 2 {
		t.Fatalf("got %+v, %v after %d calls", w, err, f.count(opAddContactWay))
	}
}

func TestATokenIsRenewedBeforeItsEndByOneCaller(t *testing.T) {
	t.Parallel()
	clk := newHurried()
	m := NewMemoryTokens(clk)
	fetches := 0
	fetch := func(context.Context) (string, time.Duration, error) {
		fetches++
		return "t", 2 * time.Hour, nil
	}
	for range 119 { // the 119th is a minute before the end
		if _, err := m.Token(bg, "k", "", fetch); err != nil {
			t.Fatal(err)
		}
		clk.Advance(time.Minute)
	}
	if fetches != 2 {
		t.Fatalf("%d fetches in two hours", fetches)
	}
}

func TestARenewalThatFailsLeavesTheOldTokenInUse(t *testing.T) {
	t.Parallel()
	clk := newHurried()
	m := NewMemoryTokens(clk)
	away := false
	fetch := func(context.Context) (string, time.Duration, error) {
		if away {
			return "", 0, errors.New("away")
		}
		return "t1", 2 * time.Hour, nil
	}
	_, _ = m.Token(bg, "k", "", fetch)
	away = true
	clk.Advance(119 * time.Minute)
	if got, err := m.Token(bg, "k", "", fetch); err != nil || got != "t1" {
		t.Errorf("near the end: %q, %v", got, err)
	}
	clk.Advance(2 * time.Minute)
	if got, err := m.Token(bg, "k", "", fetch); err == nil {
		t.Errorf("after the end: %q", got)
	}
}

func TestATokenGivenOutAgainIsTakenByAllWhoWaited(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := NewMemoryTokens(newHurried())
		var fetches atomic.Int64
		release := make(chan struct{})
		fetch := func(context.Context) (string, time.Duration, error) {
			if fetches.Add(1) > 1 {
				<-release
			}
			return "the same", time.Hour, nil
		}
		_, _ = m.Token(bg, "k", "", fetch)
		for range 50 {
			go func() {
				if got, err := m.Token(bg, "k", "the same", fetch); err != nil || got != "the same" {
					t.Errorf("got %q, %v", got, err)
				}
			}()
		}
		synctest.Wait()
		close(release)
		synctest.Wait()
		if n := fetches.Load(); n != 2 {
			t.Errorf("%d fetches", n)
		}
	})
}

func TestAFailedFetchAnswersEverybodyWhoWaited(t *testing.T) {
	t.Parallel()
	m := NewMemoryTokens(newHurried())
	var fetches atomic.Int64
	release := make(chan struct{})
	fetch := func(context.Context) (string, time.Duration, error) {
		fetches.Add(1)
		<-release
		return "", 0, errors.New("away")
	}
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if _, err := m.Token(bg, "k", "", fetch); err == nil {
				t.Error("got a token")
			}
		})
	}
	close(release)
	wg.Wait()
	if n := fetches.Load(); n != 1 {
		t.Fatalf("%d fetches", n)
	}
}

func TestACallerWhoGivesUpDoesNotFailTheOthers(t *testing.T) {
	t.Parallel()
	m := NewMemoryTokens(newHurried())
	started := make(chan struct{})
	impatient, cancel := context.WithCancel(bg)
	done := make(chan error)
	go func() {
		_, err := m.Token(impatient, "k", "", func(ctx context.Context) (string, time.Duration, error) {
			close(started)
			<-ctx.Done()
			return "", 0, ctx.Err()
		})
		done <- err
	}()
	<-started
	cancel()
	got, err := m.Token(bg, "k", "", func(context.Context) (string, time.Duration, error) {
		return "t", time.Hour, nil
	})
	if err != nil || got != "t" {
		t.Errorf("got %q, %v", got, err)
	}
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("the impatient one got %v", err)
	}
}

func TestAWrongSecretIsASetupFaultUnderTheCallersName(t *testing.T) {
	t.Parallel()
	f := newFake(t, nil)
	f.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.tokens.Add(1)
		say(w, `{"errcode":40001,"errmsg":"invalid credential, hint: [173_9], from ip: 203.0.113.9, `+
			`more info at https://open.work.weixin.qq.com/devtool/query?e=40001"}`)
	})
	c := f.client()
	_, err := c.GetFollowUserList(bg)
	e := class(t, err, Setup)
	if e.Code != 40001 || e.SeenFrom() != "203.0.113.9" {
		t.Errorf("got %v seen from %q", e, e.SeenFrom())
	}
	want := "wecom " + follow + " (gettoken): 40001 invalid credential, hint: [173_9] (setup)"
	if e.Error() != want {
		t.Errorf("got  %s\nwant %s", e, want)
	}
	for range 20 {
		_, _ = c.GetFollowUserList(bg)
	}
	if n := f.tokens.Load(); n > 2 {
		t.Errorf("a wrong secret was tried %d times at once", n)
	}
}

func TestGettokenHasABudgetOfItsOwn(t *testing.T) {
	t.Parallel()
	f := newFake(t, always(`{"errcode":42001,"errmsg":"expired"}`))
	c := f.client()
	for range 500 {
		_, _ = c.GetFollowUserList(bg)
	}
	if n := f.tokens.Load(); n > 60 {
		t.Fatalf("%d gettoken calls at once", n)
	}
}
