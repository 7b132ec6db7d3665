/** The page never hammers a server that is down, and never waits for ever. */

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { retryMs } from "./backoff.ts";

test("waits grow with the attempts and stay between 375 ms and 15 s", () => {
  const attempt = fc.nat({ max: 1_000_000 });
  const chance = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(attempt, chance, (count, luck) => {
      const waitMs = retryMs(count, luck);
      expect(waitMs).toBeGreaterThanOrEqual(375);
      expect(waitMs).toBeLessThanOrEqual(15_000);
      expect(retryMs(count + 1, luck)).toBeGreaterThanOrEqual(waitMs);
    }),
  );
});
