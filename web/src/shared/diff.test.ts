import i18next from "i18next";
import { expect, test } from "vitest";
import { readable } from "./diff";

const read = (field: string, text: string) => readable(field, text, i18next.t);

test("what the log keeps as JSON is read as words", () => {
  expect(read("note", '"hello"')).toBe("hello");
  expect(read("state", '"paused"')).toBe("\u5df2\u6682\u505c");
  expect(read("sticky", "true")).toBe("\u5f00");
  expect(read("page", '{"title":"Deals","notice":""}')).toBe("\u6807\u9898 Deals");
});

test("nothing is nothing, and what is not JSON is shown as it is", () => {
  expect([read("note", ""), read("note", '""'), read("note", "null"), read("tags", "[]")]).toEqual(["", "", "", ""]);
  expect(read("note", "{broken")).toBe("{broken");
});
