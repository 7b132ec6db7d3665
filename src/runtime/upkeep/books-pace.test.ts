/** The books are closed often while that is cheap, seldom when it is dear, later while records pour in. */

import { expect, test } from "vitest";
import { toInstant } from "../../base/clock.ts";
import { booksDue } from "./books-pace.ts";

const pace = {
  closedAt: toInstant(1_000_000),
  tookMs: 100,
  lookedAt: toInstant(1_015_000),
  records: 5000,
};

function due(afterMs: number, records: number, tookMs = 100): boolean {
  return booksDue({ ...pace, tookMs }, { now: toInstant(1_000_000 + afterMs), records });
}

test("a cheap closing comes again after 15 s, a dear one after fifty times its own time", () => {
  expect(due(14_999, 5000)).toBe(false);
  expect(due(20_000, 5000)).toBe(true);
  expect(due(99_000, 5000, 2000)).toBe(false);
  expect(due(100_000, 5000, 2000)).toBe(true);
});

test("a flood puts it off for five minutes at most", () => {
  expect(due(20_000, 5000 + 50_001)).toBe(false);
  expect(due(20_000, 5000 + 49_999)).toBe(true);
  expect(due(300_001, 90_000_000)).toBe(true);
});

test("however long closings take, less than a fiftieth of the time is spent on them", () => {
  for (const tookMs of [10, 300, 1000, 60_000]) {
    let now = {
      closedAt: toInstant(1_000_000),
      tookMs,
      lookedAt: toInstant(1_000_000),
      records: 0,
    };
    let [spent, at] = [0, 1_000_000];
    // A look each second, for twenty closings at least.
    for (const end = at + 25 * (15_000 + 51 * tookMs); at < end; at += 1000) {
      if (booksDue(now, { now: toInstant(at), records: 0 })) {
        spent += tookMs;
        at += tookMs;
        now = { ...now, closedAt: toInstant(at) };
      }
      now = { ...now, lookedAt: toInstant(at) };
    }
    expect(spent).toBeGreaterThanOrEqual(20 * tookMs);
    expect(spent / (at - 1_000_000)).toBeLessThan(1 / 50);
  }
});
