/** Opens a lake: an object store, and the announcements kept in it. */

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
}

export async function openLake({ folder, writes }: LakeOptions): Promise<Lake> {
  const store = await openFolderStore({ folder, writes });
  return {
    store,
    announcements: openAnnouncements(store),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}
