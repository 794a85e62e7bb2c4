import { type Browser, type BrowserContext, expect, type Page } from "@playwright/test";
import { Api } from "./api";
import { type Device, devices } from "./devices";
import { world } from "./server";
import { type Language, locale, pattern, text } from "./texts";

/** The API as the account of this language. */
export const api = (language: Language = "zh-CN") => Api.with(world().url, world().people[language].cookie);

/** A browser of somebody who is logged in already. */
export async function office(browser: Browser, language: Language, device: Device): Promise<BrowserContext> {
  const context = await visitor(browser, language, device);
  const cookies = world().people[language].cookie.split("; ").map((pair) => {
    const [name, ...value] = pair.split("=");
    return { name: name!, value: value.join("="), url: world().url };
  });
  await context.addCookies(cookies);
  return context;
}

/** A browser of somebody who is not logged in. */
export const visitor = (browser: Browser, language: Language, device: Device) =>
  browser.newContext({ ...devices[device], locale: locale(language), baseURL: world().url, timezoneId: "Asia/Shanghai" });

/** Fills in the login and presses the button. */
export async function logIn(page: Page, language: Language, password = world().people[language].password) {
  await page.getByLabel(text(language, "access.login_name")).fill(world().people[language].login);
  await page.getByLabel(text(language, "access.password"), { exact: true }).fill(password);
  await page.getByRole("button", { name: new RegExp(`${text(language, "access.login")}$`) }).click();
}

/** What a code needs at least. */
type Plan = { name: string; kind: "group" | "staff"; targets: string[]; [more: string]: unknown };

/** Makes a code by the API and waits until WeCom's own QR codes are there. */
export async function newCode({ name, kind, targets, ...more }: Plan) {
  const code = await api().post("/live-codes", {
    name, kind, purpose: "promotion", sticky: true, publish: true,
    pool: { strategy: "in_order", members: targets.map((target) => ({ target, weight: 1 })) },
    fallback: [{ kind: "page", text: "Call 400-800-1234" }],
    page: { title: name, contact_text: "Call 400-800-1234", show_count: "exact" },
    ...more,
  });
  return more.publish === false ? code : readied(code.id);
}

/** Waits until every target of a code has its QR code of WeCom. */
export async function readied(id: string) {
  await expect
    .poll(async () => {
      const { carriers } = await api().get(`/live-codes/${id}`);
      return carriers.total > 0 && carriers.ready === carriers.total;
    }, { timeout: 20_000, message: "WeCom's QR codes are made" })
    .toBe(true);
  return api().get(`/live-codes/${id}`);
}

/** The button of a recommended group or staff member. */
export const offers = (page: Page, language: Language, kind: "group" | "staff") =>
  page.getByRole("button", { name: pattern(language, `livecode.form.${kind}_offer`) });
