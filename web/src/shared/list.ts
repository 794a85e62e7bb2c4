import { useInfiniteQuery } from "@tanstack/react-query";
import type { Page } from "../api/types";

type Ask<T> = (cursor: string | undefined) => Promise<Page<T>>;

/** A list that is read page by page; its key starts with the topic that makes it stale. */
export function useList<T>(key: unknown[], ask: Ask<T>) {
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) => ask(pageParam || undefined),
    initialPageParam: "",
    getNextPageParam: (last) => last.next_cursor || undefined,
    placeholderData: (old) => old,
  });
  const pages = query.data?.pages;
  return {
    query,
    rows: pages?.flatMap((page) => page.items ?? []),
    total: pages?.at(-1)?.total ?? 0,
    at: query.dataUpdatedAt,
  };
}

export type List<T> = ReturnType<typeof useList<T>>;
