package scan

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/ident"
	"github.com/tuma-live/tuma/internal/core/route"
	corescan "github.com/tuma-live/tuma/internal/core/scan"
)

func TestAScanShowsTheQRAndTellsTheDeskWhoCame(t *testing.T) {
	w := newWorld(t)
	a := w.open("GET", "/q/"+w.slug+".A-12?utm_source=douyin&utm_evil=x&utm_term=a%0ab", header("X-Forwarded-For", "9.9.9.9"))
	if a.Code != http.StatusOK || !strings.Contains(a.Body.String(), `src="/q/img/`+qrHash+`"`) {
		t.Fatalf("%d %s", a.Code, a.Body)
	}
	if len(w.visits) != 1 {
		t.Fatalf("%d visits, want 1", len(w.visits))
	}
	v := w.visits[0]
	if v.Visitor.ID <= 0 || !v.Visitor.Fresh || v.OS != "ios" || v.WeChat != "wechat" || v.Lang != "zh-CN" ||
		v.Material != "A-12" || v.Address != "192.0.2.0" || v.Shared || v.Tapped || v.Again || !v.At.Equal(start) {
		t.Errorf("the desk was told %+v", v)
	}
	if want := `{"utm_source":"douyin","utm_term":"ab"}`; v.UTM != want {
		t.Errorf("utm %s, want %s", v.UTM, want)
	}
	h := a.Header()
	if h.Get("Cache-Control") != "no-store" || h.Get("Referrer-Policy") != "no-referrer" ||
		!strings.HasPrefix(h.Get("Content-Security-Policy"), "default-src 'none'") ||
		strings.Contains(h.Get("Content-Security-Policy"), "unsafe") {
		t.Errorf("headers %v", h)
	}
	w.open("GET", "/l/"+w.slug)
	if !w.visits[1].Shared {
		t.Error("a shared link was not told")
	}
}

func TestAVisitorWhoComesAgainIsKnown(t *testing.T) {
	w := newWorld(t)
	set := w.open("GET", "/q/"+w.slug).Result().Cookies()[0]
	if !set.HttpOnly || set.SameSite != http.SameSiteLaxMode || set.MaxAge != 400*86400 || set.Secure {
		t.Errorf("cookie %+v", set)
	}
	again := w.open("GET", "/q/"+w.slug, header("Cookie", "a=b; "+set.Name+"="+set.Value))
	if w.visits[1].Visitor.Fresh || w.visits[1].Visitor.ID != w.visits[0].Visitor.ID {
		t.Errorf("came as %v, then as %v", w.visits[0].Visitor, w.visits[1].Visitor)
	}
	if len(again.Result().Cookies()) != 0 {
		t.Error("a known visitor got a new cookie")
	}
	w.clock.Advance(31 * 24 * time.Hour)
	late := w.open("GET", "/q/"+w.slug, header("Cookie", set.Name+"="+set.Value))
	if len(late.Result().Cookies()) != 1 || w.visits[2].Visitor.ID != w.visits[0].Visitor.ID {
		t.Error("an old cookie was not renewed for the same visitor")
	}
}

func TestACookieOverTLSIsSecure(t *testing.T) {
	w := newWorld(t)
	w.Secure = func(*http.Request) bool { return true }
	if c := w.open("GET", "/q/"+w.slug).Result().Cookies(); len(c) != 1 || !c[0].Secure {
		t.Errorf("cookies %v", c)
	}
}

func TestAForgedCookieIsAFreshVisitor(t *testing.T) {
	w := newWorld(t)
	good := w.open("GET", "/q/"+w.slug).Result().Cookies()[0].Value
	id := w.visits[0].Visitor.ID
	bad := []string{"", "x", good + "A", good[1:], strings.ToUpper(good), "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}
	for i := range good {
		c := byte('A')
		if good[i] == c {
			c = 'B'
		}
		bad = append(bad, good[:i]+string(c)+good[i+1:])
	}
	stranger := NewVisitors([][]byte{[]byte("another key")}, ident.NewSource(clock.System{}, 1, 0))
	bad = append(bad, string(stranger.append(nil, id, dayOf(start))))
	for _, value := range bad {
		w.visits = nil
		w.open("GET", "/q/"+w.slug, header("Cookie", cookieName+"="+value))
		if v := w.visits[0].Visitor; !v.Fresh || v.ID == id {
			t.Fatalf("%q was believed", value)
		}
	}
	old := NewVisitors([][]byte{[]byte("old key")}, ident.NewSource(clock.System{}, 1, 0))
	w.visits = nil
	w.open("GET", "/q/"+w.slug, header("Cookie", cookieName+"="+string(old.append(nil, id, dayOf(start)))))
	if v := w.visits[0].Visitor; v.Fresh || v.ID != id {
		t.Error("a cookie of an older key was not known")
	}
}

func TestForgedSlugsCostNoLookUp(t *testing.T) {
	w := newWorld(t)
	r := rand.New(rand.NewPCG(1, 2))
	const letters = "0123456789abcdefghjkmnpqrstvwxyz"
	b := make([]byte, 16)
	for range 100_000 {
		for i := range b {
			b[i] = letters[r.IntN(len(letters))]
		}
		var k ask
		if k.name("/q/", string(b)) && w.Slugs.Check(k.slug) {
			t.Fatalf("made-up slug %s was believed", b)
		}
	}
	for _, path := range []string{
		string(b), "", ".", "..", "../../etc/passwd", "a/b", strings.Repeat("a", 5000), w.slug + "x", w.slug[1:],
		"%00", w.slug[:15] + "%2e", "<script>alert(1)</script>", "群", "self", "img",
	} {
		a := w.open("GET", "/q/"+path)
		if a.Code != http.StatusNotFound || !strings.Contains(a.Body.String(), "找不到这个活码") {
			t.Errorf("%.40q: %d %.80s", path, a.Code, a.Body)
		}
		if strings.Contains(a.Body.String(), "<script>") {
			t.Errorf("%.40q came back in the page", path)
		}
		w.clock.Advance(time.Minute)
	}
	if w.finds != 0 || len(w.visits) != 0 {
		t.Errorf("%d look-ups and %d visits for forged slugs", w.finds, len(w.visits))
	}
	if n := w.Counts.Forged.Load(); n == 0 || len(w.forged) == 0 || w.forged[0] != "192.0.2.0" {
		t.Errorf("%d counted, %v told", n, w.forged)
	}
}

func TestASlugMayBeTypedByHand(t *testing.T) {
	w := newWorld(t)
	typed := strings.ToUpper(strings.NewReplacer("0", "O", "1", "I").Replace(w.slug))
	for _, s := range []string{typed, strings.ReplaceAll(w.slug, "1", "l"), strings.ToUpper(w.slug)} {
		if a := w.open("GET", "/q/"+s); a.Code != http.StatusOK {
			t.Errorf("%s (of %s): %d", s, w.slug, a.Code)
		}
	}
	if len(w.visits) != 3 {
		t.Errorf("%d visits, want 3", len(w.visits))
	}
}

func TestASignedSlugOfNoCodeSaysWhoToAsk(t *testing.T) {
	w := newWorld(t)
	w.Contact = "拨打总部 400-820-8820"
	a := w.open("GET", "/q/"+w.signer.New())
	if a.Code != http.StatusNotFound || !strings.Contains(a.Body.String(), "拨打总部") ||
		!strings.Contains(a.Body.String(), `href="tel:400-820-8820"`) {
		t.Errorf("%d %s", a.Code, a.Body)
	}
	if len(w.visits) != 0 || w.Counts.Missing.Load() != 1 {
		t.Error("a missing code was admitted, or not counted")
	}
}

func TestWhoGuessesSlugsWaits(t *testing.T) {
	w := newWorld(t)
	for range missLimit {
		w.open("GET", "/q/nothing")
	}
	done := make(chan int)
	go func() { done <- w.open("GET", "/q/nothing").Code }()
	for w.misses.waiting.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	select {
	case <-done:
		t.Fatal("the eleventh guess was answered at once")
	case <-time.After(20 * time.Millisecond):
	}
	if a := w.open("GET", "/q/"+w.slug); a.Code != http.StatusOK {
		t.Error("the same address may not scan")
	}
	for {
		w.clock.Advance(missDelay)
		select {
		case code := <-done:
			if code != http.StatusNotFound || len(w.forged) != 1 {
				t.Errorf("%d, told %d times", code, len(w.forged))
			}
			return
		case <-time.After(time.Millisecond):
		}
	}
}

func TestProgramsTakeNoSeat(t *testing.T) {
	w := newWorld(t)
	cases := map[string]func(*http.Request){
		"a search engine":       header("User-Agent", "Mozilla/5.0 (compatible; Baiduspider/2.0)"),
		"a preview":             header("User-Agent", "facebookexternalhit/1.1"),
		"a prefetch":            header("Sec-Purpose", "prefetch;prerender"),
		"an old prefetch":       header("X-Moz", "prefetch"),
		"a preview of a client": header("Purpose", "preview"),
	}
	for name, change := range cases {
		a := w.open("GET", "/q/"+w.slug, change)
		if a.Code != http.StatusOK || strings.Contains(a.Body.String(), "<img") || !strings.Contains(a.Body.String(), "福利群") {
			t.Errorf("%s: %d %s", name, a.Code, a.Body)
		}
	}
	if a := w.open("HEAD", "/q/"+w.slug); a.Code != http.StatusOK || a.Body.Len() != 0 {
		t.Errorf("HEAD: %d with %d bytes", a.Code, a.Body.Len())
	}
	if len(w.visits) != 0 {
		t.Errorf("%d seats asked for", len(w.visits))
	}
	if w.open("GET", "/q/"+w.slug, header("User-Agent", "Mozilla/5.0 (Linux; Android 9; CUBOT X19)")); len(w.visits) != 1 {
		t.Error("a telephone was taken for a robot")
	}
}

func TestAComputerIsAskedToScanWithoutTakingASeat(t *testing.T) {
	w := newWorld(t)
	a := w.open("GET", "/q/"+w.slug+".m1", header("User-Agent", chromeUA), header("Accept-Language", "en-US,en"))
	body := a.Body.String()
	if len(w.visits) != 0 || strings.Count(body, "<img") != 1 || !strings.Contains(body, `src="/q/self/`+w.slug+`.m1"`) ||
		!strings.Contains(body, "Scan with WeChat") {
		t.Errorf("%d visits, page %s", len(w.visits), body)
	}
	pc := header("User-Agent", "Mozilla/5.0 (Windows NT 10.0) MicroMessenger/3.9 WindowsWechat Language/zh_CN")
	if a := w.open("GET", "/q/"+w.slug, pc); len(w.visits) != 1 || !strings.Contains(a.Body.String(), "用手机微信扫一扫") {
		t.Error("WeChat on a computer got no QR")
	}
}

func TestAPhoneOutsideOfWeChatIsToldHow(t *testing.T) {
	w := newWorld(t)
	body := w.open("GET", "/q/"+w.slug, header("User-Agent", safariUA)).Body.String()
	if strings.Count(body, "<img") != 1 || !strings.Contains(body, `value="https://q.example.com/q/`+w.slug+`"`) ||
		!strings.Contains(body, "复制链接") {
		t.Errorf("page %s", body)
	}
}

func TestOnlyOurOwnButtonProvesAPerson(t *testing.T) {
	w := newWorld(t)
	first := w.open("GET", "/q/"+w.slug)
	known := func(r *http.Request) {
		r.Header.Set("Cookie", strings.SplitN(first.Header().Get("Set-Cookie"), ";", 2)[0])
	}
	w.visits = nil
	if w.open("POST", "/q/"+w.slug, header("Sec-Fetch-Site", "same-origin")); w.visits[0].Tapped {
		t.Error("a program that never had the page tapped its button")
	}
	for name, c := range map[string]struct {
		change []func(*http.Request)
		tapped bool
	}{
		"our page":            {[]func(*http.Request){header("Sec-Fetch-Site", "same-origin")}, true},
		"our page, old phone": {[]func(*http.Request){header("Origin", "https://example.com")}, true},
		"nothing said":        {nil, true},
		"another site":        {[]func(*http.Request){header("Sec-Fetch-Site", "cross-site")}, false},
		"another origin":      {[]func(*http.Request){header("Origin", "https://evil.example")}, false},
	} {
		w.visits = nil
		if a := w.open("POST", "/q/"+w.slug, append(c.change, known)...); a.Code != http.StatusOK || w.visits[0].Tapped != c.tapped {
			t.Errorf("%s: %d, tapped %v", name, a.Code, w.visits[0].Tapped)
		}
	}
	w.visits = nil
	if w.open("GET", "/q/"+w.slug+"?again=1"); !w.visits[0].Again || w.visits[0].Tapped {
		t.Errorf("%+v", w.visits[0])
	}
}

func TestAScanNeverEndsInAnError(t *testing.T) {
	t.Run("the desk is away", func(t *testing.T) {
		w := newWorld(t)
		w.outcome, w.err = corescan.Outcome{State: route.Failed}, errors.New("away")
		body := w.open("GET", "/q/"+w.slug)
		if body.Code != http.StatusOK || !strings.Contains(body.Body.String(), "0571-88886666") || w.Counts.Fallbacks.Load() != 1 {
			t.Errorf("%d %s", body.Code, body.Body)
		}
	})
	t.Run("the desk is away but a QR is left", func(t *testing.T) {
		w := newWorld(t)
		w.outcome.State, w.outcome.Unrecorded, w.err = route.OKGroup, true, errors.New("away")
		if a := w.open("GET", "/q/"+w.slug); a.Code != http.StatusOK || strings.Count(a.Body.String(), "<img") != 1 {
			t.Errorf("%d %s", a.Code, a.Body)
		}
	})
	t.Run("the desk does not answer", func(t *testing.T) {
		w := newWorld(t)
		w.outcome = corescan.Outcome{}
		w.admit = func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
		began := time.Now()
		if a := w.open("GET", "/q/"+w.slug); a.Code != http.StatusOK || !strings.Contains(a.Body.String(), "现在有点忙") {
			t.Errorf("%d %s", a.Code, a.Body)
		}
		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("the visitor waited %v", took)
		}
	})
	t.Run("the desk panics", func(t *testing.T) {
		w := newWorld(t)
		w.admit = func(context.Context) error { panic("out of luck") }
		if a := w.open("GET", "/q/"+w.slug); a.Code != http.StatusOK || strings.Contains(a.Body.String(), "luck") ||
			!strings.Contains(a.Body.String(), "现在有点忙") {
			t.Errorf("%d %s", a.Code, a.Body)
		}
	})
}
