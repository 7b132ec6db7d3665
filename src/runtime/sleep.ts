/** A wait that ends early on abort. */

import { setTimeout as pause } from "node:timers/promises";

/** Resolves after `ms`, or at once on abort: whoever sleeps looks at the signal. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await pause(ms, undefined, signal === undefined ? {} : { signal });
  } catch {
    // Aborted, which is no failure.
  }
}
