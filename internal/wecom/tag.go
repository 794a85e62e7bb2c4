package wecom

import "context"

// TagGroup is a group of corporate tags (企业客户标签).
type TagGroup struct {
	GroupID    string `json:"group_id"`
	GroupName  string `json:"group_name"`
	CreateTime int64  `json:"create_time"`
	Order      int64  `json:"order"`
	Deleted    bool   `json:"deleted"` // only when asked for by id
	Tag        []Tag  `json:"tag"`
}

// Tag is one corporate tag.
type Tag struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	CreateTime int64  `json:"create_time"`
	Order      int64  `json:"order"`
	Deleted    bool   `json:"deleted"`
}

type tagIDs struct {
	TagID   []string `json:"tag_id,omitempty"`
	GroupID []string `json:"group_id,omitempty"`
}

// GetCorpTagList reads tags by group or by tag; all of them when neither is
// named. With both, WeCom looks at the groups only.
func (c *Client) GetCorpTagList(ctx context.Context, tags, groups []string) ([]TagGroup, error) {
	var out struct {
		TagGroup []TagGroup `json:"tag_group"`
	}
	err := c.call(ctx, "externalcontact/get_corp_tag_list", tagIDs{tags, groups}, &out)
	return out.TagGroup, err
}

// NewTags are tags to add to a group: an existing one by GroupID, or the one
// called GroupName, which is made when there is none.
type NewTags struct {
	GroupID   string   `json:"group_id,omitempty"`
	GroupName string   `json:"group_name,omitempty"` // ≤ 30 characters
	Order     int64    `json:"order,omitempty"`      // of a new group, larger first
	Tag       []NewTag `json:"tag"`
}

// NewTag is one tag to add.
type NewTag struct {
	Name  string `json:"name"` // ≤ 30 characters
	Order int64  `json:"order,omitempty"`
}

type tagGroupAnswer struct {
	TagGroup TagGroup `json:"tag_group"`
}

func (a *tagGroupAnswer) missing() string {
	return require("tag_group.group_id", a.TagGroup.GroupID != "")
}

const maxOrder = 1<<32 - 1

// AddCorpTag adds tags. 40071: the name exists. After class Unknown read the list.
func (c *Client) AddCorpTag(ctx context.Context, n NewTags) (TagGroup, error) {
	k := check(opAddCorpTag).
		that(n.GroupID != "" || n.GroupName != "", "neither group_id nor group_name is given").
		chars("group_name", n.GroupName, 30).
		that(n.Order >= 0 && n.Order <= maxOrder, "order is out of range").
		that(len(n.Tag) > 0, "tag is empty")
	for _, t := range n.Tag {
		k.needs("tag.name", t.Name).chars("tag.name", t.Name, 30).
			that(t.Order >= 0 && t.Order <= maxOrder, "tag.order is out of range")
	}
	if err := k.err(); err != nil {
		return TagGroup{}, err
	}
	var out tagGroupAnswer
	err := c.call(ctx, opAddCorpTag, n, &out)
	return out.TagGroup, err
}

// EditCorpTag renames or reorders a tag or a group that this app made. An empty
// name or a nil order stays as it is. 40071: the name exists.
func (c *Client) EditCorpTag(ctx context.Context, id, name string, order *int64) error {
	const op = "externalcontact/edit_corp_tag"
	err := check(op).needs("id", id).chars("name", name, 30).
		that(order == nil || *order >= 0 && *order <= maxOrder, "order is out of range").err()
	if err != nil {
		return err
	}
	in := struct {
		ID    string `json:"id"`
		Name  string `json:"name,omitempty"`
		Order *int64 `json:"order,omitempty"`
	}{id, name, order}
	return c.call(ctx, op, in, &struct{}{})
}

// DelCorpTag deletes tags and groups that this app made; a group goes with its
// last tag.
func (c *Client) DelCorpTag(ctx context.Context, tags, groups []string) error {
	const op = "externalcontact/del_corp_tag"
	if err := check(op).that(len(tags)+len(groups) > 0, "nothing is named").err(); err != nil {
		return err
	}
	return c.call(ctx, op, tagIDs{tags, groups}, &struct{}{})
}

// MarkTag changes the tags on one staff member's copy of a customer. 45035: the
// same customer is being tagged by another call.
func (c *Client) MarkTag(ctx context.Context, userid, externalUserID string, add, remove []string) error {
	const op = "externalcontact/mark_tag"
	err := check(op).userID("userid", userid).needs("external_userid", externalUserID).
		that(len(add)+len(remove) > 0, "there is no tag to change").err()
	if err != nil {
		return err
	}
	in := struct {
		UserID         string   `json:"userid"`
		ExternalUserID string   `json:"external_userid"`
		AddTag         []string `json:"add_tag,omitempty"`
		RemoveTag      []string `json:"remove_tag,omitempty"`
	}{userid, externalUserID, add, remove}
	return c.call(ctx, op, in, &struct{}{})
}
