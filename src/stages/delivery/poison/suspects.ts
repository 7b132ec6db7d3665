/** From the marks that dead threads left to the records that are set aside: two deaths on one record in a row. Pure. */

import type { MarkedRecord } from "./mark.ts";

/** One death may be the machine's doing: a stall, a memory that another stream filled. */
const DEATHS = 2;

export class Suspects {
  #record: MarkedRecord | undefined;
  #deaths = 0;

  /** A thread ended with that mark; whether the record is the cause. */
  note(record: MarkedRecord | undefined): boolean {
    if (record === undefined) {
      return false;
    }
    this.#deaths = isSame(record, this.#record) ? this.#deaths + 1 : 1;
    this.#record = record;
    return this.#deaths >= DEATHS;
  }
}

export function isSame(a: MarkedRecord, b: MarkedRecord | undefined): boolean {
  return a.stream === b?.stream && a.shard === b.shard && a.sequence === b.sequence;
}
