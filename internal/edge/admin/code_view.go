package admin

import "time"

// LiveCode is a permanent QR code and what it leads to.
type LiveCode struct {
	ID          string     `json:"id"`
	Slug        string     `json:"slug"`
	URL         string     `json:"url"`
	Name        string     `json:"name"`
	Kind        string     `json:"kind" enum:"group,staff,mixed"`
	Purpose     string     `json:"purpose" enum:"promotion,service,other"`
	Channel     *CodeWhere `json:"channel"`
	Owner       *Ref       `json:"owner"`
	State       string     `json:"state" enum:"draft,provisioning,active,paused,expired,archived,failed,deleted"`
	Health      string     `json:"health" enum:"ok,expiring,degraded,failed"`
	Pool        Pool       `json:"pool"`
	Overflow    *Pool      `json:"overflow_pool"`
	Fallback    []Fallback `json:"fallback"`
	Tags        []Tag      `json:"tags"`
	Welcome     *Ref       `json:"welcome"`
	Page        CodePage   `json:"page"`
	Sticky      bool       `json:"sticky"`
	StartsAt    *time.Time `json:"starts_at"`
	EndsAt      *time.Time `json:"ends_at"`
	Note        string     `json:"note"`
	Version     int64      `json:"version"`
	CreatedAt   time.Time  `json:"created_at"`
	UpdatedAt   time.Time  `json:"updated_at"`
	PublishedAt *time.Time `json:"published_at"`
	Stats       CodeStats  `json:"stats"`
	Carriers    Carriers   `json:"carriers"`
}

// CodeWhere is the channel of a code.
type CodeWhere struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Path string `json:"path"`
	Kind int64  `json:"kind"`
}

// Fallback is where a visitor goes when no pool has a seat.
type Fallback struct {
	Kind string `json:"kind" enum:"code,staff,page"`
	Ref  string `json:"ref,omitempty" maxLength:"64"`
	Text string `json:"text,omitempty" maxLength:"500"`
}

// CodePage is what the customer reads beside the QR.
type CodePage struct {
	Title       string `json:"title" required:"false" maxLength:"30"`
	Subtitle    string `json:"subtitle" required:"false" maxLength:"60"`
	Guide       string `json:"guide" required:"false" maxLength:"200"`
	ShowCount   string `json:"show_count" required:"false" enum:"exact,range,hidden" default:"range"`
	ContactText string `json:"contact_text" required:"false" maxLength:"200"`
	Notice      string `json:"notice" required:"false" maxLength:"500"`
}

// CodeStats are the numbers of a code in a list.
type CodeStats struct {
	ScansToday    int64   `json:"scans_today"`
	ScannersToday int64   `json:"scanners_today"`
	Scans7d       []int64 `json:"scans_7d" doc:"Scans of the last seven local days, oldest first"`
	Adds          int64   `json:"adds"`
	Joins         int64   `json:"joins"`
	Conversion    Rate    `json:"conversion"`
	Net           int64   `json:"net"`
	Free          int64   `json:"free"`
	Capacity      int64   `json:"capacity"`
}

// Carriers says how far WeCom has got with the QRs behind a code.
type Carriers struct {
	Ready  int64  `json:"ready"`
	Total  int64  `json:"total"`
	Failed int64  `json:"failed"`
	Error  string `json:"error,omitempty"`
}

type listCodesIn struct {
	Paged
	Q       string `query:"q" maxLength:"100"`
	Kind    string `query:"kind" enum:"group,staff,mixed"`
	State   string `query:"state" enum:"draft,provisioning,active,paused,expired,archived,failed,deleted"`
	Health  string `query:"health" enum:"ok,expiring,degraded,failed"`
	Channel string `query:"channel" maxLength:"64"`
	Owner   string `query:"owner" maxLength:"64"`
	Sort    string `query:"sort" enum:"created,updated,scans,name" default:"created"`
}

// CodeDraft is everything an operator decides about a code.
type CodeDraft struct {
	Name     string     `json:"name" maxLength:"50"`
	Kind     string     `json:"kind" enum:"group,staff,mixed"`
	Purpose  string     `json:"purpose,omitempty" enum:"promotion,service,other" default:"promotion"`
	Channel  string     `json:"channel,omitempty" maxLength:"64"`
	Pool     PoolDraft  `json:"pool"`
	Overflow *PoolDraft `json:"overflow_pool,omitempty" nullable:"false"`
	Fallback []Fallback `json:"fallback" required:"false" maxItems:"5"`
	Tags     []string   `json:"tags" required:"false" maxItems:"20"`
	Welcome  string     `json:"welcome,omitempty" maxLength:"64"`
	Page     CodePage   `json:"page" required:"false"`
	Sticky   bool       `json:"sticky" required:"false" default:"true"`
	StartsAt *time.Time `json:"starts_at,omitempty"`
	EndsAt   *time.Time `json:"ends_at,omitempty"`
	Note     string     `json:"note,omitempty" maxLength:"500"`
	Publish  bool       `json:"publish,omitempty"`
}

// PoolDraft names a pool, or describes a new one.
type PoolDraft struct {
	ID         string        `json:"id,omitempty" maxLength:"64"`
	Strategy   string        `json:"strategy,omitempty" enum:"round_robin,weighted,in_order,least_loaded"`
	AutoCreate bool          `json:"auto_create,omitempty"`
	BaseName   string        `json:"base_name,omitempty" maxLength:"40"`
	Members    []MemberDraft `json:"members,omitempty" maxItems:"200"`
}

// MemberDraft is a target of a new pool.
type MemberDraft struct {
	Target  string `json:"target" maxLength:"64"`
	Weight  int64  `json:"weight,omitempty" minimum:"0" maximum:"1000"`
	Backup  bool   `json:"backup,omitempty"`
	Enabled *bool  `json:"enabled,omitempty"`
}

type createCodeIn struct {
	Body CodeDraft
}

type patchCodeIn struct {
	ByID
	Match
	Body CodePatch
}

// CodePatch changes the fields it names. An empty id takes the reference away;
// null takes a time away.
type CodePatch struct {
	Name     *string     `json:"name,omitempty" maxLength:"50"`
	Purpose  *string     `json:"purpose,omitempty" enum:"promotion,service,other"`
	Channel  *string     `json:"channel,omitempty" maxLength:"64"`
	Pool     *PoolDraft  `json:"pool,omitempty"`
	Overflow *PoolDraft  `json:"overflow_pool,omitempty"`
	Fallback *[]Fallback `json:"fallback,omitempty" maxItems:"5"`
	Tags     *[]string   `json:"tags,omitempty" maxItems:"20"`
	Welcome  *string     `json:"welcome,omitempty" maxLength:"64"`
	Page     *CodePage   `json:"page,omitempty"`
	Sticky   *bool       `json:"sticky,omitempty"`
	StartsAt Settable    `json:"starts_at,omitzero"`
	EndsAt   Settable    `json:"ends_at,omitzero"`
	Note     *string     `json:"note,omitempty" maxLength:"500"`
	Owner    *string     `json:"owner,omitempty" maxLength:"64"`
}

type qrIn struct {
	ByID
	Size int `query:"size" minimum:"128" maximum:"4096" default:"1024"`
}

// file is an answer that is not JSON.
type file struct {
	ContentType  string `header:"Content-Type"`
	CacheControl string `header:"Cache-Control"`
	Disposition  string `header:"Content-Disposition"`
	Body         []byte
}

type codeStatsIn struct {
	ByID
	Span
	Grain string `query:"grain" enum:"hour,day" default:"day"`
}

// CodeReport is what happened on a code in a time range.
type CodeReport struct {
	AsOf          time.Time     `json:"as_of"`
	Funnel        Funnel        `json:"funnel"`
	Drops         []Count       `json:"drops" doc:"Scans that got no QR, by reason"`
	Trend         []TrendPoint  `json:"trend"`
	Targets       []TargetShare `json:"targets"`
	Heatmap       [][]int64     `json:"heatmap" doc:"Scans by weekday (Monday first) and local hour"`
	OS            []Named       `json:"os"`
	FallbackShare Rate          `json:"fallback_share"`
	Visitors      struct {
		New       int64 `json:"new"`
		Returning int64 `json:"returning"`
	} `json:"new_vs_returning"`
}

// Funnel counts visitors step by step. Retained24h is null until the last
// arrival of the range is 24 hours old.
type Funnel struct {
	Scans       int64  `json:"scans"`
	Scanners    int64  `json:"scanners"`
	Shown       int64  `json:"shown"`
	Pressed     int64  `json:"pressed"`
	AddedJoined int64  `json:"added_joined"`
	Retained24h *int64 `json:"retained_24h"`
}

// Count is how often a reason occurred.
type Count struct {
	Reason string `json:"reason"`
	N      int64  `json:"n"`
}

// Named is how often a named thing occurred.
type Named struct {
	Name string `json:"name"`
	N    int64  `json:"n"`
}

// TrendPoint is one hour or day of a trend.
type TrendPoint struct {
	At       time.Time `json:"at"`
	Scans    int64     `json:"scans"`
	Scanners int64     `json:"scanners"`
	Adds     int64     `json:"adds"`
	Joins    int64     `json:"joins"`
	Left     int64     `json:"left"`
}

// TargetShare is what one target got.
type TargetShare struct {
	ID       string `json:"id"`
	Kind     string `json:"kind" enum:"group,staff,auto"`
	Name     string `json:"name"`
	Assigned int64  `json:"assigned"`
	Arrived  int64  `json:"arrived"`
	Share    Rate   `json:"share"`
	Free     int64  `json:"free"`
	Joined   int64  `json:"joined"`
	Capacity int64  `json:"capacity"`
}

// Change is one line of an object's history.
type Change struct {
	At         time.Time `json:"at"`
	Actor      string    `json:"actor"`
	Action     string    `json:"action"`
	Object     string    `json:"object"`
	ObjectID   string    `json:"object_id"`
	ObjectName string    `json:"object_name"`
	SummaryKey string    `json:"summary_key"`
	Diff       []Diff    `json:"diff"`
}

type previewIn struct {
	Body struct {
		Draft  CodeDraft `json:"draft"`
		State  string    `json:"state" enum:"ok_group,ok_staff,joined,near,all_full,not_yet,expired,paused,draft,not_found,error"`
		Locale string    `json:"locale,omitempty" enum:"zh-CN,en"`
		OS     string    `json:"os,omitempty" enum:"ios,android,harmony,other"`
	}
}

type suggestIn struct {
	Kind    string `query:"kind" enum:"group,staff,mixed" required:"true"`
	Channel string `query:"channel" maxLength:"64"`
	Purpose string `query:"purpose" enum:"promotion,service,other" default:"promotion"`
}

// Suggestion is what a new code should start from.
type Suggestion struct {
	Name      string     `json:"name"`
	EndsAt    *time.Time `json:"ends_at"`
	ReasonKey string     `json:"reason_key"`
	Groups    []Group    `json:"groups"`
	Staff     []Staff    `json:"staff"`
}

// Check is one line of a gate: what was looked at and how it came out.
type Check struct {
	Check      string            `json:"check"`
	OK         bool              `json:"ok"`
	Level      string            `json:"level" enum:"error,warn,info"`
	MessageKey string            `json:"message_key"`
	Message    string            `json:"message"`
	Args       map[string]string `json:"args"`
}

type checkIn struct {
	Body struct {
		ID    string    `json:"id,omitempty" maxLength:"64" doc:"The code that is edited, if there is one"`
		Draft CodeDraft `json:"draft"`
	}
}
