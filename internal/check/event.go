package check

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/ident"
	"github.com/tuma-live/tuma/internal/base/seal"
	"github.com/tuma-live/tuma/internal/core/corp"
	"github.com/tuma-live/tuma/internal/core/inbox"
	"github.com/tuma-live/tuma/internal/wecom/callback"
)

// callbackKeys are what the harness's made-up corp signs its callbacks with.
var callbackKeys = callback.Keys{
	Token: "tumacheck", AESKey: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", CorpID: "sb_check", AgentID: "1000002",
}

// connect makes the made-up corp ours. There is no secret: nobody is called.
func connect(ctx context.Context, d *db.DB, ring *seal.Ring) error {
	agent, err := strconv.ParseInt(callbackKeys.AgentID, 10, 64)
	if err != nil {
		return err
	}
	s := &corp.Service{DB: d, Clock: clock.System{}, Ring: ring}
	_, err = s.Put(ctx, corp.Change{
		Mode: corp.Sandbox, CorpID: callbackKeys.CorpID, CorpName: "途码科技", AgentID: agent,
		CallbackToken: &callbackKeys.Token, CallbackAESKey: &callbackKeys.AESKey,
	})
	return err
}

// event is what WeCom says when a staff member edits the remark of customer n.
func event(n int64) []byte {
	const text = "<xml><ToUserName><![CDATA[%s]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName>" +
		"<CreateTime>%d</CreateTime><MsgType><![CDATA[event]]></MsgType>" +
		"<Event><![CDATA[change_external_contact]]></Event><ChangeType><![CDATA[edit_external_contact]]></ChangeType>" +
		"<UserID><![CDATA[zhangsan]]></UserID><ExternalUserID><![CDATA[wm%030d]]></ExternalUserID></xml>"
	return fmt.Appendf(nil, text, callbackKeys.CorpID, time.Now().Unix(), n)
}

// push seals an event as WeCom does before it sends it, each time anew.
func push(plain []byte) (path string, body []byte, err error) {
	body, query, err := callback.Seal(callbackKeys, plain, time.Now().Unix(), ident.Token(10), ident.Random(16))
	return "/wecom/callback?" + query.Encode(), body, err
}

// customerOf reads the customer of an event; 0 when it is none of ours.
func customerOf(e inbox.Event) (n int64) {
	if _, err := fmt.Sscanf(e.ExternalUserID, "wm%030d", &n); err != nil {
		return 0
	}
	return n
}
