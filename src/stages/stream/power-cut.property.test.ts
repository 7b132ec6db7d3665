/** The log through any order of kills, power cuts, full and failing disks and trims: what was answered is there, once. */

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type End, LogBench } from "./log-bench.fixture.ts";

const RUNS = 400;
/** A trim of the segments below has taken its last step by then. */
const TRIM_STEPS = 18;

type Deed =
  | { readonly does: "append"; readonly bytes: number; readonly count: number }
  | { readonly does: "trim" }
  | { readonly does: "trouble"; readonly mood: "full" | "fails"; readonly steps: number }
  /** After so many steps of whatever is under way. */
  | { readonly does: "end"; readonly how: End; readonly steps: number };

const steps = fc.nat({ max: 12 });

const append: fc.Arbitrary<Deed> = fc.record({
  does: fc.constant("append"),
  bytes: fc.integer({ min: 1, max: 900 }),
  count: fc.integer({ min: 1, max: 3 }),
});
const trouble: fc.Arbitrary<Deed> = fc.record({
  does: fc.constant("trouble"),
  mood: fc.constantFrom("full", "fails"),
  steps,
});
const end: fc.Arbitrary<Deed> = fc.record({
  does: fc.constant("end"),
  how: fc.constantFrom("kill", "power"),
  steps,
});
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 6, arbitrary: append },
  { weight: 2, arbitrary: fc.constant({ does: "trim" }) },
  { weight: 2, arbitrary: trouble },
  { weight: 2, arbitrary: end },
);

/** What was wrong in one life after another. */
async function live(deeds: readonly Deed[], seed: number): Promise<readonly string[]> {
  const bench = new LogBench(seed);
  await bench.open();
  for (const one of deeds) {
    if (one.does === "append") {
      bench.append(one);
      await bench.steps(2);
    } else if (one.does === "trim") {
      bench.trim();
    } else if (one.does === "trouble") {
      await bench.trouble(one.mood, one.steps);
    } else {
      await bench.steps(one.steps);
      bench.end(one.how);
      await bench.open();
    }
  }
  await bench.heal();
  bench.end("power");
  await bench.open();
  return bench.wrong;
}

const LONG = { timeout: 60_000 };

test("keeps every answered record in its order, and no part of an append", LONG, async () => {
  const deeds = fc.array(deed, { minLength: 1, maxLength: 40 });
  const property = fc.asyncProperty(deeds, fc.nat(), async (script, seed) => {
    expect(await live(script, seed)).toEqual([]);
  });
  await fc.assert(property, { numRuns: RUNS });
});

test("a trim that is cut off between any of its steps, twice, leaves no hole", LONG, async () => {
  const fill = Array.from({ length: 24 }, (): Deed => ({ does: "append", bytes: 900, count: 1 }));
  for (let first = 0; first < TRIM_STEPS; first += 1) {
    for (let second = 0; second < TRIM_STEPS; second += 1) {
      const script: readonly Deed[] = [
        ...fill,
        { does: "trim" },
        { does: "end", how: "kill", steps: first },
        { does: "trim" },
        { does: "end", how: "power", steps: second },
      ];
      expect(await live(script, first * TRIM_STEPS + second)).toEqual([]);
    }
  }
});
