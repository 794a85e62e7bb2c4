package wecom

import "context"

// JoinWay is a 加入群聊 code over one to five groups. It cannot be listed: keep
// every config id. Its QR code never changes.
type JoinWay struct {
	ConfigID       string   `json:"config_id,omitempty"`
	Scene          int      `json:"scene"`            // 3 has been seen in answers
	Remark         string   `json:"remark"`           // ≤ 30 characters
	AutoCreateRoom int      `json:"auto_create_room"` // 1: WeCom opens new groups when all are full
	RoomBaseName   string   `json:"room_base_name"`   // ≤ 40 characters, of groups it opens
	RoomBaseID     int      `json:"room_base_id,omitempty"`
	ChatIDList     []string `json:"chat_id_list"`
	State          string   `json:"state"` // ≤ 30 characters, kept with each participant
	MarkSource     *bool    `json:"mark_source,omitempty"`
	QRCode         string   `json:"qr_code,omitempty"` // read only
}

func (w JoinWay) check(op string) error {
	c := check(op).
		that(w.Scene > 0, "scene is empty").
		chars("remark", w.Remark, 30). // WeCom cuts silently; then both sides would differ
		chars("room_base_name", w.RoomBaseName, 40).
		chars("state", w.State, 30).
		that(w.AutoCreateRoom == 0 || w.AutoCreateRoom == 1, "auto_create_room is neither 0 nor 1").
		that(w.RoomBaseID >= 0, "room_base_id is negative").
		count("chat_id_list", len(w.ChatIDList), 1, 5)
	for _, id := range w.ChatIDList {
		c.needs("chat_id_list", id)
	}
	return c.err()
}

type newConfig struct {
	ConfigID string `json:"config_id"`
}

func (n *newConfig) missing() string { return require("config_id", n.ConfigID != "") }

// AddJoinWay makes a new code on every call and returns its config id; read the
// QR code with GetJoinWay. After class Unknown there is no way to look for it.
func (c *Client) AddJoinWay(ctx context.Context, w JoinWay) (configID string, err error) {
	op := opAddJoinWay
	if err := check(op).that(w.ConfigID == "", "config_id is given").err(); err != nil {
		return "", err
	}
	if err := w.check(op); err != nil {
		return "", err
	}
	w.QRCode = ""
	var out newConfig
	err = c.call(ctx, op, w, &out)
	return out.ConfigID, err
}

type joinWayAnswer struct {
	JoinWay JoinWay `json:"join_way"`
}

func (a *joinWayAnswer) missing() string {
	return require("join_way.config_id", a.JoinWay.ConfigID != "")
}

// GetJoinWay reads a code. Whether its list holds groups that WeCom opened
// itself is not documented.
func (c *Client) GetJoinWay(ctx context.Context, id string) (JoinWay, error) {
	const op = "externalcontact/groupchat/get_join_way"
	if err := check(op).needs("config_id", id).err(); err != nil {
		return JoinWay{}, err
	}
	var out joinWayAnswer
	err := c.call(ctx, op, configID{id}, &out)
	return out.JoinWay, err
}

// UpdateJoinWay makes the code w.ConfigID be w: a full overwrite, in which what
// is left out returns to its default.
func (c *Client) UpdateJoinWay(ctx context.Context, w JoinWay) error {
	const op = "externalcontact/groupchat/update_join_way"
	if err := check(op).needs("config_id", w.ConfigID).err(); err != nil {
		return err
	}
	if err := w.check(op); err != nil {
		return err
	}
	w.QRCode = ""
	return c.call(ctx, op, w, &struct{}{})
}

// DelJoinWay kills a code and every print of it, for good.
func (c *Client) DelJoinWay(ctx context.Context, id string) error {
	const op = "externalcontact/groupchat/del_join_way"
	if err := check(op).needs("config_id", id).err(); err != nil {
		return err
	}
	return c.call(ctx, op, configID{id}, &struct{}{})
}
