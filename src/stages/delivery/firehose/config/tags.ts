/** Tags of delivery streams. */

import { WireFault } from "../../../../wire/wire-fault.ts";
import type { Tag } from "../registry/entry.ts";
import { invalid } from "./refuse.ts";

const TAGS_MAX = 50;

/** The tags there are with the new ones in place of those of the same key. Throws LimitExceeded, InvalidArgument. */
export function checkTags(now: readonly Tag[], added: readonly Tag[]): readonly Tag[] {
  const keys = new Set(added.map(({ Key }) => Key));
  if (keys.size !== added.length) {
    throw invalid("Duplicate tag keys are not allowed.");
  }
  const reserved = added.find(({ Key }) => Key.toLowerCase().startsWith("aws:"));
  if (reserved !== undefined) {
    throw invalid(`Tag key ${reserved.Key} begins with aws:, which is reserved.`);
  }
  const tags = [...now.filter(({ Key }) => !keys.has(Key)), ...added];
  if (tags.length > TAGS_MAX) {
    throw new WireFault("LimitExceededException", `A Firehose has at most ${TAGS_MAX} tags.`);
  }
  return tags.toSorted((a, b) => (a.Key < b.Key ? -1 : 1));
}
