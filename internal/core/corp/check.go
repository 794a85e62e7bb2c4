package corp

import (
	"context"
	"encoding/base64"
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/ident"
	"github.com/tuma-live/tuma/internal/wecom"
)

// Check is one machine check of the connection. Message and Fix are in
// Chinese and English, in this order; Where names the page of WeCom's console.
type Check struct {
	Name    string            `json:"name"`
	OK      bool              `json:"ok"`
	Message [2]string         `json:"message"`
	Fix     [2]string         `json:"fix"`
	Args    map[string]string `json:"args,omitempty"`
}

// Checks looks at everything the connection needs, in the order in which it
// is set up, and keeps the result. What depends on a step that failed is not
// asked: WeCom locks out who asks too often with a wrong secret.
func (s *Service) Checks(ctx context.Context) ([]Check, error) {
	st, err := s.Get(ctx)
	if err != nil {
		return nil, err
	}
	var out []Check
	client, err := s.Connect(ctx)
	switch {
	case errors.Is(err, ErrNotConnected):
		out = append(out, bad("credentials",
			"还没有填写企业 ID、应用 ID 和 Secret", "The corp ID, agent ID and secret are not filled in",
			"填写后点「保存并检查」", "Fill them in, then save and check"))
	case err != nil:
		return nil, err
	default:
		out = s.calls(ctx, client)
	}
	out = append(out, s.address(st), s.callback(ctx, st))
	return out, s.keepChecks(ctx, out)
}

func bad(name, zh, en, fixZH, fixEN string) Check {
	return Check{Name: name, Message: [2]string{zh, en}, Fix: [2]string{fixZH, fixEN}}
}

func good(name, zh, en string) Check {
	return Check{Name: name, OK: true, Message: [2]string{zh, en}}
}

// calls tries what only WeCom can answer.
func (s *Service) calls(ctx context.Context, c *wecom.Client) []Check {
	if err := c.CheckCredentials(ctx); err != nil {
		return []Check{refused("credentials", err)}
	}
	out := []Check{good("credentials", "Secret 有效", "The secret works")}
	staff, err := c.GetFollowUserList(ctx)
	switch {
	case err != nil:
		out = append(out, refused("contact_right", err))
	case len(staff) == 0:
		out = append(out, bad("contact_right",
			"没有成员可以联系客户", "No member may contact customers",
			"在「客户联系 › 权限配置」加入成员,并确认他们在应用可见范围内",
			"Add members under Customer Contact › permissions, inside the app's visible range"))
	default:
		k := good("contact_right", "{n} 名成员可以联系客户", "{n} members may contact customers")
		k.Args = map[string]string{"n": strconv.Itoa(len(staff))}
		out = append(out, k)
	}
	if _, err := c.ListDepartments(ctx, 0); err != nil {
		out = append(out, refused("directory", err))
	} else {
		out = append(out, good("directory", "可以读取通讯录", "The directory can be read"))
	}
	return append(out, s.groups(ctx, c), s.ways(ctx, c))
}

func (s *Service) groups(ctx context.Context, c *wecom.Client) Check {
	n := 0
	for _, err := range c.ListGroupChats(ctx, nil, 0) {
		if err != nil {
			return refused("groups", err)
		}
		n++
		break
	}
	return good("groups", "可以读取客户群", "Customer groups can be read")
}

func (s *Service) ways(ctx context.Context, c *wecom.Client) Check {
	for _, err := range c.ListContactWays(ctx, s.Clock.Now().AddDate(0, 0, -1), s.Clock.Now()) {
		if err != nil {
			return refused("contact_way", err)
		}
		break
	}
	return good("contact_way", "可以创建「联系我」二维码", "Contact ways can be made")
}

// refused explains an error of WeCom in words, with what to do.
func refused(name string, err error) Check {
	k := bad(name, "企业微信没有正常回答", "WeCom did not answer properly",
		"稍后重试;一直如此请检查服务器能否访问企业微信", "Try again; if it stays so, check that this server can reach WeCom")
	if a, ok := wecom.AdviceFor(err); ok {
		k.Message, k.Fix = [2]string{a.CauseZH, a.CauseEN}, [2]string{a.NextZH, a.NextEN}
	}
	k.Args = map[string]string{}
	var we *wecom.Error
	if errors.As(err, &we) {
		if we.Code != 0 {
			k.Args["code"] = strconv.Itoa(we.Code)
		}
		if ip := we.SeenFrom(); ip != "" {
			k.Args["ip"] = ip
		}
	}
	return k
}

// address checks the address under which phones and WeCom reach us.
func (s *Service) address(st Connection) Check {
	u, err := url.Parse(s.CallbackURL)
	if st.Mode == Sandbox {
		return good("address", "沙盒在本机,不需要公网地址", "The sandbox is on this machine: no public address needed")
	}
	if err != nil || u.Scheme != "https" || u.Hostname() == "localhost" || strings.HasPrefix(u.Hostname(), "127.") {
		return bad("address",
			"没有可用的公网 https 地址", "There is no public https address",
			"启动时加上 --public-url https://你的域名,域名需备案并指向本机",
			"Start with --public-url https://your-domain, a domain that leads to this machine")
	}
	k := good("address", "对外地址 {url}", "Reachable at {url}")
	k.Args = map[string]string{"url": u.Scheme + "://" + u.Host}
	return k
}

// callback checks that a callback of this corp has ever arrived.
func (s *Service) callback(ctx context.Context, st Connection) Check {
	if !st.CallbackSet {
		return bad("callback",
			"还没有设置回调的 Token 和 EncodingAESKey", "The callback's Token and EncodingAESKey are not set",
			"生成后填到应用详情「接收消息 › 设置API接收」,再回来检查",
			"Generate them, enter them under the app's Receive Messages › API, then check again")
	}
	n, err := db.Get[int64](ctx, s.DB.Read(), "select count(*) from (select id from inbox_event where corp = ? limit 1) as x", st.CorpID)
	if err != nil || n == 0 {
		return bad("callback",
			"还没有收到过企业微信的回调", "No callback of WeCom has arrived yet",
			"确认回调地址为 {url},勾选「外部联系人变更回调」,然后用测试号加一次好友",
			"Make sure the callback address is {url} and customer events are ticked, then add a friend once").
			with("url", s.CallbackURL)
	}
	return good("callback", "回调正常到达", "Callbacks arrive")
}

func (k Check) with(key, value string) Check {
	k.Args = map[string]string{key: value}
	return k
}

func (s *Service) keepChecks(ctx context.Context, checks []Check) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		raw, st, err := s.read(ctx, tx)
		if err != nil || raw == "" {
			return err
		}
		st.LastCheck = checks
		return s.save(ctx, tx, st)
	})
}

// NewCallbackKeys makes a Token and an EncodingAESKey for WeCom's form, which
// takes letters and digits only. They are in use once Put is called with them.
func NewCallbackKeys() (token, aesKey string) {
	for aesKey == "" || strings.ContainsAny(aesKey, "+/") {
		aesKey = base64.RawStdEncoding.EncodeToString(ident.Random(32))
	}
	return ident.Token(20), aesKey
}
