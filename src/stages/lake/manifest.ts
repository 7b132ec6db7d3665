/** Manifests as text: the same manifest is always the same bytes, and what is read is proved. */

import { toInstant } from "../../base/clock.ts";
import { refuseLater } from "../../base/data-versions.ts";
import { Fault } from "../../base/faults.ts";
import { type ObjectName, toObjectName } from "../../base/object-name.ts";
import type { ColumnType } from "../../base/record.ts";
import type {
  Compression,
  Manifest,
  ObjectFormat,
  ShardRange,
  StoredPart,
} from "../../seams/announce.ts";

const VERSION = 1;
const FORMATS: ReadonlySet<string> = new Set(["csv", "ndjson", "parquet"]);
const COMPRESSIONS: ReadonlySet<string> = new Set(["none", "gzip", "zstd", "snappy"]);
const TYPES: ReadonlySet<string> = new Set([
  "text",
  "integer",
  "number",
  "boolean",
  "date",
  "timestamp",
  "json",
]);

/** `_manifests/<stream>/`; a stream whose name starts with a dot has a = before it. */
export function manifestFolder(stream: string): string {
  return `_manifests/${stream.startsWith(".") ? `=${stream}` : stream}/`;
}

export function manifestName(stream: string, cut: number): ObjectName {
  const name = toObjectName(`${manifestFolder(stream)}${String(cut).padStart(12, "0")}.json`);
  if (name === undefined) {
    throw new Fault("OBJECT_NAME_INVALID", { name: stream, cause: "it is no stream's name" });
  }
  return name;
}

/** Members in one fixed order, so that two texts of one manifest are equal byte for byte. */
export function manifestText(manifest: Manifest): string {
  const ordered: Record<keyof Manifest, unknown> = {
    version: manifest.version,
    stream: manifest.stream,
    cut: manifest.cut,
    records: manifest.records,
    ranges: manifest.ranges.map(orderRange),
    object: manifest.object && orderPart(manifest.object),
    failed: manifest.failed && orderPart(manifest.failed),
    dropped: manifest.dropped.map(orderRange),
    discovered: manifest.discovered,
    firstAcceptedAt: manifest.firstAcceptedAt,
    lastAcceptedAt: manifest.lastAcceptedAt,
    cutAt: manifest.cutAt,
    planHash: manifest.planHash,
  };
  return `${JSON.stringify(ordered)}\n`;
}

function orderRange({ shard, first, last }: ShardRange): ShardRange {
  return { shard, first, last };
}

function orderPart(part: StoredPart): StoredPart {
  const { name, format, compression, records, bytes, sha256, head } = part;
  const ordered = { name, format, compression, records, bytes, sha256 };
  return head === undefined ? ordered : { ...ordered, head };
}

/** The manifest that a text spells. Throws OBJECT_DAMAGED where it does not, DATA_NEWER where a later version wrote it. */
export function fromManifestText(text: string, name: ObjectName): Manifest {
  const given = parse(text);
  refuseLater(isMembers(given) && given["version"], name, VERSION);
  const manifest = toManifest(given);
  if (manifest === undefined) {
    throw new Fault("OBJECT_DAMAGED", { name, cause: "it is not a manifest" });
  }
  return manifest;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type Members = Readonly<Record<string, unknown>>;

function toManifest(input: unknown): Manifest | undefined {
  const given = input as Members;
  const object = toOptionalPart(given?.["object"]);
  const failed = toOptionalPart(given?.["failed"]);
  const whole =
    isMembers(input) &&
    given["version"] === VERSION &&
    typeof given["stream"] === "string" &&
    ["cut", "records", "firstAcceptedAt", "lastAcceptedAt", "cutAt"].every((member) =>
      isCount(given[member]),
    ) &&
    isRanges(given["ranges"]) &&
    isRanges(given["dropped"]) &&
    isDiscovered(given["discovered"]) &&
    typeof given["planHash"] === "string";
  if (!whole || object === "broken" || failed === "broken") {
    return undefined;
  }
  const proved = given as unknown as Manifest; // Each member was just proved.
  return {
    ...proved,
    object,
    failed,
    firstAcceptedAt: toInstant(proved.firstAcceptedAt),
    lastAcceptedAt: toInstant(proved.lastAcceptedAt),
    cutAt: toInstant(proved.cutAt),
  };
}

function toOptionalPart(input: unknown): StoredPart | undefined | "broken" {
  if (input === undefined) {
    return undefined;
  }
  if (!isMembers(input)) {
    return "broken";
  }
  const name = toObjectName(input["name"]);
  const { format, compression, records, bytes, sha256, head } = input;
  const whole =
    FORMATS.has(String(format)) &&
    COMPRESSIONS.has(String(compression)) &&
    /^[0-9a-f]{64}$/.test(String(sha256));
  const headed = head === undefined || isCount(head);
  if (name === undefined || !whole || !headed || !isCount(records) || !isCount(bytes)) {
    return "broken";
  }
  return {
    name,
    format: format as ObjectFormat,
    compression: compression as Compression,
    records,
    bytes,
    sha256: String(sha256),
    ...(head === undefined ? {} : { head }),
  };
}

function isRanges(input: unknown): input is readonly ShardRange[] {
  return Array.isArray(input) && input.every(isRange);
}

function isRange(input: unknown): boolean {
  return (
    isMembers(input) && isCount(input["shard"]) && isCount(input["first"]) && isCount(input["last"])
  );
}

function isDiscovered(input: unknown): input is Readonly<Record<string, ColumnType>> {
  return isMembers(input) && Object.values(input).every((type) => TYPES.has(String(type)));
}

function isMembers(input: unknown): input is Members {
  return typeof input === "object" && input !== null && !Array.isArray(input);
}

function isCount(input: unknown): input is number {
  return Number.isSafeInteger(input) && (input as number) >= 0;
}
