package admin

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/web"
	"github.com/tuma-live/tuma/internal/core/access"
	"github.com/tuma-live/tuma/internal/core/channel"
	"github.com/tuma-live/tuma/internal/core/contact"
	"github.com/tuma-live/tuma/internal/core/fact"
	"github.com/tuma-live/tuma/internal/core/insight"
	"github.com/tuma-live/tuma/internal/core/scan"
)

func (a *API) listContacts(ctx context.Context, in *listContactsIn) (*body[Page[Contact]], error) {
	reach, err := a.reach(ctx)
	if err != nil {
		return nil, err
	}
	var r reader
	f := insight.ContactFilter{
		Text: in.Q, Channel: channel.ID(id[channelKind](&r, "channel", in.Channel)),
		Code:  int64(id[codeKind](&r, "code", in.Code)),
		Staff: int64(id[staffKind](&r, "staff", in.Staff)),
		Tag:   int64(id[tagKind](&r, "tag", in.Tag)), Status: in.Status, From: in.From, To: in.To,
		Reach: reach.Contacts(),
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	at, err := a.cursors.read(in.Cursor, "contacts")
	if err != nil {
		return nil, err
	}
	cs, n, err := a.Reader.ContactList(ctx, f, contact.ID(at.ID), in.Limit+1)
	if err != nil {
		return nil, err
	}
	who := access.Who(ctx)
	p := page(a, cs, in.Limit, n, func(c insight.Contact) cursor {
		return cursor{List: "contacts", ID: int64(c.ID)}
	}, func(c insight.Contact) Contact { return viewContact(who, c) })
	return &body[Page[Contact]]{p}, nil
}

func (a *API) getContact(ctx context.Context, in *ByID) (*body[Contact], error) {
	c, err := a.contact(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &body[Contact]{viewContact(access.Who(ctx), c)}, nil
}

// contact reads a customer the caller may see.
func (a *API) contact(ctx context.Context, s string) (insight.Contact, error) {
	n, err := of[contactKind](s)
	if err != nil {
		return insight.Contact{}, contact.ErrNotFound
	}
	reach, err := a.reach(ctx)
	if err != nil {
		return insight.Contact{}, err
	}
	return a.Reader.Contact(ctx, contact.ID(n), reach.Contacts())
}

// viewContact is a customer as who may see them. This is the only place where
// a customer becomes JSON.
func viewContact(who access.Identity, c insight.Contact) Contact {
	return Contact{
		ID: c.ID.String(), Name: personName(who, c.Name), Avatar: portrait(who, c.Avatar),
		ExternalID:   masked(c.ExternalID),
		UnionidKnown: c.UnionID != "", AddedAt: maybe(c.AddedAt), Status: c.Status(),
		LastSeenAt: maybe(c.SeenAt),
		Source: ContactSource{
			Code: ref[codeKind](c.Code), Channel: ref[channelKind](c.Channel),
			Tier: cmp.Or(c.Tier, contact.TierUnknown),
		},
		Staff: each(c.Staff, func(s insight.ContactStaff) ContactStaff {
			return ContactStaff{text[staffKind](s.ID), s.Name, maybe(s.AddedAt.Time), s.Active != 0}
		}),
		Tags: each(c.Tags, func(t insight.ContactTag) Tag {
			return Tag{text[tagKind](t.ID), t.Name, t.Group, t.Source}
		}),
		Groups: each(c.Groups, func(g insight.ContactGroup) ContactGroup {
			return ContactGroup{text[groupKind](g.ID), g.Name, maybe(g.JoinedAt.Time),
				maybe(g.LeftAt.Time)}
		}),
	}
}

func (a *API) contactTimeline(ctx context.Context, in *ByID) (*body[[]Moment], error) {
	c, err := a.contact(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	ms, err := a.Reader.Timeline(ctx, c.ID, 500)
	if err != nil {
		return nil, err
	}
	lang := web.Of(ctx).Lang
	return &body[[]Moment]{each(ms, func(m insight.Moment) Moment { return a.viewMoment(lang, m) })}, nil
}

func (a *API) viewMoment(lang string, m insight.Moment) Moment {
	key := "fact." + string(m.Kind)
	args := map[string]string{"code": m.CodeName, "target": m.TargetName,
		"staff": cmp.Or(m.StaffName, m.TargetName)}
	v := Moment{
		ID: m.ID.String(), At: m.At.Time, Kind: string(m.Kind), Source: m.Source(), TitleKey: key,
		Title: a.Texts.Text(lang, key, args), Args: args,
	}
	s := m.Scan
	if m.Kind == fact.Scan {
		s = m.ID
	}
	if s != 0 {
		text := s.String()
		v.Scan = &text
	}
	return v
}

func (a *API) listScans(ctx context.Context, in *listScansIn) (*body[Page[ScanRow]], error) {
	reach, err := a.reach(ctx)
	if err != nil {
		return nil, err
	}
	var r reader
	f := insight.ScanFilter{
		Code:    int64(id[codeKind](&r, "code", in.Code)),
		Contact: int64(id[contactKind](&r, "contact", in.Contact)),
		Target:  int64(id[staffKind](&r, "staff", in.Staff)), From: in.From, To: in.To,
	}
	if !reach.Everything {
		f.Reach = reach.Codes()
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	if f.IDs, err = a.searchScans(ctx, in.Q); err != nil {
		return nil, err
	}
	at, err := a.cursors.read(in.Cursor, "scans")
	if err != nil {
		return nil, err
	}
	rows, err := a.Reader.Scans(ctx, f, fact.ID(at.ID), in.Limit+1)
	if err != nil {
		return nil, err
	}
	n := int64(-1)
	if len(rows) <= in.Limit && at.ID == 0 {
		n = int64(len(rows))
	}
	p := page(a, rows, in.Limit, n, func(s insight.Scan) cursor { return cursor{List: "scans", ID: int64(s.ID)} }, viewScan)
	return &body[Page[ScanRow]]{p}, nil
}

// searchFor is how far back a diagnosis code is looked for.
const searchFor = 400 * 24 * time.Hour

// searchScans finds the scans a text names; nil means that it names none in
// particular.
func (a *API) searchScans(ctx context.Context, q string) ([]fact.ID, error) {
	if q == "" {
		return nil, nil
	}
	var id fact.ID
	if id.UnmarshalText([]byte(q)) == nil {
		return []fact.ID{id}, nil
	}
	now := a.Clock.Now()
	ids, err := scan.ByDiagnosis(ctx, a.DB.Read(), q, now.Add(-searchFor), now.Add(time.Minute))
	return list(ids), err
}

func ref[K interface{ Prefix() string }](r insight.Ref) *Ref {
	if r.ID == 0 {
		return nil
	}
	return &Ref{text[K](r.ID), r.Name}
}

func viewScan(s insight.Scan) ScanRow {
	v := ScanRow{
		ID: s.ID.String(), Diagnosis: scan.Diagnosis(s.ID), At: s.At.Time,
		Code:    ref[codeKind](s.Code),
		Channel: ref[channelKind](s.Channel), Visitor: visitor(s.Visitor),
		State:   string(s.Trace.State),
		Outcome: s.Outcome, Tier: s.Tier,
	}
	if s.Target.ID != 0 {
		v.Target = &ScanTarget{targetID(s.Target.Kind, s.Target.ID), s.Target.Name,
			cmp.Or(s.Target.Kind, "group")}
	}
	return v
}

// visitor is a short name of a browser, the same on every scan of it.
func visitor(id int64) string {
	if id == 0 {
		return ""
	}
	return fmt.Sprintf("v-%05x", uint64(id*-7046029254386353131)>>44)
}

func (a *API) getScan(ctx context.Context, in *ByID) (*body[Trace], error) {
	n, err := of[scanKind](in.ID)
	if err != nil {
		return nil, insight.ErrNoScan
	}
	reach, err := a.reach(ctx)
	if err != nil {
		return nil, err
	}
	cond := db.Cond{}
	if !reach.Everything {
		cond = reach.Codes()
	}
	s, err := a.Reader.Story(ctx, fact.ID(n), cond)
	if err != nil {
		return nil, err
	}
	return &body[Trace]{viewTrace(s)}, nil
}

func viewTrace(s *insight.Story) Trace {
	t := s.Trace
	out := Trace{
		ScanRow: viewScan(s.Scan),
		Request: TraceRequest{OS: t.OS, WeChat: t.WeChat, Lang: t.Lang, Address: t.Address,
			Material: t.Material,
			UTM:      t.UTM},
		Identity:   TraceIdentity{New: t.New, Returning: !t.New, Tier: s.Tier},
		Steps:      steps(s),
		Considered: considered(s),
		After: each(s.After, func(m insight.Moment) TraceAfter {
			return TraceAfter{string(m.Kind), m.At.Time, lag(s, m).Milliseconds(),
				arrivalTier(m),
				map[string]string{"target": m.TargetName, "staff": m.StaffName}}
		}),
	}
	if out.Request.UTM == nil {
		out.Request.UTM = map[string]string{}
	}
	if s.Hold != nil {
		out.Hold = &TraceHold{s.Hold.State, s.Hold.ExpiresAt}
	}
	return out
}

// lag is how long after the scan m happened. WeCom's clock, which counts whole
// seconds, may be behind ours.
func lag(s *insight.Story, m insight.Moment) time.Duration {
	return max(m.At.Sub(s.At.Time), 0)
}

// arrivalTier is how sure we are that an arrival follows from the scan.
func arrivalTier(m insight.Moment) string {
	if m.Kind == fact.Added || m.Kind == fact.Joined {
		return insight.TierOf(m.Fact)
	}
	return ""
}

// steps tells how the scan was answered, in order.
func steps(s *insight.Story) []TraceStep {
	t := s.Trace
	step := func(name, result string, pairs ...string) TraceStep {
		args := map[string]string{}
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i+1] != "" {
				args[pairs[i]] = pairs[i+1]
			}
		}
		return TraceStep{Step: name, Result: result, Args: args}
	}
	who := "returning"
	if t.New {
		who = "new"
	}
	out := []TraceStep{
		step("received", cmp.Or(t.WeChat, "browser"), "os", t.OS, "lang", t.Lang),
		step("code", "found", "name", s.Code.Name, "version", fmt.Sprint(t.Revision)),
		step("visitor", who, "again", fmt.Sprint(t.Again), "tap", fmt.Sprint(t.Tapped)),
		step("route", string(t.Reason), "state", string(t.State), "target", s.Target.Name),
	}
	if t.Held {
		out = append(out, step("seat", "held", "joined", fmt.Sprint(t.Joined), "free",
			fmt.Sprint(t.Free)))
	}
	for _, m := range s.After {
		ms := float64(lag(s, m).Microseconds()) / 1000
		x := step(string(m.Kind), "done", "target", m.TargetName)
		x.Ms = &ms
		out = append(out, x)
	}
	return out
}

// considered lists the target that was taken, and why each other was not.
func considered(s *insight.Story) []Considered {
	out := []Considered{}
	if s.Target.ID != 0 {
		out = append(out, Considered{targetID(s.Target.Kind, s.Target.ID), s.Target.Name,
			s.Target.Kind, "chosen",
			string(s.Trace.Reason), fmt.Sprintf("%d + %d", s.Trace.Joined, s.Trace.Free)})
	}
	for _, x := range s.Trace.Refused {
		t := s.Refused[x.Target]
		out = append(out, Considered{targetID(t.Kind, x.Target), t.Name, t.Kind, "refused",
			string(x.Reason), ""})
	}
	return out
}
