/** Time that stands still until a test moves it. */

import { type Clock, toInstant } from "../../base/clock.ts";

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** A clock with its sleep: `advance` wakes, in order, those whose time has come. */
export class HeldTime {
  readonly clock: Clock = { now: () => toInstant(this.#now) };
  readonly #sleepers = new Set<Sleeper>();
  #now = Date.UTC(2026, 0, 1);

  readonly sleep = (ms: number, signal: AbortSignal): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const sleeper: Sleeper = { until: this.#now + ms, wake: () => resolve() };
    const forget = (): void => {
      this.#sleepers.delete(sleeper);
      resolve();
    };
    if (signal.aborted) {
      return Promise.resolve();
    }
    this.#sleepers.add(sleeper);
    signal.addEventListener("abort", forget, { once: true });
    return promise;
  };

  /** How long those who sleep still have to, shortest first. */
  get waits(): readonly number[] {
    return [...this.#sleepers].map(({ until }) => until - this.#now).toSorted((a, b) => a - b);
  }

  advance(ms: number): void {
    this.#now += ms;
    for (const sleeper of [...this.#sleepers].toSorted((a, b) => a.until - b.until)) {
      if (sleeper.until <= this.#now) {
        this.#sleepers.delete(sleeper);
        sleeper.wake();
      }
    }
  }
}
