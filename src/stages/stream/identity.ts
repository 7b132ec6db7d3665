/** What a log is, written down once in `stream.json`: format, own number, segment size, shards. */

import { join } from "node:path";
import { replaceText, type Disk } from "../../base/disk.ts";
import type { Clock } from "../../base/clock.ts";
import { causeOf, Fault } from "../../base/faults.ts";
import { FRAME_ALIGNMENT, FRAME_BYTES } from "./frames/frame.ts";
import { logName, toLogId } from "./position.ts";
import { scale } from "./reshard.ts";
import { evenShards, type ShardRow } from "./shards.ts";
import type { LogShape } from "./frames/fill.ts";

const FORMAT = 1;

export interface Identity extends LogShape {
  readonly stream: string;
  /** The log's number as text. */
  readonly name: string;
  readonly shards: readonly ShardRow[];
  /** How many shards its owner asked for last: shards split and merged since then are not undone by a restart. */
  readonly asked: number;
}

export interface IdentityOptions {
  readonly folder: string;
  readonly stream: string;
  readonly shards: number;
  readonly segmentBytes: number;
  readonly random: (bytes: number) => Buffer;
  readonly clock: Clock;
}

/** Reads the identity, or makes one for a new log; gives it other shards when its owner now asks for more or fewer. */
export async function settleIdentity(disk: Disk, options: IdentityOptions): Promise<Identity> {
  const { folder, stream, shards: asked, clock } = options;
  const found = await readIdentity(disk, folder, stream);
  if (found === undefined) {
    const identity = newIdentity(options);
    await disk.makeFolder(folder);
    await writeIdentity(disk, folder, identity);
    return identity;
  }
  if (found.asked === asked) {
    return found;
  }
  const identity = { ...found, asked, shards: scale(found.shards, asked, clock.now()) };
  await writeIdentity(disk, folder, identity);
  return identity;
}

/** Durable when resolved. */
export async function writeIdentity(disk: Disk, folder: string, identity: Identity): Promise<void> {
  await replaceText(disk, join(folder, "stream.json"), toText(identity));
}

/** The identity of the log in a folder; undefined when there is none. */
export async function readIdentity(
  disk: Disk,
  folder: string,
  stream: string,
): Promise<Identity | undefined> {
  const bytes = await disk.readFile(join(folder, "stream.json"));
  return bytes === undefined ? undefined : fromText(bytes.toString("utf8"), stream);
}

function newIdentity(options: IdentityOptions): Identity {
  const bytes = options.random(8);
  // A number with zeros in it could be met in zeroed disk space; forcing one bit rules that out.
  const id = { low: (bytes.readUInt32LE(0) | 1) >>> 0, high: bytes.readUInt32LE(4) };
  const { stream, segmentBytes, shards: asked, clock } = options;
  const since = clock.now();
  const shards = evenShards(asked, 0, []).map((row) => ({ ...row, since }));
  return { stream, id, name: logName(id), segmentBytes, asked, shards };
}

function toText(identity: Identity): string {
  const { stream, name: log, segmentBytes, asked, shards } = identity;
  const facts = { format: FORMAT, stream, log, segmentBytes, asked, shards };
  return `${JSON.stringify(facts, undefined, 1)}\n`;
}

function fromText(text: string, stream: string): Identity {
  const damaged = (cause: string): Fault =>
    new Fault("STREAM_CORRUPT", { stream, segment: "stream.json", offset: 0, cause });
  let data: Record<string, unknown>;
  try {
    data = JSON.parse(text) as Record<string, unknown>; // Every member is tested below.
  } catch (error) {
    throw damaged(causeOf(error));
  }
  if (data["format"] !== FORMAT) {
    const found = JSON.stringify(data["format"] ?? "none");
    throw new Fault("STREAM_FORMAT_UNKNOWN", { stream, found, known: FORMAT });
  }
  const id = toLogId(data["log"]);
  const { segmentBytes, shards } = data;
  if (id === undefined || !isSegmentSize(segmentBytes) || !isShardTable(shards)) {
    throw damaged("a member is missing or not of its type");
  }
  // Logs from before it was kept have as many open shards as was asked for.
  const open = shards.filter((row) => !row.closed).length;
  const asked = typeof data["asked"] === "number" ? data["asked"] : open;
  return { stream, id, name: logName(id), segmentBytes, asked, shards };
}

function isSegmentSize(value: unknown): value is number {
  return (
    typeof value === "number" &&
    Number.isSafeInteger(value) &&
    value >= 4 * FRAME_BYTES &&
    value % FRAME_ALIGNMENT === 0
  );
}

function isShardTable(value: unknown): value is ShardRow[] {
  const hash = /^[0-9a-f]{32}$/;
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((row: ShardRow, index) => {
      const numbers = row.shard === index && Array.isArray(row.parents);
      return numbers && hash.test(row.from) && hash.test(row.to) && typeof row.closed === "boolean";
    })
  );
}
