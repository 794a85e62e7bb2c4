package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

var script = strings.Repeat("console.log('hello');", 100)

var built = fstest.MapFS{
	"index.html":         {Data: []byte("<!doctype html><title>Tuma</title>")},
	"assets/main-abc.js": {Data: []byte(script)},
	"icon.svg":           {Data: []byte("<svg/>")},
	".gitkeep":           {},
}

func get(h http.Handler, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestEveryPlaceInTheUIGetsItsPage(t *testing.T) {
	t.Parallel()
	h := ui(built)
	for _, p := range []string{"/", "/codes", "/codes/lc_1?tab=data", "/index.html", "/../../etc/passwd", "/.gitkeep"} {
		w := get(h, p)
		if w.Code != 200 || !strings.Contains(w.Body.String(), "<title>Tuma") || w.Header().Get("Cache-Control") != "no-cache" {
			t.Errorf("%s: %d %s", p, w.Code, w.Body)
		}
	}
}

func TestHashedFilesAreKeptAndOldOnesAreGone(t *testing.T) {
	t.Parallel()
	h := ui(built)
	w := get(h, "/assets/main-abc.js")
	if !strings.Contains(w.Header().Get("Cache-Control"), "immutable") ||
		!strings.Contains(w.Header().Get("Content-Type"), "javascript") || w.Body.String() != script {
		t.Fatalf("%v", w.Header())
	}
	if again := get(h, "/assets/main-abc.js", "If-None-Match", w.Header().Get("ETag")); again.Code != 304 || again.Body.Len() != 0 {
		t.Fatalf("unchanged: %d", again.Code)
	}
	if gone := get(h, "/assets/main-old.js"); gone.Code != 404 {
		t.Fatalf("a page instead of a script: %d", gone.Code)
	}
}

func TestFilesAreZippedForWhoTakesThem(t *testing.T) {
	t.Parallel()
	h := ui(built)
	w := get(h, "/assets/main-abc.js", "Accept-Encoding", "br, gzip")
	z, err := gzip.NewReader(bytes.NewReader(w.Body.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(z); err != nil || string(b) != script || w.Header().Get("Content-Encoding") != "gzip" {
		t.Fatalf("%.40q %v", b, err)
	}
	if w := get(h, "/assets/main-abc.js", "Accept-Encoding", "gzip;q=0"); w.Header().Get("Content-Encoding") != "" {
		t.Fatal("zipped for a reader who refused")
	}
}

func TestAProgramWithoutItsUISaysWhatToDo(t *testing.T) {
	t.Parallel()
	w := get(ui(fstest.MapFS{".gitkeep": {}}), "/")
	if w.Code != 503 || !strings.Contains(w.Body.String(), "make build") {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
}

func TestTheUIIsOnlyRead(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	ui(built).ServeHTTP(w, httptest.NewRequest("POST", "/", nil))
	if w.Code != 405 {
		t.Fatalf("POST: %d", w.Code)
	}
}
