/** Proves that a local object is what its manifest says, before any of it is loaded. */

import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { copyFile, link, rm } from "node:fs/promises";
import { join } from "node:path";
import { causeOf, Fault } from "../../../../base/faults.ts";
import type { StoredPart } from "../../../../seams/announce.ts";

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

/** A path the engine reads literally; dispose removes it when it was made for that. */
export interface PlainPath extends AsyncDisposable {
  readonly path: string;
}

/** The engine takes * ? [ in a path for a pattern and knows no escape: such a file gets a plain second name. */
export async function plainPath(path: string, temporary: string | undefined): Promise<PlainPath> {
  if (temporary === undefined || !/[*?[]/.test(path)) {
    return { path, [Symbol.asyncDispose]: async () => {} };
  }
  // A load and a reader may want the same object at once: each has a name of its own.
  const plain = join(temporary, `object-${randomUUID()}`);
  await link(path, plain).catch(() => copyFile(path, plain));
  return { path: plain, [Symbol.asyncDispose]: () => rm(plain, { force: true }) };
}
