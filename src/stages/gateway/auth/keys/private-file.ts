/** A file of this user alone that is replaced whole or not at all: keys, and what was used of them. */

import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { causeOf, Fault } from "../../../../base/faults.ts";

const BYTES_MAX = 16 * 1_048_576;

/** The JSON of the file; undefined when there is none. Throws KEYS_UNREADABLE, also when others may write it. */
export function readPrivate(path: string): unknown {
  if (!existsSync(path)) {
    return undefined;
  }
  try {
    const { mode, uid, size } = statSync(path);
    const own = process.getuid?.() ?? uid;
    if (own !== uid && own !== 0) {
      throw new Fault("KEYS_UNREADABLE", { path, cause: "the file belongs to another user" });
    }
    if ((mode & 0o077) !== 0 && process.platform !== "win32") {
      throw new Fault("KEYS_UNREADABLE", {
        path,
        cause: "others may open it; its mode must be 600",
      });
    }
    if (size > BYTES_MAX) {
      throw new Fault("KEYS_UNREADABLE", { path, cause: "the file is too large" });
    }
    return JSON.parse(readFileSync(path, "utf8")) as unknown;
  } catch (thrown) {
    throw thrown instanceof Fault
      ? thrown
      : new Fault("KEYS_UNREADABLE", { path, cause: causeOf(thrown) }, thrown);
  }
}

/** On disk, whole, when it returns. Throws KEYS_UNREADABLE when it cannot be written; the file is then as before. */
export function writePrivate(path: string, value: unknown): void {
  const beside = `${path}.new`;
  try {
    rmSync(beside, { force: true });
    // "wx" makes the file anew: nobody can have put one there with another mode, or a link.
    const file = openSync(beside, "wx", 0o600);
    try {
      // All of it: a nearly full disk takes a part and says how much, and a part must not replace the whole.
      writeFileSync(file, `${JSON.stringify(value, undefined, 2)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(beside, path);
    syncFolder(dirname(path));
  } catch (thrown) {
    throw new Fault("KEYS_UNREADABLE", { path, cause: causeOf(thrown) }, thrown);
  }
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
