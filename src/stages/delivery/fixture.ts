/** Streams and frames for this stage's tests and bench. */

import { toInstant } from "../../base/clock.ts";
import { definePipeline } from "../../define/pipeline.ts";
import type { StreamDefinition } from "../../define/stream.ts";
import { defined } from "../../base/assert.ts";
import type { StreamPlan } from "../../plan/plan.ts";
import { planPipeline } from "../../plan/plan-pipeline.ts";
import type { Frame, Position } from "../../seams/consume.ts";

/** The plan of one stream called "prices" in a pipeline called "shop". */
export function planOne<E, R>(stream: StreamDefinition<E, R>): StreamPlan {
  const plan = planPipeline(
    definePipeline({ name: "shop", streams: { prices: stream } }),
    "/nowhere/pipeline.ts",
  );
  return defined(plan.streams[0], "the pipeline has a stream");
}

export interface FrameFacts {
  readonly shard?: number;
  readonly firstSequence?: number;
  readonly acceptedAt?: number;
  readonly ids?: readonly string[];
}

/** A frame of these records, laid out as the log lays them out: each followed by a line end. */
export function toFrame(records: readonly string[], facts: FrameFacts = {}): Frame {
  const { shard = 0, firstSequence = 1, acceptedAt = Date.UTC(2026, 6, 13, 14, 5, 6, 789) } = facts;
  const bytes = Buffer.from(records.map((record) => `${record}\n`).join(""));
  const starts = new Uint32Array(records.length);
  const ends = new Uint32Array(records.length);
  let at = 0;
  for (const [index, record] of records.entries()) {
    starts[index] = at;
    at += Buffer.byteLength(record);
    ends[index] = at;
    at += 1;
  }
  return {
    shard,
    firstSequence,
    count: records.length,
    acceptedAt: toInstant(acceptedAt),
    position: `${shard}.${firstSequence}` as Position,
    next: `${shard}.${firstSequence + records.length}` as Position,
    bytes,
    starts,
    ends,
    ids: facts.ids,
    keys: undefined,
  };
}
