// Package tag mirrors the corporate tags (企业客户标签) and makes new ones.
package tag

import (
	"context"
	"errors"
	"fmt"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/fault"
	"github.com/tuma-live/tuma/internal/base/ident"
	"github.com/tuma-live/tuma/internal/core/inbox"
	"github.com/tuma-live/tuma/internal/core/mirror"
	"github.com/tuma-live/tuma/internal/wecom"
)

type kind struct{}

func (kind) Prefix() string { return "tg" }

// ID is the id of a tag or a tag group.
type ID = ident.ID[kind]

// Group is a group of tags.
type Group struct {
	ID      ID     `db:"id"`
	WeComID string `db:"wecom_id"` // empty until WeCom has it
	Name    string `db:"name"`
	Seq     int64  `db:"seq"`
	Removed int64  `db:"removed"`
}

// Tag is one tag.
type Tag struct {
	ID      ID     `db:"id"`
	Group   ID     `db:"tag_group"`
	WeComID string `db:"wecom_id"` // empty until WeCom has it
	Name    string `db:"name"`
	Seq     int64  `db:"seq"`
	Removed int64  `db:"removed"`
}

// The faults of tags.
var (
	ErrNotFound = fault.New(fault.NotFound, "tag.not_found")
	errName     = fault.ErrInvalid.WithField("name", "field.length")
)

// ByID returns a tag, or ErrNotFound.
func ByID(ctx context.Context, tx *db.Tx, id ID) (Tag, error) {
	return one(ctx, tx, db.Where("id = ?", id))
}

func one(ctx context.Context, tx *db.Tx, cond db.Cond) (Tag, error) {
	t, err := db.Get[Tag](ctx, tx, "select "+db.Cols[Tag]()+" from tag where "+cond.SQL, cond.Args...)
	switch {
	case db.NoRows(err):
		return t, ErrNotFound
	case err != nil:
		return t, fmt.Errorf("cannot read a tag: %w", err)
	}
	return t, nil
}

// List reads all groups and tags that are there, in WeCom's order.
func List(ctx context.Context, tx *db.Tx) ([]Group, []Tag, error) {
	gs, err := db.Select[Group](ctx, tx, "select "+db.Cols[Group]()+
		" from tag_group where removed = 0 order by seq desc, id")
	if err != nil {
		return nil, nil, fmt.Errorf("cannot list tag groups: %w", err)
	}
	ts, err := db.Select[Tag](ctx, tx, "select "+db.Cols[Tag]()+
		" from tag where removed = 0 order by tag_group, seq desc, id")
	if err != nil {
		return nil, nil, fmt.Errorf("cannot list tags: %w", err)
	}
	return gs, ts, nil
}

// Ensure returns the tag called name in the group called group, and makes both
// here when they are new. WeCom gets them when the tag is first used.
func Ensure(ctx context.Context, tx *db.Tx, group, name string) (Tag, error) {
	group, name = mirror.Plain(group, 30), mirror.Plain(name, 30)
	if group == "" || name == "" {
		return Tag{}, errName
	}
	g, err := ensureGroup(ctx, tx, Group{Name: group})
	if err != nil {
		return Tag{}, err
	}
	return keep(ctx, tx, Tag{Group: g.ID, Name: name})
}

// ensureGroup writes what is known of a group. An empty WeComID leaves the one
// that is kept.
func ensureGroup(ctx context.Context, tx *db.Tx, g Group) (Group, error) {
	g.ID = ident.New[kind](tx.IDs())
	err := db.Insert(ctx, tx, "tag_group", `on conflict (name) do update set removed = 0,
		wecom_id = case when excluded.wecom_id = '' then tag_group.wecom_id else excluded.wecom_id end,
		seq = case when excluded.wecom_id = '' then tag_group.seq else excluded.seq end`, g)
	if err != nil {
		return g, fmt.Errorf("cannot keep tag group %q: %w", g.Name, err)
	}
	return db.Get[Group](ctx, tx,
		"select "+db.Cols[Group]()+" from tag_group where name = ?", g.Name)
}

func keep(ctx context.Context, tx *db.Tx, t Tag) (Tag, error) {
	t.ID = ident.New[kind](tx.IDs())
	err := db.Insert(ctx, tx, "tag", `on conflict (tag_group, name) do update set removed = 0,
		wecom_id = case when excluded.wecom_id = '' then tag.wecom_id else excluded.wecom_id end,
		seq = case when excluded.wecom_id = '' then tag.seq else excluded.seq end`, t)
	if err != nil {
		return t, fmt.Errorf("cannot keep tag %q: %w", t.Name, err)
	}
	return one(ctx, tx, db.Where("tag_group = ? and name = ?", t.Group, t.Name))
}

// ByWeComIDs returns the tags WeCom calls ids. Those we do not know are left out.
func ByWeComIDs(ctx context.Context, tx *db.Tx, ids []string) ([]Tag, error) {
	ts, err := db.Select[Tag](ctx, tx, "select "+db.Cols[Tag]()+
		" from tag where wecom_id <> '' and wecom_id in (?)", db.In(ids))
	if err != nil {
		return nil, fmt.Errorf("cannot read tags: %w", err)
	}
	return ts, nil
}

// Service keeps the mirror.
type Service struct {
	DB      *db.DB
	Clock   clock.Clock
	Connect mirror.Connect
}

// Sync reads all corporate tags.
func (s *Service) Sync(ctx context.Context) error {
	c, err := s.Connect(ctx)
	if err != nil {
		return err
	}
	started := s.Clock.Now()
	gs, err := c.GetCorpTagList(ctx, nil, nil)
	if err != nil {
		return fmt.Errorf("cannot list tags: %w", err)
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		// What is not in the list is gone; what WeCom never had stays.
		for _, table := range []string{"tag_group", "tag"} {
			_, err := tx.Exec(ctx, "update "+table+" set removed = 1 where wecom_id <> ''")
			if err != nil {
				return fmt.Errorf("cannot mark %s: %w", table, err)
			}
		}
		n, err := keepAll(ctx, tx, gs)
		if err != nil {
			return err
		}
		return mirror.Save(ctx, tx, mirror.Progress{What: "tags", State: mirror.Done, Done: n, Total: n,
			StartedAt: started, FinishedAt: s.Clock.Now()}, s.Clock.Now())
	})
}

// keepAll writes what WeCom says. A tag or group that was renamed there keeps
// its row: it is found by WeCom's id first.
func keepAll(ctx context.Context, tx *db.Tx, gs []wecom.TagGroup) (n int64, err error) {
	for _, wg := range gs {
		name := mirror.Plain(wg.GroupName, 60)
		if err := rename(ctx, tx, "tag_group", "name", wg.GroupID, name, 0); err != nil {
			return n, err
		}
		g, err := ensureGroup(ctx, tx, Group{WeComID: wg.GroupID, Name: name, Seq: wg.Order})
		if err != nil {
			return n, err
		}
		for _, wt := range wg.Tag {
			name := mirror.Plain(wt.Name, 60)
			if err := rename(ctx, tx, "tag", "name", wt.ID, name, g.ID); err != nil {
				return n, err
			}
			if _, err := keep(ctx, tx, Tag{Group: g.ID, WeComID: wt.ID, Name: name, Seq: wt.Order}); err != nil {
				return n, err
			}
			n++
		}
	}
	return n, nil
}

// rename gives the row that has WeCom's id its new name, unless another row has
// that name already.
func rename(ctx context.Context, tx *db.Tx, table, column, id, name string, group ID) error {
	taken, args := "select 1 from "+table+" o where o."+column+" = ?", []any{name, id, name}
	if group != 0 {
		taken += " and o.tag_group = ?"
		args = append(args, group)
	}
	_, err := tx.Exec(ctx, "update "+table+" set "+column+" = ? where wecom_id = ? and not exists ("+
		taken+")", args...)
	if err != nil {
		return fmt.Errorf("cannot rename in %s: %w", table, err)
	}
	return nil
}

// Changed is the step for change_external_tag: one call reads them all.
func (s *Service) Changed(ctx context.Context, _ inbox.Event) error { return s.Sync(ctx) }

// Publish makes sure that WeCom has the tag, and returns its id there.
func (s *Service) Publish(ctx context.Context, id ID) (string, error) {
	t, err := ByID(ctx, s.DB.Read(), id)
	if err != nil {
		return "", err
	}
	if t.WeComID != "" {
		return t.WeComID, nil
	}
	g, err := db.Get[Group](ctx, s.DB.Read(),
		"select "+db.Cols[Group]()+" from tag_group where id = ?", t.Group)
	if err != nil {
		return "", fmt.Errorf("cannot read a tag group: %w", err)
	}
	c, err := s.Connect(ctx)
	if err != nil {
		return "", err
	}
	made, err := c.AddCorpTag(ctx, wecom.NewTags{GroupID: g.WeComID, GroupName: g.Name,
		Tag: []wecom.NewTag{{Name: t.Name}}})
	const nameExists = 40071
	switch {
	case wecom.IsCode(err, nameExists) || wecom.ClassOf(err) == wecom.Unknown:
		// It is there, or may be: look before anything is made twice.
		if err := s.Sync(ctx); err != nil {
			return "", err
		}
	case err != nil:
		return "", fmt.Errorf("cannot make tag %q: %w", t.Name, err)
	default:
		if err := s.made(ctx, made); err != nil {
			return "", err
		}
	}
	return s.published(ctx, id)
}

func (s *Service) made(ctx context.Context, g wecom.TagGroup) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		_, err := keepAll(ctx, tx, []wecom.TagGroup{g})
		return err
	})
}

var errNotPublished = errors.New("WeCom does not show the tag yet")

func (s *Service) published(ctx context.Context, id ID) (string, error) {
	t, err := ByID(ctx, s.DB.Read(), id)
	if err != nil {
		return "", err
	}
	if t.WeComID == "" {
		return "", errNotPublished
	}
	return t.WeComID, nil
}
