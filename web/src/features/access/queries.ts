import { queryOptions } from "@tanstack/react-query";
import { api, ok } from "../../api/client";

/** Whether somebody has to set the system up first. */
export const setup = queryOptions({
  queryKey: ["setup"],
  queryFn: async () => ok(await api.GET("/setup")),
  staleTime: Number.POSITIVE_INFINITY,
});

/** The roles and what each may do. */
export const roles = queryOptions({
  queryKey: ["roles"],
  queryFn: async () => ok(await api.GET("/roles")),
  staleTime: Number.POSITIVE_INFINITY,
});

/** All accounts. */
export const listAccounts = async () => ok(await api.GET("/accounts"));

/** The keys of the API. */
export const apiKeys = queryOptions({
  queryKey: ["api-keys"],
  queryFn: async () => ok(await api.GET("/api-keys")).items,
});

/** Where the person is logged in. */
export const sessions = queryOptions({
  queryKey: ["sessions"],
  queryFn: async () => ok(await api.GET("/sessions")).items,
});
