/** GetShardIterator: where reading a shard begins. */

import { refuseDryRun } from "../dry-run.ts";
import { ACCOUNT, notFound, shardMissing } from "../faults.ts";
import { fromShardId, nameOf, toShardId, type StreamRef } from "../names.ts";
import { findPlace } from "../records/find-place.ts";
import { sealIterator } from "../records/iterator.ts";
import { operation } from "../operation.ts";

interface Input extends StreamRef {
  readonly ShardId: string;
  readonly ShardIteratorType: string;
  readonly StartingSequenceNumber?: string;
  readonly Timestamp?: number;
  readonly DryRun?: boolean;
}

export const getShardIterator = operation<Input>("GetShardIterator", async (kinesis, input) => {
  const { catalog, clock, random } = kinesis;
  refuseDryRun(input);
  const name = nameOf(input);
  const shard = fromShardId(input.ShardId);
  if (shard === undefined) {
    throw shardMissing(input.ShardId, name);
  }
  const stream = catalog.find(name);
  const row = stream.log.shards[shard];
  if (row === undefined) {
    throw notFound(
      `Shard ${toShardId(shard)} in stream ${name} under account ${ACCOUNT} does not exist`,
    );
  }
  const start = {
    type: input.ShardIteratorType,
    number: input.StartingSequenceNumber,
    time: input.Timestamp,
    called: "StartingSequenceNumber",
  };
  const place = await findPlace(stream, row, { start, now: clock.now() });
  const { secret } = catalog;
  const iterator = { ...place, stream: name, createdAt: clock.now() };
  return { ShardIterator: sealIterator(iterator, { secret, random }) };
});
