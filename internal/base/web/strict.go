package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"
)

const maxDepth = 64

// Strict refuses JSON bodies that two readers could read differently, before
// next sees them.
func Strict(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if r.Body == nil || r.Body == http.NoBody || media != "application/json" && !strings.HasSuffix(media, "+json") {
			next.ServeHTTP(w, r)
			return
		}
		b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		var large *http.MaxBytesError
		switch {
		case errors.As(err, &large):
			Problem(w, r, ErrTooLarge)
			return
		case err != nil:
			Problem(w, r, ErrMalformed.Because(err))
			return
		}
		if len(b) > 0 {
			if err := StrictJSON(b); err != nil {
				Problem(w, r, ErrMalformed.Because(err))
				return
			}
		}
		r.Body = io.NopCloser(bytes.NewReader(b))
		next.ServeHTTP(w, r)
	})
}

// StrictJSON returns an error unless b is exactly one JSON value with sane
// depth and numbers, no object of which has two keys equal but for case.
func StrictJSON(b []byte) error {
	if !utf8.Valid(b) {
		return errors.New("the text is not UTF-8")
	}
	if bytes.Contains(b, []byte(`\u0000`)) {
		return errors.New("the text holds a NUL")
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := strictValue(d, 0); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the value")
	}
	return nil
}

func strictValue(d *json.Decoder, depth int) error {
	t, err := d.Token()
	if err != nil {
		return err
	}
	switch t := t.(type) {
	case json.Number:
		if _, err := strconv.ParseFloat(string(t), 64); err != nil || len(t) > 40 {
			return errors.New("a number is out of range")
		}
	case json.Delim:
		if depth == maxDepth {
			return errors.New("the value is nested too deeply")
		}
		if t == '[' {
			return strictArray(d, depth)
		}
		return strictObject(d, depth)
	}
	return nil
}

func strictArray(d *json.Decoder, depth int) error {
	for d.More() {
		if err := strictValue(d, depth+1); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

func strictObject(d *json.Decoder, depth int) error {
	seen := map[string]bool{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return err
		}
		key := fmt.Sprint(t)
		folded := strings.ToLower(strings.ToUpper(key)) // as encoding/json compares
		if seen[folded] {
			return fmt.Errorf("the key %.40q appears twice", key)
		}
		seen[folded] = true
		if err := strictValue(d, depth+1); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}
