package admin

import "time"

// Home is the first screen: does anything need me, is today normal.
type Home struct {
	AsOf       time.Time        `json:"as_of"`
	KPIs       KPIs             `json:"kpis"`
	WeakShare  *Rate            `json:"weak_share" doc:"Visitors known only by a weak identity; null when there were none"`
	Todos      []Todo           `json:"todos"`
	Capacity   HomeCapacity     `json:"capacity"`
	Channels   []HomeChannel    `json:"channels"`
	Changes    []Change         `json:"changes"`
	Health     HomeHealth       `json:"health"`
	Onboarding []OnboardingStep `json:"onboarding"`
}

// KPIs are today's numbers.
type KPIs struct {
	Scans      KPI     `json:"scans"`
	Scanners   KPI     `json:"scanners"`
	Adds       KPI     `json:"adds"`
	Joins      KPI     `json:"joins"`
	Conversion KPIRate `json:"conversion"`
	Lost       KPI     `json:"lost"`
	Net        KPI     `json:"net"`
}

// KPI is a number today, at the same time yesterday, and by local hour. Hours
// that have not begun are null.
type KPI struct {
	Value     *int64   `json:"value"`
	Yesterday *int64   `json:"yesterday_same_time"`
	Hourly    []*int64 `json:"hourly"`
	Unknown   bool     `json:"unmeasurable"`
}

// KPIRate is a rate today and at the same time yesterday.
type KPIRate struct {
	Rate
	Yesterday Rate `json:"yesterday_same_time"`
	Unknown   bool `json:"unmeasurable"`
}

// Todo is one thing that needs a person.
type Todo struct {
	Kind     string            `json:"kind"`
	Level    string            `json:"level" enum:"error,warn,info"`
	TitleKey string            `json:"title_key"`
	Title    string            `json:"title"`
	Args     map[string]string `json:"args"`
	Link     string            `json:"link"`
}

// HomeCapacity is where seats run out first.
type HomeCapacity struct {
	Groups []GroupLight `json:"groups"`
	Staff  []StaffLight `json:"staff"`
}

// GroupLight is one group's seats. HoursToFull is null when nobody joins.
type GroupLight struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Joined      int64    `json:"joined"`
	Capacity    int64    `json:"capacity"`
	Held        int64    `json:"held"`
	Free        int64    `json:"free"`
	HoursToFull *float64 `json:"hours_to_full"`
}

// StaffLight is one staff member's adds of today.
type StaffLight struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Today     int64  `json:"today"`
	Cap       int64  `json:"cap"`
	Held      int64  `json:"held"`
	Remaining int64  `json:"remaining"`
}

// HomeChannel is one line of today's channels.
type HomeChannel struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Scans int64  `json:"scans"`
	New   int64  `json:"adds_joins"`
}

// HomeHealth is the state of what we depend on.
type HomeHealth struct {
	WeCom           string     `json:"wecom" enum:"ok,degraded,down,none"`
	CallbackDelayMs *int64     `json:"callback_delay_ms"`
	QueueReady      int64      `json:"queue_ready"`
	QueueDead       int64      `json:"queue_dead"`
	LastCallbackAt  *time.Time `json:"last_callback_at"`
}

// OnboardingStep is one step of getting started; each is checked by machine.
type OnboardingStep struct {
	Step string `json:"step"`
	Done bool   `json:"done"`
}

// Metric is an entry of the dictionary of numbers.
type Metric struct {
	ID            string `json:"id"`
	NameKey       string `json:"name_key"`
	DefinitionKey string `json:"definition_key"`
	Name          string `json:"name"`
	Definition    string `json:"definition"`
	Source        string `json:"source"`
}

// WeCom is how this system is connected to a corp. Secrets are never shown.
type WeCom struct {
	Mode         string          `json:"mode" enum:"none,sandbox,real"`
	CorpID       string          `json:"corp_id"`
	CorpName     string          `json:"corp_name"`
	AgentID      int64           `json:"agent_id"`
	BaseURL      string          `json:"base_url"`
	SecretSet    bool            `json:"secret_set"`
	TokenSet     bool            `json:"token_set"`
	AESKeySet    bool            `json:"aes_key_set"`
	CallbackURL  string          `json:"callback_url"`
	LastCheck    []WeComCheck    `json:"last_check"`
	Capabilities map[string]bool `json:"capabilities"`
}

// WeComCheck is one machine check of the connection.
type WeComCheck struct {
	Check      string            `json:"check"`
	OK         bool              `json:"ok"`
	MessageKey string            `json:"message_key"`
	Message    string            `json:"message"`
	Args       map[string]string `json:"args"`
	FixKey     string            `json:"fix_key"`
	Fix        string            `json:"fix"`
	Where      string            `json:"where"`
}

type putWeComIn struct {
	Body struct {
		Mode           string  `json:"mode" enum:"none,sandbox,real"`
		CorpID         string  `json:"corp_id,omitempty" maxLength:"64"`
		CorpName       string  `json:"corp_name,omitempty" maxLength:"60"`
		AgentID        int64   `json:"agent_id,omitempty"`
		BaseURL        string  `json:"base_url,omitempty" maxLength:"200"`
		Secret         *string `json:"secret,omitempty" maxLength:"200"`
		CallbackToken  *string `json:"callback_token,omitempty" maxLength:"64"`
		CallbackAESKey *string `json:"callback_aes_key,omitempty" maxLength:"64"`
	}
}

// CallbackSecret is a fresh token and key for WeCom's form; shown once.
type CallbackSecret struct {
	Token  string `json:"token"`
	AESKey string `json:"aes_key"`
}

type syncIn struct {
	Body struct {
		What []string `json:"what" minItems:"1" maxItems:"4" enum:"staff,groups,contacts,tags"`
	}
}

// SyncState is how far a mirror is.
type SyncState struct {
	What       string     `json:"what" enum:"staff,groups,contacts,tags"`
	State      string     `json:"state" enum:"idle,running,done,failed"`
	Done       int64      `json:"done"`
	Total      *int64     `json:"total"`
	StartedAt  *time.Time `json:"started_at"`
	FinishedAt *time.Time `json:"finished_at"`
	Error      string     `json:"error"`
}

// Job is background work.
type Job struct {
	ID          string     `json:"id"`
	Queue       string     `json:"queue"`
	Kind        string     `json:"kind"`
	State       string     `json:"state"`
	Attempt     int64      `json:"attempt"`
	MaxAttempts int64      `json:"max_attempts"`
	RunAt       time.Time  `json:"run_at"`
	CreatedAt   time.Time  `json:"created_at"`
	FinishedAt  *time.Time `json:"finished_at"`
	LastError   string     `json:"last_error"`
}

type listJobsIn struct {
	Paged
	State string `query:"state" enum:"dead,ready,running" default:"dead"`
}
