"use strict";
// Everything the phone says, in both languages.
const TEXT = {
  "zh-CN": {
    title: "体验手机", intro: "以顾客的身份扫码、加好友、进群，看看途码那边会发生什么。这里的人和企业都是模拟的。",
    step1: "选一位顾客，或新建一位", step2: "点「扫一扫」，选一个活码打开", step3: "长按二维码，识别后加好友或入群",
    skip: "时间快进 1 小时", lang: "English", now: "模拟时间 ",
    wechat: "微信", scan: "扫一扫", me: "我", people: "选择顾客", newPerson: "新顾客", search: "搜索昵称",
    noChats: "还没有聊天", noChatsHint: "扫一个码，认识新朋友", noPeople: "没有找到这位顾客",
    paste: "粘贴链接或二维码内容", open: "打开", album: "从相册选择二维码", codes: "可扫的码",
    noCodes: "还没有活码", noCodesHint: "在途码创建活码后，会出现在这里", switchPerson: "切换顾客",
    recognise: "识别图中的二维码", cancel: "取消", close: "关闭", refresh: "刷新",
    join: "加入群聊", joinThis: "加入该群聊", add: "添加到通讯录",
    members: "{n} 人", teamOf: "{n} 位员工随机接待", waiting: "等待对方通过", waitingHint: "好友申请已发送",
    passAsStaff: "（演示）以员工身份通过", full: "群聊已满，暂时无法加入", invalid: "二维码已失效",
    nothing: "未识别到二维码", say: "发消息", send: "发送", leave: "退出群聊",
    remove: "删除联系人", left: "已退出群聊", removed: "已删除", copied: "二维码内容：", half: "对方尚未通过，可先发消息",
    yesterday: "昨天", image: "图片", offline: "连接已断开，正在重试", wxid: "顾客编号 ",
    you: "你", n_created: "群聊已创建", n_friends: "你已添加了{who}，现在可以开始聊天了",
    n_strangers: "对方开启了好友验证", n_scanned: "{who}通过扫描二维码加入群聊", n_invited: "{who}受邀加入了群聊",
    n_linked: "{who}通过邀请链接加入群聊",
    back: "返回", more: "更多",
  },
  en: {
    title: "Try-out phone", intro: "Be a customer: scan, add staff, join groups, and watch what Tuma makes of it. All people and companies here are simulated.",
    step1: "Choose a customer, or make one", step2: "Tap Scan and pick a live code", step3: "Long-press the QR code, then add or join",
    skip: "Skip ahead 1 hour", lang: "中文", now: "Simulated time ",
    wechat: "Chats", scan: "Scan", me: "Me", people: "Choose a customer", newPerson: "New customer", search: "Search by nickname",
    noChats: "No chats yet", noChatsHint: "Scan a code to get started", noPeople: "No such customer",
    paste: "Paste a link or QR text", open: "Open", album: "QR code from a picture", codes: "Codes to scan",
    noCodes: "No live codes yet", noCodesHint: "Codes made in Tuma appear here", switchPerson: "Switch customer",
    recognise: "Extract QR code", cancel: "Cancel", close: "Close", refresh: "Reload",
    join: "Join group chat", joinThis: "Join group", add: "Add to contacts",
    members: "{n} members", teamOf: "one of {n} staff will serve you", waiting: "Waiting for approval", waitingHint: "Friend request sent",
    passAsStaff: "(demo) approve as staff", full: "This group is full", invalid: "This QR code is no longer valid",
    nothing: "No QR code found", say: "Message", send: "Send", leave: "Leave group",
    remove: "Delete contact", left: "You left the group", removed: "Deleted", copied: "QR text: ", half: "Not accepted yet, you can write already",
    yesterday: "Yesterday", image: "Photo", offline: "Connection lost, retrying", wxid: "Customer id ",
    you: "You", n_created: "Group created", n_friends: "You added {who}. You can chat now",
    n_strangers: "They are not your friend any more", n_scanned: "{who} joined by QR code", n_invited: "{who} joined by invitation",
    n_linked: "{who} joined by an invitation link",
    back: "Back", more: "More",
  },
};
let lang = localStorage.getItem("sandbox.lang") || "zh-CN";
const wanted = new URLSearchParams(location.search).get("lang");
if (wanted) lang = wanted === "en" ? "en" : "zh-CN";
const t = (key, n) => (TEXT[lang][key] || key).replace("{n}", n);
