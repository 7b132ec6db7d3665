/** A frame as bytes: its 64-byte head, its checksum, and the tests that tell a frame of this log from anything else. */

import { crc32c } from "@node-rs/crc32";
import { endianness } from "node:os";
import { assert } from "../../../base/assert.ts";

assert(endianness() === "LE", "frames are written through views, so the machine is little endian");

/** One piece of memory seen as bytes, 32-bit words and doubles: far cheaper than Buffer's read and write methods. */
export interface Region {
  readonly bytes: Buffer;
  readonly words: Uint32Array;
  readonly doubles: Float64Array;
}

export function toRegion(bytesMax: number): Region {
  const bytes = Buffer.allocUnsafeSlow(align8(bytesMax));
  return {
    bytes,
    words: new Uint32Array(bytes.buffer),
    doubles: new Float64Array(bytes.buffer),
  };
}

/** Random number of one log: bytes that an earlier or another log left on the disk are never taken for its own. */
export interface LogId {
  readonly low: number;
  readonly high: number;
}

export const FRAME_BYTES = 64;
/** Frames begin at multiples of this, so that views fit and a search after damage can stride. */
export const FRAME_ALIGNMENT = 8;

/** What a frame is: records, the end of a full segment, or the start of a segment with the counters so far. */
export const KIND = { records: 1, seal: 2, segment: 3 } as const;
export const FLAG = { ids: 1, keys: 2 } as const;

/**
 * Little endian: 0 crc32c of what follows, 4 size, 8 log id, 16 position, 24 distance to the start of its commit,
 * 28 life, 32 first sequence, 40 accepted at, 48 count, 52 shard (16 bits), 54 kind, 55 flags, 56 bytes of the
 * records, 60 frames of the same append that follow. Then, for records: `count` lengths, as many id and key lengths
 * when flagged, the records each with a line feed, ids, keys, zeros up to the alignment.
 */
export interface FrameHead {
  readonly size: number;
  /** Where the frame stands in the log; a copy of it elsewhere is not valid. */
  readonly position: number;
  /** Bytes between the start of the write that carried this frame and the frame itself. */
  readonly commitOffset: number;
  /** Counts the openings of the log: a frame of an older life behind one of a newer is a torn remnant. */
  readonly life: number;
  readonly firstSequence: number;
  readonly acceptedAt: number;
  readonly count: number;
  readonly shard: number;
  readonly kind: number;
  readonly flags: number;
  /** Bytes of the records with their line feeds. */
  readonly recordBytes: number;
  /** Frames of the same append that follow; an append counts only when its last frame is there. */
  readonly rest: number;
}

export function align8(bytes: number): number {
  return Math.ceil(bytes / FRAME_ALIGNMENT) * FRAME_ALIGNMENT;
}

/** Writes a head at `at`, all but its checksum, which `signFrame` adds when the frame is complete. */
export function writeHead(region: Region, at: number, from: { id: LogId; head: FrameHead }): void {
  const { words, doubles } = region;
  const { id, head } = from;
  const word = at / 4;
  const double = at / 8;
  words[word + 1] = head.size;
  words[word + 2] = id.low;
  words[word + 3] = id.high;
  doubles[double + 2] = head.position;
  words[word + 6] = head.commitOffset;
  words[word + 7] = head.life;
  doubles[double + 4] = head.firstSequence;
  doubles[double + 5] = head.acceptedAt;
  words[word + 12] = head.count;
  words[word + 13] = head.shard + head.kind * 0x1_00_00 + head.flags * 0x1_00_00_00;
  words[word + 14] = head.recordBytes;
  words[word + 15] = head.rest;
}

export function signFrame(region: Region, at: number, size: number): void {
  region.words[at / 4] = crc32c(region.bytes.subarray(at + 4, at + size));
}

export function readHead(region: Region, at: number): FrameHead {
  const word = (offset: number): number => region.words[at / 4 + offset] ?? 0;
  const double = (offset: number): number => region.doubles[at / 8 + offset] ?? 0;
  const packed = word(13);
  return {
    size: word(1),
    position: double(2),
    commitOffset: word(6),
    life: word(7),
    firstSequence: double(4),
    acceptedAt: double(5),
    count: word(12),
    shard: packed & 0xff_ff,
    kind: (packed >>> 16) & 0xff,
    flags: packed >>> 24,
    recordBytes: word(14),
    rest: word(15),
  };
}

/** Which stretch of which log a region holds: its byte 0 is at position `base`, and `end` bytes are there. */
export interface Stretch {
  readonly id: LogId;
  readonly base: number;
  readonly end: number;
}

/** Why there is no frame of this log at `at`; undefined when there is one, whole and unharmed. */
export function frameFault(region: Region, at: number, stretch: Stretch): string | undefined {
  const { words, bytes } = region;
  const word = at / 4;
  if (at + FRAME_BYTES > stretch.end) {
    return "no room for a frame";
  }
  if (words[word + 2] !== stretch.id.low || words[word + 3] !== stretch.id.high) {
    return "the bytes are not of this log";
  }
  if (region.doubles[at / 8 + 2] !== stretch.base + at) {
    return "the frame belongs to another position";
  }
  const size = words[word + 1] ?? 0;
  if (size < FRAME_BYTES || size % FRAME_ALIGNMENT !== 0 || at + size > stretch.end) {
    return "the frame's size is impossible";
  }
  return words[word] === crc32c(bytes.subarray(at + 4, at + size))
    ? undefined
    : "the checksum does not match";
}
