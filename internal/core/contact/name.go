package contact

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxName is how many characters, as a reader counts them, a name keeps.
const MaxName = 64

// maxMarks is how many marks stay on one character: enough for every script,
// too few to climb over the neighbouring lines.
const maxMarks = 3

const (
	joiner     = '\u200d' // glues emoji together
	emojiStyle = '\ufe0f'
)

// CleanName makes a name of WeCom fit to show anywhere: valid text in one line,
// without characters that are unseen, that turn the direction of the text
// around, or that pile up. What is left may be empty.
func CleanName(s string) string {
	var b strings.Builder
	c := cleaner{}
	for _, r := range strings.ToValidUTF8(s, "") {
		if c.count >= MaxName && c.starts(r) {
			break
		}
		c.take(&b, r)
	}
	return strings.TrimSpace(strings.TrimRight(b.String(), string(joiner)))
}

// cleaner walks the runes of a name.
type cleaner struct {
	last   rune // the last rune that was kept
	marks  int  // on the current character
	flag   bool // the first half of a flag was kept
	count  int  // characters so far
	joined bool // the last rune glues the next one on
}

func (c *cleaner) take(b *strings.Builder, r rune) {
	switch {
	case blank(r):
		if c.last == 0 || c.last == ' ' {
			return
		}
		r = ' '
		c.begin(r)
	case r == joiner:
		if !pictorial(c.last) {
			return
		}
		c.joined = true
	case r == emojiStyle:
		if !pictorial(c.last) && !keycap(c.last) || c.last == emojiStyle {
			return
		}
	case unseen(r):
		return
	case unicode.Is(unicode.M, r):
		if c.last == 0 || c.marks >= maxMarks {
			return
		}
		c.marks++
	case c.starts(r):
		c.begin(r)
	default:
		c.joined, c.flag = false, false
	}
	c.last = r
	b.WriteRune(r)
}

// starts says whether r begins a new character rather than joining the last one.
func (c *cleaner) starts(r rune) bool {
	switch {
	case unicode.Is(unicode.M, r), r == joiner, r == emojiStyle, unseen(r):
		return false
	case c.joined && pictorial(r):
		return false
	case skinTone(r):
		return !pictorial(c.last)
	case regional(r):
		return !c.flag
	}
	return true
}

func (c *cleaner) begin(r rune) {
	c.count++
	c.marks, c.joined = 0, false
	c.flag = regional(r)
}

func regional(r rune) bool { return r >= 0x1f1e6 && r <= 0x1f1ff }
func skinTone(r rune) bool { return r >= 0x1f3fb && r <= 0x1f3ff }
func keycap(r rune) bool   { return r >= '0' && r <= '9' || r == '#' || r == '*' }

// pictorial says whether emoji may be glued to r.
func pictorial(r rune) bool {
	return r == emojiStyle || skinTone(r) || r >= 0x1f000 && r <= 0x1faff ||
		r >= 0x2190 && r <= 0x2bff && unicode.In(r, unicode.So, unicode.Sm)
}

// blank says whether r shows nothing but room. The named ones are letters to
// Unicode and empty to the eye.
func blank(r rune) bool {
	switch r {
	case '\u115f', '\u1160', '\u2800', '\u3164', '\uffa0':
		return true
	case '\u2028', '\u2029':
		return true
	}
	return unicode.IsSpace(r)
}

// unseen says whether r has no place in a name: controls, direction marks,
// zero widths, tags, private use and what is no character at all.
func unseen(r rune) bool {
	return r == utf8.RuneError || unicode.In(r, unicode.C) || !unicode.IsGraphic(r) ||
		r >= 0xfe00 && r <= 0xfe0e || r >= 0xe0000 && r <= 0xe0fff
}
