package admin

import (
	"strconv"
	"strings"

	"github.com/tuma-live/tuma/internal/base/fault"
)

// errMatch is answered for an If-Match that no object can have.
var errMatch = fault.New(fault.Stale, "request.if_match")

// version is the version a change is based on; 0 when the caller does not say.
func (m Match) version() (int64, error) {
	s := strings.TrimSpace(m.IfMatch)
	if s == "" || s == "*" {
		return 0, nil
	}
	n, err := strconv.ParseInt(strings.Trim(strings.TrimPrefix(s, "W/"), `"`), 10, 64)
	if err != nil || n < 1 {
		return 0, errMatch
	}
	return n, nil
}

// etag is the ETag of a version.
func etag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }
