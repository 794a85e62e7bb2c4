package admin

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/core/audit"
	"github.com/tuma-live/tuma/internal/core/channel"
	"github.com/tuma-live/tuma/internal/core/tag"
)

func (a *API) listChannels(ctx context.Context, _ *none) (*body[Page[Channel]], error) {
	tx := a.DB.Read()
	tree, err := channel.All(ctx, tx)
	if err != nil {
		return nil, err
	}
	codes, err := a.Reader.CodesByChannel(ctx, tx)
	if err != nil {
		return nil, err
	}
	all := slices.Collect(maps.Values(tree))
	slices.SortFunc(all, func(x, y channel.Channel) int {
		return cmp.Or(cmp.Compare(tree.Path(x.ID), tree.Path(y.ID)), cmp.Compare(x.ID, y.ID))
	})
	return &body[Page[Channel]]{whole(all, func(c channel.Channel) Channel {
		return viewChannel(c, tree, codes[int64(c.ID)])
	})}, nil
}

func viewChannel(c channel.Channel, tree channel.Tree, codes int64) Channel {
	return Channel{
		ID: c.ID.String(), Parent: c.Parent.String(), Name: c.Name, Path: tree.Path(c.ID),
		Abbr: c.Abbr, Kind: int64(c.Kind),
		Tag: text[tagKind](c.Tag), Archived: c.Archived != 0, Codes: codes, Version: c.Version,
	}
}

func (a *API) createChannel(ctx context.Context, in *createChannelIn) (*created[Channel], error) {
	var r reader
	b := in.Body
	c := channel.Channel{
		Parent: channel.ID(id[channelKind](&r, "parent", b.Parent)), Name: b.Name, Abbr: b.Abbr,
		Kind: channel.Kind(b.Kind), Tag: int64(id[tagKind](&r, "tag", b.Tag)),
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	err := a.changed(ctx, "channels", func(tx *db.Tx) (err error) {
		if c, err = channel.Create(ctx, tx, c, a.Clock.Now()); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{At: a.Clock.Now(), Action: "channel.created",
			Object:   "channel",
			ObjectID: c.ID.String(), After: channelRecord(c)})
	})
	if err != nil {
		return nil, err
	}
	out, err := a.showChannel(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	return &created[Channel]{out.ETag, out.Body}, nil
}

func (a *API) showChannel(ctx context.Context, id channel.ID) (*versioned[Channel], error) {
	tx := a.DB.Read()
	tree, err := channel.All(ctx, tx)
	if err != nil {
		return nil, err
	}
	codes, err := a.Reader.CodesByChannel(ctx, tx)
	if err != nil {
		return nil, err
	}
	c, ok := tree[id]
	if !ok {
		return nil, channel.ErrNotFound
	}
	return &versioned[Channel]{etag(c.Version), viewChannel(c, tree, codes[int64(id)])}, nil
}

func (a *API) patchChannel(ctx context.Context, in *patchChannelIn) (*versioned[Channel], error) {
	n, err := of[channelKind](in.ID)
	if err != nil {
		return nil, err
	}
	version, err := in.version()
	if err != nil {
		return nil, err
	}
	var r reader
	err = a.changed(ctx, "channels", func(tx *db.Tx) error {
		before, err := channel.ByID(ctx, tx, channel.ID(n))
		if err != nil {
			return err
		}
		c := before
		set(&c.Name, in.Body.Name)
		set(&c.Abbr, in.Body.Abbr)
		set((*int64)(&c.Kind), in.Body.Kind)
		if in.Body.Tag != nil {
			c.Tag = int64(id[tagKind](&r, "tag", *in.Body.Tag))
		}
		if in.Body.Archived != nil {
			c.Archived = bit(*in.Body.Archived)
		}
		if err := r.err(); err != nil {
			return err
		}
		if version != 0 {
			c.Version = version
		}
		if c, err = channel.Save(ctx, tx, c); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{At: a.Clock.Now(), Action: "channel.changed",
			Object:   "channel",
			ObjectID: c.ID.String(), Before: channelRecord(before), After: channelRecord(c)})
	})
	if err != nil {
		return nil, err
	}
	return a.showChannel(ctx, channel.ID(n))
}

func channelRecord(c channel.Channel) any {
	return map[string]any{"name": c.Name, "abbr": c.Abbr, "kind": c.Kind, "parent": c.Parent,
		"tag": c.Tag, "archived": c.Archived}
}

func (a *API) tagNames(ctx context.Context, tx *db.Tx) (map[tag.ID]Tag, error) {
	groups, tags, err := tag.List(ctx, tx)
	if err != nil {
		return nil, err
	}
	names := map[tag.ID]string{}
	for _, g := range groups {
		names[g.ID] = g.Name
	}
	out := map[tag.ID]Tag{}
	for _, t := range tags {
		out[t.ID] = Tag{ID: t.ID.String(), Name: t.Name, Group: names[t.Group]}
	}
	return out, nil
}

func (a *API) listTags(ctx context.Context, _ *none) (*body[Page[TagGroup]], error) {
	groups, tags, err := tag.List(ctx, a.DB.Read())
	if err != nil {
		return nil, err
	}
	return &body[Page[TagGroup]]{whole(groups, func(g tag.Group) TagGroup {
		v := TagGroup{ID: g.ID.String(), Name: g.Name, Tags: []Tag{}}
		for _, t := range tags {
			if t.Group == g.ID {
				v.Tags = append(v.Tags, Tag{ID: t.ID.String(), Name: t.Name, Group: g.Name})
			}
		}
		return v
	})}, nil
}

func (a *API) createTag(ctx context.Context, in *createTagIn) (*created[Tag], error) {
	var t tag.Tag
	err := a.changed(ctx, "contacts", func(tx *db.Tx) (err error) {
		if t, err = tag.Ensure(ctx, tx, in.Body.Group, in.Body.Name); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{At: a.Clock.Now(), Action: "tag.created",
			Object:   "tag",
			ObjectID: t.ID.String(), After: map[string]any{"name": t.Name, "group": in.Body.Group}})
	})
	return &created[Tag]{Body: Tag{ID: t.ID.String(), Name: t.Name, Group: in.Body.Group}}, err
}
