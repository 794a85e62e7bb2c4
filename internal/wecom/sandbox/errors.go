package sandbox

import "fmt"

// refusal is a business error: HTTP 200 and an errcode.
type refusal struct {
	code int
	text string
}

func refuse(code int) *refusal { return &refusal{code, errText[code]} }

// refused says more than the usual text of code.
func refused(code int, text string) *refusal { return &refusal{code, text} }

// Error returns the code and its text.
func (r *refusal) Error() string { return fmt.Sprintf("%d %s", r.code, r.text) }

// bare are the codes whose text has no hint and no address of the caller.
var bare = map[int]bool{-1: true, 0: true, 40014: true, 42001: true}

// message is errmsg as WeCom words it: with a hint and the caller's address.
func (r *refusal) message(hint int64, ip string) string {
	if bare[r.code] {
		return r.text
	}
	return fmt.Sprintf("%s, hint: [%d], from ip: %s, more info at "+
		"https://open.work.weixin.qq.com/devtool/query?e=%d", r.text, hint, ip, r.code)
}

// errText is our wording of the codes the sandbox uses; only the number counts.
var errText = map[int]string{
	-1:     "system busy",
	40001:  "invalid credential",
	40003:  "invalid userid",
	40004:  "invalid media type",
	40005:  "invalid type",
	40006:  "invalid file size",
	40007:  "invalid media_id",
	40008:  "invalid message type",
	40009:  "invalid image size",
	40011:  "invalid video size",
	40013:  "invalid corpid",
	40014:  "invalid access_token",
	40029:  "invalid code",
	40032:  "invalid userid list size",
	40056:  "invalid agentid",
	40057:  "invalid callback url",
	40058:  "invalid Request Parameter",
	40063:  "some parameters are empty",
	40068:  "invalid tagid",
	40071:  "tag name already exists",
	40072:  "invalid tag name size",
	40094:  "invalid url",
	40096:  "invalid external userid",
	40098:  "userid is not real-name verified",
	40123:  "invalid image data",
	40126:  "corp tag count exceeds limit",
	41001:  "access_token missing",
	41002:  "corpid missing",
	41004:  "corpsecret missing",
	41006:  "media_id missing",
	41016:  "title missing",
	41033:  "description missing",
	41035:  "external_userid missing",
	41037:  "missing contact way type",
	41038:  "missing contact way scene",
	41039:  "invalid contact way type",
	41040:  "invalid contact way scene",
	41041:  "contact way user exceeds limit",
	41042:  "invalid contact way style",
	41043:  "missing config_id",
	41044:  "invalid config_id",
	41045:  "contact way count exceeds limit",
	41049:  "missing welcome code",
	41050:  "invalid welcome code",
	41051:  "externaluser has started chatting",
	41054:  "user is not activated",
	41055:  "group welcome template exceeds limit",
	41058:  "template does not belong to this app",
	41064:  "too many attachments",
	41065:  "invalid attachment type",
	41091:  "chat_id_list exceeds limit",
	41095:  "link count exceeds limit",
	41096:  "welcome message is being sent",
	42001:  "access_token expired",
	42003:  "code expired",
	42022:  "code has been used",
	42027:  "template card part missing or invalid",
	42052:  "message is too old to recall",
	43012:  "callback url not set",
	44001:  "empty media data",
	44004:  "empty content",
	45001:  "media size out of limit",
	45002:  "content size out of limit",
	45008:  "article size out of limit",
	45009:  "api freq out of limit",
	45033:  "api concurrent out of limit",
	45035:  "conflicting operation is running",
	48002:  "api forbidden",
	50001:  "redirect_uri not authorized",
	50003:  "app disabled",
	50100:  "invalid cursor",
	60011:  "no privilege to access/modify contact/party/agent",
	60020:  "not allow to access from your ip",
	60111:  "userid not found",
	60140:  "invalid response_code",
	60123:  "invalid party id",
	81011:  "no privilege on this tag",
	81013:  "user & party & tag all invalid",
	81017:  "request covers too many objects",
	82001:  "no recipient",
	82002:  "invalid party list size",
	82003:  "invalid tag list size",
	84061:  "not external contact",
	84074:  "user has no permission for external contact",
	90501:  "chat is not external group chat",
	301002: "agentid does not match the access_token",
}
