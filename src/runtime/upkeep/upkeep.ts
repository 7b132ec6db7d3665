/** What a running pipeline does now and then: forgets old segments, closes the books, samples the lag. */

import { causeOf } from "../../base/faults.ts";
import { sleep } from "../sleep.ts";

export interface Chore {
  readonly name: string;
  readonly everyMs: number;
  /** Before the first turn, where that is not `everyMs`. */
  readonly firstMs?: number;
  readonly run: () => Promise<void> | void;
}

/**
 * Runs each chore again and again, never twice at a time. A chore that fails is told once per cause and tried again at
 * its next turn. Dispose waits for the chores under way.
 */
export function openUpkeep(chores: readonly Chore[], log: (line: string) => void): AsyncDisposable {
  const stop = new AbortController();
  const loops = chores.map((chore) => loop(chore, stop.signal, log));
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await Promise.all(loops);
    },
  };
}

async function loop(chore: Chore, signal: AbortSignal, log: (line: string) => void): Promise<void> {
  let told = "";
  let waitMs = chore.firstMs ?? chore.everyMs;
  while (!signal.aborted) {
    await sleep(waitMs, signal);
    waitMs = chore.everyMs;
    if (signal.aborted) {
      return;
    }
    try {
      await chore.run();
      told = "";
    } catch (thrown) {
      const cause = causeOf(thrown);
      if (cause !== told) {
        log(`${chore.name}: ${cause}`);
      }
      told = cause;
    }
  }
}
