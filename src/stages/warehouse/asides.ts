/** Rows of the table of cuts that were set aside, as the seams know them; whichever engine keeps the table. Pure. */

import { toInstant } from "../../base/clock.ts";
import type { CutAside } from "../../seams/meter.ts";

/** Rows of stream, cut, object, records, code, cause, attempts and milliseconds, by stream, in the order they come. */
export function toAsides(
  rows: readonly (readonly unknown[])[],
): ReadonlyMap<string, readonly CutAside[]> {
  const all = rows.map(([stream, cut, object, records, code, cause, attempts, at]) => ({
    stream: String(stream),
    aside: {
      cut: Number(cut),
      object: String(object),
      records: Number(records),
      code: String(code),
      cause: String(cause),
      attempts: Number(attempts),
      at: toInstant(Number(at)),
    },
  }));
  const streams = Map.groupBy(all, ({ stream }) => stream);
  return new Map([...streams].map(([name, found]) => [name, found.map(({ aside }) => aside)]));
}
