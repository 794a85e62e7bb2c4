package check

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/tuma-live/tuma/internal/core/fact"
	"github.com/tuma-live/tuma/internal/core/route"
)

func TestTheClientReadsWhatAServerSays(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, err := r.Cookie("a"); err == nil && r.Method == http.MethodPost {
			fmt.Fprintf(w, "%s %d", c.Value, r.ContentLength)
			return
		}
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "b", Path: "/", HttpOnly: true})
		for range 3 { // not known in advance: sent in chunks
			fmt.Fprint(w, strings.Repeat("x", 5000))
			w.(http.Flusher).Flush()
		}
	}))
	defer s.Close()
	c := newConn(s.Listener.Addr().String())
	defer c.close()
	for range 2 { // the second time on the same connection
		a, err := c.get("/", "")
		if err != nil || a.status != 200 || string(a.cookie) != "a=b" || len(a.body) != 15000 {
			t.Fatalf("%d, %q, %d bytes, %v", a.status, a.cookie, len(a.body), err)
		}
		if a, err = c.post("/", string(a.cookie), "text/plain", []byte("four")); string(a.body) != "b 4" {
			t.Fatalf("%q, %v", a.body, err)
		}
	}
}

func TestARequestThatWasNeverSentIsNotOneWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	c := newConn(fmt.Sprint("127.0.0.1:", port))
	if _, err := c.get("/", ""); !errors.Is(err, errUnsent) {
		t.Fatalf("nobody listens, and the client says %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		cancel()
		panic(http.ErrAbortHandler) // the server dies over the request
	}))
	defer s.Close()
	c = newConn(s.Listener.Addr().String())
	if _, err := c.get("/", ""); err == nil || errors.Is(err, errUnsent) || ctx.Err() == nil {
		t.Fatalf("the request was read, and the client says %v", err)
	}
}

func TestAPageSaysWhatACustomerReads(t *testing.T) {
	t.Parallel()
	w := &world{pictures: map[string]int64{"abc": 7}}
	id := fact.ID(1 << 40)
	for name, c := range map[string]struct {
		page string
		want told
	}{
		"a QR":      {`<body data-scan="` + id.String() + `"><img class="qr" src="/q/img/abc">`, told{route.OKGroup, id, 7}},
		"no ledger": {`<body><img src="/q/img/abc">`, told{route.OKGroup, 0, 7}},
		"a button":  {`<body data-scan="` + id.String() + `"><form method="post" action="/q/x">`, told{route.Soft, id, 0}},
		"full":      {`<body data-scan="` + id.String() + `"><h1>名额已满,新群准备中</h1>`, told{route.AllFull, id, 0}},
	} {
		got, err := readPage(answer{status: 200, body: []byte(c.page)}, w)
		if err != nil || got != c.want {
			t.Errorf("%s: %+v, %v, want %+v", name, got, err, c.want)
		}
	}
	for name, a := range map[string]answer{
		"an error":        {status: 500, body: []byte("oops")},
		"a stranger's QR": {status: 200, body: []byte(`<img src="/q/img/abcd">`)},
		"nothing known":   {status: 200, body: []byte(`<main>hello</main>`)},
		"a broken scan":   {status: 200, body: []byte(`<body data-scan="sc_1"><img src="/q/img/abc">`)},
	} {
		if got, err := readPage(a, w); err == nil {
			t.Errorf("%s was read as %+v", name, got)
		}
	}
}

func TestMediansAndLatenciesAreOfAllRounds(t *testing.T) {
	t.Parallel()
	var us, them []round
	for _, n := range []int{100, 300, 200} {
		micros := make([]uint32, n)
		for i := range micros {
			micros[i] = uint32(1000 * (i*100/n + 1))
		}
		us = append(us, round{answers: n, took: time.Second, cpu: time.Duration(n) * 50 * time.Microsecond, micros: micros})
		them = append(them, round{answers: 4 * n, took: time.Second, micros: []uint32{10_000}})
	}
	m := compare(us, them)
	if m.PerSecond != 200 || m.BarePerSecond != 800 || m.Ratio != 0.25 || m.Requests != 600 ||
		m.P50 != 51 || m.P99 != 100 || m.P99Ratio != 10 || m.CPU != 50 {
		t.Fatalf("%+v", m)
	}
}
