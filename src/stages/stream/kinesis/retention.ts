/** How long records may stay. Pure. */

import { invalidArgument } from "./faults.ts";

const HOURS_MIN = 24;
const HOURS_MAX = 8760;

/** Throws InvalidArgumentException. */
export function checkRetention(hours: number): void {
  if (hours < HOURS_MIN) {
    throw invalidArgument(
      `Minimum allowed retention period is ${HOURS_MIN} hours. Requested retention period (${hours} hours) is too short.`,
    );
  }
  if (hours > HOURS_MAX) {
    throw invalidArgument(
      `Maximum allowed retention period is ${HOURS_MAX} hours. Requested retention period (${hours} hours) is too long.`,
    );
  }
}
