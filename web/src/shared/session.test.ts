import { expect, test } from "vitest";
import { permits } from "./session";

test("a permission is held only by its exact name", () => {
  expect(permits(["code.read"], "code.read")).toBe(true);
  expect(permits(["code.read"], "code")).toBe(false);
  expect(permits(["code"], "code.read")).toBe(false);
  expect(permits([], "home")).toBe(false);
});
