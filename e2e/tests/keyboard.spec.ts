import { type BrowserContext, expect, type Page, test } from "@playwright/test";
import { api, office } from "../lib/admin";
import { languages, text } from "../lib/texts";

for (const language of languages) {
  test.describe(`by keyboard (${language})`, () => {
    let context: BrowserContext;
    let page: Page;
    const t = (key: string) => text(language, key);

    test.beforeAll(async ({ browser }) => {
      context = await office(browser, language, "desktop");
      page = await context.newPage();
    });
    test.beforeEach(async () => {
      await page.goto("/codes");
      await expect(page.getByRole("row").nth(1)).toBeVisible();
    });
    test.afterAll(() => context.close());

    test("c opens a new code, but not while somebody types", async () => {
      await page.getByPlaceholder(t("livecode.search")).fill("");
      await page.keyboard.type("c");
      await expect(page.getByPlaceholder(t("livecode.search"))).toHaveValue("c");
      expect(new URL(page.url()).pathname).toBe("/codes");
      await page.locator("h1").click();
      await page.keyboard.press("c");
      await expect(page).toHaveURL(/\/codes\/new$/);
      await expect(page.getByLabel(new RegExp(`^${t("livecode.field.name")}`))).not.toHaveValue("");
    });

    for (const chord of ["Meta+k", "Control+k"]) {
      test(`${chord} finds a page and a code by their names`, async () => {
        await page.keyboard.press(chord);
        const field = page.getByRole("dialog").getByRole("textbox", { name: t("nav.search") });
        await expect(field).toBeFocused();
        await field.fill(t("nav.channels"));
        await expect(page.getByRole("option").first()).toHaveText(t("nav.channels"));
        await page.keyboard.press("Enter");
        await expect(page).toHaveURL(/\/channels$/);

        const [code] = (await api().get("/live-codes?sort=name&limit=1")).items;
        await page.keyboard.press(chord);
        await field.fill(code.name);
        await expect(page.getByRole("option", { name: code.name })).toBeVisible();
        await page.getByRole("option", { name: code.name }).click();
        await expect(page).toHaveURL(new RegExp(`/codes/${code.id}$`));
      });
    }

    test("/ puts the cursor into the search field", async () => {
      await page.keyboard.press("/");
      await expect(page.getByPlaceholder(t("livecode.search"))).toBeFocused();
      await expect(page.getByPlaceholder(t("livecode.search"))).toHaveValue("");
    });

    test("? shows the keys, and Escape takes them away", async () => {
      await page.keyboard.press("?");
      const help = page.getByRole("dialog", { name: t("nav.shortcuts") });
      await expect(help).toBeVisible();
      await expect(help).toContainText(t("nav.key.c"));
      await page.keyboard.press("Escape");
      await expect(help).toBeHidden();
    });

    test("j, k and Enter walk the rows and open one", async () => {
      const second = await page.getByRole("row").nth(2).getByRole("link").first().innerText();
      for (const key of ["j", "j", "j", "k"]) await page.keyboard.press(key);
      await page.keyboard.press("Enter");
      await expect(page.getByRole("heading", { level: 1 })).toContainText(second);
    });
  });
}
