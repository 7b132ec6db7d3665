/** Objects as files of a folder: whole and on disk before they are visible, and never replaced. */

import { randomUUID } from "node:crypto";
import { mkdir, readFile, rm, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { causeOf, Fault, type FaultCode } from "../../../base/faults.ts";
import { type ObjectName, objectNameProblem } from "../../../base/object-name.ts";
import type { ObjectStore } from "../../../seams/store.ts";
import { syncFolder, writeFileDurably } from "./durable.ts";
import { linkIfAbsent } from "./link.ts";
import { listFolder } from "./list.ts";

/** Half-written objects; names of objects never start with a dot, so that none can be meant by it. */
const TEMPORARY = ".tmp";
/** Folders known to exist durably; forgetting one costs a few system calls. */
const KNOWN_MAX = 10_000;

export interface FolderStoreOptions {
  readonly folder: string;
  readonly writes: boolean;
}

export async function openFolderStore(options: FolderStoreOptions): Promise<ObjectStore> {
  const { folder, writes } = options;
  if (writes) {
    await failing("LAKE_WRITE_FAILED", folder, async () => {
      await rm(join(folder, TEMPORARY), { recursive: true, force: true });
      await mkdir(join(folder, TEMPORARY), { recursive: true });
    });
  }
  return new FolderStore(folder);
}

class FolderStore implements ObjectStore {
  readonly #folder: string;
  readonly #known = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async put(name: ObjectName, chunks: readonly Uint8Array[]): Promise<"stored" | "exists"> {
    const path = this.#path(name);
    return await failing("LAKE_WRITE_FAILED", name, async () => {
      const temporary = join(this.#folder, TEMPORARY, randomUUID());
      try {
        await this.#ensureFolder(dirname(path));
        await writeFileDurably(temporary, chunks);
        const outcome = await linkIfAbsent(temporary, path);
        // Also when it exists: a life that was killed between the link and this may have left it off the disk.
        await syncFolder(dirname(path));
        return outcome;
      } finally {
        await rm(temporary, { force: true });
      }
    });
  }

  async get(name: ObjectName): Promise<Buffer | undefined> {
    const path = this.#path(name);
    return await failing("LAKE_READ_FAILED", name, () => orAbsent(readFile(path)));
  }

  async fetch(name: ObjectName): Promise<{ path: string } & AsyncDisposable> {
    const path = this.#path(name);
    const found = await failing("LAKE_READ_FAILED", name, () => orAbsent(stat(path)));
    if (found === undefined || !found.isFile()) {
      throw new Fault("OBJECT_MISSING", { name });
    }
    return { path, [Symbol.asyncDispose]: async () => {} };
  }

  list(prefix: string, after?: ObjectName): ReturnType<ObjectStore["list"]> {
    return listFolder(this.#folder, prefix, after);
  }

  async remove(name: ObjectName): Promise<void> {
    const path = this.#path(name);
    await failing("LAKE_WRITE_FAILED", name, async () => {
      const removed = await orAbsent(unlink(path).then(() => true));
      if (removed === true) {
        await syncFolder(dirname(path));
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#known.clear();
  }

  #path(name: ObjectName): string {
    const cause = objectNameProblem(name);
    if (cause !== undefined) {
      throw new Fault("OBJECT_NAME_INVALID", { name, cause });
    }
    return join(this.#folder, name);
  }

  /** Makes a folder and has every folder above it on disk, up to the lake's own. */
  async #ensureFolder(path: string): Promise<void> {
    if (this.#known.has(path)) {
      return;
    }
    await mkdir(path, { recursive: true });
    for (let at = path; at.length >= this.#folder.length; at = dirname(at)) {
      await syncFolder(dirname(at));
      if (at === dirname(at)) {
        break;
      }
    }
    if (this.#known.size >= KNOWN_MAX) {
      this.#known.clear();
    }
    this.#known.add(path);
  }
}

async function failing<T>(code: FaultCode, name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw new Fault(code, { name, cause: causeOf(thrown) }, thrown);
  }
}

/** The answer, or undefined where there is no such file. */
async function orAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR") {
      return undefined;
    }
    throw thrown;
  }
}
