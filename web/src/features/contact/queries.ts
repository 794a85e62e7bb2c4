import { queryOptions } from "@tanstack/react-query";
import { api, ok } from "../../api/client";
import type { Contact } from "../../api/types";
import type { UrlState } from "../../shared/url";

/** One page of customers, narrowed by the words of the address. */
export const listContacts = (url: UrlState) => async (cursor?: string) => {
  const { q, channel, code, staff, tag, from, to } = url;
  const status = url.status as Contact["status"] | undefined;
  return ok(await api.GET("/contacts", { params: { query: { q, channel, code, staff, tag, status, from, to, limit: 50, cursor } } }));
};

/** One customer. */
export const contact = (id: string) =>
  queryOptions({
    queryKey: ["contacts", "one", id],
    queryFn: async () => ok(await api.GET("/contacts/{id}", { params: { path: { id } } })),
  });

/** Everything that happened with a customer, newest first. */
export const timeline = (id: string) =>
  queryOptions({
    queryKey: ["contacts", "timeline", id],
    queryFn: async () => ok(await api.GET("/contacts/{id}/timeline", { params: { path: { id } } })),
  });
