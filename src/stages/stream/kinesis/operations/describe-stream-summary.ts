/** DescribeStreamSummary: a stream without its shards. */

import { streamHead } from "../describe/stream-view.ts";
import { nameOf, type StreamRef } from "../names.ts";
import { operation } from "../operation.ts";

export const describeStreamSummary = operation<StreamRef>(
  "DescribeStreamSummary",
  ({ catalog }, input, call) => {
    const stream = catalog.find(nameOf(input));
    const { warmMiBps, recordKiBMax, spread, consumers } = stream.facts;
    return {
      StreamDescriptionSummary: {
        ...streamHead(stream, call.region),
        OpenShardCount: stream.log.shards.filter((row) => !row.closed).length,
        ConsumerCount: consumers.length,
        WarmThroughput:
          warmMiBps === undefined ? undefined : { TargetMiBps: warmMiBps, CurrentMiBps: warmMiBps },
        MaxRecordSizeInKiB: recordKiBMax,
        ChannelCount: 0,
        QueueCount: 0,
        RecordDistributionStrategy: spread,
      },
    };
  },
);
