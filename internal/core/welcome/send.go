package welcome

import (
	"context"
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
	"github.com/tuma-live/tuma/internal/core/mirror"
	"github.com/tuma-live/tuma/internal/core/staff"
	"github.com/tuma-live/tuma/internal/wecom"
)

// window is how long a welcome code is good for, and pause how long we wait
// between tries within it.
const (
	window = 20 * time.Second
	pause  = 2 * time.Second
)

// The states of a delivery.
const (
	sending = "sending" // asked WeCom; a second run that finds this may not ask again
	again   = "again"   // surely not sent yet, will be tried
	sent    = "sent"
	failed  = "failed"
	unknown = "unknown" // may have been sent; nobody knows
)

// The reasons of a failure. They are keys of the texts.
const (
	NoCode  = "no_code"      // the console has a welcome message, or they chat already
	Expired = "expired"      // more than 20 seconds
	Used    = "code_invalid" // WeCom says expired or used
	Chat    = "chat_started" // or another app was faster
	Away    = "wecom_away"   // no answer in time
	Unsure  = "unknown"
	Refused = "refused"
)

// Service sends welcome messages.
type Service struct {
	DB       *db.DB
	Clock    clock.Clock
	Connect  mirror.Connect
	Contacts contact.Store
	Staff    *staff.Service
}

// delivery is one welcome code and what became of it.
type delivery struct {
	CodeHash []byte     `db:"code_hash"`
	Contact  contact.ID `db:"contact"`
	Staff    staff.ID   `db:"staff"`
	Code     int64      `db:"code"`
	State    string     `db:"state"`
	Error    string     `db:"error"`
	EventAt  db.Time    `db:"event_at"`
	SentAt   db.Time    `db:"sent_at"`
}

// greeting is everything one event needs.
type greeting struct {
	delivery
	event   inbox.Event
	welcome Welcome
	channel int64
	values  Values
	userid  string
}

// Send is the step that greets a new contact: the first of its plan, and in the
// fast lane. WeCom's code is claimed in the database before it is used, so it
// is never used twice, whatever crashes.
func (s *Service) Send(ctx context.Context, e inbox.Event) error {
	if e.UserID == "" || e.ExternalUserID == "" {
		return nil
	}
	g, err := s.prepare(ctx, e)
	if err != nil || g == nil {
		return err
	}
	if e.WelcomeCode == "" {
		return s.noCode(ctx, g)
	}
	mine, err := s.claim(ctx, g)
	if err != nil || !mine {
		return err
	}
	if !s.Clock.Now().Before(g.deadline()) {
		return s.close(ctx, g, failed, Expired)
	}
	return s.send(ctx, g)
}

// deadline is when the code is no longer good.
func (g *greeting) deadline() time.Time { return g.event.CreateTime.Add(window) }

// prepare reads what is needed; nil when there is nothing to say.
func (s *Service) prepare(ctx context.Context, e inbox.Event) (*greeting, error) {
	g := &greeting{event: e, userid: e.UserID}
	g.EventAt = db.At(e.CreateTime)
	if e.WelcomeCode != "" {
		g.CodeHash = s.Contacts.Ring.Index("welcome.code", e.WelcomeCode)
	}
	m, err := s.Staff.Ensure(ctx, e.UserID)
	if err != nil && !errors.Is(err, staff.ErrNotFound) {
		return nil, s.soon(e, err)
	}
	g.Staff, g.values.Staff = m.ID, m.Name
	found := false
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if found, err = s.choose(ctx, tx, g); err != nil || !found {
			return err
		}
		c, err := s.Contacts.Meet(ctx, tx, e.ExternalUserID, s.Clock.Now())
		g.Contact, g.values.Nickname = c.ID, c.Name
		return err
	})
	if err != nil || !found {
		return nil, err
	}
	return g, nil
}

// soon makes a failure before the code was claimed be tried again while that
// makes sense.
func (s *Service) soon(e inbox.Event, err error) error {
	if s.Clock.Now().Add(pause).Before(e.CreateTime.Add(window)) {
		return job.RetryIn(pause, err)
	}
	return mirror.Again(s.Clock.Now(), err)
}

// choose finds the message: that of the code, else the default one.
func (s *Service) choose(ctx context.Context, tx *db.Tx, g *greeting) (found bool, err error) {
	var id ID
	car, err := carrier.ByToken(ctx, tx, g.event.State)
	switch {
	case err == nil:
		g.Code = car.Code
		err = tx.QueryRow(ctx, "select welcome, channel, name from live_code where id = ?", car.Code).
			Scan(&id, &g.channel, &g.values.Code)
		if err != nil && !db.NoRows(err) {
			return false, fmt.Errorf("cannot read the welcome message of a code: %w", err)
		}
	case !errors.Is(err, carrier.ErrNotFound):
		return false, err
	}
	if ch, err := channel.ByID(ctx, tx, channel.ID(g.channel)); err == nil {
		g.values.Channel = ch.Name
	}
	if id != 0 {
		g.welcome, err = ByID(ctx, tx, id)
		if err == nil && g.welcome.Archived == 0 {
			return true, nil
		}
		if err != nil && !errors.Is(err, ErrNotFound) {
			return false, err
		}
	}
	if id, err = Default(ctx, tx); err != nil || id == 0 {
		return false, err
	}
	g.welcome, err = ByID(ctx, tx, id)
	if errors.Is(err, ErrNotFound) || g.welcome.Archived != 0 {
		return false, nil
	}
	return err == nil, err
}

// claim takes the code. Whoever finds it taken has nothing to do, except to
// settle one that a crash left half done: it may have been sent.
func (s *Service) claim(ctx context.Context, g *greeting) (mine bool, err error) {
	var orphan bool
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		mine, orphan = false, false
		d := g.delivery
		d.State = sending
		n, err := tx.Exec(ctx, `
			insert into welcome_delivery (code_hash, contact, staff, code, state, event_at)
			values (?, ?, ?, ?, ?, ?) on conflict (code_hash) do nothing`,
			d.CodeHash, d.Contact, d.Staff, d.Code, d.State, d.EventAt)
		if err != nil {
			return fmt.Errorf("cannot claim a welcome code: %w", err)
		}
		if n == 0 {
			n, err = tx.Exec(ctx, "update welcome_delivery set state = ? where code_hash = ? and state = ?",
				sending, d.CodeHash, again)
			if err != nil {
				return fmt.Errorf("cannot claim a welcome code: %w", err)
			}
		}
		if mine = n == 1; mine {
			return nil
		}
		var state string
		err = tx.QueryRow(ctx, "select state from welcome_delivery where code_hash = ?", d.CodeHash).Scan(&state)
		orphan = state == sending
		return err
	})
	if err == nil && orphan && s.Clock.Now().After(g.deadline()) {
		return false, s.close(ctx, g, unknown, Unsure)
	}
	if err == nil && orphan { // another run may be at it now
		return false, job.RetryIn(window, errors.New("the welcome code is being used"))
	}
	return mine, err
}

func (s *Service) send(ctx context.Context, g *greeting) error {
	client, err := s.Connect(ctx)
	if err != nil {
		return s.later(ctx, g, err)
	}
	ctx, cancel := context.WithTimeout(ctx, g.deadline().Sub(s.Clock.Now()))
	defer cancel()
	if g.values.Nickname == "" && asks(g.welcome.Body.V.Text) {
		// The message without the name is better than none.
		if x, _, err := client.GetExternalContact(ctx, g.event.ExternalUserID); err == nil {
			g.values.Nickname = contact.CleanName(x.Name)
		}
	}
	err = client.SendWelcomeMsg(ctx, g.welcome.Body.V.message(g.event.WelcomeCode, g.values))
	done := context.WithoutCancel(ctx)
	switch {
	case err == nil:
		return s.close(done, g, sent, "")
	case wecom.IsCode(err, wecom.CodeWelcomeExpired):
		return s.close(done, g, failed, Used)
	case wecom.IsCode(err, wecom.CodeChatStarted):
		return s.close(done, g, failed, Chat)
	case wecom.IsCode(err, wecom.CodeWelcomeSending):
		return s.later(done, g, err)
	}
	switch wecom.ClassOf(err) {
	case wecom.Unknown, wecom.Malformed:
		return s.close(done, g, unknown, Unsure)
	case wecom.Permanent, wecom.Setup:
		return s.close(done, g, failed, Refused)
	}
	return s.later(done, g, err)
}

// later gives the code back for another try, while there is time for one.
func (s *Service) later(ctx context.Context, g *greeting, why error) error {
	if !s.Clock.Now().Add(pause).Before(g.deadline()) {
		return s.close(ctx, g, failed, Away)
	}
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "update welcome_delivery set state = ? where code_hash = ? and state = ?",
			again, g.CodeHash, sending)
		return err
	})
	if err != nil {
		return fmt.Errorf("cannot give a welcome code back: %w", err)
	}
	return job.RetryIn(pause, why)
}

// close writes how it ended, and the fact, once.
func (s *Service) close(ctx context.Context, g *greeting, state, reason string) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		now := s.Clock.Now()
		sentAt := db.Time{}
		if state == sent {
			sentAt = db.At(now)
		}
		n, err := tx.Exec(ctx, `
			update welcome_delivery set state = ?, error = ?, sent_at = ?
			where code_hash = ? and state = ?`, state, reason, sentAt, g.CodeHash, sending)
		if err != nil {
			return fmt.Errorf("cannot note a welcome message: %w", err)
		}
		if n == 0 {
			return nil
		}
		return s.note(ctx, tx, g, state == sent, reason)
	})
}

// outcome is the data of our facts.
type outcome struct {
	Reason  string `json:"reason,omitempty"`
	Welcome ID     `json:"welcome"`
	Lag     int64  `json:"lag_ms"`
}

func (s *Service) note(ctx context.Context, tx *db.Tx, g *greeting, ok bool, reason string) error {
	now := s.Clock.Now()
	b, err := json.Marshal(outcome{reason, g.welcome.ID, now.Sub(g.event.CreateTime).Milliseconds()})
	if err != nil {
		return fmt.Errorf("cannot write a fact: %w", err)
	}
	f := fact.Fact{Kind: fact.Welcomed, At: db.At(now), Code: g.Code, Channel: g.channel, Target: int64(g.Staff),
		Contact: int64(g.Contact), Staff: int64(g.Staff), Data: string(b)}
	if !ok {
		f.Kind, f.At = fact.WelcomeFailed, g.EventAt
	}
	return fact.Append(ctx, tx, f)
}

// halfWait is how long a staff member may take to confirm a half add.
const halfWait = 7 * 24 * time.Hour

// noCode notes that WeCom gave no code. The full add after a half one has none
// because the half one's was used; its event may still be on its way.
func (s *Service) noCode(ctx context.Context, g *greeting) error {
	if s.Clock.Now().Before(g.event.ReceivedAt.Add(window)) {
		return job.RetryIn(window, errors.New("the code of the half add may still come"))
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		// Nobody else writes about this contact until we are done.
		if _, err := s.Contacts.Lock(ctx, tx, g.Contact); err != nil {
			return err
		}
		var n int64
		err := tx.QueryRow(ctx, `
			select (select count(*) from welcome_delivery 
				where contact = ? and staff = ? and event_at between ? and ?)
			+ (select count(*) from fact where contact = ? and staff = ? and kind = ? and at = ?)`,
			g.Contact, g.Staff, db.At(g.EventAt.Add(-halfWait)), g.EventAt,
			g.Contact, g.Staff, string(fact.WelcomeFailed), g.EventAt).Scan(&n)
		if err != nil {
			return fmt.Errorf("cannot look for a welcome code: %w", err)
		}
		if n > 0 {
			return nil
		}
		return s.note(ctx, tx, g, false, NoCode)
	})
}
