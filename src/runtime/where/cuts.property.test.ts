/** The cut of a record is found whatever the cuts are, also where many share a millisecond, or some are gone. */

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { toInstant } from "../../base/clock.ts";
import type { Announcements, Manifest, ShardRange } from "../../seams/announce.ts";
import { cutOf } from "./cuts.ts";

interface Cut {
  readonly ranges: readonly ShardRange[];
  readonly first: number;
  readonly last: number;
}

/** A log of two shards in the order of acceptance, cut wherever `sizes` say. */
function cutUp(records: readonly (readonly [shard: number, waits: number])[], size: number): Cut[] {
  const next = [1, 1];
  let at = 1000;
  const placed = records.map(([shard, waits]) => {
    at += waits;
    const sequence = next[shard] ?? 1;
    next[shard] = sequence + 1;
    return { shard, sequence, at };
  });
  return Array.from({ length: Math.ceil(placed.length / size) }, (_none, index) => {
    const inside = placed.slice(index * size, (index + 1) * size);
    const ranges = [0, 1].flatMap((shard): ShardRange[] => {
      const own = inside.filter((one) => one.shard === shard).map(({ sequence }) => sequence);
      return own.length === 0 ? [] : [{ shard, first: Math.min(...own), last: Math.max(...own) }];
    });
    return { ranges, first: inside[0]?.at ?? 0, last: inside.at(-1)?.at ?? 0 };
  });
}

function announce(cuts: readonly Cut[], gone: number): { looks: number } & Announcements {
  const announcements = {
    looks: 0,
    publish: () => Promise.reject(new TypeError("nobody publishes here")),
    newest: () => Promise.resolve(cuts.length),
    read(_stream: string, cut: number): Promise<Manifest | undefined> {
      announcements.looks += 1;
      const found = cut > gone ? cuts[cut - 1] : undefined;
      const times = found && {
        firstAcceptedAt: toInstant(found.first),
        lastAcceptedAt: toInstant(found.last),
      };
      return Promise.resolve(
        found === undefined ? undefined : ({ ...times, cut, ranges: found.ranges } as Manifest),
      );
    },
  };
  return announcements;
}

const record = fc.tuple(fc.nat(1), fc.oneof(fc.constant(0), fc.nat(3)));

test("every record's cut is found, and none for what is not cut or whose manifest is gone", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(record, { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 7 }),
      fc.nat(4),
      async (records, size, gone) => {
        const cuts = cutUp(records, size);
        const announcements = announce(cuts, gone);
        const next = [1, 1];
        let acceptedAt = 1000;
        for (const [place, [shard, waits]] of records.entries()) {
          acceptedAt += waits;
          const sequence = next[shard] ?? 1;
          next[shard] = sequence + 1;
          const found = await cutOf(announcements, { stream: "s", shard, sequence, acceptedAt });
          const cut = Math.floor(place / size) + 1;
          expect(found?.cut).toBe(cut > gone ? cut : undefined);
        }
        const later = { stream: "s", shard: 0, sequence: next[0] ?? 1, acceptedAt: acceptedAt + 1 };
        expect(await cutOf(announcements, later)).toBeUndefined();
      },
    ),
  );
});

test("a record among a million cuts is found by a few looks", async () => {
  const cuts = Array.from({ length: 100_000 }, (_none, index) => ({
    ranges: [{ shard: 0, first: index + 1, last: index + 1 }],
    first: index,
    last: index,
  }));
  const announcements = announce(cuts, 0);
  const wanted = { stream: "s", shard: 0, sequence: 77_000, acceptedAt: 76_999 };
  expect((await cutOf(announcements, wanted))?.cut).toBe(77_000);
  expect(announcements.looks).toBeLessThan(25);
});
