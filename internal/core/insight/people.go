package insight

import (
	"context"
	"fmt"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/core/channel"
	"github.com/tuma-live/tuma/internal/core/contact"
	"github.com/tuma-live/tuma/internal/core/fact"
)

// Contact is a customer with everything around them.
type Contact struct {
	contact.Contact
	Code    Ref
	Channel Ref
	Staff   []ContactStaff
	Tags    []ContactTag
	Groups  []ContactGroup
}

// Ref names another object; a zero ID is none.
type Ref struct {
	ID   int64
	Name string
}

// ContactStaff is a staff member who has, or had, the customer.
type ContactStaff struct {
	Contact contact.ID `db:"contact"`
	ID      int64      `db:"id"`
	Name    string     `db:"name"`
	AddedAt db.Time    `db:"added_at"`
	Active  int64      `db:"active"`
}

// ContactTag is a tag a customer has.
type ContactTag struct {
	Contact contact.ID `db:"contact"`
	ID      int64      `db:"id"`
	Name    string     `db:"name"`
	Group   string     `db:"tag_group"`
	Source  string     `db:"source"`
}

// ContactGroup is a group a customer is, or was, in.
type ContactGroup struct {
	Contact  contact.ID `db:"contact"`
	ID       int64      `db:"id"`
	Name     string     `db:"name"`
	JoinedAt db.Time    `db:"joined_at"`
	LeftAt   db.Time    `db:"left_at"`
}

// Status is what a customer is to us now.
func (c Contact) Status() string {
	switch {
	case c.Friends > 0:
		return "friend"
	case !c.LostAt.IsZero():
		return "lost"
	}
	return "group_only"
}

// ContactFilter chooses customers. Empty fields choose all.
type ContactFilter struct {
	Text     string // a whole name or external_userid: they are sealed
	Channel  channel.ID
	Code     int64
	Staff    int64
	Tag      int64
	Status   string
	From, To time.Time // of the first friendship, or of the first meeting
	Reach    db.Cond   // on table contact
}

func (r *Reader) contactCond(f ContactFilter) db.Cond {
	cs := []db.Cond{f.Reach}
	add := func(sql string, args ...any) { cs = append(cs, db.Where(sql, args...)) }
	if f.Text != "" {
		add("name_hash = ? or xid_hash = ?", r.Contacts.NameIndex(f.Text),
			r.Contacts.XIDIndex(f.Text))
	}
	if f.Channel != 0 {
		add(`channel in (select id from channel h where h.id = ? or h.parent = ?
			or h.parent in (select id from channel k where k.parent = ?))`, f.Channel, f.Channel, f.Channel)
	}
	if f.Code != 0 {
		add("code = ?", f.Code)
	}
	if f.Staff != 0 {
		add("exists (select 1 from follow g where g.contact = contact.id and g.staff = ? and g.active = 1)", f.Staff)
	}
	if f.Tag != 0 {
		add("exists (select 1 from contact_tag t where t.contact = contact.id and t.tag = ?)",
			f.Tag)
	}
	switch f.Status {
	case "friend":
		add("friends > 0")
	case "lost":
		add("friends = 0 and lost_at <> 0")
	case "group_only":
		add("friends = 0 and lost_at = 0")
	}
	if !f.From.IsZero() {
		add("created_at >= ?", db.At(f.From))
	}
	if !f.To.IsZero() {
		add("created_at < ?", db.At(f.To))
	}
	return db.And(cs...)
}

// ContactList returns up to limit customers with ids below before (0: all),
// those we met last first, and how many there are in all.
func (r *Reader) ContactList(ctx context.Context, f ContactFilter, before contact.ID,
	limit int) ([]Contact, int64, error) {
	tx := r.DB.Read()
	c := r.contactCond(f)
	var n int64
	if err := tx.QueryRow(ctx, "select count(*) from contact where "+c.SQL,
		c.Args...).Scan(&n); err != nil {
		return nil, 0, fmt.Errorf("cannot count contacts: %w", err)
	}
	if before != 0 {
		c = db.And(c, db.Where("id < ?", before))
	}
	cs, err := r.Contacts.List(ctx, tx, c, "id desc", limit)
	if err != nil {
		return nil, 0, err
	}
	out, err := r.describe(ctx, tx, cs)
	return out, n, err
}

// Contact returns one customer within reach, or contact.ErrNotFound.
func (r *Reader) Contact(ctx context.Context, id contact.ID, reach db.Cond) (Contact, error) {
	tx := r.DB.Read()
	cs, err := r.Contacts.List(ctx, tx, db.And(db.Where("id = ?", id), reach), "id", 1)
	switch {
	case err != nil:
		return Contact{}, err
	case len(cs) == 0:
		return Contact{}, contact.ErrNotFound
	}
	out, err := r.describe(ctx, tx, cs)
	if err != nil {
		return Contact{}, err
	}
	return out[0], nil
}

func (r *Reader) describe(ctx context.Context, tx *db.Tx, cs []contact.Contact) ([]Contact, error) {
	ids := make([]contact.ID, len(cs))
	out := make([]Contact, len(cs))
	at := map[contact.ID]*Contact{}
	var codes, channels []int64
	for i, c := range cs {
		ids[i], out[i].Contact = c.ID, c
		at[c.ID] = &out[i]
		codes, channels = append(codes, c.Code), append(channels, c.Channel)
	}
	if err := around(ctx, tx, ids, at); err != nil {
		return nil, err
	}
	codeNames, err := Names(ctx, tx, "live_code", codes)
	if err != nil {
		return nil, err
	}
	channelNames, err := Names(ctx, tx, "channel", channels)
	if err != nil {
		return nil, err
	}
	for i := range out {
		c := &out[i]
		c.Code, c.Channel = Ref{c.Contact.Code, codeNames[c.Contact.Code]}, Ref{c.Contact.Channel,
			channelNames[c.Contact.Channel]}
	}
	return out, nil
}

// around reads the staff, tags and groups of customers.
func around(ctx context.Context, tx *db.Tx, ids []contact.ID, at map[contact.ID]*Contact) error {
	people, err := db.Select[ContactStaff](ctx, tx, `
		select f.contact, s.id, s.name, f.added_at, f.active
		from follow f
		join staff s on s.id = f.staff
		where f.contact in (?)
		order by f.contact, f.active desc, f.added_at`, db.In(ids))
	if err != nil {
		return fmt.Errorf("cannot read the staff of contacts: %w", err)
	}
	for _, p := range people {
		at[p.Contact].Staff = append(at[p.Contact].Staff, p)
	}
	tags, err := db.Select[ContactTag](ctx, tx, `
		select ct.contact, t.id, t.name, g.name as tag_group, min(ct.source) as source
		from contact_tag ct
		join tag t on t.id = ct.tag
		join tag_group g on g.id = t.tag_group
		where ct.contact in (?)
		and t.removed = 0
		group by ct.contact, t.id, t.name, g.name
		order by ct.contact, t.id`, db.In(ids))
	if err != nil {
		return fmt.Errorf("cannot read the tags of contacts: %w", err)
	}
	for _, t := range tags {
		at[t.Contact].Tags = append(at[t.Contact].Tags, t)
	}
	groups, err := db.Select[ContactGroup](ctx, tx, `
		select p.contact, g.id, g.name, p.joined_at, p.left_at
		from participant p
		join customer_group g on g.id = p.customer_group
		where p.contact in (?)
		order by p.contact, p.joined_at desc`, db.In(ids))
	if err != nil {
		return fmt.Errorf("cannot read the groups of contacts: %w", err)
	}
	for _, g := range groups {
		at[g.Contact].Groups = append(at[g.Contact].Groups, g)
	}
	return nil
}

// Names reads the names of the rows of one of our tables.
func Names(ctx context.Context, tx *db.Tx, table string, ids []int64) (map[int64]string, error) {
	rows, err := tx.Query(ctx, "select id, name from "+table+" where id in (?)", db.In(ids))
	if err != nil {
		return nil, fmt.Errorf("cannot read names of %s: %w", table, err)
	}
	defer rows.Close()
	out := map[int64]string{}
	for rows.Next() {
		var id int64
		var name string
		if err := rows.Scan(&id, &name); err != nil {
			return nil, fmt.Errorf("cannot read names of %s: %w", table, err)
		}
		out[id] = name
	}
	return out, rows.Err()
}

// Moment is a fact of a customer's life with the names it needs.
type Moment struct {
	fact.Fact
	CodeName   string
	TargetName string
	StaffName  string
}

// Source is where the fact was learnt: landing, callback, official (a
// reconciliation with WeCom) or inferred.
func (m Moment) Source() string {
	switch m.Kind {
	case fact.Scan, fact.View, fact.Shown, fact.Press, fact.Back, fact.Help, fact.HoldExpired:
		return "landing"
	}
	d := detailOf(m.Fact)
	switch {
	case d.Found:
		return "official"
	case d.Match == contact.TierInferred || d.Tier == contact.TierInferred:
		return "inferred"
	}
	return "callback"
}

// Timeline returns what happened to a customer, the last first: their own
// facts and the scans that led to them.
func (r *Reader) Timeline(ctx context.Context, id contact.ID, limit int) ([]Moment, error) {
	tx := r.DB.Read()
	facts, err := db.Select[fact.Fact](ctx, tx, `
		select id, kind, at, code, channel, target, visitor, contact, staff, scan, data
		from fact
		where contact = ? and contact <> 0
		or id in (select scan from fact where contact = ? and contact <> 0 and scan <> 0)
		order by id desc
		limit ?`, id, id, limit)
	if err != nil {
		return nil, fmt.Errorf("cannot read the facts of contact %s: %w", id, err)
	}
	return r.moments(ctx, tx, facts)
}

func (r *Reader) moments(ctx context.Context, tx *db.Tx, facts []fact.Fact) ([]Moment, error) {
	var codes, targets []int64
	for _, f := range facts {
		codes, targets = append(codes, f.Code), append(targets, f.Target, f.Staff)
	}
	codeNames, err := Names(ctx, tx, "live_code", codes)
	if err != nil {
		return nil, err
	}
	targetNames, err := TargetsOf(ctx, tx, targets)
	if err != nil {
		return nil, err
	}
	out := make([]Moment, len(facts))
	for i, f := range facts {
		out[i] = Moment{f, codeNames[f.Code], targetNames[f.Target].Name, targetNames[f.Staff].Name}
	}
	return out, nil
}
