/** sources → gateway's heart. Checks and appends a body; durable, accepted or set aside, when resolved. */

import type { Instant } from "../base/clock.ts";
import type { Reason } from "../base/dead-letter.ts";
import type { BodyFormat } from "./check.ts";

export interface IngestRequest {
  readonly stream: string;
  readonly body: Buffer;
  readonly format: BodyFormat;
  /** Address of the client or name of the source; kept with dead letters. */
  readonly caller: string;
  readonly requestId: string;
  /** Whether `Answer.ids` is wanted; leaving it out saves work on large batches. */
  readonly wantIds: boolean;
  /** The client's own key for this request: with their places in it, its records' ids where the stream names none. */
  readonly idempotencyKey?: string | undefined;
  /** The place that the first record has under the key, where the body is a piece of something longer; else 0. */
  readonly firstPlace?: number | undefined;
  /** Where a member comes from, more exactly than `caller`: kept with its dead letter in the caller's place. */
  readonly origin?: ((member: number) => string) | undefined;
}

export interface SetAside {
  readonly member: number;
  /** Id of the dead letter. */
  readonly id: string;
  readonly reasons: readonly Reason[];
}

/** Where each accepted record is kept. */
export interface Receipts {
  readonly shards: Uint16Array;
  readonly sequences: Float64Array;
  readonly names?: readonly string[];
  /** When a duplicate was accepted first, 0 for every other record; undefined without duplicates. */
  readonly repeatOf: Float64Array | undefined;
}

export interface Answer {
  readonly count: number;
  readonly accepted: number;
  /** So many of the accepted were known already: they have their first receipt and were not appended again. */
  readonly duplicates: number;
  readonly acceptedAt: Instant;
  /** Receipts of the accepted records, in order; undefined when there are none. */
  readonly receipts: Receipts | undefined;
  readonly rejected: readonly SetAside[];
  /** Id per accepted record, in order, when wanted; `members` gives their places when some were rejected. */
  readonly ids: readonly string[] | undefined;
  readonly members: Uint32Array | undefined;
}

export interface Ingest {
  /** Throws STREAM_UNKNOWN, BATCH_TOO_LONG, BODY_EMPTY and what the append seam throws. */
  accept(request: IngestRequest): Promise<Answer>;
}
