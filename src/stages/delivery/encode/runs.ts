/** Sequences noted one by one or in runs, kept as dense ranges per shard. */

import type { ShardRange } from "../../../seams/announce.ts";

export class Runs {
  readonly #shards = new Map<number, { first: number; last: number }[]>();
  count = 0;

  /** Notes `first..last` of a shard; within a shard the calls must ascend. */
  add(shard: number, first: number, last: number): void {
    this.count += last - first + 1;
    const runs = this.#shards.get(shard);
    const newest = runs?.at(-1);
    if (runs === undefined) {
      this.#shards.set(shard, [{ first, last }]);
    } else if (newest !== undefined && newest.last + 1 === first) {
      newest.last = last;
    } else {
      runs.push({ first, last });
    }
  }

  /** By shard, then by sequence. */
  all(): readonly ShardRange[] {
    const shards = [...this.#shards].toSorted(([a], [b]) => a - b);
    return shards.flatMap(([shard, runs]) =>
      runs.map(({ first, last }) => ({ shard, first, last })),
    );
  }
}
