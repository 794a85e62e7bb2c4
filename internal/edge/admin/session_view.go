package admin

import "time"

// Me is who is logged in and what they may do.
type Me struct {
	ID              string   `json:"id"`
	Login           string   `json:"login"`
	Name            string   `json:"name"`
	Role            string   `json:"role"`
	Permissions     []string `json:"permissions"`
	Scope           string   `json:"scope" enum:"all,department,own"`
	Locale          string   `json:"locale" enum:"zh-CN,en"`
	CorpName        string   `json:"corp_name"`
	Demo            bool     `json:"demo"`
	SandboxPhoneURL string   `json:"sandbox_phone_url,omitempty"`
}

// Setup says whether the first account must still be made.
type Setup struct {
	Needed  bool   `json:"needed"`
	Demo    bool   `json:"demo"`
	Version string `json:"version"`
}

type setupIn struct {
	Body struct {
		Token    string `json:"token" maxLength:"100" doc:"The one-time token the server printed at start"`
		Login    string `json:"login" minLength:"1" maxLength:"60"`
		Name     string `json:"name" minLength:"1" maxLength:"60"`
		Password string `json:"password" maxLength:"200"`
		Locale   string `json:"locale,omitempty" enum:"zh-CN,en"`
	}
}

type loginIn struct {
	Body struct {
		Login    string `json:"login" maxLength:"60"`
		Password string `json:"password" maxLength:"200"`
	}
}

// loggedIn answers with a cookie.
type loggedIn struct {
	SetCookie string `header:"Set-Cookie"`
	Body      Me
}

type loggedOut struct {
	SetCookie string `header:"Set-Cookie"`
}

type patchMeIn struct {
	Body struct {
		Locale   *string `json:"locale,omitempty" enum:"zh-CN,en"`
		Name     *string `json:"name,omitempty" minLength:"1" maxLength:"60"`
		Password *struct {
			Old string `json:"old" maxLength:"200"`
			New string `json:"new" maxLength:"200"`
		} `json:"password,omitempty"`
	}
}

// Session is one login that still holds.
type Session struct {
	ID        string    `json:"id"`
	Account   Ref       `json:"account"`
	CreatedAt time.Time `json:"created_at"`
	SeenAt    time.Time `json:"seen_at"`
	ExpiresAt time.Time `json:"expires_at"`
	Address   string    `json:"address"`
	Agent     string    `json:"agent"`
	Current   bool      `json:"current"`
}

// Account is a user of this API with a password.
type Account struct {
	ID          string     `json:"id"`
	Login       string     `json:"login"`
	Name        string     `json:"name"`
	Role        string     `json:"role"`
	Scope       string     `json:"scope" enum:"all,department,own"`
	Department  int64      `json:"department"`
	Staff       string     `json:"staff"`
	Locale      string     `json:"locale"`
	Disabled    bool       `json:"disabled"`
	Version     int64      `json:"version"`
	CreatedAt   time.Time  `json:"created_at"`
	LastLoginAt *time.Time `json:"last_login_at"`
}

type createAccountIn struct {
	Body struct {
		Login      string `json:"login" minLength:"1" maxLength:"60"`
		Name       string `json:"name" minLength:"1" maxLength:"60"`
		Password   string `json:"password" maxLength:"200"`
		Role       string `json:"role" maxLength:"40"`
		Scope      string `json:"scope" enum:"all,department,own"`
		Department int64  `json:"department,omitempty"`
		Staff      string `json:"staff,omitempty" maxLength:"64"`
	}
}

type patchAccountIn struct {
	ByID
	Match
	Body struct {
		Name       *string `json:"name,omitempty" minLength:"1" maxLength:"60"`
		Password   *string `json:"password,omitempty" maxLength:"200"`
		Role       *string `json:"role,omitempty" maxLength:"40"`
		Scope      *string `json:"scope,omitempty" enum:"all,department,own"`
		Department *int64  `json:"department,omitempty"`
		Staff      *string `json:"staff,omitempty" maxLength:"64"`
		Disabled   *bool   `json:"disabled,omitempty"`
	}
}

// Role is a named set of permissions.
type Role struct {
	Role        string   `json:"role"`
	Permissions []string `json:"permissions"`
}

// APIKey is a key for machines; the key itself is shown once, when it is made.
type APIKey struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Hint       string     `json:"hint"`
	Role       string     `json:"role"`
	CreatedBy  string     `json:"created_by"`
	CreatedAt  time.Time  `json:"created_at"`
	ExpiresAt  *time.Time `json:"expires_at"`
	LastUsedAt *time.Time `json:"last_used_at"`
	RevokedAt  *time.Time `json:"revoked_at"`
}

// NewAPIKey is an APIKey with the key, which is never shown again.
type NewAPIKey struct {
	APIKey
	Key string `json:"key"`
}

type createKeyIn struct {
	Body struct {
		Name      string     `json:"name" minLength:"1" maxLength:"60"`
		Role      string     `json:"role" maxLength:"40"`
		ExpiresAt *time.Time `json:"expires_at,omitempty"`
	}
}

// AuditRow is one line of the audit log.
type AuditRow struct {
	Seq       int64     `json:"seq"`
	At        time.Time `json:"at"`
	ActorKind string    `json:"actor_kind" enum:"account,key,system"`
	Actor     string    `json:"actor"`
	ActorName string    `json:"actor_name"`
	Action    string    `json:"action"`
	Object    string    `json:"object"`
	ObjectID  string    `json:"object_id"`
	Diff      []Diff    `json:"diff"`
	Note      string    `json:"note"`
	Address   string    `json:"address"`
}

// Diff is one field before and after a change, as JSON text.
type Diff struct {
	Field  string `json:"field"`
	Before string `json:"before"`
	After  string `json:"after"`
}

type auditIn struct {
	Paged
	Span
	Object   string `query:"object" maxLength:"40"`
	ObjectID string `query:"object_id" maxLength:"64"`
	Actor    string `query:"actor" maxLength:"64"`
	Q        string `query:"q" maxLength:"100"`
}

// Verification says whether the audit log is whole.
type Verification struct {
	Rows     int64  `json:"rows"`
	OK       bool   `json:"ok"`
	BrokenAt *int64 `json:"broken_at" doc:"The first row that does not fit the one before it"`
}
