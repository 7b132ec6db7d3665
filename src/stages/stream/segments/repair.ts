/** What a log does after a failed write: says so, waits, tries to open its end again, waits longer. */

import type { Clock } from "../../../base/clock.ts";
import { causeOf, Fault } from "../../../base/faults.ts";
import type { Timers } from "../../../base/timers.ts";
import type { Trouble } from "../../../seams/meter.ts";

/** The wait before the first attempt; it doubles with each, up to `maxMs`. */
export interface RetryWaits {
  readonly baseMs: number;
  readonly maxMs: number;
}

export interface RepairOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly waits: RetryWaits;
  /** Opens the log's end again; rejects while that is not possible. */
  readonly attempt: () => Promise<void>;
}

/** The wait before attempt `n`, counted from 0. */
export function waitMs(attempt: number, waits: RetryWaits): number {
  return Math.min(waits.maxMs, waits.baseMs * 2 ** Math.min(attempt, 20));
}

export class Repair implements AsyncDisposable {
  readonly #options: RepairOptions;
  readonly #stop = new AbortController();
  #trouble: Trouble | undefined;
  #running: Promise<void> | undefined;

  constructor(options: RepairOptions) {
    this.#options = options;
  }

  /** Undefined while the log is well. */
  get trouble(): Trouble | undefined {
    return this.#trouble;
  }

  /** Marks the log as failed; `start` must follow once no write is under way any more. */
  report(cause: string): void {
    const since = this.#options.clock.now();
    this.#trouble ??= { code: "STREAM_WRITE_FAILED", message: cause, since, attempts: 0 };
  }

  start(): void {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    for (let before = this.#trouble; before !== undefined; before = this.#trouble) {
      if (!signal.aborted) {
        await this.#wait(waitMs(before.attempts, this.#options.waits));
      }
      if (signal.aborted) {
        return;
      }
      try {
        await this.#options.attempt();
        this.#trouble = undefined;
      } catch (error) {
        const code = error instanceof Fault ? error.code : before.code;
        const attempts = before.attempts + 1;
        this.#trouble = { code, message: causeOf(error), since: before.since, attempts };
      }
    }
  }

  #wait(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { signal } = this.#stop;
    const done = (): void => {
      forget();
      signal.removeEventListener("abort", done);
      resolve();
    };
    const forget = this.#options.timers.after(ms, done);
    signal.addEventListener("abort", done);
    return promise;
  }
}
