/** The bounds of the whole engine, checked against each other when this module loads. */

import { assert } from "./assert.ts";

export const LIMITS = {
  /** One event; Kinesis' default record is the same (1 MiB, service limits page, 2025-10). */
  recordBytesMax: 1_048_576,
  /** One request's body as it arrives. */
  bodyBytesMax: 16_777_216,
  /** The same body after gunzip; a small gzip body cannot blow up past this. */
  bodyInflatedBytesMax: 16_777_216,
  batchRecordsMax: 50_000,
  /** Bytes of requests read and not yet answered, over all connections. */
  inFlightBytesMax: 134_217_728,
  /** Bytes copied into a log's buffers and not yet on disk, per stream. */
  commitBytesMax: 33_554_432,
  segmentBytes: 67_108_864,
  shardsMax: 1024,
  streamsMax: 256,
  keyCharsMax: 256,
  idCharsMax: 256,
  /** An Idempotency-Key; with a colon and a place in the request it is an id. */
  idempotencyKeyCharsMax: 200,
  reasonsPerRecordMax: 10,
  queryRowsMax: 100_000,
  cutRecordsMax: 131_072,
  /** One record's transform, a function that returns at once; then its thread is ended. */
  transformMsMax: 5000,
  /** Keys of the gateway, revoked ones included. */
  keysMax: 1000,
  /** People logged in at the dashboard at once. */
  sessionsMax: 1000,
  /** Deliveries of one webhook remembered, so that none is taken twice. */
  webhookReplaysMax: 131_072,
} as const;

assert(LIMITS.recordBytesMax <= LIMITS.bodyBytesMax, "the largest record fits in a body");
assert(
  LIMITS.bodyBytesMax <= LIMITS.bodyInflatedBytesMax,
  "a plain body may be as large as inflated",
);
assert(
  LIMITS.bodyInflatedBytesMax * 2 <= LIMITS.commitBytesMax,
  "a whole body with its tables fits a commit",
);
assert(
  LIMITS.idempotencyKeyCharsMax + 1 + String(LIMITS.batchRecordsMax).length <= LIMITS.idCharsMax,
  "a key with a place is an id",
);
assert(LIMITS.commitBytesMax < LIMITS.segmentBytes, "a whole commit fits an empty segment");
assert(LIMITS.commitBytesMax * 2 <= LIMITS.inFlightBytesMax, "two commits fit in flight");
