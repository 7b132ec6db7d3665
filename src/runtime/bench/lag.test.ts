/** Lateness from two counts. */

import * as fc from "fast-check";
import { expect, it } from "vitest";
import { lagOf, type Look } from "./lag.ts";

it("is the time from the look that saw a record accepted to the one that saw it loaded", () => {
  const looks: Look[] = [
    { at: 0, accepted: 5, loaded: 5 },
    { at: 10, accepted: 7, loaded: 5 },
    { at: 20, accepted: 8, loaded: 5 },
    { at: 110, accepted: 8, loaded: 7 },
    { at: 220, accepted: 8, loaded: 8 },
  ];
  // Two records were 100 ms on their way, one 200 ms.
  expect(lagOf(looks)).toEqual({ p50: 100, p99: 200 });
});

it("is unknown where nothing was loaded meanwhile", () => {
  expect(lagOf([]).p50).toBeNaN();
  expect(lagOf([{ at: 0, accepted: 3, loaded: 3 }]).p50).toBeNaN();
  const never = [
    { at: 0, accepted: 3, loaded: 3 },
    { at: 9, accepted: 9, loaded: 3 },
  ];
  expect(lagOf(never).p99).toBeNaN();
});

it("finds any delay that all records share", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 1, max: 400 }),
      (delay, count) => {
        const looks = Array.from({ length: count + delay + 1 }, (_, at) => ({
          at,
          accepted: Math.min(at, count),
          loaded: Math.max(0, Math.min(at - delay, count)),
        }));
        expect(lagOf(looks)).toEqual({ p50: delay, p99: delay });
      },
    ),
  );
});
