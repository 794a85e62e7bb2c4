package wecom

import (
	"context"
	"iter"
	"net/url"
	"strconv"
)

// The values of User.Status.
const (
	StatusActive       = 1
	StatusDisabled     = 2
	StatusNotActivated = 4
	StatusLeft         = 5
)

// User is a staff member as the directory shows it to the app. Apps created
// after 2022-06-20 get no avatar, gender, mobile or e-mail.
type User struct {
	UserID           string   `json:"userid"`
	Name             string   `json:"name"`
	Department       []int64  `json:"department"`
	Order            []int64  `json:"order"`
	Position         string   `json:"position"`
	Mobile           string   `json:"mobile"`
	Gender           Int      `json:"gender"` // sent as a string here
	Email            string   `json:"email"`
	BizMail          string   `json:"biz_mail"`
	Avatar           string   `json:"avatar"`
	ThumbAvatar      string   `json:"thumb_avatar"`
	QRCode           string   `json:"qr_code"`
	IsLeaderInDept   []int    `json:"is_leader_in_dept"`
	DirectLeader     []string `json:"direct_leader"`
	Telephone        string   `json:"telephone"`
	Alias            string   `json:"alias"`
	Status           int      `json:"status"`
	MainDepartment   int64    `json:"main_department"`
	ExternalPosition string   `json:"external_position"`
}

func (u *User) missing() string { return require("userid", u.UserID != "") }

// GetUser reads one staff member. 60111: unknown, left, or outside the app's
// visible range.
func (c *Client) GetUser(ctx context.Context, userid string) (User, error) {
	const op = "user/get"
	if err := check(op).userID("userid", userid).err(); err != nil {
		return User{}, err
	}
	var u User
	err := c.get(ctx, op, url.Values{"userid": {userid}}, &u)
	return u, err
}

// ListUsers reads the members of a department; with children also those below
// it, which large corps refuse (45029): ask per department there.
func (c *Client) ListUsers(ctx context.Context, department int64, children bool) ([]User, error) {
	query := url.Values{"department_id": {strconv.FormatInt(department, 10)}}
	if children {
		query.Set("fetch_child", "1")
	}
	var out struct {
		UserList []User `json:"userlist"`
	}
	err := c.get(ctx, "user/list", query, &out)
	return out.UserList, err
}

// DeptUser is one membership; a member of two departments has two.
type DeptUser struct {
	UserID     string `json:"userid"`
	Department int64  `json:"department"`
}

// ListUserIDs walks all memberships that the app may see.
func (c *Client) ListUserIDs(ctx context.Context) iter.Seq2[DeptUser, error] {
	const op = "user/list_id"
	type in struct {
		Cursor string `json:"cursor,omitempty"`
		Limit  int    `json:"limit"`
	}
	return pages(op, func(cursor string) ([]DeptUser, string, error) {
		var out struct {
			DeptUser   []DeptUser `json:"dept_user"`
			NextCursor string     `json:"next_cursor"`
		}
		err := c.call(ctx, op, in{cursor, 10_000}, &out)
		return out.DeptUser, out.NextCursor, err
	})
}

// Department is one node of the directory. The root is 1, its parent 0.
type Department struct {
	ID               int64    `json:"id"`
	Name             string   `json:"name"`
	NameEN           string   `json:"name_en"`
	DepartmentLeader []string `json:"department_leader"`
	ParentID         int64    `json:"parentid"`
	Order            int64    `json:"order"`
}

// ListDepartments reads a department and all below it; 0 means all that the
// app may see.
func (c *Client) ListDepartments(ctx context.Context, id int64) ([]Department, error) {
	query := url.Values{}
	if id != 0 {
		query.Set("id", strconv.FormatInt(id, 10))
	}
	var out struct {
		Department []Department `json:"department"`
	}
	err := c.get(ctx, "department/list", query, &out)
	return out.Department, err
}

// GetFollowUserList reads the userids that may have customers (客户联系功能).
func (c *Client) GetFollowUserList(ctx context.Context) ([]string, error) {
	var out struct {
		FollowUser []string `json:"follow_user"`
	}
	err := c.get(ctx, "externalcontact/get_follow_user_list", nil, &out)
	return out.FollowUser, err
}
