package callback

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// The bounds of what we read. WeCom's own envelopes have four elements; its
// events are four deep and, for a group, hold one element per person of 500.
const (
	maxDepth    = 8
	maxName     = 64
	maxEnvelope = 32
	maxPayload  = 4096
)

// element is one element of a document, or one member of a JSON object.
type element struct {
	name     string
	text     string
	children []element
}

// scanner reads the small part of XML that WeCom writes: elements, text, CDATA
// and a leading declaration. Attributes, comments, DOCTYPE, other processing
// instructions, unknown entities and other encodings than UTF-8 are refused,
// not skipped.
type scanner struct {
	rest string
	left int // elements that may still come
}

func scanXML(doc []byte, elements int) (element, error) {
	s := &scanner{rest: strings.TrimPrefix(string(doc), "\ufeff"), left: elements}
	if strings.IndexByte(s.rest, 0) >= 0 {
		return element{}, reject("document holds a zero byte")
	}
	if err := s.declaration(); err != nil {
		return element{}, err
	}
	s.space()
	root, err := s.element(1)
	if err != nil {
		return element{}, err
	}
	s.space()
	if s.rest != "" {
		return element{}, reject("text after the document")
	}
	return root, nil
}

func (s *scanner) declaration() error {
	if !strings.HasPrefix(s.rest, "<?xml ") {
		return nil
	}
	decl, rest, ok := strings.Cut(s.rest, "?>")
	if !ok || len(decl) > 128 {
		return reject("declaration malformed")
	}
	decl = strings.ToLower(decl)
	if strings.Contains(decl, "encoding") && !strings.Contains(decl, "utf-8") {
		return reject("document is not UTF-8")
	}
	s.rest = rest
	return nil
}

func (s *scanner) space() { s.rest = strings.TrimLeft(s.rest, " \t\r\n") }

// element reads one element that starts here.
func (s *scanner) element(depth int) (element, error) {
	if s.left--; s.left < 0 || depth > maxDepth {
		return element{}, reject("document too deep or too large")
	}
	name, empty, err := s.openTag()
	if err != nil || empty {
		return element{name: name}, err
	}
	e := element{name: name}
	var text strings.Builder
	for {
		switch {
		case strings.HasPrefix(s.rest, "</"):
			e.text = text.String()
			return e, s.closeTag(name)
		case strings.HasPrefix(s.rest, "<![CDATA["):
			err = s.cdata(&text)
		case strings.HasPrefix(s.rest, "<"):
			var c element
			c, err = s.element(depth + 1)
			e.children = append(e.children, c)
		default:
			err = s.text(&text)
		}
		if err != nil {
			return element{}, err
		}
	}
}

func (s *scanner) openTag() (name string, empty bool, err error) {
	rest, ok := strings.CutPrefix(s.rest, "<")
	n := nameLength(rest)
	if !ok || n == 0 {
		return "", false, reject("markup that WeCom does not write")
	}
	name = rest[:n]
	s.rest = rest[n:]
	s.space()
	if rest, ok := strings.CutPrefix(s.rest, "/>"); ok {
		s.rest = rest
		return name, true, nil
	}
	if s.rest, ok = strings.CutPrefix(s.rest, ">"); !ok {
		return "", false, reject("markup that WeCom does not write")
	}
	return name, false, nil
}

func (s *scanner) closeTag(name string) error {
	rest, ok := strings.CutPrefix(s.rest, "</"+name)
	if !ok {
		return reject("elements do not match")
	}
	s.rest = rest
	s.space()
	if s.rest, ok = strings.CutPrefix(s.rest, ">"); !ok {
		return reject("elements do not match")
	}
	return nil
}

func (s *scanner) cdata(into *strings.Builder) error {
	body, rest, ok := strings.Cut(s.rest[len("<![CDATA["):], "]]>")
	if !ok {
		return reject("CDATA does not end")
	}
	into.WriteString(body)
	s.rest = rest
	return nil
}

// text reads up to the next markup. Text of white space alone is layout
// around CDATA or children, not content.
func (s *scanner) text(into *strings.Builder) error {
	end := strings.IndexByte(s.rest, '<')
	if end < 0 {
		return reject("document does not end")
	}
	raw := s.rest[:end]
	s.rest = s.rest[end:]
	if strings.Trim(raw, " \t\r\n") == "" {
		return nil
	}
	return unescape(raw, into)
}

var entities = map[string]string{
	"amp": "&", "lt": "<", "gt": ">", "quot": `"`, "apos": "'",
}

func unescape(raw string, into *strings.Builder) error {
	for {
		before, after, found := strings.Cut(raw, "&")
		into.WriteString(before)
		if !found {
			return nil
		}
		name, rest, ok := strings.Cut(after, ";")
		if !ok || len(name) > 10 {
			return reject("entity malformed")
		}
		value, ok := entity(name)
		if !ok {
			return reject("entity unknown")
		}
		into.WriteString(value)
		raw = rest
	}
}

func entity(name string) (string, bool) {
	number, ok := strings.CutPrefix(name, "#")
	if !ok {
		v, ok := entities[name]
		return v, ok
	}
	base := 10
	if hex, ok := strings.CutPrefix(number, "x"); ok {
		number, base = hex, 16
	}
	n, err := strconv.ParseUint(number, base, 32)
	if err != nil || n == 0 || !utf8.ValidRune(rune(n)) {
		return "", false
	}
	return string(rune(n)), true
}

// nameLength is the length of the element name that s starts with; 0 for none.
func nameLength(s string) int {
	for i := range len(s) {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		later := c >= '0' && c <= '9' || c == '-' || c == '.'
		if letter || i > 0 && later {
			continue
		}
		if i > maxName {
			return 0
		}
		return i
	}
	return 0 // a name that runs to the end of the document ends nothing
}
