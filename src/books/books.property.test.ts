/** Whatever the cuts, a whole world balances; whatever one thing is broken in it, it does not. */

import * as fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import type { ShardRange } from "../seams/announce.ts";
import { openMemoryAnnouncements } from "../testing/memory/announce.ts";
import { openMemoryStore } from "../testing/memory/store.ts";
import { type Cut, openTables, run, World } from "./world.fixture.ts";

/** One thing done to the warehouse by hand; `?` is a row of the table named, chosen by chance. */
const DAMAGES = [
  "DELETE FROM raw_prices WHERE rowid = ?",
  "INSERT INTO raw_prices SELECT * FROM raw_prices WHERE rowid = ?",
  "UPDATE raw_prices SET _sequence = _sequence + 1 WHERE rowid = ?",
  "UPDATE raw_prices SET _shard = 1 - _shard WHERE rowid = ?",
  "UPDATE raw_prices SET _shard = NULL WHERE rowid = ?",
  "UPDATE raw_prices SET _load = _load + 1 WHERE rowid = ?",
  "UPDATE raw_prices SET _object = 'other' WHERE rowid = ?",
  "UPDATE raw_prices SET _event_id = _event_id || 'x' WHERE rowid = ?",
  "DELETE FROM dead_letters WHERE rowid = ?",
  "INSERT INTO dead_letters SELECT * FROM dead_letters WHERE rowid = ?",
  "UPDATE _loads SET records = records + 1 WHERE rowid = ?",
  "UPDATE _loads SET load = load + 100 WHERE rowid = ?",
  "UPDATE row_counts SET duplicates = duplicates + 1 WHERE rowid = ?",
];

/** Sizes of a cut's runs in the two shards, and which of its records are dropped or fail. */
const cuts = fc.array(
  fc.record({ sizes: fc.tuple(fc.nat(8), fc.nat(8)), drop: fc.nat(6), fail: fc.nat(6) }),
  { minLength: 1, maxLength: 4 },
);

async function fill(
  world: World,
  plans: { sizes: [number, number]; drop: number; fail: number }[],
): Promise<void> {
  const next = [1, 1];
  for (const { sizes, drop, fail } of plans) {
    const ranges: ShardRange[] = [];
    for (const [shard, size] of sizes.entries()) {
      const first = next[shard] ?? 1;
      if (size > 0) {
        ranges.push(run(shard, first, first + size - 1));
        next[shard] = first + size;
      }
    }
    const [range] = ranges;
    if (range !== undefined) {
      await world.load(await world.deliver(toCut(ranges, range, { drop, fail })));
    }
  }
}

function toCut(
  ranges: readonly ShardRange[],
  { shard, first, last }: ShardRange,
  { drop, fail }: { readonly drop: number; readonly fail: number },
): Cut {
  const one = (place: number): ShardRange[] => (place <= last ? [run(shard, place, place)] : []);
  const failed = drop === fail ? [] : one(first + fail);
  return { ranges, dropped: one(first + drop), failed, format: drop > 3 ? "ndjson" : "csv" };
}

/** Its second record alone has a row, which can be moved onto the place of the first, a dead letter's. */
const MOVED: Parameters<typeof fill>[1] = [{ sizes: [1, 1], drop: 1, fail: 0 }];

test("one broken thing is always found", async () => {
  const sql = await openTables(onTestFinished);
  const damages = fc.record({ text: fc.constantFrom(...DAMAGES), at: fc.nat() });
  const holds = fc.asyncProperty(cuts, damages, async (plans, { text, at }) => {
    for (const table of ["raw_prices", "dead_letters", "_loads", "row_counts"]) {
      await sql(`DELETE FROM ${table}`);
    }
    const means = { sql, announcements: openMemoryAnnouncements(), store: openMemoryStore() };
    const world = new World(means);
    await fill(world, plans);
    expect(await world.wrong()).toEqual([]);
    const table = /(?:FROM|UPDATE) (\w+)/.exec(text)?.[1] ?? "";
    // The number of a load that loaded nothing is on no row: to change it breaks nothing.
    const seen = text.includes("load + 100") ? '"rows" + set_aside > 0' : "true";
    const rows = await sql(`SELECT rowid FROM ${table} WHERE ${seen}`);
    fc.pre(rows.length > 0);
    await sql(text, [Number(rows[at % rows.length]?.[0])]);
    expect((await world.verify()).state).not.toBe("BALANCED");
  });
  await fc.assert(holds, { numRuns: 40, examples: [[MOVED, { text: DAMAGES[3] ?? "", at: 0 }]] });
});
