package scan

import (
	"strconv"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/core/fact"
	"github.com/tuma-live/tuma/internal/core/route"
)

// Trace is what is stored with every scan, enough to explain it: who came how,
// what was decided, and why every other target lost. Targets of the pool that
// are neither chosen nor refused had a seat, but it was not their turn.
type Trace struct {
	State    route.State       `json:"st"`
	Reason   route.Reason      `json:"why"`
	Kind     string            `json:"kind,omitempty"` // of the target
	Pool     int64             `json:"pool,omitempty"`
	Revision int64             `json:"rev"` // version of the code
	OS       string            `json:"os,omitempty"`
	WeChat   string            `json:"wx,omitempty"`
	Lang     string            `json:"lang,omitempty"`
	Address  string            `json:"ip,omitempty"`
	Material string            `json:"mat,omitempty"`
	UTM      map[string]string `json:"utm,omitempty"`
	New      bool              `json:"new,omitempty"`   // a browser seen for the first time
	Again    bool              `json:"again,omitempty"` // a scan of this code before
	Tapped   bool              `json:"tap,omitempty"`
	Shared   bool              `json:"shared,omitempty"`
	Held     bool              `json:"hold,omitempty"` // a new seat was held
	Joined   int64             `json:"joined,omitempty"`
	Free     int64             `json:"free,omitempty"`
	Until    int64             `json:"until,omitempty"` // µs: when the hold ends
	Refused  []route.Refusal   `json:"ref,omitempty"`
	Late     bool              `json:"late,omitempty"` // journalled while the database was away
}

// scanFact is the fact of one visit. Its data is a Trace, written by hand
// because a marshaller costs more than the rest of the decision.
func scanFact(id fact.ID, v *Visit, d *route.Decision, out *Outcome, again bool) fact.Fact {
	f := fact.Fact{
		ID: id, Kind: fact.Scan, At: db.At(v.At), Code: v.Code.ID, Channel: v.Code.Channel,
		Visitor: v.Visitor.ID,
	}
	j := object{append(make([]byte, 0, 320), '{')}
	j.text("st", string(d.State))
	j.text("why", string(d.Reason))
	if d.Target != nil {
		f.Target = d.Target.ID
		j.text("kind", string(d.Target.Kind))
	}
	if d.Pool != nil {
		j.number("pool", d.Pool.ID)
	}
	j.number("rev", v.Code.Version)
	j.visit(v)
	j.flag("again", again)
	j.flag("hold", d.Hold)
	if d.Hold {
		j.number("until", out.HeldUntil.UnixMicro())
	}
	j.number("joined", out.Joined)
	j.number("free", out.Free)
	j.refusals(d.Refused)
	f.Data = string(append(j.b, '}'))
	return f
}

// object appends the members of a JSON object. Keys are ours; every text value
// is escaped.
type object struct{ b []byte }

func (j *object) key(k string) {
	if len(j.b) > 1 {
		j.b = append(j.b, ',')
	}
	j.b = append(j.b, '"')
	j.b = append(j.b, k...)
	j.b = append(j.b, '"', ':')
}

func (j *object) text(k, v string) {
	if v == "" {
		return
	}
	j.key(k)
	j.b = appendString(j.b, v)
}

func (j *object) number(k string, n int64) {
	if n == 0 {
		return
	}
	j.key(k)
	j.b = strconv.AppendInt(j.b, n, 10)
}

func (j *object) flag(k string, on bool) {
	if on {
		j.key(k)
		j.b = append(j.b, "true"...)
	}
}

func (j *object) visit(v *Visit) {
	j.text("os", v.OS)
	j.text("wx", v.WeChat)
	j.text("lang", v.Lang)
	j.text("ip", v.Address)
	j.text("mat", v.Material)
	if v.UTM != "" { // already a JSON object
		j.key("utm")
		j.b = append(j.b, v.UTM...)
	}
	j.flag("new", v.Visitor.Fresh)
	j.flag("tap", v.Tapped)
	j.flag("shared", v.Shared)
}

// maxRefusals bounds a trace: a pool may have hundreds of full groups.
const maxRefusals = 100

func (j *object) refusals(rs []route.Refusal) {
	if len(rs) == 0 {
		return
	}
	j.key("ref")
	j.b = append(j.b, '[')
	for i, r := range rs[:min(len(rs), maxRefusals)] {
		if i > 0 {
			j.b = append(j.b, ',')
		}
		j.b = append(j.b, `{"t":`...)
		j.b = strconv.AppendInt(j.b, r.Target, 10)
		j.b = append(j.b, `,"p":`...)
		j.b = strconv.AppendInt(j.b, r.Pool, 10)
		j.b = append(j.b, `,"r":"`...)
		j.b = append(j.b, r.Reason...)
		j.b = append(j.b, `"}`...)
	}
	j.b = append(j.b, ']')
}

// appendString appends s as a JSON string. Bytes that are not UTF-8, and
// control characters, become "?": they came from a stranger's request.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r < 0x20 || r == 0x7f || r == 0xfffd:
			b = append(b, '?')
		default:
			b = append(b, string(r)...)
		}
	}
	return append(b, '"')
}
