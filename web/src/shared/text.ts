import i18next, { type TFunction } from "i18next";
import { initReactI18next } from "react-i18next";

export const languages = ["zh-CN", "en"] as const;
export type Language = (typeof languages)[number];

const files = import.meta.glob<{ default: Record<string, unknown> }>("../locales/*/*.json");

/** Loads one language's texts: every file is a noun, and the noun is the first part of its keys. */
async function texts(language: Language) {
  const mine = Object.entries(files).filter(([path]) => path.includes(`/${language}/`));
  const loaded = await Promise.all(
    mine.map(async ([path, load]) => {
      const noun = path.split("/").at(-1)!.replace(".json", "");
      return [noun, (await load()).default] as const;
    }),
  );
  return Object.fromEntries(loaded);
}

const remembered = "tuma.language";

/** The language of this browser: the last one chosen, else Chinese unless the browser says English. */
export function firstLanguage(): Language {
  const kept = localStorage.getItem(remembered);
  if (kept === "zh-CN" || kept === "en") return kept;
  return navigator.language.startsWith("en") ? "en" : "zh-CN";
}

/** Starts the texts; call once before the first render. */
export async function startTexts(language: Language) {
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    interpolation: { escapeValue: false },
    resources: { [language]: { translation: await texts(language) } },
  });
  document.documentElement.lang = language;
}

/** Switches every text to language and remembers it in this browser. */
export async function speak(language: Language) {
  if (!i18next.hasResourceBundle(language, "translation")) {
    i18next.addResourceBundle(language, "translation", await texts(language));
  }
  localStorage.setItem(remembered, language);
  document.documentElement.lang = language;
  await i18next.changeLanguage(language);
}

/** The language spoken now. */
export const spoken = (): Language => (i18next.language === "en" ? "en" : "zh-CN");

/**
 * The text of a key that the server chose. A key we do not know yet is shown
 * as itself: better a strange word than a hole.
 */
export function told(t: TFunction, key: string, args?: Record<string, unknown>, other?: string): string {
  return i18next.exists(key) ? String(t(key as never, args as never)) : (other ?? key);
}
