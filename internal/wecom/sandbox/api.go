package sandbox

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// routes is every path of the API that the sandbox speaks, and who may call it.
func routes() map[string]endpoint {
	const x = "externalcontact/"
	const acq = x + "customer_acquisition/"
	return map[string]endpoint{
		"gettoken":          {open: true, do: getToken},
		"getcallbackip":     {do: addresses},
		"get_api_domain_ip": {do: addresses},
		"auth/getuserinfo":  {do: getUserInfo},

		"user/get":        {do: getUser},
		"user/list":       {do: listUsers, empty: []string{"userlist"}, list: true},
		"user/simplelist": {do: simpleUsers, empty: []string{"userlist"}, list: true},
		"user/list_id":    {post: true, do: listUserIDs, empty: []string{"dept_user"}},
		"department/list": {do: listDepartments, empty: []string{"department"}},

		x + "add_contact_way":    {post: true, right: contacts, do: addContactWay},
		x + "get_contact_way":    {post: true, right: contacts, do: getContactWay},
		x + "list_contact_way":   {post: true, right: contacts, do: listContactWays, empty: []string{"contact_way"}, list: true},
		x + "update_contact_way": {post: true, right: contacts, do: updateContactWay},
		x + "del_contact_way":    {post: true, right: contacts, do: delContactWay},

		x + "groupchat/add_join_way":    {post: true, right: contacts, do: addJoinWay},
		x + "groupchat/get_join_way":    {post: true, right: contacts, do: getJoinWay},
		x + "groupchat/update_join_way": {post: true, right: contacts, do: updateJoinWay},
		x + "groupchat/del_join_way":    {post: true, right: contacts, do: delJoinWay},
		x + "groupchat/list":            {post: true, right: contacts, do: listGroups, empty: []string{"group_chat_list"}, list: true},
		x + "groupchat/get":             {post: true, right: contacts, do: getGroup},

		x + "get_follow_user_list": {right: contacts, do: followUsers, empty: []string{"follow_user"}},
		x + "list":                 {right: contacts, do: listContacts, empty: []string{"external_userid"}, list: true},
		x + "get":                  {right: contacts, do: getContact, empty: []string{"follow_user"}},
		x + "batch/get_by_user":    {post: true, right: contacts, do: batchContacts, empty: []string{"external_contact_list"}, list: true},
		x + "remark":               {post: true, right: contacts, do: remark},

		x + "get_corp_tag_list": {post: true, right: contacts, do: listTags, empty: []string{"tag_group"}},
		x + "add_corp_tag":      {post: true, right: contacts, do: addTags},
		x + "edit_corp_tag":     {post: true, right: contacts, do: editTag},
		x + "del_corp_tag":      {post: true, right: contacts, do: delTags},
		x + "mark_tag":          {post: true, right: contacts, do: markTag},

		x + "send_welcome_msg":            {post: true, right: contacts, do: sendWelcome},
		x + "group_welcome_template/add":  {post: true, right: contacts, do: addTemplate},
		x + "group_welcome_template/edit": {post: true, right: contacts, do: editTemplate},
		x + "group_welcome_template/get":  {post: true, right: contacts, do: getTemplate},
		x + "group_welcome_template/del":  {post: true, right: contacts, do: delTemplate},

		acq + "list_link":                {post: true, right: links, do: listLinks, empty: []string{"link_id_list"}},
		acq + "get":                      {post: true, right: links, do: getLink},
		acq + "create_link":              {post: true, right: links, do: createLink},
		acq + "update_link":              {post: true, right: links, do: updateLink},
		acq + "delete_link":              {post: true, right: links, do: deleteLink},
		acq + "customer":                 {post: true, right: links, do: linkCustomers, empty: []string{"customer_list"}},
		acq + "statistic":                {right: links, do: linkStatistic},
		x + "customer_acquisition_quota": {right: links, do: linkQuota, empty: []string{"quota_list"}},

		"message/send":                 {post: true, do: sendMessage},
		"message/recall":               {post: true, do: recallMessage},
		"message/update_template_card": {post: true, do: updateCard},

		"media/upload":    {do: uploadMedia},
		"media/uploadimg": {do: uploadPicture},
		"media/get":       {do: getMedia},
	}
}

// page cuts limit rows out of n, from where cursor says. The next cursor is
// empty on the last page.
func page(n int, cursor string, limit int) (from, to int, next string, err error) {
	if cursor != "" {
		raw, bad := base64.RawURLEncoding.DecodeString(cursor)
		text, ok := strings.CutPrefix(string(raw), "sbx")
		at, wrong := strconv.Atoi(text)
		if bad != nil || !ok || wrong != nil || at < 0 {
			return 0, 0, "", refuse(50100)
		}
		from = min(at, n)
	}
	to = min(from+limit, n)
	if to < n {
		next = base64.RawURLEncoding.EncodeToString([]byte("sbx" + strconv.Itoa(to)))
	}
	return from, to, next, nil
}

// some is s, or an empty array where JSON would say null.
func some[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
