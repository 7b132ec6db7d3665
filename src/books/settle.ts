/** Waits, within reason, until what was accepted before is loaded and modelled, so that there is something to compare. */

import type { Ask } from "./cells.ts";
import { readTotals } from "./accounts/ledger.ts";
import { type ModelAccount, newestLoadFor, takenBy } from "./accounts/models.ts";

export interface Settling {
  readonly ask: Ask;
  /** Records ever accepted, by stream, when the closing began. */
  readonly accepted: ReadonlyMap<string, number>;
  readonly models: readonly ModelAccount[];
  readonly patienceMs: number;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

const POLL_MS = 100;

/**
 * Waits until all is there, or patience ends: the accounts then say what is on its way. Resolves to the load each model
 * must have taken in, fixed before the models are waited for, so that a busy pipeline is not chased for ever.
 */
export async function settle(settling: Settling): Promise<ReadonlyMap<string, number>> {
  const { ask, accepted, models } = settling;
  const until = settling.now() + settling.patienceMs;
  await waitFor(settling, until, async () => {
    const totals = await readTotals(ask);
    return [...accepted].every(
      ([stream, records]) => (totals.get(stream)?.records ?? 0) >= records,
    );
  });
  const dues = new Map<string, number>();
  for (const model of models) {
    dues.set(model.name, await newestLoadFor(ask, model));
  }
  await waitFor(settling, until, async () => {
    for (const model of models) {
      if ((await takenBy(ask, model)) < (dues.get(model.name) ?? 0)) {
        return false;
      }
    }
    return true;
  });
  return dues;
}

async function waitFor(
  { ask, now, sleep }: Settling,
  until: number,
  holds: () => Promise<boolean>,
): Promise<void> {
  while (!(await holds()) && now() < until) {
    ask.signal?.throwIfAborted();
    await sleep(Math.min(POLL_MS, until - now()));
  }
}
