/** Decides where a stream is cut into objects. Pure: no clock, no disk. */

import type { Instant } from "../../base/clock.ts";

export interface CutLimits {
  readonly recordsMax: number;
  /** Bytes as they lie in the log, before any compression. */
  readonly bytesMax: number;
  readonly ageMsMax: number;
}

/** What waits to be cut. */
export interface Pending {
  readonly records: number;
  readonly bytes: number;
  /** When the oldest of it was accepted; undefined when nothing waits. */
  readonly oldestAt: Instant | undefined;
}

export type Arrival =
  | {
      readonly kind: "records";
      readonly acceptedAt: Instant;
      readonly starts: Uint32Array;
      readonly ends: Uint32Array;
      /** Records `[from, to)` of the two tables have arrived. */
      readonly from: number;
      readonly to: number;
    }
  | { readonly kind: "tick"; readonly at: Instant }
  | { readonly kind: "flush" };

export type CutReason = "records" | "bytes" | "age" | "flush";

export interface Decision {
  readonly pending: Pending;
  /** Where the records taken end, at most `to`; what follows belongs to the next cut. 0 where none arrived. */
  readonly takenTo: number;
  /** Why to cut after them; undefined to go on waiting. `pending` is then what the cut holds. */
  readonly cut: CutReason | undefined;
}

export const NOTHING: Pending = { records: 0, bytes: 0, oldestAt: undefined };

export function step(pending: Pending, arrival: Arrival, limits: CutLimits): Decision {
  switch (arrival.kind) {
    case "records":
      return take(pending, arrival, limits);
    case "tick": {
      const { oldestAt } = pending;
      const old = oldestAt !== undefined && arrival.at - oldestAt >= limits.ageMsMax;
      return { pending, takenTo: 0, cut: old ? "age" : undefined };
    }
    case "flush":
      return { pending, takenTo: 0, cut: pending.records > 0 ? "flush" : undefined };
  }
}

/** How long until what waits is old enough, ms; undefined when nothing waits. */
export function untilOldMs(pending: Pending, now: Instant, limits: CutLimits): number | undefined {
  const { oldestAt } = pending;
  return oldestAt === undefined ? undefined : Math.max(0, oldestAt + limits.ageMsMax - now);
}

type Records = Extract<Arrival, { kind: "records" }>;

/** Takes records until one fills the cut; the one that does is in it, as Firehose has it. */
function take(pending: Pending, arrival: Records, limits: CutLimits): Decision {
  const { starts, from } = arrival;
  const room = limits.recordsMax - pending.records;
  const most = Math.min(arrival.to, from + room);
  const begin = starts[from] ?? 0;
  const fills = findFilling(arrival, most, begin + limits.bytesMax - pending.bytes);
  const takenTo = Math.min(most, fills + 1);
  const next: Pending = {
    records: pending.records + takenTo - from,
    bytes: pending.bytes + (arrival.ends[takenTo - 1] ?? begin) - begin,
    oldestAt: pending.oldestAt ?? arrival.acceptedAt,
  };
  if (next.bytes >= limits.bytesMax) {
    return { pending: next, takenTo, cut: "bytes" };
  }
  const full = next.records >= limits.recordsMax;
  return { pending: next, takenTo, cut: full ? "records" : undefined };
}

/** The first of the records `[from, to)` that ends at `mark` or behind it; `to` when none does. */
function findFilling({ ends, from }: Records, to: number, mark: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ends[middle] ?? 0) >= mark) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}
