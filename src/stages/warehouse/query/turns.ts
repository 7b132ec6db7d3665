/** Lets few queries run at a time; those who wait come in order, and no more of them than a bound. */

import { Fault } from "../../../base/faults.ts";

const WAITING_MAX = 64;

export class Turns {
  readonly #atOnceMax: number;
  readonly #waiting: (() => void)[] = [];
  #count = 0;
  #closed = false;

  constructor(atOnceMax: number) {
    this.#atOnceMax = atOnceMax;
  }

  /** Resolves when it is the caller's turn; rejects with the signal's reason, and with WAREHOUSE_DOWN past the bound. */
  async take(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#closed) {
      throw new Fault("WAREHOUSE_DOWN", { cause: "it is closing" });
    }
    if (this.#count < this.#atOnceMax) {
      this.#count += 1;
      return;
    }
    if (this.#waiting.length >= WAITING_MAX) {
      throw new Fault("WAREHOUSE_DOWN", { cause: `${WAITING_MAX} queries are waiting already` });
    }
    await new Promise<void>((resolve, reject) => {
      const wake = (): void => {
        signal.removeEventListener("abort", give);
        resolve();
      };
      const give = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(wake), 1);
        reject(signal.reason as Error);
      };
      signal.addEventListener("abort", give, { once: true });
      this.#waiting.push(wake);
    });
  }

  /** The turn passes to the next waiter, or is free again. */
  next(): void {
    const wake = this.#waiting.shift();
    if (wake === undefined) {
      this.#count -= 1;
    } else {
      wake();
    }
  }

  /** Nobody gets a turn any more. */
  close(): void {
    this.#closed = true;
  }
}
