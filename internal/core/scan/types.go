// Package scan answers scans: the book of all live codes in memory, and the
// desk that decides visits in batches, each batch one durable transaction.
package scan

import (
	"time"

	"github.com/tuma-live/tuma/internal/core/fact"
	"github.com/tuma-live/tuma/internal/core/route"
)

// Page is what an operator wrote for the customer to read.
type Page struct {
	Title       string `json:"title"`
	Subtitle    string `json:"subtitle"`
	Guide       string `json:"guide"`
	ShowCount   string `json:"show_count"` // exact, range or hidden
	ContactText string `json:"contact_text"`
	Notice      string `json:"notice"`
}

// Code is a live code as a scan needs it: everything in memory.
type Code struct {
	route.Code
	Slug    string
	Name    string
	Kind    string // group, staff or mixed
	Channel int64
	Version int64
	Page    Page
	Corp    string // the verified name of the company, shown on the page
}

// Visitor is a browser that may have been here before.
type Visitor struct {
	ID    int64
	Fresh bool // first seen now: nothing can be known of it
}

// Visit is one opening of a code's page.
type Visit struct {
	Code     *Code
	Visitor  Visitor
	At       time.Time
	Again    bool   // asks for a QR although it was told it has joined
	Tapped   bool   // came by the button of the soft page: a person, not a prefetch
	Material string // the printed copy, or empty
	OS       string // ios, android, harmony, windows, mac, other
	WeChat   string // wechat, wecom or empty
	Lang     string // zh-CN or en
	Address  string // truncated client address
	UTM      string // JSON object of utm_* parameters, or empty
	Shared   bool   // came by a shared link (/l/) instead of a printed code
}

// Outcome is what the customer sees. It is durable when Unrecorded is false.
type Outcome struct {
	Scan       fact.ID
	State      route.State
	Reason     route.Reason
	Target     *route.Target // nil when no QR is shown
	Joined     int64         // people in the group now
	Held       int64         // seats held, the visitor's own included
	Free       int64         // seats left after this visit
	HeldUntil  time.Time
	Unrecorded bool // the database is away: journalled, imported later
}

// Beacon is what the page tells of the customer.
type Beacon struct {
	Scan    fact.ID
	Code    int64
	Visitor int64
	Kind    fact.Kind // View, Shown, Press, Back or Help
	At      time.Time
}
