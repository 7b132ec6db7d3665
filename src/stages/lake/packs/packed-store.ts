/** A store in which objects that were put together still have their own names, bytes and sizes. */

import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Disk } from "../../../base/disk.ts";
import { causeOf, Fault } from "../../../base/faults.ts";
import type { ObjectName } from "../../../base/object-name.ts";
import type {
  LocalObject,
  ObjectHeaders,
  ObjectStore,
  StagedObject,
  StoredObject,
} from "../../../seams/store.ts";
import { stageOrHold } from "../stage.ts";
import { folderOf } from "./pack-index.ts";
import type { Held, Shelf } from "./shelf.ts";

export interface PackedOptions {
  readonly inner: ObjectStore;
  readonly shelf: Shelf;
  readonly disk: Disk;
  /** Where copies of packed objects are laid for those who need a file; whoever owns the lake clears it away. */
  readonly temporary: string;
}

/** An object of its own goes before the same one in a pack: so an object that was made again takes effect. */
export function openPackedStore(options: PackedOptions): ObjectStore {
  return new PackedStore(options);
}

class PackedStore implements ObjectStore {
  readonly #inner: ObjectStore;
  readonly #shelf: Shelf;
  readonly #disk: Disk;
  readonly #temporary: string;

  constructor({ inner, shelf, disk, temporary }: PackedOptions) {
    this.#disk = disk;
    this.#inner = inner;
    this.#shelf = shelf;
    this.#temporary = temporary;
  }

  put(
    name: ObjectName,
    chunks: readonly Uint8Array[],
    headers?: ObjectHeaders,
  ): Promise<"stored" | "exists"> {
    return this.#inner.put(name, chunks, headers);
  }

  async stage(name: ObjectName, chunks: readonly Uint8Array[]): Promise<StagedObject> {
    return await stageOrHold(this.#inner, name, chunks);
  }

  async get(name: ObjectName): Promise<Buffer | undefined> {
    const own = await this.#inner.get(name);
    if (own !== undefined) {
      return own;
    }
    const held = await this.#shelf.find(name);
    return held === undefined ? undefined : await this.#cutOut(held);
  }

  async fetch(name: ObjectName): Promise<LocalObject> {
    try {
      return await this.#inner.fetch(name);
    } catch (thrown) {
      const held = isMissing(thrown) ? await this.#shelf.find(name) : undefined;
      const bytes = held && (await this.#cutOut(held));
      if (bytes === undefined) {
        throw thrown;
      }
      return await this.#layOut(name, bytes);
    }
  }

  async *list(prefix: string, after?: ObjectName): AsyncIterable<StoredObject> {
    const packed = await this.#packedUnder(prefix, after);
    let next = 0;
    for await (const own of this.#inner.list(prefix, after)) {
      for (; (packed[next]?.name ?? own.name) < own.name; next += 1) {
        yield packed[next] as StoredObject;
      }
      if (packed[next]?.name === own.name) {
        next += 1;
      }
      yield own;
    }
    yield* packed.slice(next);
  }

  remove(name: ObjectName): Promise<void> {
    return this.#inner.remove(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inner[Symbol.asyncDispose]();
  }

  /** The member's own bytes; fewer where the pack was cut short, undefined where it is gone. */
  async #cutOut({ pack, member }: Held): Promise<Buffer | undefined> {
    const head = await sliceOf(this.#inner, pack.name, { at: 0, bytes: pack.head });
    const at = { at: member.at, bytes: member.bytes - pack.head };
    const body = await sliceOf(this.#inner, pack.name, at);
    return head && body && Buffer.concat([head, body]);
  }

  async #layOut(name: ObjectName, bytes: Buffer): Promise<LocalObject> {
    // Whoever clears the folder away tells by the process whose files are still in use.
    const path = join(this.#temporary, `${process.pid}-${randomUUID()}`);
    try {
      await this.#disk.makeFolder(this.#temporary);
      await this.#disk.writeFile(path, [bytes]);
    } catch (thrown) {
      await this.#disk.remove(path);
      throw new Fault("LAKE_READ_FAILED", { name, cause: causeOf(thrown) }, thrown);
    }
    return {
      path,
      [Symbol.asyncDispose]: async () => {
        await this.#disk.remove(path);
      },
    };
  }

  /** Sorted by name; as many as the folders below the prefix have. */
  async #packedUnder(prefix: string, after: ObjectName | undefined): Promise<StoredObject[]> {
    const found = new Map<ObjectName, number>();
    for await (const folder of this.#shelf.folders(folderOf(prefix))) {
      const { indexes } = await this.#shelf.look(folder);
      for (const { name: packName, head, members } of indexes.values()) {
        const size = await sizeOf(this.#inner, packName);
        const wanted = members.filter(
          ({ name }) => size !== undefined && name.startsWith(prefix) && name > (after ?? ""),
        );
        for (const { name, at, bytes } of wanted) {
          found.set(name, Math.max(0, Math.min(bytes, (size ?? 0) - at + head)));
        }
      }
    }
    const all = [...found].map(([name, bytes]) => ({ name, bytes }));
    return all.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }
}

async function sizeOf(store: ObjectStore, name: ObjectName): Promise<number | undefined> {
  for await (const one of store.list(name)) {
    if (one.name === name) {
      return one.bytes;
    }
  }
  return undefined;
}

async function sliceOf(
  store: ObjectStore,
  name: ObjectName,
  { at, bytes }: { readonly at: number; readonly bytes: number },
): Promise<Buffer | undefined> {
  return store.slice === undefined
    ? (await store.get(name))?.subarray(at, at + bytes)
    : await store.slice(name, at, bytes);
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Fault && thrown.code === "OBJECT_MISSING";
}
