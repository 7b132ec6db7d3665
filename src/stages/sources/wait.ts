/** How long a source waits before it tries again. Pure: no clock, no timers. */

export interface Waits {
  readonly firstMs: number;
  readonly longestMs: number;
}

/** The door is busy or the disk is full for a moment: come back soon. */
export const DOOR_WAITS: Waits = { firstMs: 100, longestMs: 15_000 };

/** The source itself broke: what it reads from needs time to get well. */
export const RESTART_WAITS: Waits = { firstMs: 1000, longestMs: 300_000 };

/**
 * The wait after `attempts` failed ones: doubles, never above the longest, and spread over its upper half by `random`
 * in [0, 1), so that sources which failed together do not come back together.
 */
export function waitMs(attempts: number, waits: Waits, random: () => number): number {
  const doublings = Math.min(attempts - 1, 20);
  const full = Math.min(waits.longestMs, waits.firstMs * 2 ** doublings);
  return Math.round(full / 2 + (full / 2) * random());
}
