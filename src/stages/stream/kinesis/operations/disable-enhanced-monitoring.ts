/** DisableEnhancedMonitoring: which shard metrics are said to be on. */

import { nameOf, toStreamArn, type StreamRef } from "../names.ts";
import { metricsOf } from "../describe/metrics.ts";
import { operation } from "../operation.ts";

interface Input extends StreamRef {
  readonly ShardLevelMetrics: readonly string[];
}

export const disableEnhancedMonitoring = operation<Input>(
  "DisableEnhancedMonitoring",
  ({ catalog }, input, call) => {
    const stream = catalog.find(nameOf(input));
    stream.checkActive();
    const before = stream.facts.metrics;
    const given = metricsOf(input.ShardLevelMetrics);
    const after = before.filter((metric) => !given.includes(metric));
    catalog.save(stream, { metrics: after });
    return {
      StreamName: stream.name,
      CurrentShardLevelMetrics: before,
      DesiredShardLevelMetrics: after,
      StreamARN: toStreamArn(stream.name, call.region),
    };
  },
);
