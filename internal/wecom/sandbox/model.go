package sandbox

import (
	"encoding/json"
	"time"
)

// world is everything the sandbox remembers. It is one JSON document.
type world struct {
	CorpID   string
	CorpName string
	Seed     uint64
	Draws    uint64 // random numbers and ids taken so far
	Offset   time.Duration
	Rules    Rules
	Callback CallbackConfig
	Switches Switches
	Counts   Counts

	Apps        []*App
	Departments []*Department
	Staff       table[*Staff]
	People      table[*Person]
	Groups      table[*Group]
	ContactWays table[*ContactWay]
	JoinWays    table[*JoinWay]
	Links       table[*Link]
	Quota       LinkQuota
	TagGroups   table[*TagGroup]
	Templates   table[*Template]
	Welcomes    table[*Welcome]
	Media       table[*Media]
	Pictures    table[*Media]
	OAuth       table[*OAuthCode]
	Requests    []*Request
	Inbox       []*AppMessage
	Chats       map[string][]Message // by chatKey or chat id
	Codes       []Code
	Pending     []*Delivery

	now time.Time // world time of the change in progress
}

// Rules are the numbers and habits of WeCom that are not certain, or that a
// test wants to be different.
type Rules struct {
	QRThreshold  int    `json:"qr_threshold"`    // members a group takes by QR code
	GroupCap     int    `json:"group_cap"`       // members a group takes at all
	TagCap       int    `json:"tag_cap"`         // corporate tags
	ConfigQuota  int    `json:"config_quota"`    // contact ways and join ways together
	UnionID      bool   `json:"unionid"`         // a WeChat developer account is bound
	HalfAdd      bool   `json:"half_add"`        // skip-verify adds are half until accepted
	StrictUpdate bool   `json:"strict_update"`   // update_contact_way resets what is left out
	FreshTokens  bool   `json:"fresh_tokens"`    // every gettoken kills the token before
	StaleReads   bool   `json:"stale_reads"`     // groupchat/get lags two seconds
	WelcomeBusy  int    `json:"welcome_busy_ms"` // a second send within it gets 41096
	Limits       Limits `json:"limits"`
}

// App is a self-built app of the corp.
type App struct {
	AgentID      int64     `json:"agent_id"`
	Name         string    `json:"name"`
	Secret       string    `json:"secret"`
	Rights       Rights    `json:"rights"`
	Users        []string  `json:"users"`       // visible range
	Departments  []int64   `json:"departments"` // visible range
	TrustedIPs   []string  `json:"trusted_ips"` // empty trusts everybody
	Disabled     bool      `json:"disabled"`
	NoCallback   bool      `json:"no_callback"` // has no callback URL: 43012
	Token        string    `json:"token"`
	TokenExpires time.Time `json:"token_expires"`
}

// Rights are the API families an app may call; 48002 otherwise.
type Rights struct {
	Contacts bool `json:"contacts"` // 客户联系
	Links    bool `json:"links"`    // 获客助手
}

// Department is one node of the directory; 1 is the root.
type Department struct {
	ID       int64    `json:"id"`
	Name     string   `json:"name"`
	NameEn   string   `json:"name_en"`
	Leader   []string `json:"department_leader"`
	ParentID int64    `json:"parentid"`
	Order    int64    `json:"order"`
}

// Staff is a member of the corp.
type Staff struct {
	UserID         string   `json:"userid"`
	Name           string   `json:"name"`
	Position       string   `json:"position"`
	Department     []int64  `json:"department"`
	Leader         []int64  `json:"is_leader_in_dept"`
	Status         int      `json:"status"`   // 1 active, 2 disabled, 4 not activated, 5 left
	Verified       bool     `json:"verified"` // real name verified
	Licensed       bool     `json:"licensed"` // may use customer contact
	ConsoleWelcome string   `json:"console_welcome"`
	AutoAccept     bool     `json:"auto_accept"` // accepts requests at once
	Contacts       []string `json:"contacts"`    // customers, oldest first
}

// The states of Staff.Status.
const (
	StaffActive   = 1
	StaffDisabled = 2
	StaffInactive = 4
	StaffLeft     = 5
)

// Person is somebody with WeChat. Their id is their external_userid.
type Person struct {
	ID       string      `json:"id"`
	Nickname string      `json:"nickname"`
	Colour   string      `json:"colour"` // of the avatar
	Gender   int         `json:"gender"`
	UnionID  string      `json:"unionid"`
	OpenID   string      `json:"openid"`
	Habits   Habits      `json:"habits"`
	Follows  []*Relation `json:"follows"`
}

// Habits are the chances, 0 to 1, that a person does something in Simulate.
type Habits struct {
	Add    float64 `json:"add"`
	Join   float64 `json:"join"`
	Reply  float64 `json:"reply"`
	Leave  float64 `json:"leave"`
	Delete float64 `json:"delete"`
}

// Relation is one staff member having one customer.
type Relation struct {
	UserID      string   `json:"userid"`
	Remark      string   `json:"remark"`
	Description string   `json:"description"`
	Company     string   `json:"remark_corp_name"`
	Mobiles     []string `json:"remark_mobiles"`
	CreateTime  int64    `json:"createtime"`
	Tags        []string `json:"tags"`
	OperUserID  string   `json:"oper_userid"`
	AddWay      int      `json:"add_way"`
	State       string   `json:"state"`
	LinkID      string   `json:"link_id,omitempty"`
	Half        bool     `json:"half"`    // staff has not accepted yet
	OneWay      bool     `json:"one_way"` // the customer deleted the staff member
	Chatting    bool     `json:"chatting"`
	Sent        int      `json:"sent"` // messages the customer wrote
}

// Group is a customer group.
type Group struct {
	ChatID     string   `json:"chat_id"`
	Name       string   `json:"name"`
	Owner      string   `json:"owner"`
	CreateTime int64    `json:"create_time"`
	Notice     string   `json:"notice"`
	Members    []Member `json:"members"`
	Admins     []string `json:"admins"`
	Version    string   `json:"version"`
	Status     int      `json:"status"`
	Dismissed  bool     `json:"dismissed"`

	Before        []Member  `json:"before,omitempty"` // what stale reads still show
	BeforeVersion string    `json:"before_version,omitempty"`
	ChangedAt     time.Time `json:"changed_at"`
}

// Member is one participant of a group.
type Member struct {
	ID        string `json:"userid"`
	Type      int    `json:"type"` // 1 staff, 2 external
	JoinTime  int64  `json:"join_time"`
	JoinScene int    `json:"join_scene"`
	Invitor   string `json:"invitor,omitempty"`
	State     string `json:"state,omitempty"`
}

// ContactWay is a 联系我 code.
type ContactWay struct {
	ConfigID      string       `json:"config_id"`
	Type          int          `json:"type"`
	Scene         int          `json:"scene"`
	Style         int          `json:"style"`
	Remark        string       `json:"remark"`
	SkipVerify    bool         `json:"skip_verify"`
	State         string       `json:"state"`
	User          []string     `json:"user"`
	Party         []int64      `json:"party"`
	IsTemp        bool         `json:"is_temp"`
	ExpiresIn     int64        `json:"expires_in"`
	ChatExpiresIn int64        `json:"chat_expires_in"`
	UnionID       string       `json:"unionid"`
	IsExclusive   bool         `json:"is_exclusive"`
	MarkSource    bool         `json:"mark_source"`
	Conclusions   *Conclusions `json:"conclusions"`

	CreateTime int64 `json:"create_time"`
	AgentID    int64 `json:"agent_id"`
}

// JoinWay is a 加入群聊 code.
type JoinWay struct {
	ConfigID   string   `json:"config_id"`
	Scene      int      `json:"scene"`
	Remark     string   `json:"remark"`
	AutoCreate int      `json:"auto_create_room"`
	BaseName   string   `json:"room_base_name"`
	BaseID     int      `json:"room_base_id"`
	ChatIDs    []string `json:"chat_id_list"`
	State      string   `json:"state"`
	MarkSource bool     `json:"mark_source"`

	Created []string `json:"created"` // groups made automatically
	AgentID int64    `json:"agent_id"`
}

// Link is a 获客链接.
type Link struct {
	ID         string          `json:"link_id"`
	Name       string          `json:"link_name"`
	CreateTime int64           `json:"create_time"`
	SkipVerify bool            `json:"skip_verify"`
	MarkSource bool            `json:"mark_source"`
	Users      []string        `json:"users"`
	Parties    []int64         `json:"parties"`
	Priority   json.RawMessage `json:"priority,omitempty"`
	Clicks     int             `json:"clicks"`
	Customers  []LinkCustomer  `json:"customers"`
	AgentID    int64           `json:"agent_id"`
}

// LinkCustomer is somebody who came by a link.
type LinkCustomer struct {
	ExternalUserID string `json:"external_userid"`
	UserID         string `json:"userid"`
	State          string `json:"state"`
}

// LinkQuota is what the corp has paid for.
type LinkQuota struct {
	Total   int   `json:"total"`
	Balance int   `json:"balance"`
	Expires int64 `json:"expires"`
}

// TagGroup is a group of corporate tags. AgentID 0 was made in the console.
type TagGroup struct {
	ID         string `json:"group_id"`
	Name       string `json:"group_name"`
	CreateTime int64  `json:"create_time"`
	Order      int64  `json:"order"`
	Deleted    bool   `json:"deleted"`
	Tags       []*Tag `json:"tag"`
	AgentID    int64  `json:"agent_id"`
}

// Tag is a corporate tag.
type Tag struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	CreateTime int64  `json:"create_time"`
	Order      int64  `json:"order"`
	Deleted    bool   `json:"deleted"`
}

// Template is a 入群欢迎语 template.
type Template struct {
	ID      string          `json:"template_id"`
	Body    json.RawMessage `json:"body"`
	AgentID int64           `json:"agent_id"`
}

// Welcome is the right to greet one customer once.
type Welcome struct {
	Code     string    `json:"code"`
	UserID   string    `json:"userid"`
	PersonID string    `json:"person"`
	Issued   time.Time `json:"issued"`
	Used     time.Time `json:"used"`
	UsedBy   int64     `json:"used_by"` // agent id
}

// Media is an uploaded file.
type Media struct {
	ID      string    `json:"media_id"`
	Type    string    `json:"type"`
	Name    string    `json:"name"`
	MIME    string    `json:"mime"`
	Data    []byte    `json:"data"`
	Created time.Time `json:"created"`
}

// OAuthCode is one web authorization.
type OAuthCode struct {
	Code     string    `json:"code"`
	UserID   string    `json:"userid"`
	PersonID string    `json:"person"`
	Private  bool      `json:"private"`
	Issued   time.Time `json:"issued"`
	Used     bool      `json:"used"`
}

// Request is a customer waiting to be accepted.
type Request struct {
	PersonID string    `json:"person"`
	UserID   string    `json:"userid"`
	State    string    `json:"state"`
	AddWay   int       `json:"add_way"`
	LinkID   string    `json:"link_id,omitempty"`
	At       time.Time `json:"at"`
}

// AppMessage is what an app sent to staff.
type AppMessage struct {
	ID           string          `json:"msgid"`
	AgentID      int64           `json:"agent_id"`
	To           []string        `json:"to"`
	Type         string          `json:"msgtype"`
	Body         json.RawMessage `json:"body"`
	At           time.Time       `json:"at"`
	ResponseCode string          `json:"response_code,omitempty"`
	Clicked      string          `json:"clicked,omitempty"`  // key of the button pressed
	Replaced     string          `json:"replaced,omitempty"` // what the button says since
	Answered     bool            `json:"answered,omitempty"` // the response_code is used
}

// Message is one line of a chat. From is empty for a notice by WeChat.
type Message struct {
	ID    string    `json:"id"`
	From  string    `json:"from"`
	Type  string    `json:"type"` // text image link miniprogram video file notice
	Text  string    `json:"text"`
	Title string    `json:"title,omitempty"`
	URL   string    `json:"url,omitempty"`
	Image string    `json:"image,omitempty"`
	Key   string    `json:"key,omitempty"`   // what a notice says, for translation
	About string    `json:"about,omitempty"` // who a notice is about
	At    time.Time `json:"at"`
}

// Code is something to scan that the product told the sandbox about.
type Code struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

func (s *Staff) key() string      { return s.UserID }
func (p *Person) key() string     { return p.ID }
func (g *Group) key() string      { return g.ChatID }
func (c *ContactWay) key() string { return c.ConfigID }
func (j *JoinWay) key() string    { return j.ConfigID }
func (l *Link) key() string       { return l.ID }
func (t *TagGroup) key() string   { return t.ID }
func (t *Template) key() string   { return t.ID }
func (c *Welcome) key() string    { return c.Code }
func (m *Media) key() string      { return m.ID }
func (c *OAuthCode) key() string  { return c.Code }
