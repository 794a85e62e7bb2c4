package scan

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"io/fs"
	"strings"

	"github.com/tuma-live/tuma/internal/base/i18n"
)

//go:embed page locales
var files embed.FS

// pages is the page in every language, and the policy that lets exactly its
// style and its script run.
type pages struct {
	zh, en *template
	texts  *i18n.Catalogue
	policy []string
}

// loadPages compiles what ships in the binary.
func loadPages() (*pages, error) {
	locales, err := fs.Sub(files, "locales")
	if err != nil {
		return nil, err
	}
	p := &pages{}
	if p.texts, err = i18n.Load(locales); err != nil {
		return nil, err
	}
	var part [3]string
	for i, name := range []string{"page/page.html", "page/page.css", "page/page.js"} {
		b, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		part[i] = strings.ReplaceAll(string(b), "\n", "")
		if i == 2 {
			part[i] = strings.TrimSpace(string(b)) // its lines end its statements
		}
	}
	source := strings.NewReplacer("{{css}}", part[1], "{{js}}", part[2]).Replace(part[0])
	if p.zh, err = p.compile(source, i18n.Chinese); err != nil {
		return nil, err
	}
	if p.en, err = p.compile(source, i18n.English); err != nil {
		return nil, err
	}
	p.policy = []string{"default-src 'none'; img-src 'self' data:; style-src " + sum(part[1]) +
		"; script-src " + sum(part[2]) + "; connect-src 'self'; form-action 'self'; base-uri 'none'; " +
		"frame-ancestors 'self'"}
	return p, nil
}

func (p *pages) compile(source, lang string) (*template, error) {
	t, err := compile(source, func(key string) (string, bool) {
		return p.texts.Text(lang, key, nil), p.texts.Has(lang, key)
	})
	if err != nil {
		return nil, fmt.Errorf("cannot compile the page in %s: %w", lang, err)
	}
	return t, nil
}

// sum names an inline style or script for the policy.
func sum(text string) string {
	h := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(h[:]) + "'"
}

// in returns the page in lang.
func (p *pages) in(lang string) *template {
	if lang == i18n.English {
		return p.en
	}
	return p.zh
}
