import { queryOptions } from "@tanstack/react-query";
import { api, ok } from "../../api/client";

/** How we are connected. Secrets are never in it. */
export const wecom = queryOptions({
  queryKey: ["wecom", "connection"],
  queryFn: async () => ok(await api.GET("/wecom")),
});

/** How far each mirror is. */
export const syncs = queryOptions({
  queryKey: ["wecom", "sync"],
  queryFn: async () => ok(await api.GET("/wecom/sync")),
  refetchInterval: (query) => (query.state.data?.some((run) => run.state === "running") ? 1500 : 30_000),
});
