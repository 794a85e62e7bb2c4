import { expect, type Page, test } from "@playwright/test";
import { api, office, visitor } from "../lib/admin";
import { chinese, Names, spokenOn } from "../lib/chinese";
import { world } from "../lib/server";
import { type Language, languages } from "../lib/texts";
import { watch } from "../lib/watch";

/** Every page of the admin UI: its name and where it is. */
const pages: Record<string, () => Promise<string> | string> = {
  home: () => "/",
  codes: () => "/codes",
  "codes-empty": () => "/codes?q=nothing-is-called-so",
  "code-new": () => "/codes/new",
  code: async () => `/codes/${await first("/live-codes?sort=scans")}`,
  "code-numbers": async () => `/codes/${await first("/live-codes?sort=scans")}?tab=numbers`,
  "code-targets": async () => `/codes/${await first("/live-codes?sort=scans")}?tab=targets`,
  "code-changes": async () => `/codes/${await first("/live-codes?sort=scans")}?tab=changes`,
  "code-settings": async () => `/codes/${await first("/live-codes?sort=scans")}?tab=settings`,
  "code-edit": async () => `/codes/${await first("/live-codes?sort=scans")}/edit`,
  trace: () => "/trace",
  scan: async () => `/trace/${await first("/scans")}`,
  groups: () => "/groups",
  pools: () => "/groups?tab=pools",
  staff: () => "/staff",
  channels: () => "/channels",
  customers: () => "/customers",
  customer: async () => `/customers/${await first("/contacts")}`,
  welcomes: () => "/welcomes",
  wecom: () => "/settings/wecom",
  roles: () => "/settings/roles",
  keys: () => "/settings/keys",
  audit: () => "/settings/audit",
  jobs: () => "/settings/jobs",
  about: () => "/settings/about",
  more: () => "/more",
  lost: () => "/no-such-page",
};

const first = async (list: string): Promise<string> => (await api().get(list)).items[0].id;

/** Waits until nothing on the page says that it is still loading. */
async function settled(page: Page) {
  await page.waitForLoadState("load");
  await expect(page.locator("h1, h3").first()).toBeVisible();
  await expect(page.locator("[aria-busy=true], .ant-spin-spinning")).toHaveCount(0);
  await page.evaluate(() => document.fonts.ready);
}

/** Opens a page and checks what every page promises. */
async function look(page: Page, name: string, where: string, language: Language, names: Names) {
  await page.goto(where);
  await settled(page);
  await page.screenshot({ path: `out/pages/${language}-${test.info().title.includes("phone") ? "phone" : "desktop"}-${name}.png`, fullPage: true, scale: "css" });
  await expect(page.locator("[role=alert]"), `${name} shows no fault`).toHaveCount(0);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect.soft(wide, `${name} is as wide as its window`).toBe(0);
  if (language === "en") expect.soft(chinese(await spokenOn(page), names), `${name} speaks English`).toEqual([]);
}

for (const language of languages) {
  for (const device of ["desktop", "phone"] as const) {
    test(`every page loads in ${language} on a ${device}: no error, no other language, no sideways scrolling`, async ({ browser }) => {
      test.setTimeout(150_000);
      const context = await office(browser, language, device);
      const page = await context.newPage();
      const names = new Names(page);
      for (const list of ["live-codes", "groups", "staff", "channels"]) names.know(await api().get(`/${list}`));
      const heard = watch(page, world().url);
      for (const [name, where] of Object.entries(pages)) {
        await test.step(name, async () => {
          await look(page, name, await where(), language, names);
          expect.soft(heard, name).toEqual({ errors: [], strangers: [] });
          heard.errors.length = heard.strangers.length = 0;
        });
      }
      await context.close();
    });

    test(`the login loads in ${language} on a ${device}`, async ({ browser }) => {
      const context = await visitor(browser, language, device);
      const page = await context.newPage();
      await look(page, "login", "/login", language, new Names(page));
      await context.close();
    });
  }
}
