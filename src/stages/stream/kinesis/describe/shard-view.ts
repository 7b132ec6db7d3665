/** A shard as Kinesis shows it. Pure. */

import type { ShardRow } from "../../shards.ts";
import { toShardId } from "../names.ts";
import { endingNumber, startingNumber, type ShardTime } from "../records/sequence-number.ts";

export function timeOf({ shard, since }: ShardRow): ShardTime {
  return { shard, since: since ?? 0 };
}

export function toShard(row: ShardRow): object {
  const [parent, adjacent] = row.parents;
  const time = timeOf(row);
  return {
    ShardId: toShardId(row.shard),
    ParentShardId: parent === undefined ? undefined : toShardId(parent),
    AdjacentParentShardId: adjacent === undefined ? undefined : toShardId(adjacent),
    HashKeyRange: rangeOf(row),
    SequenceNumberRange: {
      StartingSequenceNumber: startingNumber(time),
      EndingSequenceNumber: row.closed ? endingNumber(time, row.until ?? time.since) : undefined,
    },
  };
}

/** The shards that go on where a closed one ends. */
export function childrenOf(table: readonly ShardRow[], shard: number): object[] {
  return table
    .filter(({ parents }) => parents.includes(shard))
    .map((row) => ({
      ShardId: toShardId(row.shard),
      ParentShards: row.parents.map(toShardId),
      HashKeyRange: rangeOf(row),
    }));
}

/** Closed shards whose records are all past retention are no longer shown. */
export function shownShards(table: readonly ShardRow[], horizonMs: number): readonly ShardRow[] {
  return table.filter((row) => !row.closed || (row.until ?? 0) >= horizonMs);
}

function rangeOf({ from, to }: ShardRow): object {
  return {
    StartingHashKey: BigInt(`0x${from}`).toString(),
    EndingHashKey: BigInt(`0x${to}`).toString(),
  };
}
