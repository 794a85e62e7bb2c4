package sandbox

import "slices"

const maxOrder = 1<<32 - 1

func listTags(c *call) (reply, error) {
	var req struct {
		Tags   []string `json:"tag_id"`
		Groups []string `json:"group_id"`
	}
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	rows := []reply{}
	for _, g := range c.w.TagGroups.rows {
		switch {
		case len(req.Groups) > 0:
			if slices.Contains(req.Groups, g.ID) {
				rows = append(rows, tagGroupRow(g, func(*Tag) bool { return true }, true))
			}
		case len(req.Tags) > 0:
			asked := func(t *Tag) bool { return slices.Contains(req.Tags, t.ID) }
			if slices.ContainsFunc(g.Tags, asked) {
				rows = append(rows, tagGroupRow(g, asked, true))
			}
		case !g.Deleted:
			rows = append(rows, tagGroupRow(g, func(t *Tag) bool { return !t.Deleted }, false))
		}
	}
	return reply{"tag_group": rows}, nil
}

// tagGroupRow shows g with the tags of keep; deleted is said only when ids
// were asked for.
func tagGroupRow(g *TagGroup, keep func(*Tag) bool, deleted bool) reply {
	tags := []reply{}
	for _, t := range g.Tags {
		if !keep(t) {
			continue
		}
		row := reply{"id": t.ID, "name": t.Name, "create_time": t.CreateTime, "order": t.Order}
		if deleted && t.Deleted {
			row["deleted"] = true
		}
		tags = append(tags, row)
	}
	row := reply{"group_id": g.ID, "group_name": g.Name, "create_time": g.CreateTime,
		"order": g.Order, "tag": tags}
	if deleted && g.Deleted {
		row["deleted"] = true
	}
	return row
}

type newTag struct {
	Name  string `json:"name"`
	Order int64  `json:"order"`
}

func addTags(c *call) (reply, error) {
	var req struct {
		GroupID   string   `json:"group_id"`
		GroupName string   `json:"group_name"`
		Order     int64    `json:"order"`
		Tags      []newTag `json:"tag"`
	}
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	if len(req.Tags) == 0 {
		return nil, refuse(40063)
	}
	for _, t := range req.Tags {
		if t.Name == "" || longer(t.Name, 30) {
			return nil, refuse(40072)
		}
		if t.Order < 0 || t.Order > maxOrder {
			return nil, refuse(40058)
		}
	}
	if c.w.tagCount()+len(req.Tags) > c.w.Rules.TagCap {
		return nil, refuse(40126)
	}
	g, fresh, err := c.tagGroup(req.GroupID, req.GroupName, req.Order)
	if err != nil {
		return nil, err
	}
	added := c.addTo(g, req.Tags)
	if len(added) == 0 {
		return nil, refuse(40071)
	}
	if fresh {
		c.w.TagGroups.put(g)
		c.emitOwn(tagChanged("create", g.ID, "tag_group"))
	}
	for _, t := range added {
		c.emitOwn(tagChanged("create", t.ID, "tag"))
	}
	made := func(t *Tag) bool { return slices.Contains(added, t) }
	return reply{"tag_group": tagGroupRow(g, made, false)}, nil
}

// tagGroup finds the group by id or name; a new name makes one.
func (c *call) tagGroup(id, name string, order int64) (g *TagGroup, fresh bool, err error) {
	if id != "" {
		g, ok := c.w.TagGroups.get(id)
		if !ok || g.Deleted {
			return nil, false, refuse(40068)
		}
		return g, false, c.ownsTag(g)
	}
	if name == "" || longer(name, 30) {
		return nil, false, refuse(40072)
	}
	if order < 0 || order > maxOrder {
		return nil, false, refuse(40058)
	}
	for _, g := range c.w.TagGroups.rows {
		if g.Name == name && !g.Deleted {
			return g, false, c.ownsTag(g)
		}
	}
	return &TagGroup{ID: c.w.newID("et"), Name: name, Order: order,
		CreateTime: c.w.now.Unix(), AgentID: c.app.AgentID}, true, nil
}

// ownsTag refuses what another app, or the console, made.
func (c *call) ownsTag(g *TagGroup) error {
	if g.AgentID != c.app.AgentID {
		return refuse(81011)
	}
	return nil
}

// addTo makes the tags that g does not have yet.
func (c *call) addTo(g *TagGroup, tags []newTag) []*Tag {
	var added []*Tag
	for _, t := range tags {
		if g.named(t.Name) != nil {
			continue
		}
		made := &Tag{ID: c.w.newID("et"), Name: t.Name, Order: t.Order, CreateTime: c.w.now.Unix()}
		g.Tags, added = append(g.Tags, made), append(added, made)
	}
	return added
}

func (g *TagGroup) named(name string) *Tag {
	for _, t := range g.Tags {
		if t.Name == name && !t.Deleted {
			return t
		}
	}
	return nil
}

func (w *world) tagCount() int {
	n := 0
	for _, g := range w.TagGroups.rows {
		for _, t := range g.Tags {
			if !t.Deleted {
				n++
			}
		}
	}
	return n
}

func editTag(c *call) (reply, error) {
	var req struct {
		ID    string  `json:"id"`
		Name  *string `json:"name"`
		Order *int64  `json:"order"`
	}
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	if req.Name != nil && (*req.Name == "" || longer(*req.Name, 30)) {
		return nil, refuse(40072)
	}
	if req.Order != nil && (*req.Order < 0 || *req.Order > maxOrder) {
		return nil, refuse(40058)
	}
	if g, ok := c.w.TagGroups.get(req.ID); ok && !g.Deleted {
		return c.editTagGroup(g, req.Name, req.Order)
	}
	g, t := c.w.tag(req.ID)
	if t == nil {
		return nil, refuse(40068)
	}
	if err := c.ownsTag(g); err != nil {
		return nil, err
	}
	if req.Name != nil {
		if same := g.named(*req.Name); same != nil && same != t {
			return nil, refuse(40071)
		}
	}
	set(&t.Name, req.Name)
	if req.Order != nil {
		t.Order = *req.Order
	}
	c.emitOwn(tagChanged("update", t.ID, "tag"))
	return reply{}, nil
}

func (c *call) editTagGroup(g *TagGroup, name *string, order *int64) (reply, error) {
	if err := c.ownsTag(g); err != nil {
		return nil, err
	}
	for _, other := range c.w.TagGroups.rows {
		if name != nil && other != g && other.Name == *name && !other.Deleted {
			return nil, refuse(40071)
		}
	}
	set(&g.Name, name)
	if order != nil {
		g.Order = *order
	}
	c.emitOwn(tagChanged("update", g.ID, "tag_group"))
	return reply{}, nil
}

func delTags(c *call) (reply, error) {
	var req struct {
		Tags   []string `json:"tag_id"`
		Groups []string `json:"group_id"`
	}
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	if len(req.Tags)+len(req.Groups) == 0 {
		return nil, refuse(40063)
	}
	if err := c.mayDelete(req.Tags, req.Groups); err != nil {
		return nil, err
	}
	for _, id := range req.Groups {
		g, _ := c.w.TagGroups.get(id)
		g.remove()
		c.emitOwn(tagChanged("delete", id, "tag_group"))
	}
	for _, id := range req.Tags {
		g, t := c.w.tag(id)
		if t == nil {
			continue // went with its group just now
		}
		t.Deleted = true
		c.emitOwn(tagChanged("delete", id, "tag"))
		if !slices.ContainsFunc(g.Tags, func(t *Tag) bool { return !t.Deleted }) {
			g.Deleted = true
		}
	}
	return reply{}, nil
}

func (c *call) mayDelete(tags, groups []string) error {
	for _, id := range groups {
		g, ok := c.w.TagGroups.get(id)
		if !ok || g.Deleted {
			return refuse(40068)
		}
		if err := c.ownsTag(g); err != nil {
			return err
		}
	}
	for _, id := range tags {
		g, t := c.w.tag(id)
		if t == nil {
			return refuse(40068)
		}
		if err := c.ownsTag(g); err != nil {
			return err
		}
	}
	return nil
}

func (g *TagGroup) remove() {
	g.Deleted = true
	for _, t := range g.Tags {
		t.Deleted = true
	}
}

// markTag tags one staff member's copy of a customer. Two calls on the same
// customer at one time are 45035.
func markTag(c *call) (reply, error) {
	var req struct {
		UserID   string   `json:"userid"`
		External string   `json:"external_userid"`
		Add      []string `json:"add_tag"`
		Remove   []string `json:"remove_tag"`
	}
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	if len(req.Add)+len(req.Remove) == 0 {
		return nil, refuse(40063)
	}
	r, err := c.w.relation(c.app, req.UserID, req.External)
	if err != nil {
		return nil, err
	}
	for _, id := range slices.Concat(req.Add, req.Remove) {
		if _, t := c.w.tag(id); t == nil {
			return nil, refuse(40068)
		}
	}
	if !c.hold("tags of "+req.External, 1) {
		return nil, refuse(45035)
	}
	tags := slices.DeleteFunc(slices.Clone(r.Tags), func(id string) bool {
		return slices.Contains(req.Remove, id)
	})
	for _, id := range req.Add {
		if !slices.Contains(tags, id) {
			tags = append(tags, id)
		}
	}
	if len(tags) > 3000 {
		return nil, refuse(40058)
	}
	r.Tags = tags
	c.emitOwn(contactEdited(r, req.External))
	return reply{}, nil
}
