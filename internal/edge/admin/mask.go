package admin

import (
	"unicode/utf8"

	"github.com/tuma-live/tuma/internal/core/access"
)

// masked shows the ends of an identifier: wmAB…9f.
func masked(s string) string {
	if len(s) <= 6 {
		return "…"
	}
	return s[:4] + "…" + s[len(s)-2:]
}

// personName is a customer's name as the reader may see it. Whoever may not
// ask for whole names sees the first character only: 张**.
func personName(who access.Identity, name string) string {
	if who.May(access.Reveal) || name == "" {
		return name
	}
	_, n := utf8.DecodeRuneInString(name)
	return name[:n] + "**"
}

// portrait is a customer's picture, for whoever may know the whole name: a face
// tells more than a name.
func portrait(who access.Identity, url string) string {
	if !who.May(access.Reveal) {
		return ""
	}
	return url
}
