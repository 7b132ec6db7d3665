/** A registry in an object store: each version is an object of its own, and putting it if absent is the agreement. */

import { Fault } from "../../base/faults.ts";
import { type ObjectName, toObjectName } from "../../base/object-name.ts";
import type { Entry, Registry } from "../../seams/registry.ts";
import type { ObjectStore } from "../../seams/store.ts";

const FOLDER = "_registry";
const DIGITS = 12;
/** Versions that stay behind the newest: a reader that has listed them must still find one. */
const KEPT = 3;
const READS = 8;

export function openRegistry(store: ObjectStore): Registry {
  return new StoreRegistry(store);
}

class StoreRegistry implements Registry {
  readonly #store: ObjectStore;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  async read(name: string): Promise<Entry | undefined> {
    for (let attempt = 0; attempt < READS; attempt += 1) {
      const version = await this.#newest(name, 0);
      if (version === 0) {
        return undefined;
      }
      const bytes = await this.#store.get(objectOf(name, version));
      if (bytes !== undefined) {
        return { version, text: bytes.toString("utf8") };
      }
      // It was replaced and swept between the two looks.
    }
    throw new Fault("LAKE_READ_FAILED", { name, cause: "it changes faster than it can be read" });
  }

  async names(prefix: string): Promise<readonly string[]> {
    const found = new Set<string>();
    for await (const { name } of this.#store.list(`${FOLDER}/${prefix}`)) {
      found.add(name.slice(FOLDER.length + 1, -(DIGITS + 1)));
    }
    return [...found];
  }

  async write(name: string, text: string, version: number): Promise<boolean> {
    const object = objectOf(name, version + 1);
    const bytes = Buffer.from(text);
    const outcome = await this.#store.put(object, [bytes]);
    // An answer may have been lost on its way: then what is there is what we put.
    if (outcome === "exists" && (await this.#store.get(object))?.equals(bytes) !== true) {
      return false;
    }
    if ((await this.#newest(name, version + 1)) >= version + 1 + KEPT) {
      // Our version had been swept long ago, so the name was free again: we slept through what others agreed on.
      await this.#store.remove(object);
      return false;
    }
    if (version + 1 > KEPT) {
      await this.#store.remove(objectOf(name, version + 1 - KEPT));
    }
    return true;
  }

  /** The newest version at or above `from`; `from` when there is none. */
  async #newest(name: string, from: number): Promise<number> {
    let version = from;
    const after = from === 0 ? undefined : objectOf(name, from);
    for await (const object of this.#store.list(`${FOLDER}/${name}/`, after)) {
      version = Number(object.name.slice(-DIGITS));
    }
    return version;
  }
}

function objectOf(name: string, version: number): ObjectName {
  const text = `${FOLDER}/${name}/${String(version).padStart(DIGITS, "0")}`;
  const proved = toObjectName(text);
  if (proved === undefined) {
    throw new Fault("OBJECT_NAME_INVALID", { name: text, cause: "it is no entry's name" });
  }
  return proved;
}
