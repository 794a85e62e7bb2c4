// Package welcome keeps the library of welcome messages (欢迎语) and sends the
// right one to each new contact, once, within the 20 seconds WeCom gives.
package welcome

import (
	"context"
	"fmt"
	"regexp"
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

// Welcome is one message of the library.
type Welcome struct {
	ID        ID            `db:"id"`
	Name      string        `db:"name"`
	Body      db.JSON[Body] `db:"body"`
	Version   int64         `db:"version"`
	Archived  int64         `db:"archived"`
	CreatedAt db.Time       `db:"created_at"`
	UpdatedAt db.Time       `db:"updated_at"`
}

// Body is what is sent. Text may hold variables such as {昵称} or {nickname}.
type Body struct {
	Text        string             `json:"text"`
	Attachments []wecom.Attachment `json:"attachments"`
}

// The faults of welcome messages.
var (
	ErrNotFound = fault.New(fault.NotFound, "welcome.not_found")
	ErrStale    = fault.New(fault.Stale, "welcome.stale")
	ErrInUse    = fault.New(fault.Conflict, "welcome.in_use")
)

// WeCom's bounds.
const (
	maxText        = 4000 // bytes
	maxAttachments = 9
)

// check says what is wrong with what a person typed.
func (w Welcome) check() error {
	bad, b := fault.ErrInvalid, w.Body.V
	if w.Name == "" {
		bad = bad.WithField("name", "field.required")
	}
	if len([]rune(w.Name)) > 50 {
		bad = bad.WithField("name", "field.too_long")
	}
	if strings.TrimSpace(b.Text) == "" && len(b.Attachments) == 0 {
		bad = bad.WithField("text", "field.required")
	}
	if len(b.Text) > maxText {
		bad = bad.WithField("text", "field.too_long")
	}
	if len(b.Attachments) > maxAttachments {
		bad = bad.WithField("attachments", "field.too_many")
	}
	for i, a := range b.Attachments {
		if field, code := wrong(a); field != "" {
			bad = bad.WithField(fmt.Sprintf("attachments.%d.%s", i, field), code)
		}
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

// wrong checks a card that opens a web page, the only kind that needs no
// uploaded file, which WeCom forgets after three days.
func wrong(a wecom.Attachment) (field, code string) {
	if a.MsgType != "link" || a.Link == nil {
		return "kind", "field.unknown"
	}
	l := *a.Link
	web := strings.HasPrefix(l.URL, "https://") || strings.HasPrefix(l.URL, "http://")
	switch {
	case l.Title == "":
		return "title", "field.required"
	case len(l.Title) > 128:
		return "title", "field.too_long"
	case !web || len(l.URL) > 2048:
		return "url", "field.url"
	case len(l.Desc) > 512:
		return "desc", "field.too_long"
	case len(l.PicURL) > 2048:
		return "picture", "field.too_long"
	}
	return "", ""
}

// Values fill the variables of a text. An empty one is left out.
type Values struct {
	Nickname, Staff, Channel, Code string
}

func (v Values) of(name string) string {
	switch name {
	case "昵称", "客户昵称", "nickname":
		return v.Nickname
	case "员工名", "员工", "staff":
		return v.Staff
	case "渠道", "channel":
		return v.Channel
	case "活码", "code":
		return v.Code
	}
	return ""
}

var variable = regexp.MustCompile(`\{[\p{L}_]{1,20}\}`)

// Render fills the variables of text in one pass, so that a customer's name is
// never read as a variable, and cuts it to what WeCom takes. A variable nobody
// knows is left out: a customer must not see braces.
func Render(text string, v Values) string {
	out := variable.ReplaceAllStringFunc(text, func(m string) string { return v.of(m[1 : len(m)-1]) })
	return cut(strings.TrimSpace(out), maxText)
}

// cut shortens s to at most n bytes, never inside a character.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// asks says whether text needs the customer's name.
func asks(text string) bool {
	for _, m := range variable.FindAllString(text, -1) {
		if (Values{Nickname: "x"}).of(m[1:len(m)-1]) != "" {
			return true
		}
	}
	return false
}

// message is the body as WeCom wants it.
func (b Body) message(code string, v Values) wecom.WelcomeMsg {
	m := wecom.WelcomeMsg{WelcomeCode: code}
	if text := Render(b.Text, v); text != "" {
		m.Text = &wecom.TextContent{Content: text}
	}
	m.Attachments = b.Attachments
	return m
}

// ByID returns a message, or ErrNotFound.
func ByID(ctx context.Context, tx *db.Tx, id ID) (Welcome, error) {
	w, err := db.Get[Welcome](ctx, tx, "select "+db.Cols[Welcome]()+" from welcome where id = ?", id)
	switch {
	case db.NoRows(err):
		return w, ErrNotFound
	case err != nil:
		return w, fmt.Errorf("cannot read welcome message %s: %w", id, err)
	}
	return w, nil
}

// List reads the library, the newest first.
func List(ctx context.Context, tx *db.Tx) ([]Welcome, error) {
	ws, err := db.Select[Welcome](ctx, tx,
		"select "+db.Cols[Welcome]()+" from welcome where archived = 0 order by id desc")
	if err != nil {
		return nil, fmt.Errorf("cannot list welcome messages: %w", err)
	}
	return ws, nil
}

// Create adds a message and returns it with its id.
func Create(ctx context.Context, tx *db.Tx, w Welcome, now time.Time) (Welcome, error) {
	w.Name = strings.TrimSpace(w.Name)
	if err := w.check(); err != nil {
		return w, err
	}
	w.ID, w.Version = ident.New[kind](tx.IDs()), 1
	w.CreatedAt, w.UpdatedAt = db.At(now), db.At(now)
	if err := db.Insert(ctx, tx, "welcome", "", w); err != nil {
		return w, fmt.Errorf("cannot add a welcome message: %w", err)
	}
	return w, nil
}

// Save changes a message that still has w.Version, and returns the new one.
func Save(ctx context.Context, tx *db.Tx, w Welcome, now time.Time) (Welcome, error) {
	w.Name = strings.TrimSpace(w.Name)
	if err := w.check(); err != nil {
		return w, err
	}
	w.UpdatedAt = db.At(now)
	n, err := tx.Exec(ctx, `
		update welcome set name = ?, body = ?, archived = ?, updated_at = ?, version = version + 1
		where id = ? and version = ?`, w.Name, w.Body, w.Archived, w.UpdatedAt, w.ID, w.Version)
	switch {
	case err != nil:
		return w, fmt.Errorf("cannot save welcome message %s: %w", w.ID, err)
	case n == 0:
		return w, ErrStale
	}
	w.Version++
	return w, nil
}

// Uses counts the live codes that send each message.
func Uses(ctx context.Context, tx *db.Tx) (map[ID]int64, error) {
	rows, err := tx.Query(ctx, `
		select welcome, count(*) from live_code
		where welcome <> 0 and state <> 'archived' group by welcome`)
	if err != nil {
		return nil, fmt.Errorf("cannot count the uses of welcome messages: %w", err)
	}
	defer rows.Close()
	uses := map[ID]int64{}
	for rows.Next() {
		var id ID
		var n int64
		if err := rows.Scan(&id, &n); err != nil {
			return nil, fmt.Errorf("cannot count the uses of welcome messages: %w", err)
		}
		uses[id] = n
	}
	return uses, rows.Err()
}

// defaultKey is the setting that names the message for everybody whose code
// names none.
const defaultKey = "welcome.default"

// Default returns the message for everybody whose code names none; 0: none.
func Default(ctx context.Context, tx *db.Tx) (ID, error) {
	var text string
	err := tx.QueryRow(ctx, "select value from setting where key = ?", defaultKey).Scan(&text)
	switch {
	case db.NoRows(err):
		return 0, nil
	case err != nil:
		return 0, fmt.Errorf("cannot read the default welcome message: %w", err)
	}
	id, err := ident.Parse[kind](strings.Trim(text, `"`))
	if err != nil {
		return 0, fmt.Errorf("cannot read the default welcome message: %w", err)
	}
	return id, nil
}

// SetDefault changes it; 0 is none.
func SetDefault(ctx context.Context, tx *db.Tx, id ID, now time.Time) error {
	_, err := tx.Exec(ctx, `
		insert into setting (key, value, updated_at) values (?, ?, ?)
		on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at`,
		defaultKey, `"`+id.String()+`"`, now.UnixMicro())
	if err != nil {
		return fmt.Errorf("cannot set the default welcome message: %w", err)
	}
	return nil
}
