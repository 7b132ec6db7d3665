/** The books are closed often while that is cheap, seldom when it is dear, later while records pour in. */

import { expect, test } from "vitest";
import { toInstant } from "../../base/clock.ts";
import { booksDue } from "./books-pace.ts";

const pace = {
  closedAt: toInstant(1_000_000),
  workedMs: 100,
  lookedAt: toInstant(1_015_000),
  records: 5000,
};

function due(afterMs: number, records: number, workedMs = 100): boolean {
  return booksDue({ ...pace, workedMs }, { now: toInstant(1_000_000 + afterMs), records });
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

interface Cost {
  readonly fixedMs: number;
  readonly msPerRecord: number;
  readonly perSecond: number;
  /** As long as twenty closings take, when left out. */
  readonly forMs?: number;
}

interface Spent {
  readonly spent: number;
  readonly elapsed: number;
  readonly longestWait: number;
}

/** Milliseconds that closings of such a cost took, and in which. */
function close({
  fixedMs,
  msPerRecord,
  perSecond,
  forMs = 25 * (15_000 + 51 * fixedMs),
}: Cost): Spent {
  const begun = toInstant(1_000_000);
  let now = { closedAt: begun, workedMs: fixedMs, lookedAt: begun, records: 0 };
  let [spent, at, closed, longestWait] = [0, 1_000_000, 0, 0];
  // A look each second.
  for (const end = at + forMs; at < end; at += 1000) {
    const records = ((at - begun) / 1000) * perSecond;
    if (booksDue(now, { now: toInstant(at), records })) {
      const workedMs = fixedMs + msPerRecord * (records - closed);
      spent += workedMs;
      longestWait = Math.max(longestWait, at - now.closedAt);
      at += workedMs;
      closed = records;
      now = { ...now, closedAt: toInstant(at), workedMs };
    }
    now = { ...now, lookedAt: toInstant(at), records };
  }
  return { spent, elapsed: at - begun, longestWait };
}

test("less than a fiftieth of the time is spent on closings, and a tenth where one takes longer than six seconds", () => {
  for (const fixedMs of [10, 300, 1000, 6000, 60_000]) {
    const { spent, elapsed } = close({ fixedMs, msPerRecord: 0, perSecond: 0 });
    expect(spent).toBeGreaterThanOrEqual(20 * fixedMs);
    expect(spent / elapsed).toBeLessThan(fixedMs > 6000 ? 1 / 10 : 1 / 50);
  }
});

test("a flood without an end is closed at least every six minutes, however long it lasts", () => {
  const flood = { fixedMs: 1100, msPerRecord: 0.0005, perSecond: 150_000, forMs: 36_000_000 };
  expect(close(flood).longestWait).toBeLessThan(360_000);
});

test("what each record costs is paid once, however seldom closings are, and a fiftieth besides", () => {
  for (const msPerRecord of [0.0002, 0.002]) {
    const { spent, elapsed } = close({ fixedMs: 700, msPerRecord, perSecond: 9000 });
    const ofRecords = 9 * msPerRecord;
    expect(spent / elapsed).toBeGreaterThan(0.8 * ofRecords);
    expect(spent / elapsed).toBeLessThan(ofRecords + 1 / 50);
  }
});
