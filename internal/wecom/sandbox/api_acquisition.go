package sandbox

import (
	"encoding/json"
)

// maxLinks is our number: WeCom does not publish its own.
const maxLinks = 1000

type linkBody struct {
	ID    string `json:"link_id"`
	Name  string `json:"link_name"`
	Range *struct {
		Users   []string `json:"user_list"`
		Parties []int64  `json:"department_list"`
	} `json:"range"`
	SkipVerify *bool           `json:"skip_verify"`
	MarkSource *bool           `json:"mark_source"`
	Priority   json.RawMessage `json:"priority_option"`
}

// apply checks b and writes it into l.
func (c *call) apply(b linkBody, l *Link) error {
	if b.Name != "" {
		l.Name = b.Name
	}
	if l.Name == "" {
		return refuse(40063)
	}
	if longer(l.Name, 30) {
		return refuse(40058)
	}
	if b.Range != nil {
		l.Users, l.Parties = b.Range.Users, b.Range.Parties
	}
	if err := c.checkServers(l.Users, l.Parties, 500, 40058); err != nil {
		return err
	}
	if b.SkipVerify != nil {
		l.SkipVerify = *b.SkipVerify
	}
	if b.MarkSource != nil {
		l.MarkSource = *b.MarkSource
	}
	if b.Priority != nil {
		l.Priority = b.Priority
	}
	return nil
}

func createLink(c *call) (reply, error) {
	var req linkBody
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	l := &Link{SkipVerify: true, MarkSource: true, CreateTime: c.w.now.Unix(), AgentID: c.app.AgentID}
	if err := c.apply(req, l); err != nil {
		return nil, err
	}
	if len(c.w.Links.rows) >= maxLinks {
		return nil, refuse(41095)
	}
	l.ID = "cawcde" + c.w.newHex("link")[:12]
	c.w.Links.put(l)
	return reply{"link": reply{"link_id": l.ID, "link_name": l.Name, "url": c.linkURL(l),
		"create_time": l.CreateTime}}, nil
}

func (c *call) linkURL(l *Link) string { return c.base + "/ca/" + l.ID }

// link finds the link that the body names, of this app.
func (c *call) link() (*Link, error) {
	var req struct {
		ID string `json:"link_id"`
	}
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	l, ok := c.w.Links.get(req.ID)
	if !ok || l.AgentID != c.app.AgentID {
		return nil, refuse(40058)
	}
	return l, nil
}

func getLink(c *call) (reply, error) {
	l, err := c.link()
	if err != nil {
		return nil, err
	}
	out := reply{
		"link": reply{"link_name": l.Name, "url": c.linkURL(l), "create_time": l.CreateTime,
			"skip_verify": l.SkipVerify, "mark_source": l.MarkSource},
		"range": reply{"user_list": some(l.Users), "department_list": some(l.Parties)},
	}
	if l.Priority != nil {
		out["priority_option"] = l.Priority
	}
	return out, nil
}

func updateLink(c *call) (reply, error) {
	l, err := c.link()
	if err != nil {
		return nil, err
	}
	var req linkBody
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	next := *l
	if err := c.apply(req, &next); err != nil {
		return nil, err
	}
	*l = next
	return reply{}, nil
}

func deleteLink(c *call) (reply, error) {
	l, err := c.link()
	if err != nil {
		return nil, err
	}
	c.w.Links.drop(l.ID)
	return reply{}, nil
}

func listLinks(c *call) (reply, error) {
	req := struct {
		Limit  int    `json:"limit"`
		Cursor string `json:"cursor"`
	}{Limit: 100}
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	if req.Limit < 1 || req.Limit > 100 {
		return nil, refuse(40058)
	}
	ids := []string{}
	for _, l := range c.w.Links.rows {
		if l.AgentID == c.app.AgentID {
			ids = append(ids, l.ID)
		}
	}
	from, to, next, err := page(len(ids), req.Cursor, req.Limit)
	if err != nil {
		return nil, err
	}
	return reply{"link_id_list": ids[from:to], "next_cursor": next}, nil
}

func linkCustomers(c *call) (reply, error) {
	l, err := c.link()
	if err != nil {
		return nil, err
	}
	req := struct {
		Limit  int    `json:"limit"`
		Cursor string `json:"cursor"`
	}{Limit: 1000}
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	if req.Limit < 1 || req.Limit > 1000 {
		return nil, refuse(40058)
	}
	from, to, next, err := page(len(l.Customers), req.Cursor, req.Limit)
	if err != nil {
		return nil, err
	}
	rows := []reply{}
	for _, k := range l.Customers[from:to] {
		row := reply{"external_userid": k.ExternalUserID, "userid": k.UserID,
			"chat_status": c.w.chatStatus(k)}
		if k.State != "" {
			row["state"] = k.State
		}
		rows = append(rows, row)
	}
	return reply{"customer_list": rows, "next_cursor": next}, nil
}

// chatStatus is 1 once the customer has written, 2 when the relation is gone.
func (w *world) chatStatus(k LinkCustomer) int {
	p, ok := w.People.get(k.ExternalUserID)
	if !ok {
		return 2
	}
	switch r := p.with(k.UserID); {
	case r == nil:
		return 2
	case r.Sent > 0:
		return 1
	}
	return 0
}

func linkQuota(c *call) (reply, error) {
	q := c.w.Quota
	return reply{"total": q.Total, "balance": q.Balance,
		"quota_list": []reply{{"expire_date": q.Expires, "balance": q.Balance}}}, nil
}

// linkStatistic counts over the life of the link: the sandbox keeps no days.
func linkStatistic(c *call) (reply, error) {
	id := c.query.Get("link_id")
	if id == "" {
		l, err := c.link()
		if err != nil {
			return nil, err
		}
		id = l.ID
	}
	l, ok := c.w.Links.get(id)
	if !ok || l.AgentID != c.app.AgentID {
		return nil, refuse(40058)
	}
	return reply{"click_link_customer_cnt": l.Clicks, "new_customer_cnt": len(l.Customers)}, nil
}
