import { expect, test } from "@playwright/test";
import { api, logIn, office, visitor } from "../lib/admin";
import { languages, text } from "../lib/texts";

for (const language of languages) {
  const t = (key: string) => text(language, key);

  test(`a wrong password is refused in the reader's language, and nobody is in (${language})`, async ({ browser }) => {
    const context = await visitor(browser, language, "desktop");
    const page = await context.newPage();
    await page.goto("/customers");
    await logIn(page, language, "not-the-password");
    const said = page.getByRole("alert");
    await expect(said).toContainText(language === "en" ? "Login or password is wrong" : "登录名或密码不对");
    await expect(said).toContainText("access.credentials");
    await expect(page.getByLabel(t("access.password"), { exact: true })).toHaveValue("");
    expect(await context.cookies()).toEqual([]);
    await logIn(page, language);
    await expect(page).toHaveURL(/\/customers$/);
    await context.close();
  });

  test(`who saves after a colleague sees what differs, and loses nothing (${language})`, async ({ browser }) => {
    const groups = (await api().get("/groups?limit=1")).items;
    const code = await api().post("/live-codes", {
      name: `E2E conflict ${language}`, kind: "group", purpose: "other", sticky: true, publish: false,
      pool: { strategy: "in_order", members: [{ target: groups[0].id, weight: 1 }] },
      fallback: [{ kind: "page", text: "Call 400-800-1234" }], page: {}, tags: [],
    });
    const context = await office(browser, language, "desktop");
    const page = await context.newPage();
    await page.goto(`/codes/${code.id}/edit`);
    const name = page.getByLabel(t("livecode.field.name"));
    await name.fill(`Mine ${language}`);
    await api(language === "en" ? "zh-CN" : "en").patch(`/live-codes/${code.id}`, { name: `Theirs ${language}` }, code.version);
    const save = page.getByRole("button", { name: new RegExp(`${t("common.save")}$`) });
    await save.click();

    await expect(page.getByRole("alert")).toContainText(t("livecode.conflict.field.name"));
    await expect(name).toHaveValue(`Mine ${language}`);
    expect((await api().get(`/live-codes/${code.id}`)).name).toBe(`Theirs ${language}`);
    await page.screenshot({ path: `out/conflict-${language}.png` });
    await page.getByRole("button", { name: t("livecode.conflict.keep_mine") }).click();
    await save.click();
    await expect(page.getByRole("heading", { level: 1, name: `Mine ${language}` })).toBeVisible();
    expect((await api().get(`/live-codes/${code.id}`)).name).toBe(`Mine ${language}`);
    await context.close();
  });
}

test("what a person may not do is not offered, and says who may", async ({ browser }) => {
  const name = `e2e-analyst-${Date.now()}`;
  await api().post("/accounts", { login: name, name: "Analyst", password: "long-enough-for-an-analyst", role: "analyst", scope: "all" });
  const context = await visitor(browser, "en", "desktop");
  const page = await context.newPage();
  await page.goto("/login");
  await page.getByLabel(text("en", "access.login_name")).fill(name);
  await page.getByLabel(text("en", "access.password"), { exact: true }).fill("long-enough-for-an-analyst");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("navigation").first()).toBeVisible();
  await page.goto("/codes");
  await expect(page.getByRole("row").nth(1)).toBeVisible();
  await expect(page.getByRole("button", { name: /New code|新建活码/ })).toHaveCount(0);
  await page.goto("/settings/keys");
  await expect(page.getByRole("alert")).toContainText("key.manage");
  await context.close();
});
