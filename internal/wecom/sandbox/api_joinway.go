package sandbox

func addJoinWay(c *call) (reply, error) {
	way, err := c.readJoinWay()
	if err != nil {
		return nil, err
	}
	if c.w.configs() >= c.w.Rules.ConfigQuota {
		return nil, refuse(41045)
	}
	way.ConfigID, way.AgentID = c.w.newHex("join way"), c.app.AgentID
	c.w.JoinWays.put(way)
	return reply{"config_id": way.ConfigID}, nil
}

// readJoinWay reads a whole join way; what is left out is the default.
func (c *call) readJoinWay() (*JoinWay, error) {
	way := JoinWay{AutoCreate: 1, MarkSource: true}
	if err := c.decode(&way); err != nil {
		return nil, err
	}
	way.Created, way.Remark = nil, cut(way.Remark, 30)
	switch {
	case way.Scene < 1 || way.Scene > 2, len(way.ChatIDs) == 0:
		return nil, refuse(40058)
	case len(way.ChatIDs) > 5:
		return nil, refuse(41091)
	case longer(way.State, 30), longer(way.BaseName, 40), way.BaseID < 0:
		return nil, refuse(40058)
	case way.AutoCreate != 0 && way.AutoCreate != 1:
		return nil, refuse(40058)
	}
	for _, id := range way.ChatIDs {
		if _, err := c.group(id); err != nil {
			return nil, err
		}
	}
	return &way, nil
}

// group finds a living customer group whose owner the app sees.
func (c *call) group(id string) (*Group, error) {
	g, ok := c.w.Groups.get(id)
	if !ok || g.Dismissed {
		return nil, refuse(90501)
	}
	m, ok := c.w.Staff.get(g.Owner)
	if !ok || !m.Licensed && m.Status != StaffLeft {
		return nil, refuse(90501)
	}
	// The groups of somebody who left are still read, until they are inherited.
	if m.Status != StaffLeft && !c.w.sees(c.app, m) {
		return nil, refuse(60011)
	}
	return g, nil
}

func (c *call) joinWay() (*JoinWay, error) {
	var req struct {
		ConfigID string `json:"config_id"`
	}
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	if req.ConfigID == "" {
		return nil, refuse(41043)
	}
	way, ok := c.w.JoinWays.get(req.ConfigID)
	if !ok || way.AgentID != c.app.AgentID {
		return nil, refuse(41044)
	}
	return way, nil
}

func getJoinWay(c *call) (reply, error) {
	way, err := c.joinWay()
	if err != nil {
		return nil, err
	}
	out := reply{
		"config_id": way.ConfigID, "scene": way.Scene, "remark": way.Remark,
		"auto_create_room": way.AutoCreate, "room_base_name": way.BaseName,
		"room_base_id": way.BaseID, "chat_id_list": some(way.ChatIDs),
		"state": way.State, "mark_source": way.MarkSource,
	}
	if way.Scene == 2 {
		out["qr_code"] = c.qrURL("group", way.ConfigID)
	}
	return reply{"join_way": out}, nil
}

// updateJoinWay overwrites the whole join way.
func updateJoinWay(c *call) (reply, error) {
	old, err := c.joinWay()
	if err != nil {
		return nil, err
	}
	way, err := c.readJoinWay()
	if err != nil {
		return nil, err
	}
	way.ConfigID, way.AgentID, way.Created = old.ConfigID, old.AgentID, old.Created
	*old = *way
	return reply{}, nil
}

func delJoinWay(c *call) (reply, error) {
	way, err := c.joinWay()
	if err != nil {
		return nil, err
	}
	c.w.JoinWays.drop(way.ConfigID)
	return reply{}, nil
}
