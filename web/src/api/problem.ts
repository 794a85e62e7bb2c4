/** A fault the server told us about (RFC 9457), or the lack of an answer. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly requestId: string,
    readonly fields: FieldFault[] = [],
  ) {
    super(detail || title || code);
  }
}

export type FieldFault = { path: string; code: string; message: string };

/** Reads the body of a failed answer; a body that is no problem keeps its status. */
export function problemOf(response: Response, body: unknown): Problem {
  const said = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const text = (name: string) => (typeof said[name] === "string" ? (said[name] as string) : "");
  return new Problem(
    response.status,
    text("code") || `http.${response.status}`,
    text("title"),
    text("detail"),
    text("request_id") || response.headers.get("X-Request-Id") || "",
    Array.isArray(said.fields) ? (said.fields as FieldFault[]) : [],
  );
}

/** What we say when the server did not answer at all. */
export const unreachable = () => new Problem(0, "network.unreachable", "", "", "");
