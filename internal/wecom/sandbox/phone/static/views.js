"use strict";
// Small pieces the screens are made of. Texts of people go through
// textContent only: nicknames are whatever somebody typed.

/** el makes an element: el("button.row", {onclick}, child, "text"). */
function el(spec, props, ...children) {
  const [tag, ...classes] = spec.split(".");
  const node = document.createElement(tag);
  node.className = classes.join(" ");
  Object.assign(node, props);
  node.append(...children.filter((c) => c !== null && c !== undefined));
  return node;
}

const ICONS = {
  back: "M15 5l-7 7 7 7", close: "M6 6l12 12M18 6L6 18", more: "M5 12h.01M12 12h.01M19 12h.01",
  plus: "M12 5v14M5 12h14", chat: "M4 5h16v11H11l-4 4v-4H4z", user: "M12 12a4 4 0 100-8 4 4 0 000 8zM4 20c1-4 4-6 8-6s7 2 8 6",
  scan: "M4 8V5a1 1 0 011-1h3M16 4h3a1 1 0 011 1v3M20 16v3a1 1 0 01-1 1h-3M8 20H5a1 1 0 01-1-1v-3M4 12h16",
};

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  if (name === "more") path.setAttribute("stroke-width", "3");
  svg.append(path);
  return svg;
}

function iconButton(name, label, onclick) {
  return el("button", { type: "button", title: label, ariaLabel: label, onclick }, icon(name));
}

function face(id, size) {
  return el(size ? "img.face." + size : "img.face", { src: "/sandbox/img/avatar-" + encodeURIComponent(id), alt: "", draggable: false });
}

/** bar is the title line: left and right are buttons or null. */
function bar(title, left, right, kind) {
  const gap = () => el("span", { style: "width:44px;flex:none" });
  return el(kind ? "div.bar." + kind : "div.bar", {}, left || gap(), el("h2", {}, title), right || gap());
}

function empty(title, hint, near) {
  return el(near ? "div.empty.near" : "div.empty", {}, el("b", {}, title), hint || "");
}

function row(opts, onclick) {
  return el(opts.face ? "button.row" : "button.row.plain", { type: "button", onclick },
    opts.face || null,
    el("span.main", {}, el("span.name", {}, opts.name), opts.last ? el("span.last", {}, opts.last) : null),
    opts.when ? el("span.when", {}, opts.when) : null,
    opts.chevron ? el("span.chev", {}, "›") : null);
}

/** when writes a time the way chat lists do, or with the hour always. */
function when(at, now, full) {
  const d = new Date(at);
  if (d.getFullYear() < 2000) return "";
  const clock = d.toLocaleTimeString(lang, { hour: "2-digit", minute: "2-digit", hour12: false });
  const days = Math.floor((startOfDay(now) - startOfDay(d)) / 864e5);
  if (days <= 0) return clock;
  if (days === 1) return t("yesterday") + " " + clock;
  return d.toLocaleDateString(lang, { month: "short", day: "numeric" }) + (full ? " " + clock : "");
}

function startOfDay(d) {
  return new Date(d.getFullYear(), d.getMonth(), d.getDate());
}

const sheetNode = document.getElementById("sheet");

/** sheet slides up a menu of [label, act, danger]. */
function sheet(choices) {
  const panel = el("div.panel", { role: "menu" });
  for (const [label, act, danger] of choices) {
    panel.append(el(danger ? "button.danger" : "button", { type: "button", onclick: () => { closeSheet(); act(); } }, label));
  }
  panel.append(el("button.cancel", { type: "button", onclick: closeSheet }, t("cancel")));
  sheetNode.replaceChildren(panel);
  sheetNode.onclick = (e) => { if (e.target === sheetNode) closeSheet(); };
  sheetNode.hidden = false;
  panel.querySelector("button").focus();
}

function closeSheet() {
  sheetNode.hidden = true;
}

let toastTimer;
function toast(text) {
  const node = document.getElementById("toast");
  node.textContent = text;
  node.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { node.hidden = true; }, 2200);
}

/** message draws one line of a chat. */
function message(m, me, opts) {
  if (m.type === "notice") return el("div.notice", {}, notice(m, me));
  const mine = m.from === me;
  const said = el("div.said", {});
  if (opts.named && !mine) said.append(el("div.who", {}, m.name));
  said.append(content(m, opts.open));
  return el(mine ? "div.line.mine" : "div.line", {}, face(m.from, "small"), said);
}

/** notice says what WeChat itself says, to the one it is about as "you". */
function notice(m, me) {
  const words = TEXT[lang]["n_" + m.key];
  return words ? words.replace("{who}", m.about === me ? t("you") : m.key === "friends" ? m.name : "“" + m.name + "”") : m.text;
}

function content(m, open) {
  if (m.type === "image") {
    return el("img.photo", { src: m.image, alt: t("image"), onclick: () => sheet([[t("recognise"), () => open({ image: m.image })]]) });
  }
  if (m.type === "text") return el("div.bubble", {}, ...linked(m.text, open));
  const cover = m.image ? el("img", { src: m.image, alt: "" }) : null;
  return el("button.linkcard", { type: "button", onclick: () => open({ url: m.url }) },
    el("b", {}, m.title || m.type), el("span", {}, m.text || "", cover));
}

/** linked turns addresses in a text into links that open in the phone. */
function linked(text, open) {
  return text.split(/(https?:\/\/[^\s，。、）]+)/).map((part, i) => {
    if (i % 2 === 0) return part;
    return el("a", { href: part, onclick: (e) => { e.preventDefault(); open({ url: part }); } }, part);
  });
}
