import { type Browser, expect, type FrameLocator, type Page } from "@playwright/test";
import { type Device, devices } from "./devices";
import { world } from "./server";
import { type Language, locale } from "./texts";

const said = {
  "zh-CN": { newcomer: "新顾客", scan: "扫一扫", paste: "粘贴链接或二维码内容", open: "打开", recognise: "识别图中的二维码", join: "加入该群聊", add: "添加到通讯录" },
  en: { newcomer: "New customer", scan: "Scan", paste: "Paste a link or QR text", open: "Open", recognise: "Extract QR code", join: "Join group", add: "Add to contacts" },
};

/** A customer's phone in the sandbox, worked with a finger. */
export class Phone {
  private constructor(readonly page: Page, private readonly words: (typeof said)["en"]) {}

  /** Takes up the phone of a customer nobody knows yet. */
  static async take(browser: Browser, language: Language, device: Device): Promise<Phone> {
    const context = await browser.newContext({ ...devices[device], locale: locale(language) });
    const page = await context.newPage();
    await page.goto(`${world().sandbox}/sandbox/phone?lang=${language}`);
    const phone = new Phone(page, said[language]);
    await page.getByRole("button", { name: phone.words.newcomer }).first().click();
    await expect(page.getByRole("navigation")).toBeVisible();
    return phone;
  }

  /** Scans a printed code, and returns the page behind it. */
  async scan(url: string): Promise<FrameLocator> {
    await this.page.getByRole("navigation").getByRole("button", { name: this.words.scan }).click();
    await this.page.getByPlaceholder(this.words.paste).fill(url);
    await this.page.getByRole("button", { name: this.words.open, exact: true }).click();
    return this.page.frameLocator("iframe");
  }

  /** Presses the QR code on the page until WeChat offers to read it. */
  async longPress() {
    const qr = this.page.frameLocator("iframe").locator("img");
    await expect(qr).toHaveCount(1);
    await expect.poll(() => qr.evaluate((img: HTMLImageElement) => img.complete && img.naturalWidth > 0)).toBe(true);
    await qr.hover();
    await this.page.mouse.down();
    const menu = this.page.getByRole("button", { name: this.words.recognise });
    await expect(menu).toBeVisible();
    await this.page.mouse.up();
    await menu.click();
  }

  join = () => this.page.getByRole("button", { name: this.words.join }).click();
  add = () => this.page.getByRole("button", { name: this.words.add }).click();

  /** What was said in the chat that is open. */
  get chat() {
    return this.page.locator(".chat");
  }

  /** The customer's own name. */
  async nickname(): Promise<string> {
    const id = await this.page.evaluate(() => sessionStorage.getItem("sandbox.person"));
    const answer = await fetch(`${world().sandbox}/sandbox/api/people/${id}`);
    return ((await answer.json()) as { nickname: string }).nickname;
  }

  close = () => this.page.context().close();
}
