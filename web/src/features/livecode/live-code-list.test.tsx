import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { fault, serve, show } from "../../shared/test-screen";
import { LiveCodeList } from "./live-code-list";
import { sampleCode } from "./sample-code";

const page = (...items: ReturnType<typeof sampleCode>[]) => ({ items, next_cursor: null, total: items.length });

test("the list asks for what the address says", async () => {
  const asked = serve({ "GET /live-codes": () => page(sampleCode()), "GET /channels": () => page() });
  show(LiveCodeList, "/codes?view=expiring&q=spring&kind=group");
  await screen.findByText("Spring");
  const list = asked.find((a) => a.path === "/live-codes")!;
  expect(Object.fromEntries(list.query)).toMatchObject({ health: "expiring", q: "spring", kind: "group" });
});

test("a rate of four people is marked as a small sample", async () => {
  serve({ "GET /live-codes": () => page(sampleCode()), "GET /channels": () => page() });
  show(LiveCodeList, "/codes");
  await screen.findByText("Spring");
  expect(screen.getByText("\u6837\u672c\u4e0d\u8db3")).toBeTruthy();
});

test("a first list leads to the first code, a filtered one to clearing the filters", async () => {
  serve({ "GET /live-codes": () => page(), "GET /channels": () => page() });
  const { router } = show(LiveCodeList, "/codes?q=nothing");
  await userEvent.click(await screen.findByRole("button", { name: "\u6e05\u9664\u7b5b\u9009" }));
  expect(router.state.location.search).toEqual({});
  await screen.findByText("\u8fd8\u6ca1\u6709\u6d3b\u7801");
});

test("who may not create sees no button for it", async () => {
  serve({ "GET /live-codes": () => page(), "GET /channels": () => page() });
  show(LiveCodeList, "/codes", ["code.read", "channel.read"]);
  await screen.findByText("\u8fd8\u6ca1\u6709\u6d3b\u7801");
  expect(screen.queryByText("\u65b0\u5efa\u6d3b\u7801")).toBeNull();
});

test("pausing many codes sends each with its version, and names the one that failed", async () => {
  const codes = [sampleCode({ id: "lc_1", name: "Spring" }), sampleCode({ id: "lc_2", name: "Autumn", version: 9 })];
  const asked = serve({
    "GET /live-codes": () => page(...codes),
    "GET /channels": () => page(),
    "POST /live-codes/lc_1/pause": () => codes[0],
    "POST /live-codes/lc_2/pause": () => fault(412, "livecode.stale"),
  });
  show(LiveCodeList, "/codes");
  await screen.findByText("Spring");
  await userEvent.keyboard("jxjx");
  await userEvent.click(await screen.findByRole("button", { name: /\u6682\s?\u505c/ }));
  await screen.findByText(/Autumn:/);
  const writes = asked.filter((a) => a.method === "POST");
  expect(writes.map((a) => a.headers.get("If-Match"))).toEqual(['"7"', '"9"']);
  expect(new Set(writes.map((a) => a.headers.get("Idempotency-Key"))).size).toBe(2);
  await waitFor(() => expect(screen.queryByRole("toolbar")).toBeNull());
});
