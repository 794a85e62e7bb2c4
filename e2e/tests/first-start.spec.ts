import { expect, type Page, test } from "@playwright/test";
import { launch } from "../lib/server";
import { languages, locale, text } from "../lib/texts";
import { watch } from "../lib/watch";

/** A page of a system in which nothing is yet: what it says, and where it leads. */
async function empty(page: Page, where: string, says: string) {
  await page.goto(where);
  await expect(page.getByText(says).first()).toBeVisible();
  await expect(page.getByRole("alert")).toHaveCount(0);
}

for (const language of languages) {
  test(`a fresh server leads from its printed token to a first account and the next step (${language})`, async ({ browser }) => {
    const t = (key: string) => text(language, key);
    const { greeting, url, stop } = await launch();
    const context = await browser.newContext({ locale: locale(language), baseURL: url });
    try {
      const token = /Setup token +(\S+)/.exec(greeting)![1]!;
      const page = await context.newPage();
      await page.goto("/");
      await expect(page).toHaveURL(/\/setup$/);
      const enter = page.getByRole("button", { name: new RegExp(`${t("access.setup_act")}$`) });
      await page.getByLabel(t("access.token")).fill("not-the-token");
      await page.getByLabel(t("access.your_name")).fill("Robin");
      await page.getByLabel(t("access.login_name")).fill("robin");
      await page.getByLabel(t("access.password")).fill("a-password-nobody-guesses");
      await enter.click();
      await expect(page.getByRole("alert").first()).toContainText(t("access.fault.setup_token"));
      await page.getByLabel(t("access.token")).fill(token);
      await page.screenshot({ path: `out/setup-${language}.png` });
      await enter.click();
      await expect(page).toHaveURL(/\/settings\/wecom$/);

      const heard = watch(page, url);
      await empty(page, "/", t("home.step.connect.name"));
      await page.screenshot({ path: `out/first-home-${language}.png`, fullPage: true });
      await empty(page, "/codes", t("livecode.none"));
      await empty(page, "/customers", t("contact.none"));
      await empty(page, "/trace", t("scan.none"));
      expect(heard).toEqual({ errors: [], strangers: [] });

      await page.goto("/setup");
      await expect(page, "the token opens one account only").not.toHaveURL(/\/setup$/);
    } finally {
      await context.close();
      await stop();
    }
  });
}
