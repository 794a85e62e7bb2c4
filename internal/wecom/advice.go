package wecom

// Advice tells an administrator in words what a refusal means and what to do
// next, in both languages of the product.
type Advice struct {
	CauseZH, NextZH string
	CauseEN, NextEN string
}

// AdviceFor returns the advice on err, and whether there is any. A SeenFrom of
// the Error completes the advice on trusted addresses.
func AdviceFor(err error) (Advice, bool) {
	a, ok := advice[CodeOf(err)]
	return a, ok
}

var (
	adviceSecret = Advice{
		"Secret 不正确，或已被重置",
		"到管理后台「应用管理」打开该应用，重新查看并复制 Secret",
		"The secret is wrong or was reset",
		"Open the app in the admin console, view its secret and copy it again",
	}
	adviceCorp = Advice{
		"企业 ID 不正确",
		"到管理后台「我的企业」最下方复制企业 ID",
		"The corp ID is wrong",
		"Copy it from the bottom of “My Company” in the admin console",
	}
	adviceRange = Advice{
		"成员不在应用可见范围内",
		"到应用详情页「可见范围」加入该成员或其部门",
		"The member is outside the app's visible range",
		"Add the member or department to the app's visible range",
	}
	adviceRight = Advice{
		"应用没有调用该接口的权限",
		"到「客户联系」→「API」→「可调用接口的应用」勾选本应用",
		"The app may not call this API",
		"Tick this app under Customer Contact → API → apps that may call",
	}
	adviceVerify = Advice{
		"企业未认证，或认证已过期",
		"完成企业认证后再试",
		"The corp is not verified, or the verification has expired",
		"Complete the verification, then try again",
	}
	adviceDomain = Advice{
		"可信域名未配置，或与访问地址不一致（端口也要一致）",
		"到应用详情页「网页授权及 JS-SDK」设置可信域名并完成校验",
		"The trusted domain is missing or differs from the address, port included",
		"Set and verify it under web authorization in the app's settings",
	}
)

var advice = map[int]Advice{
	40001: adviceSecret, 40091: adviceSecret, 41004: adviceSecret,
	40013: adviceCorp, 41002: adviceCorp, 2000002: adviceCorp,
	60020: {
		"服务器出口 IP 不在企业可信 IP 中",
		"到应用详情页「企业可信IP」加入出口 IP，约 1 分钟后生效",
		"The server's address is not a trusted IP",
		"Add it to the app's trusted IPs; it takes about a minute",
	},
	48001: adviceRight, 48002: adviceRight, 48004: adviceRight,
	48006: {
		"应用长期未使用，权限被收回",
		"到管理后台重新启用该应用并授权",
		"The permission was taken back after long disuse",
		"Enable and authorize the app again in the admin console",
	},
	48009: {
		"通讯录同步 Secret 不能从新 IP 读取成员详情",
		"改用自建应用的 Secret",
		"The directory sync secret may not read details from a new address",
		"Use the secret of a self-built app",
	},
	50001: adviceDomain, 80001: adviceDomain, 85005: adviceDomain,
	50002: adviceRange, 60011: adviceRange, 60021: adviceRange, 60111: adviceRange, 81012: adviceRange,
	50003: {
		"应用已被停用",
		"到管理后台启用该应用",
		"The app is disabled",
		"Enable it in the admin console",
	},
	40056: {
		"AgentId 不正确",
		"到应用详情页复制 AgentId",
		"The agent ID is wrong",
		"Copy it from the app's page",
	},
	301002: {
		"Secret 与 AgentId 不是同一个应用",
		"从同一个应用的详情页复制 AgentId 和 Secret",
		"The secret and the agent ID belong to different apps",
		"Copy both from the page of one app",
	},
	40057: {
		"回调地址校验失败",
		"检查回调 URL 能否从公网访问，Token 和 EncodingAESKey 是否一致",
		"The callback URL could not be verified",
		"Check that it is reachable from outside and that Token and EncodingAESKey match",
	},
	43012: {
		"应用未设置回调地址",
		"到应用详情页「接收消息」设置 API 接收",
		"The app has no callback URL",
		"Set it under receiving messages on the app's page",
	},
	45031: {
		"Secret 强度不足",
		"到管理后台重置该应用的 Secret",
		"The secret is too weak",
		"Reset the app's secret in the admin console",
	},
	43009: adviceVerify, 610016: adviceVerify,
	41036: {
		"企业简称未通过审核",
		"到「我的企业」修改企业简称并等待审核",
		"The corp's short name is not approved",
		"Change it under “My Company” and wait for approval",
	},
	41054: {
		"成员未激活或未实名",
		"请该成员登录企业微信并完成实名认证",
		"The member is not activated or not real-name verified",
		"Ask the member to log in and verify",
	},
	40098: {
		"成员未实名认证",
		"请该成员在企业微信完成实名认证",
		"The member is not real-name verified",
		"Ask the member to verify in WeCom",
	},
	84074: {
		"成员没有客户联系权限",
		"到「客户联系」→「权限配置」把该成员加入使用范围",
		"The member may not use customer contact",
		"Add the member to its usage range under Customer Contact",
	},
	90510: {
		"企业近一年没有活跃成员",
		"请成员登录企业微信后再试",
		"The corp had no active member for a year",
		"Let members log in to WeCom, then try again",
	},
	301007: {
		"企业已解散或被封禁",
		"联系企业微信客服",
		"The corp is dissolved or banned",
		"Contact WeCom support",
	},
	45009: {
		"接口调用过于频繁",
		"无需操作，稍后自动恢复",
		"The API was called too often",
		"Nothing to do: calls resume by themselves",
	},
}
