package insight

import (
	"strings"

	"github.com/tuma-live/tuma/internal/core/route"
)

// glance reads a scan's data as core/scan writes it, where that is plain: a
// flat object of texts without escapes, numbers and flags, then the refusals.
// It reports false for anything else, which a JSON decoder must read. Counting
// thousands of scans a second is mostly reading this.
func (t *trace) glance(data string) bool {
	*t = trace{}
	rest, ok := strings.CutPrefix(data, "{")
	for ok && rest != "" && rest[0] == '"' {
		var key, value string
		quoted := true
		key, rest, ok = strings.Cut(rest[1:], `":`)
		if !ok || rest == "" {
			break
		}
		switch rest[0] {
		case '"':
			value, rest, ok = strings.Cut(rest[1:], `"`)
			if strings.IndexByte(value, '\\') >= 0 {
				return t.puzzled()
			}
		case '[':
			return key == "ref" && t.State != "" || t.puzzled()
		case '{':
			return t.puzzled()
		default:
			end := strings.IndexAny(rest, ",}")
			if end < 0 {
				return t.puzzled()
			}
			value, rest = rest[:end], rest[end:]
			if value != "true" && strings.Trim(value, "-0123456789") != "" {
				return t.puzzled()
			}
			quoted = false
		}
		if !t.take(key, value, quoted) {
			return t.puzzled()
		}
		switch {
		case rest == "}":
			return ok
		case strings.HasPrefix(rest, ","):
			rest = rest[1:]
		default:
			return t.puzzled()
		}
	}
	return t.puzzled()
}

func (t *trace) puzzled() bool {
	*t = trace{}
	return false
}

// take keeps what is counted, and reports whether it is of the right kind.
func (t *trace) take(key, value string, quoted bool) bool {
	flag := !quoted && value == "true"
	switch key {
	case "st":
		t.State = route.State(value)
	case "why":
		t.Reason = route.Reason(value)
	case "os":
		t.OS = value
	case "new":
		t.New = flag
		return flag
	case "hold":
		t.Held = flag
		return flag
	case "tap":
		t.Tapped = flag
		return flag
	default:
		return true
	}
	return quoted
}
