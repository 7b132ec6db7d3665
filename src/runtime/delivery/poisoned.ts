/** What delivery's journal says of records that it passed over; for those who make its cuts again. */

import { existsSync } from "node:fs";
import { type PoisonedRecord, readPoisoned } from "../../stages/delivery/index.ts";

/** Records of a stream on whose transform threads ended, under one definition; none where nothing was delivered yet. */
export function poisonedRecords(
  journal: string,
  of: { readonly hash: string; readonly stream: string },
): readonly PoisonedRecord[] {
  return existsSync(journal) ? readPoisoned(journal, of) : [];
}
