/** What is loaded and what is set aside, as an engine knows it that loads one cut at a time; whichever engine it is. */

import { assert } from "../../base/assert.ts";
import type { Manifest } from "../../seams/announce.ts";
import type { CutAside } from "../../seams/meter.ts";
import { type Loaded, type LoadTotals, totalsWith } from "./warehouse.ts";

/** What the ledger and the table of cuts set aside say. */
export interface Counted {
  readonly newest: number;
  /** Of what is loaded, by stream. */
  readonly totals: ReadonlyMap<string, LoadTotals>;
  readonly asides: ReadonlyMap<string, readonly CutAside[]>;
}

export interface Turn {
  /** The number that the load gets. */
  readonly load: number;
  /** Whether the cut was set aside before. */
  readonly late: boolean;
}

const NONE: LoadTotals = { cut: 0, records: 0, rows: 0, setAside: 0 };

export class Standing {
  readonly #count: () => Promise<Counted>;
  #newest = 0;
  #totals = new Map<string, LoadTotals>();
  #asides: ReadonlyMap<string, readonly CutAside[]> = new Map();
  #busy = false;

  constructor(count: () => Promise<Counted>) {
    this.#count = count;
  }

  get newest(): number {
    return this.#newest;
  }

  totals(stream: string): LoadTotals {
    return this.#totals.get(stream) ?? NONE;
  }

  asides(stream: string): readonly CutAside[] {
    return this.#asides.get(stream) ?? [];
  }

  async recount(): Promise<void> {
    const { newest, totals, asides } = await this.#count();
    this.#newest = newest;
    [this.#asides, this.#totals] = [asides, totalsWith(totals, asides)];
  }

  /** Undefined for a cut that is loaded already. */
  async load(
    { stream, cut, records }: Manifest,
    work: (turn: Turn) => Promise<Omit<Loaded, "load">>,
  ): Promise<Loaded | undefined> {
    assert(!this.#busy, "one load at a time keeps load numbers in the order of commits");
    const before = this.totals(stream);
    const late = this.#isAside(stream, cut);
    if (cut <= before.cut && !late) {
      return undefined;
    }
    assert(late || cut === before.cut + 1, "cuts of a stream are loaded in order");
    return await this.alone(async () => {
      const load = this.#newest + 1;
      try {
        const staged = await work({ load, late });
        if (late) {
          await this.recount();
        } else {
          this.#newest = load;
          this.#totals.set(stream, {
            cut,
            records: before.records + records,
            rows: before.rows + staged.rows,
            setAside: before.setAside + staged.setAside,
          });
        }
        return { load, ...staged };
      } catch (thrown) {
        // A commit that failed, or whose answer was lost, may yet have been kept: what the ledger says holds.
        await this.recount();
        throw thrown;
      }
    });
  }

  /** `write` takes the place of an earlier reason. */
  async setAside(stream: string, cut: number, write: () => Promise<void>): Promise<void> {
    const next = this.totals(stream).cut + 1;
    assert(this.#isAside(stream, cut) || cut === next, "only the next cut is set aside");
    await this.alone(async () => {
      try {
        await write();
      } finally {
        await this.recount();
      }
    });
  }

  /** Nothing else is loaded, set aside or put back meanwhile. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    assert(!this.#busy, "nothing else is loaded while rows are put back or a cut is set aside");
    this.#busy = true;
    try {
      return await work();
    } finally {
      this.#busy = false;
    }
  }

  #isAside(stream: string, cut: number): boolean {
    return this.asides(stream).some((aside) => aside.cut === cut);
  }
}
