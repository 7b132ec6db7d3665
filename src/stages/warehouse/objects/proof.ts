/** Proves that a local object is what its manifest says, before any of it is loaded. */

import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { causeOf, Fault } from "../../../base/faults.ts";
import type { StoredPart } from "../../../seams/announce.ts";

const READ_BYTES = 1_048_576;

/** Throws OBJECT_DAMAGED unless the file has the bytes and hash of `part`. */
export async function proveObject(path: string, part: StoredPart): Promise<void> {
  const hash = createHash("sha256");
  let bytes = 0;
  try {
    await using file = await open(path);
    // One buffer for all: of a stream each chunk is another, and to collect them costs more than to hash them.
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    for (let read = -1; read !== 0; bytes += read) {
      ({ bytesRead: read } = await file.read(buffer, 0, READ_BYTES));
      hash.update(buffer.subarray(0, read));
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
