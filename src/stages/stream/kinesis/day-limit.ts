/** What AWS does for a stream so many times in 24 hours and then refuses. */

import { limitExceeded } from "./faults.ts";

const DAY_MS = 86_400_000;

export interface DayLimit {
  readonly operation: string;
  readonly max: number;
  readonly now: number;
}

/** The times of the last 24 hours and this one. Throws LimitExceededException when there were enough. */
export function countOfDay(
  before: readonly number[],
  { operation, max, now }: DayLimit,
): readonly number[] {
  const recent = before.filter((at) => at > now - DAY_MS);
  if (recent.length >= max) {
    throw limitExceeded(
      `${operation} can be called at most ${max} times in 24 hours for a stream.`,
    );
  }
  return [...recent, now];
}
