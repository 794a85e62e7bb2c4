package sandbox

import (
	"slices"
	"strconv"
)

// userRow is a member as an app made after 2022-06-20 may read it: without
// avatar, gender, mobile and mail.
func userRow(m *Staff) reply {
	order := make([]int64, len(m.Department))
	leader := m.Leader
	if len(leader) != len(m.Department) {
		leader = order
	}
	return reply{
		"userid": m.UserID, "name": m.Name, "department": some(m.Department), "order": order,
		"position": m.Position, "is_leader_in_dept": leader, "direct_leader": []string{},
		"status": m.Status, "main_department": first(m.Department), "telephone": "", "alias": "",
		"external_position": m.Position, "extattr": reply{"attrs": []any{}},
	}
}

func first(ids []int64) int64 {
	if len(ids) == 0 {
		return 1
	}
	return ids[0]
}

func getUser(c *call) (reply, error) {
	m, err := c.w.visible(c.app, c.query.Get("userid"))
	if err != nil {
		return nil, err
	}
	return userRow(m), nil
}

func listUsers(c *call) (reply, error) {
	members, err := c.departmentMembers()
	if err != nil {
		return nil, err
	}
	rows := []reply{}
	for _, m := range members {
		rows = append(rows, userRow(m))
	}
	return reply{"userlist": rows}, nil
}

func simpleUsers(c *call) (reply, error) {
	members, err := c.departmentMembers()
	if err != nil {
		return nil, err
	}
	rows := []reply{}
	for _, m := range members {
		rows = append(rows, reply{"userid": m.UserID, "name": m.Name, "department": m.Department})
	}
	return reply{"userlist": rows}, nil
}

// departmentMembers are the visible members of department_id, and of those
// below it with fetch_child=1.
func (c *call) departmentMembers() ([]*Staff, error) {
	id, err := strconv.ParseInt(c.query.Get("department_id"), 10, 64)
	if err != nil || c.w.department(id) == nil {
		return nil, refuse(60123)
	}
	ids := []int64{id}
	if c.query.Get("fetch_child") == "1" {
		ids = c.w.descendants(id)
	}
	var out []*Staff
	for _, m := range c.w.Staff.rows {
		in := slices.ContainsFunc(m.Department, func(d int64) bool { return slices.Contains(ids, d) })
		if in && c.w.sees(c.app, m) {
			out = append(out, m)
		}
	}
	return out, nil
}

func listUserIDs(c *call) (reply, error) {
	var req struct {
		Cursor string `json:"cursor"`
		Limit  int    `json:"limit"`
	}
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	if req.Limit < 1 || req.Limit > 10_000 {
		return nil, refuse(40058)
	}
	rows := []reply{}
	for _, m := range c.w.Staff.rows {
		if !c.w.sees(c.app, m) {
			continue
		}
		for _, d := range m.Department {
			rows = append(rows, reply{"userid": m.UserID, "department": d})
		}
	}
	from, to, next, err := page(len(rows), req.Cursor, req.Limit)
	if err != nil {
		return nil, err
	}
	return reply{"dept_user": rows[from:to], "next_cursor": next}, nil
}

func listDepartments(c *call) (reply, error) {
	root := int64(1)
	if text := c.query.Get("id"); text != "" {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil || c.w.department(id) == nil {
			return nil, refuse(60123)
		}
		root = id
	}
	rows := []*Department{}
	for _, id := range c.w.descendants(root) {
		if d := c.w.department(id); c.departmentVisible(id) {
			rows = append(rows, d)
		}
	}
	return reply{"department": rows}, nil
}

func (c *call) departmentVisible(id int64) bool {
	return slices.ContainsFunc(c.app.Departments, func(d int64) bool {
		return slices.Contains(c.w.descendants(d), id)
	})
}
