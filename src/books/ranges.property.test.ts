/** Runs of places behave as the sets they stand for. */

import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { ShardRange } from "../seams/announce.ts";
import { eachPlace, minus, sizeOf, toPlaces } from "./ranges.ts";

const run = fc
  .record({ shard: fc.nat(2), first: fc.integer({ min: 1, max: 40 }), length: fc.nat(12) })
  .map(({ shard, first, length }) => ({ shard, first, last: first + length - 1 }));
const runs = fc.array(run, { maxLength: 12 });

function setOf(list: readonly ShardRange[]): string[] {
  const places = [...eachPlace(list, Number.MAX_SAFE_INTEGER)];
  return [...new Set(places.map(({ shard, sequence }) => `${shard}.${sequence}`))].toSorted();
}

test("the places of runs are those of the set, in one form only", () => {
  fc.assert(
    fc.property(runs, (list) => {
      const places = toPlaces(list);
      expect(setOf(places)).toEqual(setOf(list));
      expect(sizeOf(places)).toBe(setOf(list).length);
      expect(toPlaces(list.toReversed())).toEqual(places);
      expect(toPlaces(places)).toEqual(places);
    }),
  );
});

test("minus is the difference of the sets, in the one form", () => {
  fc.assert(
    fc.property(runs, runs, (all, less) => {
      const rest = minus(toPlaces(all), toPlaces(less));
      const without = new Set(setOf(less));
      expect(setOf(rest)).toEqual(setOf(all).filter((place) => !without.has(place)));
      expect(toPlaces(rest)).toEqual(rest);
    }),
  );
});
