package admin

import "time"

// Group is a WeCom customer group.
type Group struct {
	ID          string     `json:"id"`
	ChatID      string     `json:"chat_id_masked"`
	Name        string     `json:"name"`
	Owner       *Ref       `json:"owner"`
	Status      string     `json:"status"`
	Members     int64      `json:"members"`
	Externals   int64      `json:"externals"`
	Capacity    int64      `json:"capacity"`
	Held        int64      `json:"held"`
	Free        int64      `json:"free"`
	JoinedToday int64      `json:"joined_today"`
	LeftToday   int64      `json:"left_today"`
	CreatedAt   time.Time  `json:"created_at"`
	SyncedAt    *time.Time `json:"synced_at"`
	Codes       int64      `json:"codes"`
	Pools       []Ref      `json:"pools"`
	Version     int64      `json:"version"`
}

type listGroupsIn struct {
	Paged
	Q      string `query:"q" maxLength:"100"`
	Status string `query:"status" maxLength:"20"`
	Pool   string `query:"pool" maxLength:"64"`
}

type patchGroupIn struct {
	ByID
	Match
	Body struct {
		Capacity int64 `json:"capacity" minimum:"1" maximum:"500" doc:"Stop-line: no seat is given beyond it"`
	}
}

// Staff is a WeCom member who serves customers.
type Staff struct {
	ID          string     `json:"id"`
	UserID      string     `json:"userid"`
	Name        string     `json:"name"`
	Departments []string   `json:"departments"`
	Status      string     `json:"status" enum:"active,inactive,left"`
	Follows     bool       `json:"follows" doc:"May serve customers (客户联系)"`
	PausedUntil *time.Time `json:"paused_until"`
	DailyCap    int64      `json:"daily_cap"`
	Today       int64      `json:"today"`
	Held        int64      `json:"held"`
	Remaining   int64      `json:"remaining"`
	Customers   int64      `json:"customers"`
	Codes       int64      `json:"codes"`
	Problems    []string   `json:"problems"`
	Version     int64      `json:"version"`
}

type listStaffIn struct {
	Paged
	Q      string `query:"q" maxLength:"100"`
	Status string `query:"status" enum:"active,inactive,left,paused"`
}

type patchStaffIn struct {
	ByID
	Match
	Body struct {
		DailyCap    *int64   `json:"daily_cap,omitempty" minimum:"0" maximum:"1000"`
		PausedUntil Settable `json:"paused_until,omitzero"`
	}
}

// Pool is an ordered set of targets and how visits are shared among them.
type Pool struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	Kind       string   `json:"kind" enum:"group,staff,mixed"`
	Strategy   string   `json:"strategy" enum:"round_robin,weighted,in_order,least_loaded"`
	AutoCreate bool     `json:"auto_create"`
	BaseName   string   `json:"base_name"`
	NextNumber int64    `json:"next_number"`
	Version    int64    `json:"version"`
	Members    []Member `json:"members"`
}

// Member is a target of a pool with its seats.
type Member struct {
	Target   string `json:"target"`
	Kind     string `json:"kind" enum:"group,staff"`
	Name     string `json:"name"`
	Seq      int64  `json:"seq"`
	Weight   int64  `json:"weight"`
	Backup   bool   `json:"backup"`
	Enabled  bool   `json:"enabled"`
	Joined   int64  `json:"joined"`
	Capacity int64  `json:"capacity"`
	Held     int64  `json:"held"`
	Free     int64  `json:"free"`
}

type createPoolIn struct {
	Body struct {
		Name       string        `json:"name" minLength:"1" maxLength:"50"`
		Kind       string        `json:"kind" enum:"group,staff,mixed"`
		Strategy   string        `json:"strategy,omitempty" enum:"round_robin,weighted,in_order,least_loaded" default:"round_robin"`
		AutoCreate bool          `json:"auto_create,omitempty"`
		BaseName   string        `json:"base_name,omitempty" maxLength:"40"`
		Members    []MemberDraft `json:"members" maxItems:"200"`
	}
}

type patchPoolIn struct {
	ByID
	Match
	Body struct {
		Name       *string        `json:"name,omitempty" minLength:"1" maxLength:"50"`
		Strategy   *string        `json:"strategy,omitempty" enum:"round_robin,weighted,in_order,least_loaded"`
		AutoCreate *bool          `json:"auto_create,omitempty"`
		BaseName   *string        `json:"base_name,omitempty" maxLength:"40"`
		Members    *[]MemberDraft `json:"members,omitempty" maxItems:"200"`
	}
}

// Channel is where people come from.
type Channel struct {
	ID       string `json:"id"`
	Parent   string `json:"parent"`
	Name     string `json:"name"`
	Path     string `json:"path"`
	Abbr     string `json:"abbr"`
	Kind     int64  `json:"kind" minimum:"0" maximum:"5"`
	Tag      string `json:"tag"`
	Archived bool   `json:"archived"`
	Codes    int64  `json:"codes"`
	Version  int64  `json:"version"`
}

type createChannelIn struct {
	Body struct {
		Parent string `json:"parent,omitempty" maxLength:"64"`
		Name   string `json:"name" minLength:"1" maxLength:"30"`
		Abbr   string `json:"abbr,omitempty" maxLength:"10"`
		Kind   int64  `json:"kind" minimum:"0" maximum:"5"`
		Tag    string `json:"tag,omitempty" maxLength:"64"`
	}
}

type patchChannelIn struct {
	ByID
	Match
	Body struct {
		Name     *string `json:"name,omitempty" minLength:"1" maxLength:"30"`
		Abbr     *string `json:"abbr,omitempty" maxLength:"10"`
		Kind     *int64  `json:"kind,omitempty" minimum:"0" maximum:"5"`
		Tag      *string `json:"tag,omitempty" maxLength:"64"`
		Archived *bool   `json:"archived,omitempty"`
	}
}

// TagGroup is a WeCom tag group with its tags.
type TagGroup struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Tags []Tag  `json:"tags"`
}

// Tag is a WeCom corporate tag. Source says who put it on a contact.
type Tag struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Group  string `json:"group"`
	Source string `json:"source,omitempty"`
}

type createTagIn struct {
	Body struct {
		Group string `json:"group" minLength:"1" maxLength:"30" doc:"Name of the group; it is made when there is none"`
		Name  string `json:"name" minLength:"1" maxLength:"30"`
	}
}

// Welcome is a welcome message of the library.
type Welcome struct {
	ID          string              `json:"id"`
	Name        string              `json:"name"`
	Text        string              `json:"text"`
	Attachments []WelcomeAttachment `json:"attachments"`
	Version     int64               `json:"version"`
	UsedBy      int64               `json:"used_by"`
	Archived    bool                `json:"archived"`
	UpdatedAt   time.Time           `json:"updated_at"`
}

// WelcomeAttachment is a link sent with a welcome message.
type WelcomeAttachment struct {
	Kind    string `json:"kind" enum:"link"`
	Title   string `json:"title" minLength:"1" maxLength:"60"`
	URL     string `json:"url" maxLength:"500" format:"uri"`
	Desc    string `json:"desc,omitempty" maxLength:"200"`
	Picture string `json:"picture,omitempty" maxLength:"500"`
}

type createWelcomeIn struct {
	Body struct {
		Name        string              `json:"name" minLength:"1" maxLength:"50"`
		Text        string              `json:"text" maxLength:"4000"`
		Attachments []WelcomeAttachment `json:"attachments,omitempty" maxItems:"9"`
	}
}

type patchWelcomeIn struct {
	ByID
	Match
	Body struct {
		Name        *string              `json:"name,omitempty" minLength:"1" maxLength:"50"`
		Text        *string              `json:"text,omitempty" maxLength:"4000"`
		Attachments *[]WelcomeAttachment `json:"attachments,omitempty" maxItems:"9"`
		Archived    *bool                `json:"archived,omitempty"`
	}
}
