package scan

import (
	"strings"
	"sync"
	"sync/atomic"

	"github.com/tuma-live/tuma/internal/base/i18n"
)

// agent is what a User-Agent says, as far as we need it.
type agent struct {
	os     string // ios, android, harmony, windows, mac or other
	wechat string // wechat, wecom or empty
	lang   string // what WeChat was set to, or empty
	screen bool   // a computer: nothing can be pressed for long on it
	robot  bool   // fetches pages for nobody: must not take a seat
}

// robots are words of programs that open links without a person: search
// engines and the previews of messengers.
var robots = []string{
	"bot", "spider", "crawl", "slurp", "preview", "facebookexternalhit", "whatsapp", "telegram",
	"embedly", "pinterest", "skypeuri", "lighthouse", "uptime", "pingdom",
}

// readAgent reads a User-Agent. Who is not known is taken for a person.
func readAgent(s string) agent {
	l := strings.ToLower(s)
	a := agent{os: "other"}
	switch {
	case strings.Contains(l, "wxwork"):
		a.wechat = "wecom"
	case strings.Contains(l, "micromessenger"):
		a.wechat = "wechat"
	}
	switch {
	case strings.Contains(l, "openharmony"), strings.Contains(l, "harmonyos"):
		a.os = "harmony"
	case strings.Contains(l, "android"):
		a.os = "android"
	case strings.Contains(l, "iphone"), strings.Contains(l, "ipad"), strings.Contains(l, "ipod"):
		a.os = "ios"
	case strings.Contains(l, "windows"):
		a.os, a.screen = "windows", true
	case strings.Contains(l, "macintosh"):
		a.os, a.screen = "mac", true
	case strings.Contains(l, "x11"), strings.Contains(l, "cros "):
		a.screen = true
	}
	if _, rest, found := strings.Cut(l, "language/"); found {
		a.lang = i18n.English
		if strings.HasPrefix(rest, "zh") {
			a.lang = i18n.Chinese
		}
	}
	if a.wechat == "" {
		l = strings.ReplaceAll(l, "cubot", "") // makes telephones
		for _, word := range robots {
			a.robot = a.robot || strings.Contains(l, word)
		}
	}
	return a
}

// agents remembers what was read: people come with few different phones.
type agents struct {
	known sync.Map // string → *agent
	count atomic.Int64
}

const mostAgents = 4096

func (m *agents) read(s string) *agent {
	if a, ok := m.known.Load(s); ok {
		return a.(*agent)
	}
	if len(s) > 1024 {
		s = s[:1024]
	}
	a := readAgent(s)
	if m.count.Add(1) > mostAgents { // start again rather than grow
		m.known.Clear()
		m.count.Store(0)
	}
	m.known.Store(strings.Clone(s), &a)
	return &a
}
