package admin

import (
	"context"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/core/audit"
	"github.com/tuma-live/tuma/internal/core/welcome"
	"github.com/tuma-live/tuma/internal/wecom"
)

func (a *API) listWelcomes(ctx context.Context, _ *none) (*body[Page[Welcome]], error) {
	tx := a.DB.Read()
	ws, err := welcome.List(ctx, tx)
	if err != nil {
		return nil, err
	}
	uses, err := welcome.Uses(ctx, tx)
	if err != nil {
		return nil, err
	}
	return &body[Page[Welcome]]{whole(ws, func(w welcome.Welcome) Welcome { return viewWelcome(w, uses[w.ID]) })}, nil
}

func viewWelcome(w welcome.Welcome, uses int64) Welcome {
	v := Welcome{ID: w.ID.String(), Name: w.Name, Text: w.Body.V.Text, Version: w.Version,
		UsedBy:   uses,
		Archived: w.Archived != 0, UpdatedAt: w.UpdatedAt.Time, Attachments: []WelcomeAttachment{}}
	for _, x := range w.Body.V.Attachments {
		if x.Link != nil {
			v.Attachments = append(v.Attachments,
				WelcomeAttachment{"link", x.Link.Title, x.Link.URL, x.Link.Desc, x.Link.PicURL})
		}
	}
	return v
}

func (w WelcomeAttachment) attachment() wecom.Attachment {
	return wecom.Attachment{MsgType: "link", Link: &wecom.Link{Title: w.Title, URL: w.URL,
		Desc: w.Desc, PicURL: w.Picture}}
}

func (a *API) createWelcome(ctx context.Context, in *createWelcomeIn) (*created[Welcome], error) {
	b := in.Body
	w := welcome.Welcome{Name: b.Name}
	w.Body.V = welcome.Body{Text: b.Text, Attachments: each(b.Attachments,
		WelcomeAttachment.attachment)}
	err := a.changed(ctx, "welcomes", func(tx *db.Tx) (err error) {
		if w, err = welcome.Create(ctx, tx, w, a.Clock.Now()); err != nil {
			return err
		}
		return a.auditWelcome(ctx, tx, "welcome.created", nil, w)
	})
	return &created[Welcome]{etag(w.Version), viewWelcome(w, 0)}, err
}

func (a *API) patchWelcome(ctx context.Context, in *patchWelcomeIn) (*versioned[Welcome], error) {
	n, err := of[welcomeKind](in.ID)
	if err != nil {
		return nil, err
	}
	version, err := in.version()
	if err != nil {
		return nil, err
	}
	var w welcome.Welcome
	var uses map[welcome.ID]int64
	err = a.changed(ctx, "welcomes", func(tx *db.Tx) error {
		before, err := welcome.ByID(ctx, tx, welcome.ID(n))
		if err != nil {
			return err
		}
		if uses, err = welcome.Uses(ctx, tx); err != nil {
			return err
		}
		w = before
		if version != 0 {
			w.Version = version
		}
		if err := in.apply(&w, uses[w.ID]); err != nil {
			return err
		}
		if w, err = welcome.Save(ctx, tx, w, a.Clock.Now()); err != nil {
			return err
		}
		return a.auditWelcome(ctx, tx, "welcome.changed", &before, w)
	})
	return &versioned[Welcome]{etag(w.Version), viewWelcome(w, uses[w.ID])}, err
}

// apply changes w. One that codes still send cannot be archived.
func (in *patchWelcomeIn) apply(w *welcome.Welcome, uses int64) error {
	set(&w.Name, in.Body.Name)
	set(&w.Body.V.Text, in.Body.Text)
	if in.Body.Attachments != nil {
		w.Body.V.Attachments = each(*in.Body.Attachments, WelcomeAttachment.attachment)
	}
	if in.Body.Archived != nil {
		if *in.Body.Archived && uses > 0 {
			return welcome.ErrInUse
		}
		w.Archived = bit(*in.Body.Archived)
	}
	return nil
}

func (a *API) auditWelcome(ctx context.Context, tx *db.Tx, action string, before *welcome.Welcome,
	after welcome.Welcome) error {
	record := func(w welcome.Welcome) any {
		return map[string]any{"name": w.Name, "text": w.Body.V.Text,
			"attachments": w.Body.V.Attachments, "archived": w.Archived}
	}
	e := audit.Entry{At: a.Clock.Now(), Action: action, Object: "welcome",
		ObjectID: after.ID.String(), After: record(after)}
	if before != nil {
		e.Before = record(*before)
	}
	return audit.Write(ctx, tx, e)
}
