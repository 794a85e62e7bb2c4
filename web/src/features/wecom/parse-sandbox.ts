import type { Connection } from "./connect";

/** The connection in what `tuma sandbox` prints: an address, then the corp as JSON. Undefined when it is something else. */
export function parseSandbox(printed: string): Connection | undefined {
  const address = /https?:\/\/[^\s/]+/.exec(printed)?.[0];
  const json = /\{[^]*\}/.exec(printed)?.[0];
  if (!address || !json) return undefined;
  try {
    const corp = JSON.parse(json) as Record<string, unknown>;
    const text = (name: string) => (typeof corp[name] === "string" ? (corp[name] as string) : undefined);
    if (!text("corp_id") || !text("secret") || typeof corp.agent_id !== "number") return undefined;
    return {
      mode: "sandbox", base_url: address, corp_id: text("corp_id"), agent_id: corp.agent_id,
      secret: text("secret"), callback_token: text("token"), callback_aes_key: text("aes_key"),
    };
  } catch {
    return undefined;
  }
}
