/** Ids of records as Firehose answers them: long, unique, and without a meaning. */

import { randomBytes } from "node:crypto";

const ID_BYTES = 168;

export function recordId(): string {
  return randomBytes(ID_BYTES).toString("base64");
}
