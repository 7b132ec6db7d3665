/** DescribeLimits: how many shards and streams there may be, and are. */

import { LIMITS } from "../../../../base/limits.ts";
import { operation } from "../operation.ts";

export const describeLimits = operation<object>("DescribeLimits", ({ catalog }) => ({
  ShardLimit: LIMITS.shardsMax,
  OpenShardCount: catalog.openShards,
  OnDemandStreamCount: catalog.all().filter(({ facts }) => facts.mode === "ON_DEMAND").length,
  OnDemandStreamCountLimit: LIMITS.streamsMax,
}));
