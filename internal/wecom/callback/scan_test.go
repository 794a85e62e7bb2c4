package callback

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// bombs are envelopes that other parsers swallow. %s is a good sealed text.
func bombs() map[string]string {
	nest := func(n int) string { return strings.Repeat("<a>", n) + strings.Repeat("</a>", n) }
	var attrs strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&attrs, " a%d='1'", i)
	}
	return map[string]string{
		"external entity": `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>` +
			`<xml><Encrypt>%s</Encrypt><ToUserName>&e;</ToUserName></xml>`,
		"entity bomb": `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>` +
			`<xml><Encrypt>%s</Encrypt></xml>`,
		"unknown entity":         `<xml><Encrypt>%s</Encrypt><ToUserName>&e;</ToUserName></xml>`,
		"DOCTYPE alone":          `<!DOCTYPE xml><xml><Encrypt>%s</Encrypt></xml>`,
		"DOCTYPE inside":         `<xml><!DOCTYPE xml><Encrypt>%s</Encrypt></xml>`,
		"deep nest":              `<xml><Encrypt>%s</Encrypt>` + nest(4000) + `</xml>`,
		"just too deep":          `<xml><Encrypt>%s</Encrypt>` + nest(8) + `</xml>`,
		"many attributes":        `<xml` + attrs.String() + `><Encrypt>%s</Encrypt></xml>`,
		"one attribute":          `<xml a="1"><Encrypt>%s</Encrypt></xml>`,
		"many elements":          `<xml><Encrypt>%s</Encrypt>` + strings.Repeat("<a/>", 15000) + `</xml>`,
		"some elements":          `<xml><Encrypt>%s</Encrypt>` + strings.Repeat("<a/>", 32) + `</xml>`,
		"two Encrypt":            `<xml><Encrypt>%s</Encrypt><Encrypt>x</Encrypt></xml>`,
		"two Encrypt, good last": `<xml><Encrypt>x</Encrypt><Encrypt>%s</Encrypt></xml>`,
		"JSON two, good last":    `{"encrypt":"x","encrypt":"%s"}`,
		"Encrypt nested":         `<xml><b><Encrypt>%s</Encrypt></b></xml>`,
		"children inside":        `<xml><Encrypt><a/>%s</Encrypt></xml>`,
		"two ToUserName": `<xml><Encrypt>%s</Encrypt><ToUserName>wwcorp</ToUserName>` +
			`<ToUserName>a</ToUserName></xml>`,
		"GBK header":         `<?xml version="1.0" encoding="GBK"?><xml><Encrypt>%s</Encrypt></xml>`,
		"zero byte":          "<xml>\x00<Encrypt>%s</Encrypt></xml>",
		"comment":            `<xml><!-- --><Encrypt>%s</Encrypt></xml>`,
		"comment inside":     `<xml><Encrypt><!-- -->%s</Encrypt></xml>`,
		"instruction":        `<xml><?php ?><Encrypt>%s</Encrypt></xml>`,
		"text after":         `<xml><Encrypt>%s</Encrypt></xml>x`,
		"element after":      `<xml><Encrypt>%s</Encrypt></xml><xml/>`,
		"text before":        `x<xml><Encrypt>%s</Encrypt></xml>`,
		"not closed":         `<xml><Encrypt>%s</Encrypt>`,
		"crossed":            `<xml><Encrypt>%s</xml></Encrypt>`,
		"prefix closes":      `<xml><Encrypt>%s</EncryptX></xml>`,
		"CDATA open":         `<xml><Encrypt><![CDATA[%s</Encrypt></xml>`,
		"other root":         `<html><Encrypt>%s</Encrypt></html>`,
		"other capitals":     `<xml><encrypt>%s</encrypt></xml>`,
		"JSON two encrypt":   `{"encrypt":"%s","encrypt":"x"}`,
		"JSON nested":        `{"a":{"encrypt":"%s"}}`,
		"JSON deep":          `{"encrypt":"%s","a":` + strings.Repeat("[", 4000) + strings.Repeat("]", 4000) + `}`,
		"JSON text after":    `{"encrypt":"%s"} x`,
		"JSON not closed":    `{"encrypt":"%s"`,
		"JSON many members":  `{"encrypt":"%s","a":[` + strings.Repeat("1,", 10000) + `1]}`,
		"JSON wrong type":    `{"encrypt":["%s"]}`,
		"body beyond 64 KB":  `<xml><Encrypt>%s</Encrypt></xml>` + strings.Repeat(" ", MaxBody),
		"empty":              ``,
		"white space":        "  \n",
		"markup in the name": `<xml><Enc<rypt>%s</Enc<rypt></xml>`,
	}
}

func TestXMLBombsAreRefusedBeforeAnythingIsDecrypted(t *testing.T) {
	t.Parallel()
	r := receiver(t, at, current)
	body, query := sealFor(t, current, "x")
	env, err := scanEnvelope(body)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Open(query, []byte("<xml><Encrypt>"+env.encrypt+"</Encrypt></xml>")); err != nil {
		t.Fatalf("the plain envelope is refused: %v", err)
	}
	for name, bomb := range bombs() {
		doc := strings.Replace(bomb, "%s", env.encrypt, 1)
		if _, err := r.Open(query, []byte(doc)); !errors.Is(err, ErrRejected) {
			t.Errorf("%s gave %v", name, err)
		}
	}
}

// Not parallel: it reads the allocations of the whole process.
func TestABombCostsLessThanAMegabyte(t *testing.T) {
	for name, bomb := range bombs() {
		doc := []byte(bomb)[:min(len(bomb), MaxBody)]
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _ = scanEnvelope(doc)
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
			t.Errorf("%s allocated %d bytes", name, n)
		}
	}
}

func TestEnvelopesThatWeComMayWriteAreRead(t *testing.T) {
	t.Parallel()
	for name, doc := range map[string]string{
		"plain text":       `<xml><Encrypt>QUJD</Encrypt></xml>`,
		"layout":           "<xml>\r\n <Encrypt>\n<![CDATA[QUJD]]>\n</Encrypt >\t</xml >\n",
		"declaration":      `<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<xml><Encrypt>QUJD</Encrypt></xml>`,
		"byte order mark":  "\ufeff" + `<xml><Encrypt>QUJD</Encrypt></xml>`,
		"unknown elements": `<xml><New><Inner>1</Inner></New><Encrypt>QUJD</Encrypt><Empty/></xml>`,
		"JSON":             ` {"agentid":1000002,"encrypt":"QUJD","new":{"a":[1,null,true]}}`,
	} {
		env, err := scanEnvelope([]byte(doc))
		if err != nil || env.encrypt != "QUJD" {
			t.Errorf("%s: got %q, %v", name, env.encrypt, err)
		}
	}
}
