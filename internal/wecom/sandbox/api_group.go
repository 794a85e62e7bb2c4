package sandbox

import (
	"slices"
	"time"
)

func listGroups(c *call) (reply, error) {
	var req struct {
		Status int `json:"status_filter"`
		Owner  *struct {
			Users []string `json:"userid_list"`
		} `json:"owner_filter"`
		Cursor string `json:"cursor"`
		Limit  int    `json:"limit"`
	}
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	if req.Limit < 1 || req.Limit > 1000 || req.Status < 0 || req.Status > 3 {
		return nil, refuse(40058)
	}
	var owners []string
	if req.Owner != nil {
		owners = req.Owner.Users
	}
	if len(owners) > 100 {
		return nil, refuse(40058)
	}
	if len(owners) == 0 && c.visibleStaff() > 1000 {
		return nil, refuse(81017)
	}
	rows := []reply{}
	for _, g := range c.w.Groups.rows {
		if c.listed(g, owners) && (req.Status == 0 || g.Status == req.Status) {
			rows = append(rows, reply{"chat_id": g.ChatID, "status": g.Status})
		}
	}
	from, to, next, err := page(len(rows), req.Cursor, req.Limit)
	if err != nil {
		return nil, err
	}
	return reply{"group_chat_list": rows[from:to], "next_cursor": next}, nil
}

// listed says whether g appears: a group whose owner left only when that
// owner is asked for.
func (c *call) listed(g *Group, owners []string) bool {
	if _, err := c.group(g.ChatID); err != nil {
		return false
	}
	if len(owners) > 0 {
		return slices.Contains(owners, g.Owner)
	}
	m, ok := c.w.Staff.get(g.Owner)
	return ok && m.Status != StaffLeft
}

func (c *call) visibleStaff() int {
	n := 0
	for _, m := range c.w.Staff.rows {
		if c.w.sees(c.app, m) {
			n++
		}
	}
	return n
}

func getGroup(c *call) (reply, error) {
	var req struct {
		ChatID   string `json:"chat_id"`
		NeedName int    `json:"need_name"`
	}
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	g, err := c.group(req.ChatID)
	if err != nil {
		return nil, err
	}
	members, version := g.Members, g.Version
	if c.w.Rules.StaleReads && c.w.now.Sub(g.ChangedAt) < 2*time.Second && g.Before != nil {
		members, version = g.Before, g.BeforeVersion
	}
	rows := []reply{}
	for _, m := range members {
		rows = append(rows, c.memberRow(m, req.NeedName == 1))
	}
	admins := []reply{}
	for _, a := range g.Admins {
		admins = append(admins, reply{"userid": a})
	}
	return reply{"group_chat": reply{
		"chat_id": g.ChatID, "name": g.Name, "owner": g.Owner, "create_time": g.CreateTime,
		"notice": g.Notice, "member_list": rows, "admin_list": admins, "member_version": version,
	}}, nil
}

func (c *call) memberRow(m Member, named bool) reply {
	row := reply{"userid": m.ID, "type": m.Type, "join_time": m.JoinTime,
		"join_scene": m.JoinScene, "group_nickname": ""}
	if m.Invitor != "" {
		row["invitor"] = reply{"userid": m.Invitor}
	}
	if m.State != "" {
		row["state"] = m.State
	}
	name := ""
	if p, ok := c.w.People.get(m.ID); ok {
		name = p.Nickname
		if c.w.Rules.UnionID {
			row["unionid"] = p.UnionID
		}
	} else if s, ok := c.w.Staff.get(m.ID); ok {
		name = s.Name
	}
	if named {
		row["name"] = name
	}
	return row
}
