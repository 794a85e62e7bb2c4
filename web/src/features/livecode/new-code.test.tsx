import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import type { Check, CodeDraft } from "../../api/types";
import { fault, serve, show } from "../../shared/test-screen";
import { NewCode } from "./new-code";
import { sampleCode } from "./sample-code";

const group = {
  id: "gp_1", chat_id_masked: "wr…1", name: "Deals 1", owner: { id: "st_1", name: "Chen" }, status: "normal", members: 10,
  externals: 9, capacity: 195, held: 0, free: 185, joined_today: 0, left_today: 0, created_at: "2026-11-20T08:00:00Z",
  synced_at: null, codes: 0, pools: [], version: 1,
};
const empty = { items: [], next_cursor: null, total: 0 };

function answers(checks: Partial<Check>[] = []) {
  return {
    "GET /live-codes/suggestion": () => ({ name: "dy_promo_261121", ends_at: "2026-11-28T15:59:59Z", reason_key: "", groups: [group], staff: [] }),
    "POST /live-codes/check": () => checks,
    "POST /live-codes/preview": () => new Response("<p>page</p>", { headers: { "Content-Type": "text/html" } }),
    "GET /channels": () => empty, "GET /groups": () => empty, "GET /staff": () => empty, "GET /tags": () => empty,
    "GET /welcomes": () => empty, "GET /live-codes": () => empty,
    "POST /live-codes": () => sampleCode(),
  };
}

const publish = () => screen.findByRole<HTMLButtonElement>("button", { name: "\u53d1\u5e03\u5e76\u4e0b\u8f7d" });

/** Presses publish once the checks have answered. */
async function pressPublish() {
  const button = await publish();
  await waitFor(() => expect(button.disabled).toBe(false));
  await userEvent.click(button);
}

test("one press on the recommended group and one on publish make a code", async () => {
  const asked = serve(answers());
  show(NewCode, "/codes/new");
  await userEvent.click(await screen.findByRole("button", { name: /Deals 1/ }));
  await pressPublish();
  await screen.findByRole("dialog");
  const body = asked.find((a) => a.method === "POST" && a.path === "/live-codes")!.body as CodeDraft;
  expect(body).toMatchObject({ name: "dy_promo_261121", kind: "group", publish: true, ends_at: "2026-11-28T15:59:59Z", sticky: true });
  expect(body.pool.members).toEqual([{ target: "gp_1", weight: 1, backup: false, enabled: true }]);
  expect(body.fallback?.at(-1)?.kind).toBe("page");
});

test("a name the person typed is not overwritten by a suggestion", async () => {
  serve(answers());
  show(NewCode, "/codes/new");
  const name = await screen.findByDisplayValue("dy_promo_261121");
  await userEvent.clear(name);
  await userEvent.type(name, "mine");
  await userEvent.click(screen.getByRole("radio", { name: /\u5458\u5de5\u6d3b\u7801/ }));
  await waitFor(() => expect(screen.getByRole("radio", { name: /\u5458\u5de5\u6d3b\u7801/ }).getAttribute("aria-checked")).toBe("true"));
  expect(screen.getByDisplayValue("mine")).toBeTruthy();
});

test("a failed check keeps publish shut but leaves the draft open", async () => {
  serve(answers([{ check: "fallback", ok: false, level: "error", message: "no fallback" }]));
  show(NewCode, "/codes/new");
  await screen.findByText("no fallback");
  expect((await publish()).disabled).toBe(true);
  expect((screen.getByRole("button", { name: "\u5b58\u8349\u7a3f" }) as HTMLButtonElement).disabled).toBe(false);
});

test("what the server finds wrong stands beside its field", async () => {
  serve({ ...answers(), "POST /live-codes": () => fault(422, "request.invalid", { fields: [{ path: "body.name", code: "taken", message: "name is taken" }] }) });
  show(NewCode, "/codes/new");
  await pressPublish();
  const message = await screen.findByText("name is taken");
  expect(message.closest("[data-wrong]")?.querySelector("input")).toBeTruthy();
});
