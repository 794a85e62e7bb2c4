import { expect, test } from "vitest";
import { safeNext } from "./login";

test("the login leads back inside, never to a stranger", () => {
  expect(safeNext("/codes?view=active")).toBe("/codes?view=active");
  for (const bad of [undefined, "", "https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"]) {
    expect(safeNext(bad)).toBe("/");
  }
});
