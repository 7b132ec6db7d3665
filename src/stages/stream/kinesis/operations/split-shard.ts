/** SplitShard: one shard becomes two, on the running log. */

import { LIMITS } from "../../../../base/limits.ts";
import { split } from "../../reshard.ts";
import { ACCOUNT, invalidArgument, shardMissing } from "../faults.ts";
import { fromShardId, nameOf, toShardId, type StreamRef } from "../names.ts";
import { checkProvisioned, checkShardRoom } from "../shard-room.ts";
import { operation } from "../operation.ts";

interface Input extends StreamRef {
  readonly ShardToSplit: string;
  readonly NewStartingHashKey: string;
}

export const splitShard = operation<Input>("SplitShard", async ({ catalog, clock }, input) => {
  const stream = catalog.find(nameOf(input));
  checkProvisioned(stream);
  const shard = fromShardId(input.ShardToSplit) ?? -1;
  const row = stream.log.shards[shard];
  if (row === undefined) {
    throw shardMissing(input.ShardToSplit, stream.name);
  }
  checkShardRoom(catalog.openShards, 1, LIMITS.shardsMax);
  const at = BigInt(input.NewStartingHashKey);
  const from = BigInt(`0x${row.from}`);
  const to = BigInt(`0x${row.to}`);
  if (at <= from + 1n || at >= to) {
    throw invalidArgument(
      `NewStartingHashKey ${at} used in SplitShard() on shard ${toShardId(shard)} in stream ${stream.name} under account ${ACCOUNT} is not both greater than one plus the shard's StartingHashKey ${from} and less than the shard's EndingHashKey ${to}.`,
    );
  }
  if (row.closed) {
    throw invalidArgument(
      `Shard ${toShardId(shard)} in stream ${stream.name} under account ${ACCOUNT} has already been merged or split, and thus is not eligible for merging or splitting.`,
    );
  }
  await catalog.change(stream, () =>
    stream.log.reshard((table) => split(table, { shard, at, now: clock.now() })),
  );
  return undefined;
});
