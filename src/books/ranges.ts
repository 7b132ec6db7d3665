/** Sets of (shard, sequence) as sorted runs: union, difference, size. Pure. */

import type { ShardRange } from "../seams/announce.ts";

/** Runs sorted by shard and sequence that neither touch nor overlap: one form for each set. */
export type Places = readonly ShardRange[];

/** The set that any runs cover, whatever their order and overlaps; empty runs vanish. */
export function toPlaces(runs: readonly ShardRange[]): Places {
  const sorted = runs
    .filter(({ first, last }) => first <= last)
    .toSorted((a, b) => a.shard - b.shard || a.first - b.first);
  const merged: ShardRange[] = [];
  for (const run of sorted) {
    const before = merged.at(-1);
    if (before !== undefined && before.shard === run.shard && run.first <= before.last + 1) {
      const last = Math.max(before.last, run.last);
      merged[merged.length - 1] = { shard: run.shard, first: before.first, last };
    } else {
      merged.push({ shard: run.shard, first: run.first, last: run.last });
    }
  }
  return merged;
}

/** What `all` has and `less` has not. */
export function minus(all: Places, less: Places): Places {
  const rest: ShardRange[] = [];
  let from = 0;
  for (const { shard, first, last } of all) {
    let start = first;
    while (from < less.length && isBefore(less[from], shard, first)) {
      from += 1;
    }
    for (let at = from; at < less.length; at += 1) {
      const cut = less[at];
      if (cut === undefined || cut.shard !== shard || cut.first > last) {
        break;
      }
      if (cut.first > start) {
        rest.push({ shard, first: start, last: cut.first - 1 });
      }
      start = Math.max(start, cut.last + 1);
    }
    if (start <= last) {
      rest.push({ shard, first: start, last });
    }
  }
  return rest;
}

/** Whether a run ends before (shard, sequence). */
function isBefore(run: ShardRange | undefined, shard: number, sequence: number): boolean {
  return run !== undefined && (run.shard < shard || (run.shard === shard && run.last < sequence));
}

/** How many places the runs hold, counted with overlaps. */
export function sizeOf(runs: readonly ShardRange[]): number {
  return runs.reduce((sum, { first, last }) => sum + Math.max(0, last - first + 1), 0);
}

/** The first `max` places, one by one. */
export function* eachPlace(
  runs: readonly ShardRange[],
  max: number,
): Generator<{ readonly shard: number; readonly sequence: number }> {
  let left = max;
  for (const { shard, first, last } of runs) {
    for (let sequence = first; sequence <= last && left > 0; sequence += 1, left -= 1) {
      yield { shard, sequence };
    }
  }
}
