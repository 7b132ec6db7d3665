/** Objects as local files for readers that come back: one that was brought is kept for a while, a few at most. */

import type { ObjectName } from "../../base/object-name.ts";
import { systemTimers, type Timers } from "../../base/timers.ts";
import type { LocalObject, ObjectStore } from "../../seams/store.ts";

export interface LenderOptions {
  readonly store: Pick<ObjectStore, "fetch">;
  /** Objects kept at most while nobody reads them; 0 where fetching costs nothing. */
  readonly keptMax: number;
  readonly keptMs: number;
  readonly timers?: Timers;
}

interface Kept {
  readonly object: Promise<LocalObject>;
  readers: number;
  /** Takes back that it is forgotten soon. */
  stay: () => void;
}

export class Lender implements AsyncDisposable {
  readonly #options: LenderOptions;
  readonly #timers: Timers;
  /** In the order of their last use. */
  readonly #kept = new Map<ObjectName, Kept>();
  readonly #going = new Set<Promise<void>>();

  constructor(options: LenderOptions) {
    this.#options = options;
    this.#timers = options.timers ?? systemTimers;
  }

  /** Whoever lends gives back by disposing. Readers of one object share one file. Throws as a store's `fetch`. */
  async lend(name: ObjectName): Promise<LocalObject> {
    const kept = this.#kept.get(name) ?? this.#fetch(name);
    this.#kept.delete(name);
    this.#kept.set(name, kept);
    kept.stay();
    kept.readers += 1;
    let held = true;
    const giveBack = async (): Promise<void> => {
      kept.readers -= held ? 1 : 0;
      held = false;
      if (kept.readers === 0 && this.#kept.get(name) === kept) {
        this.#rest(name, kept);
      }
    };
    try {
      const { path } = await kept.object;
      return { path, [Symbol.asyncDispose]: giveBack };
    } catch (thrown) {
      this.#kept.delete(name);
      throw thrown;
    }
  }

  #fetch(name: ObjectName): Kept {
    return { object: this.#options.store.fetch(name), readers: 0, stay: () => {} };
  }

  /** Nobody reads it: it waits a while for the next reader, unless too many wait. */
  #rest(name: ObjectName, kept: Kept): void {
    const { keptMax, keptMs } = this.#options;
    kept.stay = this.#timers.after(keptMs, () => this.#forget(name, kept));
    const resting = [...this.#kept].filter(([, { readers }]) => readers === 0);
    for (const [oldest, one] of resting.slice(0, Math.max(0, resting.length - keptMax))) {
      this.#forget(oldest, one);
    }
  }

  #forget(name: ObjectName, kept: Kept): void {
    kept.stay();
    this.#kept.delete(name);
    const gone = kept.object
      .then((object) => object[Symbol.asyncDispose]())
      .catch(() => {
        // Who sweeps the folder of lent files takes what could not be deleted now.
      })
      .finally(() => this.#going.delete(gone));
    this.#going.add(gone);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const [name, kept] of this.#kept) {
      this.#forget(name, kept);
    }
    await Promise.all(this.#going);
  }
}
