import type { LiveCode } from "../../api/types";

/** A live code for tests. */
export const sampleCode = (part: Partial<LiveCode> = {}): LiveCode => ({
  id: "lc_1", slug: "7k2q9f3m8x4ab1cd", url: "https://q.example.com/q/7k2q9f3m8x4ab1cd", name: "Spring", kind: "group",
  purpose: "promotion", channel: null, owner: { id: "us_1", name: "Lin" }, state: "active", health: "ok",
  pool: { id: "pl_1", name: "p", kind: "group", strategy: "round_robin", auto_create: false, base_name: "", next_number: 1, version: 1, members: [] },
  overflow_pool: null, fallback: [{ kind: "page", text: "call" }], tags: [], welcome: null,
  page: { title: "", subtitle: "", guide: "", show_count: "exact", contact_text: "", notice: "" }, sticky: true,
  starts_at: null, ends_at: null, note: "", version: 7, created_at: "2026-11-20T08:00:00Z", updated_at: "2026-11-20T08:00:00Z", published_at: null,
  stats: { scans_today: 5, scanners_today: 4, scans_7d: [0, 1, 2, 3, 4, 5, 6], adds: 0, joins: 3, conversion: { num: 3, den: 4 }, net: 3, free: 100, capacity: 195 },
  carriers: { ready: 1, total: 1, failed: 0 },
  ...part,
});
