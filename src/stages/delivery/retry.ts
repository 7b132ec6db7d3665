/** Work that is tried until it succeeds, with growing waits, telling meanwhile what is wrong. */

import type { Clock, Instant } from "../../base/clock.ts";
import { causeOf, Fault } from "../../base/faults.ts";
import type { Trouble } from "../../seams/meter.ts";

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 15_000;

/** The wait before the attempt after `attempts` failed ones: doubles, and never passes a quarter of a minute. */
export function backoffMs(attempts: number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempts - 1, 20));
}

export interface RetryWorld {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Resolves after `ms`, or at once when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly tell: (trouble: Trouble | undefined) => void;
}

/** The result of `work`, or undefined when the signal aborted first. Nothing the world does makes it give up. */
export async function retrying<T>(
  work: () => Promise<T>,
  { clock, signal, sleep, tell }: RetryWorld,
): Promise<T | undefined> {
  let since: Instant | undefined;
  for (let attempts = 1; !signal.aborted; attempts += 1) {
    try {
      const result = await work();
      if (since !== undefined) {
        tell(undefined);
      }
      return result;
    } catch (thrown) {
      since ??= clock.now();
      const code = thrown instanceof Fault ? thrown.code : "DELIVERY_FAILED";
      tell({ code, message: causeOf(thrown), since, attempts });
    }
    await sleep(backoffMs(attempts), signal);
  }
  return undefined;
}
