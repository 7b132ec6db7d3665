/** What a file is cut into on its way: batches of whole records, and what could not be sent. */

import { LIMITS } from "../base/limits.ts";
import { assert } from "../base/assert.ts";

export type FileFormat = "csv" | "json" | "ndjson";

export interface Batch {
  readonly body: Buffer;
  readonly type: "text/csv" | "application/json" | "application/x-ndjson";
  readonly records: number;
  /** Number of its first record in the file, from 1. */
  readonly first: number;
}

export interface Splitter {
  /** Batches that are full now. The chunk is copied. */
  push(chunk: Buffer): Batch[];
  /** Every whole record so far, without waiting for a full batch; reading may go on. */
  flush(): Batch[];
  /** What is left once the file is over, with a last record that lacks its end. */
  end(): Batch[];
  /** Records found so far, and those among them too long to be sent. */
  readonly records: number;
  readonly tooLong: { readonly count: number; readonly first: number };
  /** Something about the file as a whole that its owner should know. */
  readonly note: string | undefined;
}

export interface SplitLimits {
  /** A batch is sent when it holds this much. */
  readonly batchBytes: number;
  readonly batchRecordsMax: number;
  /** A longer record is not sent; between LIMITS.recordBytesMax and this the pipeline sets it aside. */
  readonly recordBytesMax: number;
  /** A quoted CSV field that spans lines for longer than this has lost its closing quote. */
  readonly quotedBytesMax: number;
  /** A CSV file's header line goes with each batch. */
  readonly headerBytesMax: number;
}

export const SPLIT_LIMITS: SplitLimits = {
  batchBytes: 524_288,
  batchRecordsMax: 5000,
  recordBytesMax: 8_388_608,
  quotedBytesMax: LIMITS.recordBytesMax,
  headerBytesMax: 1_048_576,
};

assert(
  SPLIT_LIMITS.batchRecordsMax <= LIMITS.batchRecordsMax,
  "a batch of the sender is one the gateway takes",
);
assert(
  SPLIT_LIMITS.headerBytesMax + SPLIT_LIMITS.recordBytesMax + SPLIT_LIMITS.batchBytes <
    LIMITS.bodyBytesMax,
  "a batch with the longest record is one the gateway takes",
);
