/** DescribeStream: a stream with its shards, a page at a time. */

import { shownShards, toShard } from "../describe/shard-view.ts";
import { horizonOf, streamHead } from "../describe/stream-view.ts";
import { fromShardId, nameOf, type StreamRef } from "../names.ts";
import { operation } from "../operation.ts";

interface Input extends StreamRef {
  readonly Limit?: number;
  readonly ExclusiveStartShardId?: string;
}

const PAGE_MAX = 100;

export const describeStream = operation<Input>(
  "DescribeStream",
  ({ catalog, clock }, input, call) => {
    const stream = catalog.find(nameOf(input));
    const after = input.ExclusiveStartShardId;
    const from = after === undefined ? -1 : (fromShardId(after) ?? -1);
    const shown = shownShards(stream.log.shards, horizonOf(stream, clock.now()));
    const rest = shown.filter(({ shard }) => shard > from);
    const page = rest.slice(0, Math.min(input.Limit ?? PAGE_MAX, PAGE_MAX));
    return {
      StreamDescription: {
        ...streamHead(stream, call.region),
        Shards: page.map(toShard),
        HasMoreShards: rest.length > page.length,
      },
    };
  },
);
