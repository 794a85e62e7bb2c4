import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";

type Line = "live" | "lost";
let line: Line = "lost";
const watchers = new Set<() => void>();

function setLine(next: Line) {
  if (line === next) return;
  line = next;
  watchers.forEach((tell) => tell());
}

/** Whether changes arrive by themselves right now. */
export const useLine = () =>
  useSyncExternalStore(
    (tell) => {
      watchers.add(tell);
      return () => void watchers.delete(tell);
    },
    () => line,
  );

/** A topic is the first word of the query keys that it makes stale. */
export function freshen(queries: QueryClient, topics: Iterable<string>) {
  for (const topic of topics) void queries.invalidateQueries({ queryKey: [topic] });
}

/** The server says "scans" for every fact; each of these counts facts. */
const counted = ["scans", "home", "live-codes", "groups", "staff", "contacts"];

/** All topics that are stale when these are. */
export const stale = (topics: string[]) => new Set(topics.flatMap((topic) => (topic === "scans" ? counted : [topic])));

/** Gathers topics so that a busy minute asks once per pause, not once per event. */
function gather(queries: QueryClient, pause = 1500) {
  const waiting = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (topics: string[]) => {
    stale(topics).forEach((topic) => waiting.add(topic));
    timer ??= setTimeout(() => {
      timer = undefined;
      freshen(queries, waiting);
      waiting.clear();
    }, pause);
  };
}

/** Listens to the server's changes while mounted, and asks again for what changed. */
export function useLive() {
  const queries = useQueryClient();
  useEffect(() => {
    if (typeof EventSource === "undefined") return;
    const heard = gather(queries);
    const source = new EventSource("/api/v1/events");
    source.onopen = () => setLine("live");
    source.onerror = () => setLine("lost");
    source.addEventListener("changed", (event) => {
      setLine("live");
      heard((JSON.parse((event as MessageEvent<string>).data) as { topics?: string[] }).topics ?? []);
    });
    source.addEventListener("ping", () => setLine("live"));
    return () => {
      source.close();
      setLine("lost");
    };
  }, [queries]);
}
