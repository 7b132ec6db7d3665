/** GetRecords: the next records of a shard, and the iterator that goes on from there. */

import { refuseDryRun } from "../dry-run.ts";
import { ACCOUNT, notFound, rateExceeded } from "../faults.ts";
import { toShardId } from "../names.ts";
import type { Kinesis } from "../operation.ts";
import { sealIterator, unsealIterator } from "../records/iterator.ts";
import { readShard } from "../records/read-shard.ts";
import { isShardEnd, standOf, toRecords } from "../records/record-view.ts";
import { READ_BYTES, READ_CALLS } from "../records/throttle.ts";
import { childrenOf } from "../describe/shard-view.ts";
import { operation } from "../operation.ts";

interface Input {
  readonly ShardIterator: string;
  readonly Limit?: number;
  readonly DryRun?: boolean;
}

const RECORDS_MAX = 10_000;
const BYTES_MAX = 10_485_760;

export const getRecords = operation<Input>("GetRecords", async (kinesis, input) => {
  const { catalog, clock, random } = kinesis;
  refuseDryRun(input);
  const { secret } = catalog;
  const iterator = unsealIterator(input.ShardIterator, { secret, now: clock.now() });
  const { shard } = iterator;
  const stream = catalog.find(iterator.stream);
  const row = stream.log.shards[shard];
  if (row === undefined) {
    throw notFound(
      `Shard ${toShardId(shard)} in stream ${stream.name} under account ${ACCOUNT} does not exist`,
    );
  }
  checkRate(kinesis, stream.name, shard);
  const limits = { recordsMax: input.Limit ?? RECORDS_MAX, bytesMax: BYTES_MAX };
  const stand = standOf(stream, shard);
  const read = await stream.read((reader) => readShard(reader, iterator, limits));
  const { records, place, behind } = read;
  const now = clock.now();
  const bytes = records.reduce((sum, { data }) => sum + data.length, 0);
  kinesis.throttle?.take(`${stream.name}/${shard}/read`, bytes, { rate: READ_BYTES, now });
  const ended = isShardEnd(stand, read);
  return {
    Records: toRecords(stream, row, records),
    NextShardIterator: ended
      ? undefined
      : sealIterator({ ...place, stream: stream.name, createdAt: now }, { secret, random }),
    MillisBehindLatest: behind === undefined ? 0 : Math.max(0, now - behind),
    ChildShards: ended ? childrenOf(stream.log.shards, shard) : undefined,
  };
});

function checkRate({ throttle, clock }: Kinesis, stream: string, shard: number): void {
  const now = clock.now();
  const name = `${stream}/${shard}`;
  const room =
    throttle === undefined ||
    (throttle.take(`${name}/calls`, 1, { rate: READ_CALLS, now }) &&
      throttle.take(`${name}/read`, 0, { rate: READ_BYTES, now }));
  if (!room) {
    throw rateExceeded(toShardId(shard), stream);
  }
}
