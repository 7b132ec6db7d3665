/** From what was encoded to what is stored and announced: compressed, hashed, and told in a manifest. */

import { createHash } from "node:crypto";
import type { Instant } from "../../base/clock.ts";
import type { StreamPlan } from "../../plan/plan.ts";
import type { Manifest, StoredPart } from "../../seams/announce.ts";
import { type Compress, compressApart } from "./encode/compress.ts";
import { csvHeader } from "./encode/format/csv.ts";
import type { Encoded } from "./encode/encoder.ts";
import type { CutNames } from "./object-names.ts";

export type Chunks = readonly Uint8Array[];

export interface Prepared {
  readonly manifest: Manifest;
  readonly object: Chunks;
  readonly failed: Chunks;
}

export interface CutFacts {
  readonly stream: StreamPlan;
  readonly planHash: string;
  readonly cut: number;
  readonly cutAt: Instant;
  readonly names: CutNames;
  readonly compress?: Compress | undefined;
}

export async function prepareCut(encoded: Encoded, facts: CutFacts): Promise<Prepared> {
  const { stream, cut, cutAt, planHash, names } = facts;
  const { format, compression } = stream.deliver;
  const { rows, failed } = encoded;
  const header = format === "csv" ? Buffer.byteLength(csvHeader(stream.row)) : 0;
  const { chunks: object, head } =
    rows.records === 0
      ? { chunks: [], head: 0 }
      : await compressApart({ chunks: rows.chunks, head: header }, compression, facts.compress);
  const manifest: Manifest = {
    version: 1,
    stream: stream.name,
    cut,
    records: encoded.records,
    ranges: encoded.ranges,
    object:
      rows.records === 0
        ? undefined
        : {
            name: names.object,
            format,
            compression,
            records: rows.records,
            ...measure(object),
            ...(head === 0 ? {} : { head }),
          },
    failed: failed.records === 0 ? undefined : describeFailed(failed, names),
    dropped: encoded.dropped,
    discovered: encoded.discovered,
    firstAcceptedAt: encoded.firstAcceptedAt,
    lastAcceptedAt: encoded.lastAcceptedAt,
    cutAt,
    planHash,
  };
  return { manifest, object, failed: failed.chunks };
}

function describeFailed(failed: Encoded["failed"], names: CutNames): StoredPart {
  const { records, chunks } = failed;
  return {
    name: names.failed,
    format: "ndjson",
    compression: "none",
    records,
    ...measure(chunks),
  };
}

function measure(chunks: Chunks): { bytes: number; sha256: string } {
  const hash = createHash("sha256");
  let bytes = 0;
  for (const chunk of chunks) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest("hex") };
}

/** Whether two manifests mean the same bytes under whatever names. */
export function sameContent(a: Manifest, b: Manifest): boolean {
  return (
    a.records === b.records &&
    a.object?.sha256 === b.object?.sha256 &&
    a.object?.format === b.object?.format &&
    a.object?.compression === b.object?.compression &&
    a.failed?.sha256 === b.failed?.sha256 &&
    JSON.stringify(a.dropped) === JSON.stringify(b.dropped)
  );
}
