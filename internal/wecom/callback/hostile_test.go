package callback

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"
)

// hostile seals a raw block layout with a correct signature.
func hostile(t testing.TB, raw []byte) (url.Values, []byte) {
	t.Helper()
	k, err := current.open()
	if err != nil {
		t.Fatal(err)
	}
	sealed := base64.StdEncoding.EncodeToString(raw)
	if len(raw) > 0 && len(raw)%16 == 0 {
		if sealed, err = k.cbc(bytes.Clone(raw)); err != nil {
			t.Fatal(err)
		}
	}
	return signed(sealed), fmt.Appendf(nil, "<xml><Encrypt>%s</Encrypt></xml>", sealed)
}

func signed(sealed string) url.Values {
	ts := fmt.Sprint(at)
	return url.Values{"msg_signature": {current.sign(ts, "n1", sealed)},
		"timestamp": {ts}, "nonce": {"n1"}}
}

func layout(length uint32, message string, pad byte, padLen int) []byte {
	b := binary.BigEndian.AppendUint32(bytes.Clone(random), length)
	b = append(b, message...)
	return append(b, bytes.Repeat([]byte{pad}, padLen)...)
}

func TestSignedGarbageIsAnErrorAndNeverAPanic(t *testing.T) {
	t.Parallel()
	r := receiver(t, at, current)
	for name, c := range map[string]struct {
		raw    []byte
		reason string
	}{
		"empty":                  {nil, "no Encrypt element"},
		"short":                  {[]byte("abc"), "ciphertext is not whole blocks"},
		"one block":              {bytes.Repeat([]byte{1}, 16), "message too short"},
		"not block sized":        {bytes.Repeat([]byte{1}, 33), "ciphertext is not whole blocks"},
		"length too long":        {layout(100, "xwwcorp", 5, 5), "message length wrong"},
		"length 0xFFFFFFFF":      {layout(0xffffffff, "xwwcorp", 5, 5), "message length wrong"},
		"padding 0":              {layout(1, "xwwcorp", 0, 5), "padding wrong"},
		"padding 33":             {layout(1, "xwwcorp", 33, 5+32), "padding wrong"},
		"padding 255":            {layout(1, "xwwcorp", 255, 5), "padding wrong"},
		"padding not all equal":  {append(layout(1, "xwwcorp", 5, 3), 4, 5), "padding wrong"},
		"padding eats all":       {bytes.Repeat([]byte{32}, 32), "message too short"},
		"padding beyond start":   {bytes.Repeat([]byte{17}, 16), "padding wrong"},
		"no receiver":            {layout(7, "xwwcorp", 5, 5), "receiver is another corp"},
		"receiver with a tail":   {layout(1, "xwwcorpx", 4, 4), "receiver is another corp"},
		"receiver of other corp": {layout(1, "xwwevil", 5, 5), "receiver is another corp"},
	} {
		query, body := hostile(t, c.raw)
		m, err := r.Open(query, body)
		if !errors.Is(err, ErrRejected) || Reason(err) != c.reason || m.Plaintext != nil {
			t.Errorf("%s: got %q, %v, want %q", name, m.Plaintext, err, c.reason)
		}
	}
}

func TestNoMutationOfASignedPartIsAccepted(t *testing.T) {
	t.Parallel()
	r := receiver(t, at, current)
	body, query := sealFor(t, current, "<xml><Event>x</Event></xml>")
	env, err := scanEnvelope(body)
	if err != nil {
		t.Fatal(err)
	}
	parts := []string{query.Get("msg_signature"), query.Get("timestamp"), query.Get("nonce"), env.encrypt}
	rng := rand.New(rand.NewPCG(1, 2))
	tried := 0
	for tried < 10_000 {
		m := append([]string(nil), parts...)
		i := rng.IntN(len(m))
		if m[i] = mutate(rng, m[i]); m[i] == parts[i] {
			continue
		}
		tried++
		q := url.Values{"msg_signature": {m[0]}, "timestamp": {m[1]}, "nonce": {m[2]}}
		b := fmt.Appendf(nil, "<xml><ToUserName>wwcorp</ToUserName><Encrypt>%s</Encrypt></xml>", m[3])
		if _, err := r.Open(q, b); !errors.Is(err, ErrRejected) {
			t.Fatalf("part %d as %q gave %v", i, m[i], err)
		}
	}
}

// mutate flips, drops, adds or swaps a byte, or changes case.
func mutate(rng *rand.Rand, s string) string {
	b := []byte(s)
	i := rng.IntN(len(b))
	switch rng.IntN(5) {
	case 0:
		b[i] ^= 1 << rng.IntN(7)
	case 1:
		b = append(b[:i], b[i+1:]...)
	case 2:
		b = append(b[:i], append([]byte{b[i]}, b[i:]...)...)
	case 3:
		j := rng.IntN(len(b))
		b[i], b[j] = b[j], b[i]
	default:
		return strings.ToUpper(s)
	}
	return string(b)
}

func TestAMutatedBodyNeverChangesWhatIsAccepted(t *testing.T) {
	t.Parallel()
	with := current
	with.AgentID = "7"
	r := receiver(t, at, with)
	body, query := sealFor(t, with, "<xml><Event>x</Event></xml>")
	want, err := r.Open(query, body)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(3, 4))
	for range 10_000 {
		m := []byte(mutate(rng, string(body)))
		got, err := r.Open(query, m)
		same := string(got.Plaintext) == string(want.Plaintext) && got.AgentID == "7" &&
			got.ToUser == "wwcorp"
		if err == nil && !same {
			t.Fatalf("%s gave %+v", m, got)
		}
	}
}

func TestDigitsCannotMoveBetweenTimestampAndNonce(t *testing.T) {
	t.Parallel()
	ts := fmt.Sprint(at)
	nonce := "1000000000"
	body, query, err := Seal(current, []byte("x"), at, nonce, random)
	if err != nil {
		t.Fatal(err)
	}
	r := receiver(t, at, current)
	query.Set("timestamp", ts[1:])
	query.Set("nonce", nonce+ts[:1])
	if _, err := r.Open(query, body); Reason(err) != "timestamp malformed" {
		t.Errorf("moved digits gave %v", err)
	}
}

func TestParametersAreNeededExactlyOnce(t *testing.T) {
	t.Parallel()
	r := receiver(t, at, current)
	body, good := sealFor(t, current, "x")
	for _, name := range []string{"msg_signature", "timestamp", "nonce"} {
		for what, values := range map[string][]string{
			"missing": nil, "empty": {""}, "twice": {good.Get(name), good.Get(name)},
		} {
			q, _ := url.ParseQuery(good.Encode())
			q[name] = values
			if _, err := r.Open(q, body); !errors.Is(err, ErrRejected) {
				t.Errorf("%s %s gave %v", name, what, err)
			}
		}
	}
}
