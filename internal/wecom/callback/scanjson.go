package callback

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// scanJSON reads a JSON object as an element tree under the same bounds. An
// array becomes one child named Item per value, as the XML has it.
func scanJSON(doc []byte, elements int) (element, error) {
	if bytes.IndexByte(doc, 0) >= 0 {
		return element{}, reject("document holds a zero byte")
	}
	d := json.NewDecoder(bytes.NewReader(doc))
	d.UseNumber()
	s := &jsonScanner{d: d, left: elements}
	root, err := s.value("json", 1)
	if err != nil {
		return element{}, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return element{}, reject("text after the document")
	}
	return root, nil
}

type jsonScanner struct {
	d    *json.Decoder
	left int
}

func (s *jsonScanner) value(name string, depth int) (element, error) {
	if s.left--; s.left < 0 || depth > maxDepth || len(name) > maxName {
		return element{}, reject("document too deep or too large")
	}
	t, err := s.d.Token()
	if err != nil {
		return element{}, reject("JSON malformed")
	}
	e := element{name: name}
	switch v := t.(type) {
	case json.Delim:
		return s.children(e, v, depth)
	case nil:
		return e, nil
	default: // string, bool, json.Number
		e.text = fmt.Sprint(v)
		return e, nil
	}
}

func (s *jsonScanner) children(e element, open json.Delim, depth int) (element, error) {
	for s.d.More() {
		name := "Item"
		if open == '{' {
			t, err := s.d.Token()
			key, ok := t.(string)
			if err != nil || !ok {
				return element{}, reject("JSON malformed")
			}
			name = key
		}
		c, err := s.value(name, depth+1)
		if err != nil {
			return element{}, err
		}
		e.children = append(e.children, c)
	}
	if _, err := s.d.Token(); err != nil {
		return element{}, reject("JSON malformed")
	}
	return e, nil
}
