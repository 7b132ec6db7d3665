/** Who is subscribed to which shard: one at a time for a consumer, the newest wins. */

import type { Clock } from "../../../../base/clock.ts";
import { inUse } from "../faults.ts";

const TAKEOVER_MS = 5000;
const SUBSCRIPTIONS_MAX = 4096;

interface Held {
  readonly at: number;
  readonly ended: AbortController;
}

export class Subscriptions {
  readonly #clock: Clock;
  readonly #held = new Map<string, Held>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The signal that ends it when another takes over. Throws ResourceInUseException. */
  begin(name: string): { readonly signal: AbortSignal; end(): void } {
    const before = this.#held.get(name);
    const at = this.#clock.now();
    if (before !== undefined && at - before.at < TAKEOVER_MS) {
      throw inUse(`Another active subscription exists for this consumer: ${name}`);
    }
    if (this.#held.size >= SUBSCRIPTIONS_MAX) {
      throw inUse(`There are ${SUBSCRIPTIONS_MAX} subscriptions, and no more can be made.`);
    }
    before?.ended.abort();
    const ended = new AbortController();
    const held = { at, ended };
    this.#held.set(name, held);
    return {
      signal: ended.signal,
      end: () => {
        if (this.#held.get(name) === held) {
          this.#held.delete(name);
        }
      },
    };
  }
}
