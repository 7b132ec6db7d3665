/** gateway → check. Splits a body into records and judges each; never fails a good record for a bad neighbour. */

import type { Reason } from "../base/dead-letter.ts";
import type { RecordBatch } from "./append.ts";

export type BodyFormat = "json" | "ndjson" | "csv";

/** A record that was set aside; `raw` is a view of its bytes as they came. */
export interface Rejection {
  /** Place in the request, from 0. */
  readonly member: number;
  readonly raw: Buffer;
  readonly reasons: readonly [Reason, ...Reason[]];
}

/** Event ids as one text: id i is `bytes[ends[i - 1], ends[i])`, the first from 0 on. */
export interface IdTexts {
  readonly bytes: Buffer;
  readonly ends: Uint32Array;
}

/** Record i is `bytes[starts[i], ends[i])`. */
export interface RecordRanges {
  readonly count: number;
  readonly bytes: Buffer;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

export interface Verdict {
  /** Members the body held: `accepted.count + rejected.length`. */
  readonly count: number;
  readonly accepted: RecordBatch;
  /** Place in the request of each accepted record; undefined when none was rejected. */
  readonly members: Uint32Array | undefined;
  readonly rejected: readonly Rejection[];
  /** The id that the definition names of each accepted record; undefined where it names none. */
  readonly ids: IdTexts | undefined;
}

export interface Checker {
  /** Hash of the schema, kept with every dead letter. */
  readonly schemaVersion: string;
  /**
   * Judges every record of a body. Empty lines are no records. Throws BATCH_TOO_LONG, and BODY_TOO_LARGE for
   * CSV that outgrows a body when it becomes JSON. The verdict's views stay valid until the next call; records that
   * were written over several lines have then been brought onto one in the body itself.
   */
  check(body: Buffer, format: BodyFormat): Verdict;
  /** Judges records whose ends are known, each one JSON object; white space around one is not part of it. */
  checkRecords(records: RecordRanges): Verdict;
}
