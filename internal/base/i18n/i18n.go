// Package i18n keeps the texts people read, in every language we speak.
package i18n

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The languages. The first is what we say when nobody asked.
const (
	Chinese = "zh-CN"
	English = "en"
)

// Languages lists the languages every text is written in.
var Languages = []string{Chinese, English}

// Catalogue is a set of texts. It never changes once loaded.
type Catalogue struct {
	texts map[string]map[string]string // language → key → text
}

// Load reads {language}/*.json of each file system. Keys may be nested; they
// are joined with dots. A key that appears twice in a language is an error.
func Load(systems ...fs.FS) (*Catalogue, error) {
	c := &Catalogue{texts: map[string]map[string]string{}}
	for _, lang := range Languages {
		c.texts[lang] = map[string]string{}
		for _, sys := range systems {
			if err := c.loadLanguage(sys, lang); err != nil {
				return nil, fmt.Errorf("cannot load the texts in %s: %w", lang, err)
			}
		}
	}
	return c, nil
}

func (c *Catalogue) loadLanguage(sys fs.FS, lang string) error {
	names, err := fs.Glob(sys, path.Join(lang, "*.json"))
	if err != nil {
		return err
	}
	for _, name := range names {
		b, err := fs.ReadFile(sys, name)
		if err != nil {
			return err
		}
		var tree map[string]any
		if err := json.Unmarshal(b, &tree); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := c.add(lang, "", tree); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func (c *Catalogue) add(lang, prefix string, tree map[string]any) error {
	for k, v := range tree {
		switch v := v.(type) {
		case string:
			if _, twice := c.texts[lang][prefix+k]; twice {
				return fmt.Errorf("%q is written twice", prefix+k)
			}
			c.texts[lang][prefix+k] = v
		case map[string]any:
			if err := c.add(lang, prefix+k+".", v); err != nil {
				return err
			}
		default:
			return fmt.Errorf("%q must be a text", prefix+k)
		}
	}
	return nil
}

// Text returns the text of key in lang with each {name} filled from args. The
// argument "count" chooses between key_one and key_other where they exist. A
// text missing in lang is given in Chinese; one missing everywhere is its key.
func (c *Catalogue) Text(lang, key string, args map[string]string) string {
	text, ok := c.find(lang, key, args)
	if !ok {
		if text, ok = c.find(Chinese, key, args); !ok {
			return key
		}
	}
	if len(args) == 0 || !strings.Contains(text, "{") {
		return text
	}
	return Fill(text, args)
}

// Has says whether key is written in lang.
func (c *Catalogue) Has(lang, key string) bool {
	_, ok := c.texts[lang][key]
	return ok
}

func (c *Catalogue) find(lang, key string, args map[string]string) (string, bool) {
	texts := c.texts[lang]
	if n, counted := args["count"]; counted {
		form := "_other"
		if n == "1" && lang == English {
			form = "_one"
		}
		if text, ok := texts[key+form]; ok {
			return text, true
		}
	}
	text, ok := texts[key]
	return text, ok
}

// Fill replaces {name} once, from left to right: a value that looks like a
// placeholder stays as it is.
func Fill(text string, args map[string]string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		name, after, closed := strings.Cut(rest, "}")
		value, known := args[name]
		if !closed || !known {
			b.WriteByte('{')
			text = rest
			continue
		}
		b.WriteString(value)
		text = after
	}
}

var wechatLanguage = regexp.MustCompile(`Language/([A-Za-z_-]+)`)

// Match chooses the language of a reader. WeChat says its own in the user
// agent, which is what the reader chose; else the Accept-Language header tells.
func Match(acceptLanguage, userAgent string) string {
	if strings.Contains(userAgent, "Language/") {
		if m := wechatLanguage.FindStringSubmatch(userAgent); m != nil {
			if lang := spoken(m[1]); lang != "" {
				return lang
			}
			return English // a reader of neither knows English better
		}
	}
	best, bestQ := "", 0.0
	for part := range strings.SplitSeq(acceptLanguage, ",") {
		tag, params, _ := strings.Cut(part, ";")
		q := 1.0
		if v, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			q, _ = strconv.ParseFloat(v, 64) // nonsense counts as 0
		}
		if lang := spoken(strings.TrimSpace(tag)); lang != "" && q > bestQ {
			best, bestQ = lang, q
		}
	}
	if best == "" {
		return Chinese
	}
	return best
}

func spoken(tag string) string {
	primary, _, _ := strings.Cut(strings.ReplaceAll(strings.ToLower(tag), "_", "-"), "-")
	switch primary {
	case "zh":
		return Chinese
	case "en":
		return English
	}
	return ""
}

var placeholder = regexp.MustCompile(`\{[a-zA-Z_]+\}`)

// Differences tells, for a test, what one language has and another lacks: keys,
// and placeholders inside a text. Plural forms count as one key.
func (c *Catalogue) Differences() []string {
	shape := map[string]map[string][]string{}
	for lang, texts := range c.texts {
		shape[lang] = map[string][]string{}
		for key, text := range texts {
			key = strings.TrimSuffix(strings.TrimSuffix(key, "_one"), "_other")
			names := placeholder.FindAllString(text, -1)
			slices.Sort(names)
			if len(names) >= len(shape[lang][key]) {
				shape[lang][key] = slices.Compact(names)
			}
		}
	}
	var out []string
	for _, lang := range Languages[1:] {
		for _, key := range slices.Sorted(maps.Keys(shape[Chinese])) {
			names, ok := shape[lang][key]
			switch {
			case !ok:
				out = append(out, fmt.Sprintf("%s lacks %q", lang, key))
			case !slices.Equal(names, shape[Chinese][key]):
				out = append(out, fmt.Sprintf("%s fills %q with %v, not %v", lang, key, names, shape[Chinese][key]))
			}
		}
		for _, key := range slices.Sorted(maps.Keys(shape[lang])) {
			if _, ok := shape[Chinese][key]; !ok {
				out = append(out, fmt.Sprintf("%s lacks %q", Chinese, key))
			}
		}
	}
	return out
}
