/** Kinesis' names of shards as the numbers that lineage has. Pure. */

/** `shardId-000000000012` → 12; 0 where there is no shard. */
export function shardOf(shardId: string | undefined): number {
  const digits = /(\d+)$/.exec(shardId ?? "")?.[1];
  return digits === undefined ? 0 : Number(digits);
}
