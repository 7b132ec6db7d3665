/** Sizes of one stream, read off its log and its objects. */

import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { deriveText } from "../../plan/derive.ts";
import type { StreamPlan } from "../../plan/plan.ts";
import type { Compression } from "../../seams/announce.ts";
import type { Frame, StreamReader } from "../../seams/consume.ts";
import type { Lake } from "../../stages/lake/index.ts";

export interface Measured {
  readonly stream: string;
  readonly events: number;
  /** Mean bytes of an event, and the largest. */
  readonly eventBytes: number;
  readonly eventBytesMax: number;
  /** Mean bytes of a delivered row before compression, lineage included. */
  readonly rowBytes: number;
  /** Bytes as stored over bytes before compression. */
  readonly compressed: number;
  readonly keys: number;
  /** Share of the events that the commonest key has; 0 where there is no key. */
  readonly hottestKey: number;
  /** Share of the events that became rows. */
  readonly kept: number;
}

interface Means {
  readonly stream: StreamPlan;
  readonly reader: StreamReader;
  readonly lake: Lake;
}

const READ_BYTES = 4_194_304;
/** Distinct keys that are counted; more are told as so many. */
const KEYS_MAX = 200_000;

/** Undefined for a stream without events. */
export async function measureStream(means: Means): Promise<Measured | undefined> {
  const log = await walkLog(means);
  if (log.events === 0) {
    return undefined;
  }
  const objects = await walkObjects(means);
  const commonest = Math.max(0, ...log.keys.values());
  return {
    stream: means.stream.name,
    events: log.events,
    eventBytes: log.bytes / log.events,
    eventBytesMax: log.largest,
    rowBytes: objects.rows === 0 ? 0 : objects.plain / objects.rows,
    compressed: objects.plain === 0 ? 1 : objects.stored / objects.plain,
    keys: log.keys.size,
    hottestKey: means.stream.key === undefined ? 0 : commonest / log.events,
    kept: objects.rows / log.events,
  };
}

interface LogWalk {
  events: number;
  bytes: number;
  largest: number;
  readonly keys: Map<string, number>;
}

async function walkLog({ stream, reader }: Means): Promise<LogWalk> {
  const walk: LogWalk = { events: 0, bytes: 0, largest: 0, keys: new Map() };
  let from = await reader.oldest();
  for (;;) {
    const frames = await reader.read(from, READ_BYTES);
    for (const frame of frames) {
      addFrame(walk, frame, stream);
    }
    const last = frames.at(-1);
    if (last === undefined) {
      return walk;
    }
    from = last.next;
  }
}

function addFrame(walk: LogWalk, frame: Frame, { key }: StreamPlan): void {
  for (let index = 0; index < frame.count; index += 1) {
    const start = frame.starts[index] ?? 0;
    const end = frame.ends[index] ?? start;
    walk.events += 1;
    walk.bytes += end - start;
    walk.largest = Math.max(walk.largest, end - start);
    if (key !== undefined && walk.keys.size < KEYS_MAX) {
      const event = JSON.parse(frame.bytes.toString("utf8", start, end)) as Record<string, unknown>;
      const text = deriveText(key, event);
      walk.keys.set(text, (walk.keys.get(text) ?? 0) + 1);
    }
  }
}

interface ObjectWalk {
  rows: number;
  plain: number;
  stored: number;
}

async function walkObjects({ stream, lake }: Means): Promise<ObjectWalk> {
  const walk: ObjectWalk = { rows: 0, plain: 0, stored: 0 };
  const newest = await lake.announcements.newest(stream.name);
  for (let cut = 1; cut <= newest; cut += 1) {
    const object = (await lake.announcements.read(stream.name, cut))?.object;
    const bytes = object === undefined ? undefined : await lake.store.get(object.name);
    if (object !== undefined && bytes !== undefined) {
      walk.rows += object.records;
      walk.stored += bytes.length;
      walk.plain += plainBytes(bytes, object.compression);
    }
  }
  return walk;
}

function plainBytes(bytes: Buffer, compression: Compression): number {
  switch (compression) {
    case "gzip":
      return gunzipSync(bytes).length;
    case "zstd":
      return zstdDecompressSync(bytes).length;
    // Snappy is inside Parquet, whose size before it nobody pays for.
    case "none":
    case "snappy":
      return bytes.length;
  }
}
