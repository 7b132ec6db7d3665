/** Makes a folder and those above it, or says why it cannot be made. */

import { mkdirSync, statSync } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

// Node's own `recursive` tries again for ever where a folder can hold none, as below `/proc`: it takes ENOENT to mean that
// the one above is missing, which it is not.

/** What keeps data is readable by its owner alone. */
export const OWNER_ONLY = 0o700;

/** `mode` is that of each folder that is made, less the process's umask. Throws what the system says. */
export function makeFolderNow(path: string, mode = 0o777, deeper = true): void {
  try {
    mkdirSync(path, { mode });
  } catch (thrown) {
    if (deeper && isAbsence(thrown)) {
      makeFolderNow(dirname(path), mode);
      makeFolderNow(path, mode, false);
    } else if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) {
      throw thrown;
    }
  }
}

/** Calls `after` with the folder above each that is there now, the topmost first. Throws what the system says. */
export async function makeFolder(
  path: string,
  after: (above: string) => Promise<void>,
  deeper = true,
): Promise<void> {
  try {
    await mkdir(path);
  } catch (thrown) {
    if (deeper && isAbsence(thrown)) {
      await makeFolder(dirname(path), after);
      await makeFolder(path, after, false);
      return;
    }
    const found = await stat(path).catch(() => undefined);
    if (found?.isDirectory() !== true) {
      throw thrown;
    }
  }
  await after(dirname(path));
}

function isAbsence(thrown: unknown): boolean {
  return thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT";
}
