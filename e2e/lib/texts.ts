import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const languages = ["zh-CN", "en"] as const;
export type Language = (typeof languages)[number];

/** What a browser says it speaks. */
export const locale = (language: Language) => (language === "en" ? "en-US" : "zh-CN");

const folder = fileURLToPath(new URL("../../web/src/locales/", import.meta.url));

type Texts = { [key: string]: string | Texts };

function load(language: Language): Texts {
  const files = readdirSync(`${folder}${language}`).filter((name) => name.endsWith(".json"));
  return Object.fromEntries(
    files.map((name) => [name.replace(".json", ""), JSON.parse(readFileSync(`${folder}${language}/${name}`, "utf8")) as Texts]),
  );
}

const texts = { "zh-CN": load("zh-CN"), en: load("en") };

/** The admin UI's own text of a key, so that a reworded button breaks no test. */
export function text(language: Language, key: string): string {
  const found = key.split(".").reduce<string | Texts | undefined>((at, part) => (typeof at === "object" ? at[part] : undefined), texts[language]);
  if (typeof found !== "string") throw new Error(`no text ${key} in ${language}`);
  return found;
}

/** The same with its variables open, for texts such as "{{free}} free". */
export function pattern(language: Language, key: string): RegExp {
  const parts = text(language, key).split(/\{\{\w+\}\}/);
  return new RegExp(parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join(".*"));
}
