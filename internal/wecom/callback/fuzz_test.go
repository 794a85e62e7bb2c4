package callback

import (
	"bytes"
	"encoding/base64"
	"errors"
	"net/url"
	"testing"
)

// FuzzOpen: whatever arrives, an unsigned push is rejected and nothing panics.
func FuzzOpen(f *testing.F) {
	body, query := sealFor(f, current, "<xml><Event>x</Event></xml>")
	f.Add(query.Encode(), body)
	f.Add(goldenQuery().Encode(), goldenBody())
	for _, bomb := range bombs() {
		f.Add(query.Encode(), []byte(bomb))
	}
	r := receiver(f, at, current)
	f.Fuzz(func(t *testing.T, rawQuery string, got []byte) {
		q, _ := url.ParseQuery(rawQuery)
		m, err := r.Open(q, got)
		if err != nil {
			if !errors.Is(err, ErrRejected) || m.Plaintext != nil {
				t.Fatalf("refused with %v and %q", err, m.Plaintext)
			}
			return
		}
		if string(m.Plaintext) != "<xml><Event>x</Event></xml>" {
			t.Fatalf("accepted %q", m.Plaintext)
		}
	})
}

// FuzzParse: any bytes are an event or an error, and an event's text can be stored.
func FuzzParse(f *testing.F) {
	f.Add([]byte(head + `<Event>change_external_chat</Event><MemChangeList><Item>a</Item></MemChangeList></xml>`))
	f.Add([]byte(`{"Event":"x","SelectedItems":{"SelectedItem":[{"QuestionKey":"q"}]}}`))
	f.Add([]byte(`<xml><State>&#x0;&amp;<![CDATA[]]]]><![CDATA[>]]></State></xml>`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		e, err := Parse(doc)
		if err != nil {
			return
		}
		for _, s := range append(e.MemChangeList, e.State, e.UserID, e.Content, e.Name()) {
			if clean(s) != s {
				t.Fatalf("%q cannot be stored", s)
			}
		}
	})
}

// FuzzDecrypt: a correct signature over any bytes ends in an error or in what was sealed.
func FuzzDecrypt(f *testing.F) {
	f.Add(layout(1, "xwwcorp", 5, 5))
	f.Add(layout(0xffffffff, "xwwcorp", 5, 5))
	f.Add(layout(1, "xwwcorp", 255, 5))
	f.Add([]byte("abc"))
	k, err := current.open()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if _, err := k.decrypt(string(raw)); err != nil && !errors.Is(err, ErrRejected) {
			t.Fatal(err)
		}
		_, _ = k.decrypt(base64.StdEncoding.EncodeToString(raw))
		sealed, err := k.cbc(bytes.Clone(raw[:len(raw)/16*16]))
		if err != nil {
			t.Fatal(err)
		}
		plain, err := k.decrypt(sealed)
		if err == nil && !bytes.Contains(raw, append(bytes.Clone(plain), current.CorpID...)) {
			t.Fatalf("opened %q out of %q", plain, raw)
		}
	})
}
