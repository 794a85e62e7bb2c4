// Package audit keeps who did what. Rows are only ever added; each row's hash
// covers the row before it, so a row that was changed, put in between or taken
// away breaks the chain, and Verify says where.
package audit

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
)

// Actor is who does something.
type Actor struct {
	Kind    string // "account", "key" or "system"
	ID      string
	Name    string
	Address string // truncated client address, or empty
}

// System is the actor of everything nobody in particular does.
var System = Actor{Kind: "system", Name: "system"}

type actorKey struct{}

// As returns a context in which a does everything.
func As(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{},
		a)
}

// By returns who acts in ctx; System when nobody was named.
func By(ctx context.Context) Actor {
	if a, ok := ctx.Value(actorKey{}).(Actor); ok {
		return a
	}
	return System
}

// Entry is what was done. Before and After are the object's fields that a
// reader may see; a field that holds a secret is recorded without its values.
type Entry struct {
	At       time.Time
	Action   string // "live_code.paused"
	Object   string // "live_code"
	ObjectID string
	Before   any // nil for something new
	After    any // nil for something gone
	Note     string
}

// Row is one line of the log.
type Row struct {
	Seq       int64           `db:"seq"`
	At        db.Time         `db:"at"`
	ActorKind string          `db:"actor_kind"`
	Actor     string          `db:"actor"`
	ActorName string          `db:"actor_name"`
	Action    string          `db:"action"`
	Object    string          `db:"object"`
	ObjectID  string          `db:"object_id"`
	Detail    db.JSON[Detail] `db:"detail"`
	Address   string          `db:"address"`
	Hash      []byte          `db:"hash"`
}

// Detail is the part of a row that only people read.
type Detail struct {
	Diff []Diff `json:"diff,omitempty"`
	Note string `json:"note,omitempty"`
}

// head is the end of the chain. It is kept beside the log so that rows cut off
// its end are missed too, and locked so that two writers never fork it.
type head struct {
	Seq  int64  `json:"seq"`
	Hash []byte `json:"hash"`
}

const headKey = "audit.head"

// Write adds e to the log, by the actor of ctx. It commits with tx, or not at all.
func Write(ctx context.Context, tx *db.Tx, e Entry) error {
	last, err := lockHead(ctx, tx)
	if err != nil {
		return err
	}
	diff, err := Changes(e.Before, e.After)
	if err != nil {
		return fmt.Errorf("cannot compare %s %s: %w", e.Object, e.ObjectID, err)
	}
	a := By(ctx)
	r := Row{
		Seq: last.Seq + 1, At: db.At(e.At), ActorKind: a.Kind, Actor: a.ID, ActorName: a.Name,
		Action: e.Action, Object: e.Object, ObjectID: e.ObjectID,
		Detail: db.JSON[Detail]{V: Detail{Diff: diff, Note: e.Note}}, Address: a.Address,
	}
	if r.Hash, err = r.sum(last.Hash); err != nil {
		return fmt.Errorf("cannot hash an audit row: %w", err)
	}
	if err := db.Insert(ctx, tx, "audit", "", r); err != nil {
		return fmt.Errorf("cannot write the audit log: %w", err)
	}
	text, err := json.Marshal(head{r.Seq, r.Hash})
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "update setting set value = ?, updated_at = ? where key = ?",
		string(text), r.At, headKey)
	if err != nil {
		return fmt.Errorf("cannot move the end of the audit log: %w", err)
	}
	return nil
}

func lockHead(ctx context.Context, tx *db.Tx) (h head, err error) {
	_, err = tx.Exec(ctx, `
		insert into setting (key, value, updated_at)
		values (?, '{}', 0)
		on conflict do nothing`, headKey)
	if err != nil {
		return h, fmt.Errorf("cannot begin the audit log: %w", err)
	}
	var text string
	q := "select value from setting where key = ?" + tx.ForUpdate()
	if err := tx.QueryRow(ctx, q, headKey).Scan(&text); err != nil {
		return h, fmt.Errorf("cannot read the end of the audit log: %w", err)
	}
	return h, json.Unmarshal([]byte(text), &h)
}

// sum hashes the row onto prev. Every field is written with its length, so no
// two different rows look the same.
func (r Row) sum(prev []byte) ([]byte, error) {
	detail, err := json.Marshal(r.Detail.V)
	if err != nil {
		return nil, err
	}
	h := sha256.New()
	var n [8]byte
	put := func(b []byte) {
		binary.BigEndian.PutUint64(n[:], uint64(len(b)))
		h.Write(n[:])
		h.Write(b)
	}
	number := func(v int64) {
		binary.BigEndian.PutUint64(n[:], uint64(v))
		h.Write(n[:])
	}
	put(prev)
	number(r.Seq)
	number(r.At.UnixMicro())
	for _, s := range []string{r.ActorKind, r.Actor, r.ActorName, r.Action, r.Object, r.ObjectID,
		r.Address} {
		put([]byte(s))
	}
	put(detail)
	return h.Sum(nil), nil
}
