import type { Page, Response } from "@playwright/test";

/** What people named or wrote themselves; the demo's people write Chinese. The rest is our own text. */
const theirs = new Set([
  "name", "path", "abbr", "departments", "corp_name", "text", "title", "subtitle", "guide", "notice", "contact_text", "note",
  "base_name", "actor", "before", "after", "owner", "group", "nickname",
]);

/** Answers in which such a key holds our own words: what we suggest, explain or tell. */
const oursIn = /\/(suggestion|dictionary|contacts\/[^/]+\/timeline)$/;

const han = /[\u3400-\u9fff\uf900-\ufaff]/;

/** The names that answers of the API brought to a page. */
export class Names {
  private readonly known = new Set<string>();

  constructor(page: Page) {
    page.on("response", (answer) => void this.learn(answer).catch(() => undefined));
  }

  /** Learns what an answer of the API names, before a page shows it in a sentence. */
  know(answer: unknown) {
    this.gather(answer, false);
  }

  private async learn(answer: Response) {
    const path = new URL(answer.url()).pathname;
    if (!path.startsWith("/api/v1/") || !answer.ok() || oursIn.test(path)) return;
    if (!answer.headers()["content-type"]?.includes("json")) return;
    this.gather(await answer.json(), false);
  }

  private gather(value: unknown, named: boolean) {
    if (typeof value === "string" && named && han.test(value)) this.learnText(value);
    else if (Array.isArray(value)) value.forEach((one) => this.gather(one, named));
    else if (value && typeof value === "object") {
      for (const [key, inner] of Object.entries(value)) this.gather(inner, named || theirs.has(key));
    }
  }

  /** A text of many parts is shown in parts: its lines, its {variables}, the letter in a face. */
  private learnText(text: string) {
    for (const part of [text, text.trim().slice(0, 1), ...text.split(/(\{[^}]*\})|\n|\//)]) {
      if (part && han.test(part)) this.known.add(part.trim());
    }
  }

  /** The text without every name in it, the longest first. */
  without(text: string): string {
    const names = [...this.known].sort((a, b) => b.length - a.length);
    return names.reduce((left, name) => (name.length > 1 ? left.replaceAll(name, "") : left.trim() === name ? "" : left), text);
  }
}

/** Every text a reader or a screen reader meets on a page. The button to the other language is in that language. */
export const spokenOn = (page: Page) =>
  page.evaluate(() => {
    const found: string[] = [document.title];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      if (!node.parentElement?.closest("script, style, [lang=zh-CN]")) found.push(node.nodeValue ?? "");
    }
    for (const element of document.querySelectorAll("[aria-label], [title], [placeholder], [alt]")) {
      for (const name of ["aria-label", "title", "placeholder", "alt"]) found.push(element.getAttribute(name) ?? "");
    }
    for (const field of document.querySelectorAll("input")) found.push(field.value);
    return found;
  });

/** What is Chinese on an English page and nobody's name. */
export const chinese = (texts: string[], names: Names) =>
  [...new Set(texts.map((text) => names.without(text)).filter((text) => han.test(text) && !["中文", "中"].includes(text.trim())))];
