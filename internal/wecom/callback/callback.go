// Package callback opens what WeCom pushes to us: it verifies, decrypts and
// parses callbacks, and seals them for the sandbox and for tests.
//
// The caller is hostile until the signature says otherwise, so the work is
// ordered by what it costs: size, a bounded scan of the envelope, signature,
// age, decryption, receiver. Every refusal is ErrRejected; the reason is for
// the log only. Nothing here panics, whatever the bytes.
package callback

import (
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
)

// MaxBody is the largest body that is looked at, in bytes.
const MaxBody = 64 << 10

// DefaultMaxAge is how far a callback's timestamp may be from our clock. No
// rule is documented; retries of one event come within seconds.
const DefaultMaxAge = 10 * time.Minute

// ErrRejected is every refusal, as the outside may know it. Reason tells why.
var ErrRejected = errors.New("callback rejected")

// Keys are what an app's callback settings (接收消息) hold.
type Keys struct {
	Token   string // 3–32 letters or digits
	AESKey  string // EncodingAESKey, 43 letters or digits
	CorpID  string // the receiver inside every sealed message
	AgentID string // optional: refuses envelopes that name another app
}

// Message is one verified and decrypted push.
type Message struct {
	Plaintext []byte
	ToUser    string // the corp id of the keys that opened it
	AgentID   string // the app; of the keys where they name one, else as the envelope claims (not signed)
}

// Receiver opens callbacks. It is safe for concurrent use.
type Receiver struct {
	clock  clock.Clock
	maxAge time.Duration
	keys   []cipherKeys
}

// Option changes a Receiver.
type Option func(*Receiver)

// MaxAge replaces DefaultMaxAge. The bound holds in both directions.
func MaxAge(d time.Duration) Option { return func(r *Receiver) { r.maxAge = d } }

// NewReceiver returns a receiver that accepts each of keys: during a rotation,
// the new ones and the old ones. Keys that cannot work are an error.
func NewReceiver(c clock.Clock, keys []Keys, opts ...Option) (*Receiver, error) {
	r := &Receiver{clock: c, maxAge: DefaultMaxAge}
	for _, k := range keys {
		ck, err := k.open()
		if err != nil {
			return nil, err
		}
		r.keys = append(r.keys, ck)
	}
	for _, o := range opts {
		o(r)
	}
	return r, nil
}

// VerifyURL answers WeCom's check of a new callback URL: the caller writes
// echo as the whole body, with nothing around it.
func (r *Receiver) VerifyURL(query url.Values) (echo []byte, err error) {
	p, err := paramsOf(query)
	if err != nil {
		return nil, err
	}
	echostr, ok := single(query, "echostr")
	if !ok {
		return nil, reject("echostr missing")
	}
	// A + that nobody percent-encoded has become a space on its way.
	sealed := strings.ReplaceAll(echostr, " ", "+")
	if len(sealed) > MaxBody {
		return nil, reject("echostr too large")
	}
	echo, _, err = r.open(p, sealed)
	return echo, err
}

// Open verifies and decrypts one push, XML or JSON.
func (r *Receiver) Open(query url.Values, body []byte) (Message, error) {
	if len(body) > MaxBody {
		return Message{}, reject("body too large")
	}
	p, err := paramsOf(query)
	if err != nil {
		return Message{}, err
	}
	env, err := scanEnvelope(body)
	if err != nil {
		return Message{}, err
	}
	plain, key, err := r.open(p, env.encrypt)
	if err != nil {
		return Message{}, err
	}
	return env.message(plain, key.Keys)
}

// message joins the envelope to what was inside it. The envelope's own fields
// are not signed, so they may confirm what the keys say and nothing more.
func (e envelope) message(plain []byte, k Keys) (Message, error) {
	if e.toUser != "" && e.toUser != k.CorpID {
		return Message{}, reject("envelope for another corp")
	}
	agent := e.agentID
	if k.AgentID != "" {
		if agent != "" && agent != k.AgentID {
			return Message{}, reject("envelope for another app")
		}
		agent = k.AgentID
	}
	return Message{Plaintext: plain, ToUser: k.CorpID, AgentID: agent}, nil
}

// open checks the signature against every key before it decrypts anything.
func (r *Receiver) open(p params, sealed string) ([]byte, cipherKeys, error) {
	var signed []cipherKeys
	for _, k := range r.keys {
		if k.signedBy(p, sealed) {
			signed = append(signed, k)
		}
	}
	if len(signed) == 0 {
		return nil, cipherKeys{}, reject("signature wrong")
	}
	if age := r.clock.Now().Sub(p.at); age > r.maxAge || age < -r.maxAge {
		return nil, cipherKeys{}, reject("timestamp outside the window")
	}
	var last error
	for _, k := range signed { // the same token may go with an old and a new key
		plain, err := k.decrypt(sealed)
		if err == nil {
			return plain, k, nil
		}
		last = err
	}
	return nil, cipherKeys{}, last
}

// params are the signed parts of a callback's query.
type params struct {
	signature, timestamp, nonce string
	at                          time.Time
}

func paramsOf(q url.Values) (params, error) {
	var p params
	var ok [3]bool
	p.signature, ok[0] = single(q, "msg_signature")
	p.timestamp, ok[1] = single(q, "timestamp")
	p.nonce, ok[2] = single(q, "nonce")
	if !ok[0] || !ok[1] || !ok[2] {
		return p, reject("a query parameter is missing or repeated")
	}
	if len(p.signature) != 40 || len(p.nonce) > 128 {
		return p, reject("a query parameter has the wrong length")
	}
	// Ten digits exactly: the signature is over a concatenation, so a looser
	// form would let digits move between timestamp and nonce.
	seconds, good := digits(p.timestamp)
	if !good || len(p.timestamp) != 10 {
		return p, reject("timestamp malformed")
	}
	p.at = time.Unix(seconds, 0).UTC()
	return p, nil
}

func single(q url.Values, name string) (string, bool) {
	v := q[name]
	if len(v) != 1 || v[0] == "" {
		return "", false
	}
	return v[0], true
}

// digits reads up to 18 decimal digits and nothing else.
func digits(s string) (int64, bool) {
	if s == "" || len(s) > 18 {
		return 0, false
	}
	var n int64
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int64(s[i]-'0')
	}
	return n, true
}

type rejection string

func reject(reason string) error { return rejection(reason) }

func (r rejection) Error() string { return "callback rejected: " + string(r) }

func (r rejection) Is(target error) bool { return target == ErrRejected }

// Reason is why a callback was rejected, for a log or a counter; never for the
// answer. It is a fixed text, free of anything the sender wrote.
func Reason(err error) string {
	var r rejection
	if errors.As(err, &r) {
		return string(r)
	}
	return ""
}
