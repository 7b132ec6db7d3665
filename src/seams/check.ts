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

export interface Verdict {
  /** Members the body held: `accepted.count + rejected.length`. */
  readonly count: number;
  readonly accepted: RecordBatch;
  /** Place in the request of each accepted record; undefined when none was rejected. */
  readonly members: Uint32Array | undefined;
  readonly rejected: readonly Rejection[];
}

export interface Checker {
  /** Hash of the schema, kept with every dead letter. */
  readonly schemaVersion: string;
  /**
   * Judges every record of a body. Empty lines are no records. Throws only BATCH_TOO_LONG. The verdict's views stay
   * valid until the next call.
   */
  check(body: Buffer, format: BodyFormat): Verdict;
}
