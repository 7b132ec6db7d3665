/** The books over a running pipeline's parts. */

import { systemClock } from "../base/clock.ts";
import type { StreamName } from "../base/record.ts";
import type { Plan, StreamPlan } from "../plan/plan.ts";
import {
  openBooks,
  type Books,
  type LookAtSource,
  type ModelAccount,
  type ShardTruth,
  type Maker,
  type RowQuery,
  type StreamAccount,
  type StreamMark,
} from "../books/index.ts";
import type { Audit } from "../seams/audit.ts";
import { openRemaker, type PoisonedRecord } from "../stages/delivery/index.ts";
import { forgottenCut, type Lake } from "../stages/lake/index.ts";
import type { Front } from "./front.ts";

export interface BooksParts {
  readonly plan: Plan;
  readonly front: Front;
  readonly lake: Lake;
  readonly query: RowQuery;
  /** What was taken from where a stream's events come from; without it, or without an answer, its log is where they are put. */
  readonly source?: (stream: StreamName) => LookAtSource | undefined;
  /** Reads objects again beside their rows; without it, values are not compared. */
  readonly audit?: Audit | undefined;
  /** Records of a stream that delivery passed over, told when a closing begins. */
  readonly poisoned: (stream: string) => readonly PoisonedRecord[];
  /** Asked at each closing: the models' files may change while the pipeline runs. */
  readonly models: () => readonly ModelAccount[];
}

export function openPipelineBooks(parts: BooksParts): Books {
  const { plan, front, lake, query, audit } = parts;
  const { store, announcements } = lake;
  const streams = plan.streams.map((stream): StreamAccount => {
    const { name, table, row } = stream;
    return {
      name,
      table,
      columns: row.map((column) => column.name),
      log: () => shardTruths(front, name),
      openReader: () => front.reader(name),
      forgotten: () => forgottenCut(lake.inner, name),
      source: parts.source?.(name),
      openMaker: () => openMaker(front, stream, parts.poisoned(name)),
    };
  });
  const marks = new Map<string, StreamMark>();
  return {
    verify: (options) => {
      const models = parts.models();
      const planHash = plan.hash;
      const accounts = { streams, models, announcements, store, query, audit, planHash };
      return openBooks({ clock: systemClock, marks, ...accounts }).verify(options);
    },
  };
}

/** Delivery's own code, by which the log's records become the bytes of an object once more. */
async function openMaker(
  front: Front,
  stream: StreamPlan,
  poisoned: readonly PoisonedRecord[],
): Promise<Maker> {
  const reader = await front.reader(stream.name);
  const remaker = openRemaker({ stream, reader, poisoned });
  return {
    async make(manifest) {
      const retained = await reader.firstSequences();
      return manifest.ranges.some(({ shard, first }) => first < (retained[shard] ?? 1))
        ? undefined
        : await remaker.remake(manifest);
    },
    [Symbol.asyncDispose]: () => reader[Symbol.asyncDispose](),
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
