import { expect, test } from "vitest";
import { parts } from "./variables";

test("variables are known in both languages, other braces are text", () => {
  const known = (text: string) => parts(text).map((part) => part.variable ?? part.text);
  expect(known("Hi {nickname}, {\u5458\u5de5\u540d}!")).toEqual(["Hi ", "nickname", ", ", "staff", "!"]);
  expect(known("{other} {}")).toEqual(["{other}", " {}"]);
  expect(parts("")).toEqual([]);
});
