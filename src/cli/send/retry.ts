/** How long to wait before a batch is sent again. Pure. */

export interface Wait {
  /** 0 for the first repetition. */
  readonly attempt: number;
  /** What the other side asked for. */
  readonly retryAfterMs: number | undefined;
  /** At least 0, below 1. */
  readonly chance: number;
}

const BASE_MS = 200;
const MAX_MS = 5000;
/** Several senders told the same time must not all come back in the same moment. */
const SPREAD_MS = 250;

export function waitMs({ attempt, retryAfterMs, chance }: Wait): number {
  if (retryAfterMs !== undefined) {
    return retryAfterMs + Math.round(chance * SPREAD_MS);
  }
  const most = Math.min(MAX_MS, BASE_MS * 2 ** Math.min(attempt, 10));
  return Math.round(most / 2 + (chance * most) / 2);
}

/** Retry-After in milliseconds: seconds or an HTTP date; undefined for anything else. */
export function toRetryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) {
    return undefined;
  }
  if (/^\d{1,9}$/.test(header)) {
    return Number(header) * 1000;
  }
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}
