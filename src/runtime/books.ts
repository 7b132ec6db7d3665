/** The books over a running pipeline's parts. */

import { systemClock } from "../base/clock.ts";
import type { StreamName } from "../base/record.ts";
import type { Plan } from "../plan/plan.ts";
import { openBooks, type Books, type ShardTruth, type StreamAccount } from "../books/index.ts";
import type { Back } from "./back.ts";
import type { Front } from "./front.ts";

export interface BooksParts {
  readonly plan: Plan;
  readonly front: Front;
  readonly back: Back;
}

export function openPipelineBooks({ plan, front, back }: BooksParts): Books {
  const { store, announcements } = back.lake;
  const streams = plan.streams.map(({ name, table }): StreamAccount => ({
    name,
    table,
    log: () => shardTruths(front, name),
    openReader: () => front.reader(name),
  }));
  const query = back.warehouse;
  return {
    // The models may change while the pipeline runs: their files are read again.
    verify: (options) => {
      const models = back.warehouse.models();
      const parts = { clock: systemClock, streams, models, announcements, store, query };
      return openBooks(parts).verify(options);
    },
  };
}

/** What the log says of its shards: the oldest sequence it still holds, and the newest. */
async function shardTruths(front: Front, stream: StreamName): Promise<readonly ShardTruth[]> {
  await using reader = await front.reader(stream);
  const first = await reader.firstSequences();
  return front
    .log(stream)
    .meter()
    .shards.map(({ shard, records }) => ({
      shard,
      first: first[shard] ?? 1,
      last: records,
    }));
}
