/** lake → warehouse. Every object of a stream listed once, in order, with count, bytes and hash. */

import type { Instant } from "../base/clock.ts";
import type { ColumnType } from "../base/record.ts";
import type { ObjectName } from "./store.ts";

/** A dense run of one shard's sequences, both ends included. */
export interface ShardRange {
  readonly shard: number;
  readonly first: number;
  readonly last: number;
}

export type ObjectFormat = "csv" | "ndjson" | "parquet";
export type Compression = "none" | "gzip" | "zstd" | "snappy";

export interface StoredPart {
  readonly name: ObjectName;
  readonly format: ObjectFormat;
  readonly compression: Compression;
  /** Rows in the object. */
  readonly records: number;
  /** Bytes as stored. */
  readonly bytes: number;
  readonly sha256: string;
  /** Bytes at its beginning that are a CSV header and nothing else, packed by themselves; absent where there is none. */
  readonly head?: number;
}

/** What one cut of a stream became. `records = object.records + dropped + failed.records`, always. */
export interface Manifest {
  readonly version: 1;
  readonly stream: string;
  /** Cuts of a stream are counted from 1, densely. */
  readonly cut: number;
  /** Records of the stream that the cut covers. */
  readonly records: number;
  readonly ranges: readonly ShardRange[];
  /** Absent when every record was dropped or failed. */
  readonly object: StoredPart | undefined;
  /** Dead letters of the transform, NDJSON of base's DeadLetter; absent when none failed. */
  readonly failed: StoredPart | undefined;
  /** Records the transform dropped on purpose, as runs of sequences. */
  readonly dropped: readonly ShardRange[];
  /** Fields found beside the schema, with the type their values suggest; their values are in `_extra`. */
  readonly discovered: Readonly<Record<string, ColumnType>>;
  readonly firstAcceptedAt: Instant;
  readonly lastAcceptedAt: Instant;
  readonly cutAt: Instant;
  readonly planHash: string;
}

/** A manifest whose bytes are on disk and which nobody sees; dispose forgets it where it was not published. */
export interface StagedManifest extends AsyncDisposable {
  /** What `publish` of the announcements does, once. */
  publish(): Promise<void>;
}

/** What a cut is called to people: by its object, or by its number where it has none. */
export function nameOfCut({ object, failed, cut }: Manifest): string {
  return object?.name ?? failed?.name ?? `cut ${cut}`;
}

export interface Announcements {
  /** Makes a manifest durable under its stream and cut unless it is there; cuts arrive in order without gaps. */
  publish(manifest: Manifest): Promise<void>;
  /** The first part of publishing, for those who wait for the cuts before; left out where it has no parts. */
  stage?(manifest: Manifest): Promise<StagedManifest>;
  /** The manifest of a cut, or undefined while there is none. */
  read(stream: string, cut: number): Promise<Manifest | undefined>;
  /** Number of the newest cut of a stream, 0 before the first. */
  newest(stream: string): Promise<number>;
}
