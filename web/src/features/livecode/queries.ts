import { queryOptions } from "@tanstack/react-query";
import { api, ok } from "../../api/client";
import type { CodeDraft, LiveCode, Preview } from "../../api/types";
import { ifMatch } from "../../shared/act";
import type { UrlState } from "../../shared/url";

export type View = "all" | "active" | "expiring" | "degraded" | "failed" | "draft" | "paused" | "archived";
export const views: View[] = ["all", "active", "expiring", "degraded", "failed", "draft", "paused", "archived"];

/** What a saved view asks of the server. */
const asks: Record<View, { state?: LiveCode["state"]; health?: LiveCode["health"] }> = {
  all: {},
  active: { state: "active" },
  expiring: { health: "expiring" },
  degraded: { health: "degraded" },
  failed: { health: "failed" },
  draft: { state: "draft" },
  paused: { state: "paused" },
  archived: { state: "archived" },
};

export const viewOf = (url: UrlState): View => views.find((view) => view === url.view) ?? "all";

/** One page of live codes, filtered by the words of the address. */
export const listCodes = (url: UrlState) => async (cursor?: string) =>
  ok(
    await api.GET("/live-codes", {
      params: {
        query: {
          ...asks[viewOf(url)],
          q: url.q,
          kind: url.kind as LiveCode["kind"] | undefined,
          channel: url.channel,
          sort: (url.sort ?? "created") as "created",
          limit: 50,
          cursor,
        },
      },
    }),
  );

/** One live code. */
export const liveCode = (id: string) =>
  queryOptions({
    queryKey: ["live-codes", "one", id],
    queryFn: async () => ok(await api.GET("/live-codes/{id}", { params: { path: { id } } })),
  });

export type Span = { from?: string; to?: string; grain?: "hour" | "day" };

/** A code's numbers over a span of time. */
export const report = (id: string, span: Span) =>
  queryOptions({
    queryKey: ["live-codes", "report", id, span],
    queryFn: async () => ok(await api.GET("/live-codes/{id}/stats", { params: { path: { id }, query: span } })),
    placeholderData: (old) => old,
  });

/** Who changed a code, newest first. */
export const changes = (id: string) =>
  queryOptions({
    queryKey: ["live-codes", "changes", id],
    queryFn: async () => ok(await api.GET("/live-codes/{id}/changes", { params: { path: { id } } })),
  });

type Wish = { kind: LiveCode["kind"]; channel?: string; purpose: LiveCode["purpose"] };

/** What the server would fill into an empty form. */
export const suggestion = (query: Wish) =>
  queryOptions({
    queryKey: ["draft", "suggestion", query],
    queryFn: async () => ok(await api.GET("/live-codes/suggestion", { params: { query } })),
    placeholderData: (old) => old,
  });

/** What stands between a draft and its publication. */
export const gate = (draft: CodeDraft, id?: string) =>
  queryOptions({
    queryKey: ["draft", "check", id, draft],
    queryFn: async () => ok(await api.POST("/live-codes/check", { body: { draft, id } })),
    placeholderData: (old) => old,
    staleTime: 30_000,
    retry: false,
  });

/** The real page of a draft, as HTML. */
export const preview = (body: Preview) =>
  queryOptions({
    queryKey: ["draft", "preview", body],
    queryFn: async () => ok(await api.POST("/live-codes/preview", { body, parseAs: "text" })) as string,
    placeholderData: (old) => old,
    staleTime: 60_000,
    retry: false,
  });

export type Step = "publication" | "pause" | "resumption" | "archive" | "restoration";

/** Takes a code to its next state. */
export async function take(code: LiveCode, step: Step): Promise<LiveCode> {
  const params = { path: { id: code.id }, header: ifMatch(code.version) };
  switch (step) {
    case "publication": return ok(await api.POST("/live-codes/{id}/publication", { params }));
    case "pause": return ok(await api.POST("/live-codes/{id}/pause", { params }));
    case "resumption": return ok(await api.POST("/live-codes/{id}/resumption", { params }));
    case "archive": return ok(await api.POST("/live-codes/{id}/archive", { params }));
    case "restoration": return ok(await api.POST("/live-codes/{id}/restoration", { params }));
  }
}

/** Puts a code into the bin, where it stays for thirty days. */
export const bin = async (code: LiveCode) =>
  ok(await api.DELETE("/live-codes/{id}", { params: { path: { id: code.id }, header: ifMatch(code.version) } }));

/** The address of a code's QR image. */
export const qr = (id: string, kind: "png" | "svg", size?: number) =>
  `/api/v1/live-codes/${id}/qr.${kind}${size ? `?size=${size}` : ""}`;
