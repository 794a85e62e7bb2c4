package insight

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/fault"
	"github.com/tuma-live/tuma/internal/core/fact"
	"github.com/tuma-live/tuma/internal/core/scan"
	"github.com/tuma-live/tuma/internal/core/seat"
)

// Scan is one scan with its names and what came of it.
type Scan struct {
	fact.Fact
	Trace   scan.Trace
	Code    Ref
	Channel Ref
	Target  Target
	Outcome string
	Tier    string
}

// ErrNoScan says that there is no such scan, or not one the reader may see.
var ErrNoScan = fault.New(fault.NotFound, "scan.not_found")

// ScanFilter chooses scans. Empty fields choose all.
type ScanFilter struct {
	Code     int64
	Contact  int64
	Target   int64
	IDs      []fact.ID // when not nil, only these
	From, To time.Time
	Reach    db.Cond // on live codes, alias l; the zero Cond is everything
}

func (f ScanFilter) cond() db.Cond {
	cs := []db.Cond{db.Where("f.kind = ?", string(fact.Scan))}
	add := func(sql string, args ...any) { cs = append(cs, db.Where(sql, args...)) }
	if f.Code != 0 {
		add("f.code = ?", f.Code)
	}
	if f.Target != 0 {
		add("f.target = ?", f.Target)
	}
	if f.Contact != 0 {
		add("f.id in (select b.scan from fact b where b.contact = ? and b.contact <> 0 and b.scan <> 0)", f.Contact)
	}
	if f.IDs != nil {
		add("f.id in (?)", db.In(f.IDs))
	}
	if !f.From.IsZero() {
		add("f.id >= ?", scan.FirstID(f.From))
	}
	if !f.To.IsZero() {
		add("f.id < ?", scan.FirstID(f.To))
	}
	if f.Reach.SQL != "" {
		cs = append(cs, db.Cond{SQL: "f.code in (select l.id from live_code l where " + f.Reach.SQL + ")", Args: f.Reach.Args})
	}
	return db.And(cs...)
}

const factColumns = "f.id, f.kind, f.at, f.code, f.channel, f.target, f.visitor, f.contact, f.staff, f.scan, f.data"

// Scans returns up to limit scans with ids below before (0: all), the newest
// first. Counting them all would read them all, so nobody does.
func (r *Reader) Scans(ctx context.Context, f ScanFilter, before fact.ID, limit int) ([]Scan,
	error) {
	tx := r.DB.Read()
	c := f.cond()
	if before != 0 {
		c = db.And(c, db.Where("f.id < ?", before))
	}
	facts, err := db.Select[fact.Fact](ctx, tx, "select "+factColumns+" from fact f where "+c.SQL+
		" order by f.id desc limit ?", append(c.Args, limit)...)
	if err != nil {
		return nil, fmt.Errorf("cannot list scans: %w", err)
	}
	after, err := r.after(ctx, tx, facts)
	if err != nil {
		return nil, err
	}
	return r.describeScans(ctx, tx, facts, after)
}

// after reads what followed from scans, by scan, oldest first.
func (r *Reader) after(ctx context.Context, tx *db.Tx, scans []fact.Fact) (map[fact.ID][]fact.Fact,
	error) {
	ids := make([]fact.ID, len(scans))
	for i, s := range scans {
		ids[i] = s.ID
	}
	facts, err := db.Select[fact.Fact](ctx, tx,
		"select "+factColumns+" from fact f where f.scan in (?) and f.scan <> 0 order by f.id",
		db.In(ids))
	if err != nil {
		return nil, fmt.Errorf("cannot read what followed from scans: %w", err)
	}
	out := map[fact.ID][]fact.Fact{}
	for _, f := range facts {
		out[f.Scan] = append(out[f.Scan], f)
	}
	return out, nil
}

func (r *Reader) describeScans(ctx context.Context, tx *db.Tx, facts []fact.Fact,
	after map[fact.ID][]fact.Fact) ([]Scan, error) {
	var codes, channels, targets []int64
	for _, f := range facts {
		codes, channels, targets = append(codes, f.Code), append(channels,
			f.Channel), append(targets, f.Target)
	}
	codeNames, err := Names(ctx, tx, "live_code", codes)
	if err != nil {
		return nil, err
	}
	channelNames, err := Names(ctx, tx, "channel", channels)
	if err != nil {
		return nil, err
	}
	targetNames, err := TargetsOf(ctx, tx, targets)
	if err != nil {
		return nil, err
	}
	out := make([]Scan, len(facts))
	for i, f := range facts {
		s := Scan{Fact: f, Code: Ref{f.Code, codeNames[f.Code]},
			Channel: Ref{f.Channel, channelNames[f.Channel]}}
		if err := json.Unmarshal([]byte(f.Data), &s.Trace); err != nil {
			s.Trace = scan.Trace{} // an old or broken trace: the scan is shown without
		}
		if f.Target != 0 {
			s.Target = targetNames[f.Target]
			s.Target.ID = f.Target
			if s.Target.Kind == "" {
				s.Target.Kind = s.Trace.Kind
			}
		}
		s.Outcome, s.Tier = outcome(f, s.Trace, after[f.ID])
		out[i] = s
	}
	return out, nil
}

// refusing are the states that turn everyone away, whatever seats there are.
var refusing = map[string]bool{"not_yet": true, "expired": true, "paused": true, "draft": true,
	"not_found": true}

// outcome is what came of a scan, from the facts that followed.
func outcome(f fact.Fact, t scan.Trace, after []fact.Fact) (result, tier string) {
	result = "assigned"
	switch {
	case f.Target == 0 && refusing[string(t.State)]:
		result = "refused"
	case f.Target == 0 && t.State != "joined" && t.State != "soft":
		result = "fallback"
	}
	for _, a := range after {
		switch a.Kind {
		case fact.Added:
			result, tier = "added", TierOf(a)
		case fact.Joined:
			result, tier = "joined", TierOf(a)
		case fact.HoldExpired:
			if tier == "" {
				result = "expired"
			}
		}
	}
	return result, tier
}

// TierOf is how sure we are that a fact follows from its scan.
func TierOf(f fact.Fact) string {
	d := detailOf(f)
	return cmp.Or(d.Match, d.Tier, seat.TierCode)
}

// Story is everything known about one scan.
type Story struct {
	Scan
	Refused map[int64]Target // the targets that were refused, by id
	Hold    *Hold
	After   []Moment
}

// Hold is the seat a scan held.
type Hold struct {
	State     string // unproven, proven, used, expired or replaced
	ExpiresAt time.Time
}

// Story returns one scan within reach, or ErrNoScan.
func (r *Reader) Story(ctx context.Context, id fact.ID, reach db.Cond) (*Story, error) {
	tx := r.DB.Read()
	c := ScanFilter{IDs: []fact.ID{id}, Reach: reach}.cond()
	facts, err := db.Select[fact.Fact](ctx, tx, "select "+factColumns+" from fact f where "+c.SQL,
		c.Args...)
	switch {
	case err != nil:
		return nil, fmt.Errorf("cannot read scan %s: %w", id, err)
	case len(facts) == 0:
		return nil, ErrNoScan
	}
	after, err := r.after(ctx, tx, facts)
	if err != nil {
		return nil, err
	}
	scans, err := r.describeScans(ctx, tx, facts, after)
	if err != nil {
		return nil, err
	}
	s := &Story{Scan: scans[0]}
	followed, err := r.welcomed(ctx, tx, after[id])
	if err != nil {
		return nil, err
	}
	if s.After, err = r.moments(ctx, tx, followed); err != nil {
		return nil, err
	}
	var lost []int64
	for _, x := range s.Trace.Refused {
		lost = append(lost, x.Target)
	}
	if s.Refused, err = TargetsOf(ctx, tx, lost); err != nil {
		return nil, err
	}
	s.Hold, err = r.hold(ctx, tx, s, after[id])
	return s, err
}

// welcomeWithin is how far from an add its welcome is: it may come first.
const welcomeWithin = 2 * time.Minute

// welcomed adds what became of the welcome message to the adds in after. It
// belongs to the add, not to the scan, and does not name it.
func (r *Reader) welcomed(ctx context.Context, tx *db.Tx, after []fact.Fact) ([]fact.Fact, error) {
	out := slices.Clone(after)
	for _, add := range after {
		if add.Kind != fact.Added || add.Contact == 0 {
			continue
		}
		more, err := db.Select[fact.Fact](ctx, tx, "select "+factColumns+` from fact f
			where f.contact = ? and f.contact <> 0
			and f.staff = ?
			and f.kind in (?, ?)
			and f.at between ? and ?`, add.Contact, add.Staff, string(fact.Welcomed),
			string(fact.WelcomeFailed), db.At(add.At.Add(-welcomeWithin)),
			db.At(add.At.Add(welcomeWithin)))
		if err != nil {
			return nil, fmt.Errorf("cannot read the welcome of an add: %w", err)
		}
		for _, w := range more {
			if !slices.ContainsFunc(out, func(f fact.Fact) bool { return f.ID == w.ID }) {
				out = append(out, w)
			}
		}
	}
	slices.SortFunc(out, func(a, b fact.Fact) int { return cmp.Compare(a.ID, b.ID) })
	return out, nil
}

// hold is what became of the seat a scan took; nil when it took none.
func (r *Reader) hold(ctx context.Context, tx *db.Tx, s *Story, after []fact.Fact) (*Hold, error) {
	if !s.Trace.Held {
		return nil, nil
	}
	h := &Hold{State: "replaced", ExpiresAt: time.UnixMicro(s.Trace.Until).UTC()}
	var state int64
	var until db.Time
	err := tx.QueryRow(ctx, "select state, expires_at from hold where visitor = ? and code = ? and scan = ?",
		s.Visitor, s.Fact.Code, s.ID).Scan(&state, &until)
	switch {
	case err == nil:
		h.ExpiresAt = until.Time
		h.State = map[int64]string{seat.Unproven: "unproven", seat.Proven: "proven",
			seat.Used: "used", seat.Returned: "expired"}[state]
	case !db.NoRows(err):
		return nil, fmt.Errorf("cannot read the hold of scan %s: %w", s.ID, err)
	}
	for _, f := range after { // a later scan took the hold's row: facts remember
		switch {
		case f.Kind == fact.Added, f.Kind == fact.Joined:
			h.State = "used"
		case f.Kind == fact.HoldExpired && h.State == "replaced":
			h.State = "expired"
		}
	}
	return h, nil
}
