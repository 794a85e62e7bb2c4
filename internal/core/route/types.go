// Package route decides where a visit goes. Decide is a pure function: the
// same code, visit and state give the same decision, with the reason of every
// refusal, so a decision can be explained, replayed and simulated.
package route

import "time"

// TargetKind is what a target is.
type TargetKind string

// The kinds of target.
const (
	Group TargetKind = "group"
	Staff TargetKind = "staff"
	Auto  TargetKind = "auto" // the pool's join way that lets WeCom open the next group
)

// Reason says why a target was chosen or refused. It is a key of the texts.
type Reason string

// The reasons.
const (
	Chosen      Reason = "chosen"
	Sticky      Reason = "sticky"       // the visitor holds or had a seat here
	Full        Reason = "full"         // no seat left
	Unproven    Reason = "unproven"     // the seats for visitors not yet seen are taken
	Off         Reason = "off"          // switched off in the pool
	Gone        Reason = "gone"         // group dismissed, staff left
	Paused      Reason = "paused"       // the staff member is away
	NoPermit    Reason = "no_permit"    // the staff member may not serve customers
	NoQR        Reason = "no_qr"        // WeCom has not given us the QR yet
	Backup      Reason = "backup"       // stands by until the others are full
	NotTurn     Reason = "not_turn"     // another's turn
	CodeState   Reason = "code_state"   // the code itself does not serve now
	NoTarget    Reason = "no_target"    // nothing was left to try
	DatabaseOff Reason = "database_off" // decided without the ledger
)

// State is what the customer sees. It names the page.
type State string

// The states of the page (product design, section 6.2).
const (
	OKGroup    State = "ok_group"
	OKStaff    State = "ok_staff"
	Joined     State = "joined"
	Near       State = "near"
	Soft       State = "soft" // a button to tap, which proves a person, then the QR
	AllFull    State = "all_full"
	NotYet     State = "not_yet"
	Expired    State = "expired"
	PausedCode State = "paused"
	Draft      State = "draft"
	NotFound   State = "not_found"
	Failed     State = "error"
)

// Target is a place a visit can go to, as the book knows it.
type Target struct {
	ID      int64
	Kind    TargetKind
	Name    string
	Weight  int64
	Backup  bool
	Refused Reason    // why it cannot serve at all, or empty
	AwayTo  time.Time // a staff member is away until then
	QR      string    // name of the QR image, empty until WeCom gave one
	Limit   int64     // for groups the number shown as the most, e.g. 200
}

// Strategy is how a pool shares visits out.
type Strategy string

// The strategies.
const (
	RoundRobin  Strategy = "round_robin"
	Weighted    Strategy = "weighted"
	InOrder     Strategy = "in_order"
	LeastLoaded Strategy = "least_loaded"
)

// Pool is an ordered list of targets.
type Pool struct {
	ID       int64
	Strategy Strategy
	Targets  []Target
	Auto     *Target // opens the next group at WeCom, when the pool may
}

// Code is what Decide needs to know of a live code.
type Code struct {
	ID       int64
	State    State // empty while it serves; else the page it shows instead
	Sticky   bool
	Warn     int64 // a group with fewer free seats is near full
	StartsAt time.Time
	EndsAt   time.Time
	Pools    []*Pool // main, then overflow, then those of spare codes
}

// Seat is the ledger's line of one target.
type Seat struct {
	Capacity, Joined, Unproven, Proven int64
}

// Free returns how many seats are left.
func (s Seat) Free() int64 { return s.Capacity - s.Joined - s.Unproven - s.Proven }

// Hold is the last hold of the visitor on the code.
type Hold struct {
	Target int64
	Pool   int64
	Live   bool // unproven or proven, not expired
	Proven bool
	Used   bool   // the visitor came in
	Tier   string // how sure we are that it was this visitor
}

// Visit is what is known of the visitor.
type Visit struct {
	At     time.Time
	Hold   Hold
	Again  bool // the visitor asked for a QR although the page said "joined"
	Proven bool // the visitor tapped: a person, not a prefetch or a script
}

// Refusal is a target that was not chosen, and why.
type Refusal struct {
	Target int64  `json:"t"`
	Pool   int64  `json:"p,omitempty"`
	Reason Reason `json:"r"`
}

// Decision is where the visit goes and why not elsewhere.
type Decision struct {
	State   State
	Pool    *Pool
	Target  *Target // nil when no seat is given
	Reason  Reason
	Hold    bool // a new seat must be held
	Refused []Refusal
	Turns   []Turn // the pool's round robin after this decision
}

// Turn is the smooth weighted round robin's credit of a target.
type Turn struct{ Target, Credit int64 }

// Ledger is the state that Decide reads and Apply changes.
type Ledger struct {
	Seats   map[int64]*Seat
	Credits map[Place]int64
}

// Place is a target in a pool.
type Place struct{ Pool, Target int64 }
