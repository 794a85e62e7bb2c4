package scan

import (
	"fmt"
	"strconv"
	"strings"
)

// A template is compiled once per language into a flat list of steps, so that
// showing a page only copies bytes: no reflection, no parsing, no allocation.
//
//	{{.name}}      the slot on one line, escaped and made harmless
//	{{*guide}}     the slot with its line breaks kept
//	{{&path}}      the slot as an address, not cut short
//	{{@key}}       the text of the language; its {slot} are slots too
//	{{if a}} … {{else}} … {{end}}   when slot a is not empty
//	{{if !a}} …    when it is
type template struct{ steps []step }

type action uint8

const (
	doCopy    action = iota // text
	doName                  // slot, one line
	doLines                 // slot, line breaks kept
	doAddress               // slot, not cut
	doUnless                // go to jump when the slot is empty
	doWhen                  // go to jump when it is not
	doJump                  // go to jump
)

type step struct {
	do   action
	slot slot
	jump int
	text string
}

// value fills a slot: text, or a number when num is set.
type value struct {
	text string
	n    int64
	num  bool
}

func (v *value) empty() bool { return v.text == "" && !v.num }

type values [slots]value

func (vs *values) set(s slot, text string) { vs[s].text = text }
func (vs *values) count(s slot, n int64)   { vs[s].n, vs[s].num = n, true }

// render appends the page that vs fills in to b.
func (t *template) render(b []byte, vs *values) []byte {
	for i := 0; i < len(t.steps); i++ {
		switch s := &t.steps[i]; s.do {
		case doCopy:
			b = append(b, s.text...)
		case doName, doLines, doAddress:
			v := &vs[s.slot]
			switch {
			case v.num:
				b = strconv.AppendInt(b, v.n, 10)
			case s.do == doName:
				b = appendName(b, v.text)
			case s.do == doLines:
				b = appendLines(b, v.text)
			default:
				b = appendAddress(b, v.text)
			}
		case doUnless:
			if vs[s.slot].empty() {
				i = s.jump - 1
			}
		case doWhen:
			if !vs[s.slot].empty() {
				i = s.jump - 1
			}
		case doJump:
			i = s.jump - 1
		}
	}
	return b
}

// compiler turns source into steps.
type compiler struct {
	texts func(key string) (string, bool)
	steps []step
	open  []int // the conditions and elses not yet ended
}

// compile reads source with the texts of one language.
func compile(source string, texts func(key string) (string, bool)) (*template, error) {
	c := &compiler{texts: texts}
	for source != "" {
		before, rest, found := strings.Cut(source, "{{")
		c.copy(before)
		if !found {
			break
		}
		tag, after, closed := strings.Cut(rest, "}}")
		if !closed {
			return nil, fmt.Errorf("tag without end: %.20q", rest)
		}
		if err := c.tag(tag); err != nil {
			return nil, fmt.Errorf("cannot compile {{%s}}: %w", tag, err)
		}
		source = after
	}
	if len(c.open) > 0 {
		return nil, fmt.Errorf("%d conditions without end", len(c.open))
	}
	return &template{c.steps}, nil
}

func (c *compiler) copy(text string) {
	if text == "" {
		return
	}
	if n := len(c.steps); n > 0 && c.steps[n-1].do == doCopy && !c.landed(n) {
		c.steps[n-1].text += text
		return
	}
	c.steps = append(c.steps, step{do: doCopy, text: text})
}

// landed says that a jump leads to step n, which then may not be merged.
func (c *compiler) landed(n int) bool {
	for _, s := range c.steps {
		if s.do >= doUnless && s.jump == n {
			return true
		}
	}
	return false
}

func (c *compiler) tag(tag string) error {
	word, rest, _ := strings.Cut(tag, " ")
	switch {
	case word == "if":
		return c.begin(rest)
	case word == "else":
		return c.otherwise()
	case word == "end":
		return c.end()
	case strings.HasPrefix(word, "."):
		return c.slot(doName, word[1:])
	case strings.HasPrefix(word, "*"):
		return c.slot(doLines, word[1:])
	case strings.HasPrefix(word, "&"):
		return c.slot(doAddress, word[1:])
	case strings.HasPrefix(word, "@"):
		return c.text(word[1:])
	}
	return fmt.Errorf("unknown tag")
}

func (c *compiler) begin(cond string) error {
	do := doUnless
	if strings.HasPrefix(cond, "!") {
		do, cond = doWhen, cond[1:]
	}
	c.open = append(c.open, len(c.steps))
	return c.slot(do, cond)
}

func (c *compiler) otherwise() error {
	if len(c.open) == 0 {
		return fmt.Errorf("else without if")
	}
	c.steps = append(c.steps, step{do: doJump})
	n := len(c.open) - 1
	c.steps[c.open[n]].jump = len(c.steps)
	c.open[n] = len(c.steps) - 1
	return nil
}

func (c *compiler) end() error {
	if len(c.open) == 0 {
		return fmt.Errorf("end without if")
	}
	n := len(c.open) - 1
	c.steps[c.open[n]].jump = len(c.steps)
	c.open = c.open[:n]
	return nil
}

func (c *compiler) slot(do action, name string) error {
	s, ok := slotNames[name]
	if !ok {
		return fmt.Errorf("unknown slot %q", name)
	}
	c.steps = append(c.steps, step{do: do, slot: s})
	return nil
}

// text compiles a translated text, whose {slot} become slots.
func (c *compiler) text(key string) error {
	text, ok := c.texts(key)
	if !ok {
		return fmt.Errorf("no text %q", key)
	}
	for text != "" {
		before, rest, found := strings.Cut(text, "{")
		c.copy(string(appendAddress(nil, before)))
		if !found {
			return nil
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			return fmt.Errorf("text %q has a slot without end", key)
		}
		if err := c.slot(doName, name); err != nil {
			return err
		}
		text = after
	}
	return nil
}
