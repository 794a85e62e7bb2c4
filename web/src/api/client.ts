import createClient, { type Middleware } from "openapi-fetch";
import { problemOf, unreachable } from "./problem";
import type { paths } from "./schema.gen";

let language = () => "zh-CN";

/** Lets the app say which language answers should be in. */
export function answerIn(chosen: () => string) {
  language = chosen;
}

/** A key that makes a repeated write one write. crypto.randomUUID is missing on plain http. */
function onceKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

const manners: Middleware = {
  onRequest({ request }) {
    request.headers.set("Accept-Language", language());
    if (request.method !== "GET") request.headers.set("Idempotency-Key", onceKey());
  },
  onError: () => unreachable(),
};

/** The typed client of /api/v1. */
export const api = createClient<paths>({
  baseUrl: new URL("/api/v1", location.origin).href,
  credentials: "same-origin",
  fetch: (request) => fetch(request),
});
api.use(manners);

type Answer<T> = { data?: T; error?: unknown; response: Response };

/** The answer, or its Problem thrown. */
export function ok<T>({ data, error, response }: Answer<T>): T {
  if (!response.ok) throw problemOf(response, error);
  return data as T;
}
