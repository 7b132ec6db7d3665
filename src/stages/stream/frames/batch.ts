/** Lays a batch out as frames, one per shard it touches, and writes them into memory: the hot path of an append. */

import type { RecordBatch } from "../../../seams/append.ts";
import {
  align8,
  FLAG,
  FRAME_BYTES,
  KIND,
  signFrame,
  writeHead,
  type LogId,
  type Region,
} from "./frame.ts";
import { shardOf, type ShardMap } from "../shards.ts";

/** One frame to be: what it holds and how large it gets. */
interface FrameLayout {
  readonly shard: number;
  count: number;
  /** Bytes of the records with a line feed each. */
  recordBytes: number;
  /** Bytes of the ids and keys. */
  textBytes: number;
  size: number;
}

export interface BatchLayout {
  readonly frames: readonly FrameLayout[];
  /** Place in `frames` of every record's frame; undefined when there is one frame. */
  readonly places: Uint16Array | undefined;
  readonly flags: number;
  readonly size: number;
}

/** The layout of a batch whose records all go to one shard. */
export function planWhole(batch: RecordBatch, shard: number): BatchLayout {
  const { starts, ends, count } = batch;
  const frame: FrameLayout = { shard, count, recordBytes: count, textBytes: 0, size: 0 };
  for (let i = 0; i < count; i += 1) {
    frame.recordBytes += (ends[i] ?? 0) - (starts[i] ?? 0);
    frame.textBytes += textBytesOf(batch, i);
  }
  return finish(batch, [frame], undefined);
}

/** The layout of a batch by the hashes of its records; `slots` has one entry per shard, all 0, and is left so. */
export function planByHash(
  batch: RecordBatch,
  hashes: Uint32Array,
  by: { readonly map: ShardMap; readonly slots: Uint16Array },
): BatchLayout {
  const { starts, ends, count } = batch;
  const frames: FrameLayout[] = [];
  const places = new Uint16Array(count);
  for (let i = 0; i < count; i += 1) {
    const shard = shardOf(by.map, hashes, i);
    let place = (by.slots[shard] ?? 0) - 1;
    if (place < 0) {
      place = frames.length;
      frames.push({ shard, count: 0, recordBytes: 0, textBytes: 0, size: 0 });
      by.slots[shard] = place + 1;
    }
    const frame = frames[place] as FrameLayout; // Every place was pushed above.
    places[i] = place;
    frame.count += 1;
    frame.recordBytes += (ends[i] ?? 0) - (starts[i] ?? 0) + 1;
    frame.textBytes += textBytesOf(batch, i);
  }
  for (const frame of frames) {
    by.slots[frame.shard] = 0;
  }
  return finish(batch, frames, frames.length === 1 ? undefined : places);
}

/** Where and how a laid-out batch is written. */
export interface BatchTarget {
  readonly id: LogId;
  /** Position in the log of byte `at` of the region, and its distance to the start of the commit. */
  readonly position: number;
  readonly commitOffset: number;
  readonly life: number;
  readonly acceptedAt: number;
  /** Last sequence given out in every shard; this batch's are added. */
  readonly sequences: Float64Array;
}

export interface Placed {
  readonly shards: Uint16Array;
  readonly sequences: Float64Array;
}

/** A frame being written: where its next length and its next bytes go. */
interface Cursor {
  readonly shard: number;
  readonly firstSequence: number;
  sequence: number;
  length: number;
  byte: number;
}

/** Writes the frames of `batch` into `region` from `at` on; takes the records' sequences. */
export function writeBatch(
  region: Region,
  at: number,
  what: { readonly batch: RecordBatch; readonly layout: BatchLayout; readonly to: BatchTarget },
): Placed {
  const { batch, layout, to } = what;
  let frameAt = at;
  const cursors = layout.frames.map((frame): Cursor => {
    const firstSequence = (to.sequences[frame.shard] ?? 0) + 1;
    to.sequences[frame.shard] = firstSequence + frame.count - 1;
    const length = frameAt + FRAME_BYTES;
    const byte = length + 4 * frame.count * tables(layout.flags);
    frameAt += frame.size;
    return { shard: frame.shard, firstSequence, sequence: firstSequence, length: length / 4, byte };
  });
  const placed = writeRecords(region, cursors, { batch, places: layout.places });
  if (layout.flags !== 0) {
    writeTexts(region, cursors, { batch, layout });
  }
  frameAt = at;
  layout.frames.forEach((frame, index) => {
    const byte = cursors[index]?.byte ?? 0;
    region.bytes.fill(0, byte, frameAt + frame.size);
    const head = {
      ...frame,
      position: to.position + frameAt - at,
      commitOffset: to.commitOffset + frameAt - at,
      life: to.life,
      firstSequence: cursors[index]?.firstSequence ?? 0,
      acceptedAt: to.acceptedAt,
      kind: KIND.records,
      flags: layout.flags,
      rest: layout.frames.length - 1 - index,
    };
    writeHead(region, frameAt, { id: to.id, head });
    signFrame(region, frameAt, frame.size);
    frameAt += frame.size;
  });
  return placed;
}

/**
 * Copies the records behind each other. Neighbours of one shard that are lines of one text go in a single copy:
 * each call of `copy` costs 40 ns, as much as the bytes of a small record.
 */
function writeRecords(
  region: Region,
  cursors: readonly Cursor[],
  from: { readonly batch: RecordBatch; readonly places: Uint16Array | undefined },
): Placed {
  const { bytes: source, starts, ends, count } = from.batch;
  const { bytes, words } = region;
  const { places } = from;
  const shards = new Uint16Array(count);
  const sequences = new Float64Array(count);
  let run = cursors[0] as Cursor; // A batch has a record, so a frame.
  let runFrom = starts[0] ?? 0;
  let runTo = runFrom;
  for (let i = 0; i < count; i += 1) {
    const cursor = places === undefined ? run : (cursors[places[i] ?? 0] as Cursor);
    const start = starts[i] ?? 0;
    const end = ends[i] ?? 0;
    words[cursor.length] = end - start;
    cursor.length += 1;
    shards[i] = cursor.shard;
    sequences[i] = cursor.sequence;
    cursor.sequence += 1;
    const follows = cursor === run && start === runTo + 1 && source[runTo] === 10;
    if (!follows && i > 0) {
      run.byte = copyLine(source, { from: runFrom, to: runTo }, { bytes, at: run.byte });
    }
    if (!follows) {
      run = cursor;
      runFrom = start;
    }
    runTo = end;
  }
  run.byte = copyLine(source, { from: runFrom, to: runTo }, { bytes, at: run.byte });
  return { shards, sequences };
}

function copyLine(
  source: Buffer,
  part: { readonly from: number; readonly to: number },
  to: { readonly bytes: Buffer; readonly at: number },
): number {
  source.copy(to.bytes, to.at, part.from, part.to);
  const end = to.at + part.to - part.from;
  to.bytes[end] = 10;
  return end + 1;
}

function writeTexts(
  region: Region,
  cursors: readonly Cursor[],
  from: { readonly batch: RecordBatch; readonly layout: BatchLayout },
): void {
  for (const texts of [from.batch.ids ?? [], from.batch.keys ?? []]) {
    const count = Math.min(texts.length, from.batch.count);
    for (let i = 0; i < count; i += 1) {
      const cursor = cursors[from.layout.places?.[i] ?? 0] as Cursor; // Every place has a frame.
      const wrote = region.bytes.write(texts[i] ?? "", cursor.byte);
      region.words[cursor.length] = wrote;
      cursor.length += 1;
      cursor.byte += wrote;
    }
  }
}

function finish(
  batch: RecordBatch,
  frames: readonly FrameLayout[],
  places: Uint16Array | undefined,
): BatchLayout {
  const flags =
    (batch.ids === undefined ? 0 : FLAG.ids) + (batch.keys === undefined ? 0 : FLAG.keys);
  let size = 0;
  for (const frame of frames) {
    const lengths = 4 * frame.count * tables(flags);
    frame.size = align8(FRAME_BYTES + lengths + frame.recordBytes + frame.textBytes);
    size += frame.size;
  }
  return { frames, places, flags, size };
}

/** Tables of lengths in a frame: the records', and the ids' and keys' where there are any. */
export function tables(flags: number): number {
  return 1 + ((flags & FLAG.ids) === 0 ? 0 : 1) + ((flags & FLAG.keys) === 0 ? 0 : 1);
}

function textBytesOf(batch: RecordBatch, i: number): number {
  const id = batch.ids === undefined ? 0 : Buffer.byteLength(batch.ids[i] ?? "");
  return batch.keys === undefined ? id : id + Buffer.byteLength(batch.keys[i] ?? "");
}
