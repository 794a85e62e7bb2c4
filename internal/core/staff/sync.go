package staff

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/fault"
	"github.com/tuma-live/tuma/internal/core/inbox"
	"github.com/tuma-live/tuma/internal/core/mirror"
	"github.com/tuma-live/tuma/internal/wecom"
)

// maxCap is where WeCom itself stops a member for the day.
const maxCap = 10_000

func isNotFound(err error) bool { return errors.Is(err, ErrNotFound) }

func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func checkCap(n int64) error {
	if n < 0 || n > maxCap {
		return fault.ErrInvalid.WithField("daily_cap", "field.out_of_range")
	}
	return nil
}

// Sync reads the whole directory: departments, their members, and who may have
// customers. It goes on where an interrupted run ended.
func (s *Service) Sync(ctx context.Context) error {
	c, err := s.Connect(ctx)
	if err != nil {
		return err
	}
	departments, err := c.ListDepartments(ctx, 0)
	if err != nil {
		return fmt.Errorf("cannot list departments: %w", err)
	}
	follows, err := c.GetFollowUserList(ctx)
	if err != nil {
		return fmt.Errorf("cannot list who may have customers: %w", err)
	}
	p, err := s.begin(ctx, departments)
	if err != nil {
		return err
	}
	slices.SortFunc(departments, func(a, b wecom.Department) int { return int(a.ID - b.ID) })
	from, _ := strconv.ParseInt(p.Mark, 10, 64)
	for _, d := range departments {
		if d.ID <= from {
			continue
		}
		users, err := c.ListUsers(ctx, d.ID, false)
		if err != nil {
			return fmt.Errorf("cannot list the members of department %d: %w", d.ID, err)
		}
		if err := s.keep(ctx, &p, d, users, follows); err != nil {
			return err
		}
	}
	return s.finish(ctx, p)
}

// begin starts a run, or takes up the one that was interrupted.
func (s *Service) begin(ctx context.Context, departments []wecom.Department) (p mirror.Progress, err error) {
	now := s.Clock.Now()
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if p, err = mirror.Of(ctx, tx, "staff"); err != nil {
			return err
		}
		if p.State != mirror.Running || p.Mark == "" {
			p = mirror.Progress{What: "staff", State: mirror.Running, StartedAt: now}
		}
		p.Total = int64(len(departments))
		if err := keepDepartments(ctx, tx, departments, now); err != nil {
			return err
		}
		return mirror.Save(ctx, tx, p, now)
	})
	return p, err
}

func keepDepartments(ctx context.Context, tx *db.Tx, ds []wecom.Department, now time.Time) error {
	rows := make([]Department, 0, len(ds))
	for _, d := range ds {
		rows = append(rows, Department{d.ID, d.ParentID, mirror.Plain(d.Name, 64), db.At(now)})
	}
	err := db.Insert(ctx, tx, "department", `on conflict (wecom_id) do update
		set parent = excluded.parent, name = excluded.name, synced_at = excluded.synced_at`, rows...)
	if err != nil {
		return fmt.Errorf("cannot keep departments: %w", err)
	}
	_, err = tx.Exec(ctx, "delete from department where synced_at < ?", db.At(now))
	return err
}

func (s *Service) keep(ctx context.Context, p *mirror.Progress, d wecom.Department,
	users []wecom.User, follows []string) error {
	now := s.Clock.Now()
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		for _, u := range users {
			if _, err := Keep(ctx, tx, u, slices.Contains(follows, u.UserID), now); err != nil {
				return err
			}
		}
		next := *p
		next.Done, next.Mark = p.Done+1, strconv.FormatInt(d.ID, 10)
		if err := mirror.Save(ctx, tx, next, now); err != nil {
			return err
		}
		*p = next
		return nil
	})
}

// finish removes the members the run did not meet. A directory without anybody
// is not believed: it is a right that was taken from the app.
func (s *Service) finish(ctx context.Context, p mirror.Progress) error {
	now := s.Clock.Now()
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		gone, err := List(ctx, tx, db.Where("synced_at < ? and removed_at = 0", db.At(p.StartedAt)))
		if err != nil {
			return err
		}
		met, err := List(ctx, tx, db.Where("synced_at >= ?", db.At(p.StartedAt)))
		if err != nil {
			return err
		}
		if len(met) > 0 {
			for _, g := range gone {
				if err := Remove(ctx, tx, g.UserID, now); err != nil {
					return err
				}
			}
		}
		p.State, p.Mark, p.FinishedAt = mirror.Done, "", now
		return mirror.Save(ctx, tx, p, now)
	})
}

// Changed is the step for change_contact: it reads the member again.
func (s *Service) Changed(ctx context.Context, e inbox.Event) error {
	switch e.ChangeType {
	case "create_user", "update_user":
		return s.reread(ctx, e.UserID, e.NewUserID)
	case "delete_user":
		return s.DB.InTx(ctx, func(tx *db.Tx) error {
			return Remove(ctx, tx, e.UserID, s.Clock.Now())
		})
	case "create_party", "update_party", "delete_party":
		return s.departments(ctx)
	}
	return nil
}

func (s *Service) departments(ctx context.Context) error {
	c, err := s.Connect(ctx)
	if err != nil {
		return err
	}
	ds, err := c.ListDepartments(ctx, 0)
	if err != nil {
		return fmt.Errorf("cannot list departments: %w", err)
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error { return keepDepartments(ctx, tx, ds, s.Clock.Now()) })
}

// reread brings one member up to date. renamed is the new userid, if that changed.
func (s *Service) reread(ctx context.Context, userid, renamed string) error {
	c, err := s.Connect(ctx)
	if err != nil {
		return err
	}
	current := userid
	if renamed != "" {
		current = renamed
	}
	u, err := c.GetUser(ctx, current)
	gone := wecom.IsCode(err, 60111)
	if err != nil && !gone {
		return fmt.Errorf("cannot read a staff member: %w", err)
	}
	follows, err := c.GetFollowUserList(ctx)
	if err != nil {
		return fmt.Errorf("cannot list who may have customers: %w", err)
	}
	now := s.Clock.Now()
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		if gone {
			return Remove(ctx, tx, userid, now)
		}
		if renamed != "" && renamed != userid {
			_, err := tx.Exec(ctx, `update staff set userid = ? where userid = ?
				and not exists (select 1 from staff where userid = ?)`, renamed, userid, renamed)
			if err != nil {
				return fmt.Errorf("cannot rename staff %q: %w", userid, err)
			}
		}
		_, err := Keep(ctx, tx, u, slices.Contains(follows, u.UserID), now)
		return err
	})
}

// Ensure returns the member called userid, reading them from WeCom when we do
// not know them yet.
func (s *Service) Ensure(ctx context.Context, userid string) (Staff, error) {
	m, err := ByUserID(ctx, s.DB.Read(), userid)
	if !isNotFound(err) {
		return m, err
	}
	if err := s.reread(ctx, userid, ""); err != nil {
		return m, err
	}
	return ByUserID(ctx, s.DB.Read(), userid)
}
