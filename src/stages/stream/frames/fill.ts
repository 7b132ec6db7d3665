/** What one commit will write: frames gathered in memory, with the stretches of segments they are for. No I/O. */

import { defined } from "../../../base/assert.ts";
import type { Instant } from "../../../base/clock.ts";
import type { Appended, RecordBatch } from "../../../seams/append.ts";
import { writeBatch, type BatchLayout } from "./batch.ts";
import {
  align8,
  FRAME_BYTES,
  KIND,
  signFrame,
  toRegion,
  writeHead,
  type FrameHead,
  type LogId,
  type Region,
} from "./frame.ts";

/** Bytes `[from, to)` of a fill belong at `offset` of a segment. */
interface Span {
  readonly segment: number;
  readonly offset: number;
  readonly from: number;
  to: number;
}

interface Waiter {
  readonly appended: Appended;
  readonly resolve: (appended: Appended) => void;
  readonly reject: (reason: unknown) => void;
}

export interface Fill {
  region: Region;
  used: number;
  spans: Span[];
  waiters: Waiter[];
}

/** Where the next frame goes, and what it must carry on. */
export interface WritePoint {
  segment: number;
  offset: number;
  /** The segment is ended: the next frame opens another. */
  sealed: boolean;
  life: number;
  acceptedAt: number;
  /** Last sequence given out, by shard: how many records it ever took. */
  readonly sequences: Float64Array;
  /** Bytes of all records ever taken, without their line feeds. */
  recordBytes: number;
}

export interface LogShape {
  readonly id: LogId;
  readonly segmentBytes: number;
}

/** Small at first; a busy stream's grows to what its commits need. */
const FILL_BYTES = 16_384;
/** A buffer larger than this is given back after a commit that used little of it. */
const FILL_BYTES_KEPT = 4_194_304;
const FILL_LITTLE = 262_144;

export function newFill(): Fill {
  return { region: toRegion(FILL_BYTES), used: 0, spans: [], waiters: [] };
}

export function emptyFill(fill: Fill): void {
  if (fill.region.bytes.length > FILL_BYTES_KEPT && fill.used < FILL_LITTLE) {
    fill.region = toRegion(FILL_BYTES);
  }
  fill.used = 0;
  fill.spans = [];
  fill.waiters = [];
}

/** Bytes of the frame that opens a segment, for a log of so many shards. */
export function segmentHeadBytes(shards: number): number {
  return align8(FRAME_BYTES + 8 * (shards + 1));
}

/** The largest batch that fits a segment with its head and its seal. */
export function batchBytesMax(shape: LogShape & { readonly shards: readonly unknown[] }): number {
  return shape.segmentBytes - segmentHeadBytes(shape.shards.length) - FRAME_BYTES;
}

/** Adds a batch to the fill and moves the write point past it. The caller has checked that it fits. */
export function addBatch(
  fill: Fill,
  point: WritePoint,
  what: {
    readonly shape: LogShape;
    readonly batch: RecordBatch;
    readonly layout: BatchLayout;
    readonly acceptedAt: Instant;
  },
): Appended {
  const { shape, batch, layout, acceptedAt } = what;
  // Before the time moves on: a new segment's head tells the time of the newest record before it.
  const span = makeRoom(fill, point, { shape, size: layout.size });
  point.acceptedAt = acceptedAt;
  const placed = writeBatch(fill.region, fill.used, {
    batch,
    layout,
    to: {
      id: shape.id,
      position: point.segment * shape.segmentBytes + point.offset,
      commitOffset: point.offset - span.offset,
      life: point.life,
      acceptedAt,
      sequences: point.sequences,
    },
  });
  advance(fill, point, layout.size);
  for (const frame of layout.frames) {
    point.recordBytes += frame.recordBytes - frame.count;
  }
  return { acceptedAt, ...placed };
}

/** The span that the next `size` bytes belong to, in a new segment when the present one has no room for them. */
function makeRoom(
  fill: Fill,
  point: WritePoint,
  need: { readonly shape: LogShape; readonly size: number },
): Span {
  const headBytes = segmentHeadBytes(point.sequences.length);
  grow(fill, need.size + headBytes + FRAME_BYTES);
  // The seal always has room: whoever reads a segment must be able to tell its end from damage.
  if (!point.sealed && point.offset + need.size + FRAME_BYTES > need.shape.segmentBytes) {
    addMark(fill, point, { shape: need.shape, kind: KIND.seal, size: FRAME_BYTES });
    point.sealed = true;
  }
  if (point.sealed) {
    point.segment += 1;
    point.offset = 0;
    point.sealed = false;
    addMark(fill, point, { shape: need.shape, kind: KIND.segment, size: headBytes });
  }
  return spanOf(fill, point);
}

/** Adds a frame without records: a seal, or a segment's head with all counters. */
function addMark(
  fill: Fill,
  point: WritePoint,
  mark: { readonly shape: LogShape; readonly kind: number; readonly size: number },
): void {
  const span = spanOf(fill, point);
  const at = fill.used;
  const { region } = fill;
  region.bytes.fill(0, at, at + mark.size);
  const head: FrameHead = {
    size: mark.size,
    position: point.segment * mark.shape.segmentBytes + point.offset,
    commitOffset: point.offset - span.offset,
    life: point.life,
    firstSequence: point.segment,
    acceptedAt: point.acceptedAt,
    count: mark.kind === KIND.segment ? point.sequences.length : 0,
    shard: 0,
    kind: mark.kind,
    flags: 0,
    recordBytes: 0,
    rest: 0,
  };
  writeHead(region, at, { id: mark.shape.id, head });
  if (mark.kind === KIND.segment) {
    const counters = (at + FRAME_BYTES) / 8;
    region.doubles[counters] = point.recordBytes;
    region.doubles.set(point.sequences, counters + 1);
  }
  signFrame(region, at, mark.size);
  advance(fill, point, mark.size);
}

function spanOf(fill: Fill, point: WritePoint): Span {
  const last = fill.spans.at(-1);
  if (last !== undefined && last.segment === point.segment) {
    return last;
  }
  const { used } = fill;
  const span = { segment: point.segment, offset: point.offset, from: used, to: used };
  fill.spans.push(span);
  return span;
}

function advance(fill: Fill, point: WritePoint, size: number): void {
  fill.used += size;
  point.offset += size;
  defined(fill.spans.at(-1), "a frame is added to a span").to = fill.used;
}

function grow(fill: Fill, size: number): void {
  const needed = fill.used + size;
  if (needed <= fill.region.bytes.length) {
    return;
  }
  const larger = toRegion(Math.max(needed, fill.region.bytes.length * 2));
  fill.region.bytes.copy(larger.bytes, 0, 0, fill.used);
  fill.region = larger;
}
