/** Every hash has exactly one open shard, found the same by the fast way and by comparing whole numbers. */

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { scale } from "./reshard.ts";
import { evenShards, shardOf, toShardMap, type ShardRow } from "./shards.ts";

const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const edge = fc.constantFrom(0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 0x5555_5555, 0x5555_5556);
const hash = fc.tuple(...[0, 1, 2, 3].map(() => fc.oneof(word, edge)));

function toNumber(words: readonly number[]): bigint {
  return words.reduce((value, each) => value * 2n ** 32n + BigInt(each), 0n);
}

function bySearch(table: readonly ShardRow[], value: bigint): number[] {
  return table
    .filter((row) => !row.closed)
    .filter((row) => BigInt(`0x${row.from}`) <= value && value <= BigInt(`0x${row.to}`))
    .map((row) => row.shard);
}

test("a hash has one shard, whatever the number of shards was before", () => {
  const counts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(counts, fc.array(hash, { minLength: 1 }), (history, hashes) => {
      let table: readonly ShardRow[] = evenShards(1, 0, []);
      for (const count of history) {
        table = scale(table, count, 0);
        expect(table.filter((row) => !row.closed).length).toBe(count);
        expect(Math.max(...table.map(({ parents }) => parents.length))).toBeLessThan(3);
      }
      const map = toShardMap(table);
      const words = Uint32Array.from(hashes.flat());
      hashes.forEach((each, i) => {
        expect([shardOf(map, words, i)]).toEqual(bySearch(table, toNumber(each)));
      });
    }),
  );
});

test("the borders of all ranges fall to the right side", () => {
  for (const count of [1, 2, 3, 7, 256, 257, 1000, 1024]) {
    const table = evenShards(count, 0, []);
    const map = toShardMap(table);
    for (const row of table) {
      for (const text of [row.from, row.to]) {
        const words = [0, 8, 16, 24].map((at) => Number.parseInt(text.slice(at, at + 8), 16));
        expect(shardOf(map, Uint32Array.from(words), 0)).toBe(row.shard);
      }
    }
  }
});

test("the even split is the managed service's: floor(2^128 / n) each, the last to the end", () => {
  expect(
    evenShards(3, 0, []).map((row) => [BigInt(`0x${row.from}`), BigInt(`0x${row.to}`)]),
  ).toEqual([
    [0n, 113427455640312821154458202477256070484n],
    [113427455640312821154458202477256070485n, 226854911280625642308916404954512140969n],
    [226854911280625642308916404954512140970n, 340282366920938463463374607431768211455n],
  ]);
});

test("the same number of shards leaves the table as it is", () => {
  const table = evenShards(4, 0, []);
  expect(scale(table, 4, 0)).toBe(table);
});
