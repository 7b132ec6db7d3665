/** Reads the models' folder: each file parsed, or what is wrong with it. */

import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { Fault } from "../../../base/faults.ts";
import { type ModelFile, parseModel } from "./parse.ts";

export interface ModelFolder {
  readonly files: readonly ModelFile[];
  readonly faults: ReadonlyMap<string, Fault>;
  /** Changes when any file does. */
  readonly stamp: string;
}

const FILES_MAX = 1000;
const FILE_BYTES_MAX = 1_048_576;

/** Names, sizes and times of the folder's files as one text; an unreadable folder has none. */
export async function stampOf(folder: string): Promise<string> {
  const names = await sqlFiles(folder);
  const stamps = await Promise.all(
    names.map(async (name) => {
      const found = await stat(join(folder, name)).catch(() => undefined);
      return `${name} ${found?.mtimeMs ?? 0} ${found?.size ?? 0}`;
    }),
  );
  return stamps.join("\n");
}

async function sqlFiles(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => name.endsWith(".sql"))
    .toSorted()
    .slice(0, FILES_MAX);
}

export async function readModelFolder(folder: string): Promise<ModelFolder> {
  // Taken before the files are read: a change between the two is seen as a change next time.
  const stamp = await stampOf(folder);
  const files: ModelFile[] = [];
  const faults = new Map<string, Fault>();
  for (const file of await sqlFiles(folder)) {
    const name = basename(file, ".sql");
    try {
      files.push(parseModel({ name, file, text: await readText(join(folder, file), name) }));
    } catch (thrown) {
      const fault = thrown instanceof Fault ? thrown : unreadable(name, String(thrown));
      faults.set(name, fault);
    }
  }
  return { files, faults, stamp };
}

async function readText(path: string, name: string): Promise<string> {
  const bytes = await readFile(path);
  if (bytes.length > FILE_BYTES_MAX) {
    throw unreadable(name, `the file is larger than ${FILE_BYTES_MAX} bytes`);
  }
  return bytes.toString("utf8");
}

function unreadable(model: string, cause: string): Fault {
  return new Fault("MODEL_INVALID", { model, file: `${model}.sql`, line: 1, cause });
}
