package livecode

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/fault"
	"github.com/tuma-live/tuma/internal/base/ident"
	"github.com/tuma-live/tuma/internal/core/channel"
	"github.com/tuma-live/tuma/internal/core/seat"
	"github.com/tuma-live/tuma/internal/core/staff"
	"github.com/tuma-live/tuma/internal/core/tag"
	"github.com/tuma-live/tuma/internal/wecom"
)

// Level says how much a check weighs.
type Level string

// The levels. Only an error keeps a code from being published.
const (
	Error Level = "error"
	Warn  Level = "warn"
	Info  Level = "info"
)

// Check is one line of the gate before publishing.
type Check struct {
	Name  string // key of its text: "check." + Name + ".ok" or ".bad"
	OK    bool
	Level Level
	Args  map[string]string
}

// fits asks what a code refers to whether it is there, after its own rules.
func (s *Service) fits(ctx context.Context, tx *db.Tx, c *LiveCode) error {
	if err := c.check(); err != nil {
		return err
	}
	bad := fault.ErrInvalid
	if c.Channel != 0 {
		switch _, err := channel.ByID(ctx, tx, c.Channel); {
		case errors.Is(err, channel.ErrNotFound):
			bad = bad.WithField("channel", "field.not_found")
		case err != nil:
			return err
		}
	}
	for i, id := range c.Tags.V {
		switch _, err := tag.ByID(ctx, tx, id); {
		case errors.Is(err, tag.ErrNotFound):
			bad = bad.WithField(fmt.Sprintf("tags.%d", i), "field.not_found")
		case err != nil:
			return err
		}
	}
	if c.Welcome != 0 {
		var n int64
		err := tx.QueryRow(ctx, "select count(*) from welcome where id = ? and archived = 0",
			c.Welcome).Scan(&n)
		if err != nil {
			return fmt.Errorf("cannot look for a welcome message: %w", err)
		}
		if n == 0 {
			bad = bad.WithField("welcome", "field.not_found")
		}
	}
	fields, err := chainRefs(ctx, tx, c)
	if err != nil {
		return err
	}
	for _, f := range fields {
		bad = bad.WithField(f.Path, f.Code)
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

// chainRefs checks what the fallback chain points at: it must be there, and
// following codes from code to code must never come back here.
func chainRefs(ctx context.Context, tx *db.Tx, c *LiveCode) (bad []fault.Field, err error) {
	for i, f := range c.Fallback.V {
		path := fmt.Sprintf("fallback.%d.ref", i)
		var code string
		switch f.Kind {
		case ToCode:
			code, err = followCodes(ctx, tx, c.ID, f.Ref)
		case ToStaff:
			code, err = staffRef(ctx, tx, f.Ref)
		}
		if err != nil {
			return nil, err
		}
		if code != "" {
			bad = append(bad, fault.Field{Path: path, Code: code})
		}
	}
	return bad, nil
}

func staffRef(ctx context.Context, tx *db.Tx, ref string) (string, error) {
	var id staff.ID
	if id.UnmarshalText([]byte(ref)) != nil {
		return "field.not_found", nil
	}
	_, err := staff.ByID(ctx, tx, id)
	if errors.Is(err, staff.ErrNotFound) {
		return "field.not_found", nil
	}
	return "", err
}

// followCodes walks the codes reachable from ref and returns the field fault
// when it meets start again or a code that is not there.
func followCodes(ctx context.Context, tx *db.Tx, start ID, ref string) (string, error) {
	first, err := ident.Parse[kind](ref)
	if err != nil {
		return "field.not_found", nil
	}
	seen := []ID{}
	for todo := []ID{first}; len(todo) > 0; {
		id := todo[0]
		todo = todo[1:]
		if id == start {
			return "field.loop", nil
		}
		if slices.Contains(seen, id) {
			continue
		}
		seen = append(seen, id)
		c, err := ByID(ctx, tx, id, db.And())
		switch {
		case errors.Is(err, ErrNotFound) && id == first:
			return "field.not_found", nil
		case errors.Is(err, ErrNotFound):
			continue
		case err != nil:
			return "", err
		}
		for _, f := range c.Fallback.V {
			if f.Kind != ToCode {
				continue
			}
			if next, err := ident.Parse[kind](f.Ref); err == nil {
				todo = append(todo, next)
			}
		}
	}
	return "", nil
}

// gate returns ErrNotReady with every check that keeps a code from serving.
func (s *Service) gate(ctx context.Context, tx *db.Tx, c *LiveCode) error {
	checks, err := s.checks(ctx, tx, c)
	if err != nil {
		return err
	}
	bad := ErrNotReady
	for _, k := range checks {
		if !k.OK && k.Level == Error {
			bad = bad.WithField(k.Name, "check."+k.Name+".bad")
		}
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

// Usable counts the targets of a code's pools that could take somebody.
type Usable struct {
	Members, Good, Free int64
	Auto                bool
}

func (s *Service) usable(ctx context.Context, tx *db.Tx, c *LiveCode) (u Usable, err error) {
	now := s.Clock.Now()
	err = tx.QueryRow(ctx, `
		select count(*), coalesce(sum(case when g.status = 'active' or st.id is not null then 1 else 0 end), 0),
		coalesce(sum(case when g.status = 'active' or st.id is not null then s.capacity - s.unproven - s.proven
			- case when s.kind = 'staff' and s.day <> ? then 0 else s.joined end else 0 end), 0)
		from pool_member m
		left join seat s on s.target = m.target
		left join customer_group g on g.id = m.target
		left join staff st on st.id = m.target and st.status = ? and st.follows = 1 and st.removed_at = 0
		where m.pool in (?, ?)
		and m.enabled = 1`,
		seat.Day(now), wecom.StatusActive, c.Pool, c.Overflow).Scan(&u.Members, &u.Good, &u.Free)
	if err != nil {
		return u, fmt.Errorf("cannot count the targets of %s: %w", c.ID, err)
	}
	var auto int64
	err = tx.QueryRow(ctx, "select count(*) from pool where id in (?, ?) and auto_create = 1",
		c.Pool, c.Overflow).Scan(&auto)
	u.Auto = auto > 0
	return u, err
}

// checks looks at everything that could disappoint whoever scans the code.
func (s *Service) checks(ctx context.Context, tx *db.Tx, c *LiveCode) ([]Check, error) {
	u, err := s.usable(ctx, tx, c)
	if err != nil {
		return nil, err
	}
	now := s.Clock.Now()
	chain := c.Fallback.V
	ends := len(chain) > 0 && chain[len(chain)-1].Kind == ToPage
	out := []Check{
		{Name: "fallback", OK: ends, Level: Error},
		{Name: "target", OK: u.Good > 0 || u.Auto, Level: Error,
			Args: args("usable", u.Good, "all", u.Members)},
		{Name: "validity", OK: !c.Expired(now), Level: Error},
		{Name: "capacity", OK: u.Free > 0, Level: Warn, Args: args("free", u.Free)},
		{Name: "spare", OK: u.Good > 1 || u.Auto || c.Overflow != 0, Level: Info,
			Args: args("usable", u.Good)},
		{Name: "connected", OK: true, Level: Warn},
	}
	out[len(out)-1].OK, err = connected(ctx, tx)
	return out, err
}

// connected says whether a WeCom corp is connected (core/corp keeps the setting).
func connected(ctx context.Context, tx *db.Tx) (bool, error) {
	var setting db.JSON[struct {
		Mode string `json:"mode"`
	}]
	err := tx.QueryRow(ctx, "select value from setting where key = ?", "wecom").Scan(&setting)
	if err != nil && !db.NoRows(err) {
		return false, fmt.Errorf("cannot read whether a corp is connected: %w", err)
	}
	return setting.V.Mode != "" && setting.V.Mode != "none", nil
}

func args(pairs ...any) map[string]string {
	m := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i].(string)] = strconv.FormatInt(pairs[i+1].(int64), 10)
	}
	return m
}

// TryOut runs the gate on a draft, of a new code or of the one named id,
// without keeping anything. A form fault comes back as such.
func (s *Service) TryOut(ctx context.Context, id ID, d Draft) (out []Check, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		was := LiveCode{}
		if id != 0 {
			if was, err = ByID(ctx, tx, id, db.And()); err != nil {
				return err
			}
		}
		c, err := s.build(ctx, tx, was, d)
		if err != nil {
			return err
		}
		if out, err = s.checks(ctx, tx, &c); err != nil {
			return err
		}
		return errTried // new pools were made to be counted: take them back
	})
	if errors.Is(err, errTried) {
		err = nil
	}
	return out, err
}

var errTried = errors.New("only tried")
