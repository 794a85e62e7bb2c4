package app

import "github.com/tuma-live/tuma/internal/core/inbox"

// callbacks says what we do about each WeCom event. The welcome comes first:
// its code is good for 20 seconds.
func callbacks(p *parts) inbox.Plan {
	relation := inbox.Do("contact.relation", p.arrivals.Relation)
	group := inbox.Do("group.changed", p.arrivals.Group)
	staff := inbox.Do("staff.changed", p.staff.Changed)
	tags := inbox.Do("tag.changed", p.tags.Changed)
	greet := inbox.Fast("welcome.send", p.welcomes.Send)
	return inbox.Plan{
		"change_external_contact/add_external_contact":      {greet, relation},
		"change_external_contact/add_half_external_contact": {greet, relation},
		"change_external_contact/edit_external_contact":     {relation},
		"change_external_contact/del_external_contact":      {relation},
		"change_external_contact/del_follow_user":           {relation},
		"change_external_chat/create":                       {group},
		"change_external_chat/update":                       {group},
		"change_external_chat/dismiss":                      {group},
		"change_external_tag/create":                        {tags},
		"change_external_tag/update":                        {tags},
		"change_external_tag/delete":                        {tags},
		"change_external_tag/shuffle":                       {tags},
		"change_contact/create_user":                        {staff},
		"change_contact/update_user":                        {staff},
		"change_contact/delete_user":                        {staff},
		"change_contact/create_party":                       {staff},
		"change_contact/update_party":                       {staff},
		"change_contact/delete_party":                       {staff},
	}
}
