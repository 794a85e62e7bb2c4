package access

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/fault"
	"github.com/tuma-live/tuma/internal/base/ident"
	"github.com/tuma-live/tuma/internal/core/audit"
)

// Account is a person with a login and a password.
type Account struct {
	ID         AccountID `db:"id" json:"id"`
	Login      string    `db:"login" json:"login"`
	Name       string    `db:"name" json:"name"`
	Hash       string    `db:"password_hash" json:"-"`
	Role       Role      `db:"role" json:"role"`
	Scope      Scope     `db:"scope" json:"scope"`
	Department int64     `db:"department" json:"department"`
	Staff      int64     `db:"staff" json:"staff"`
	Locale     string    `db:"locale" json:"locale"`
	Disabled   int64     `db:"disabled" json:"disabled"`
	Version    int64     `db:"version" json:"-"`
	CreatedAt  db.Time   `db:"created_at" json:"-"`
	LastLogin  db.Time   `db:"last_login_at" json:"-"`
}

// NewAccount is what is needed to make an account.
type NewAccount struct {
	Login, Name, Password string
	Role                  Role
	Scope                 Scope
	Department            int64
	Staff                 int64
	Locale                string
}

// Change is what may be changed of an account; nil fields stay.
type Change struct {
	Name       *string
	Password   *string
	Role       *Role
	Scope      *Scope
	Department *int64
	Staff      *int64
	Locale     *string
	Disabled   *bool
}

// Create makes an account. Faults: a form fault, ErrLoginTaken.
func (s *Service) Create(ctx context.Context, n NewAccount) (a Account, err error) {
	n.fill()
	if err := errors.Join(n.check(), s.hasher.check(n.Login, n.Password)); err != nil {
		return a, firstFault(err)
	}
	hash, err := s.hasher.hash(ctx, n.Password)
	if err != nil {
		return a, err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		a, err = s.insert(ctx, tx, n, hash)
		return err
	})
	return a, err
}

func (n *NewAccount) fill() {
	n.Login = strings.ToLower(strings.TrimSpace(n.Login))
	if n.Name == "" {
		n.Name = n.Login
	}
	if n.Scope == "" {
		n.Scope = All
	}
	if n.Locale == "" {
		n.Locale = "zh-CN"
	}
}

func (n *NewAccount) check() error {
	f := fault.ErrInvalid
	bad := false
	refuse := func(path, code string) { f, bad = f.WithField(path, code), true }
	if n.Login == "" {
		refuse("login", "field.required")
	}
	if strings.ContainsFunc(n.Login, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		refuse("login", "field.invalid")
	}
	if !n.Role.Valid() {
		refuse("role", "field.invalid")
	}
	if !n.Scope.Valid() {
		refuse("scope", "field.invalid")
	}
	if !bad {
		return nil
	}
	return f
}

// firstFault takes the fault out of joined errors, so that it answers alone.
func firstFault(err error) error {
	if f, ok := fault.Of(err); ok {
		return f
	}
	return err
}

func (s *Service) insert(ctx context.Context, tx *db.Tx, n NewAccount, hash string) (Account,
	error) {
	a := Account{
		ID: ident.New[accountKind](tx.IDs()), Login: n.Login, Name: n.Name, Hash: hash,
		Role:  n.Role,
		Scope: n.Scope, Department: n.Department, Staff: n.Staff, Locale: n.Locale, Version: 1,
		CreatedAt: db.At(s.now()),
	}
	var taken int64
	if err := tx.QueryRow(ctx, "select count(*) from account where login = ?",
		n.Login).Scan(&taken); err != nil {
		return a, fmt.Errorf("cannot look for login %q: %w", n.Login, err)
	}
	if taken > 0 {
		return a, ErrLoginTaken.With("login", n.Login)
	}
	switch err := db.Insert(ctx, tx, "account", "", a); {
	case db.Unique(err):
		return a, ErrLoginTaken.With("login", n.Login)
	case err != nil:
		return a, fmt.Errorf("cannot create account %q: %w", n.Login, err)
	}
	return a, audit.Write(ctx, tx, audit.Entry{At: s.now(), Action: "account.created",
		Object: "account", ObjectID: a.ID.String(), After: a})
}

// ByID reads an account.
func ByID(ctx context.Context, tx *db.Tx, id AccountID) (Account, error) {
	a, err := db.Get[Account](ctx, tx, "select "+db.Cols[Account]()+" from account where id = ?",
		id)
	if db.NoRows(err) {
		return a, ErrNotFound
	}
	return a, err
}

// List returns all accounts, in order of login.
func (s *Service) List(ctx context.Context) ([]Account, error) {
	return db.Select[Account](ctx, s.DB.Read(),
		"select "+db.Cols[Account]()+" from account order by login")
}

// Update changes an account. version guards against lost updates; 0 does not
// look. Whoever loses rights, or gets a new password, is logged out elsewhere.
func (s *Service) Update(ctx context.Context, id AccountID, version int64, c Change) (a Account,
	err error) {
	var hash string
	if c.Password != nil {
		if err := s.hasher.check("", *c.Password); err != nil {
			return a, err
		}
		if hash, err = s.hasher.hash(ctx, *c.Password); err != nil {
			return a, err
		}
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		before, err := lock(ctx, tx, id, version)
		if err != nil {
			return err
		}
		a = before
		if err := a.apply(c, hash); err != nil {
			return err
		}
		if err := s.guard(ctx, tx, before, a); err != nil {
			return err
		}
		return s.save(ctx, tx, before, a)
	})
	if err == nil {
		a.Version++
	}
	return a, err
}

func lock(ctx context.Context, tx *db.Tx, id AccountID, version int64) (Account, error) {
	a, err := db.Get[Account](ctx, tx, "select "+db.Cols[Account]()+" from account where id = ?"+tx.ForUpdate(), id)
	switch {
	case db.NoRows(err):
		return a, ErrNotFound
	case err != nil:
		return a, fmt.Errorf("cannot read account %s: %w", id, err)
	case version != 0 && version != a.Version:
		return a, ErrStale
	}
	return a, nil
}

func (a *Account) apply(c Change, hash string) error {
	put(&a.Name, c.Name)
	put(&a.Role, c.Role)
	put(&a.Scope, c.Scope)
	put(&a.Department, c.Department)
	put(&a.Staff, c.Staff)
	put(&a.Locale, c.Locale)
	if c.Disabled != nil {
		a.Disabled = 0
		if *c.Disabled {
			a.Disabled = 1
		}
	}
	if hash != "" {
		a.Hash = hash
	}
	switch {
	case !a.Role.Valid():
		return fault.ErrInvalid.WithField("role", "field.invalid")
	case !a.Scope.Valid():
		return fault.ErrInvalid.WithField("scope", "field.invalid")
	}
	return nil
}

func put[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

// guard keeps people from locking themselves, or everybody, out.
func (s *Service) guard(ctx context.Context, tx *db.Tx, before, after Account) error {
	weaker := after.Disabled != 0 || after.Role != before.Role
	if !weaker {
		return nil
	}
	if Who(ctx).Account == before.ID {
		return ErrYourself
	}
	if before.Role != SuperAdmin || before.Disabled != 0 {
		return nil
	}
	// Locking all of them in order of id keeps two admins from demoting each other.
	ids, err := db.Select[int64](ctx, tx, "select id from account where role = ? and disabled = 0 order by id"+
		tx.ForUpdate(), string(SuperAdmin))
	if err != nil {
		return fmt.Errorf("cannot count the admins: %w", err)
	}
	if len(ids) <= 1 {
		return ErrLastAdmin
	}
	return nil
}

func (s *Service) save(ctx context.Context, tx *db.Tx, before, a Account) error {
	_, err := tx.Exec(ctx, `
		update account
		set name = ?, password_hash = ?, role = ?, scope = ?, department = ?, staff = ?, locale = ?,
		disabled = ?, version = version + 1
		where id = ?`,
		a.Name, a.Hash, string(a.Role), string(a.Scope), a.Department, a.Staff, a.Locale, a.Disabled, a.ID)
	if err != nil {
		return fmt.Errorf("cannot save account %s: %w", a.ID, err)
	}
	if a.Hash != before.Hash || a.Disabled != 0 || a.Role != before.Role || a.Scope != before.Scope {
		if err := endSessions(ctx, tx, s.now(), a.ID, Who(ctx).Session); err != nil {
			return err
		}
	}
	note := ""
	if a.Hash != before.Hash {
		note = "password"
	}
	return audit.Write(ctx, tx, audit.Entry{At: s.now(), Action: "account.changed",
		Object: "account", ObjectID: a.ID.String(), Before: before, After: a, Note: note})
}

// ChangePassword gives the caller a new password. Faults: ErrCredentials when
// old is wrong, a form fault when password is too easy.
func (s *Service) ChangePassword(ctx context.Context, id AccountID, old, password string) error {
	a, err := ByID(ctx, s.DB.Read(), id)
	if err != nil {
		return err
	}
	if err := s.take(ctx, "p:"+id.String(), accountLimit); err != nil {
		return err
	}
	switch ok, err := s.hasher.matches(ctx, a.Hash, old); {
	case err != nil:
		return err
	case !ok:
		return fault.ErrInvalid.WithField("password.old", "field.password_wrong")
	}
	if err := s.forgive(ctx, "p:"+id.String()); err != nil {
		return err
	}
	if err := s.hasher.check(a.Login, password); err != nil {
		f, _ := fault.Of(err)
		return fault.ErrInvalid.WithField("password.new", f.Fields[0].Code)
	}
	_, err = s.Update(ctx, id, 0, Change{Password: &password})
	return err
}
