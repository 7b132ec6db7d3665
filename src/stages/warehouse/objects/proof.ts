/** Proves that a local object is what its manifest says, before any of it is loaded. */

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { causeOf, Fault } from "../../../base/faults.ts";
import type { StoredPart } from "../../../seams/announce.ts";

const READ_BYTES = 1_048_576;

/** Throws OBJECT_DAMAGED unless the file has the bytes and hash of `part`. */
export async function proveObject(path: string, part: StoredPart): Promise<void> {
  const hash = createHash("sha256");
  let bytes = 0;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES })) {
      hash.update(chunk as Buffer);
      bytes += (chunk as Buffer).length;
    }
  } catch (thrown) {
    throw new Fault("OBJECT_DAMAGED", { name: part.name, cause: causeOf(thrown) }, thrown);
  }
  if (bytes !== part.bytes) {
    const cause = `it has ${bytes} bytes instead of ${part.bytes}`;
    throw new Fault("OBJECT_DAMAGED", { name: part.name, cause });
  }
  const sha256 = hash.digest("hex");
  if (sha256 !== part.sha256) {
    const cause = `its sha256 is ${sha256} instead of ${part.sha256}`;
    throw new Fault("OBJECT_DAMAGED", { name: part.name, cause });
  }
}
