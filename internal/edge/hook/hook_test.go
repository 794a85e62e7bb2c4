package hook

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/wecom/callback"
)

var (
	newKeys = callback.Keys{Token: "newtoken", AESKey: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", CorpID: "ww1"}
	oldKeys = callback.Keys{Token: "oldtoken", AESKey: "GFEDCBA9876543210zyxwvutsrqponmlkjihgfedcbE", CorpID: "ww1"}
	strange = callback.Keys{Token: "strange", AESKey: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaA", CorpID: "ww1"}
)

const event = `<xml><ToUserName>ww1</ToUserName><MsgType>event</MsgType><Event>change_external_contact</Event></xml>`

type door struct {
	*Handler
	kept []string
	err  error
}

func open(t *testing.T) *door {
	t.Helper()
	d := &door{}
	d.Handler = &Handler{
		Keys: func(context.Context) ([]callback.Keys, error) { return []callback.Keys{newKeys, oldKeys}, nil },
		Put: func(_ context.Context, m callback.Message) error {
			if d.err == nil {
				d.kept = append(d.kept, string(m.Plaintext))
			}
			return d.err
		},
		Clock: clock.System{}, Log: slog.New(slog.DiscardHandler),
	}
	return d
}

func (d *door) do(method string, q url.Values, body []byte) (int, string) {
	w := httptest.NewRecorder()
	d.ServeHTTP(w, httptest.NewRequest(method, "/wecom/callback?"+q.Encode(), bytes.NewReader(body)))
	b, _ := io.ReadAll(w.Result().Body)
	return w.Code, string(b)
}

func sealed(t *testing.T, k callback.Keys) (url.Values, []byte) {
	t.Helper()
	body, q, err := callback.Seal(k, []byte(event), clock.System{}.Now().Unix(), "nonce1", make([]byte, 16))
	if err != nil {
		t.Fatal(err)
	}
	return q, body
}

func TestACallbackIsKeptBeforeItIsAnswered(t *testing.T) {
	t.Parallel()
	d := open(t)
	for _, k := range []callback.Keys{newKeys, oldKeys} { // also while keys are changed
		q, body := sealed(t, k)
		if code, answer := d.do(http.MethodPost, q, body); code != 200 || answer != "success" {
			t.Fatalf("%d %q", code, answer)
		}
	}
	if len(d.kept) != 2 || d.kept[0] != event {
		t.Fatalf("kept %q", d.kept)
	}
	d.err = errors.New("disk full")
	q, body := sealed(t, newKeys)
	if code, _ := d.do(http.MethodPost, q, body); code != 503 {
		t.Fatalf("a callback that could not be kept was answered %d", code)
	}
}

func TestWhateverIsWrongTheAnswerIsTheSame(t *testing.T) {
	t.Parallel()
	d := open(t)
	good, body := sealed(t, newKeys)
	foreign, foreignBody := sealed(t, strange)
	unsigned := url.Values{"timestamp": good["timestamp"], "nonce": good["nonce"]}
	for name, c := range map[string]struct {
		q    url.Values
		body []byte
	}{
		"other keys":      {foreign, foreignBody},
		"no signature":    {unsigned, body},
		"nothing":         {nil, nil},
		"another body":    {good, foreignBody},
		"too long":        {good, bytes.Repeat([]byte("x"), maxBody+1)},
		"an entity bomb":  {good, []byte(`<!DOCTYPE x [<!ENTITY a "b">]><xml><Encrypt>&a;</Encrypt></xml>`)},
		"two ciphertexts": {good, bytes.Replace(body, []byte("</xml>"), []byte("<Encrypt>AA==</Encrypt></xml>"), 1)},
	} {
		if code, answer := d.do(http.MethodPost, c.q, c.body); code != 403 || answer != "forbidden\n" {
			t.Errorf("%s: %d %q", name, code, answer)
		}
	}
	if len(d.kept) != 0 {
		t.Fatalf("kept %q", d.kept)
	}
}

func TestTheAddressIsVerifiedWithThePlainEcho(t *testing.T) {
	t.Parallel()
	d := open(t)
	q, err := callback.SealEcho(newKeys, []byte("1616140317555161061"), clock.System{}.Now().Unix(), "n", make([]byte, 16))
	if err != nil {
		t.Fatal(err)
	}
	if code, answer := d.do(http.MethodGet, q, nil); code != 200 || answer != "1616140317555161061" {
		t.Fatalf("%d %q", code, answer)
	}
	q.Set("echostr", strings.Repeat("A", 64))
	if code, _ := d.do(http.MethodGet, q, nil); code != 403 {
		t.Fatalf("a forged echo was answered %d", code)
	}
}
