package admin

import "time"

// Contact is a customer. Name and external_userid are masked by role.
type Contact struct {
	ID           string         `json:"id"`
	Name         string         `json:"name"`
	Avatar       string         `json:"avatar"`
	ExternalID   string         `json:"external_userid_masked"`
	UnionidKnown bool           `json:"unionid_known"`
	Source       ContactSource  `json:"source"`
	Staff        []ContactStaff `json:"staff"`
	Tags         []Tag          `json:"tags"`
	Groups       []ContactGroup `json:"groups"`
	AddedAt      *time.Time     `json:"added_at"`
	Status       string         `json:"status" enum:"friend,lost,group_only"`
	LastSeenAt   *time.Time     `json:"last_seen_at"`
}

// ContactSource is where a customer first came from, and how sure we are.
type ContactSource struct {
	Code    *Ref   `json:"code"`
	Channel *Ref   `json:"channel"`
	Tier    string `json:"tier" enum:"scan,code,inferred,declared,unknown"`
}

// ContactStaff is a staff member who serves or served a customer.
type ContactStaff struct {
	ID      string     `json:"id"`
	Name    string     `json:"name"`
	AddedAt *time.Time `json:"added_at"`
	Active  bool       `json:"active"`
}

// ContactGroup is a group a customer is or was in.
type ContactGroup struct {
	ID       string     `json:"id"`
	Name     string     `json:"name"`
	JoinedAt *time.Time `json:"joined_at"`
	LeftAt   *time.Time `json:"left_at"`
}

type listContactsIn struct {
	Paged
	Span
	Q       string `query:"q" maxLength:"100" doc:"An exact name or external_userid"`
	Channel string `query:"channel" maxLength:"64"`
	Code    string `query:"code" maxLength:"64"`
	Staff   string `query:"staff" maxLength:"64"`
	Tag     string `query:"tag" maxLength:"64"`
	Status  string `query:"status" enum:"friend,lost,group_only"`
}

// Moment is one line of a customer's timeline.
type Moment struct {
	ID       string            `json:"id"`
	At       time.Time         `json:"at"`
	Kind     string            `json:"kind"`
	Source   string            `json:"source_chip" enum:"callback,landing,official,import,inferred"`
	TitleKey string            `json:"title_key"`
	Title    string            `json:"title"`
	Args     map[string]string `json:"args"`
	Scan     *string           `json:"scan"`
}

type revealIn struct {
	ByID
	Body struct {
		Reason string `json:"reason" minLength:"4" maxLength:"200"`
	}
}

// Revealed is what masking hides, for a short while and on record.
type Revealed struct {
	Name       string    `json:"name"`
	ExternalID string    `json:"external_userid"`
	Unionid    string    `json:"unionid"`
	Until      time.Time `json:"until"`
}

// ScanRow is one scan in the list of traces.
type ScanRow struct {
	ID        string      `json:"id"`
	Diagnosis string      `json:"diagnosis"`
	At        time.Time   `json:"at"`
	Code      *Ref        `json:"code"`
	Channel   *Ref        `json:"channel"`
	Visitor   string      `json:"visitor"`
	State     string      `json:"state"`
	Target    *ScanTarget `json:"target"`
	Outcome   string      `json:"outcome" enum:"assigned,joined,added,expired,fallback,refused"`
	Tier      string      `json:"tier"`
}

// ScanTarget is the target a scan was given.
type ScanTarget struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Kind string `json:"kind" enum:"group,staff,auto"`
}

type listScansIn struct {
	Paged
	Span
	Code    string `query:"code" maxLength:"64"`
	Contact string `query:"contact" maxLength:"64"`
	Staff   string `query:"staff" maxLength:"64"`
	Q       string `query:"q" maxLength:"64" doc:"The diagnosis code a customer reads out, or a scan's id"`
}

// Trace is everything known about one scan.
type Trace struct {
	ScanRow
	Request    TraceRequest  `json:"request"`
	Identity   TraceIdentity `json:"identity"`
	Steps      []TraceStep   `json:"steps"`
	Considered []Considered  `json:"considered"`
	Hold       *TraceHold    `json:"hold"`
	After      []TraceAfter  `json:"after"`
}

// TraceRequest is what the scan came with.
type TraceRequest struct {
	OS       string            `json:"os"`
	WeChat   string            `json:"wechat"`
	Lang     string            `json:"lang"`
	Region   string            `json:"region,omitempty"`
	Address  string            `json:"address_masked"`
	Material string            `json:"material"`
	UTM      map[string]string `json:"utm"`
}

// TraceIdentity is who we took the visitor for.
type TraceIdentity struct {
	New       bool   `json:"new"`
	Returning bool   `json:"returning"`
	Tier      string `json:"tier"`
}

// TraceStep is one step of answering the scan.
type TraceStep struct {
	Step   string            `json:"step"`
	Ms     *float64          `json:"ms"`
	Result string            `json:"result"`
	Args   map[string]string `json:"args"`
}

// Considered is a target that was looked at, and why it was or was not taken.
type Considered struct {
	Target string `json:"target"`
	Name   string `json:"name"`
	Kind   string `json:"kind"`
	Result string `json:"result" enum:"chosen,refused"`
	Reason string `json:"reason"`
	Detail string `json:"detail"`
}

// TraceHold is the seat the scan held.
type TraceHold struct {
	State     string    `json:"state" enum:"unproven,proven,used,expired,replaced"`
	ExpiresAt time.Time `json:"expires_at"`
}

// TraceAfter is what followed from the scan.
type TraceAfter struct {
	Kind  string            `json:"kind"`
	At    time.Time         `json:"at"`
	LagMs int64             `json:"lag_ms"`
	Tier  string            `json:"tier"`
	Args  map[string]string `json:"args"`
}
