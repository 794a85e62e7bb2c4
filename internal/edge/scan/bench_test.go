package scan

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// blank is an answer that is thrown away, with its header used again.
type blank struct{ head http.Header }

func (b *blank) Header() http.Header         { return b.head }
func (b *blank) WriteHeader(int)             {}
func (b *blank) Write(p []byte) (int, error) { return len(p), nil }

func BenchmarkPage(b *testing.B) {
	w := newWorld(b)
	w.Desk = quick{w}
	first := w.open("GET", "/q/"+w.slug)
	r := httptest.NewRequest("GET", "/q/"+w.slug, nil)
	r.Header.Set("User-Agent", phoneUA)
	r.Header.Set("Cookie", first.Result().Cookies()[0].String())
	a := &blank{http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		clear(a.head)
		w.ServeHTTP(a, r)
	}
}
