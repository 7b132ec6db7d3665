/** CreateStream: a stream without a definition, with a log of its own; ACTIVE when answered. */

import { LIMITS } from "../../../../base/limits.ts";
import { validation } from "../../../../wire/wire-fault.ts";
import { RECORD_KIB_MAX } from "../catalog/facts.ts";
import { checkShardRoom } from "../shard-room.ts";
import { checkTags, type Tags } from "../resources/tags.ts";
import { operation } from "../operation.ts";

interface Input {
  readonly StreamName: string;
  readonly ShardCount?: number;
  readonly StreamModeDetails?: { readonly StreamMode: "PROVISIONED" | "ON_DEMAND" };
  readonly Tags?: Tags;
  readonly WarmThroughputMiBps?: number;
  readonly MaxRecordSizeInKiB?: number;
  readonly RecordDistributionStrategy?: "AUTO" | "USER_PARTITION_KEY";
}

/** What an on-demand stream begins with. */
const ON_DEMAND_SHARDS = 4;

export const createStream = operation<Input>("CreateStream", async ({ catalog }, input) => {
  const { StreamName, ShardCount, Tags: tags = {} } = input;
  // Without a word on either, AWS makes an on-demand stream.
  const mode =
    input.StreamModeDetails?.StreamMode ?? (ShardCount === undefined ? "ON_DEMAND" : "PROVISIONED");
  if (mode === "PROVISIONED" && ShardCount === undefined) {
    throw validation("ShardCount must be provided for a stream in PROVISIONED mode.");
  }
  if (mode === "ON_DEMAND" && ShardCount !== undefined) {
    throw validation("Requests to create on-demand streams must not specify ShardCount.");
  }
  checkTags(tags, {});
  const shards = ShardCount ?? ON_DEMAND_SHARDS;
  checkShardRoom(catalog.openShards, shards, LIMITS.shardsMax);
  await catalog.create(StreamName, {
    shards,
    mode,
    tags,
    recordKiBMax: input.MaxRecordSizeInKiB ?? RECORD_KIB_MAX,
    warmMiBps: input.WarmThroughputMiBps,
    spread: input.RecordDistributionStrategy ?? "USER_PARTITION_KEY",
  });
  return undefined;
});
