import { expect, test } from "vitest";
import { change, compact, exact, lag, percent, wilson } from "./format";
import { speak } from "./text";

test("numbers below a hundred thousand are exact", () => {
  expect(compact(99_999)).toBe("99,999");
  expect(exact(1234)).toBe("1,234");
});

test("numbers above are short, in the words of the language", async () => {
  expect(compact(123_456)).toBe("12.3 \u4e07");
  await speak("en");
  expect(compact(123_456)).toBe("123.5K");
  await speak("zh-CN");
});

test("a rate of nothing is not zero percent", () => {
  expect(percent({ num: 0, den: 0 })).toBe("");
  expect(percent({ num: 0, den: 5 })).toBe("0.0%");
});

test("seven of twenty lies between 18 and 57 percent", () => {
  const [low, high] = wilson({ num: 7, den: 20 });
  expect(low.toFixed(0)).toBe("18");
  expect(high.toFixed(0)).toBe("57");
});

test("a change against nothing is unknown", () => {
  expect(change(5, 0)).toBeUndefined();
  expect(change(5, null)).toBeUndefined();
  expect(change(-5, -10)).toBe(50);
});

test("a lag is told in its own unit", () => {
  expect([lag(240), lag(1300), lag(120_000), lag(7_200_000)]).toEqual(["240 ms", "1.3 s", "2 min", "2.0 h"]);
});
