/** Which records of a batch are repeats, and every record's receipt as it becomes known. */

import { toInstant } from "../../../base/clock.ts";
import type { Appended } from "../../../seams/append.ts";
import type { Receipt } from "./id-table.ts";

/** What became of a batch whose records have ids. */
export interface Admitted extends Appended {
  /** When each repeat was accepted first, 0 for every other record; undefined when there is no repeat. */
  readonly repeatOf: Float64Array | undefined;
  readonly repeats: number;
}

const NEW = -1;

export class Repeats {
  count = 0;
  /** The table's entry that the record repeats. */
  readonly #entries: Float64Array;
  readonly #acceptedAt: Float64Array;
  readonly #shards: Uint16Array;
  readonly #sequences: Float64Array;

  constructor(records: number) {
    this.#entries = new Float64Array(records).fill(NEW);
    this.#acceptedAt = new Float64Array(records);
    this.#shards = new Uint16Array(records);
    this.#sequences = new Float64Array(records);
  }

  /** The record at `place` repeats an entry; without a receipt it is on its way still. */
  add(place: number, entry: number, receipt: Receipt | undefined): void {
    this.count += 1;
    this.#entries[place] = entry;
    if (receipt !== undefined) {
      this.answer(place, receipt);
    }
  }

  answer(place: number, { acceptedAt, shard, sequence }: Receipt): void {
    this.#acceptedAt[place] = acceptedAt;
    this.#shards[place] = shard;
    this.#sequences[place] = sequence;
  }

  /** Places of the records that are no repeats. */
  fresh(): readonly number[] {
    return this.#places((place) => this.#entries[place] === NEW);
  }

  /** Repeats of entries before `start` that have no receipt yet. */
  waiting(start: number): readonly { readonly place: number; readonly entry: number }[] {
    const waits = this.#places((place) => this.#isOpen(place) && this.#entryAt(place) < start);
    return waits.map((place) => ({ place, entry: this.#entryAt(place) }));
  }

  /** Puts down where the records at `places` were appended. */
  place(places: readonly number[], { shards, sequences }: Appended): void {
    for (const [index, place] of places.entries()) {
      this.#shards[place] = shards[index] ?? 0;
      this.#sequences[place] = sequences[index] ?? 0;
    }
  }

  /** Answers the repeats of records of this very batch, whose entries are those from `start` on. */
  placeOwn(start: number, { acceptedAt, shards, sequences }: Appended): void {
    for (const place of this.#places((one) => this.#isOpen(one) && this.#entryAt(one) >= start)) {
      const index = this.#entryAt(place) - start;
      this.answer(place, {
        acceptedAt,
        shard: shards[index] ?? 0,
        sequence: sequences[index] ?? 0,
      });
    }
  }

  /** What the records at `places` repeat was not kept, and they went in themselves, if nobody else did meanwhile. */
  retract(places: readonly number[], again: Admitted): void {
    this.place(places, again);
    for (const [index, place] of places.entries()) {
      this.#acceptedAt[place] = again.repeatOf?.[index] ?? 0;
      this.count -= this.#acceptedAt[place] === 0 ? 1 : 0;
    }
  }

  /** All receipts; `acceptedAt` is that of the records that are new, if any are. */
  admitted(acceptedAt: number | undefined): Admitted {
    const newest = this.#acceptedAt.reduce((a, b) => Math.max(a, b), 0);
    return {
      acceptedAt: toInstant(acceptedAt ?? newest),
      shards: this.#shards,
      sequences: this.#sequences,
      repeatOf: this.count === 0 ? undefined : this.#acceptedAt,
      repeats: this.count,
    };
  }

  #isOpen(place: number): boolean {
    return this.#entryAt(place) !== NEW && this.#sequences[place] === 0;
  }

  #entryAt(place: number): number {
    return this.#entries[place] ?? NEW;
  }

  #places(isOne: (place: number) => boolean): readonly number[] {
    const places: number[] = [];
    for (let place = 0; place < this.#entries.length; place += 1) {
      if (isOne(place)) {
        places.push(place);
      }
    }
    return places;
  }
}
