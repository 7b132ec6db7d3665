/** A record as the log holds it, in memory of its own. */

import type { Sequence, ShardNumber } from "../../base/record.ts";
import type { StreamPlan } from "../../plan/plan.ts";
import type { Frame } from "../../seams/consume.ts";
import type { LoggedRecord } from "../journey.ts";
import { idInFrame } from "./event-id.ts";

/** The record as it stays valid when the reader goes on. */
export function toLogged(stream: StreamPlan, frame: Frame, index: number): LoggedRecord {
  return {
    id: idInFrame(stream, frame, index),
    stream: stream.name,
    shard: frame.shard as ShardNumber,
    sequence: (frame.firstSequence + index) as Sequence,
    acceptedAt: frame.acceptedAt,
    bytes: Buffer.from(frame.bytes.subarray(frame.starts[index], frame.ends[index])),
  };
}
