package wecom

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Int is a number that WeCom sends as a number in one place and as a string of
// digits in another. What is neither is zero.
type Int int64

// UnmarshalJSON implements json.Unmarshaler; it never fails.
func (n *Int) UnmarshalJSON(b []byte) error {
	v, err := strconv.ParseInt(string(bytes.Trim(b, `"`)), 10, 64)
	if err != nil {
		v = 0
	}
	*n = Int(v)
	return nil
}

// answer is what every response has. A missing errcode is success.
type answer struct {
	ErrCode Int    `json:"errcode"`
	ErrMsg  string `json:"errmsg"`
}

// hasRequired is implemented by answers that are worthless without a field.
type hasRequired interface {
	// missing names the field that is not there, or "".
	missing() string
}

func require(field string, present bool) string {
	if present {
		return ""
	}
	return field
}

// decode reads a JSON object into out. A field of an unexpected type stays
// zero and does not spoil the others: the data is WeCom's, and it grows.
func decode(body []byte, out any) error {
	trimmed := bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\ufeff")))
	if len(trimmed) == 0 {
		return errors.New("empty answer")
	}
	if trimmed[0] != '{' {
		return errors.New("answer is not a JSON object")
	}
	var wrongType *json.UnmarshalTypeError
	if err := json.Unmarshal(trimmed, out); err != nil && !errors.As(err, &wrongType) {
		return errors.New("answer is not whole JSON")
	}
	return nil
}

// plausible says whether an answer without an errcode is WeCom's all the same:
// it must have one of the fields that out expects. Otherwise a proxy's {} would
// read as an empty list.
func plausible(body []byte, out any) bool {
	var keys map[string]json.RawMessage
	if json.Unmarshal(body, &keys) != nil {
		return false
	}
	if _, ok := keys["errcode"]; ok {
		return true
	}
	if _, ok := keys["errmsg"]; ok {
		return true
	}
	t := reflect.TypeOf(out).Elem()
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if _, ok := keys[name]; ok {
			return true
		}
	}
	return false
}

// encode writes v as WeCom wants it: text as text. It refuses \uXXXX escapes
// (40033), which encoding/json uses for &, <, > and a few others.
func encode(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("cannot encode request: %w", err)
	}
	return plainText(b), nil
}

// plainText replaces the \uXXXX escapes of valid JSON by the character itself,
// and those of control characters, which have no other form, by a space.
func plainText(b []byte) []byte {
	if !bytes.Contains(b, []byte(`\u`)) {
		return b
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' {
			out = append(out, b[i])
			continue
		}
		if b[i+1] != 'u' { // an escape of two characters, such as \\ or \n
			out = append(out, b[i], b[i+1])
			i++
			continue
		}
		n, _ := strconv.ParseUint(string(b[i+2:i+6]), 16, 16)
		if n < ' ' || n == 0x7f {
			n = ' '
		}
		out = utf8.AppendRune(out, rune(n))
		i += 5
	}
	return out
}
