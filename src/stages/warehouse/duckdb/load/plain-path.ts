/** A name for a local object that the engine reads as it stands. */

import { randomUUID } from "node:crypto";
import { copyFile, link, rm } from "node:fs/promises";
import { join } from "node:path";

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
