import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, test, vi } from "vitest";
import { useList } from "./list";
import { ListTable } from "./table";
import { fault, serve, show } from "./test-screen";
import { api, ok } from "../api/client";

const rows = (from: number, n: number) => Array.from({ length: n }, (_, i) => ({ id: `r${from + i}`, name: `row ${from + i}` }));
const opened = vi.fn();

function Sample() {
  const [ids, change] = useState<string[]>([]);
  const list = useList<{ id: string; name: string }>(["sample"], async (cursor) =>
    ok(await api.GET("/groups", { params: { query: { cursor } } })) as never,
  );
  return (
    <>
      <p>selected: {ids.join(",")}</p>
      <ListTable
        list={list}
        columns={[{ title: "name", dataIndex: "name" }]}
        card={(row) => <b>card {row.name}</b>}
        empty={<p>nothing yet</p>}
        open={(row) => opened(row.id)}
        selection={{ ids, change }}
      />
    </>
  );
}

const pages = {
  "GET /groups": ({ query }: { query: URLSearchParams }) =>
    query.get("cursor") ? { items: rows(3, 2), next_cursor: null, total: 4 } : { items: rows(1, 2), next_cursor: "more", total: 4 },
};

test("j and k walk, x selects and Enter opens", async () => {
  serve(pages);
  show(Sample, "/sample");
  await screen.findByText("row 1");
  await userEvent.keyboard("jjx");
  expect(screen.getByText("selected: r2")).toBeTruthy();
  await userEvent.keyboard("k{Enter}");
  expect(opened).toHaveBeenLastCalledWith("r1");
});

test("more rows come by the cursor and stay below the first", async () => {
  const asked = serve(pages);
  show(Sample, "/sample");
  await screen.findByText("row 2");
  await userEvent.click(screen.getByRole("button", { name: "\u52a0\u8f7d\u66f4\u591a" }));
  await screen.findByText("row 4");
  expect(screen.getByText("row 1")).toBeTruthy();
  expect(asked.map((a) => a.query.get("cursor"))).toEqual([null, "more"]);
});

test("a phone gets cards, not a table", async () => {
  const wide = window.matchMedia;
  window.matchMedia = ((q: string) => ({ ...wide(q), matches: q.includes("767px") })) as typeof window.matchMedia;
  serve(pages);
  show(Sample, "/sample");
  await screen.findByText("card row 1");
  expect(screen.queryByRole("table")).toBeNull();
  window.matchMedia = wide;
});

test("no rows is the empty page, a fault is its code and request", async () => {
  serve({ "GET /groups": () => ({ items: [], next_cursor: null, total: 0 }) });
  show(Sample, "/sample");
  await screen.findByText("nothing yet");
});

test("a fault shows its code, its request and a way to try again", async () => {
  let broken = true;
  serve({ "GET /groups": () => (broken ? fault(409, "livecode.wrong_state") : { items: rows(1, 1), next_cursor: null, total: 1 }) });
  show(Sample, "/sample");
  const alert = await screen.findByRole("alert");
  expect(alert.textContent).toContain("livecode.wrong_state");
  expect(alert.textContent).toContain("req-1");
  broken = false;
  await userEvent.click(screen.getByRole("button", { name: "\u91cd\u8bd5" }));
  await waitFor(() => screen.getByText("row 1"));
});
