// Package livecode keeps live codes (活码): permanent QR codes whose targets
// can change after the posters are printed.
package livecode

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/fault"
	"github.com/tuma-live/tuma/internal/base/ident"
	"github.com/tuma-live/tuma/internal/core/channel"
	"github.com/tuma-live/tuma/internal/core/pool"
	"github.com/tuma-live/tuma/internal/core/tag"
)

type kind struct{}

func (kind) Prefix() string { return "lc" }

// ID is the id of a live code.
type ID = ident.ID[kind]

// Parse reads an id's text; ErrNotFound when it is none.
func Parse(s string) (ID, error) {
	id, err := ident.Parse[kind](s)
	if err != nil || id == 0 {
		return 0, ErrNotFound
	}
	return id, nil
}

// State is where a code stands in its life.
type State string

// The states. Those above the line are stored; the others follow from the
// clock and from how far WeCom has come.
const (
	Drafted  State = "draft"
	Active   State = "active"
	Paused   State = "paused"
	Archived State = "archived"
	Deleted  State = "deleted" // in the bin

	Expired      State = "expired"      // active, but its validity has ended
	Provisioning State = "provisioning" // active, WeCom has made no QR yet
	Failed       State = "failed"       // active, WeCom has refused every QR
)

// The purposes. They decide how long a code is valid unless told otherwise.
const (
	ForPromotion = "promotion"
	ForService   = "service"
	ForOther     = "other"
)

// LiveCode is one code.
type LiveCode struct {
	ID          ID                  `db:"id" json:"-"`
	Slug        string              `db:"slug" json:"slug"`
	Name        string              `db:"name" json:"name"`
	Kind        string              `db:"kind" json:"kind"` // group, staff or mixed
	Purpose     string              `db:"purpose" json:"purpose"`
	Channel     channel.ID          `db:"channel" json:"channel"`
	Owner       int64               `db:"owner" json:"owner"` // account, 0: nobody's
	Department  int64               `db:"department" json:"-"`
	State       State               `db:"state" json:"state"`
	Pool        pool.ID             `db:"pool" json:"pool"`
	Overflow    pool.ID             `db:"overflow" json:"overflow_pool"`
	Fallback    db.JSON[[]Fallback] `db:"fallback" json:"-"`
	Tags        db.JSON[[]tag.ID]   `db:"tags" json:"-"`
	Welcome     int64               `db:"welcome" json:"-"`
	Page        db.JSON[Page]       `db:"page" json:"-"`
	Sticky      int64               `db:"sticky" json:"sticky"`
	StartsAt    db.Time             `db:"starts_at" json:"starts_at"`
	EndsAt      db.Time             `db:"ends_at" json:"ends_at"`
	Note        string              `db:"note" json:"note"`
	Version     int64               `db:"version" json:"-"`
	CreatedAt   db.Time             `db:"created_at" json:"-"`
	UpdatedAt   db.Time             `db:"updated_at" json:"-"`
	PublishedAt db.Time             `db:"published_at" json:"-"`
}

// Page is what the customer reads beside the QR.
type Page struct {
	Title       string `json:"title"`
	Subtitle    string `json:"subtitle"`
	Guide       string `json:"guide"`
	ShowCount   string `json:"show_count"` // exact, range or hidden
	ContactText string `json:"contact_text"`
	Notice      string `json:"notice"`
}

// Fallback is one step of where a visitor goes when no pool has a seat.
type Fallback struct {
	Kind string `json:"kind"` // code, staff or page
	Ref  string `json:"ref,omitempty"`
	Text string `json:"text,omitempty"`
}

// The kinds of fallback. A chain ends in a page: that cannot fail.
const (
	ToCode  = "code"
	ToStaff = "staff"
	ToPage  = "page"
)

// MaxFallback is how many steps a fallback chain may have.
const MaxFallback = 5

// The faults of live codes.
var (
	ErrNotFound = fault.New(fault.NotFound, "livecode.not_found")
	ErrStale    = fault.New(fault.Stale, "livecode.stale")
	ErrNotReady = fault.New(fault.Conflict, "livecode.not_ready")
	ErrState    = fault.New(fault.Conflict, "livecode.wrong_state")
)

// Expired says that the validity of a code has ended by now.
func (c *LiveCode) Expired(now time.Time) bool {
	return !c.EndsAt.IsZero() && !now.Before(c.EndsAt.Time)
}

// Stands is the state a person sees: the stored one, corrected by the clock
// and by the QRs WeCom has made.
func (c *LiveCode) Stands(now time.Time, qr Carriers) State {
	switch {
	case c.State != Active:
		return c.State
	case c.Expired(now):
		return Expired
	case qr.Total == 0 || qr.Ready > 0:
		return Active
	case qr.Failed == qr.Total:
		return Failed
	}
	return Provisioning
}

// Carriers counts the QRs that WeCom makes for a code.
type Carriers struct {
	Ready, Failed, Total int64
	Error                string // of one that failed
}

// become moves the code to another state.
func (c *LiveCode) become(to State, now time.Time) error {
	if !reachable(c.State, to) {
		return ErrState.With("state", string(c.State)).With("to", string(to))
	}
	c.State = to
	if to == Active && c.PublishedAt.IsZero() {
		c.PublishedAt = db.At(now)
	}
	return nil
}

// ways lists the states each state can be left for.
var ways = map[State][]State{
	Drafted:  {Active, Archived, Deleted},
	Active:   {Active, Paused, Archived, Deleted},
	Paused:   {Active, Archived, Deleted},
	Archived: {Drafted, Paused, Deleted},
	Deleted:  {Drafted, Paused},
}

func reachable(from, to State) bool {
	for _, s := range ways[from] {
		if s == to {
			return true
		}
	}
	return false
}

// check says what is wrong with what a person typed.
func (c *LiveCode) check() error {
	bad := fault.ErrInvalid
	refuse := func(path, code string) { bad = bad.WithField(path, code) }
	text := func(path, s string, most int) {
		if utf8.RuneCountInString(s) > most {
			refuse(path, "field.too_long")
		}
	}
	if c.Name == "" {
		refuse("name", "field.required")
	}
	text("name", c.Name, 50)
	text("note", c.Note, 500)
	text("page.title", c.Page.V.Title, 30)
	text("page.subtitle", c.Page.V.Subtitle, 60)
	text("page.guide", c.Page.V.Guide, 200)
	text("page.contact_text", c.Page.V.ContactText, 200)
	text("page.notice", c.Page.V.Notice, 500)
	if c.Kind != pool.Groups && c.Kind != pool.Staff && c.Kind != pool.Mixed {
		refuse("kind", "field.unknown")
	}
	if c.Purpose != ForPromotion && c.Purpose != ForService && c.Purpose != ForOther {
		refuse("purpose", "field.unknown")
	}
	if !c.EndsAt.IsZero() && !c.StartsAt.IsZero() && !c.EndsAt.After(c.StartsAt.Time) {
		refuse("ends_at", "field.before_start")
	}
	if c.Overflow != 0 && c.Overflow == c.Pool {
		refuse("overflow_pool", "field.same_as_pool")
	}
	for _, f := range chainFaults(c.Fallback.V) {
		refuse(f.Path, f.Code)
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

// chainFaults says what is wrong with a fallback chain by itself: steps behind
// a page would never be reached, and each step needs what it names.
func chainFaults(chain []Fallback) (bad []fault.Field) {
	refuse := func(i int, field, code string) {
		bad = append(bad, fault.Field{Path: fmt.Sprintf("fallback.%d.%s", i, field), Code: code})
	}
	if len(chain) > MaxFallback {
		bad = append(bad, fault.Field{Path: "fallback", Code: "field.too_many"})
	}
	for i, f := range chain {
		switch f.Kind {
		case ToCode, ToStaff:
			if f.Ref == "" {
				refuse(i, "ref", "field.required")
			}
		case ToPage:
			if strings.TrimSpace(f.Text) == "" {
				refuse(i, "text", "field.required")
			}
			if i < len(chain)-1 {
				refuse(i, "kind", "field.unreachable_after")
			}
		default:
			refuse(i, "kind", "field.unknown")
		}
	}
	return bad
}

// record is the code as the audit log compares it.
func (c *LiveCode) record() any {
	return struct {
		*LiveCode
		Fallback []Fallback `json:"fallback"`
		Tags     []tag.ID   `json:"tags"`
		Welcome  string     `json:"welcome"`
		Page     Page       `json:"page"`
		StartsAt string     `json:"starts_at"`
		EndsAt   string     `json:"ends_at"`
	}{c, c.Fallback.V, c.Tags.V, ident.ID[welcomeKind](c.Welcome).String(), c.Page.V, stamp(c.StartsAt), stamp(c.EndsAt)}
}

type welcomeKind struct{}

func (welcomeKind) Prefix() string { return "wm" }

func stamp(t db.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}
