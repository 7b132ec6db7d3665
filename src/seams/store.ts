/** delivery → lake. Put-if-absent by name; an object is visible only when whole and on disk. */

import type { ObjectName } from "../base/object-name.ts";

export type { ObjectName } from "../base/object-name.ts";

export interface StoredObject {
  readonly name: ObjectName;
  readonly bytes: number;
}

/** A local file that holds an object's bytes; dispose deletes it when it was a copy. */
export interface LocalObject extends AsyncDisposable {
  readonly path: string;
}

/** What a bucket tells of an object beside its bytes; a folder has no place for it. */
export interface ObjectHeaders {
  readonly contentType: string;
  readonly contentEncoding: string | undefined;
}

/** An object whose bytes are on disk and which nobody sees; dispose forgets it where it was not published. */
export interface StagedObject extends AsyncDisposable {
  /** What `put` does, once. */
  publish(): Promise<"stored" | "exists">;
}

export interface ObjectStore extends AsyncDisposable {
  /**
   * Stores `chunks` under `name` unless the name is taken; durable when resolved. "exists" leaves what is there.
   * Throws OBJECT_NAME_INVALID, LAKE_WRITE_FAILED (nothing is visible then).
   */
  put(
    name: ObjectName,
    chunks: readonly Uint8Array[],
    headers?: ObjectHeaders,
  ): Promise<"stored" | "exists">;
  /**
   * The first part of a put, for those who may not yet let the object be seen; left out where a put has no parts. As with
   * `put`, throws OBJECT_NAME_INVALID, LAKE_WRITE_FAILED.
   */
  stage?(name: ObjectName, chunks: readonly Uint8Array[]): Promise<StagedObject>;
  /** The object's bytes, or undefined when there is none of that name. */
  get(name: ObjectName): Promise<Buffer | undefined>;
  /** `bytes` of an object from `at` on, fewer where it ends; undefined when there is none. Left out, `get` does for it. */
  slice?(name: ObjectName, at: number, bytes: number): Promise<Buffer | undefined>;
  /** The object as a local file. Throws OBJECT_MISSING. */
  fetch(name: ObjectName): Promise<LocalObject>;
  /** Objects whose name starts with `prefix`, by name; `after` continues a listing. */
  list(prefix: string, after?: ObjectName): AsyncIterable<StoredObject>;
  remove(name: ObjectName): Promise<void>;
}
