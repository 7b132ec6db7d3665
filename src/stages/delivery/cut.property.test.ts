/** The heart over random arrivals: nothing is lost or taken twice, and no cut is larger or older than it may be. */

import * as fc from "fast-check";
import { expect, it } from "vitest";
import { toInstant } from "../../base/clock.ts";
import { type CutLimits, type CutReason, NOTHING, type Pending, step, untilOldMs } from "./cut.ts";

const limits = fc.record({
  recordsMax: fc.integer({ min: 1, max: 50 }),
  bytesMax: fc.integer({ min: 1, max: 2000 }),
  ageMsMax: fc.integer({ min: 0, max: 1000 }),
});
const arrivals = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant("frame" as const),
      sizes: fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 40 }),
      waitMs: fc.integer({ min: 0, max: 400 }),
    }),
    fc.record({ kind: fc.constant("tick" as const), waitMs: fc.integer({ min: 0, max: 700 }) }),
    fc.record({ kind: fc.constant("flush" as const), waitMs: fc.constant(0) }),
  ),
  { maxLength: 30 },
);

interface Cut {
  readonly held: Pending;
  readonly why: CutReason;
  readonly at: number;
  /** Sizes of the records in it, in the order they arrived. */
  readonly sizes: readonly number[];
}

it("takes every record once, in order, and cuts exactly where a limit is reached", () => {
  fc.assert(
    fc.property(limits, arrivals, (bounds, events) => {
      const { cuts, left, seen } = play(bounds, events);
      expect([...cuts.flatMap(({ sizes }) => sizes), ...left]).toEqual(seen);
      for (const { held, why, at, sizes } of cuts) {
        expect(held.records).toBe(sizes.length);
        expect(sizes.length).toBeGreaterThan(0);
        expect(sizes.length).toBeLessThanOrEqual(bounds.recordsMax);
        const before = sizes.slice(0, -1).reduce((sum, size) => sum + size, 0);
        expect(before).toBeLessThan(bounds.bytesMax);
        expect(held.records === bounds.recordsMax || why !== "records").toBe(true);
        expect(held.bytes >= bounds.bytesMax || why !== "bytes").toBe(true);
        expect(at - (held.oldestAt ?? at) >= bounds.ageMsMax || why !== "age").toBe(true);
      }
    }),
  );
});

it("says after each step how long a tick may wait, and that tick cuts", () => {
  fc.assert(
    fc.property(limits, fc.integer({ min: 0, max: 5000 }), (bounds, at) => {
      const pending = { records: 1, bytes: 1, oldestAt: toInstant(1000) };
      const wait = untilOldMs(pending, toInstant(1000 + at), bounds) ?? -1;
      const tick = { kind: "tick", at: toInstant(1000 + at + wait) } as const;
      expect(step(pending, tick, bounds).cut).toBe("age");
      expect(untilOldMs(NOTHING, toInstant(at), bounds)).toBeUndefined();
    }),
  );
});

type Event = typeof arrivals extends fc.Arbitrary<(infer E)[]> ? E : never;

function play(
  bounds: CutLimits,
  events: readonly Event[],
): { cuts: Cut[]; left: number[]; seen: number[] } {
  const cuts: Cut[] = [];
  const seen: number[] = [];
  let pending = NOTHING;
  let left: number[] = [];
  let now = 1_000_000;
  const cutIf = (why: CutReason | undefined): void => {
    if (why !== undefined) {
      cuts.push({ held: pending, why, at: now, sizes: left });
      pending = NOTHING;
      left = [];
    }
  };
  for (const event of events) {
    now += event.waitMs;
    if (event.kind !== "frame") {
      const at = toInstant(now);
      cutIf(
        step(pending, event.kind === "tick" ? { kind: "tick", at } : { kind: "flush" }, bounds).cut,
      );
      continue;
    }
    const { starts, ends } = layOut(event.sizes);
    for (let from = 0; from < event.sizes.length;) {
      const acceptedAt = toInstant(now);
      const arrival = { kind: "records", acceptedAt, starts, ends, from, to: ends.length } as const;
      const decision = step(pending, arrival, bounds);
      expect(decision.takenTo).toBeGreaterThan(from);
      const taken = event.sizes.slice(from, decision.takenTo);
      seen.push(...taken);
      left.push(...taken);
      ({ pending, takenTo: from } = decision);
      cutIf(decision.cut);
    }
  }
  return { cuts, left, seen };
}

function layOut(sizes: readonly number[]): { starts: Uint32Array; ends: Uint32Array } {
  const starts = new Uint32Array(sizes.length);
  const ends = new Uint32Array(sizes.length);
  let at = 64;
  for (const [index, size] of sizes.entries()) {
    starts[index] = at;
    at += size;
    ends[index] = at;
    at += 1;
  }
  return { starts, ends };
}
