/** UpdateShardCount: splits and merges until there are as many shards of even width as wanted. */

import { LIMITS } from "../../../../base/limits.ts";
import { scale } from "../../reshard.ts";
import { countOfDay } from "../day-limit.ts";
import { limitExceeded } from "../faults.ts";
import { nameOf, toStreamArn, type StreamRef } from "../names.ts";
import { checkProvisioned, checkShardRoom } from "../shard-room.ts";
import { operation } from "../operation.ts";

interface Input extends StreamRef {
  readonly TargetShardCount: number;
}

const PER_DAY_MAX = 10;

export const updateShardCount = operation<Input>(
  "UpdateShardCount",
  async ({ catalog, clock }, input, call) => {
    const stream = catalog.find(nameOf(input));
    checkProvisioned(stream);
    const target = input.TargetShardCount;
    const open = stream.log.shards.filter((row) => !row.closed).length;
    checkTarget(open, target);
    checkShardRoom(catalog.openShards, target - open, LIMITS.shardsMax);
    const now = clock.now();
    const limit = { operation: "UpdateShardCount", max: PER_DAY_MAX, now };
    const resized = countOfDay(stream.facts.resized, limit);
    await catalog.change(stream, () => stream.log.reshard((table) => scale(table, target, now)));
    catalog.save(stream, { resized });
    return {
      StreamName: stream.name,
      CurrentShardCount: open,
      TargetShardCount: target,
      StreamARN: toStreamArn(stream.name, call.region),
    };
  },
);

function checkTarget(open: number, target: number): void {
  const counts = `Current open shard count: ${open}, Target shard count: ${target}`;
  if (target > open * 2) {
    throw limitExceeded(
      `UpdateShardCount cannot scale up over double your current open shard count. ${counts}`,
    );
  }
  if (target < open / 2) {
    throw limitExceeded(
      `UpdateShardCount cannot scale down below half your current open shard count. ${counts}`,
    );
  }
}
