/** When the books are closed again by themselves. Pure. */

import type { Instant } from "../../base/clock.ts";

export interface BooksPace {
  /** When the last closing ended, and how long it worked. */
  readonly closedAt: Instant;
  readonly workedMs: number;
  /** When one last looked, and how many records there were. */
  readonly lookedAt: Instant;
  readonly records: number;
}

/** The wait after a closing is at least this, and at least so many times what the closing worked. */
const WAIT_MS_MIN = 15_000;
const WAIT_FACTOR = 50;
/** A longer wait than this is only so many times that: else each closing of a flood would find more to read than the last. */
const LONG_WAIT_MS = 300_000;
const LONG_WAIT_FACTOR = 10;
/** While more than this comes in, a closing is put off, but not for longer than this. */
const BUSY_PER_SECOND = 10_000;
const BUSY_MS_MAX = 300_000;

export function booksDue(
  pace: BooksPace,
  look: { readonly now: Instant; readonly records: number },
): boolean {
  const since = look.now - pace.closedAt;
  if (since < waitAfter(pace.workedMs)) {
    return false;
  }
  const seconds = Math.max(0.001, (look.now - pace.lookedAt) / 1000);
  const busy = (look.records - pace.records) / seconds > BUSY_PER_SECOND;
  return !busy || (pace.closedAt > 0 && since > BUSY_MS_MAX);
}

function waitAfter(workedMs: number): number {
  const wait = Math.min(WAIT_FACTOR * workedMs, LONG_WAIT_MS);
  return Math.max(WAIT_MS_MIN, wait, LONG_WAIT_FACTOR * workedMs);
}
