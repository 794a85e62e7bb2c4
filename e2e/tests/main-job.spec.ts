import { expect, type FrameLocator, type Page, test } from "@playwright/test";
import { api, logIn, office, offers, readied, visitor } from "../lib/admin";
import { type Device } from "../lib/devices";
import { Phone } from "../lib/phone";
import { newcomer, visit } from "../lib/sandbox";
import { type Language, languages, text } from "../lib/texts";

const arrivals = async () => {
  const { kpis } = await api().get("/home");
  return Number(kpis.adds.value) + Number(kpis.joins.value);
};

/** Fills in the form of a new code, publishes it, and says how long that took and where the code leads. */
async function create(page: Page, language: Language, device: Device, kind: "group" | "staff", name: string) {
  const t = (key: string) => text(language, key);
  const began = Date.now();
  if (device === "desktop") await page.keyboard.press("c");
  else {
    await page.getByRole("link", { name: t("nav.tab.codes") }).click();
    await page.getByRole("button", { name: t("livecode.new") }).click();
  }
  await expect(page).toHaveURL(/\/codes\/new$/);
  await expect(page.getByRole("heading", { level: 1, name: t("livecode.new") })).toBeVisible();
  if (kind === "staff") await page.getByRole("radio", { name: t("livecode.kind.staff") }).click();
  await page.getByLabel(new RegExp(`^${t("livecode.field.name")}`)).fill(name);
  await offers(page, language, kind).first().click();
  if (kind === "staff") await greeting(page, language);
  await page.getByRole("button", { name: t("livecode.form.publish") }).click();
  const sheet = page.getByRole("dialog");
  const url = await sheet.locator("code").textContent();
  console.log(`    ${language}, ${device}: a ${kind} code in ${((Date.now() - began) / 1000).toFixed(1)} s`);
  await sheet.getByRole("button", { name: t("common.close") }).click();
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
  return { url: url!, id: new URL(page.url()).pathname.split("/").at(-1)! };
}

/** Picks a welcome message and a tag. */
async function greeting(page: Page, language: Language) {
  await page.getByRole("button", { name: text(language, "livecode.form.welcome") }).click();
  await page.getByLabel(text(language, "livecode.field.welcome")).click();
  await page.getByTitle(`E2E hello ${language}`).click();
  await page.getByLabel(text(language, "livecode.field.tags")).fill("E2E tag");
  await page.getByTitle(`E2E tag ${language}`).click();
  await page.keyboard.press("Escape");
}

/** Logs in, and waits for the home page. */
async function enter(page: Page, language: Language) {
  await page.goto("/");
  await logIn(page, language);
  await expect(page.getByRole("button", { name: text(language, "metric.added_joined.name") })).toBeVisible();
}

/** Waits until the home page shows more arrivals than before. */
async function appears(page: Page, language: Language, before: number, since: number) {
  const card = page.locator("div", { has: page.getByRole("button", { name: text(language, "metric.added_joined.name") }) }).last();
  await expect
    .poll(async () => Number((/\d[\d,]*/.exec((await card.innerText()).replace(text(language, "metric.added_joined.name"), "")) ?? ["0"])[0].replace(",", "")), { timeout: 5_000 })
    .toBeGreaterThan(before);
  console.log(`    on the home page after ${((Date.now() - since) / 1000).toFixed(1)} s`);
}

/** The code a customer reads out to whoever helps. */
async function diagnosisOn(web: FrameLocator): Promise<string> {
  return /[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}/.exec(await web.locator("footer").innerText())![0];
}

/** Finds the scan by the code on the customer's page, and reads why it went where it went. */
async function retrace(page: Page, language: Language, diagnosis: string, target: string, became: string) {
  const t = (key: string) => text(language, key);
  await page.goto("/trace");
  await page.getByPlaceholder(t("scan.search")).fill(diagnosis);
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: diagnosis }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(diagnosis);
  const considered = page.getByRole("row", { name: target });
  await expect(considered).toContainText(t("scan.verdict_of.chosen"));
  await expect(considered).toContainText(t("scan.reason.chosen"));
  await expect(page.getByText(t(became), { exact: true }).first()).toBeVisible();
}

for (const language of languages) {
  for (const device of ["desktop", "phone"] as const) {
    test(`a group code is made, scanned, joined, counted and retraced (${language}, ${device})`, async ({ browser }) => {
      const context = await visitor(browser, language, device);
      const page = await context.newPage();
      await enter(page, language);
      const made = await create(page, language, device, "group", `E2E group ${language} ${device}`);
      const code = await readied(made.id);
      await page.goto("/");
      const before = await arrivals();

      const phone = await Phone.take(browser, language, device);
      const web = await phone.scan(made.url);
      const diagnosis = await diagnosisOn(web);
      await phone.longPress();
      await phone.join();
      await expect(phone.chat).toBeVisible();
      await appears(page, language, before, Date.now());
      await retrace(page, language, diagnosis, code.pool.members[0].name, "scan.after.group.joined");
      await phone.close();
      await context.close();
    });
  }

  test(`a staff code adds, welcomes, tags and is retraced (${language})`, async ({ browser }) => {
    await api().post("/welcomes", { name: `E2E hello ${language}`, text: "Hello {nickname}, I am {staff}", attachments: [] });
    await api().post("/tags", { group: "E2E", name: `E2E tag ${language}` });
    const device: Device = language === "en" ? "phone" : "desktop";
    const context = await office(browser, language, device);
    const page = await context.newPage();
    await page.goto("/");
    await expect(page.getByRole("button", { name: text(language, "metric.added_joined.name") })).toBeVisible();
    const made = await create(page, language, device, "staff", `E2E staff ${language}`);
    const code = await readied(made.id);

    const phone = await Phone.take(browser, language, "phone");
    const nickname = await phone.nickname();
    const web = await phone.scan(made.url);
    const diagnosis = await diagnosisOn(web);
    await phone.longPress();
    await phone.add();
    await expect(phone.chat).toContainText(`Hello ${nickname}, I am ${code.pool.members[0].name}`);
    await retrace(page, language, diagnosis, code.pool.members[0].name, "scan.after.contact.added");

    await page.goto(`/customers?code=${made.id}`);
    await page.getByRole("link", { name: nickname }).click();
    await expect(page.getByText(`E2E tag ${language}`)).toBeVisible();
    await phone.close();
    await context.close();
  });
}

test("a customer who joined before is told where to find the group", async () => {
  const url = await firstGroupCode();
  const person = await newcomer();
  expect((await visit(person.id, url)).outcome?.result).toBe("joined");
  await expect.poll(async () => (await visit(person.id, url, false)).title).toMatch(/已加入|in/);
});

async function firstGroupCode(): Promise<string> {
  const { items } = await api().get("/live-codes?q=E2E%20group&limit=1");
  return items[0].url;
}
