/** Objects as files of a folder: whole and on disk before they are visible, and never replaced. */

import { randomUUID } from "node:crypto";
import { dirname, join } from "node:path";
import type { Disk } from "../../../base/disk.ts";
import { causeOf, Fault, type FaultCode } from "../../../base/faults.ts";
import { nodeDisk } from "../../../base/node-disk.ts";
import { type ObjectName, objectNameProblem } from "../../../base/object-name.ts";
import type { ObjectStore, StagedObject } from "../../../seams/store.ts";
import { linkIfAbsent } from "./link.ts";
import { listFolder } from "./list.ts";

/** Half-written objects; names of objects never start with a dot, so that none can be meant by it. */
export const TEMPORARY = ".tmp";
/** A folder that another process removes as empty is made again; more often than this is no coincidence. */
const FOLDER_TRIES_MAX = 20;
/** Folders known to exist durably; forgetting one costs a few system calls. */
const KNOWN_MAX = 10_000;

export interface FolderStoreOptions {
  readonly folder: string;
  readonly writes: boolean;
  readonly disk?: Disk;
  /** Names for half-written objects, each given once. */
  readonly uuid?: () => string;
}

export async function openFolderStore(options: FolderStoreOptions): Promise<ObjectStore> {
  const { folder, writes, disk = nodeDisk, uuid = randomUUID } = options;
  if (writes) {
    await failing("LAKE_WRITE_FAILED", folder, async () => {
      await disk.removeFolder(join(folder, TEMPORARY));
      await disk.makeFolder(join(folder, TEMPORARY));
    });
  }
  return new FolderStore({ folder, disk, uuid });
}

class FolderStore implements ObjectStore {
  readonly #folder: string;
  readonly #disk: Disk;
  readonly #uuid: () => string;
  readonly #known = new Set<string>();

  constructor({ folder, disk, uuid }: Required<Omit<FolderStoreOptions, "writes">>) {
    this.#folder = folder;
    this.#disk = disk;
    this.#uuid = uuid;
  }

  async put(name: ObjectName, chunks: readonly Uint8Array[]): Promise<"stored" | "exists"> {
    await using staged = await this.stage(name, chunks);
    return await staged.publish();
  }

  async stage(name: ObjectName, chunks: readonly Uint8Array[]): Promise<StagedObject> {
    const path = this.#path(name);
    const temporary = join(this.#folder, TEMPORARY, this.#uuid());
    const drop = async (): Promise<void> => {
      await failing("LAKE_WRITE_FAILED", name, () => this.#disk.remove(temporary));
    };
    await failing("LAKE_WRITE_FAILED", name, async () => {
      try {
        await this.#inFolder(dirname(path), () => Promise.resolve());
        await this.#disk.writeFile(temporary, chunks);
      } catch (thrown) {
        await drop();
        throw thrown;
      }
    });
    const give = async (): Promise<"stored" | "exists"> => {
      const outcome = await linkIfAbsent(this.#disk, temporary, path);
      // Also when it exists: a life that was killed between the link and this may have left it off the disk.
      await this.#disk.syncFolder(dirname(path));
      return outcome;
    };
    const publish = (): Promise<"stored" | "exists"> => this.#inFolder(dirname(path), give);
    return {
      publish: () => failing("LAKE_WRITE_FAILED", name, publish),
      [Symbol.asyncDispose]: drop,
    };
  }

  async get(name: ObjectName): Promise<Buffer | undefined> {
    const path = this.#path(name);
    return await failing("LAKE_READ_FAILED", name, () => this.#disk.readFile(path));
  }

  async slice(name: ObjectName, at: number, bytes: number): Promise<Buffer | undefined> {
    const path = this.#path(name);
    return await failing("LAKE_READ_FAILED", name, async () => {
      const file = await this.#disk.openForReading(path);
      if (file === undefined) {
        return undefined;
      }
      try {
        const buffer = Buffer.allocUnsafe(bytes);
        const got = await file.read(buffer, { from: 0, to: bytes }, at);
        return buffer.subarray(0, got);
      } finally {
        await file.close();
      }
    });
  }

  async fetch(name: ObjectName): Promise<{ path: string } & AsyncDisposable> {
    const path = this.#path(name);
    const found = await failing("LAKE_READ_FAILED", name, () => this.#disk.stat(path));
    if (found?.kind !== "file") {
      throw new Fault("OBJECT_MISSING", { name });
    }
    return { path, [Symbol.asyncDispose]: async () => {} };
  }

  list(prefix: string, after?: ObjectName): ReturnType<ObjectStore["list"]> {
    return listFolder({ disk: this.#disk, folder: this.#folder }, prefix, after);
  }

  async remove(name: ObjectName): Promise<void> {
    const path = this.#path(name);
    await failing("LAKE_WRITE_FAILED", name, async () => {
      if (await this.#disk.remove(path)) {
        await this.#syncAbove(path);
        await this.#removeEmpty(dirname(path));
      }
    });
  }

  /** Has a removal on disk. A folder that another remover took away as empty meanwhile is gone from the one above it. */
  async #syncAbove(path: string): Promise<void> {
    for (let at = dirname(path); ; at = dirname(at)) {
      try {
        return await this.#disk.syncFolder(at);
      } catch (thrown) {
        const gone = (thrown as NodeJS.ErrnoException).code === "ENOENT";
        if (!gone || at.length <= this.#folder.length) {
          throw thrown;
        }
      }
    }
  }

  /** Folders of an hour or a day whose last object went. Whoever puts one there meanwhile makes them again. */
  async #removeEmpty(path: string): Promise<void> {
    for (let at = path; at.length > this.#folder.length; at = dirname(at)) {
      this.#known.delete(at);
      // One that cannot be removed is no harm: what was asked for, the object's end, is done.
      if (!(await this.#disk.removeEmptyFolder(at).catch(() => false))) {
        return;
      }
    }
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

  /** Does what needs a folder; again, where it was removed as empty between its making and its use. */
  async #inFolder<T>(path: string, work: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        await this.#ensureFolder(path);
        return await work();
      } catch (thrown) {
        if ((thrown as NodeJS.ErrnoException).code !== "ENOENT" || tries >= FOLDER_TRIES_MAX) {
          throw thrown;
        }
        this.#known.delete(path);
      }
    }
  }

  /** Makes a folder and has every folder above it on disk, up to the lake's own. */
  async #ensureFolder(path: string): Promise<void> {
    if (this.#known.has(path)) {
      return;
    }
    await this.#disk.makeFolder(path);
    for (let at = path; at.length >= this.#folder.length; at = dirname(at)) {
      await this.#disk.syncFolder(dirname(at));
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
