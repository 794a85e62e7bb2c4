package wecom

import (
	"context"
	"iter"
	"net/url"
	"slices"
)

// The values of ExternalContact.Type, and the ways of adding we care about.
const (
	ContactWeChat = 1
	ContactWeCom  = 2
	AddedByQRCode = 1
	AddedByLink   = 16 // an acquisition link
)

// ExternalContact is a customer.
type ExternalContact struct {
	ExternalUserID string `json:"external_userid"`
	Name           string `json:"name"`
	Avatar         string `json:"avatar"`
	Type           int    `json:"type"`
	Gender         Int    `json:"gender"`  // 0 unknown, 1 male, 2 female
	UnionID        string `json:"unionid"` // only with a bound WeChat developer account
	Position       string `json:"position"`
	CorpName       string `json:"corp_name"`
	CorpFullName   string `json:"corp_full_name"`
}

// FollowUser is what one staff member has about a customer.
type FollowUser struct {
	UserID         string      `json:"userid"`
	Remark         string      `json:"remark"`
	Description    string      `json:"description"`
	CreateTime     int64       `json:"createtime"`
	Tags           []FollowTag `json:"tags"`   // of get
	TagID          []string    `json:"tag_id"` // of batch/get_by_user
	RemarkCorpName string      `json:"remark_corp_name"`
	RemarkMobiles  []string    `json:"remark_mobiles"`
	OperUserID     string      `json:"oper_userid"`
	AddWay         int         `json:"add_way"` // new values appear over time
	State          string      `json:"state"`
}

// FollowTag is a tag on a customer: type 1 corporate, 2 personal (no id), 3 strategy.
type FollowTag struct {
	GroupName string `json:"group_name"`
	TagName   string `json:"tag_name"`
	TagID     string `json:"tag_id"`
	Type      int    `json:"type"`
}

// ListExternalContacts reads the ids of one staff member's customers. WeCom says
// 84061 or nothing for someone who has none; both are an empty list here.
func (c *Client) ListExternalContacts(ctx context.Context, userid string) ([]string, error) {
	const op = "externalcontact/list"
	if err := check(op).userID("userid", userid).err(); err != nil {
		return nil, err
	}
	var out struct {
		ExternalUserID []string `json:"external_userid"`
	}
	err := c.get(ctx, op, url.Values{"userid": {userid}}, &out)
	if IsCode(err, 84061) {
		return nil, nil
	}
	return out.ExternalUserID, err
}

type externalContactAnswer struct {
	ExternalContact ExternalContact `json:"external_contact"`
	FollowUser      []FollowUser    `json:"follow_user"`
	NextCursor      string          `json:"next_cursor"`
}

func (a *externalContactAnswer) missing() string {
	return require("external_contact.external_userid", a.ExternalContact.ExternalUserID != "")
}

// GetExternalContact reads a customer and everyone who follows them, however
// many pages that takes. 84061: the relation is gone.
func (c *Client) GetExternalContact(ctx context.Context, id string) (
	ExternalContact, []FollowUser, error,
) {
	const op = "externalcontact/get"
	if err := check(op).needs("external_userid", id).err(); err != nil {
		return ExternalContact{}, nil, err
	}
	var contact ExternalContact
	followers, err := collect(pages(op, func(cursor string) ([]FollowUser, string, error) {
		query := url.Values{"external_userid": {id}}
		if cursor != "" {
			query.Set("cursor", cursor)
		}
		var out externalContactAnswer
		err := c.get(ctx, op, query, &out)
		contact = out.ExternalContact
		return out.FollowUser, out.NextCursor, err
	}))
	return contact, followers, err
}

// Relation is one (customer, staff member) pair.
type Relation struct {
	ExternalContact ExternalContact `json:"external_contact"`
	FollowInfo      FollowUser      `json:"follow_info"`
}

// maxBatchUsers is fewer than the 100 that one call may name: four members with
// the most customers anyone can have (20,000) still end within maxPages pages.
const maxBatchUsers = 4

// BatchGetByUser walks all customers of the staff members, one row per pair:
// the endpoint for a full synchronisation.
func (c *Client) BatchGetByUser(ctx context.Context, userids []string) iter.Seq2[Relation, error] {
	return func(yield func(Relation, error) bool) {
		for chunk := range slices.Chunk(userids, maxBatchUsers) {
			for r, err := range c.batchGetByUser(ctx, chunk) {
				if !yield(r, err) || err != nil {
					return
				}
			}
		}
	}
}

func (c *Client) batchGetByUser(ctx context.Context, userids []string) iter.Seq2[Relation, error] {
	const op = "externalcontact/batch/get_by_user"
	type in struct {
		UserIDList []string `json:"userid_list"`
		Cursor     string   `json:"cursor"`
		Limit      int      `json:"limit"`
	}
	return pages(op, func(cursor string) ([]Relation, string, error) {
		var out struct {
			ExternalContactList []Relation `json:"external_contact_list"`
			NextCursor          string     `json:"next_cursor"`
		}
		err := c.call(ctx, op, in{userids, cursor, 100}, &out)
		return out.ExternalContactList, out.NextCursor, err
	})
}

// Remark is what a staff member notes about a customer. A nil field stays as it
// is; RemarkMobiles replaces the whole list, and [""] clears it.
type Remark struct {
	UserID           string   `json:"userid"`
	ExternalUserID   string   `json:"external_userid"`
	Remark           *string  `json:"remark,omitempty"`         // ≤ 20 characters
	Description      *string  `json:"description,omitempty"`    // ≤ 150 characters
	RemarkCompany    *string  `json:"remark_company,omitempty"` // ≤ 20 characters
	RemarkMobiles    []string `json:"remark_mobiles,omitempty"`
	RemarkPicMediaID string   `json:"remark_pic_mediaid,omitempty"`
}

// SetRemark changes a staff member's note about a customer.
func (c *Client) SetRemark(ctx context.Context, r Remark) error {
	const op = "externalcontact/remark"
	k := check(op).userID("userid", r.UserID).needs("external_userid", r.ExternalUserID)
	given := len(r.RemarkMobiles) > 0 || r.RemarkPicMediaID != ""
	for _, f := range []struct {
		name string
		text *string
		most int
	}{{"remark", r.Remark, 20}, {"description", r.Description, 150}, {"remark_company", r.RemarkCompany, 20}} {
		if f.text != nil {
			given = true
			k.chars(f.name, *f.text, f.most)
		}
	}
	if err := k.that(given, "there is nothing to change").err(); err != nil {
		return err
	}
	return c.call(ctx, op, r, &struct{}{})
}
