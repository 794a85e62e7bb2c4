import { expect, test } from "vitest";
import { blank, bodyOf, chain, changesOf, draftOf } from "./draft";
import { sampleCode } from "./sample-code";
import { merged } from "./conflict";
import { fairness } from "./targets-tab";

test("the fallback chain always ends in the page", () => {
  const draft = { ...blank(" call us "), backupCode: "lc_2", dutyStaff: "st_1" };
  expect(chain(draft)).toEqual([
    { kind: "code", ref: "lc_2" },
    { kind: "staff", ref: "st_1" },
    { kind: "page", text: "call us" },
  ]);
});

test("an empty last text is not sent as a page, so that the gate refuses it", () => {
  expect(chain(blank("  "))).toEqual([]);
});

test("a staff code never asks for new groups", () => {
  expect(bodyOf({ ...blank("x"), kind: "staff", autoCreate: true }, false).pool.auto_create).toBe(false);
});

const base = sampleCode({
  channel: { id: "ch_1", name: "c", path: "c", kind: 0 },
  pool: {
    ...sampleCode().pool,
    members: [{ target: "gp_1", kind: "group", name: "g", seq: 1, weight: 1, backup: false, enabled: true, joined: 0, capacity: 9, held: 0, free: 9 }],
  },
});

test("a draft that was not touched changes nothing", () => {
  expect(changesOf(base, draftOf(base))).toEqual({ code: undefined, pool: undefined, overflow: undefined });
});

test("a patch empties what was emptied, and never changes the kind or the pool", () => {
  const { code, pool } = changesOf(base, { ...draftOf(base), channel: undefined, endsAt: undefined });
  expect(code).toMatchObject({ channel: "", welcome: "", ends_at: null });
  for (const field of ["kind", "publish", "pool"]) expect(code).not.toHaveProperty(field);
  expect(pool).toBeUndefined();
});

test("other targets change the pool and leave the code alone", () => {
  const { code, pool } = changesOf(base, { ...draftOf(base), members: [] });
  expect(code).toBeUndefined();
  expect(pool?.members).toEqual([]);
});

test("a first overflow is made with the code, a later one is a change of its pool", () => {
  const overflow = [{ target: "st_1", kind: "staff" as const, name: "s", weight: 1, backup: false, enabled: true }];
  expect(changesOf(base, { ...draftOf(base), overflow }).code?.overflow_pool?.members).toHaveLength(1);
  const grown = { ...base, overflow_pool: { ...base.pool, id: "pl_2" } };
  const { code, overflow: pool } = changesOf(grown, { ...draftOf(grown), overflow });
  expect(code).toBeUndefined();
  expect(pool?.members?.[0]?.target).toBe("st_1");
  expect(changesOf(grown, { ...draftOf(grown), overflow: [] }).code?.overflow_pool?.members).toEqual([]);
});

test("a merge keeps what I changed and takes what they changed", () => {
  const before = draftOf(base);
  const agreed = merged(before, { ...before, name: "mine" }, { ...before, note: "theirs", name: "also theirs" });
  expect(agreed).toMatchObject({ name: "mine", note: "theirs" });
});

const target = (assigned: number) => ({ id: "", kind: "group" as const, name: "", assigned, arrived: 0, share: { num: 0, den: 0 }, free: 0, joined: 0, capacity: 0 });

test("fairness needs two targets and thirty assignments", () => {
  expect(fairness([target(100)])).toBeUndefined();
  expect(fairness([target(10), target(10)])).toBeUndefined();
  expect(fairness([target(50), target(50)])).toBe(1);
  expect(fairness([target(90), target(10)])).toBe(1.8);
});
