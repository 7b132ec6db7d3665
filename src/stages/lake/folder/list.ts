/** Lists a folder's files in the order of their whole names, holding one directory per level in memory. */

import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { causeOf, Fault } from "../../../base/faults.ts";
import { type ObjectName, toObjectName } from "../../../base/object-name.ts";
import type { StoredObject } from "../../../seams/store.ts";

/** Objects whose name starts with `prefix` and comes after `after`. */
export async function* listFolder(
  folder: string,
  prefix: string,
  after: ObjectName | undefined,
): AsyncIterable<StoredObject> {
  const start = prefix.slice(0, prefix.lastIndexOf("/") + 1);
  if (start !== "" && toObjectName(start.slice(0, -1)) === undefined) {
    return;
  }
  for await (const name of walk(folder, start, { prefix, after: after ?? "" })) {
    const bytes = await sizeOf(join(folder, name));
    if (bytes !== undefined) {
      yield { name, bytes };
    }
  }
}

interface Wanted {
  readonly prefix: string;
  readonly after: string;
}

async function* walk(folder: string, below: string, wanted: Wanted): AsyncIterable<ObjectName> {
  for (const path of await readNames(folder, below)) {
    if (path.endsWith("/")) {
      if (mayHold(path, wanted)) {
        yield* walk(folder, path, wanted);
      }
      continue;
    }
    const name = toObjectName(path);
    if (name !== undefined && name.startsWith(wanted.prefix) && name > wanted.after) {
      yield name;
    }
  }
}

/** Whether a wanted name can begin with `path`. */
function mayHold(path: string, { prefix, after }: Wanted): boolean {
  const matches = path.startsWith(prefix) || prefix.startsWith(path);
  return matches && (path > after || after.startsWith(path));
}

/** What one directory holds, folders with a slash at their end, so that sorting them sorts whole names. */
async function readNames(folder: string, below: string): Promise<readonly string[]> {
  let entries: Dirent[];
  try {
    entries = await readdir(join(folder, below), { withFileTypes: true });
  } catch (thrown) {
    if (isAbsent(thrown)) {
      return [];
    }
    throw new Fault("LAKE_READ_FAILED", { name: below, cause: causeOf(thrown) }, thrown);
  }
  const shown = entries.filter((entry) => !entry.name.startsWith("."));
  const names = shown.map((entry) => `${below}${entry.name}${entry.isDirectory() ? "/" : ""}`);
  return names.toSorted((a, b) => (a < b ? -1 : 1));
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (thrown) {
    if (isAbsent(thrown)) {
      return undefined;
    }
    throw new Fault("LAKE_READ_FAILED", { name: path, cause: causeOf(thrown) }, thrown);
  }
}

function isAbsent(thrown: unknown): boolean {
  const { code } = thrown as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ENOTDIR";
}
