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
		"getcallbackip":     get(anyApp, addresses),
		"get_api_domain_ip": get(anyApp, addresses),
		"auth/getuserinfo":  get(anyApp, getUserInfo),

		"user/get":        get(anyApp, getUser),
		"user/list":       list(get(anyApp, listUsers, "userlist")),
		"user/simplelist": list(get(anyApp, simpleUsers, "userlist")),
		"user/list_id":    post(anyApp, listUserIDs, "dept_user"),
		"department/list": get(anyApp, listDepartments, "department"),

		x + "add_contact_way":    post(contacts, addContactWay),
		x + "get_contact_way":    post(contacts, getContactWay),
		x + "list_contact_way":   list(post(contacts, listContactWays, "contact_way")),
		x + "update_contact_way": post(contacts, updateContactWay),
		x + "del_contact_way":    post(contacts, delContactWay),

		x + "groupchat/add_join_way":    post(contacts, addJoinWay),
		x + "groupchat/get_join_way":    post(contacts, getJoinWay),
		x + "groupchat/update_join_way": post(contacts, updateJoinWay),
		x + "groupchat/del_join_way":    post(contacts, delJoinWay),
		x + "groupchat/list":            list(post(contacts, listGroups, "group_chat_list")),
		x + "groupchat/get":             post(contacts, getGroup),

		x + "get_follow_user_list": get(contacts, followUsers, "follow_user"),
		x + "list":                 list(get(contacts, listContacts, "external_userid")),
		x + "get":                  get(contacts, getContact, "follow_user"),
		x + "batch/get_by_user":    list(post(contacts, batchContacts, "external_contact_list")),
		x + "remark":               post(contacts, remark),

		x + "get_corp_tag_list": post(contacts, listTags, "tag_group"),
		x + "add_corp_tag":      post(contacts, addTags),
		x + "edit_corp_tag":     post(contacts, editTag),
		x + "del_corp_tag":      post(contacts, delTags),
		x + "mark_tag":          post(contacts, markTag),

		x + "send_welcome_msg":            post(contacts, sendWelcome),
		x + "group_welcome_template/add":  post(contacts, addTemplate),
		x + "group_welcome_template/edit": post(contacts, editTemplate),
		x + "group_welcome_template/get":  post(contacts, getTemplate),
		x + "group_welcome_template/del":  post(contacts, delTemplate),

		acq + "list_link":                post(links, listLinks, "link_id_list"),
		acq + "get":                      post(links, getLink),
		acq + "create_link":              post(links, createLink),
		acq + "update_link":              post(links, updateLink),
		acq + "delete_link":              post(links, deleteLink),
		acq + "customer":                 post(links, linkCustomers, "customer_list"),
		acq + "statistic":                get(links, linkStatistic),
		x + "customer_acquisition_quota": get(links, linkQuota, "quota_list"),

		"message/send":                 post(anyApp, sendMessage),
		"message/recall":               post(anyApp, recallMessage),
		"message/update_template_card": post(anyApp, updateCard),

		"media/upload":    get(anyApp, uploadMedia),
		"media/uploadimg": get(anyApp, uploadPicture),
		"media/get":       get(anyApp, getMedia),
	}
}

// get is an endpoint that reads its query, post one that takes a JSON body.
// empty names the arrays that an error answer still has.
func get(r right, do func(*call) (reply, error), empty ...string) endpoint {
	return endpoint{right: r, do: do, empty: empty}
}

func post(r right, do func(*call) (reply, error), empty ...string) endpoint {
	return endpoint{post: true, right: r, do: do, empty: empty}
}

// list caps the parallel calls of an endpoint.
func list(e endpoint) endpoint {
	e.list = true
	return e
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
