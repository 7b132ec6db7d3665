/** Changes of the shard table: split, merge, and both until there are as many as wanted. Pure. */

import { assert, defined } from "../../base/assert.ts";
import { SPACE, toHex, type ShardRow } from "./shards.ts";

export type TableChange = (table: readonly ShardRow[]) => readonly ShardRow[];

/**
 * A child's number of seconds is never its parent's: sequence numbers begin with it, and a child's must all be above
 * its parents'.
 */
const APART_MS = 1000;

/** Closes an open shard and opens two in its place; `at` is the first hash of the second one. */
export function split(
  table: readonly ShardRow[],
  { shard, at, now }: { readonly shard: number; readonly at: bigint; readonly now: number },
): readonly ShardRow[] {
  const parent = defined(table[shard], "a shard that is split is in the table");
  const from = BigInt(`0x${parent.from}`);
  const to = BigInt(`0x${parent.to}`);
  assert(!parent.closed && from < at && at <= to, "a shard is split within its range");
  return replace(table, {
    parents: [parent],
    ranges: [
      { from, to: at - 1n },
      { from: at, to },
    ],
    now,
  });
}

/** Closes two open neighbours, the lower one first, and opens one in their place. */
export function merge(
  table: readonly ShardRow[],
  {
    shards: [low, high],
    now,
  }: { readonly shards: readonly [number, number]; readonly now: number },
): readonly ShardRow[] {
  const first = defined(table[low], "a shard that is merged is in the table");
  const second = defined(table[high], "a shard that is merged is in the table");
  assert(areNeighbours(first, second), "only neighbours are merged");
  const range = { from: BigInt(`0x${first.from}`), to: BigInt(`0x${second.to}`) };
  return replace(table, { parents: [first, second], ranges: [range], now });
}

/** Whether both are open and the second begins where the first ends. */
export function areNeighbours(first: ShardRow, second: ShardRow): boolean {
  return (
    !first.closed && !second.closed && BigInt(`0x${first.to}`) + 1n === BigInt(`0x${second.from}`)
  );
}

/**
 * The table with `count` open shards of even width: by splits at every new border, then by merges of neighbours, so
 * that no shard ever has more than two parents. Shards that are right already stay.
 */
export function scale(table: readonly ShardRow[], count: number, now: number): readonly ShardRow[] {
  assert(count >= 1, "a stream has a shard");
  const width = SPACE / BigInt(count);
  const borders = Array.from({ length: count }, (_, index) => width * BigInt(index));
  let next = table;
  for (const at of borders.slice(1)) {
    const hit = next.find((row) => !row.closed && row.from < toHex(at) && toHex(at) <= row.to);
    next = hit === undefined ? next : split(next, { shard: hit.shard, at, now });
  }
  for (const [index, from] of borders.entries()) {
    const to = index === count - 1 ? SPACE - 1n : (borders[index + 1] ?? 0n) - 1n;
    next = mergeWithin(next, { from: toHex(from), to: toHex(to) }, now);
  }
  return next;
}

function mergeWithin(
  table: readonly ShardRow[],
  range: { readonly from: string; readonly to: string },
  now: number,
): readonly ShardRow[] {
  let next = table;
  for (;;) {
    const inside = next
      .filter((row) => !row.closed && range.from <= row.from && row.to <= range.to)
      .toSorted((a, b) => (a.from < b.from ? -1 : 1));
    const [first, second] = inside;
    if (first === undefined || second === undefined) {
      return next;
    }
    next = merge(next, { shards: [first.shard, second.shard], now });
  }
}

function replace(
  table: readonly ShardRow[],
  change: {
    readonly parents: readonly ShardRow[];
    readonly ranges: readonly { readonly from: bigint; readonly to: bigint }[];
    readonly now: number;
  },
): readonly ShardRow[] {
  const { parents, ranges, now } = change;
  const since = Math.max(now, ...parents.map((row) => (row.since ?? 0) + APART_MS));
  const gone = new Set(parents.map(({ shard }) => shard));
  const children = ranges.map(({ from, to }, index): ShardRow => {
    const shard = table.length + index;
    const kin = parents.map((row) => row.shard);
    return { shard, from: toHex(from), to: toHex(to), parents: kin, closed: false, since };
  });
  return [
    ...table.map((row) => (gone.has(row.shard) ? { ...row, closed: true, until: now } : row)),
    ...children,
  ];
}
