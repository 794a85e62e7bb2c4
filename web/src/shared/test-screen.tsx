import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRoute, createRouter, Outlet, RouterProvider } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import { App, ConfigProvider } from "antd";
import { type ReactNode, Suspense } from "react";
import { vi } from "vitest";
import { me } from "./session";
import { parseSearch, stringifySearch } from "./url";

export type Asked = { method: string; path: string; query: URLSearchParams; body: unknown; headers: Headers };
type Say = (asked: Asked) => unknown;

/** An answer that is a fault. */
export const fault = (status: number, code: string, extra: object = {}) =>
  new Response(JSON.stringify({ type: "", title: "", status, code, detail: "", request_id: "req-1", ...extra }), {
    status,
    headers: { "Content-Type": "application/problem+json" },
  });

/** Answers the page's questions by method and path; returns what was asked. */
export function serve(answers: Record<string, Say>) {
  const asked: Asked[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const url = new URL(request.url);
    const text = await request.text();
    const one: Asked = {
      method: request.method, path: url.pathname.replace("/api/v1", ""), query: url.searchParams,
      body: text ? JSON.parse(text) : undefined, headers: request.headers,
    };
    asked.push(one);
    const say = answers[`${one.method} ${one.path}`];
    if (!say) return fault(404, "test.nothing_here");
    const answer = say(one);
    if (answer instanceof Response) return answer;
    return new Response(JSON.stringify(answer), { headers: { "Content-Type": "application/json" } });
  });
  return asked;
}

const everything = "home code.read code.create code.edit code.publish code.pause code.delete channel.read staff.read tag.read trace.read".split(" ");

/** Shows a page at an address, to somebody with these permissions. */
export function show(Page: () => ReactNode, at: string, permissions = everything) {
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  queries.setQueryData(me.queryKey, {
    id: "us_1", login: "lin", name: "Lin", role: "operations", permissions, scope: "all",
    locale: "zh-CN", corp_name: "", demo: false,
  });
  const root = createRootRoute({ component: Outlet });
  const path = at.split("?")[0]!;
  const page = createRoute({ getParentRoute: () => root, path, component: Page });
  const rest = createRoute({ getParentRoute: () => root, path: "$", component: () => <p>elsewhere</p> });
  const router = createRouter({
    routeTree: root.addChildren([page, rest]),
    history: createMemoryHistory({ initialEntries: [at] }),
    parseSearch, stringifySearch,
  });
  render(
    <QueryClientProvider client={queries}>
      <ConfigProvider theme={{ token: { motion: false } }} button={{ autoInsertSpace: false }}>
        <App><Suspense><RouterProvider router={router as never} /></Suspense></App>
      </ConfigProvider>
    </QueryClientProvider>,
  );
  return { router, queries };
}
