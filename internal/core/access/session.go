package access

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/ident"
	"github.com/tuma-live/tuma/internal/core/audit"
)

// How long a session holds: unused, and at most.
const (
	Idle     = 30 * time.Minute
	Absolute = 12 * time.Hour

	seenEvery = time.Minute         // how exactly the last use is known
	keepEnded = 30 * 24 * time.Hour // ended sessions tell known addresses from strange ones
)

// Session is one login.
type Session struct {
	Hash      []byte    `db:"token_hash"`
	Account   AccountID `db:"account"`
	CreatedAt db.Time   `db:"created_at"`
	SeenAt    db.Time   `db:"seen_at"`
	ExpiresAt db.Time   `db:"expires_at"`
	Address   string    `db:"address"`
	Agent     string    `db:"agent"`
}

// ID names the session without giving it away.
func (s Session) ID() string { return "se_" + hex.EncodeToString(s.Hash[:12]) }

// Client is where a request comes from.
type Client struct {
	Address string // whole address, for throttling
	Agent   string
}

// network is what one subscriber holds: an IPv4 address, or the /64 of an IPv6
// one, whose addresses they can change at will.
func (c Client) network() string {
	ip, err := netip.ParseAddr(c.Address)
	if err != nil {
		return c.Address
	}
	if ip = ip.Unmap().WithZone(""); ip.Is4() {
		return ip.String()
	}
	p, _ := ip.Prefix(64) // 64 bits fit every IPv6 address
	return p.String()
}

// Login starts a session and returns its token, which is not kept anywhere.
// Faults: ErrCredentials for a wrong login or password alike, ErrThrottled.
func (s *Service) Login(ctx context.Context, login, password string, c Client) (string, Identity,
	error) {
	login = strings.ToLower(strings.TrimSpace(login))
	a, err := db.Get[Account](ctx, s.DB.Read(),
		"select "+db.Cols[Account]()+" from account where login = ?", login)
	if err != nil && !db.NoRows(err) {
		return "", Identity{}, fmt.Errorf("cannot read account %q: %w", login, err)
	}
	byAccount, err := s.accountBucket(ctx, login, a.ID, c.Address)
	if err != nil {
		return "", Identity{}, err
	}
	byAddress := "i:" + c.network()
	if err := s.take(ctx, byAddress, addressLimit); err != nil {
		return "", Identity{}, err
	}
	if err := s.take(ctx, byAccount, accountLimit); err != nil {
		return "", Identity{}, err
	}
	kept := a.Hash
	if a.ID == 0 {
		kept = s.hasher.dummy
	}
	ok, err := s.hasher.matches(ctx, kept, password)
	if err != nil {
		return "", Identity{}, err
	}
	if !ok || a.ID == 0 || a.Disabled != 0 {
		return "", Identity{}, ErrCredentials
	}
	if err := s.forgive(ctx, byAccount); err != nil {
		return "", Identity{}, err
	}
	if err := s.giveBack(ctx, byAddress); err != nil {
		return "", Identity{}, err
	}
	return s.begin(ctx, a, c)
}

// accountBucket is the account's bucket for strangers, or the one for the
// address where it was logged in lately.
func (s *Service) accountBucket(ctx context.Context, login string, id AccountID,
	address string) (string, error) {
	var known int64
	err := s.DB.Read().QueryRow(ctx, `
		select count(*)
		from session
		where account = ?
		and address = ?
		and seen_at > ?`, id, address, db.At(s.now().Add(-keepEnded))).Scan(&known)
	if err != nil {
		return "", fmt.Errorf("cannot look for earlier sessions: %w", err)
	}
	if known > 0 {
		return "a:" + login + "@" + address, nil
	}
	return "a:" + login, nil
}

func (s *Service) begin(ctx context.Context, a Account, c Client) (string, Identity, error) {
	token := ident.Token(32)
	now := s.now()
	row := Session{
		Hash: hash(token), Account: a.ID, CreatedAt: db.At(now), SeenAt: db.At(now),
		ExpiresAt: db.At(now.Add(Absolute)), Address: c.Address, Agent: cut(c.Agent, 200),
	}
	who := a.identity(row)
	ctx = audit.As(ctx, who.Actor(c.Address))
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := db.Insert(ctx, tx, "session", "", row); err != nil {
			return fmt.Errorf("cannot begin a session: %w", err)
		}
		if _, err := tx.Exec(ctx, "update account set last_login_at = ? where id = ?", db.At(now),
			a.ID); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{At: now, Action: "session.begun",
			Object: "account", ObjectID: a.ID.String()})
	})
	return token, who, err
}

func (a Account) identity(se Session) Identity {
	return Identity{Account: a.ID, Login: a.Login, Name: a.Name, Role: a.Role, Scope: a.Scope,
		Department: a.Department, Staff: a.Staff, Locale: a.Locale, Session: se.ID()}
}

// BySession returns who holds token, or nobody. The account is read for each
// request: whoever is disabled or demoted is so at once, on every node.
func (s *Service) BySession(ctx context.Context, token string) (Identity, error) {
	now := s.now()
	se, err := db.Get[Session](ctx, s.DB.Read(),
		"select "+db.Cols[Session]()+" from session where token_hash = ?",
		hash(token))
	switch {
	case db.NoRows(err):
		return Identity{}, nil
	case err != nil:
		return Identity{}, fmt.Errorf("cannot read a session: %w", err)
	case !se.live(now):
		return Identity{}, nil
	}
	a, err := ByID(ctx, s.DB.Read(), se.Account)
	if err != nil {
		return Identity{}, err
	}
	if a.Disabled != 0 {
		return Identity{}, nil
	}
	if now.Sub(se.SeenAt.Time) > seenEvery {
		err := s.DB.InTx(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, "update session set seen_at = ? where token_hash = ?",
				db.At(now), se.Hash)
			return err
		})
		if err != nil && !db.Away(err) {
			return Identity{}, fmt.Errorf("cannot note the use of a session: %w", err)
		}
	}
	return a.identity(se), nil
}

func (s Session) live(now time.Time) bool {
	return now.Before(s.ExpiresAt.Time) && now.Sub(s.SeenAt.Time) < Idle
}

// Sessions lists the live sessions of an account, the newest first.
func (s *Service) Sessions(ctx context.Context, id AccountID) ([]Session, error) {
	now := s.now()
	return db.Select[Session](ctx, s.DB.Read(), "select "+db.Cols[Session]()+` from session
		where account = ?
		and expires_at > ?
		and seen_at > ?
		order by created_at desc`, id, db.At(now), db.At(now.Add(-Idle)))
}

// Logout ends one session of an account. ErrNotFound: there is none such.
func (s *Service) Logout(ctx context.Context, id AccountID, session string) error {
	live, err := s.Sessions(ctx, id)
	if err != nil {
		return err
	}
	for _, se := range live {
		if se.ID() != session {
			continue
		}
		return s.DB.InTx(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, "update session set expires_at = ? where token_hash = ?",
				db.At(s.now()), se.Hash)
			if err != nil {
				return fmt.Errorf("cannot end a session: %w", err)
			}
			return audit.Write(ctx, tx, audit.Entry{At: s.now(), Action: "session.ended",
				Object: "account", ObjectID: id.String()})
		})
	}
	return ErrNotFound
}

// endSessions ends every session of an account but the one named keep.
func endSessions(ctx context.Context, tx *db.Tx, now time.Time, id AccountID, keep string) error {
	rows, err := db.Select[Session](ctx, tx, "select "+db.Cols[Session]()+` from session
		where account = ? and expires_at > ?`, id, db.At(now))
	if err != nil {
		return fmt.Errorf("cannot read the sessions of %s: %w", id, err)
	}
	for _, se := range rows {
		if se.ID() == keep {
			continue
		}
		if _, err := tx.Exec(ctx, "update session set expires_at = ? where token_hash = ?",
			db.At(now), se.Hash); err != nil {
			return fmt.Errorf("cannot end the sessions of %s: %w", id, err)
		}
	}
	return nil
}

// Purge forgets sessions and login buckets that nobody needs any more.
func (s *Service) Purge(ctx context.Context) error {
	old := db.At(s.now().Add(-keepEnded))
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, "delete from session where expires_at < ?", old); err != nil {
			return fmt.Errorf("cannot purge sessions: %w", err)
		}
		_, err := tx.Exec(ctx, "delete from login_attempt where since < ? and until < ?", old, old)
		return err
	})
}

// hash is what is kept of a token. Tokens are random, so it needs no salt.
func hash(token string) []byte {
	h := sha256.Sum256([]byte(token))
	return h[:]
}

// cut shortens s to at most n bytes, between characters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "")
}
