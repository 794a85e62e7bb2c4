import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";

export type UrlState = Record<string, string | undefined>;

/** Words from the address line. All values are plain text, so that links stay readable. */
export const parseSearch = (line: string): UrlState => Object.fromEntries(new URLSearchParams(line));

export function stringifySearch(search: Record<string, unknown>): string {
  const words = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    if (value !== undefined && value !== null && value !== "") words.set(key, String(value));
  }
  const line = words.toString();
  return line && `?${line}`;
}

/** The filters, tab and selection of a page, kept in its address. An undefined value removes its word. */
export function useUrl(): [UrlState, (patch: UrlState) => void] {
  const search = useSearch({ strict: false }) as UrlState;
  const navigate = useNavigate();
  const patch = useCallback(
    (words: UrlState) =>
      void navigate({ to: ".", search: ((old: UrlState) => ({ ...old, ...words })) as never, replace: true }),
    [navigate],
  );
  return [search, patch];
}
