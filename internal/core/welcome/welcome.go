// Package welcome greets new customers. The library holds the messages; the
// step Send uses one within the 20 seconds that WeCom's welcome code lasts.
package welcome

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/fault"
	"github.com/tuma-live/tuma/internal/base/ident"
	"github.com/tuma-live/tuma/internal/wecom"
)

type kind struct{}

func (kind) Prefix() string { return "wm" }

// ID is the id of a welcome message.
type ID = ident.ID[kind]

// The faults.
var (
	ErrNotFound = fault.New(fault.NotFound, "welcome.not_found")
	ErrStale    = fault.New(fault.Stale, "welcome.stale")
	ErrInUse    = fault.New(fault.Conflict, "welcome.in_use")
)

// Limits of WeCom (reference, section 11.1).
const (
	maxBytes       = 4000
	maxAttachments = 9
)

// Body is what is sent.
type Body struct {
	Text        string             `json:"text"`
	Attachments []wecom.Attachment `json:"attachments"`
}

// Welcome is a message of the library.
type Welcome struct {
	ID        ID            `db:"id"`
	Name      string        `db:"name"`
	Body      db.JSON[Body] `db:"body"`
	Version   int64         `db:"version"`
	Archived  int64         `db:"archived"`
	CreatedAt db.Time       `db:"created_at"`
	UpdatedAt db.Time       `db:"updated_at"`
}

// check says what is wrong with what a person wrote.
func (w Welcome) check() error {
	bad := fault.ErrInvalid
	switch n := utf8.RuneCountInString(w.Name); {
	case n == 0:
		bad = bad.WithField("name", "field.required")
	case n > 50:
		bad = bad.WithField("name", "field.too_long")
	}
	b := w.Body.V
	switch {
	case strings.TrimSpace(b.Text) == "" && len(b.Attachments) == 0:
		bad = bad.WithField("text", "field.required")
	case len(b.Text) > maxBytes:
		bad = bad.WithField("text", "field.too_long")
	}
	if len(b.Attachments) > maxAttachments {
		bad = bad.WithField("attachments", "field.too_many")
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

// Person is whom a message is for and from.
type Person struct {
	Nickname, Staff, Channel, Code string
}

// Render puts the variables in. One that is not known is left out, rather than
// shown as {…}. The text is cut to what WeCom takes, never inside a character.
func Render(text string, p Person) string {
	out := strings.NewReplacer(
		"{昵称}", p.Nickname, "{nickname}", p.Nickname,
		"{员工名}", p.Staff, "{staff}", p.Staff,
		"{渠道}", p.Channel, "{channel}", p.Channel,
		"{活码}", p.Code, "{code}", p.Code,
	).Replace(text)
	if len(out) <= maxBytes {
		return out
	}
	end := maxBytes
	for end > 0 && !utf8.RuneStart(out[end]) {
		end--
	}
	return out[:end]
}

// asksNickname says that the text greets by name.
func asksNickname(text string) bool {
	return strings.Contains(text, "{昵称}") || strings.Contains(text, "{nickname}")
}

const columns = "id, name, body, version, archived, created_at, updated_at"

// List reads the library, the newest first.
func List(ctx context.Context, tx *db.Tx) ([]Welcome, error) {
	ws, err := db.Select[Welcome](ctx, tx, "select "+columns+" from welcome where archived = 0 order by id desc")
	if err != nil {
		return nil, fmt.Errorf("cannot read welcome messages: %w", err)
	}
	return ws, nil
}

// ByID returns a message, or ErrNotFound.
func ByID(ctx context.Context, tx *db.Tx, id ID) (Welcome, error) {
	w, err := db.Get[Welcome](ctx, tx, "select "+columns+" from welcome where id = ?", id)
	switch {
	case db.NoRows(err):
		return w, ErrNotFound
	case err != nil:
		return w, fmt.Errorf("cannot read welcome message %s: %w", id, err)
	}
	return w, nil
}

// Uses counts the live codes that send each message.
func Uses(ctx context.Context, tx *db.Tx) (map[ID]int64, error) {
	rows, err := tx.Query(ctx, "select welcome, count(*) from live_code where welcome <> 0 and state <> 'deleted' group by welcome")
	if err != nil {
		return nil, fmt.Errorf("cannot count uses of welcome messages: %w", err)
	}
	defer rows.Close()
	uses := map[ID]int64{}
	for rows.Next() {
		var id ID
		var n int64
		if err := rows.Scan(&id, &n); err != nil {
			return nil, fmt.Errorf("cannot count uses of welcome messages: %w", err)
		}
		uses[id] = n
	}
	return uses, rows.Err()
}

// Create adds a message and returns it with its id. Faults: a form fault.
func Create(ctx context.Context, tx *db.Tx, w Welcome, now time.Time) (Welcome, error) {
	w.Name = strings.TrimSpace(w.Name)
	if err := w.check(); err != nil {
		return w, err
	}
	w.ID, w.Version, w.Archived = ident.New[kind](tx.IDs()), 1, 0
	w.CreatedAt, w.UpdatedAt = db.At(now), db.At(now)
	if err := db.Insert(ctx, tx, "welcome", "", w); err != nil {
		return w, fmt.Errorf("cannot add a welcome message: %w", err)
	}
	return w, nil
}

// Save changes a message that still has w.Version. Faults: a form fault, ErrStale.
func Save(ctx context.Context, tx *db.Tx, w Welcome, now time.Time) (Welcome, error) {
	w.Name = strings.TrimSpace(w.Name)
	if err := w.check(); err != nil {
		return w, err
	}
	n, err := tx.Exec(ctx, `
		update welcome set name = ?, body = ?, archived = ?, updated_at = ?, version = version + 1
		where id = ? and version = ?`,
		w.Name, w.Body, w.Archived, db.At(now), w.ID, w.Version)
	if err != nil {
		return w, fmt.Errorf("cannot save welcome message %s: %w", w.ID, err)
	}
	if n == 0 {
		return w, ErrStale
	}
	w.Version++
	w.UpdatedAt = db.At(now)
	return w, nil
}

// defaultKey is the setting that names the message for codes without their own.
const defaultKey = "welcome.default"

// Default returns the message that greets where a code has none; 0 for none.
func Default(ctx context.Context, tx *db.Tx) (ID, error) {
	var v db.JSON[ID]
	err := tx.QueryRow(ctx, "select value from setting where key = ?", defaultKey).Scan(&v)
	if err != nil && !db.NoRows(err) {
		return 0, fmt.Errorf("cannot read the default welcome message: %w", err)
	}
	return v.V, nil
}

// SetDefault makes id the message that greets where a code has none.
func SetDefault(ctx context.Context, tx *db.Tx, id ID, now time.Time) error {
	_, err := tx.Exec(ctx, `
		insert into setting (key, value, updated_at) values (?, ?, ?)
		on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at`,
		defaultKey, db.JSON[ID]{V: id}, now.UnixMicro())
	if err != nil {
		return fmt.Errorf("cannot set the default welcome message: %w", err)
	}
	return nil
}
