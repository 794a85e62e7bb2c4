package callback

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
)

// The worked example of WeCom's own documentation.
var golden = Keys{
	Token:  "QDG6eK",
	AESKey: "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
	CorpID: "wx5823bf96d3bd56c7",
}

const (
	goldenEncrypt = "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5" +
		"L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLY" +
		"L42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gs" +
		"ijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrX" +
		"JB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/u" +
		"h9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+" +
		"qN+E7Q=="
	goldenEcho = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE" +
		"7OaBO+FZXvnaqQ=="
)

func goldenQuery() url.Values {
	return url.Values{
		"msg_signature": {"477715d11cdb4164915debcba66cb864d751f3e6"},
		"timestamp":     {"1409659813"},
		"nonce":         {"1372623149"},
	}
}

func goldenBody() []byte {
	return fmt.Appendf(nil, "<xml><ToUserName><![CDATA[%s]]></ToUserName>\n"+
		"<Encrypt><![CDATA[%s]]></Encrypt>\n<AgentID><![CDATA[218]]></AgentID>\n</xml>",
		golden.CorpID, goldenEncrypt)
}

func receiver(t testing.TB, at int64, keys ...Keys) *Receiver {
	t.Helper()
	r, err := NewReceiver(clock.NewManual(time.Unix(at, 0)), keys)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestTheDocumentedExampleOpens(t *testing.T) {
	t.Parallel()
	m, err := receiver(t, 1409659813, golden).Open(goldenQuery(), goldenBody())
	if err != nil {
		t.Fatal(err)
	}
	if m.AgentID != "218" || m.ToUser != golden.CorpID || len(m.Plaintext) != 284 {
		t.Fatalf("got agent %q, corp %q, %d bytes", m.AgentID, m.ToUser, len(m.Plaintext))
	}
	e, err := Parse(m.Plaintext)
	if err != nil {
		t.Fatal(err)
	}
	if e.FromUser != "mycreate" || e.Content != "hello" || e.MsgID != "4561255354251345929" ||
		e.AgentID != "218" || e.Name() != "message/text" {
		t.Fatalf("got %+v", e)
	}
}

func TestTheDocumentedExampleSealsToTheSameBytes(t *testing.T) {
	t.Parallel()
	k, err := golden.open()
	if err != nil {
		t.Fatal(err)
	}
	plain, err := k.decrypt(goldenEncrypt)
	if err != nil {
		t.Fatal(err)
	}
	random := firstBlock(t, k, goldenEncrypt)
	with := golden
	with.AgentID = "218"
	body, query, err := Seal(with, plain, 1409659813, "1372623149", random)
	if err != nil {
		t.Fatal(err)
	}
	if query.Encode() != goldenQuery().Encode() {
		t.Errorf("query is %v", query)
	}
	if !bytes.Contains(body, []byte(goldenEncrypt)) {
		t.Errorf("body is %s", body)
	}
}

// firstBlock decrypts the 16 random bytes that WeCom put in front.
func firstBlock(t *testing.T, k cipherKeys, sealed string) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		t.Fatal(err)
	}
	block, err := aes.NewCipher(k.aes)
	if err != nil {
		t.Fatal(err)
	}
	cipher.NewCBCDecrypter(block, k.aes[:aes.BlockSize]).CryptBlocks(b, b)
	return b[:randomSize]
}

func TestTheDocumentedURLCheckIsAnswered(t *testing.T) {
	t.Parallel()
	r := receiver(t, 1409659589, golden)
	for name, echo := range map[string]string{
		"as sent":                    goldenEcho,
		"with + turned into a space": strings.ReplaceAll(goldenEcho, "+", " "),
	} {
		got, err := r.VerifyURL(url.Values{
			"msg_signature": {"5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3"},
			"timestamp":     {"1409659589"}, "nonce": {"263014780"}, "echostr": {echo},
		})
		if err != nil || string(got) != "1616140317555161061" {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
}

var current = Keys{Token: "new1", AESKey: strings.Repeat("a", 43), CorpID: "wwcorp"}

var (
	at     = time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC).Unix()
	random = []byte("0123456789abcdef")
)

func sealFor(t testing.TB, k Keys, plain string) ([]byte, url.Values) {
	t.Helper()
	body, query, err := Seal(k, []byte(plain), at, "n1", random)
	if err != nil {
		t.Fatal(err)
	}
	return body, query
}

func TestWhatIsSealedOpensWhateverItsLength(t *testing.T) {
	t.Parallel()
	r := receiver(t, at, current)
	for n := range 200 { // every padding from 1 to 32
		plain := strings.Repeat("活", n/3) + strings.Repeat("x", n%3)
		body, query := sealFor(t, current, plain)
		m, err := r.Open(query, body)
		if err != nil || string(m.Plaintext) != plain {
			t.Fatalf("length %d: got %q, %v", n, m.Plaintext, err)
		}
	}
}

func TestJSONCallbacksOpenAndParse(t *testing.T) {
	t.Parallel()
	plain := `{"Event":"change_external_chat","ChangeType":"update","ChatId":"wr1",` +
		`"MemChangeList":["wm1","wm2"],"MemChangeCnt":2,"CreateTime":1735600500}`
	with := current
	with.AgentID = "1000002"
	body, query, err := SealJSON(with, []byte(plain), at, "n1", random)
	if err != nil {
		t.Fatal(err)
	}
	m, err := receiver(t, at, with).Open(query, body)
	if err != nil || m.AgentID != "1000002" {
		t.Fatalf("got %+v, %v", m, err)
	}
	e, err := Parse(m.Plaintext)
	if err != nil || e.Name() != "change_external_chat/update" || e.ChatID != "wr1" ||
		strings.Join(e.MemChangeList, ",") != "wm1,wm2" || e.MemChangeCnt != 2 {
		t.Fatalf("got %+v, %v", e, err)
	}
}

func TestDuringARotationOldAndNewKeysOpen(t *testing.T) {
	t.Parallel()
	old := Keys{Token: "old1", AESKey: strings.Repeat("b", 43), CorpID: "wwcorp"}
	onlyAES := Keys{Token: current.Token, AESKey: strings.Repeat("c", 43), CorpID: "wwcorp"}
	both := receiver(t, at, current, old, onlyAES)
	for _, k := range []Keys{current, old, onlyAES} {
		body, query := sealFor(t, k, "x")
		if _, err := both.Open(query, body); err != nil {
			t.Errorf("%s/%s refused: %v", k.Token, k.AESKey[:1], err)
		}
	}
	body, query := sealFor(t, old, "x")
	if _, err := receiver(t, at, current).Open(query, body); !errors.Is(err, ErrRejected) {
		t.Errorf("after the window the old keys gave %v", err)
	}
}

func TestAgeIsBoundedBothWays(t *testing.T) {
	t.Parallel()
	body, query := sealFor(t, current, "x")
	for _, c := range []struct {
		now  int64
		want bool
	}{{at + 600, true}, {at - 600, true}, {at + 601, false}, {at - 601, false}} {
		_, err := receiver(t, c.now, current).Open(query, body)
		if (err == nil) != c.want {
			t.Errorf("%+d s: %v", c.now-at, err)
		}
	}
}

func TestAnEnvelopeForSomeoneElseIsRefused(t *testing.T) {
	t.Parallel()
	with := current
	with.AgentID = "7"
	body, query := sealFor(t, with, "x")
	r := receiver(t, at, with)
	for _, swap := range [][2]string{{"wwcorp", "wwevil"}, {"[7]", "[8]"}} {
		other := bytes.ReplaceAll(body, []byte(swap[0]), []byte(swap[1]))
		if _, err := r.Open(query, other); !errors.Is(err, ErrRejected) {
			t.Errorf("%v gave %v", swap, err)
		}
	}
	otherCorp := current
	otherCorp.CorpID = "wwevil"
	_, query = sealFor(t, otherCorp, "x")
	body, _ = sealFor(t, otherCorp, "x")
	body = bytes.ReplaceAll(body, []byte("wwevil"), []byte("wwcorp"))
	if _, err := receiver(t, at, current).Open(query, body); Reason(err) != "receiver is another corp" {
		t.Errorf("a message sealed for another corp gave %v", err)
	}
}

func TestKeysThatCannotWorkAreRefused(t *testing.T) {
	t.Parallel()
	for name, k := range map[string]Keys{
		"empty":         {},
		"no token":      {AESKey: current.AESKey, CorpID: "ww"},
		"short key":     {Token: "t", AESKey: strings.Repeat("a", 42)},
		"long key":      {Token: "t", AESKey: strings.Repeat("a", 44)},
		"not base64":    {Token: "t", AESKey: strings.Repeat("!", 43)},
		"with newlines": {Token: "t", AESKey: strings.Repeat("a", 40) + "\n\n\n"},
	} {
		if _, err := NewReceiver(clock.System{}, []Keys{k}); !errors.Is(err, ErrKeys) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
