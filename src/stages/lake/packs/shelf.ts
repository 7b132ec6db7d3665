/** Finds the pack that holds an object: by the folder of the object's name, which its packs' indexes lie under too. */

import type { ObjectName } from "../../../base/object-name.ts";
import type { ObjectStore } from "../../../seams/store.ts";
import { folderOf, fromPackText, INDEXES, type Pack, type PackMember } from "./pack-index.ts";

export interface Held {
  readonly pack: Pack;
  readonly index: ObjectName;
  readonly member: PackMember;
}

interface Folder {
  readonly indexes: Map<ObjectName, Pack>;
  readonly held: Map<string, Held>;
}

/** Folders whose indexes are kept in memory: those of a few hours, some thousand names each. */
const FOLDERS_MAX = 16;
/** What has no packs of its own; names of objects of streams begin otherwise. */
const BESIDE = /^(?:_packs|_packed|_manifests|_forgotten|compacted)\//;

export class Shelf {
  readonly #store: ObjectStore;
  readonly #folders = new Map<string, Folder>();

  /** Over the store that really holds what is packed. */
  constructor(store: ObjectStore) {
    this.#store = store;
  }

  async find(name: string): Promise<Held | undefined> {
    if (BESIDE.test(name)) {
      return undefined;
    }
    const folder = folderOf(name);
    const known = this.#folders.get(folder)?.held.get(name);
    return known ?? (await this.look(folder)).held.get(name);
  }

  /** The packs of one folder as they are now. */
  async look(folder: string): Promise<Folder> {
    const known: Folder = this.#folders.get(folder) ?? { indexes: new Map(), held: new Map() };
    const found = new Set<ObjectName>();
    const below = `${INDEXES}/${folder}`;
    for await (const { name } of this.#store.list(below)) {
      if (!name.slice(below.length).includes("/")) {
        found.add(name);
      }
    }
    for (const [index, { members }] of known.indexes) {
      if (!found.has(index)) {
        known.indexes.delete(index);
        members.forEach((member) => known.held.delete(member.name));
      }
    }
    for (const index of found) {
      if (!known.indexes.has(index)) {
        await this.#take(known, index);
      }
    }
    this.#keep(folder, known);
    return known;
  }

  /** Folders below `start` that have packs, in the order of their names. */
  async *folders(start: string): AsyncIterable<string> {
    let last: string | undefined;
    for await (const { name } of this.#store.list(`${INDEXES}/${start}`)) {
      const folder = folderOf(name).slice(INDEXES.length + 1);
      if (folder !== last) {
        last = folder;
        yield folder;
      }
    }
  }

  async #take(known: Folder, index: ObjectName): Promise<void> {
    const bytes = await this.#store.get(index);
    if (bytes === undefined) {
      return;
    }
    const pack = fromPackText(bytes.toString("utf8"), index);
    known.indexes.set(index, pack);
    for (const member of pack.members) {
      known.held.set(member.name, { pack, index, member });
    }
  }

  #keep(folder: string, known: Folder): void {
    this.#folders.delete(folder);
    if (known.indexes.size > 0) {
      this.#folders.set(folder, known);
    }
    const oldest = this.#folders.keys().next().value;
    if (this.#folders.size > FOLDERS_MAX && oldest !== undefined) {
      this.#folders.delete(oldest);
    }
  }
}
