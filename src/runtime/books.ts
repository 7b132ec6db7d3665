/** The books over a running pipeline's parts. */

import { systemClock } from "../base/clock.ts";
import type { StreamName } from "../base/record.ts";
import type { Plan } from "../plan/plan.ts";
import {
  openBooks,
  type Books,
  type ModelAccount,
  type ShardTruth,
  type StreamAccount,
} from "../books/index.ts";
import type { Query } from "../seams/query.ts";
import type { Lake } from "../stages/lake/index.ts";
import type { Front } from "./front.ts";

export interface BooksParts {
  readonly plan: Plan;
  readonly front: Front;
  readonly lake: Lake;
  readonly query: Query;
  /** Asked at each closing: the models' files may change while the pipeline runs. */
  readonly models: () => readonly ModelAccount[];
}

export function openPipelineBooks(parts: BooksParts): Books {
  const { plan, front, lake, query } = parts;
  const { store, announcements } = lake;
  const streams = plan.streams.map(({ name, table }): StreamAccount => ({
    name,
    table,
    log: () => shardTruths(front, name),
    openReader: () => front.reader(name),
  }));
  return {
    verify: (options) => {
      const models = parts.models();
      const accounts = { clock: systemClock, streams, models, announcements, store, query };
      return openBooks(accounts).verify(options);
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
