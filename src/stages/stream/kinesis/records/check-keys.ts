/** Partition keys may be left out only where a stream spreads its records by itself. */

import { validation } from "../../../../wire/wire-fault.ts";
import type { LiveStream } from "../catalog/live-stream.ts";
import { missingKey, type RawEntry } from "./put.ts";

/** Throws ValidationException, also for a stream that is not there: a request is judged before it is looked up. */
export function checkKeys(
  stream: LiveStream | undefined,
  entries: readonly RawEntry[],
  pathOf: (index: number) => string,
): void {
  const missing = entries.findIndex(({ PartitionKey }) => PartitionKey === undefined);
  if (missing >= 0 && stream?.facts.spread !== "AUTO") {
    throw validation(missingKey(pathOf(missing)));
  }
}
