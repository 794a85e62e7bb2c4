package sandbox

import "slices"

func followUsers(c *call) (reply, error) {
	out := []string{}
	for _, m := range c.w.Staff.rows {
		if m.Licensed && m.Status == StaffActive && c.w.sees(c.app, m) {
			out = append(out, m.UserID)
		}
	}
	return reply{"follow_user": out}, nil
}

func listContacts(c *call) (reply, error) {
	m, err := c.w.visible(c.app, c.query.Get("userid"))
	if err != nil {
		return nil, err
	}
	return reply{"external_userid": c.customers(m)}, nil
}

// customers are those of m that the API shows: not the half ones.
func (c *call) customers(m *Staff) []string {
	out := []string{}
	for _, id := range m.Contacts {
		if p, ok := c.w.People.get(id); ok {
			if r := p.with(m.UserID); r != nil && !r.Half {
				out = append(out, id)
			}
		}
	}
	return out
}

func (c *call) contactRow(p *Person) reply {
	row := reply{"external_userid": p.ID, "name": p.Nickname, "type": 1, "gender": p.Gender,
		"avatar": c.base + "/sandbox/img/avatar-" + p.ID}
	if c.w.Rules.UnionID {
		row["unionid"] = p.UnionID
	}
	return row
}

// followRow is one relation without its tags, which differ by endpoint.
func followRow(r *Relation) reply {
	row := reply{"userid": r.UserID, "remark": r.Remark, "description": r.Description,
		"createtime": r.CreateTime, "remark_mobiles": some(r.Mobiles),
		"oper_userid": r.OperUserID, "add_way": r.AddWay}
	if r.State != "" {
		row["state"] = r.State
	}
	if r.Company != "" {
		row["remark_corp_name"] = r.Company
	}
	return row
}

func getContact(c *call) (reply, error) {
	p, err := c.w.external(c.query.Get("external_userid"))
	if err != nil {
		return nil, err
	}
	rows, hidden := []reply{}, false
	for _, r := range p.Follows {
		m, ok := c.w.Staff.get(r.UserID)
		if !ok || !c.w.sees(c.app, m) {
			hidden = true
			continue
		}
		if r.Half {
			continue
		}
		row := followRow(r)
		row["tags"] = c.tagRows(r.Tags)
		rows = append(rows, row)
	}
	switch {
	case len(rows) == 0 && hidden:
		return nil, refuse(40096)
	case len(rows) == 0:
		return nil, refuse(84061)
	}
	from, to, next, err := page(len(rows), c.query.Get("cursor"), 500)
	if err != nil {
		return nil, err
	}
	out := reply{"external_contact": c.contactRow(p), "follow_user": rows[from:to]}
	if next != "" {
		out["next_cursor"] = next
	}
	return out, nil
}

func (c *call) tagRows(ids []string) []reply {
	rows := []reply{}
	for _, id := range ids {
		if g, t := c.w.tag(id); t != nil {
			rows = append(rows, reply{"group_name": g.Name, "tag_name": t.Name, "tag_id": id, "type": 1})
		}
	}
	return rows
}

func batchContacts(c *call) (reply, error) {
	req := struct {
		Users  []string `json:"userid_list"`
		Cursor string   `json:"cursor"`
		Limit  int      `json:"limit"`
	}{Limit: 50}
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	if len(req.Users) < 1 || len(req.Users) > 100 || req.Limit < 1 || req.Limit > 100 {
		return nil, refuse(40058)
	}
	var pairs [][2]string
	for _, u := range req.Users {
		m, err := c.w.visible(c.app, u)
		if err != nil {
			return nil, err
		}
		for _, id := range c.customers(m) {
			pairs = append(pairs, [2]string{u, id})
		}
	}
	from, to, next, err := page(len(pairs), req.Cursor, req.Limit)
	if err != nil {
		return nil, err
	}
	rows := []reply{}
	for _, pair := range pairs[from:to] {
		p, _ := c.w.People.get(pair[1])
		r := p.with(pair[0])
		info := followRow(r)
		info["tag_id"] = c.liveTags(r.Tags)
		rows = append(rows, reply{"external_contact": c.contactRow(p), "follow_info": info})
	}
	return reply{"external_contact_list": rows, "next_cursor": next,
		"fail_info": reply{"unlicensed_userid_list": []string{}}}, nil
}

func (c *call) liveTags(ids []string) []string {
	return slices.DeleteFunc(slices.Clone(some(ids)), func(id string) bool {
		_, t := c.w.tag(id)
		return t == nil
	})
}

func remark(c *call) (reply, error) {
	var req struct {
		UserID      string    `json:"userid"`
		External    string    `json:"external_userid"`
		Remark      *string   `json:"remark"`
		Description *string   `json:"description"`
		Company     *string   `json:"remark_company"`
		Mobiles     *[]string `json:"remark_mobiles"`
		Picture     *string   `json:"remark_pic_mediaid"`
	}
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	r, err := c.w.relation(c.app, req.UserID, req.External)
	if err != nil {
		return nil, err
	}
	if req.Remark == nil && req.Description == nil && req.Company == nil &&
		req.Mobiles == nil && req.Picture == nil {
		return nil, refuse(40063)
	}
	if tooLong(req.Remark, 20) || tooLong(req.Description, 150) || tooLong(req.Company, 20) {
		return nil, refuse(40058)
	}
	if req.Picture != nil {
		if _, err := c.media(*req.Picture); err != nil {
			return nil, err
		}
	}
	set(&r.Remark, req.Remark)
	set(&r.Description, req.Description)
	set(&r.Company, req.Company)
	if req.Mobiles != nil {
		r.Mobiles = slices.DeleteFunc(slices.Clone(*req.Mobiles), func(s string) bool { return s == "" })
	}
	c.emitOwn(contactEdited(r, req.External))
	return reply{}, nil
}

func tooLong(s *string, most int) bool { return s != nil && longer(*s, most) }

func set(to *string, from *string) {
	if from != nil {
		*to = *from
	}
}
