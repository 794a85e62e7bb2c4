package scan

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/ident"
	"github.com/tuma-live/tuma/internal/base/web"
	"github.com/tuma-live/tuma/internal/core/livecode"
	"github.com/tuma-live/tuma/internal/core/route"
	corescan "github.com/tuma-live/tuma/internal/core/scan"
)

const (
	phoneUA = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, " +
		"like Gecko) Mobile/15E148 MicroMessenger/8.0.62(0x18003e2f) NetType/WIFI Language/zh_CN"
	phoneEnglishUA = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Mobile Safari/537.36 " +
		"MicroMessenger/8.0.62 Language/en"
	safariUA = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1"
	chromeUA = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36"
)

var start = time.Date(2026, 11, 21, 2, 0, 0, 0, time.UTC)

// world is a door with a book, a desk and images that a test can look into.
type world struct {
	*Handler
	signer *livecode.Signer
	clock  *clock.Manual
	code   *corescan.Code
	slug   string

	mu      sync.Mutex
	finds   int
	visits  []corescan.Visit
	beacons []corescan.Beacon
	outcome corescan.Outcome
	err     error
	forged  []string
	images  map[string]string
	admit   func(context.Context) error
}

func (w *world) Find(slug string) (*corescan.Code, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.finds++
	if slug != w.slug {
		return nil, corescan.ErrNotFound
	}
	return w.code, nil
}

func (w *world) Corp() string { return "途码演示企业" }

func (w *world) Admit(ctx context.Context, v corescan.Visit) (corescan.Outcome, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.visits = append(w.visits, v)
	if w.admit != nil {
		return w.outcome, w.admit(ctx)
	}
	return w.outcome, w.err
}

func (w *world) Beacon(_ context.Context, b corescan.Beacon) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.beacons = append(w.beacons, b)
	return nil
}

func (w *world) Image(_ context.Context, name string) (string, []byte, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if body, ok := w.images[name]; ok {
		return "image/png", []byte(body), nil
	}
	return "", nil, errors.New("the database is away")
}

var qrHash = strings.Repeat("0a", 32)

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{
		signer: livecode.NewSigner([][]byte{[]byte("a key of thirty-two bytes, nearly")}),
		clock:  clock.NewManual(start), images: map[string]string{qrHash: "picture"},
	}
	w.slug = w.signer.New()
	w.code = &corescan.Code{
		Code: route.Code{ID: 7}, Slug: w.slug, Name: "抖音_拉新", Kind: "group", Corp: "途码演示企业",
		Page: corescan.Page{
			Title: "福利群", Subtitle: "每天一份新人福利", ShowCount: "exact",
			ContactText: "找不到位置?拨打门店电话 0571-88886666", Notice: "群内不发广告\n有问题找群主",
		},
	}
	w.outcome = corescan.Outcome{
		Scan: 0x1234567890, State: route.OKGroup, Reason: route.Chosen, Joined: 68, Held: 1, Free: 126,
		Target: &route.Target{ID: 3, Kind: route.Group, Name: "福利群3", QR: qrHash, Limit: 200},
	}
	h, err := New(Config{
		Book: w, Desk: w, Slugs: w.signer, Images: w, Clock: w.clock,
		Visitors: NewVisitors([][]byte{[]byte("new key"), []byte("old key")}, ident.NewSource(clock.System{}, 1, 0)),
		Log:      slog.New(slog.NewTextHandler(io.Discard, nil)), Public: "https://q.example.com",
		Address: func(r *http.Request) netip.Addr { return web.ClientAddress(r, nil) },
		Forged:  func(_ context.Context, a string) { w.forged = append(w.forged, a) },
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Handler = h
	return w
}

// open asks for a page as somebody in WeChat; change may say otherwise.
func (w *world) open(method, path string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	r.Header.Set("User-Agent", phoneUA)
	for _, f := range change {
		f(r)
	}
	a := httptest.NewRecorder()
	w.ServeHTTP(a, r)
	return a
}

func header(key, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(key, value) }
}

// states is every page there is, by what makes it.
var states = map[string]func(*world){
	"ok_group": func(*world) {},
	"ok_staff": func(w *world) {
		w.outcome.State = route.OKStaff
		w.outcome.Target = &route.Target{Kind: route.Staff, Name: "小王", QR: qrHash}
	},
	"near":     func(w *world) { w.outcome.State, w.outcome.Free = route.Near, 11 },
	"last":     func(w *world) { w.outcome.State, w.outcome.Free = route.Near, 0 },
	"range":    func(w *world) { w.code.Page.ShowCount = "range" },
	"hidden":   func(w *world) { w.code.Page.ShowCount = "hidden" },
	"joined":   func(w *world) { w.outcome.State = route.Joined },
	"soft":     func(w *world) { w.none(route.Soft) },
	"all_full": func(w *world) { w.none(route.AllFull) },
	"not_yet": func(w *world) {
		w.none(route.NotYet)
		w.code.StartsAt = start.Add(26*time.Hour + 15*time.Minute)
	},
	"expired":   func(w *world) { w.none(route.Expired) },
	"paused":    func(w *world) { w.none(route.PausedCode) },
	"draft":     func(w *world) { w.none(route.Draft) },
	"not_found": func(w *world) { w.none(route.NotFound) },
	"error":     func(w *world) { w.none(route.Failed); w.outcome.Scan = 0; w.err = errors.New("away") },
	"spare": func(w *world) {
		w.outcome = corescan.Outcome{State: route.Failed, Target: w.outcome.Target, Unrecorded: true}
		w.err = errors.New("away")
	},
}

func (w *world) none(s route.State) { w.outcome.State, w.outcome.Target = s, nil }

// quick is a desk that remembers nothing.
type quick struct{ *world }

func (q quick) Admit(context.Context, corescan.Visit) (corescan.Outcome, error) {
	return q.outcome, nil
}
