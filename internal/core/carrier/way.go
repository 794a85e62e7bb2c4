package carrier

import (
	"context"
	"fmt"
	"time"

	"github.com/tuma-live/tuma/internal/wecom"
)

// way is a carrier at WeCom: a contact way or a join way.
type way interface {
	create(ctx context.Context) (configID string, err error)
	// find looks for one made in [from, to] with our token; "" when there is none.
	find(ctx context.Context, from, to time.Time) (configID string, err error)
	// update reads, changes and writes the whole of it: what is left out would
	// return to its default.
	update(ctx context.Context, configID string) error
	// picture is the URL of its QR code.
	picture(ctx context.Context, configID string) (string, error)
}

func wayOf(client *wecom.Client, c Carrier, w Config) way {
	if c.Kind == Staff {
		return contactWay{client, c, w}
	}
	return joinWay{client, c, w}
}

type contactWay struct {
	wecom *wecom.Client
	c     Carrier
	want  Config
}

func (w contactWay) create(ctx context.Context) (string, error) {
	made, err := w.wecom.AddContactWay(ctx, w.apply(wecom.ContactWay{
		Type: wecom.TypeSingle, Scene: wecom.SceneQRCode, SkipVerify: true,
	}))
	if err != nil {
		return "", fmt.Errorf("cannot make a contact way: %w", err)
	}
	return made.ConfigID, nil
}

func (w contactWay) apply(cw wecom.ContactWay) wecom.ContactWay {
	cw.Remark, cw.State, cw.User, cw.Party = w.want.Remark, w.c.Token, w.want.Users, nil
	return cw
}

// find reads every way of the time one by one: WeCom lists ids only. It is
// needed after a crash or a lost answer, within the hour that it happened.
func (w contactWay) find(ctx context.Context, from, to time.Time) (string, error) {
	for id, err := range w.wecom.ListContactWays(ctx, from, to) {
		if err != nil {
			return "", fmt.Errorf("cannot list contact ways: %w", err)
		}
		cw, err := w.wecom.GetContactWay(ctx, id)
		if err != nil {
			return "", fmt.Errorf("cannot read contact way %s: %w", id, err)
		}
		if cw.State == w.c.Token {
			return id, nil
		}
	}
	return "", nil
}

func (w contactWay) update(ctx context.Context, id string) error {
	cw, err := w.wecom.GetContactWay(ctx, id)
	if err != nil {
		return fmt.Errorf("cannot read contact way %s: %w", id, err)
	}
	if err := w.wecom.UpdateContactWay(ctx, w.apply(cw)); err != nil {
		return fmt.Errorf("cannot change contact way %s: %w", id, err)
	}
	return nil
}

func (w contactWay) picture(ctx context.Context, id string) (string, error) {
	cw, err := w.wecom.GetContactWay(ctx, id)
	if err != nil {
		return "", fmt.Errorf("cannot read contact way %s: %w", id, err)
	}
	return cw.QRCode, nil
}

type joinWay struct {
	wecom *wecom.Client
	c     Carrier
	want  Config
}

func (w joinWay) create(ctx context.Context) (string, error) {
	jw := w.apply(wecom.JoinWay{Scene: wecom.SceneQRCode})
	if w.c.Kind == Auto {
		jw.RoomBaseID = int(w.want.Number)
	}
	id, err := w.wecom.AddJoinWay(ctx, jw)
	if err != nil {
		return "", fmt.Errorf("cannot make a join way: %w", err)
	}
	return id, nil
}

// apply leaves RoomBaseID alone: WeCom counts the groups it opens there.
func (w joinWay) apply(jw wecom.JoinWay) wecom.JoinWay {
	jw.Remark, jw.State, jw.ChatIDList = w.want.Remark, w.c.Token, w.want.Chats
	jw.AutoCreateRoom, jw.RoomBaseName = 0, ""
	if w.c.Kind == Auto {
		jw.AutoCreateRoom, jw.RoomBaseName = 1, w.want.Base
	}
	return jw
}

// find cannot work: WeCom does not list join ways.
func (joinWay) find(context.Context, time.Time, time.Time) (string, error) { return "", nil }

func (w joinWay) update(ctx context.Context, id string) error {
	jw, err := w.wecom.GetJoinWay(ctx, id)
	if err != nil {
		return fmt.Errorf("cannot read join way %s: %w", id, err)
	}
	if err := w.wecom.UpdateJoinWay(ctx, w.apply(jw)); err != nil {
		return fmt.Errorf("cannot change join way %s: %w", id, err)
	}
	return nil
}

func (w joinWay) picture(ctx context.Context, id string) (string, error) {
	jw, err := w.wecom.GetJoinWay(ctx, id)
	if err != nil {
		return "", fmt.Errorf("cannot read join way %s: %w", id, err)
	}
	return jw.QRCode, nil
}
