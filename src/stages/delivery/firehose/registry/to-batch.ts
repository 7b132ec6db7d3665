/** Records of one request as the batch that a log takes. */

import type { RecordBatch } from "../../../../seams/append.ts";

/** One buffer, a line end behind each record, as the log itself keeps them: it is then copied in one piece. */
export function toBatch(records: readonly Buffer[]): RecordBatch {
  const count = records.length;
  const starts = new Uint32Array(count);
  const ends = new Uint32Array(count);
  const bytes = Buffer.allocUnsafe(records.reduce((sum, { length }) => sum + length + 1, 0));
  let at = 0;
  for (const [place, record] of records.entries()) {
    starts[place] = at;
    at += record.copy(bytes, at);
    ends[place] = at;
    bytes[at] = 10;
    at += 1;
  }
  return { count, bytes, starts, ends, hashes: undefined, ids: undefined, keys: undefined };
}
