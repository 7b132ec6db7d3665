/** gateway → stream. Durable when resolved; order per key; one sequence per member of the batch. */

import type { Instant } from "../base/clock.ts";

/** Records as byte ranges of one buffer, so that nothing is turned into objects on the way to disk. */
export interface RecordBatch {
  readonly count: number;
  readonly bytes: Buffer;
  /** Record i is `bytes[starts[i], ends[i])`; at least `count` long, ascending, not overlapping. */
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /**
   * 128-bit MD5 of record i's partition key as four big-endian words at 4i (managed Kinesis hashes the same way);
   * undefined when order does not matter: the stream then puts the whole batch into one shard of its choice.
   */
  readonly hashes: Uint32Array | undefined;
  /** Event ids that cannot be read from the bytes by the plan; undefined where the plan can, or the door assigns. */
  readonly ids: readonly string[] | undefined;
  /** Partition keys that cannot be read from the bytes by the plan (a Kinesis put); undefined else. */
  readonly keys: readonly string[] | undefined;
}

/**
 * Records that stand alone, as a batch: one new buffer with a line end behind each, as the log itself keeps them, so
 * that it copies them in one piece.
 */
export function toBatch(
  records: readonly (Buffer | string)[],
  known: Partial<Pick<RecordBatch, "hashes" | "ids" | "keys">> = {},
): RecordBatch {
  const count = records.length;
  const starts = new Uint32Array(count);
  const ends = new Uint32Array(count);
  const bytes = Buffer.allocUnsafe(
    records.reduce((sum, record) => sum + Buffer.byteLength(record) + 1, 0),
  );
  let at = 0;
  for (const [place, record] of records.entries()) {
    starts[place] = at;
    at += typeof record === "string" ? bytes.write(record, at) : record.copy(bytes, at);
    ends[place] = at;
    bytes[at] = LINE_FEED;
    at += 1;
  }
  const { hashes, ids, keys } = known;
  return { count, bytes, starts, ends, hashes, ids, keys };
}

const LINE_FEED = 10;

export interface Appended {
  readonly acceptedAt: Instant;
  /** Shard and sequence of record i, in the batch's order. */
  readonly shards: Uint16Array;
  readonly sequences: Float64Array;
  /** What a stream elsewhere numbers record i with, where `sequences` cannot hold it; they are 0 then. */
  readonly names?: readonly string[];
}

export interface Appender {
  /**
   * Copies the bytes before it returns, so that the caller may reuse its buffer; resolves once they are on disk.
   * All or nothing. Throws STREAM_BUSY (nothing kept, try later), STREAM_RECORD_TOO_LARGE, STREAM_WRITE_FAILED
   * (the caller must not answer 202; the bytes may or may not be found after a restart).
   */
  append(batch: RecordBatch): Promise<Appended>;
}
