/** Opens a lake: an object store, and the announcements kept in it. */

import type { Disk } from "../../base/disk.ts";
import type { Announcements } from "../../seams/announce.ts";
import type { ObjectStore } from "../../seams/store.ts";
import { openAnnouncements } from "./announcements.ts";
import { openFolderStore } from "./folder/store.ts";

export interface Lake extends AsyncDisposable {
  readonly store: ObjectStore;
  readonly announcements: Announcements;
}

export interface LakeOptions {
  readonly folder: string;
  /** Whether this process writes the lake: only one may, and it clears away what a killed one left half-done. */
  readonly writes: boolean;
  readonly disk?: Disk;
  readonly uuid?: () => string;
}

export async function openLake(options: LakeOptions): Promise<Lake> {
  const store = await openFolderStore(options);
  return {
    store,
    announcements: openAnnouncements(store),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}
