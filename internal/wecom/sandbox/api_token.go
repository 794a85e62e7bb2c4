package sandbox

import (
	"time"

	"github.com/tuma-live/tuma/internal/base/ident"
)

const tokenLife = 7200 * time.Second

// getToken gives the app's token: the same one until it expires, unless
// Rules.FreshTokens.
func getToken(c *call) (reply, error) {
	secret, corp := c.query.Get("corpsecret"), c.query.Get("corpid")
	switch {
	case secret == "":
		return nil, refuse(41004)
	case corp == "":
		return nil, refuse(41002)
	case corp != c.w.CorpID:
		return nil, refuse(40013)
	}
	a, err := c.appBySecret(secret)
	if err != nil {
		return nil, err
	}
	left := a.TokenExpires.Sub(c.w.now)
	if a.Token == "" || left <= 0 || c.w.Rules.FreshTokens {
		a.Token = ident.Token(200)
		a.TokenExpires = c.w.now.Add(tokenLife)
		left = tokenLife
	}
	return reply{"access_token": a.Token, "expires_in": int(left / time.Second)}, nil
}

// appBySecret finds the app; many wrong secrets in a row ban the address for an hour.
func (c *call) appBySecret(secret string) (*App, error) {
	bad := c.s.trafficOf("bad secrets from " + c.ip)
	if c.w.now.Before(bad.blocked) {
		return nil, refuse(45009)
	}
	for _, a := range c.w.Apps {
		if a.Secret != secret {
			continue
		}
		bad.inHr = 0
		c.app = a
		switch {
		case a.Disabled:
			return nil, refuse(50003)
		case !trusted(a, c.ip):
			return nil, refuse(60020)
		}
		return a, nil
	}
	if bad.inHr++; bad.inHr >= c.w.Rules.Limits.BadSecrets {
		bad.blocked, bad.inHr = c.w.now.Add(time.Hour), 0
	}
	return nil, refuse(40001)
}

// addresses names where callbacks come from, and where the API lives.
func addresses(c *call) (reply, error) {
	return reply{"ip_list": []string{"127.0.0.1", "::1", "127.0.0.*"}}, nil
}

const oauthLife = 5 * time.Minute

// getUserInfo says who came back from the authorize page.
func getUserInfo(c *call) (reply, error) {
	code, ok := c.w.OAuth.get(c.query.Get("code"))
	switch {
	case !ok:
		return nil, refuse(40029)
	case code.Used:
		return nil, refuse(42022)
	case c.w.now.Sub(code.Issued) > oauthLife:
		return nil, refuse(42003)
	}
	code.Used = true
	if m, ok := c.w.Staff.get(code.UserID); ok {
		out := reply{"userid": m.UserID}
		if code.Private && c.w.sees(c.app, m) {
			out["user_ticket"] = ident.Token(64)
		}
		return out, nil
	}
	p, ok := c.w.People.get(code.PersonID)
	if !ok {
		return nil, refuse(40029)
	}
	out := reply{"openid": p.OpenID}
	for _, r := range p.Follows {
		if m, ok := c.w.Staff.get(r.UserID); ok && !r.Half && c.w.sees(c.app, m) {
			out["external_userid"] = p.ID
		}
	}
	return out, nil
}
