/** Opens a lake where its address says: an object store, and the announcements kept in it. */

import { join } from "node:path";
import type { LakeAddress } from "../../base/address.ts";
import type { Disk } from "../../base/disk.ts";
import { nodeDisk } from "../../base/node-disk.ts";
import type { Announcements } from "../../seams/announce.ts";
import type { ObjectStore } from "../../seams/store.ts";
import { openAnnouncements } from "./announcements.ts";
import { openFolderStore, TEMPORARY } from "./folder/store.ts";
import { openS3Store } from "./s3/store.ts";
import { openPackedStore } from "./packs/packed-store.ts";
import { Shelf } from "./packs/shelf.ts";

export interface Lake extends AsyncDisposable {
  readonly store: ObjectStore;
  readonly announcements: Announcements;
  /** What really lies there, and where what is packed can be found in it. */
  readonly inner: ObjectStore;
  readonly shelf: Shelf;
}

/** A lake's address, and the folder of this machine that remote objects are copied to while they are read. */
export interface LakePlace {
  readonly address: LakeAddress;
  readonly scratch: string;
}

export interface LakeOptions {
  readonly place: LakePlace;
  /** Whether this process writes the lake: only one may, and it clears away what a killed one left half-done. */
  readonly writes: boolean;
  readonly disk?: Disk;
  readonly uuid?: () => string;
}

/** Throws LAKE_UNREACHABLE, LAKE_WRITE_FAILED, DRIVER_MISSING. */
export async function openLake(options: LakeOptions): Promise<Lake> {
  const inner = await openStore(options);
  const shelf = new Shelf(inner);
  const { place, disk = nodeDisk } = options;
  const { address, scratch } = place;
  const temporary = address.kind === "folder" ? join(address.folder, TEMPORARY) : scratch;
  const store = openPackedStore({ inner, shelf, disk, temporary });
  return {
    store,
    announcements: openAnnouncements(inner),
    inner,
    shelf,
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

/** The embedded lake: a folder of this machine. */
export function folderPlace(folder: string): LakePlace {
  return { address: { kind: "folder", folder }, scratch: folder };
}

/** Folders in which the files that `fetch` lends lie. */
export function lentFolders({ address, scratch }: LakePlace): readonly string[] {
  return [address.kind === "folder" ? address.folder : scratch];
}

async function openStore(options: LakeOptions): Promise<ObjectStore> {
  const { place, writes } = options;
  const { address, scratch } = place;
  return address.kind === "folder"
    ? await openFolderStore({ ...options, folder: address.folder })
    : await openS3Store({ address, scratch, writes });
}
