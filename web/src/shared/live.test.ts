import { expect, test } from "vitest";
import { stale } from "./live";

test("a scan makes everything stale that counts scans, and no settings", () => {
  const topics = stale(["scans"]);
  expect([...topics]).toEqual(expect.arrayContaining(["scans", "home", "live-codes", "groups"]));
  expect(topics.has("wecom")).toBe(false);
});

test("another topic is only itself", () => {
  expect([...stale(["wecom", "jobs"])]).toEqual(["wecom", "jobs"]);
});
