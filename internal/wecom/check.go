package wecom

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// checker collects what is wrong with a request before it is sent, in the
// units the documentation uses: 字符 are characters, 字节 are bytes.
type checker struct {
	op  string
	bad []string
}

func check(op string) *checker { return &checker{op: op} }

func (c *checker) that(ok bool, format string, args ...any) *checker {
	if !ok {
		c.bad = append(c.bad, fmt.Sprintf(format, args...))
	}
	return c
}

func (c *checker) chars(field, s string, most int) *checker {
	n := utf8.RuneCountInString(s)
	return c.that(n <= most, "%s has %d characters, at most %d", field, n, most)
}

func (c *checker) bytes(field, s string, most int) *checker {
	return c.that(len(s) <= most, "%s has %d bytes, at most %d", field, len(s), most)
}

func (c *checker) needs(field, s string) *checker { return c.that(s != "", "%s is empty", field) }

func (c *checker) count(field string, n, least, most int) *checker {
	return c.that(n >= least && n <= most, "%s has %d items, between %d and %d", field, n, least, most)
}

// err is nil, or what WeCom would have answered, at the price of no call.
func (c *checker) err() error {
	if len(c.bad) == 0 {
		return nil
	}
	return &Error{Op: c.op, Class: Permanent, Msg: "not sent: " + strings.Join(c.bad, "; ")}
}

var userID = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z_\-@.]{0,63}$`)

func (c *checker) userID(field, s string) *checker {
	return c.that(userID.MatchString(s), "%s is not a userid", field)
}
