/** What a source's `from` stands for now: files on this disk, addresses, objects of a bucket. */

import { glob, readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { Fault } from "../../../base/faults.ts";
import { listBucket } from "./s3.ts";

export type Place =
  | { readonly kind: "disk"; readonly id: string; readonly name: string }
  | { readonly kind: "web"; readonly id: string; readonly name: string }
  | {
      readonly kind: "s3";
      readonly id: string;
      readonly name: string;
      readonly size: number;
      readonly version: string;
    };

/** Names that programs give to files which are not whole yet, or hidden. */
const UNFINISHED = /^[.~]|\.(tmp|part|partial|crdownload|filepart|swp)$|~$/i;
const FILES_MAX = 100_000;

/** In the order of their names for each `from`. Throws SOURCE_PLACE_EMPTY, unless watched. */
export async function listPlaces(from: readonly string[], watched: boolean): Promise<Place[]> {
  const places = new Map<string, Place>();
  for (const one of from) {
    const found = await listOne(one);
    if (found.length === 0 && !watched) {
      throw new Fault("SOURCE_PLACE_EMPTY", { place: one, cause: "no file has such a name" });
    }
    for (const place of found) {
      places.set(place.id, place);
    }
    if (places.size > FILES_MAX) {
      const cause = `it stands for more than ${FILES_MAX} files`;
      throw new Fault("SOURCE_PLACE_EMPTY", { place: one, cause });
    }
  }
  return [...places.values()];
}

async function listOne(from: string): Promise<Place[]> {
  if (/^s3:\/\//i.test(from)) {
    return await listBucket(from, FILES_MAX);
  }
  if (/^https?:\/\//i.test(from)) {
    return [{ kind: "web", id: from, name: basename(new URL(from).pathname) }];
  }
  const paths = await listPaths(from);
  return paths.toSorted().map((path) => ({ kind: "disk", id: path, name: basename(path) }));
}

async function listPaths(from: string): Promise<string[]> {
  const kind = await kindOf(from);
  if (kind === "file") {
    return [from];
  }
  const paths: string[] = [];
  if (kind === "folder") {
    const entries = await readdir(from, { withFileTypes: true });
    paths.push(...entries.filter((one) => !one.isDirectory()).map(({ name }) => join(from, name)));
  } else if (/[*?[\]{}]/.test(from)) {
    for await (const path of glob(from)) {
      paths.push(path);
    }
  }
  const named = paths.filter((path) => !UNFINISHED.test(basename(path)));
  const kinds = await Promise.all(named.map(kindOf));
  return named.filter((_path, index) => kinds[index] === "file");
}

async function kindOf(path: string): Promise<"file" | "folder" | undefined> {
  try {
    const found = await stat(path);
    return found.isDirectory() ? "folder" : found.isFile() ? "file" : undefined;
  } catch {
    // Nothing of that name, or it has just gone.
    return undefined;
  }
}
