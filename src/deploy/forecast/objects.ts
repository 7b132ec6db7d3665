/** How many objects delivery cuts, and of what size, at a rate: whichever of size and age comes first. Pure. */

import type { StreamPlan } from "../../plan/plan.ts";
import { MIB, MONTH_SECONDS, type Workload } from "./workload.ts";

export interface Cuts {
  readonly secondsApart: number;
  readonly records: number;
  /** Before compression. */
  readonly bytes: number;
  /** As stored. */
  readonly storedBytes: number;
  readonly by: "size" | "age";
}

/** Firehose's own bounds of a buffer. */
export function cutsOf(stream: StreamPlan, workload: Workload): Cuts {
  const { size, interval } = stream.deliver.buffer;
  const least = stream.deliver.format === "parquet" ? 64 * MIB : MIB;
  const bytesMax = Math.min(128 * MIB, Math.max(least, size));
  // Zero means delivery within a few seconds.
  const seconds = Math.max(3, Math.min(900, interval / 1000));
  const rate = workload.eventsPerSecond * workload.kept * workload.rowBytes;
  const toFill = rate === 0 ? Infinity : bytesMax / rate;
  const secondsApart = Math.min(seconds, toFill);
  const bytes = Math.max(workload.rowBytes, rate * secondsApart);
  return {
    secondsApart,
    records: Math.max(1, Math.round(bytes / Math.max(1, workload.rowBytes))),
    bytes,
    storedBytes: bytes * workload.compressed,
    by: toFill < seconds ? "size" : "age",
  };
}

export function objectsPerMonth(stream: StreamPlan, workload: Workload): number {
  if (workload.eventsPerSecond === 0) {
    return 0;
  }
  const { secondsApart } = cutsOf(stream, workload);
  // Where less than one event comes in an interval, there is an object for each.
  const most = workload.eventsPerSecond * workload.kept * MONTH_SECONDS;
  return Math.min(most, MONTH_SECONDS / secondsApart);
}
