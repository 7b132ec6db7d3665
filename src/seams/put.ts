/** Kinesis wire → the door of a pipeline's stream. Each record is one event with a key of its own; all durable when resolved. */

import type { Instant } from "../base/clock.ts";

/** Records that bring their partition key along, each a whole event. */
export interface KeyedRecords {
  readonly count: number;
  readonly bytes: Buffer;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** 128 bits per record that choose its shard: the key's MD5, or what the sender named in its place. */
  readonly hashes: Uint32Array;
  readonly keys: readonly string[];
}

export interface PutAbout {
  readonly caller: string;
  readonly requestId: string;
}

/** One place per record, in order. */
export interface PutAnswer {
  readonly acceptedAt: Instant;
  /** Records that passed the check; of these so many were known already and have their first receipt. */
  readonly accepted: number;
  readonly duplicates: number;
  /** Shard and sequence of record i; both 0 for one that became a dead letter. */
  readonly shards: Uint16Array;
  readonly sequences: Float64Array;
  /** When a duplicate was accepted first, 0 for every other record; undefined without duplicates. */
  readonly repeatOf: Float64Array | undefined;
  /** For a record that failed the check: its sequence among the dead letters; 0 for all others. */
  readonly letters: Float64Array | undefined;
}

/** Throws what the append seam throws. */
export type PutKeyed = (records: KeyedRecords, about: PutAbout) => Promise<PutAnswer>;
