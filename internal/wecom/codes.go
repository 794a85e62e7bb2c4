package wecom

// classOf is the table of WeCom's codes. What is not in it is Permanent: the
// documentation allows a retry for the listed ones only.
func classOf(op string, code int) Class {
	if c, ok := classesByOp[op][code]; ok {
		return c
	}
	if c, ok := classes[code]; ok {
		return c
	}
	return Permanent
}

var classes = map[int]Class{
	-1: Transient, // system busy: not done

	40014: Token, // malformed, invalidated, or expired under another name
	42001: Token, // expired

	45009: Limited,

	45033: Transient, // too many calls at once
	45035: Transient, // the same objects are being changed
	41063: Transient, // a mass message is being dispatched
	41079: Transient, // a moment is being dispatched
	90507: Transient, // a group is being inherited

	40001: Setup, 40013: Setup, 40056: Setup, 40057: Setup, 40091: Setup,
	41036: Setup, 41057: Setup, 41058: Setup, 41098: Setup,
	43009: Setup, 43012: Setup, 45031: Setup,
	48001: Setup, 48002: Setup, 48004: Setup, 48006: Setup, 48009: Setup,
	50001: Setup, 50002: Setup, 50003: Setup,
	60011: Setup, 60020: Setup, 60021: Setup,
	80001: Setup, 81011: Setup, 81012: Setup, 84074: Setup, 85005: Setup,
	86008: Setup, 90510: Setup, 301002: Setup, 301007: Setup,
	610015: Setup, 610016: Setup, 610017: Setup,
	701008: Setup, 701170: Setup, 2000002: Setup,
}

// classesByOp holds codes that mean something else at one endpoint.
var classesByOp = map[string]map[int]Class{
	opGetToken: {
		40014: Setup, 42001: Setup, // there is no token yet that could be refreshed
		41002: Setup, 41004: Setup, // nothing was configured
	},
	opSendWelcome: {
		41096: Permanent, // someone else is sending: their welcome counts
		45035: Permanent,
	},
	opRecall: {
		40058: Setup, // the message is another app's
	},
}

// once lists the endpoints that make something new, or use something up, on
// every call. They have no idempotency key.
var once = map[string]bool{
	opAddContactWay:  true,
	opAddJoinWay:     true,
	opCreateLink:     true,
	opAddCorpTag:     true,
	opAddTemplate:    true,
	opAddMsgTemplate: true,
	opSendWelcome:    true,
	opSendMessage:    true,
}

// The endpoints that more than one file names.
const (
	opGetToken       = "gettoken"
	opAddContactWay  = "externalcontact/add_contact_way"
	opAddJoinWay     = "externalcontact/groupchat/add_join_way"
	opCreateLink     = "externalcontact/customer_acquisition/create_link"
	opAddCorpTag     = "externalcontact/add_corp_tag"
	opAddTemplate    = "externalcontact/group_welcome_template/add"
	opAddMsgTemplate = "externalcontact/add_msg_template"
	opSendWelcome    = "externalcontact/send_welcome_msg"
	opSendMessage    = "message/send"
	opRecall         = "message/recall"
)
