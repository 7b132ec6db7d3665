/** An object store in memory, for tests: the same promises, no disk. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Fault } from "../../base/faults.ts";
import { type ObjectName, objectNameProblem } from "../../base/object-name.ts";
import type { LocalObject, ObjectStore, StoredObject } from "../../seams/store.ts";

export function openMemoryStore(): ObjectStore {
  return new MemoryStore();
}

class MemoryStore implements ObjectStore {
  readonly #objects = new Map<string, Buffer>();

  async put(name: ObjectName, chunks: readonly Uint8Array[]): Promise<"stored" | "exists"> {
    prove(name);
    if (this.#objects.has(name)) {
      return "exists";
    }
    this.#objects.set(name, Buffer.concat(chunks));
    return "stored";
  }

  async get(name: ObjectName): Promise<Buffer | undefined> {
    const found = this.#objects.get(prove(name));
    return found === undefined ? undefined : Buffer.from(found);
  }

  async fetch(name: ObjectName): Promise<LocalObject> {
    const found = this.#objects.get(prove(name));
    if (found === undefined) {
      throw new Fault("OBJECT_MISSING", { name });
    }
    const folder = await mkdtemp(join(tmpdir(), "millrace-object-"));
    const path = join(folder, "object");
    await writeFile(path, found);
    return {
      path,
      [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
    };
  }

  async *list(prefix: string, after?: ObjectName): AsyncIterable<StoredObject> {
    for (const name of [...this.#objects.keys()].toSorted((a, b) => (a < b ? -1 : 1))) {
      const found = this.#objects.get(name);
      if (found !== undefined && name.startsWith(prefix) && name > (after ?? "")) {
        yield { name: name as ObjectName, bytes: found.length };
      }
    }
  }

  async remove(name: ObjectName): Promise<void> {
    this.#objects.delete(prove(name));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#objects.clear();
  }
}

function prove(name: ObjectName): ObjectName {
  const cause = objectNameProblem(name);
  if (cause !== undefined) {
    throw new Fault("OBJECT_NAME_INVALID", { name, cause });
  }
  return name;
}
