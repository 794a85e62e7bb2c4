"use strict";
// The phone: one person at a time, one screen at a time.
const screen = document.getElementById("screen");
const params = new URLSearchParams(location.search);
const state = { person: null, now: new Date(), stack: [], draw: 0 };

async function api(path, body, method) {
  const opts = body === undefined ? {} : {
    method: method || "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  };
  const res = await fetch("/sandbox/api" + path, opts);
  const out = await res.json();
  if (!res.ok) throw new Error(out.error);
  return out;
}

const act = (a) => api("/actions", { person: state.person.id, ...a });
const say = (e) => toast(e instanceof TypeError ? t("offline") : e.message);

/** show puts a screen up. A screen is {draw(node, fresh), poll?}. */
function show(view) {
  state.stack.push(view);
  redraw();
}

function replace(view) {
  state.stack = [view];
  redraw();
}

function back() {
  if (state.stack.length > 1) state.stack.pop();
  redraw();
}

function redraw() {
  closeSheet();
  const view = state.stack.at(-1);
  state.draw++;
  Promise.resolve(view.draw()).catch(say);
}

/** put shows nodes, unless another screen came meanwhile. */
function put(ticket, ...nodes) {
  if (ticket === state.draw) screen.replaceChildren(...nodes);
}

function tabs(on) {
  const tab = (name, label, view) => el(on === name ? "button.on" : "button", { type: "button", onclick: () => replace(view()) },
    icon({ chats: "chat", scan: "scan", me: "user" }[name]), label);
  return el("nav.tabs", {}, tab("chats", t("wechat"), chatsView), tab("scan", t("scan"), scanView), tab("me", t("me"), meView));
}

/* People */

function peopleView() {
  let query = "";
  const list = el("div.body", {});
  const load = async () => {
    const { items } = await api("/people?limit=60&q=" + encodeURIComponent(query));
    list.replaceChildren(...items.map((p) => row({ face: face(p.id), name: p.nickname }, () => become(p))));
    if (!items.length) list.append(empty(t("noPeople")));
  };
  return {
    async draw() {
      const ticket = state.draw;
      const field = el("input.field", { placeholder: t("search"), value: query, oninput: (e) => { query = e.target.value; load().catch(say); } });
      const left = state.stack.length > 1 ? iconButton("back", t("back"), back) : null;
      put(ticket, bar(t("people"), left, iconButton("plus", t("newPerson"), newcomer)), el("div.search", {}, field), list);
      list.replaceChildren();
      await load();
      list.prepend(row({ face: el("span.face", { style: "display:grid;place-items:center;background:var(--green);color:#fff;font-size:26px" }, "+"), name: t("newPerson") }, newcomer));
    },
  };
}

async function newcomer() {
  try {
    become(await api("/people", {}));
  } catch (e) {
    say(e);
  }
}

function become(p) {
  state.person = p;
  sessionStorage.setItem("sandbox.person", p.id);
  const scan = params.get("scan");
  params.delete("scan");
  replace(chatsView());
  if (scan) scanned(scan);
}

/* Chats */

function chatsView() {
  let last = "";
  return {
    async draw(quiet) {
      const ticket = state.draw;
      const { items } = await api("/people/" + state.person.id + "/chats");
      if (quiet && JSON.stringify(items) === last) return;
      last = JSON.stringify(items);
      const list = el("div.body", {}, ...items.map((c) => row({
        face: face(c.id), name: c.title + (c.kind === "group" ? " (" + c.members + ")" : ""),
        last: c.state === "waiting" ? t("waiting") : preview(c), when: when(c.at, state.now),
      }, () => (c.kind === "request" ? show(waitingView(c.id, c.title)) : show(chatView(c.id))))));
      if (!items.length) list.append(empty(t("noChats"), t("noChatsHint")));
      put(ticket, bar(t("wechat"), null, iconButton("scan", t("scan"), () => replace(scanView()))), list, tabs("chats"));
    },
    poll: true,
  };
}

/** preview is the last line of a chat. */
function preview(c) {
  return c.key ? notice({ key: c.key, about: c.about, name: c.who, text: c.last }, state.person.id) : c.last;
}

function chatView(id) {
  let last = "";
  const list = el("div.body.grey", {});
  const field = el("input.field", { placeholder: t("say"), enterKeyHint: "send" });
  let head = null;
  const send = async (e) => {
    e.preventDefault();
    const text = field.value.trim();
    if (!text || !head) return;
    field.value = "";
    try {
      await act(head.kind === "group" ? { do: "group_say", chat_id: id, text } : { do: "say", userid: id, text });
      await view.draw(true);
    } catch (err) {
      say(err);
    }
  };
  const view = {
    async draw(quiet) {
      const ticket = state.draw;
      const { chat, items } = await api("/people/" + state.person.id + "/chats/" + encodeURIComponent(id));
      const seen = JSON.stringify(items) + chat.members;
      if (quiet && seen === last) return;
      last = seen;
      head = chat;
      list.replaceChildren(el("div.chat", {}, ...lines(items, chat.kind === "group")));
      if (!quiet || !list.isConnected) {
        const title = chat.title + (chat.kind === "group" ? " (" + chat.members + ")" : "");
        put(ticket, bar(title, iconButton("back", t("back"), back), iconButton("more", t("more"), () => chatMenu(chat))), list,
          el("form.composer", { onsubmit: send }, field, el("button.go", { type: "submit" }, t("send"))));
      } else {
        const title = screen.querySelector("h2");
        if (title && chat.kind === "group") title.textContent = chat.title + " (" + chat.members + ")";
      }
      list.scrollTop = list.scrollHeight;
    },
    poll: true,
  };
  return view;
}

/** lines draws messages, with the time where five minutes went by. */
function lines(items, named) {
  const out = [];
  let at = 0;
  for (const m of items) {
    const then = new Date(m.at).getTime();
    if (then - at > 3e5) out.push(el("div.time", {}, when(m.at, state.now, true)));
    at = then;
    out.push(message(m, state.person.id, { named, open: openFromChat }));
  }
  return out;
}

function openFromChat(what) {
  if (what.image) recognise(what.image, null);
  else if (what.url) scanned(what.url);
}

function chatMenu(chat) {
  const finish = (a, done) => () => act(a).then(() => { toast(done); replace(chatsView()); }).catch(say);
  if (chat.kind === "group") sheet([[t("leave"), finish({ do: "leave", chat_id: chat.id }, t("left")), true]]);
  else sheet([[t("remove"), finish({ do: "drop_staff", userid: chat.id }, t("removed")), true]]);
}

/* Scanning */

function scanView() {
  return {
    async draw() {
      const ticket = state.draw;
      const field = el("input.field", { placeholder: t("paste"), inputMode: "url" });
      const form = el("form.paste", { onsubmit: (e) => { e.preventDefault(); if (field.value.trim()) scanned(field.value.trim()); } },
        field, el("button.go", { type: "submit" }, t("open")));
      const album = el("input", { type: "file", accept: "image/*", hidden: true, onchange: () => fromAlbum(album.files[0]) });
      const codes = [...listed(), ...(await api("/codes")).items];
      const body = el("div.body.grey", {}, form, row({ name: t("album"), chevron: true }, () => album.click()), album,
        el("div.group-title", {}, t("codes")),
        ...codes.map((c) => row({ name: c.name || c.url, last: c.name ? c.url : "", chevron: true }, () => scanned(c.url))));
      if (!codes.length) body.append(empty(t("noCodes"), t("noCodesHint"), true));
      put(ticket, bar(t("scan")), body, tabs("scan"));
    },
  };
}

/** listed reads ?codes=, a JSON list of {name, url} or addresses by comma. */
function listed() {
  const text = params.get("codes") || "";
  try {
    return JSON.parse(text);
  } catch {
    return text.split(",").filter(Boolean).map((url) => ({ name: "", url }));
  }
}

async function fromAlbum(file) {
  if (!file) return;
  const url = await new Promise((done) => {
    const r = new FileReader();
    r.onload = () => done(r.result);
    r.readAsDataURL(file);
  });
  recognise(url, null);
}

async function scanned(text) {
  try {
    opened(await api("/resolve?text=" + encodeURIComponent(text)));
  } catch (e) {
    say(e);
  }
}

/** opened goes where a scanned thing leads. */
function opened(s) {
  if (s.kind === "url") show(webView(s.text));
  else if (s.kind === "invalid") toast(t("invalid"));
  else if (s.kind === "text") toast(t("copied") + s.text);
  else show(cardView(s));
}

/** recognise reads the QR code in a picture: as the browser shows it where it
 * may be copied, else as the sandbox fetches it. */
async function recognise(src, img) {
  const body = { person: state.person.id, src };
  try {
    body.image = (await pixels(src, img)).split(",")[1];
  } catch {
    // The picture is of another origin: the sandbox fetches it.
  }
  try {
    opened(await api("/decode", body));
  } catch {
    toast(t("nothing"));
  }
}

async function pixels(src, img) {
  if (!img) {
    img = new Image();
    img.src = src;
    await img.decode();
  }
  const scale = Math.min(1, 1200 / Math.max(img.naturalWidth, 1));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(img.naturalWidth * scale, 300);
  canvas.height = Math.max(img.naturalHeight * scale, 300 * (img.naturalHeight / img.naturalWidth || 1));
  const g = canvas.getContext("2d");
  g.fillStyle = "#fff";
  g.fillRect(0, 0, canvas.width, canvas.height);
  g.drawImage(img, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/png");
}

/* The browser inside */

function webView(url) {
  const frame = el("iframe", { title: "web" });
  const title = el("h2", {}, "");
  frame.onload = () => {
    const at = frame.contentWindow.location;
    if (at.pathname === "/sandbox/phone") { // the page led to a code of WeCom's own
      state.stack.pop();
      scanned(new URLSearchParams(at.search).get("scan"));
      return;
    }
    title.textContent = frame.contentDocument?.title || "";
    watch(frame.contentDocument);
  };
  return {
    draw() {
      if (!frame.src) frame.src = "/sandbox/browse/" + state.person.id + "?url=" + encodeURIComponent(url);
      const head = bar("", iconButton("close", t("close"), back), iconButton("more", t("more"), () => webMenu(frame)), "web");
      head.querySelector("h2").replaceWith(title);
      put(state.draw, head, frame);
    },
  };
}

function webMenu(frame) {
  const pictures = [...(frame.contentDocument?.images || [])].filter((i) => i.naturalWidth >= 80 && i.offsetParent !== null);
  const choices = pictures.slice(0, 1).map((i) => [t("recognise"), () => recognise(i.src, i)]);
  sheet([...choices, [t("refresh"), () => frame.contentWindow.location.reload()]]);
}

/** watch makes a long press on a picture of the page open WeChat's menu. */
function watch(doc) {
  if (!doc) return;
  let timer;
  const picture = (e) => e.target.closest?.("img");
  const menu = (img) => sheet([[t("recognise"), () => recognise(img.src, img)]]);
  doc.addEventListener("pointerdown", (e) => {
    const img = picture(e);
    clearTimeout(timer);
    if (img) timer = setTimeout(() => menu(img), 500);
  });
  for (const end of ["pointerup", "pointercancel", "scroll"]) doc.addEventListener(end, () => clearTimeout(timer), true);
  doc.addEventListener("contextmenu", (e) => {
    if (!picture(e)) return;
    e.preventDefault();
    clearTimeout(timer);
    menu(picture(e));
  });
  doc.addEventListener("dragstart", (e) => { if (picture(e)) e.preventDefault(); });
}

/* Cards: what a WeCom code opens */

function cardView(s) {
  const group = s.kind === "group";
  const go = async () => {
    const out = await act(group ? { do: "scan_group", config_id: s.id }
      : s.kind === "link" ? { do: "click_link", link_id: s.id, channel: s.channel } : { do: "scan_contact", config_id: s.id });
    const to = out.chat_id || out.userid;
    if (["joined", "already", "added", "half"].includes(out.result)) {
      state.stack = [chatsView()];
      show(chatView(to));
      if (out.result === "half") toast(t("half"));
    } else if (out.result === "requested") {
      state.stack.pop();
      show(waitingView(to, s.title));
    } else {
      toast(t(out.result === "full" ? "full" : "invalid"));
    }
  };
  return {
    draw() {
      const n = group ? t("members", s.members) : s.members > 1 ? t("teamOf", s.members) : "";
      put(state.draw, bar(group ? t("join") : "", iconButton("back", t("back"), back)),
        el("div.body", {}, el("div.card", {}, face(s.face, "big"), el("h3", {}, s.title),
          el("div.corp", {}, "@" + s.subtitle), n ? el("div.hint", {}, n) : null,
          el("button.wide", { type: "button", onclick: () => go().catch(say) }, t(group ? "joinThis" : "add")))));
    },
  };
}

function waitingView(userid, name) {
  const pass = () => act({ do: "accept", userid }).then(() => { state.stack = [chatsView()]; show(chatView(userid)); }).catch(say);
  return {
    draw() {
      put(state.draw, bar("", iconButton("back", t("back"), () => replace(chatsView()))),
        el("div.body", {}, el("div.card", {}, face(userid, "big"), el("h3", {}, name), el("div.hint", {}, t("waitingHint")),
          el("button.wide", { type: "button", disabled: true }, t("waiting")),
          el("button.text", { type: "button", onclick: pass }, t("passAsStaff")))));
    },
  };
}

/* Me */

function meView() {
  return {
    draw() {
      const p = state.person;
      put(state.draw, bar(t("me")), el("div.body.grey", {},
        el("div.profile", {}, face(p.id, "big"), el("div", {}, el("h3", {}, p.nickname), el("small", {}, t("wxid") + p.id))),
        el("div", { style: "height:8px" }),
        row({ name: t("switchPerson"), chevron: true }, () => show(peopleView())),
        row({ name: t("newPerson"), chevron: true }, newcomer),
        row({ name: t("lang"), chevron: true }, switchLanguage)), tabs("me"));
    },
  };
}

function switchLanguage() {
  lang = lang === "en" ? "zh-CN" : "en";
  localStorage.setItem("sandbox.lang", lang);
  label();
  redraw();
}

function label() {
  document.documentElement.lang = lang;
  document.title = t("title");
  for (const node of document.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  document.getElementById("lang").textContent = t("lang");
}

/* Time */

async function tick() {
  try {
    const { now } = await api("/clock");
    state.now = new Date(now);
    document.getElementById("time").textContent = state.now.toLocaleTimeString(lang, { hour: "2-digit", minute: "2-digit", hour12: false });
    document.getElementById("clock").textContent = t("now") + state.now.toLocaleString(lang);
    const view = state.stack.at(-1);
    if (view?.poll && sheetNode.hidden) await view.draw(true);
  } catch (e) {
    if (e instanceof TypeError) toast(t("offline"));
  }
  setTimeout(tick, 1000);
}

document.getElementById("lang").onclick = switchLanguage;
document.getElementById("skip").onclick = () => api("/clock", { advance: "1h" }).catch(say);

async function start() {
  label();
  const id = params.get("person") || sessionStorage.getItem("sandbox.person");
  const known = id && await api("/people/" + encodeURIComponent(id)).catch(() => null);
  if (known) become(known);
  else replace(peopleView());
  const view = params.get("view");
  if (known && view === "scan") replace(scanView());
  tick();
}
start().catch(say);
