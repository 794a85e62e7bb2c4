import { expect, test } from "vitest";

type Tree = { [key: string]: string | Tree };

const files = import.meta.glob<{ default: Tree }>("../locales/*/*.json", { eager: true });
const sources = import.meta.glob<string>(["../**/*.{ts,tsx}", "!../**/*.test.*", "!../api/schema.gen.ts"], {
  eager: true, query: "?raw", import: "default",
});

function flat(tree: Tree, prefix: string): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string" ? [[`${prefix}.${key}`, value] as [string, string]] : flat(value, `${prefix}.${key}`),
  );
}

/** All texts of a language by key; the forms of a plural count as one key. */
function texts(language: string): Map<string, string> {
  const mine = Object.entries(files).filter(([path]) => path.includes(`/${language}/`));
  const all = mine.flatMap(([path, file]) => flat(file.default, path.split("/").at(-1)!.replace(".json", "")));
  return new Map(all.map(([key, text]) => [key.replace(/_(one|other)$/, ""), text]));
}

const chinese = texts("zh-CN");
const english = texts("en");

test("both languages have the same keys", () => {
  expect([...chinese.keys()].sort()).toEqual([...english.keys()].sort());
});

test("no text is empty, and both languages fill in the same names", () => {
  const names = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((m) => m[1]).filter((n) => n !== "count").sort();
  for (const [key, text] of chinese) {
    expect(text, key).not.toBe("");
    expect(names(english.get(key) ?? ""), key).toEqual(names(text));
  }
});

test("every key a page names is there", () => {
  const nouns = new Set([...chinese.keys()].map((key) => key.split(".")[0]));
  const missing: string[] = [];
  for (const [path, source] of Object.entries(sources)) {
    for (const [, key] of source.matchAll(/["`]([a-z]+(?:\.[a-z0-9_]+)+)["`]/g)) {
      const noun = key!.split(".")[0]!;
      const asked = new RegExp(`\\bt\\([^)]*["\`]${key!.replace(/\./g, "\\.")}["\`]`).test(source);
      if (asked && nouns.has(noun) && !chinese.has(key!)) missing.push(`${path}: ${key}`);
    }
  }
  expect(missing).toEqual([]);
});

test("no page has a Chinese word of its own", () => {
  const han = Object.entries(sources).filter(([, source]) => /\p{Script=Han}/u.test(source.replace(/^\s*(\/\/|\/?\*).*$/gm, "")));
  expect(han.map(([path]) => path)).toEqual([]);
});

test("English has no Chinese in it, but for the name of the other language", () => {
  const allowed = new Set(["nav.other_language", "access.other_language", "livecode.form.zh"]);
  const han = [...english].filter(([key, text]) => /\p{Script=Han}/u.test(text) && !allowed.has(key));
  expect(han).toEqual([]);
});
