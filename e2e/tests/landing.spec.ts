import { type Browser, expect, type Page, test } from "@playwright/test";
import { api, newCode } from "../lib/admin";
import { smallWeChat } from "../lib/devices";
import { decode, follow, newcomer, newGroup, staff, told } from "../lib/sandbox";
import { world } from "../lib/server";
import { type Language, languages, locale } from "../lib/texts";
import { watch } from "../lib/watch";

const kilobyte = 1024;

/** The pages of a customer, by the state that leads to them. */
const codes: Record<State, string> = {} as never;

type State = "ok_group" | "ok_staff" | "joined-zh-CN" | "joined-en" | "near" | "all_full" | "paused" | "not_yet" | "expired" | "draft";

/** A group of our own, so that no other test fills or empties it. */
async function group(name: string): Promise<{ id: string; version: number; members: number }> {
  const [owner] = (await staff()).filter((one) => one.name);
  await newGroup(name, owner!.userid);
  await told();
  const find = async () => (await api().get(`/groups?q=${encodeURIComponent(name)}`)).items[0];
  await expect.poll(async () => (await find())?.status, { timeout: 10_000, message: "a new group arrives by callback" }).toBe("active");
  return find();
}

/** Leaves a group as many free seats as said. */
async function leave(free: number, of: { id: string; version: number; members: number }) {
  await api().patch(`/groups/${of.id}`, { capacity: of.members + free }, of.version);
}

test.beforeAll(async () => {
  test.setTimeout(90_000);
  const make = async (name: string, more: object = {}, target?: { id: string }) => {
    const one = target ?? (await group(`E2E ${name}`));
    return (await newCode({ name: `E2E ${name}`, kind: "group", targets: [one.id], ...more })) as { id: string; url: string; version: number };
  };
  codes.ok_group = (await make("landing")).url;
  for (const language of languages) codes[`joined-${language}`] = (await make(`joined ${language}`)).url;
  const near = await group("E2E near");
  const full = await group("E2E full");
  codes.near = (await make("near", {}, near)).url;
  codes.all_full = (await make("full", {}, full)).url;
  await leave(12, near);
  await leave(0, full);
  const paused = await make("paused");
  await api().post(`/live-codes/${paused.id}/pause`, {}, paused.version);
  codes.paused = paused.url;
  const day = 24 * 60 * 60 * 1000;
  const at = (offset: number) => new Date(Date.now() + offset).toISOString();
  codes.not_yet = (await make("not yet", { starts_at: at(day), ends_at: at(3 * day) })).url;
  codes.expired = (await make("expired", { ends_at: at(4_000) })).url;
  codes.draft = (await make("draft", { publish: false })).url;
  const { items } = await api().get("/staff?status=active");
  const one = items.find((person: { follows: boolean; remaining: number }) => person.follows && person.remaining > 10);
  codes.ok_staff = (await newCode({ name: "E2E advisor", kind: "staff", targets: [one.id] })).url;
});

const inWeChat = (browser: Browser, language: Language, more: object = {}) =>
  browser.newContext({ ...smallWeChat, locale: locale(language), ...more });

/** The one QR of the page and where it is, in CSS pixels. */
async function qrOf(page: Page) {
  const images = page.locator("img");
  await expect(images).toHaveCount(1);
  await expect.poll(() => images.evaluate((img: HTMLImageElement) => img.complete && img.naturalWidth)).toBeTruthy();
  return (await images.boundingBox())!;
}

for (const language of languages) {
  for (const state of ["ok_group", "ok_staff", "near"] as const) {
    test(`the page is small and its one QR fits 320×568, without script, cache or strangers (${state}, ${language})`, async ({ browser }) => {
      for (const javaScriptEnabled of [true, false]) {
        const context = await inWeChat(browser, language, { javaScriptEnabled });
        const page = await context.newPage();
        const heard = watch(page, world().url);
        const answer = (await page.goto(codes[state]))!;
        expect(answer.status()).toBe(200);
        expect(answer.headers()["cache-control"]).toBe("no-store");
        const html = await answer.text();
        expect(Buffer.byteLength(html.slice(0, html.indexOf("<img")))).toBeLessThanOrEqual(15 * kilobyte);
        expect(Buffer.byteLength(html)).toBeLessThanOrEqual(15 * kilobyte);

        const qr = await qrOf(page);
        expect(Math.min(qr.width, qr.height)).toBeGreaterThanOrEqual(220);
        expect(qr.x).toBeGreaterThanOrEqual(0);
        expect(qr.y).toBeGreaterThanOrEqual(64);
        expect(qr.x + qr.width).toBeLessThanOrEqual(320);
        expect(qr.y + qr.height).toBeLessThanOrEqual(568);
        expect(await page.locator("img").getAttribute("alt")).toMatch(language === "en" ? /QR code/ : /二维码/);
        await page.screenshot({ path: `out/landing/${state}-${language}${javaScriptEnabled ? "" : "-plain"}.png` });
        expect(heard).toEqual({ errors: [], strangers: [] });
        await context.close();
      }
    });
  }

  const words = {
    all_full: { "zh-CN": "名额已满", en: "All spots are taken" },
    paused: { "zh-CN": "暂停加入", en: "Joining is paused" },
    not_yet: { "zh-CN": "还没开始", en: "Not open yet" },
    expired: { "zh-CN": "活动已结束", en: "This event has ended" },
    draft: { "zh-CN": "活码未启用", en: "This code isn’t live yet" },
  };
  for (const [state, says] of Object.entries(words)) {
    test(`a code that cannot serve says so and names a human (${state}, ${language})`, async ({ browser }) => {
      const context = await inWeChat(browser, language);
      const page = await context.newPage();
      const heard = watch(page, world().url);
      await expect
        .poll(async () => {
          const answer = (await page.goto(codes[state as State]))!;
          expect(answer.status()).toBe(200);
          expect(answer.headers()["cache-control"]).toBe("no-store");
          return page.locator("h1").innerText();
        }, { timeout: 12_000 })
        .toContain(says[language]);
      await expect(page.getByText("400-800-1234").first()).toBeVisible();
      await expect(page.locator("img")).toHaveCount(0);
      await page.screenshot({ path: `out/landing/${state}-${language}.png`, fullPage: true });
      expect(heard).toEqual({ errors: [], strangers: [] });
      await context.close();
    });
  }

  test(`who has joined and scans again is led to the group they are in (${language})`, async ({ browser }) => {
    const context = await inWeChat(browser, language);
    const page = await context.newPage();
    const url = codes[`joined-${language}`];
    await page.goto(url);
    await qrOf(page);
    const image = await page.request.get(new URL((await page.locator("img").getAttribute("src"))!, url).href);
    const person = await newcomer();
    expect((await follow(person.id, await decode(person.id, await image.body()))).result).toBe("joined");
    await expect
      .poll(async () => {
        await page.goto(url);
        return page.locator("h1").innerText();
      }, { timeout: 10_000 })
      .toContain(language === "en" ? "You’re already in “E2E joined en”" : "你已在「E2E joined zh-CN」");
    await expect(page.locator("img")).toHaveCount(0);
    await page.screenshot({ path: `out/landing/joined-${language}.png`, fullPage: true });
    await page.getByRole("link", { name: language === "en" ? /Get the QR code again/ : /重新获取二维码/ }).click();
    await qrOf(page);
    await context.close();
  });

  test(`a forged code is not found, and still names a way on (${language})`, async ({ browser }) => {
    const context = await inWeChat(browser, language);
    const page = await context.newPage();
    const slug = new URL(codes.ok_group).pathname.split("/").at(-1)!;
    const forged = slug.slice(0, -1) + (slug.endsWith("2") ? "3" : "2");
    const answer = (await page.goto(`${world().url}/q/${forged}`))!;
    expect(answer.status()).toBe(404);
    await expect(page.locator("h1")).toContainText(language === "en" ? "can’t find this code" : "找不到这个活码");
    await page.screenshot({ path: `out/landing/not_found-${language}.png`, fullPage: true });
    await context.close();
  });

  test(`when something is away the page still names a human (error, ${language})`, async ({ browser }) => {
    const context = await inWeChat(browser, language);
    const page = await context.newPage();
    const html = (await api().post("/live-codes/preview", {
      state: "error", locale: language, os: "ios",
      draft: {
        name: "E2E error", kind: "group", purpose: "promotion", sticky: true, pool: { members: [] }, tags: [],
        fallback: [{ kind: "page", text: "Call 400-800-1234" }], page: { contact_text: "Call 400-800-1234" },
      },
    })) as string;
    await page.setContent(html);
    await expect(page.locator("h1")).toContainText(language === "en" ? "We’re a little busy" : "现在有点忙");
    await expect(page.getByText("400-800-1234").first()).toBeVisible();
    await page.screenshot({ path: `out/landing/error-${language}.png`, fullPage: true });
    await context.close();
  });
}

test("a computer's browser gets a QR of the page and takes no seat", async ({ browser }) => {
  const context = await browser.newContext({ locale: "zh-CN" });
  const page = await context.newPage();
  const before = (await api().get("/groups?q=E2E%20landing")).items[0].held;
  await page.goto(codes.ok_group);
  await qrOf(page);
  await expect(page.getByText("用微信扫一扫加入")).toBeVisible();
  await page.screenshot({ path: "out/landing/screen.png" });
  expect((await api().get("/groups?q=E2E%20landing")).items[0].held).toBeLessThanOrEqual(before);
  await context.close();
});
