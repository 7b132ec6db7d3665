/** DescribeLimits: how many shards and streams there may be. */

import { LIMITS } from "../../../../base/limits.ts";
import type { Operation } from "../../../../wire/service.ts";
import { MODEL, type Kinesis } from "../operation.ts";

export function describeLimits(kinesis: Kinesis): Operation {
  return {
    input: MODEL.structure("DescribeLimitsInput"),
    output: MODEL.structure("DescribeLimitsOutput"),
    run: () => ({
      output: {
        ShardLimit: LIMITS.shardsMax,
        OpenShardCount: kinesis.streams.length,
        OnDemandStreamCount: 0,
        OnDemandStreamCountLimit: LIMITS.streamsMax,
      },
    }),
  };
}
