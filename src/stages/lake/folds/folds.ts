/** Finds a cut's manifest in the fold of its run; the folds read last stay in memory, so that cuts in a row cost one read. */

import type { ObjectName } from "../../../base/object-name.ts";
import type { ObjectStore } from "../../../seams/store.ts";
import { type Fold, foldName, type FoldLimits, fromFoldBytes, type Run, runOf } from "./fold.ts";

/** Some 100 KiB each as cuts usually are, and 4 MiB at most. */
const FOLDS_MAX = 4;

export interface Folded {
  readonly fold: ObjectName;
  readonly text: string;
}

export class Folds {
  readonly #store: ObjectStore;
  readonly #limits: FoldLimits;
  /** In the order of their last use. A fold never changes; that there is none is not kept, since one may come. */
  readonly #kept = new Map<ObjectName, Fold>();

  constructor(store: ObjectStore, limits: FoldLimits) {
    this.#store = store;
    this.#limits = limits;
  }

  /** What is in memory, without a look at the lake. */
  recall(stream: string, cut: number): Folded | undefined {
    const run = runOf(stream, cut, this.#limits);
    const name = foldName(run);
    const fold = this.#kept.get(name);
    return fold && this.#take(name, fold, cut);
  }

  /**
   * A fold is there before the manifests in it go: who has not found one by itself looks here next, and never the other
   * way round. Throws OBJECT_DAMAGED, DATA_NEWER, LAKE_READ_FAILED.
   */
  async find(stream: string, cut: number): Promise<Folded | undefined> {
    const run = runOf(stream, cut, this.#limits);
    const name = foldName(run);
    const fold = this.#kept.get(name) ?? (await readFold(this.#store, run));
    return fold && this.#take(name, fold, cut);
  }

  /** Whether the cut's run is folded: then it was announced, also where the fold is damaged. */
  async covers(stream: string, cut: number): Promise<boolean> {
    const name = foldName(runOf(stream, cut, this.#limits));
    return this.#kept.has(name) || (await this.#store.get(name)) !== undefined;
  }

  #take(fold: ObjectName, { from, texts, ...run }: Fold, cut: number): Folded | undefined {
    this.#kept.delete(fold);
    this.#kept.set(fold, { from, texts, ...run });
    const oldest = this.#kept.keys().next().value;
    if (this.#kept.size > FOLDS_MAX && oldest !== undefined) {
      this.#kept.delete(oldest);
    }
    const text = texts[cut - from];
    return text === undefined ? undefined : { fold, text };
  }
}

export async function readFold(store: ObjectStore, run: Run): Promise<Fold | undefined> {
  const bytes = await store.get(foldName(run));
  return bytes && fromFoldBytes(bytes, run);
}
