/** EnableEnhancedMonitoring: which shard metrics are said to be on. */

import { nameOf, toStreamArn, type StreamRef } from "../names.ts";
import { metricsOf } from "../describe/metrics.ts";
import { operation } from "../operation.ts";

interface Input extends StreamRef {
  readonly ShardLevelMetrics: readonly string[];
}

export const enableEnhancedMonitoring = operation<Input>(
  "EnableEnhancedMonitoring",
  ({ catalog }, input, call) => {
    const stream = catalog.find(nameOf(input));
    stream.checkActive();
    const before = stream.facts.metrics;
    const given = metricsOf(input.ShardLevelMetrics);
    const after = [...new Set([...before, ...given])];
    catalog.save(stream, { metrics: after });
    return {
      StreamName: stream.name,
      CurrentShardLevelMetrics: before,
      DesiredShardLevelMetrics: after,
      StreamARN: toStreamArn(stream.name, call.region),
    };
  },
);
