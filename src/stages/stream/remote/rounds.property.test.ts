/** However events wait, a round keeps the order of each key, and no call has two entries of one key. */

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { planRound, type RoundLimits, type Waiting } from "./rounds.ts";

interface Event extends Waiting {
  readonly place: number;
}

const limits: RoundLimits = { entriesMax: 4, bytesMax: 6000, entryBytesMax: 120 };
const hashes = [undefined, "0".repeat(32), `${"0".repeat(31)}a`, "f".repeat(32)];
const events = fc
  .array(fc.tuple(fc.constantFrom(...hashes), fc.integer({ min: 0, max: 160 })), { maxLength: 60 })
  .map((all) =>
    all.map(([hash, size], place): Event => ({
      hash,
      key: undefined,
      data: Buffer.from(`${place}`.padEnd(size, "x")),
      place,
    })),
  );

test("every event is in one entry of one round, in its key's order", () => {
  fc.assert(
    fc.property(events, (all) => {
      const order = new Map<string | undefined, number[]>();
      const seen: number[] = [];
      let spreads = 0;
      let left: readonly Event[] = all;
      while (left.length > 0) {
        const before = left.length;
        const round = planRound(left, limits, () => `any${(spreads += 1)}`);
        left = round.left;
        expect(left.length).toBeLessThan(before);
        expect(round.entries.length).toBeLessThanOrEqual(limits.entriesMax);
        const keys = round.entries.map(({ key }) => key);
        expect(new Set(keys).size).toBe(keys.length);
        round.members.forEach((members, index) => {
          const lines = members.map(({ data }) => data.toString());
          expect(round.entries[index]?.data.toString()).toBe(lines.join("\n"));
          for (const { hash, place } of members) {
            seen.push(place);
            order.set(hash, [...(order.get(hash) ?? []), place]);
          }
        });
      }
      expect(seen.toSorted((a, b) => a - b)).toEqual(all.map(({ place }) => place));
      order.delete(undefined);
      for (const places of order.values()) {
        expect(places).toEqual(places.toSorted((a, b) => a - b));
      }
    }),
  );
});

test("a call stays within its bytes, and a key's hash is sent as Kinesis spells it", () => {
  const data = Buffer.alloc(3000);
  const all = hashes.slice(1).map((hash) => ({ hash, key: undefined, data }));
  const { entries, left } = planRound(all, limits, () => "any");
  expect(entries).toHaveLength(1);
  expect(left).toHaveLength(2);
  const [last] = planRound(all.slice(2), limits, () => "any").entries;
  expect(last?.hash).toBe((2n ** 128n - 1n).toString());
});
