/** The shard table: which hashes belong to which shard, now and before. Pure. */

import { assert, defined } from "../../base/assert.ts";

/** A shard with its part of the hash space, both ends included, as 32 hexadecimal digits. */
export interface ShardRow {
  readonly shard: number;
  readonly from: string;
  readonly to: string;
  /** The shards whose hashes it took over; their records come before its own. */
  readonly parents: readonly number[];
  /** Closed shards take no more records; what they hold stays readable. */
  readonly closed: boolean;
  /** When it was opened, and when it was closed: milliseconds since 1970; undefined where that was not kept. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

export const SPACE = 2n ** 128n;

/** `count` new shards of even width, numbered from `first`: floor(2^128 / count) each, the last takes the rest. */
export function evenShards(count: number, first: number, before: readonly ShardRow[]): ShardRow[] {
  assert(count >= 1 && count <= 65_536 - first, "a shard's number fits 16 bits");
  const width = SPACE / BigInt(count);
  return Array.from({ length: count }, (_, index) => {
    const from = width * BigInt(index);
    const to = index === count - 1 ? SPACE - 1n : from + width - 1n;
    const parents = before.filter((row) => overlaps(row, from, to)).map((row) => row.shard);
    return { shard: first + index, from: toHex(from), to: toHex(to), parents, closed: false };
  });
}

/** Finds the open shard of a hash; built once per table. */
export interface ShardMap {
  /** Numbers of the open shards, by the start of their range. */
  readonly open: Uint16Array;
  /** Starts of the ranges, four big-endian words each. */
  readonly starts: Uint32Array;
  /** For every first byte of a hash, the place in `open` of the shard that holds the lowest such hash. */
  readonly guess: Uint16Array;
}

export function toShardMap(table: readonly ShardRow[]): ShardMap {
  const open = table.filter((row) => !row.closed);
  const rows = open.toSorted((a, b) => (a.from < b.from ? -1 : 1));
  assert(rows.length > 0, "a stream has an open shard");
  const starts = new Uint32Array(rows.length * 4);
  rows.forEach((row, index) => {
    for (let word = 0; word < 4; word += 1) {
      starts[index * 4 + word] = Number.parseInt(row.from.slice(word * 8, word * 8 + 8), 16);
    }
  });
  const guess = new Uint16Array(256);
  for (let byte = 0; byte < 256; byte += 1) {
    const lowest = `${byte.toString(16).padStart(2, "0")}${"0".repeat(30)}`;
    guess[byte] = Math.max(
      0,
      rows.findLastIndex((row) => row.from <= lowest),
    );
  }
  return { open: Uint16Array.from(rows, (row) => row.shard), starts, guess };
}

/** The shard of hash `index` in `hashes`. Nearly always decided by one byte and one comparison. */
export function shardOf(map: ShardMap, hashes: Uint32Array, index: number): number {
  const { open, starts, guess } = map;
  let place = guess[defined(hashes[index * 4], "every record has a hash") >>> 24] ?? 0;
  while (place + 1 < open.length && !isBelow(hashes, index * 4, { starts, at: place * 4 + 4 })) {
    place += 1;
  }
  return open[place] ?? 0;
}

/** Whether the hash at `at` is below the start at `bound.at`. */
function isBelow(
  hashes: Uint32Array,
  at: number,
  bound: { readonly starts: Uint32Array; readonly at: number },
): boolean {
  for (let word = 0; word < 4; word += 1) {
    const mine = hashes[at + word] ?? 0;
    const other = bound.starts[bound.at + word] ?? 0;
    if (mine !== other) {
      return mine < other;
    }
  }
  return false;
}

function overlaps(row: ShardRow, from: bigint, to: bigint): boolean {
  return BigInt(`0x${row.from}`) <= to && BigInt(`0x${row.to}`) >= from;
}

export function toHex(value: bigint): string {
  return value.toString(16).padStart(32, "0");
}
