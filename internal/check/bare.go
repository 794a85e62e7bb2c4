package check

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strconv"
)

// Bare serves size bytes from memory to every request: what net/http alone can
// do here, and so the measure of everything else. It ends with ctx.
func Bare(ctx context.Context, addr string, size int) error {
	body := bytes.Repeat([]byte("x"), size)
	length := strconv.Itoa(size)
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			io.Copy(io.Discard, r.Body) //nolint:errcheck // whatever came
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Length", length)
		w.Write(body) //nolint:errcheck // the client sees
	})}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	go func() {
		<-ctx.Done()
		s.Close()
	}()
	if err := s.Serve(l); err != http.ErrServerClosed {
		return err
	}
	return nil
}
