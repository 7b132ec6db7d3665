/** Lists a folder's files in the order of their whole names, holding one directory per level in memory. */

import { join } from "node:path";
import type { Disk, DiskEntry } from "../../../base/disk.ts";
import { causeOf, Fault } from "../../../base/faults.ts";
import { type ObjectName, toObjectName } from "../../../base/object-name.ts";
import type { StoredObject } from "../../../seams/store.ts";

/** Objects whose name starts with `prefix` and comes after `after`. */
export async function* listFolder(
  { disk, folder }: Place,
  prefix: string,
  after: ObjectName | undefined,
): AsyncIterable<StoredObject> {
  const start = prefix.slice(0, prefix.lastIndexOf("/") + 1);
  if (start !== "" && toObjectName(start.slice(0, -1)) === undefined) {
    return;
  }
  for await (const name of walk({ disk, folder }, start, { prefix, after: after ?? "" })) {
    const bytes = await sizeOf(disk, join(folder, name));
    if (bytes !== undefined) {
      yield { name, bytes };
    }
  }
}

export interface Place {
  readonly disk: Disk;
  readonly folder: string;
}

interface Wanted {
  readonly prefix: string;
  readonly after: string;
}

async function* walk(place: Place, below: string, wanted: Wanted): AsyncIterable<ObjectName> {
  for (const path of await readNames(place, below)) {
    if (path.endsWith("/")) {
      if (mayHold(path, wanted)) {
        yield* walk(place, path, wanted);
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
async function readNames({ disk, folder }: Place, below: string): Promise<readonly string[]> {
  let entries: readonly DiskEntry[];
  try {
    entries = await disk.list(join(folder, below));
  } catch (thrown) {
    throw new Fault("LAKE_READ_FAILED", { name: below, cause: causeOf(thrown) }, thrown);
  }
  const shown = entries.filter((entry) => !entry.name.startsWith("."));
  const names = shown.map((entry) => `${below}${entry.name}${entry.kind === "folder" ? "/" : ""}`);
  return names.toSorted((a, b) => (a < b ? -1 : 1));
}

async function sizeOf(disk: Disk, path: string): Promise<number | undefined> {
  try {
    return (await disk.stat(path))?.bytes;
  } catch (thrown) {
    throw new Fault("LAKE_READ_FAILED", { name: path, cause: causeOf(thrown) }, thrown);
  }
}
