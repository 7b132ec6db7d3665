/** How long the page waits before it connects again. Pure. */

const FIRST_MS = 500;
const LONGEST_MS = 15_000;

/** Doubles with each attempt from 0 on; `chance` in 0..1 spreads the pages that lost the same server. */
export function retryMs(attempt: number, chance: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
  return Math.round(full * (0.75 + 0.25 * chance));
}
