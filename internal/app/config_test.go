package app

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// parse reads a command line the way main does.
func parse(t *testing.T, file string, args ...string) (Config, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tuma.yaml")
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	var c struct {
		File  kong.ConfigFlag `name:"config"`
		Serve struct {
			Config `embed:""`
		} `cmd:""`
	}
	k, err := kong.New(&c, kong.Configuration(YAML), kong.Exit(func(int) {}))
	if err != nil {
		t.Fatal(err)
	}
	_, err = k.Parse(append([]string{"serve", "--config", path}, args...))
	return c.Serve.Config, err
}

func TestAFlagGoesOverTheEnvironmentAndThatOverTheFile(t *testing.T) {
	const file = "addr: 127.0.0.1:1\ndatabase: from-file\nlog-level: warn\ntrusted-proxies: [10.0.0.0/8, 10.1.0.0/16]\n"
	t.Setenv("TUMA_ADDR", "127.0.0.1:2")
	t.Setenv("TUMA_DATABASE", "from-environment")
	c, err := parse(t, file, "--addr", "127.0.0.1:3")
	if err != nil {
		t.Fatal(err)
	}
	if c.Addr != "127.0.0.1:3" || c.Database != "from-environment" || c.LogLevel != "warn" || len(c.TrustedProxies) != 2 {
		t.Fatalf("%+v", c)
	}
}

func TestAMisspeltNameInTheFileIsAnError(t *testing.T) {
	if _, err := parse(t, "adress: 127.0.0.1:1\n"); err == nil || !strings.Contains(err.Error(), "adress") {
		t.Fatalf("got %v", err)
	}
}

func TestAddressesAreReadBeforeAnythingStarts(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		c    Config
		want error
	}{
		"nothing said":           {Config{Addr: "127.0.0.1:8080"}, nil},
		"a public address":       {Config{PublicURL: "https://code.example.com/"}, nil},
		"a path":                 {Config{PublicURL: "https://example.com/tuma"}, errPublicURL},
		"no scheme":              {Config{PublicURL: "code.example.com"}, errPublicURL},
		"another scheme":         {Config{PublicURL: "ftp://code.example.com"}, errPublicURL},
		"networks and addresses": {Config{Addr: ":1", PublicURL: "http://x", TrustedProxies: []string{"10.0.0.0/8", "::1"}}, nil},
		"no network":             {Config{PublicURL: "http://x", TrustedProxies: []string{"everyone"}}, errProxy},
	} {
		if _, err := x.c.settle(); !errors.Is(err, x.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	s, err := Config{Addr: "127.0.0.1:8080"}.settle()
	if err != nil || s.PublicURL != "http://127.0.0.1:8080" {
		t.Errorf("the address we listen on is the public one: %q, %v", s.PublicURL, err)
	}
}
