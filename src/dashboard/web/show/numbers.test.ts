/** Numbers as the page writes them. */

import { expect, test } from "vitest";
import { counted, showAgo, showCount, showPrice, showRate, showSpan } from "./numbers.ts";

test.each([
  [0, "0"],
  [1234, "1,234"],
  [99_999_999, "99,999,999"],
  [123_456_789, "123.5M"],
])("count %d is %s", (count, text) => {
  expect(showCount(count)).toBe(text);
});

test.each([
  [0, "0"],
  [0.04, "0.0"],
  [9.94, "9.9"],
  [9.96, "10"],
  [12_480.4, "12,480"],
  [1_460_000, "1.46M"],
])("rate %d is %s", (rate, text) => {
  expect(showRate(rate)).toBe(text);
});

test.each([
  [-5, "0 s"],
  [999, "0 s"],
  [59_000, "59 s"],
  [61_000, "1 m 1 s"],
  [3_600_000, "1 h 0 m"],
  [273_600_000, "3 d 4 h"],
])("%d ms is %s", (ms, text) => {
  expect(showSpan(ms)).toBe(text);
});

test("what just happened, what happened a while ago, one and many, a price and none", () => {
  expect(showAgo(900)).toBe("just now");
  expect(showAgo(125_000)).toBe("2 m ago");
  expect(counted(1, "stop")).toBe("1 stop");
  expect(counted(2000, "stop")).toBe("2,000 stops");
  expect(showPrice(1234.5678)).toBe("1,234.57");
  expect(showPrice(null)).toBe("");
});
