import { queryOptions, useSuspenseQuery } from "@tanstack/react-query";
import { api, ok } from "../api/client";

/** Who is logged in; fails with session.required when nobody is. */
export const me = queryOptions({
  queryKey: ["session"],
  queryFn: async () => ok(await api.GET("/session")),
  staleTime: 60_000,
  retry: false,
});

/** The person at the screen. Only below the shell, which has loaded them. */
export const useMe = () => useSuspenseQuery(me).data;

/** Tells whether the person may do what the permission names. */
export function useMay(): (permission: string) => boolean {
  const { permissions } = useMe();
  return (permission) => permits(permissions, permission);
}

/** Whether one of the granted permissions is permission; "*" is all of them. */
export const permits = (granted: string[], permission: string) =>
  granted.includes("*") || granted.includes(permission);
