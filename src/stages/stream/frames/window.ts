/** A stretch of a log in memory, read through the page cache, and the frames in it; one reader's, never two's. */

import { defined } from "../../../base/assert.ts";
import type { Disk, DiskFile } from "../../../base/disk.ts";
import { Fault } from "../../../base/faults.ts";
import { tables } from "./batch.ts";
import {
  FLAG,
  FRAME_ALIGNMENT,
  FRAME_BYTES,
  frameFault,
  KIND,
  readHead,
  toRegion,
  type FrameHead,
  type Region,
} from "./frame.ts";
import type { Identity } from "../identity.ts";
import { toPosition } from "../position.ts";
import { segmentName } from "../segments/segments.ts";
import { damage } from "../segments/tail.ts";
import { join } from "node:path";
import { toInstant } from "../../../base/clock.ts";
import type { Frame } from "../../../seams/consume.ts";
import { SHARED } from "../places.ts";

export interface WindowOptions {
  readonly disk: Disk;
  readonly folder: string;
  readonly identity: Identity;
  readonly shared: SharedArrayBuffer;
}

/** A frame in the window: its head, and where in the window it begins. */
export interface Found {
  readonly at: number;
  readonly head: FrameHead;
}

/** What one look at the log gave: frames with records, and where to look next. */
export interface Look {
  readonly found: readonly Found[];
  readonly next: number;
}

/** Before the first look: many a window is never looked through. */
const NOTHING = toRegion(0);

export class Window implements AsyncDisposable {
  readonly #options: WindowOptions;
  readonly #places: BigInt64Array;
  #region = NOTHING;
  /** Position of the region's first byte. */
  #base = 0;
  #file: { readonly segment: number; readonly file: DiskFile } | undefined;

  constructor(options: WindowOptions) {
    this.#options = options;
    this.#places = new BigInt64Array(options.shared);
  }

  get durable(): number {
    return Number(Atomics.load(this.#places, SHARED.durable));
  }

  get oldest(): number {
    return Number(Atomics.load(this.#places, SHARED.oldest));
  }

  /** The memory that found frames stand in; another look overwrites it. */
  get region(): Region {
    return this.#region;
  }

  /**
   * The frames from `at` on, of one segment, in about `bytesMax` bytes; at least one frame unless the log or the
   * segment ends. Throws STREAM_POSITION_GONE, STREAM_CORRUPT.
   */
  async look(at: number, bytesMax: number): Promise<Look> {
    const { segmentBytes } = this.#options.identity;
    const segment = Math.floor(at / segmentBytes);
    const until = Math.min(this.durable, (segment + 1) * segmentBytes);
    let want = Math.min(until - at, Math.max(bytesMax, FRAME_BYTES));
    for (;;) {
      const got = await this.#load(at, want);
      const look = this.#parse(at, got);
      if (look.next > at) {
        return look;
      }
      // Nothing whole fitted: the first frame alone is larger than what was read, or it is damaged.
      const size = readHead(this.#region, 0).size;
      if (size <= want || size > until - at || got < Math.min(want, FRAME_BYTES)) {
        throw this.#fault(at);
      }
      want = size;
    }
  }

  /** Where the first whole frame behind a damaged one at `at` begins; the next segment where its own has none. */
  async beyond(at: number): Promise<number> {
    const { segmentBytes, id } = this.#options.identity;
    const end = (Math.floor(at / segmentBytes) + 1) * segmentBytes;
    const got = await this.#load(at, Math.min(end, this.durable) - at);
    const stretch = { id, base: at, end: got };
    for (let next = FRAME_ALIGNMENT; next + FRAME_BYTES <= got; next += FRAME_ALIGNMENT) {
      if (frameFault(this.#region, next, stretch) === undefined) {
        return at + next;
      }
    }
    return Math.min(end, this.durable);
  }

  /** The records of a found frame. Its bytes are a view of the window. */
  toFrame(found: Found): Frame {
    const { at, head } = found;
    const { words, bytes } = this.#region;
    const { count } = head;
    const lengths = (at + FRAME_BYTES) / 4;
    const recordsAt = at + FRAME_BYTES + 4 * count * tables(head.flags);
    const starts = new Uint32Array(count);
    const ends = new Uint32Array(count);
    let byte = 0;
    for (let i = 0; i < count; i += 1) {
      starts[i] = byte;
      byte += words[lengths + i] ?? 0;
      ends[i] = byte;
      byte += 1;
    }
    const log = this.#options.identity.name;
    const texts = this.#texts(found, recordsAt + head.recordBytes);
    return {
      shard: head.shard,
      firstSequence: head.firstSequence,
      count,
      acceptedAt: toInstant(head.acceptedAt),
      position: toPosition(log, this.#base + at),
      next: toPosition(log, this.#base + at + head.size),
      bytes: bytes.subarray(recordsAt, recordsAt + head.recordBytes),
      starts,
      ends,
      ...texts,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const open = this.#file;
    this.#file = undefined;
    await open?.file.close();
  }

  #texts(
    found: Found,
    byteAt: number,
  ): { ids: readonly string[] | undefined; keys: readonly string[] | undefined } {
    const { at, head } = found;
    const { words, bytes } = this.#region;
    let table = (at + FRAME_BYTES) / 4 + head.count;
    let byte = byteAt;
    const read = (flag: number): readonly string[] | undefined => {
      if ((head.flags & flag) === 0) {
        return undefined;
      }
      const texts: string[] = [];
      for (let i = 0; i < head.count; i += 1) {
        const end = byte + (words[table + i] ?? 0);
        texts.push(bytes.toString("utf8", byte, end));
        byte = end;
      }
      table += head.count;
      return texts;
    };
    return { ids: read(FLAG.ids), keys: read(FLAG.keys) };
  }

  /** Every frame with records among the `end` bytes read from `position` on. */
  #parse(position: number, end: number): Look {
    const { identity } = this.#options;
    const stretch = { id: identity.id, base: position, end };
    const found: Found[] = [];
    let at = 0;
    while (at + FRAME_BYTES <= end) {
      if (frameFault(this.#region, at, stretch) !== undefined) {
        // A frame that the read cut off is for the next look; a damaged one is reported then.
        break;
      }
      const head = readHead(this.#region, at);
      if (head.kind === KIND.seal) {
        const segment = Math.floor(position / identity.segmentBytes);
        return { found, next: (segment + 1) * identity.segmentBytes };
      }
      if (head.kind === KIND.records) {
        found.push({ at, head });
      }
      at += head.size;
    }
    return { found, next: position + at };
  }

  async #load(at: number, want: number): Promise<number> {
    const { segmentBytes } = this.#options.identity;
    const segment = Math.floor(at / segmentBytes);
    if (this.#region.bytes.length < want) {
      this.#region = toRegion(
        Math.max(want, Math.min(segmentBytes, this.#region.bytes.length * 2)),
      );
    }
    const file = await this.#fileOf(segment, at);
    this.#base = at;
    return await file.read(this.#region.bytes, { from: 0, to: want }, at % segmentBytes);
  }

  async #fileOf(segment: number, at: number): Promise<DiskFile> {
    if (this.#file?.segment !== segment) {
      await this[Symbol.asyncDispose]();
      const { disk, folder } = this.#options;
      const file = await disk.openForReading(join(folder, segmentName(segment)));
      if (file === undefined) {
        throw this.#fault(at, "the file is missing");
      }
      this.#file = { segment, file };
    }
    return defined(this.#file, "the segment's file was opened above").file;
  }

  /** What to say of a place where no frame is: retention may have taken it away while it was being read. */
  #fault(at: number, missing?: string): Fault {
    const { identity } = this.#options;
    const { stream, segmentBytes, name } = identity;
    if (at < this.oldest) {
      const oldest = toPosition(name, this.oldest);
      return new Fault("STREAM_POSITION_GONE", { stream, position: toPosition(name, at), oldest });
    }
    const stretch = { id: identity.id, base: at, end: this.#region.bytes.length };
    const cause = missing ?? frameFault(this.#region, 0, stretch) ?? "the file ends too early";
    const segment = Math.floor(at / segmentBytes);
    return damage(identity, { segment, offset: at % segmentBytes, cause });
  }
}
