/** How a failed log waits between its attempts, and that it stops when it is closed. */

import { expect, test } from "vitest";
import { toInstant } from "../../../base/clock.ts";
import { systemTimers as timers } from "../../../base/timers.ts";
import { Repair, waitMs } from "./repair.ts";

const clock = { now: () => toInstant(5000) };

test("the wait doubles and stays at its limit, however many attempts there were", () => {
  const waits = { baseMs: 100, maxMs: 30_000 };
  expect([0, 1, 2, 8, 9, 1000].map((attempt) => waitMs(attempt, waits))).toEqual([
    100, 200, 400, 25_600, 30_000, 30_000,
  ]);
});

test("it tries until an attempt succeeds, and says meanwhile what is wrong and since when", async () => {
  const seen: unknown[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  await using repair = new Repair({
    clock,
    timers,
    waits: { baseMs: 0, maxMs: 1 },
    attempt: async () => {
      seen.push(repair.trouble);
      if (seen.length < 3) {
        throw new RangeError(`attempt ${seen.length}`);
      }
      resolve();
    },
  });
  expect(repair.trouble).toBeUndefined();
  repair.report("the first cause");
  repair.report("a later one");
  repair.start();
  repair.start();
  await promise;
  await Promise.resolve();
  const known = { code: "STREAM_WRITE_FAILED", since: 5000 };
  expect(seen).toEqual([
    { ...known, message: "the first cause", attempts: 0 },
    { ...known, message: "attempt 1", attempts: 1 },
    { ...known, message: "attempt 2", attempts: 2 },
  ]);
  expect(repair.trouble).toBeUndefined();
});

test("closing ends a long wait at once, without another attempt", async () => {
  let attempts = 0;
  {
    await using repair = new Repair({
      clock,
      timers,
      waits: { baseMs: 3_600_000, maxMs: 3_600_000 },
      attempt: async () => {
        attempts += 1;
      },
    });
    repair.report("broken");
    repair.start();
  }
  expect(attempts).toBe(0);
});
