/** MergeShards: two neighbours become one shard, on the running log. */

import { areNeighbours, merge } from "../../reshard.ts";
import type { ShardRow } from "../../shards.ts";
import type { LiveStream } from "../catalog/live-stream.ts";
import { ACCOUNT, invalidArgument, shardMissing } from "../faults.ts";
import { fromShardId, nameOf, toShardId, type StreamRef } from "../names.ts";
import { checkProvisioned } from "../shard-room.ts";
import { operation } from "../operation.ts";

interface Input extends StreamRef {
  readonly ShardToMerge: string;
  readonly AdjacentShardToMerge: string;
}

export const mergeShards = operation<Input>("MergeShards", async ({ catalog, clock }, input) => {
  const stream = catalog.find(nameOf(input));
  checkProvisioned(stream);
  const first = rowOf(stream, input.ShardToMerge);
  const second = rowOf(stream, input.AdjacentShardToMerge);
  const closed = [first, second].find((row) => row.closed);
  if (closed !== undefined) {
    throw invalidArgument(
      `Shard ${toShardId(closed.shard)} in stream ${stream.name} under account ${ACCOUNT} has already been merged or split, and thus is not eligible for merging or splitting.`,
    );
  }
  if (!areNeighbours(first, second)) {
    throw invalidArgument(
      `Shards ${toShardId(first.shard)} and ${toShardId(second.shard)} in stream ${stream.name} under account ${ACCOUNT} are not an adjacent pair of shards eligible for merging`,
    );
  }
  const shards = [first.shard, second.shard] as const;
  await catalog.change(stream, () =>
    stream.log.reshard((table) => merge(table, { shards, now: clock.now() })),
  );
  return undefined;
});

function rowOf(stream: LiveStream, id: string): ShardRow {
  const row = stream.log.shards[fromShardId(id) ?? -1];
  if (row === undefined) {
    throw shardMissing(id, stream.name);
  }
  return row;
}
