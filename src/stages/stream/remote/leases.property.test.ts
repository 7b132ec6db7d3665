/** Shares are fair, whoever is there; a shard has one reader, and children wait for their parents. */

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type Lease, NO_LEASE, orderLeases, readable, shareOf } from "./leases.ts";

const names = ["a", "b", "c", "d"];
const processes = fc.subarray(names, { minLength: 1 });

test("shares add up, and differ by one at most", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 40 }), processes, (shards, alive) => {
      const shares = alive.map((me) => shareOf(shards, alive, me));
      expect(shares.reduce((sum, share) => sum + share, 0)).toBe(shards);
      expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
    }),
  );
});

test("whatever leases there are, processes that take turns come to fair shares of all shards", () => {
  const owner = fc.option(fc.constantFrom(...names), { nil: undefined });
  const lease = fc.record({ owner, until: fc.integer({ min: 0, max: 200 }) });
  const given = fc.tuple(fc.array(lease, { maxLength: 9 }), processes);
  fc.assert(
    fc.property(given, ([found, alive]) => {
      const shards = found.map((_lease, n) => ({ id: `shardId-${n}`, parents: [] }));
      const leases = new Map<string, Lease>(
        found.map((one, n) => [`shardId-${n}`, { ...NO_LEASE, ...one }]),
      );
      // All that is not renewed has run out by then; the living renew.
      const now = 1000;
      for (let turn = 0; turn < 3 * names.length; turn += 1) {
        const me = alive[turn % alive.length] ?? "a";
        for (const [id, one] of leases) {
          if (one.owner === me) {
            leases.set(id, { ...one, until: now + 1 });
          }
        }
        const { take, release } = orderLeases({ me, now, shards, leases, alive });
        take.forEach((id) => leases.set(id, { ...NO_LEASE, owner: me, until: now + 1 }));
        release.forEach((id) => leases.set(id, NO_LEASE));
      }
      for (const me of alive) {
        const mine = [...leases.values()].filter((one) => one.owner === me);
        expect(mine.length).toBe(shareOf(shards.length, alive, me));
      }
    }),
  );
});

function ended(...ids: string[]): Map<string, Lease> {
  return new Map(ids.map((id) => [id, { ...NO_LEASE, ended: true }]));
}

test("a shard is read after its parents, and one whose parents are forgotten at once", () => {
  const shards = [
    { id: "1", parents: ["0"] },
    { id: "2", parents: ["1"] },
    { id: "3", parents: ["1"] },
    { id: "4", parents: ["2", "3"] },
  ];
  expect(readable({ shards, leases: ended() })).toEqual(["1"]);
  expect(readable({ shards, leases: ended("1") })).toEqual(["2", "3"]);
  expect(readable({ shards, leases: ended("1", "2") })).toEqual(["3"]);
  expect(readable({ shards, leases: ended("1", "2", "3") })).toEqual(["4"]);
});
