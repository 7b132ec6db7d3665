/** The newest ids of a stream in order of acceptance, each with its record's hash and place; of fixed size. */

import { assert } from "../../../base/assert.ts";
import type { Appended } from "../../../seams/append.ts";
import type { KeyedHash } from "./keyed-hash.ts";

/** What is written down of one id once its record is durable. */
export interface Receipt {
  readonly acceptedAt: number;
  readonly shard: number;
  readonly sequence: number;
}

/** Sequences count from 1: below that is what became of an entry. */
const PENDING = 0;
const DROPPED = -1;
const SLOT = 0xff_ff_ff;

/**
 * A ring of entries and an open-addressing index over it, in typed arrays: 42 bytes for each id, taken from the system
 * as they are first used. Entries are named by how many came before them, so a name is never used again. An id that
 * comes again with another record gets a new entry, and the old one is found no more.
 */
export class IdTable {
  readonly #idsMax: number;
  readonly #slotMask: number;
  readonly #indexMask: number;
  /**
   * Slot + 1 of the entry in the low 24 bits, and 8 bits of the id's hash above them, so that most of what stands in
   * the way of another id is passed without a look into memory far off; 0 is free.
   */
  readonly #index: Int32Array;
  /** Of each entry the id's hash, then the record's: two words each. */
  readonly #hashes: Int32Array;
  readonly #acceptedAt: Float64Array;
  readonly #sequences: Float64Array;
  readonly #shards: Uint16Array;
  /** The oldest entry still held, and the next one to be. */
  #first = 0;
  #next = 0;

  constructor(idsMax: number) {
    assert(idsMax >= 1 && idsMax <= 2 ** 23, "a slot fits the index's 24 bits");
    const slots = 2 ** Math.ceil(Math.log2(idsMax));
    this.#idsMax = idsMax;
    this.#slotMask = slots - 1;
    this.#indexMask = 2 * slots - 1;
    this.#index = new Int32Array(2 * slots);
    this.#hashes = new Int32Array(4 * slots);
    this.#acceptedAt = new Float64Array(slots);
    this.#sequences = new Float64Array(slots);
    this.#shards = new Uint16Array(slots);
  }

  /** Entries held, those that are found no more among them. */
  get size(): number {
    return this.#next - this.#first;
  }

  /** The name that the next entry will have. */
  get next(): number {
    return this.#next;
  }

  /** The newest entry of the id, or -1. */
  find(id: KeyedHash): number {
    const hashes = this.#hashes;
    const index = this.#index;
    const mask = this.#indexMask;
    const { low, high } = id;
    for (let at = low & mask; ; at = (at + 1) & mask) {
      const word = index[at] as number;
      if (word === 0) {
        return -1;
      }
      const slot = (word & SLOT) - 1;
      if ((word ^ high) >>> 24 === 0 && hashes[4 * slot] === low && hashes[4 * slot + 1] === high) {
        return this.#entryIn(slot);
      }
    }
  }

  /** Whether the entry's record hashes to the same. */
  isSame(entry: number, record: KeyedHash): boolean {
    const at = 4 * (entry & this.#slotMask);
    return this.#hashes[at + 2] === record.low && this.#hashes[at + 3] === record.high;
  }

  /** Adds an entry that is not durable yet in place of `before`, the id's newest or -1; takes the oldest away if need be. */
  add(id: KeyedHash, record: KeyedHash, before: number): number {
    const entry = this.#next;
    if (this.size === this.#idsMax) {
      this.evict();
    }
    const slot = entry & this.#slotMask;
    this.#hashes[4 * slot] = id.low;
    this.#hashes[4 * slot + 1] = id.high;
    this.#hashes[4 * slot + 2] = record.low;
    this.#hashes[4 * slot + 3] = record.high;
    this.#sequences[slot] = PENDING;
    this.#next += 1;
    if (before < this.#first) {
      this.#insert(slot);
    } else {
      this.#index[this.#indexOf(before & this.#slotMask)] = this.#wordOf(slot);
    }
    return entry;
  }

  /** Writes down that the entry's record is durable: number `i` of what was appended. */
  settle(entry: number, { acceptedAt, shards, sequences }: Appended, i: number): void {
    if (entry >= this.#first) {
      const slot = entry & this.#slotMask;
      this.#acceptedAt[slot] = acceptedAt;
      this.#shards[slot] = shards[i] as number;
      this.#sequences[slot] = sequences[i] as number;
    }
  }

  /** The same for the entries from `start` on, whose records were appended as one batch. */
  settleAll(start: number, { acceptedAt, shards, sequences }: Appended): void {
    const { length } = sequences;
    for (let i = Math.max(0, this.#first - start); i < length; i += 1) {
      const slot = (start + i) & this.#slotMask;
      this.#acceptedAt[slot] = acceptedAt;
      this.#shards[slot] = shards[i] as number;
      this.#sequences[slot] = sequences[i] as number;
    }
  }

  /**
   * Forgets an entry whose record was not kept; `before` is found again instead if it is still there, or -1. False
   * when the id has a newer entry already.
   */
  drop(entry: number, before: number): boolean {
    if (entry < this.#first) {
      return true;
    }
    const slot = entry & this.#slotMask;
    this.#sequences[slot] = DROPPED;
    const at = this.#indexOf(slot);
    if (at < 0) {
      return false;
    }
    if (before >= this.#first) {
      this.#index[at] = this.#wordOf(before & this.#slotMask);
    } else {
      this.#free(at);
    }
    return true;
  }

  /** Whether the entry is held still and its record was not dropped. */
  isHeld(entry: number): boolean {
    return entry >= this.#first && this.#sequences[entry & this.#slotMask] !== DROPPED;
  }

  isPending(entry: number): boolean {
    return this.#sequences[entry & this.#slotMask] === PENDING;
  }

  acceptedAt(entry: number): number {
    return this.#acceptedAt[entry & this.#slotMask] as number;
  }

  receipt(entry: number): Receipt {
    const slot = entry & this.#slotMask;
    return {
      acceptedAt: this.#acceptedAt[slot] as number,
      shard: this.#shards[slot] as number,
      sequence: this.#sequences[slot] as number,
    };
  }

  /** Takes away what was accepted before `time`, but no more than `atMost` entries: a call must not take long. */
  evictBefore(time: number, atMost: number): void {
    for (let left = atMost; left > 0 && this.#first < this.#next; left -= 1) {
      const slot = this.#first & this.#slotMask;
      const sequence = this.#sequences[slot] as number;
      if (sequence === PENDING || (sequence > 0 && (this.#acceptedAt[slot] as number) >= time)) {
        return;
      }
      this.evict();
    }
  }

  /** Takes the oldest entry away. */
  evict(): void {
    const at = this.#indexOf(this.#first & this.#slotMask);
    if (at >= 0) {
      this.#free(at);
    }
    this.#first += 1;
  }

  #entryIn(slot: number): number {
    const first = this.#first;
    return first + ((slot - first) & this.#slotMask);
  }

  #insert(slot: number): void {
    let at = (this.#hashes[4 * slot] as number) & this.#indexMask;
    while (this.#index[at] !== 0) {
      at = (at + 1) & this.#indexMask;
    }
    this.#index[at] = this.#wordOf(slot);
  }

  #wordOf(slot: number): number {
    return ((this.#hashes[4 * slot + 1] as number) & ~SLOT) | (slot + 1);
  }

  /** Where the index names the slot; -1 when it does not: a newer entry of the id took its place. */
  #indexOf(slot: number): number {
    let at = (this.#hashes[4 * slot] as number) & this.#indexMask;
    const word = this.#wordOf(slot);
    while (this.#index[at] !== word) {
      if (this.#index[at] === 0) {
        return -1;
      }
      at = (at + 1) & this.#indexMask;
    }
    return at;
  }

  /** Frees a place of the index and moves back what stands behind it only because it was taken. */
  #free(place: number): void {
    const mask = this.#indexMask;
    let hole = place;
    for (let at = (hole + 1) & mask; this.#index[at] !== 0; at = (at + 1) & mask) {
      const word = this.#index[at] as number;
      const slot = (word & SLOT) - 1;
      const home = (this.#hashes[4 * slot] as number) & mask;
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        this.#index[hole] = word;
        hole = at;
      }
    }
    this.#index[hole] = 0;
  }
}
