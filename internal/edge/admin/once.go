package admin

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/web"
	"github.com/tuma-live/tuma/internal/core/access"
)

const (
	keyHeader  = "Idempotency-Key"
	maxKey     = 255
	keptFor    = 24 * time.Hour
	waitAtMost = 10 * time.Second
)

// kept is the answer to a request, as it was first given. Status 0: the
// request is being carried out, or its outcome was lost.
type kept struct {
	Key       string               `db:"key"`
	Actor     string               `db:"actor"`
	Request   []byte               `db:"request"`
	Status    int64                `db:"status"`
	Headers   db.JSON[http.Header] `db:"headers"`
	Body      []byte               `db:"body"` // sealed: it may hold a secret
	CreatedAt db.Time              `db:"created_at"`
}

func (k kept) place() string { return "idempotency.body|" + k.Actor + "|" + k.Key }

// once carries out a request at most once per caller and key, and gives every
// repetition the first answer. A refused request (4xx, or 503) changed nothing
// and is forgotten, so it may be sent again.
func (a *API) once(e *exchange, text []byte, run func()) error {
	ctx := e.r.Context()
	k := kept{
		Key: e.r.Header.Get(keyHeader), Actor: access.Who(ctx).Actor("").ID,
		Request:   a.requestSum(e.r, text),
		CreatedAt: db.At(a.Clock.Now()),
	}
	if len(k.Key) > maxKey {
		return web.ErrMalformed.WithField(keyHeader, "field.too_long")
	}
	first, err := a.claim(ctx, k)
	if err != nil {
		return err
	}
	if !first {
		return a.repeat(ctx, e, k)
	}
	rec := &recorder{ResponseWriter: e.ResponseWriter}
	e.ResponseWriter = rec
	run()
	e.ResponseWriter = rec.ResponseWriter
	if err := a.remember(context.WithoutCancel(ctx), k, rec); err != nil {
		// The answer is out already; a repetition will be told to wait.
		a.Log.LogAttrs(ctx, slog.LevelError, "cannot keep an answer", slog.Any("err", err))
	}
	return nil
}

// requestSum tells requests apart. It is keyed: a body may hold a password,
// which a bare hash would let one guess.
func (a *API) requestSum(r *http.Request, text []byte) []byte {
	h := hmac.New(sha256.New, a.Ring.Keys("idempotency")[0])
	fmt.Fprintf(h, "%s %s\n%s\n", r.Method, r.URL.RequestURI(), r.Header.Get("If-Match"))
	h.Write(text)
	return h.Sum(nil)
}

func (a *API) claim(ctx context.Context, k kept) (first bool, err error) {
	err = a.DB.InTx(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `
			insert into idempotency (key, actor, request, status, headers, body, created_at)
			values (?, ?, ?, 0, '', ?, ?)
			on conflict do nothing`, k.Key, k.Actor, k.Request, []byte{}, k.CreatedAt)
		first = n == 1
		return err
	})
	return first, err
}

// repeat gives the first answer again. It waits for one that is on its way.
func (a *API) repeat(ctx context.Context, w http.ResponseWriter, k kept) error {
	for deadline := a.Clock.Now().Add(waitAtMost); ; {
		was, err := db.Get[kept](ctx, a.DB.Read(), "select "+db.Cols[kept]()+
			" from idempotency where actor = ? and key = ?", k.Actor, k.Key)
		switch {
		case db.NoRows(err):
			return errInProgress // refused just now, and forgotten
		case err != nil:
			return err
		case !bytes.Equal(was.Request, k.Request):
			return errKeyReused
		case was.Status != 0:
			return a.replay(w, was)
		case a.Clock.Now().After(deadline):
			return errInProgress
		}
		if err := clock.Sleep(ctx, a.Clock, 25*time.Millisecond); err != nil {
			return err
		}
	}
}

func (a *API) replay(w http.ResponseWriter, k kept) error {
	text, err := a.Ring.Open(k.Body, k.place())
	if err != nil {
		return fmt.Errorf("cannot read a kept answer: %w", err)
	}
	for name, values := range k.Headers.V {
		w.Header()[name] = values
	}
	w.Header().Set("Idempotency-Replayed", "true")
	w.WriteHeader(int(k.Status))
	w.Write(text) //nolint:errcheck // the caller has gone
	return nil
}

func (a *API) remember(ctx context.Context, k kept, rec *recorder) error {
	return a.DB.InTx(ctx, func(tx *db.Tx) error {
		if rec.status >= 400 && rec.status < 500 || rec.status == http.StatusServiceUnavailable {
			_, err := tx.Exec(ctx, "delete from idempotency where actor = ? and key = ?", k.Actor,
				k.Key)
			return err
		}
		text, err := a.Ring.Seal(rec.body.Bytes(), k.place())
		if err != nil {
			return err
		}
		headers := http.Header{}
		for _, name := range []string{"Content-Type", "ETag", "Location"} {
			if v := rec.Header().Values(name); len(v) > 0 {
				headers[http.CanonicalHeaderKey(name)] = v
			}
		}
		b, err := json.Marshal(headers)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "update idempotency set status = ?, headers = ?, body = ? where actor = ? and key = ?",
			rec.status, string(b), text, k.Actor, k.Key)
		return err
	})
}

// Forget throws away the answers that are a day old. The schedule runs it.
func Forget(ctx context.Context, d *db.DB, now time.Time) error {
	return d.InTx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "delete from idempotency where created_at < ?",
			db.At(now.Add(-keptFor)))
		return err
	})
}

// recorder passes an answer on and keeps a copy.
type recorder struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	r.body.Write(b)
	return r.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
