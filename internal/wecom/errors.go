package wecom

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Class says what can be done about a refusal.
type Class string

// The classes.
const (
	Permanent Class = "permanent" // the same call will be refused again
	Setup     Class = "setup"     // somebody must change a setting; Advice says which
	Token     Class = "token"     // the access token was refused twice in a row
	Limited   Class = "limited"   // wait until Error.Until
	Transient Class = "transient" // try again later; nothing has happened
	Unknown   Class = "unknown"   // it may have happened; look before trying again
	Malformed Class = "malformed" // the answer is not what WeCom documents
)

// Error is a call that did not work. It holds no secret, no address of ours
// and no token, so it may be logged.
type Error struct {
	Op    string // "externalcontact/add_contact_way"
	Code  int    // WeCom's errcode; 0 when WeCom did not answer with one
	Msg   string
	Class Class
	Until time.Time // of Limited: when calling makes sense again

	seenFrom string
	cause    error
}

// Error is "wecom externalcontact/get: 84061 no contact relation (permanent)".
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "wecom %s: ", e.Op)
	if e.Code != 0 {
		fmt.Fprintf(&b, "%d ", e.Code)
	}
	fmt.Fprintf(&b, "%s (%s)", e.Msg, e.Class)
	return b.String()
}

// Unwrap returns what went wrong below, such as the caller's cancelled context.
func (e *Error) Unwrap() error { return e.cause }

// SeenFrom is the address WeCom says the call came from, for the set-up page
// that tells which trusted IP (企业可信IP) to enter. Empty when it did not say.
func (e *Error) SeenFrom() string { return e.seenFrom }

// ClassOf returns the class of the *Error inside err, or "" when there is none.
func ClassOf(err error) Class {
	var e *Error
	if errors.As(err, &e) {
		return e.Class
	}
	return ""
}

// CodeOf returns WeCom's code inside err, or 0 when there is none.
func CodeOf(err error) int {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return 0
}

// IsCode says whether err is WeCom's refusal with one of codes.
func IsCode(err error, codes ...int) bool {
	code := CodeOf(err)
	return code != 0 && slices.Contains(codes, code)
}

var (
	fromIP  = regexp.MustCompile(`(?i),?\s*from ip:?\s*([0-9a-f.:]*[0-9a-f])`)
	address = regexp.MustCompile(`\b\d{1,3}(\.\d{1,3}){3}\b`)
	moreAt  = regexp.MustCompile(`,?\s*more info at https?://\S+`)
)

// refusal makes the Error of WeCom's own answer. Its text tells our address
// and may repeat what we sent, so both are taken out.
func refusal(op string, code int, msg string, secrets ...string) *Error {
	e := &Error{Op: op, Code: code, Class: classOf(op, code)}
	if m := fromIP.FindStringSubmatch(msg); m != nil {
		e.seenFrom = m[1]
	}
	e.Msg = redact(msg, secrets...)
	return e
}

func redact(msg string, secrets ...string) string {
	msg = strings.ToValidUTF8(msg, "")
	msg = fromIP.ReplaceAllString(msg, "")
	msg = moreAt.ReplaceAllString(msg, "")
	msg = address.ReplaceAllString(msg, "(address)")
	for _, s := range secrets {
		if s != "" {
			msg = strings.ReplaceAll(msg, s, "(secret)")
		}
	}
	if runes := []rune(msg); len(runes) > 300 {
		msg = string(runes[:300]) + "…"
	}
	return msg
}
