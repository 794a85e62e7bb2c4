import type { CodeDraft, CodePatch, Fallback, LiveCode, MemberDraft, Pool, PoolDraft } from "../../api/types";

/** A chosen target, with the words to show it by. */
export type Chosen = { target: string; kind: "group" | "staff"; name: string; weight: number; backup: boolean; enabled: boolean };

/** What the form holds. Empty words stand for "not set". */
export type Draft = {
  name: string;
  kind: LiveCode["kind"];
  purpose: LiveCode["purpose"];
  channel?: string;
  strategy: Pool["strategy"];
  members: Chosen[];
  autoCreate: boolean;
  baseName: string;
  overflow: Chosen[];
  backupCode?: string;
  dutyStaff?: string;
  contactText: string;
  tags: string[];
  welcome?: string;
  page: { title: string; subtitle: string; guide: string; notice: string; show_count: "exact" | "range" | "hidden" };
  sticky: boolean;
  startsAt?: string;
  endsAt?: string;
  note: string;
};

/** An empty form; the server's suggestion fills in the rest. */
export const blank = (contactText: string): Draft => ({
  name: "", kind: "group", purpose: "promotion", strategy: "round_robin", members: [], autoCreate: false,
  baseName: "", overflow: [], contactText, tags: [],
  page: { title: "", subtitle: "", guide: "", notice: "", show_count: "exact" }, sticky: true, note: "",
});

const chosen = (pool: Pool | null): Chosen[] =>
  (pool?.members ?? []).map(({ target, kind, name, weight, backup, enabled }) => ({ target, kind, name, weight, backup, enabled }));

/** The form of an existing code. */
export function draftOf(code: LiveCode): Draft {
  const step = (kind: Fallback["kind"]) => code.fallback.find((f) => f.kind === kind);
  return {
    name: code.name, kind: code.kind, purpose: code.purpose, channel: code.channel?.id,
    strategy: code.pool.strategy, members: chosen(code.pool), autoCreate: code.pool.auto_create,
    baseName: code.pool.base_name, overflow: chosen(code.overflow_pool),
    backupCode: step("code")?.ref, dutyStaff: step("staff")?.ref,
    contactText: step("page")?.text || code.page.contact_text || "",
    tags: code.tags.map((tag) => tag.id), welcome: code.welcome?.id,
    page: {
      title: code.page.title ?? "", subtitle: code.page.subtitle ?? "", guide: code.page.guide ?? "",
      notice: code.page.notice ?? "", show_count: code.page.show_count ?? "exact",
    },
    sticky: code.sticky, startsAt: code.starts_at ?? undefined, endsAt: code.ends_at ?? undefined, note: code.note,
  };
}

const members = (list: Chosen[]): MemberDraft[] =>
  list.map(({ target, weight, backup, enabled }) => ({ target, weight, backup, enabled }));

/** The fallback chain in its order. It ends in a page with a human contact, always. */
export function chain({ backupCode, dutyStaff, contactText }: Draft): Fallback[] {
  const steps: Fallback[] = [];
  if (backupCode) steps.push({ kind: "code", ref: backupCode });
  if (dutyStaff) steps.push({ kind: "staff", ref: dutyStaff });
  if (contactText.trim()) steps.push({ kind: "page", text: contactText.trim() });
  return steps;
}

const poolOf = (draft: Draft): PoolDraft => ({
  strategy: draft.strategy,
  auto_create: draft.autoCreate && draft.kind !== "staff",
  base_name: draft.baseName.trim(),
  members: members(draft.members),
});

/** What the code itself holds; its pools are apart. */
const fieldsOf = (draft: Draft) => ({
  name: draft.name.trim(), purpose: draft.purpose, channel: draft.channel,
  fallback: chain(draft), tags: draft.tags, welcome: draft.welcome,
  page: { ...draft.page, contact_text: draft.contactText.trim() },
  sticky: draft.sticky, starts_at: draft.startsAt, ends_at: draft.endsAt, note: draft.note,
});

const overflowOf = (draft: Draft): PoolDraft => ({ strategy: "least_loaded", members: members(draft.overflow) });

/** A new code, as the server takes it. */
export const bodyOf = (draft: Draft, publish: boolean): CodeDraft => ({
  ...fieldsOf(draft), kind: draft.kind, publish, pool: poolOf(draft),
  overflow_pool: draft.overflow.length > 0 ? overflowOf(draft) : undefined,
});

/** What is to be written so that the code becomes the draft; undefined where nothing differs. */
export function changesOf(base: LiveCode, draft: Draft) {
  const before = draftOf(base);
  const differs = (part: (d: Draft) => unknown) => JSON.stringify(part(before)) !== JSON.stringify(part(draft));
  const overflow = differs((d) => d.overflow);
  const kept = base.overflow_pool !== null && draft.overflow.length > 0;
  return {
    code: differs(fieldsOf) || (overflow && !kept) ? patchOf(draft, overflow && !kept) : undefined,
    pool: differs(poolOf) ? poolOf(draft) : undefined,
    overflow: overflow && kept ? overflowOf(draft) : undefined,
  };
}

/** The code's own fields as a patch; what was emptied is emptied there too. */
const patchOf = (draft: Draft, overflow: boolean): CodePatch => ({
  ...fieldsOf(draft),
  channel: draft.channel ?? "",
  welcome: draft.welcome ?? "",
  starts_at: draft.startsAt ?? null,
  ends_at: draft.endsAt ?? null,
  ...(overflow && { overflow_pool: overflowOf(draft) }),
});
