import { queryOptions } from "@tanstack/react-query";
import { api, ok } from "../../api/client";
import type { UrlState } from "../../shared/url";

/** One page of scans, newest first. */
export const listScans = (url: UrlState) => async (cursor?: string) => {
  const { q, code, contact, staff, from, to } = url;
  return ok(await api.GET("/scans", { params: { query: { q, code, contact, staff, from, to, limit: 50, cursor } } }));
};

/** Everything known about one scan. */
export const trace = (id: string) =>
  queryOptions({
    queryKey: ["scans", "one", id],
    queryFn: async () => ok(await api.GET("/scans/{id}", { params: { path: { id } } })),
  });
