package scan

import (
	"bytes"
	"context"
	"errors"
	"image/png"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	qrcode "github.com/tuma-live/tuma/internal/base/qr"
)

func (w *world) tell(body, cookie string, change ...func(*http.Request)) int {
	r := httptest.NewRequest("POST", "/q/beacon", strings.NewReader(body))
	r.Header.Set("Cookie", cookie)
	for _, f := range change {
		f(r)
	}
	a := httptest.NewRecorder()
	w.ServeHTTP(a, r)
	return a.Code
}

func TestThePageTellsWhatTheVisitorDid(t *testing.T) {
	w := newWorld(t)
	set := w.open("GET", "/q/"+w.slug).Result().Cookies()[0]
	me, scan := set.Name+"="+set.Value, w.outcome.Scan.String()
	for word, kind := range beaconKinds {
		w.beacons = nil
		if code := w.tell("k="+word+"&s="+scan+"&c="+w.slug, me); code != http.StatusNoContent || len(w.beacons) != 1 {
			t.Fatalf("%s: %d, %d told", word, code, len(w.beacons))
		}
		b := w.beacons[0]
		if b.Kind != kind || b.Scan != w.outcome.Scan || b.Code != 7 || b.Visitor != w.visits[0].Visitor.ID || !b.At.Equal(start) {
			t.Errorf("%s told %+v", word, b)
		}
	}
	w.beacons = nil
	good := "k=view&s=" + scan + "&c=" + w.slug
	refused := map[string]func() int{
		"no cookie":    func() int { return w.tell(good, "") },
		"forged":       func() int { return w.tell(good, cookieName+"=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA") },
		"cross site":   func() int { return w.tell(good, me, header("Sec-Fetch-Site", "cross-site")) },
		"other origin": func() int { return w.tell(good, me, header("Origin", "https://evil.example")) },
		"unknown kind": func() int { return w.tell("k=scan&s="+scan+"&c="+w.slug, me) },
		"no scan":      func() int { return w.tell("k=view&c="+w.slug, me) },
		"forged slug":  func() int { return w.tell("k=view&s="+scan+"&c=0000000000000000", me) },
		"no such code": func() int { return w.tell("k=view&s="+scan+"&c="+w.signer.New(), me) },
		"too long":     func() int { return w.tell(good+"&x="+strings.Repeat("x", 300), me) },
		"nonsense":     func() int { return w.tell("%%%;;;", me) },
	}
	for name, do := range refused {
		if code := do(); code != http.StatusNoContent || len(w.beacons) != 0 {
			t.Errorf("%s: %d, told %v", name, code, w.beacons)
		}
	}
	if a := w.open("GET", "/q/beacon"); a.Code != http.StatusMethodNotAllowed {
		t.Errorf("GET of the beacon: %d", a.Code)
	}
}

func TestAPictureIsKeptForWhenTheDatabaseIsAway(t *testing.T) {
	w := newWorld(t)
	a := w.open("GET", "/q/img/"+qrHash)
	if a.Code != http.StatusOK || a.Body.String() != "picture" || a.Header().Get("Content-Type") != "image/png" ||
		!strings.Contains(a.Header().Get("Cache-Control"), "immutable") {
		t.Fatalf("%d %v %s", a.Code, a.Header(), a.Body)
	}
	w.images = nil
	if a := w.open("GET", "/q/img/"+qrHash); a.Code != http.StatusOK {
		t.Error("the picture was forgotten")
	}
	for _, bad := range []string{strings.Repeat("0b", 32), "x", "../img", strings.Repeat("0A", 32), strings.Repeat("z", 64)} {
		if a := w.open("GET", "/q/img/"+bad); a.Code != http.StatusNotFound || a.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d", bad, a.Code)
		}
	}
}

func TestManyWhoWantOnePictureWaitForOneLoad(t *testing.T) {
	var c imageCache
	c.most = 1000
	var loads atomic.Int64
	began, gate := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			p, err := c.get("a", func() (string, []byte, error) {
				if loads.Add(1) == 1 {
					close(began)
				}
				<-gate
				return "image/png", []byte("a"), nil
			})
			if err != nil || string(p.body) != "a" {
				t.Errorf("%v %v", p, err)
			}
		})
	}
	<-began
	close(gate)
	all.Wait()
	if n := loads.Load(); n != 1 || c.find("a") == nil {
		t.Errorf("%d loads", n)
	}
	for i := range 20 {
		if _, err := c.get(strconv.Itoa(i), func() (string, []byte, error) { return "image/png", make([]byte, 100), nil }); err != nil {
			t.Fatal(err)
		}
	}
	if c.size > 1000 || c.order.Len() > 10 || c.find("19") == nil || c.find("0") != nil {
		t.Errorf("%d bytes in %d pictures", c.size, c.order.Len())
	}
	if _, err := c.get("bad", func() (string, []byte, error) { return "", nil, errors.New("away") }); err == nil || c.find("bad") != nil {
		t.Error("a failure was kept")
	}
}

func TestAPictureThatCouldRunIsNotServed(t *testing.T) {
	w := newWorld(t)
	w.Images = pages404{}
	if a := w.open("GET", "/q/img/"+qrHash); a.Code != http.StatusNotFound {
		t.Errorf("%d %v", a.Code, a.Header())
	}
}

type pages404 struct{}

func (pages404) Image(context.Context, string) (string, []byte, error) {
	return "image/svg+xml", []byte("<svg/>"), nil
}

func TestTheQROfAPageLeadsToThePage(t *testing.T) {
	w := newWorld(t)
	a := w.open("GET", "/q/self/"+w.slug+".m1")
	im, err := png.Decode(bytes.NewReader(a.Body.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if text, err := qrcode.Decode(im); err != nil || text != "https://q.example.com/q/"+w.slug+".m1" {
		t.Errorf("%q %v", text, err)
	}
	if a := w.open("GET", "/q/self/0000000000000000"); a.Code != http.StatusNotFound {
		t.Errorf("forged: %d", a.Code)
	}
}

func TestWhatAPhoneSaysIsRead(t *testing.T) {
	for ua, want := range map[string]agent{
		phoneUA:        {os: "ios", wechat: "wechat", lang: "zh-CN"},
		phoneEnglishUA: {os: "android", wechat: "wechat", lang: "en"},
		safariUA:       {os: "ios"},
		chromeUA:       {os: "windows", screen: true},
		"":             {os: "other"},
		"Mozilla/5.0 (Phone; OpenHarmony 5.0) ArkWeb/4.1 Mobile MicroMessenger/8.0.6 Language/zh_HK": {os: "harmony", wechat: "wechat", lang: "zh-CN"},
		"Mozilla/5.0 (iPhone) wxwork/4.1.9 MicroMessenger/7.0.1 Language/zh":                         {os: "ios", wechat: "wecom", lang: "zh-CN"},
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605":                                 {os: "mac", screen: true},
		"Mozilla/5.0 (X11; Linux x86_64) Chrome/140":                                                 {os: "other", screen: true},
		"Mozilla/5.0 (compatible; Googlebot/2.1)":                                                    {os: "other", robot: true},
	} {
		if got := readAgent(ua); got != want {
			t.Errorf("%.60q: %+v, want %+v", ua, got, want)
		}
	}
	var m agents
	for i := range 3 * mostAgents {
		m.read(strconv.Itoa(i))
	}
	n := 0
	m.known.Range(func(any, any) bool { n++; return true })
	if n > mostAgents {
		t.Errorf("%d agents remembered", n)
	}
}

func TestATelephoneNumberIsFound(t *testing.T) {
	for in, want := range map[string]string{
		"拨打 0571-88886666 或来店": "0571-88886666", "微信号 tuma2026": "", "+86 138 0013 8000": "+86 138 0013 8000",
		"12345678901234567890": "", "": "", "138 0013 8000.": "138 0013 8000",
	} {
		if got := telephone(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
