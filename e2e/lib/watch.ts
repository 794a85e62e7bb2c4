import type { Page } from "@playwright/test";

/** What a page should never do, gathered while it is used. */
export type Complaints = { errors: string[]; strangers: string[] };

/** Listens to a page: errors in its console, and requests to anybody but us. */
export function watch(page: Page, ...ours: string[]): Complaints {
  const heard: Complaints = { errors: [], strangers: [] };
  page.on("console", (message) => {
    if (message.type() === "error") heard.errors.push(`${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => heard.errors.push(String(error)));
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith("http") && !ours.includes(url.origin)) heard.strangers.push(request.url());
  });
  return heard;
}
