package wecom

import (
	"context"
	"iter"
)

// AcquisitionLink is a 获客助手 link. The corp pays per new customer.
type AcquisitionLink struct {
	LinkID     string    `json:"link_id,omitempty"`
	LinkName   string    `json:"link_name"` // ≤ 30 characters
	URL        string    `json:"url,omitempty"`
	CreateTime int64     `json:"create_time,omitempty"`
	SkipVerify bool      `json:"skip_verify"`
	MarkSource *bool     `json:"mark_source,omitempty"`
	Range      LinkRange `json:"range"`
	Priority   *Priority `json:"priority_option,omitempty"`
}

// LinkRange is who a link adds: at most 500 people, departments expanded.
type LinkRange struct {
	UserList       []string `json:"user_list,omitempty"`
	DepartmentList []int64  `json:"department_list,omitempty"`
}

// Priority prefers who has the customer already: type 1 anyone in the corp,
// 2 only those named. Some business categories only.
type Priority struct {
	Type       int      `json:"priority_type"`
	UserIDList []string `json:"priority_userid_list,omitempty"`
}

func (l AcquisitionLink) check(op string) error {
	r := l.Range
	k := check(op).needs("link_name", l.LinkName).chars("link_name", l.LinkName, 30).
		that(len(r.UserList)+len(r.DepartmentList) > 0, "range is empty").
		count("range.user_list", len(r.UserList), 0, 500)
	for _, u := range r.UserList {
		k.userID("range.user_list", u)
	}
	if p := l.Priority; p != nil && p.Type == 2 {
		k.that(len(p.UserIDList) > 0, "priority_userid_list is empty")
	}
	return k.err()
}

type linkRequest struct {
	LinkID     string    `json:"link_id,omitempty"`
	LinkName   string    `json:"link_name"`
	Range      LinkRange `json:"range"`
	SkipVerify bool      `json:"skip_verify"`
	Priority   *Priority `json:"priority_option,omitempty"`
	MarkSource *bool     `json:"mark_source,omitempty"`
}

func (l AcquisitionLink) request(id string) linkRequest {
	return linkRequest{id, l.LinkName, l.Range, l.SkipVerify, l.Priority, l.MarkSource}
}

type newLink struct {
	Link struct {
		LinkID     string `json:"link_id"`
		URL        string `json:"url"`
		CreateTime int64  `json:"create_time"`
	} `json:"link"`
}

func (n *newLink) missing() string {
	return require("link.link_id", n.Link.LinkID != "" && n.Link.URL != "")
}

// CreateLink makes a new link on every call and returns l with its id and URL.
// 41095: there are too many. After class Unknown look for it with ListLinks.
func (c *Client) CreateLink(ctx context.Context, l AcquisitionLink) (AcquisitionLink, error) {
	if err := l.check(opCreateLink); err != nil {
		return AcquisitionLink{}, err
	}
	var out newLink
	if err := c.call(ctx, opCreateLink, l.request(""), &out); err != nil {
		return AcquisitionLink{}, err
	}
	l.LinkID, l.URL, l.CreateTime = out.Link.LinkID, out.Link.URL, out.Link.CreateTime
	return l, nil
}

type linkID struct {
	LinkID string `json:"link_id"`
}

type linkAnswer struct {
	Link     AcquisitionLink `json:"link"`
	Range    LinkRange       `json:"range"`
	Priority *Priority       `json:"priority_option"`
}

func (a *linkAnswer) missing() string { return require("link.url", a.Link.URL != "") }

// GetLink reads a link that this app made.
func (c *Client) GetLink(ctx context.Context, id string) (AcquisitionLink, error) {
	const op = "externalcontact/customer_acquisition/get"
	if err := check(op).needs("link_id", id).err(); err != nil {
		return AcquisitionLink{}, err
	}
	var out linkAnswer
	if err := c.call(ctx, op, linkID{id}, &out); err != nil {
		return AcquisitionLink{}, err
	}
	l := out.Link
	l.LinkID, l.Range, l.Priority = id, out.Range, out.Priority
	return l, nil
}

// ListLinks walks the ids of the valid links that this app made.
func (c *Client) ListLinks(ctx context.Context) iter.Seq2[string, error] {
	const op = "externalcontact/customer_acquisition/list_link"
	type in struct {
		Limit  int    `json:"limit"`
		Cursor string `json:"cursor,omitempty"`
	}
	return pages(op, func(cursor string) ([]string, string, error) {
		var out struct {
			LinkIDList []string `json:"link_id_list"`
			NextCursor string   `json:"next_cursor"`
		}
		err := c.call(ctx, op, in{100, cursor}, &out)
		return out.LinkIDList, out.NextCursor, err
	})
}

// UpdateLink makes the link l.LinkID be l; the range replaces the old one.
func (c *Client) UpdateLink(ctx context.Context, l AcquisitionLink) error {
	const op = "externalcontact/customer_acquisition/update_link"
	if err := check(op).needs("link_id", l.LinkID).err(); err != nil {
		return err
	}
	if err := l.check(op); err != nil {
		return err
	}
	return c.call(ctx, op, l.request(l.LinkID), &struct{}{})
}

// DeleteLink kills a link and every print of it. No event follows.
func (c *Client) DeleteLink(ctx context.Context, id string) error {
	const op = "externalcontact/customer_acquisition/delete_link"
	if err := check(op).needs("link_id", id).err(); err != nil {
		return err
	}
	return c.call(ctx, op, linkID{id}, &struct{}{})
}

// LinkCustomer is someone who came through a link.
type LinkCustomer struct {
	ExternalUserID string `json:"external_userid"`
	UserID         string `json:"userid"`
	ChatStatus     int    `json:"chat_status"` // 0 has not written, 1 has, 2 unknown
	State          string `json:"state"`       // the customer_channel of the URL, ≤ 64 bytes
}

// ListLinkCustomers walks the people who came through a link.
func (c *Client) ListLinkCustomers(ctx context.Context, id string) iter.Seq2[LinkCustomer, error] {
	const op = "externalcontact/customer_acquisition/customer"
	type in struct {
		LinkID string `json:"link_id"`
		Limit  int    `json:"limit"`
		Cursor string `json:"cursor,omitempty"`
	}
	return pages(op, func(cursor string) ([]LinkCustomer, string, error) {
		var out struct {
			CustomerList []LinkCustomer `json:"customer_list"`
			NextCursor   string         `json:"next_cursor"`
		}
		err := c.call(ctx, op, in{id, 1000, cursor}, &out)
		return out.CustomerList, out.NextCursor, err
	})
}

// AcquisitionQuota is how many new customers the corp has paid for.
type AcquisitionQuota struct {
	Total     int64       `json:"total"`   // consumed so far
	Balance   int64       `json:"balance"` // left
	QuotaList []QuotaPart `json:"quota_list"`
}

// QuotaPart is the part of the balance that ends on one day.
type QuotaPart struct {
	ExpireDate int64 `json:"expire_date"`
	Balance    int64 `json:"balance"`
}

// GetAcquisitionQuota reads what is left.
func (c *Client) GetAcquisitionQuota(ctx context.Context) (AcquisitionQuota, error) {
	var out AcquisitionQuota
	err := c.get(ctx, "externalcontact/customer_acquisition_quota", nil, &out)
	return out, err
}

// LinkStatistic is WeCom's own count of a link: the only click count there is.
type LinkStatistic struct {
	ClickLinkCustomerCnt int64 `json:"click_link_customer_cnt"`
	NewCustomerCnt       int64 `json:"new_customer_cnt"`
}

// GetLinkStatistic counts whole days from start to end (Unix seconds), at most
// 30 of them, in the last 180 days.
func (c *Client) GetLinkStatistic(ctx context.Context, id string, start, end int64) (
	LinkStatistic, error,
) {
	const op = "externalcontact/customer_acquisition/statistic"
	if err := check(op).needs("link_id", id).that(start <= end, "start is after end").err(); err != nil {
		return LinkStatistic{}, err
	}
	in := struct {
		LinkID    string `json:"link_id"`
		StartTime int64  `json:"start_time"`
		EndTime   int64  `json:"end_time"`
	}{id, start, end}
	var out LinkStatistic
	err := c.call(ctx, op, in, &out)
	return out, err
}
