package wecom

import (
	"context"
	"iter"
	"slices"
)

// GroupChatStatus is one line of the list of customer groups.
type GroupChatStatus struct {
	ChatID string `json:"chat_id"`
	Status int    `json:"status"` // 0 normal, 1 owner left, 2 being inherited, 3 inherited
}

// maxOwners is how many owners one listing may name.
const maxOwners = 100

// ListGroupChats walks the customer groups of owners, any number of them.
// Without owners it walks all, which is refused (81017) when the app can see
// more than 1,000 members. status 0 means any.
func (c *Client) ListGroupChats(
	ctx context.Context, owners []string, status int,
) iter.Seq2[GroupChatStatus, error] {
	return func(yield func(GroupChatStatus, error) bool) {
		chunks := slices.Collect(slices.Chunk(owners, maxOwners))
		if len(chunks) == 0 {
			chunks = [][]string{nil}
		}
		for _, chunk := range chunks {
			for g, err := range c.groupChats(ctx, chunk, status) {
				if !yield(g, err) || err != nil {
					return
				}
			}
		}
	}
}

func (c *Client) groupChats(
	ctx context.Context, owners []string, status int,
) iter.Seq2[GroupChatStatus, error] {
	const op = "externalcontact/groupchat/list"
	type filter struct {
		UserIDList []string `json:"userid_list"`
	}
	type in struct {
		StatusFilter int     `json:"status_filter"`
		OwnerFilter  *filter `json:"owner_filter,omitempty"`
		Cursor       string  `json:"cursor,omitempty"`
		Limit        int     `json:"limit"`
	}
	var by *filter
	if len(owners) > 0 {
		by = &filter{owners}
	}
	return pages(op, func(cursor string) ([]GroupChatStatus, string, error) {
		var out struct {
			GroupChatList []GroupChatStatus `json:"group_chat_list"`
			NextCursor    string            `json:"next_cursor"`
		}
		err := c.call(ctx, op, in{status, by, cursor, 1000}, &out)
		return out.GroupChatList, out.NextCursor, err
	})
}

// GroupChat is a customer group. It has no count: that is len(MemberList).
type GroupChat struct {
	ChatID        string        `json:"chat_id"`
	Name          string        `json:"name"`
	Owner         string        `json:"owner"`
	CreateTime    int64         `json:"create_time"`
	Notice        string        `json:"notice"`
	MemberList    []GroupMember `json:"member_list"`
	AdminList     []GroupAdmin  `json:"admin_list"`
	MemberVersion string        `json:"member_version"` // as CurMemVer in events
}

// GroupAdmin is a group's administrator.
type GroupAdmin struct {
	UserID string `json:"userid"`
}

// The values of GroupMember.Type and JoinScene. Events use another scale.
const (
	MemberStaff    = 1
	MemberExternal = 2
	JoinedInvited  = 1 // by a member
	JoinedByLink   = 2
	JoinedByQRCode = 3
)

// GroupMember is one person in a group.
type GroupMember struct {
	UserID        string   `json:"userid"` // or the external_userid
	Type          int      `json:"type"`
	UnionID       string   `json:"unionid"`
	JoinTime      int64    `json:"join_time"`
	JoinScene     int      `json:"join_scene"`
	Invitor       *Invitor `json:"invitor"` // only when staff invited
	GroupNickname string   `json:"group_nickname"`
	Name          string   `json:"name"`  // only when asked for
	State         string   `json:"state"` // of the join way that brought them
}

// Invitor is the staff member who invited a participant.
type Invitor struct {
	UserID string `json:"userid"`
}

type groupChatAnswer struct {
	GroupChat GroupChat `json:"group_chat"`
}

func (a *groupChatAnswer) missing() string {
	return require("group_chat.chat_id", a.GroupChat.ChatID != "")
}

// GetGroupChat reads a group with all members; needName asks for their names,
// too. For about 2 seconds after an event it may answer with the old list:
// compare MemberVersion with the event's CurMemVer.
func (c *Client) GetGroupChat(ctx context.Context, chatID string, needName bool) (GroupChat, error) {
	const op = "externalcontact/groupchat/get"
	if err := check(op).needs("chat_id", chatID).err(); err != nil {
		return GroupChat{}, err
	}
	in := struct {
		ChatID   string `json:"chat_id"`
		NeedName int    `json:"need_name"`
	}{ChatID: chatID}
	if needName {
		in.NeedName = 1
	}
	var out groupChatAnswer
	err := c.call(ctx, op, in, &out)
	return out.GroupChat, err
}

type chatIDAnswer struct {
	ChatID string `json:"chat_id"`
}

func (a *chatIDAnswer) missing() string { return require("chat_id", a.ChatID != "") }

// OpengidToChatID names the customer group in which a mini program was opened.
func (c *Client) OpengidToChatID(ctx context.Context, opengid string) (string, error) {
	const op = "externalcontact/opengid_to_chatid"
	if err := check(op).needs("opengid", opengid).err(); err != nil {
		return "", err
	}
	in := struct {
		OpenGID string `json:"opengid"`
	}{opengid}
	var out chatIDAnswer
	err := c.call(ctx, op, in, &out)
	return out.ChatID, err
}
