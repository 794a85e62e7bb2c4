package access

import (
	"maps"
	"slices"
)

// Permission is one thing a role may do. The names are stable: the UI and API
// keys know them.
type Permission string

// The permissions. Anyone and SignedIn are not held by roles: routes use them.
const (
	Anyone   Permission = ""          // no login needed
	SignedIn Permission = "signed_in" // any account or key

	SeeHome      Permission = "home"
	ReadCodes    Permission = "code.read"
	CreateCodes  Permission = "code.create"
	EditCodes    Permission = "code.edit"
	PublishCodes Permission = "code.publish"
	PauseCodes   Permission = "code.pause"
	DeleteCodes  Permission = "code.delete"
	EditRules    Permission = "rule.edit"
	ReadGroups   Permission = "group.read"
	EditGroups   Permission = "group.edit"
	ReadStaff    Permission = "staff.read"
	EditStaff    Permission = "staff.edit"
	ReadChannels Permission = "channel.read"
	EditChannels Permission = "channel.edit"
	ReadContacts Permission = "contact.read"
	Reveal       Permission = "contact.reveal"
	ReadTraces   Permission = "trace.read"
	ReadWelcomes Permission = "welcome.read"
	EditWelcomes Permission = "welcome.edit"
	ReadTags     Permission = "tag.read"
	EditTags     Permission = "tag.edit"
	ManageSystem Permission = "system.manage"
	ManageRoles  Permission = "role.manage"
	ManageKeys   Permission = "key.manage"
	ReadAudit    Permission = "audit.read"
	ReadJobs     Permission = "job.read"
	EditJobs     Permission = "job.edit"
)

// Role names a set of permissions.
type Role string

// The roles.
const (
	SuperAdmin Role = "super_admin"
	Operations Role = "operations"
	Analyst    Role = "analyst"
	Agent      Role = "agent"
)

// Roles lists the roles, the mightiest first.
func Roles() []Role { return []Role{SuperAdmin, Operations, Analyst, Agent} }

// Valid says that r is a role.
func (r Role) Valid() bool { return slices.Contains(Roles(), r) }

var reading = []Permission{SeeHome, ReadCodes, ReadGroups, ReadStaff, ReadChannels, ReadTags,
	ReadWelcomes}

// granted is who may do what (product design, section 14.1).
var granted = map[Role]map[Permission]bool{
	SuperAdmin: set(reading, CreateCodes, EditCodes, PublishCodes, PauseCodes, DeleteCodes,
		EditRules,
		EditGroups, EditStaff, EditChannels, ReadContacts, Reveal, ReadTraces, EditWelcomes,
		EditTags,
		ManageSystem, ManageRoles, ManageKeys, ReadAudit, ReadJobs, EditJobs),
	Operations: set(reading, CreateCodes, EditCodes, PublishCodes, PauseCodes, DeleteCodes,
		EditGroups, EditStaff, EditChannels, ReadContacts, ReadTraces, EditWelcomes, EditTags,
		ReadJobs),
	Analyst: set(reading, ReadContacts, ReadTraces),
	Agent:   set(reading, ReadContacts),
}

func set(base []Permission, more ...Permission) map[Permission]bool {
	m := map[Permission]bool{}
	for _, p := range slices.Concat(base, more) {
		m[p] = true
	}
	return m
}

// Grants says whether r holds p.
func (r Role) Grants(p Permission) bool { return granted[r][p] }

// Permissions lists what r holds, sorted.
func (r Role) Permissions() []Permission { return slices.Sorted(maps.Keys(granted[r])) }
