import type { Page } from "@playwright/test";

/** What a page should never do, gathered while it is used. */
export type Complaints = { errors: string[]; strangers: string[] };

/** One line for each kind of complaint: what only an id tells apart is said once. */
function note(list: string[], line: string) {
  const kind = line.replace(/[\w-]{20,}/g, "…");
  if (!list.includes(kind)) list.push(kind);
}

/** Listens to a page: errors in its console, and requests to anybody but us. */
export function watch(page: Page, ...ours: string[]): Complaints {
  const heard: Complaints = { errors: [], strangers: [] };
  page.on("console", (message) => {
    if (message.type() === "error") note(heard.errors, `${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => note(heard.errors, String(error)));
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith("http") && !ours.includes(url.origin)) note(heard.strangers, request.url());
  });
  return heard;
}
