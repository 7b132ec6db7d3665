/** Waits before repetitions stay within their bounds and honour what the other side asks for. */

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { toRetryAfterMs, waitMs } from "./retry.ts";

const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test("a wait is within bounds, and the next is no shorter", () => {
  fc.assert(
    fc.property(fc.nat(1000), chance, (attempt, one) => {
      const wait = waitMs({ attempt, retryAfterMs: undefined, chance: one });
      expect(wait).toBeGreaterThanOrEqual(100);
      expect(wait).toBeLessThanOrEqual(5000);
      const next = waitMs({ attempt: attempt + 1, retryAfterMs: undefined, chance: one });
      expect(next).toBeGreaterThanOrEqual(wait);
    }),
  );
});

test("Retry-After is waited for in full, and not much longer", () => {
  fc.assert(
    fc.property(fc.nat(3600), chance, (seconds, one) => {
      const retryAfterMs = toRetryAfterMs(String(seconds), 0);
      const wait = waitMs({ attempt: 0, retryAfterMs, chance: one });
      expect(wait).toBeGreaterThanOrEqual(seconds * 1000);
      expect(wait).toBeLessThanOrEqual(seconds * 1000 + 250);
    }),
  );
});

test("Retry-After may be a date, and nonsense is no Retry-After", () => {
  const now = Date.UTC(2026, 10, 21, 10, 0, 0);
  expect(toRetryAfterMs("Sat, 21 Nov 2026 10:00:05 GMT", now)).toBe(5000);
  expect(toRetryAfterMs("Sat, 21 Nov 2026 09:00:00 GMT", now)).toBe(0);
  expect(toRetryAfterMs("soon", now)).toBeUndefined();
  expect(toRetryAfterMs(undefined, now)).toBeUndefined();
});
