/** Time as an argument: an instant, and a clock that tells it. */

import type { Brand } from "./brand.ts";

/** Milliseconds since 1970-01-01T00:00:00Z, whole. */
export type Instant = Brand<number, "Instant">;

/** Tells the time; tests hold it still. */
export interface Clock {
  now(): Instant;
}

export const systemClock: Clock = { now: () => toInstant(Date.now()) };

/** The instant at `ms` milliseconds since 1970; fractions are cut off. */
export function toInstant(ms: number): Instant {
  return Math.trunc(ms) as Instant;
}
