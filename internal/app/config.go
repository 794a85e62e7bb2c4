// Package app puts the parts together: configuration, wiring, and the tables
// that say what the program does by itself (callbacks, jobs, schedule).
package app

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
)

// Config is what an administrator decides when the server starts. What an
// operator changes belongs in the database. A flag goes over the environment
// (TUMA_…), that over the file.
type Config struct {
	Addr           string   `help:"Address to listen on." default:"127.0.0.1:8080" env:"TUMA_ADDR"`
	Data           string   `help:"Folder for the database, keys and files." default:"./data" env:"TUMA_DATA" type:"path"`
	Database       string   `help:"postgres://… instead of SQLite in the data folder." env:"TUMA_DATABASE"`
	PublicURL      string   `name:"public-url" help:"Address under which phones and WeCom reach this server." env:"TUMA_PUBLIC_URL"`
	TrustedProxies []string `name:"trusted-proxies" help:"Networks of proxies whose X-Forwarded-For is believed." env:"TUMA_TRUSTED_PROXIES"`
	MetricsToken   string   `name:"metrics-token" help:"Bearer token for /metrics; without one only loopback may read it." env:"TUMA_METRICS_TOKEN"`
	Keys           string   `help:"Content of the key file, instead of the file." env:"TUMA_KEYS" hidden:""`
	LogLevel       string   `name:"log-level" help:"debug, info, warn or error." default:"info" enum:"debug,info,warn,error" env:"TUMA_LOG_LEVEL"`
	LogFormat      string   `name:"log-format" help:"text or json." default:"text" enum:"text,json" env:"TUMA_LOG_FORMAT"`
}

// Errors of a configuration.
var (
	errPublicURL = errors.New("--public-url must look like https://code.example.com, without a path")
	errProxy     = errors.New("--trusted-proxies takes networks such as 10.0.0.0/8 or an address")
)

// settled is a Config whose values have been read.
type settled struct {
	Config
	public  *url.URL
	trusted []netip.Prefix
}

func (c Config) settle() (settled, error) {
	s := settled{Config: c}
	if c.PublicURL == "" {
		s.PublicURL = "http://" + c.Addr
	}
	u, err := url.Parse(strings.TrimRight(s.PublicURL, "/"))
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.Path != "" || u.RawQuery != "" {
		return s, fmt.Errorf("%w: %q", errPublicURL, c.PublicURL)
	}
	s.public, s.PublicURL = u, u.String()
	for _, p := range c.TrustedProxies {
		n, err := parseNetwork(p)
		if err != nil {
			return s, fmt.Errorf("%w: %q", errProxy, p)
		}
		s.trusted = append(s.trusted, n)
	}
	return s, nil
}

func parseNetwork(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	return netip.ParsePrefix(s)
}

// keyFile is where the keys are.
func (c Config) keyFile() string { return filepath.Join(c.Data, "keys.json") }

// onSQLite says that the database is our own file.
func (c Config) onSQLite() bool { return c.Database == "" || !strings.Contains(c.Database, "://") }

// databaseURL is what db.Open is given.
func (c Config) databaseURL() string {
	if c.Database != "" {
		return c.Database
	}
	return filepath.Join(c.Data, "tuma.db")
}
