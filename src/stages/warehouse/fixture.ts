/** For tests and measurements: a small plan, and objects of the lake with their manifests, as delivery makes them. */

import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { toInstant } from "../../base/clock.ts";
import type { ColumnType } from "../../base/record.ts";
import type { Compression, Manifest, ObjectFormat, StoredPart } from "../../seams/announce.ts";
import type { ObjectName } from "../../seams/store.ts";
import type { LocalObjects } from "./warehouse.ts";

export const ACCEPTED_AT = "2026-03-01T10:00:00.250Z";

export interface MadeCut {
  readonly manifest: Manifest;
  readonly objects: LocalObjects;
}

export interface CutText {
  readonly folder: string;
  readonly stream: string;
  readonly cut: number;
  readonly format: ObjectFormat;
  readonly compression?: Compression;
  /** The object's text, or its bytes; undefined for a cut whose records were all dropped or set aside. */
  readonly text: string | Buffer | undefined;
  readonly records: number;
  readonly failed?: readonly object[];
  readonly discovered?: Readonly<Record<string, ColumnType>>;
}

/** Writes the cut's files under `folder` and gives what the lake would say about them. */
export function makeCut(given: CutText): MadeCut {
  const { stream, cut, format, compression = "none" } = given;
  const object =
    given.text === undefined
      ? undefined
      : store(given, {
          name: `${stream}/y=2026/${cut}.${format}`,
          format,
          compression,
          records: given.records,
          content: given.text,
        });
  const letters = given.failed ?? [];
  const failed =
    letters.length === 0
      ? undefined
      : store(given, {
          name: `errors/${stream}/${cut}.ndjson`,
          format: "ndjson",
          compression: "none",
          records: letters.length,
          content: letters.map((letter) => `${JSON.stringify(letter)}\n`).join(""),
        });
  const at = toInstant(Date.parse(ACCEPTED_AT));
  const records = (object?.part.records ?? 0) + letters.length;
  const manifest: Manifest = {
    version: 1,
    stream,
    cut,
    records,
    ranges: [{ shard: 0, first: 1, last: Math.max(1, records) }],
    object: object?.part,
    failed: failed?.part,
    dropped: [],
    discovered: given.discovered ?? {},
    firstAcceptedAt: at,
    lastAcceptedAt: at,
    cutAt: at,
    planHash: "0000000000000000",
  };
  return { manifest, objects: { object: object?.path, failed: failed?.path } };
}

interface Content {
  readonly name: string;
  readonly format: ObjectFormat;
  readonly compression: Compression;
  readonly records: number;
  readonly content: string | Buffer;
}

function store(
  { folder }: CutText,
  { content, name, ...part }: Content,
): { part: StoredPart; path: string } {
  const plain = Buffer.from(content);
  const packed = part.format === "parquet" ? plain : pack(plain, part.compression);
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, packed);
  const sha256 = createHash("sha256").update(packed).digest("hex");
  return { part: { ...part, name: name as ObjectName, bytes: packed.length, sha256 }, path };
}

function pack(bytes: Buffer, compression: Compression): Buffer {
  switch (compression) {
    case "gzip":
      return gzipSync(bytes);
    case "zstd":
      return zstdCompressSync(bytes);
    default:
      return bytes;
  }
}

/** A CSV object of rows that lack only what delivery adds; `fields` is the header of the row's own columns. */
export function csvOf(fields: string, rows: readonly string[], firstSequence = 1): string {
  const lines = rows.map((row, at) => `${row},${deliveredCsv(firstSequence + at, "")}`);
  return [`${fields},_event_id,_shard,_sequence,_accepted_at,_extra`, ...lines, ""].join("\n");
}

/** The delivered columns of one row; `extra` is JSON text or "". */
export function deliveredCsv(sequence: number, extra: string): string {
  const quoted = extra === "" ? "" : `"${extra.replaceAll('"', '""')}"`;
  return `e${sequence},0,${sequence},${ACCEPTED_AT},${quoted}`;
}

/** The same for NDJSON: one line per row. */
export function ndjsonOf(rows: readonly object[], firstSequence = 1): string {
  return rows
    .map((row, at) => {
      const sequence = firstSequence + at;
      const delivered = {
        _event_id: `e${sequence}`,
        _shard: 0,
        _sequence: sequence,
        _accepted_at: ACCEPTED_AT,
      };
      return `${JSON.stringify({ ...row, ...delivered })}\n`;
    })
    .join("");
}
