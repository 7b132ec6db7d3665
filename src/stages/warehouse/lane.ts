/** What the loader knows of one stream, and what it tells of its cuts that are set aside. */

import { Fault } from "../../base/faults.ts";
import type { StreamPlan } from "../../plan/plan.ts";
import type { CutAside, Trouble } from "../../seams/meter.ts";

export interface Lane {
  readonly stream: StreamPlan;
  /** Newest cut that somebody said was announced. */
  hinted: number;
  /** Whether a cut was just loaded, so that the next may well be there. */
  more: boolean;
  trouble: Trouble | undefined;
  /** Loads of the next cut in a row of which the fault was its own, not the machine's or the lake's. */
  refusals: number;
  /** Cuts that were set aside and are to be tried once more, and when they are asked for again. */
  again: number[];
  againAt: number;
  /** By the timers' clock, which nobody sets: a wall clock put back must not hold a stream up. */
  retryAt: number;
  lastLoadMs: number;
}

const FRESH = {
  hinted: 0,
  more: false,
  trouble: undefined,
  refusals: 0,
  againAt: 0,
  retryAt: 0,
  lastLoadMs: 0,
} as const;

export function openLane(stream: StreamPlan): Lane {
  return { ...FRESH, stream, again: [] };
}

/** Whether it says that loading the cut ended the process. */
export function isCrash(thrown: unknown): thrown is Fault {
  return thrown instanceof Fault && thrown.code === "LOAD_CRASHED";
}

/** Cuts that are set aside are told as trouble until somebody mends them. */
export function asideTrouble(stream: string, asides: readonly CutAside[]): Trouble | undefined {
  const [first] = asides;
  if (first === undefined) {
    return undefined;
  }
  const records = asides.reduce((sum, aside) => sum + aside.records, 0);
  const message =
    `${asides.length} object(s) with ${records} record(s) are set aside, the first for: ${first.cause} ` +
    `Stop the pipeline and run \`millrace replay ${stream}\`.`;
  return { code: first.code, message, since: first.at, attempts: first.attempts };
}
