package wecom

import (
	"context"
	"net/url"
	"regexp"
	"strconv"
)

// authorizeURL is where a page opened inside WeCom or WeChat asks who is there.
const authorizeURL = "https://open.weixin.qq.com/connect/oauth2/authorize"

var oauthState = regexp.MustCompile(`^[a-zA-Z0-9]{0,128}$`)

// AuthorizeURL is where to send a visitor so that they come back to redirect
// with code and state, without being asked (snsapi_base). The domain of
// redirect must be the app's trusted domain exactly, port included (50001).
func (c *Client) AuthorizeURL(redirect, state string) (string, error) {
	return c.AuthorizeURLAt(authorizeURL, redirect, state)
}

// AuthorizeURLAt is AuthorizeURL with another authorizing server: a sandbox's.
func (c *Client) AuthorizeURLAt(server, redirect, state string) (string, error) {
	err := check("oauth2/authorize").
		that(hasScheme(redirect), "redirect_uri has no scheme").
		that(oauthState.MatchString(state), "state is not up to 128 letters or digits").err()
	if err != nil {
		return "", err
	}
	// The documented order: some versions of the WeChat client insist on it.
	q := "appid=" + url.QueryEscape(c.corpID) +
		"&redirect_uri=" + url.QueryEscape(redirect) +
		"&response_type=code&scope=snsapi_base&state=" + state
	if c.agentID != 0 {
		q += "&agentid=" + strconv.FormatInt(c.agentID, 10)
	}
	return server + "?" + q + "#wechat_redirect", nil
}

// Visitor is who came back from AuthorizeURL: a staff member has a UserID, who
// is not has an OpenID of this corp, and an ExternalUserID as a customer.
type Visitor struct {
	UserID         string `json:"userid"`
	OpenID         string `json:"openid"`
	ExternalUserID string `json:"external_userid"`
	UserTicket     string `json:"user_ticket"`
}

func (v *Visitor) missing() string {
	return require("userid or openid", v.UserID != "" || v.OpenID != "" || v.ExternalUserID != "")
}

// GetUserInfo turns the code of a redirect into the visitor. The code works
// once, for 5 minutes: 40029, 42003 and 42022 mean start again.
func (c *Client) GetUserInfo(ctx context.Context, code string) (Visitor, error) {
	const op = "auth/getuserinfo"
	if err := check(op).needs("code", code).bytes("code", code, 512).err(); err != nil {
		return Visitor{}, err
	}
	var v Visitor
	err := c.get(ctx, op, url.Values{"code": {code}}, &v)
	return v, err
}
