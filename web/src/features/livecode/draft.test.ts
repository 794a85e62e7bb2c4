import { expect, test } from "vitest";
import { blank, bodyOf, chain, patchOf } from "./draft";
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

test("a patch empties what was emptied, and never changes the kind", () => {
  const patch = patchOf({ ...blank("x"), name: " n " });
  expect(patch).toMatchObject({ name: "n", channel: "", welcome: "", ends_at: null, overflow_pool: { members: [] } });
  expect(patch).not.toHaveProperty("kind");
  expect(patch).not.toHaveProperty("publish");
});

const target = (assigned: number) => ({ id: "", kind: "group" as const, name: "", assigned, arrived: 0, share: { num: 0, den: 0 }, free: 0, joined: 0, capacity: 0 });

test("fairness needs two targets and thirty assignments", () => {
  expect(fairness([target(100)])).toBeUndefined();
  expect(fairness([target(10), target(10)])).toBeUndefined();
  expect(fairness([target(50), target(50)])).toBe(1);
  expect(fairness([target(90), target(10)])).toBe(1.8);
});
