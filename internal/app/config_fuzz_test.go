package app

import (
	"strings"
	"testing"
)

// Whatever is in the file, the program ends with a message, never a panic, and
// an address that was read can be read again.
func FuzzConfig(f *testing.F) {
	f.Add("addr: 127.0.0.1:8080\npublic-url: https://a.example\n", "https://a.example", "10.0.0.0/8")
	f.Add("trusted-proxies: [10.0.0.0/8]\n", "http://[::1]:1", "::1")
	f.Add("{", "%zz", "")
	f.Fuzz(func(t *testing.T, file, public, proxy string) {
		if _, err := YAML(strings.NewReader(file)); err != nil && err.Error() == "" {
			t.Fatal("an error that says nothing")
		}
		s, err := Config{Addr: "127.0.0.1:1", PublicURL: public, TrustedProxies: []string{proxy}}.settle()
		if err != nil {
			return
		}
		again, err := Config{Addr: "127.0.0.1:1", PublicURL: s.PublicURL}.settle()
		if err != nil || again.PublicURL != s.PublicURL {
			t.Fatalf("%q settles as %q, then %q, %v", public, s.PublicURL, again.PublicURL, err)
		}
	})
}
