/** What a caller must be allowed for each operation of Kinesis. */

import type { Deed } from "../../../wire/service.ts";

const DEEDS: ReadonlyMap<string, Deed> = new Map([
  ...of("ingest", "PutRecord", "PutRecords"),
  ...of(
    "read",
    "DescribeAccountSettings",
    "DescribeLimits",
    "DescribeStream",
    "DescribeStreamConsumer",
    "DescribeStreamSummary",
    "GetRecords",
    "GetResourcePolicy",
    "GetShardIterator",
    "ListShards",
    "ListStreamConsumers",
    "ListStreams",
    "ListTagsForResource",
    "ListTagsForStream",
    // Client libraries that read by fan-out do this first; it changes nothing for anybody else.
    "RegisterStreamConsumer",
    "SubscribeToShard",
  ),
]);

/** Whatever is not known to be less is for administrators. */
export function deedOf(operation: string): Deed {
  return DEEDS.get(operation) ?? "admin";
}

function of(deed: Deed, ...names: readonly string[]): (readonly [string, Deed])[] {
  return names.map((name) => [name, deed] as const);
}
