package livecode

import (
	"strings"
	"time"

	"github.com/tuma-live/tuma/internal/base/i18n"
	"github.com/tuma-live/tuma/internal/core/channel"
)

// purposeNames are the words operators put into names (product design, 5.3), by
// the language they read.
var purposeNames = map[string]map[string]string{
	i18n.Chinese: {ForPromotion: "拉新", ForService: "服务", ForOther: "通用"},
	i18n.English: {ForPromotion: "growth", ForService: "service", ForOther: "general"},
}

// validity is how long a code is good unless its maker says otherwise.
var validity = map[string]time.Duration{ForPromotion: 7 * 24 * time.Hour,
	ForOther: 90 * 24 * time.Hour}

// SuggestName is {channel abbreviation}_{purpose}_{YYMMDD}, such as 抖音_拉新_251121.
func SuggestName(c channel.Channel, purpose, lang string, local time.Time) string {
	first := c.Abbr
	if first == "" {
		first = c.Name
	}
	parts := []string{purposeNames[lang][purpose], local.Format("060102")}
	if first != "" {
		parts = append([]string{first}, parts...)
	}
	return strings.Join(parts, "_")
}

// SuggestEnd is when a code for purpose should end, and the key that says why.
// A zero time means: not at all.
func SuggestEnd(purpose string, local time.Time) (end time.Time, reason string) {
	d, ok := validity[purpose]
	if !ok {
		return time.Time{}, "suggestion.validity." + ForService
	}
	y, m, day := local.Add(d).Date()
	return time.Date(y, m, day+1, 0, 0, 0, 0, local.Location()), "suggestion.validity." + purpose
}
