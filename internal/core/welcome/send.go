package welcome

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/job"
	"github.com/tuma-live/tuma/internal/core/carrier"
	"github.com/tuma-live/tuma/internal/core/channel"
	"github.com/tuma-live/tuma/internal/core/contact"
	"github.com/tuma-live/tuma/internal/core/fact"
	"github.com/tuma-live/tuma/internal/core/inbox"
	"github.com/tuma-live/tuma/internal/core/livecode"
	"github.com/tuma-live/tuma/internal/core/mirror"
	"github.com/tuma-live/tuma/internal/core/staff"
	"github.com/tuma-live/tuma/internal/wecom"
)

// Service sends welcome messages.
type Service struct {
	DB       *db.DB
	Clock    clock.Clock
	Connect  mirror.Connect
	Contacts contact.Store
	Staff    *staff.Service
}

// The states of a delivery.
const (
	sending = "sending"
	sent    = "sent"
	failed  = "failed"
	unknown = "unknown" // WeCom may have sent it: an answer was lost
)

// Why a customer was not greeted.
const (
	noCode   = "no_code"  // WeCom gave none: its own welcome is on, or they chat already
	expired  = "expired"  // 20 seconds were over, or the code was used
	chatting = "chatting" // they chat already, or another app was faster
	refused  = "refused"  // WeCom refused for another reason
)

// codeFor is how long a welcome code is good (reference, section 11.1).
const codeFor = 20 * time.Second

// tryAgain is how soon a send that could not be done is repeated.
const tryAgain = 400 * time.Millisecond

// delivery is one greeting: whom, by whom, because of which code.
type delivery struct {
	hash    []byte
	contact contact.Contact
	staff   staff.Staff
	code    int64
	channel int64
	at      time.Time // of the event
	state   string    // as it was found
}

// Send is the step that greets a new customer. A code works once, so sending
// again after a lost answer greets nobody twice.
func (s *Service) Send(ctx context.Context, e inbox.Event) error {
	if e.WelcomeCode == "" {
		return s.withoutCode(ctx, e)
	}
	d, body, err := s.claim(ctx, e)
	if err != nil || d.state != sending || body == nil {
		return err
	}
	if s.Clock.Now().Sub(d.at) > codeFor {
		return s.end(ctx, d, failed, expired, nil)
	}
	client, err := s.Connect(ctx)
	if err != nil {
		return err
	}
	msg, err := s.message(ctx, client, e, d, *body)
	if err != nil {
		return err
	}
	return s.settle(ctx, d, client.SendWelcomeMsg(ctx, msg))
}

// claim notes that e's code is being used and finds what to say. Who finds it
// noted goes on with it: an earlier try may have ended in the middle.
func (s *Service) claim(ctx context.Context, e inbox.Event) (d delivery, body *Body, err error) {
	m, err := s.Staff.Ensure(ctx, e.UserID)
	if err != nil {
		return d, nil, err
	}
	sum := sha256.Sum256([]byte(e.WelcomeCode))
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		d = delivery{hash: sum[:], staff: m, at: e.CreateTime, state: sending}
		if d.contact, err = s.Contacts.Meet(ctx, tx, e.ExternalUserID, s.Clock.Now()); err != nil {
			return err
		}
		var w ID
		if d.code, d.channel, w, err = origin(ctx, tx, e.State); err != nil {
			return err
		}
		if body, err = bodyOf(ctx, tx, w); err != nil || body == nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			insert into welcome_delivery (code_hash, contact, staff, code, state, event_at)
			values (?, ?, ?, ?, ?, ?) on conflict (code_hash) do nothing`,
			d.hash, d.contact.ID, m.ID, d.code, sending, db.At(d.at))
		if err != nil {
			return fmt.Errorf("cannot note a welcome: %w", err)
		}
		return tx.QueryRow(ctx, "select state from welcome_delivery where code_hash = ?", d.hash).Scan(&d.state)
	})
	return d, body, err
}

// origin finds the code that brought the customer, and its welcome message.
func origin(ctx context.Context, tx *db.Tx, state string) (code, channelID int64, w ID, err error) {
	if state == "" {
		return 0, 0, 0, nil
	}
	c, err := carrier.ByToken(ctx, tx, state)
	if errors.Is(err, carrier.ErrNotFound) {
		return 0, 0, 0, nil
	}
	if err != nil {
		return 0, 0, 0, err
	}
	err = tx.QueryRow(ctx, "select channel, welcome from live_code where id = ?", c.Code).Scan(&channelID, &w)
	if err != nil && !db.NoRows(err) {
		return 0, 0, 0, fmt.Errorf("cannot read the code of a welcome: %w", err)
	}
	return c.Code, channelID, w, nil
}

// bodyOf reads message w, or the default; nil when there is none.
func bodyOf(ctx context.Context, tx *db.Tx, w ID) (*Body, error) {
	if w == 0 {
		var err error
		if w, err = Default(ctx, tx); err != nil || w == 0 {
			return nil, err
		}
	}
	x, err := ByID(ctx, tx, w)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	return &x.Body.V, err
}

// message puts the names in. A name that cannot be read is left out: greeting
// in time matters more.
func (s *Service) message(ctx context.Context, c *wecom.Client, e inbox.Event, d delivery, b Body) (wecom.WelcomeMsg, error) {
	p := Person{Staff: d.staff.Name, Nickname: d.contact.Name}
	if p.Nickname == "" && asksNickname(b.Text) {
		if x, _, err := c.GetExternalContact(ctx, e.ExternalUserID); err == nil {
			p.Nickname = contact.CleanName(x.Name)
		}
	}
	tx := s.DB.Read()
	if d.channel != 0 {
		ch, err := channel.ByID(ctx, tx, channel.ID(d.channel))
		if err != nil && !errors.Is(err, channel.ErrNotFound) {
			return wecom.WelcomeMsg{}, err
		}
		p.Channel = ch.Name
	}
	if d.code != 0 {
		codes, err := livecode.ByIDs(ctx, tx, []livecode.ID{livecode.ID(d.code)})
		if err != nil {
			return wecom.WelcomeMsg{}, err
		}
		p.Code = codes[livecode.ID(d.code)].Name
	}
	m := wecom.WelcomeMsg{WelcomeCode: e.WelcomeCode, Attachments: b.Attachments}
	if text := Render(b.Text, p); text != "" {
		m.Text = &wecom.TextContent{Content: text}
	}
	return m, nil
}

// WeCom's answers to send_welcome_msg (reference, section 11.1).
const (
	codeInvalid = wecom.CodeWelcomeExpired
	codeChat    = wecom.CodeChatStarted
	codeBusy    = wecom.CodeWelcomeSending
)

// settle ends the delivery as WeCom answered, or asks for another try while
// there is time.
func (s *Service) settle(ctx context.Context, d delivery, err error) error {
	class := wecom.ClassOf(err)
	inTime := s.Clock.Now().Add(tryAgain).Sub(d.at) < codeFor
	switch {
	case err == nil:
		return s.end(ctx, d, sent, "", nil)
	case wecom.IsCode(err, codeChat):
		return s.end(ctx, d, failed, chatting, err)
	case wecom.IsCode(err, codeInvalid):
		return s.end(ctx, d, failed, expired, err)
	case inTime && (wecom.IsCode(err, codeBusy) || class == wecom.Transient || class == wecom.Limited || class == wecom.Unknown):
		return job.RetryIn(tryAgain, err)
	case class == wecom.Unknown:
		return s.end(ctx, d, unknown, "", err)
	}
	return s.end(ctx, d, failed, refused, err)
}

// end writes how the delivery ended, with its fact.
func (s *Service) end(ctx context.Context, d delivery, state, reason string, cause error) error {
	now := s.Clock.Now()
	data := map[string]any{"lag_ms": now.Sub(d.at).Milliseconds()}
	f := fact.Fact{
		Kind: fact.Welcomed, At: db.At(now), Code: d.code, Channel: d.channel,
		Contact: int64(d.contact.ID), Staff: int64(d.staff.ID), Target: int64(d.staff.ID),
	}
	if state != sent {
		f.Kind = fact.WelcomeFailed
		data["reason"] = reason
		if code := wecom.CodeOf(cause); code != 0 {
			data["code"] = code
		}
	}
	b, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("cannot encode a welcome: %w", err)
	}
	f.Data = string(b)
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `
			update welcome_delivery set state = ?, error = ?, sent_at = ?
			where code_hash = ? and state = ?`, state, reason, db.At(now), d.hash, sending)
		if err != nil {
			return fmt.Errorf("cannot end a welcome: %w", err)
		}
		if n == 0 { // another run of this step was first
			return nil
		}
		if err := tx.Notify(ctx, "live", "contacts"); err != nil {
			return err
		}
		return fact.Append(ctx, tx, f)
	})
}

// withoutCode notes that WeCom let us greet nobody, unless the first half of
// the same addition did.
func (s *Service) withoutCode(ctx context.Context, e inbox.Event) error {
	m, err := s.Staff.Ensure(ctx, e.UserID)
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		c, err := s.Contacts.Meet(ctx, tx, e.ExternalUserID, s.Clock.Now())
		if err != nil {
			return err
		}
		n, err := db.Get[int64](ctx, tx, "select count(*) from welcome_delivery where contact = ? and staff = ? and event_at > ?",
			c.ID, m.ID, db.At(e.CreateTime.Add(-time.Hour)))
		if err != nil || n > 0 {
			return err
		}
		code, ch, _, err := origin(ctx, tx, e.State)
		if err != nil || code == 0 { // not one of our codes: nobody expects us to greet
			return err
		}
		known, err := db.Get[int64](ctx, tx, "select count(*) from fact where contact = ? and kind = ? and staff = ? and at = ?",
			c.ID, string(fact.WelcomeFailed), m.ID, db.At(e.CreateTime))
		if err != nil || known > 0 {
			return err
		}
		return fact.Append(ctx, tx, fact.Fact{
			Kind: fact.WelcomeFailed, At: db.At(e.CreateTime), Code: code, Channel: ch, Contact: int64(c.ID),
			Staff: int64(m.ID), Target: int64(m.ID), Data: `{"reason":"` + noCode + `"}`,
		})
	})
}
