package scan

import (
	"unicode"
	"unicode/utf8"
)

const (
	mostName  = 64   // visible characters of a name or a title
	mostLines = 2000 // visible characters of a text with line breaks
	mostMarks = 4    // combining marks on one character
)

// appendName appends s for use in HTML text and quoted attributes, on one line:
// markup escaped, control and direction characters gone, stacks of combining
// marks cut, at most mostName visible characters.
func appendName(b []byte, s string) []byte { return appendSafe(b, s, mostName, false) }

// appendLines is appendName for longer texts: line breaks become <br>.
func appendLines(b []byte, s string) []byte { return appendSafe(b, s, mostLines, true) }

// appendAddress is appendName for what says nothing when cut short.
func appendAddress(b []byte, s string) []byte { return appendSafe(b, s, mostLines, false) }

func appendSafe(b []byte, s string, most int, lines bool) []byte {
	visible, marks := 0, 0
	for i := 0; i < len(s); {
		if n := run(s[i:min(len(s), i+most-visible)]); n > 0 {
			b = append(b, s[i:i+n]...)
			visible, marks, i = visible+n, 0, i+n
			continue
		}
		if c := s[i]; c < utf8.RuneSelf {
			i++
			if c == '\r' && lines && i < len(s) && s[i] == '\n' {
				continue
			}
			if visible == most {
				return append(b, "…"...)
			}
			visible, marks = visible+1, 0
			b = appendASCII(b, c, lines)
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		i += n
		switch {
		case hidden(r):
			continue
		case joins(r):
			if marks++; marks > mostMarks {
				continue
			}
		default:
			if visible == most {
				return append(b, "…"...)
			}
			visible, marks = visible+1, 0
		}
		b = utf8.AppendRune(b, r)
	}
	return b
}

// run returns how many of the first bytes of s stand for themselves.
func run(s string) int {
	for i := range len(s) {
		if !itself[s[i]] {
			return i
		}
	}
	return len(s)
}

// itself lists the bytes that need no care.
var itself = func() (t [256]bool) {
	for c := ' '; c < 0x7f; c++ {
		t[c] = c != '<' && c != '>' && c != '&' && c != '"' && c != '\'' && c != '`'
	}
	return t
}()

func appendASCII(b []byte, c byte, lines bool) []byte {
	switch {
	case c == '\n' && lines:
		return append(b, "<br>"...)
	case c < ' ' || c == 0x7f:
		return append(b, ' ')
	case c == '<':
		return append(b, "&lt;"...)
	case c == '>':
		return append(b, "&gt;"...)
	case c == '&':
		return append(b, "&amp;"...)
	case c == '"':
		return append(b, "&#34;"...)
	case c == '\'':
		return append(b, "&#39;"...)
	case c == '`':
		return append(b, "&#96;"...)
	}
	return append(b, c)
}

// hidden says that r shows nothing and may change how its neighbours read:
// direction overrides, zero-width characters, tags, other controls. The joiner
// U+200D stays, because families of emoji are made with it.
func hidden(r rune) bool {
	switch {
	case r < 0xa0: // the second set of controls
		return true
	case r < 0x200b:
		return r == 0xad || r == 0x61c || r == 0x180e
	case r <= 0x20ff:
		return r <= 0x200f && r != 0x200d || r >= 0x2028 && r <= 0x202e ||
			r >= 0x2060 && r <= 0x206f
	}
	return r == 0xfeff || r >= 0xfff0 && r <= 0xfffb || r >= 0xe0000 && r <= 0xe007f ||
		r >= 0xe000 && r <= 0xf8ff || r >= 0xf0000
}

// joins says that r adds to the character before it.
func joins(r rune) bool {
	switch {
	case r < 0x300:
		return false
	case r >= 0x4e00 && r <= 0x9fff: // most names: do not look further
		return false
	case r == 0x200d || r >= 0xfe00 && r <= 0xfe0f || r >= 0x1f3fb && r <= 0x1f3ff:
		return true
	}
	return unicode.In(r, unicode.Mn, unicode.Me)
}
