package scan

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/fault"
	"github.com/tuma-live/tuma/internal/core/livecode"
	"github.com/tuma-live/tuma/internal/core/route"
	"github.com/tuma-live/tuma/internal/core/staff"
)

// ErrNotFound is returned for a slug that no code has.
var ErrNotFound = fault.New(fault.NotFound, "scan.not_found")

// Topic is what everyone notifies who changes something a scan shows.
const Topic = "book"

const (
	warnBelow  = 20  // free seats at which a group is nearly full
	groupLimit = 200 // people who can come into a group by QR
)

// Book is every live code in memory. A scan finds its code here without
// asking the database. The whole book is swapped when something changes.
type Book struct {
	DB    *db.DB
	Clock clock.Clock

	pages atomic.Pointer[pages]
}

type pages struct {
	bySlug map[string]*Code
	byID   map[int64]*Code
	qrs    []string
	corp   string
}

// Find returns the code at slug, or ErrNotFound. The code must not be changed.
func (b *Book) Find(slug string) (*Code, error) {
	if p := b.pages.Load(); p != nil {
		if c, ok := p.bySlug[slug]; ok {
			return c, nil
		}
	}
	return nil, ErrNotFound
}

// ByID returns the code with this id, or nil.
func (b *Book) ByID(id int64) *Code {
	if p := b.pages.Load(); p != nil {
		return p.byID[id]
	}
	return nil
}

// Corp is the name of the company, for pages without a code.
func (b *Book) Corp() string {
	if p := b.pages.Load(); p != nil {
		return p.corp
	}
	return ""
}

// QRs lists the names of all QR pictures.
func (b *Book) QRs() []string {
	if p := b.pages.Load(); p != nil {
		return p.qrs
	}
	return nil
}

// Len returns how many codes the book has.
func (b *Book) Len() int {
	if p := b.pages.Load(); p != nil {
		return len(p.bySlug)
	}
	return 0
}

// Watch keeps the book current until ctx ends: it is loaded again after each
// notification, and every so often whatever was notified. report gets the
// errors; the last good book stays.
func (b *Book) Watch(ctx context.Context, report func(error)) {
	const anyway = 30 * time.Second
	changed, cancel := b.DB.Subscribe(Topic)
	defer cancel()
	for {
		select {
		case <-ctx.Done():
			return
		case <-changed:
			drain(changed)
		case <-b.Clock.After(anyway):
		}
		if err := b.Load(ctx); err != nil && ctx.Err() == nil {
			report(err)
		}
	}
}

func drain(ch <-chan string) {
	for {
		select {
		case <-ch:
		default:
			return
		}
	}
}

// Load reads all codes and swaps them in.
func (b *Book) Load(ctx context.Context) error {
	tx := b.DB.Read()
	ts, err := loadTargets(ctx, tx)
	if err != nil {
		return err
	}
	qrs, err := loadQRs(ctx, tx)
	if err != nil {
		return err
	}
	shapes, err := loadPools(ctx, tx)
	if err != nil {
		return err
	}
	p := &pages{bySlug: map[string]*Code{}, byID: map[int64]*Code{}}
	if p.corp, err = loadCorp(ctx, tx); err != nil {
		return err
	}
	rows, err := db.Select[codeRow](ctx, tx, "select "+db.Cols[codeRow]()+" from live_code where state <> 'deleted'")
	if err != nil {
		return fmt.Errorf("cannot read live codes: %w", err)
	}
	for _, r := range rows {
		c := r.code(shapes, ts, qrs)
		c.Corp = p.corp
		p.bySlug[c.Slug], p.byID[c.ID] = c, c
	}
	p.addSpares(rows, ts, qrs)
	p.qrs = slices.Collect(maps.Values(qrs))
	b.pages.Store(p)
	return nil
}

func loadCorp(ctx context.Context, tx *db.Tx) (string, error) {
	var v db.JSON[string]
	err := tx.QueryRow(ctx, "select value from setting where key = ?", "corp.name").Scan(&v)
	if err != nil && !db.NoRows(err) {
		return "", fmt.Errorf("cannot read the name of the corp: %w", err)
	}
	return v.V, nil
}

type codeRow struct {
	ID       int64                        `db:"id"`
	Slug     string                       `db:"slug"`
	Name     string                       `db:"name"`
	Kind     string                       `db:"kind"`
	Channel  int64                        `db:"channel"`
	State    string                       `db:"state"`
	Pool     int64                        `db:"pool"`
	Overflow int64                        `db:"overflow"`
	Fallback db.JSON[[]livecode.Fallback] `db:"fallback"`
	Page     db.JSON[Page]                `db:"page"`
	Sticky   bool                         `db:"sticky"`
	StartsAt db.Time                      `db:"starts_at"`
	EndsAt   db.Time                      `db:"ends_at"`
	Version  int64                        `db:"version"`
}

// states says what a code that does not serve shows. States not named serve.
var states = map[string]route.State{
	"draft": route.Draft, "pending": route.Draft, "paused": route.PausedCode,
	"locked": route.PausedCode, "expired": route.Expired, "archived": route.Expired,
}

func (r codeRow) code(shapes map[int64]*poolShape, ts map[int64]route.Target, qrs map[place]string) *Code {
	c := &Code{
		Code: route.Code{
			ID: r.ID, State: states[r.State], Sticky: r.Sticky, Warn: warnBelow,
			StartsAt: r.StartsAt.Time, EndsAt: r.EndsAt.Time,
		},
		Slug: r.Slug, Name: r.Name, Kind: r.Kind, Channel: r.Channel, Version: r.Version, Page: r.Page.V,
	}
	for _, f := range r.Fallback.V {
		if c.Page.ContactText == "" && f.Kind == livecode.ToPage {
			c.Page.ContactText = f.Text
		}
	}
	for _, id := range []int64{r.Pool, r.Overflow} {
		if s := shapes[id]; s != nil {
			c.Pools = append(c.Pools, s.pool(r.ID, ts, qrs))
		}
	}
	return c
}

// addSpares puts what a code falls back to behind its own pools, in the order
// of its chain: the pools of spare codes, and staff members on duty. A spare
// code lends its own pools only, not those it would fall back to, so there is
// no loop.
func (p *pages) addSpares(rows []codeRow, ts map[int64]route.Target, qrs map[place]string) {
	own := make(map[int64][]*route.Pool, len(p.byID))
	for id, c := range p.byID {
		own[id] = c.Pools
	}
	for _, r := range rows {
		mine := p.byID[r.ID]
		for _, f := range r.Fallback.V {
			switch f.Kind {
			case livecode.ToCode:
				spare, err := livecode.Parse(f.Ref)
				if c := p.byID[int64(spare)]; err == nil && c != nil && c.State == "" && c != mine {
					mine.Pools = append(slices.Clip(mine.Pools), own[c.ID]...)
				}
			case livecode.ToStaff:
				if duty := onDuty(r.ID, f.Ref, ts, qrs); duty != nil {
					mine.Pools = append(slices.Clip(mine.Pools), duty)
				}
			}
		}
	}
}

// onDuty is the staff member ref as a pool of one.
func onDuty(code int64, ref string, ts map[int64]route.Target, qrs map[place]string) *route.Pool {
	var id staff.ID
	if err := id.UnmarshalText([]byte(ref)); err != nil {
		return nil
	}
	t, ok := ts[int64(id)]
	if !ok {
		return nil
	}
	t.Weight, t.QR = 1, qrs[place{code, t.ID}]
	return &route.Pool{ID: t.ID, Strategy: route.InOrder, Targets: []route.Target{t}}
}

// place is where a carrier stands: a code and a target (or a pool, for the
// join way that opens the next group).
type place struct{ code, target int64 }

// poolShape is a pool as it is stored; each code sees it with its own QRs.
type poolShape struct {
	id       int64
	strategy route.Strategy
	auto     bool
	name     string
	members  []member
}

type member struct {
	target, weight  int64
	backup, enabled bool
}

func (s *poolShape) pool(code int64, ts map[int64]route.Target, qrs map[place]string) *route.Pool {
	p := &route.Pool{ID: s.id, Strategy: s.strategy}
	for _, m := range s.members {
		t, ok := ts[m.target]
		if !ok {
			t = route.Target{ID: m.target, Refused: route.Gone}
		}
		t.Weight, t.Backup, t.QR = m.weight, m.backup, qrs[place{code, m.target}]
		if !m.enabled {
			t.Refused = route.Off
		}
		p.Targets = append(p.Targets, t)
	}
	if qr := qrs[place{code, s.id}]; s.auto && qr != "" {
		p.Auto = &route.Target{ID: s.id, Kind: route.Auto, Name: s.name, QR: qr}
	}
	return p
}

func loadPools(ctx context.Context, tx *db.Tx) (map[int64]*poolShape, error) {
	shapes := map[int64]*poolShape{}
	rows, err := tx.Query(ctx, "select id, strategy, auto_create, base_name from pool")
	if err != nil {
		return nil, fmt.Errorf("cannot read pools: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		s := &poolShape{}
		if err := rows.Scan(&s.id, &s.strategy, &s.auto, &s.name); err != nil {
			return nil, fmt.Errorf("cannot read a pool: %w", err)
		}
		shapes[s.id] = s
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("cannot read pools: %w", err)
	}
	return shapes, loadMembers(ctx, tx, shapes)
}

func loadMembers(ctx context.Context, tx *db.Tx, shapes map[int64]*poolShape) error {
	rows, err := tx.Query(ctx, "select pool, target, weight, backup, enabled from pool_member order by pool, seq, target")
	if err != nil {
		return fmt.Errorf("cannot read pool members: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var pool int64
		var m member
		if err := rows.Scan(&pool, &m.target, &m.weight, &m.backup, &m.enabled); err != nil {
			return fmt.Errorf("cannot read a pool member: %w", err)
		}
		if s := shapes[pool]; s != nil {
			s.members = append(s.members, m)
		}
	}
	return rows.Err()
}

// loadTargets reads every group and staff member and whether they can serve.
func loadTargets(ctx context.Context, tx *db.Tx) (map[int64]route.Target, error) {
	ts := map[int64]route.Target{}
	rows, err := tx.Query(ctx, "select id, name, status from customer_group")
	if err != nil {
		return nil, fmt.Errorf("cannot read groups: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		t := route.Target{Kind: route.Group, Limit: groupLimit}
		var status string
		if err := rows.Scan(&t.ID, &t.Name, &status); err != nil {
			return nil, fmt.Errorf("cannot read a group: %w", err)
		}
		if status != "active" {
			t.Refused = route.Gone
		}
		ts[t.ID] = t
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("cannot read groups: %w", err)
	}
	return ts, loadStaff(ctx, tx, ts)
}

// statusActive is WeCom's number for a staff member who is activated.
const statusActive = 1

func loadStaff(ctx context.Context, tx *db.Tx, ts map[int64]route.Target) error {
	rows, err := tx.Query(ctx, "select id, name, status, follows, paused_until, removed_at from staff")
	if err != nil {
		return fmt.Errorf("cannot read staff: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		t := route.Target{Kind: route.Staff}
		var status int64
		var follows bool
		var paused, removed db.Time
		if err := rows.Scan(&t.ID, &t.Name, &status, &follows, &paused, &removed); err != nil {
			return fmt.Errorf("cannot read a staff member: %w", err)
		}
		t.AwayTo = paused.Time
		switch {
		case !removed.IsZero() || status != statusActive:
			t.Refused = route.Gone
		case !follows:
			t.Refused = route.NoPermit
		}
		ts[t.ID] = t
	}
	return rows.Err()
}

func loadQRs(ctx context.Context, tx *db.Tx) (map[place]string, error) {
	qrs := map[place]string{}
	rows, err := tx.Query(ctx, "select code, target, qr_asset from carrier where qr_asset <> ''")
	if err != nil {
		return nil, fmt.Errorf("cannot read carriers: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var p place
		var qr string
		if err := rows.Scan(&p.code, &p.target, &qr); err != nil {
			return nil, fmt.Errorf("cannot read a carrier: %w", err)
		}
		qrs[p] = qr
	}
	return qrs, rows.Err()
}

// Codes lists the codes that serve, the newest first.
func (b *Book) Codes() []*Code {
	p := b.pages.Load()
	if p == nil {
		return nil
	}
	var all []*Code
	for _, c := range p.byID {
		if c.State == "" {
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(x, y *Code) int { return cmp.Compare(y.ID, x.ID) })
	return all
}
