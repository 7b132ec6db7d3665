/** Writes a new project's files: all of them, or none; never over a file that is there. */

import { lstatSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeFolderNow } from "../../base/make-folder.ts";
import { Fault, toFault } from "../../base/faults.ts";
import type { Files } from "./project.ts";

export function writeProject(folder: string, files: Files): void {
  const written: string[] = [];
  try {
    const taken = [...files.keys()].filter((path) => exists(join(folder, path)));
    if (taken.length > 0) {
      throw new Fault("PROJECT_EXISTS", { folder, files: taken.join(", ") });
    }
    for (const [path, text] of files) {
      const file = join(folder, path);
      makeFolderNow(dirname(file));
      // Somebody else may have made the file a moment ago; that one stays.
      writeFileSync(file, text, { flag: "wx" });
      written.push(file);
    }
  } catch (thrown) {
    for (const file of written) {
      rmSync(file, { force: true });
    }
    throw toFault(thrown, "OUTPUT_FAILED");
  }
}

/** A link that leads nowhere is there too. */
function exists(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
}
