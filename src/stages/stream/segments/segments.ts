/** The files of a log: which segments there are, the next one prepared ahead, old ones recycled or deleted. */

import { join } from "node:path";
import { assert } from "../../../base/assert.ts";
import type { Disk, DiskFile, Part } from "../../../base/disk.ts";
import { Fault } from "../../../base/faults.ts";
import { toRegion, type Region } from "../frames/frame.ts";

export interface SegmentsOptions {
  readonly disk: Disk;
  readonly folder: string;
  readonly stream: string;
  readonly segmentBytes: number;
}

/** Segments held ready beside those in use: two carry a burst over the time that zeroing another takes. */
const SPARES_MAX = 2;
/** Zeros go out in pieces of this size, so that a commit never waits behind more than one. */
const ZEROS = Buffer.alloc(1_048_576);

export function segmentName(segment: number): string {
  return `${String(segment).padStart(12, "0")}.segment`;
}

export class Segments implements AsyncDisposable {
  readonly #options: SegmentsOptions;
  /** Number of the oldest and the newest segment; both 0 while there is none. */
  #first = 0;
  #last = 0;
  #spares: string[] = [];
  #made = 0;
  #preparing: Promise<void> | undefined;
  #preparedFor = -1;
  #closing = false;
  /** Whether the folder may hold names that are not on disk. */
  #loose = true;

  private constructor(options: SegmentsOptions) {
    this.#options = options;
  }

  /** Finds the segments and spares of a folder and removes what an interrupted preparation left. */
  static async open(options: SegmentsOptions): Promise<Segments> {
    const segments = new Segments(options);
    const { disk, folder, stream } = options;
    const names = (await disk.list(folder)).map(({ name }) => name);
    const numbers = names
      .flatMap((name) => /^(\d{12})\.segment$/.exec(name)?.[1] ?? [])
      .map(Number);
    numbers.sort((a, b) => a - b);
    numbers.forEach((number, index) => {
      const expected = (numbers[0] ?? 0) + index;
      if (number !== expected) {
        const facts = { stream, segment: segmentName(expected), offset: 0 };
        throw new Fault("STREAM_CORRUPT", { ...facts, cause: "the file is missing" });
      }
    });
    segments.#first = numbers[0] ?? 0;
    segments.#last = numbers.at(-1) ?? 0;
    for (const name of names.filter((each) => /\.(zeroing|new)$/.test(each))) {
      await disk.remove(join(folder, name));
    }
    segments.#spares = names.filter((name) => name.endsWith(".spare"));
    segments.#made = Math.max(0, ...segments.#spares.map((name) => Number.parseInt(name, 10) || 0));
    return segments;
  }

  get first(): number {
    return this.#first;
  }

  get last(): number {
    return this.#last;
  }

  get diskBytes(): number {
    const segments = this.#first === 0 ? 0 : this.#last - this.#first + 1;
    return (segments + this.#spares.length) * this.#options.segmentBytes;
  }

  path(segment: number): string {
    return join(this.#options.folder, segmentName(segment));
  }

  /** All bytes of a segment; zeros where the file is shorter. */
  async readWhole(segment: number): Promise<Region> {
    const { segmentBytes } = this.#options;
    const region = toRegion(segmentBytes);
    const got = await this.#read(segment, region.bytes);
    region.bytes.fill(0, got);
    return region;
  }

  /** The first `bytesMax` bytes of a segment. */
  async readStart(segment: number, bytesMax: number): Promise<Region> {
    const region = toRegion(bytesMax);
    region.bytes.fill(0, await this.#read(segment, region.bytes));
    return region;
  }

  /**
   * Has on disk what was read of a segment: a life that was killed, or a write that failed, may have left it in memory
   * alone. A sync would not do: what a failed write left counts as clean, so that the system never writes it again and
   * says that all is well (fsync(2) since Linux 4.13; Rebello et al., "Can Applications Recover from fsync Failures?").
   */
  async writeAgain(segment: number, { bytes }: Region, part: Part): Promise<void> {
    const file = await this.#options.disk.open(this.path(segment), "write");
    try {
      await file.write(bytes, part, part.from);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  /** The newest segment for writing, or the one after it, which is made then. */
  async openForWriting(segment: number): Promise<DiskFile> {
    const { disk, folder } = this.#options;
    if (segment === this.#last) {
      return await disk.open(this.path(segment), "write");
    }
    assert(segment === this.#last + 1, "segments follow each other");
    const spare = this.#spares.shift();
    const file =
      spare === undefined ? await this.#create(segment) : await this.#reuse(spare, segment);
    try {
      await disk.syncFolder(folder);
    } catch (error) {
      await file.close();
      throw error;
    }
    this.#last = segment;
    this.#first = this.#first === 0 ? segment : this.#first;
    return file;
  }

  /**
   * Sees to it that a spare is ready when the segment in use is full. Runs aside; once per segment, so that a full
   * disk is not asked again and again. Without a spare, a segment grows as it is written, which is slower.
   */
  prepare(): void {
    if (this.#preparing === undefined && this.#preparedFor !== this.#last) {
      this.#preparedFor = this.#last;
      this.#preparing = this.#stockUp()
        .catch(() => undefined)
        .finally(() => {
          this.#preparing = undefined;
        });
    }
  }

  /** Writes a spare full of zeros; throws when the disk does not take it, and leaves nothing then. */
  async makeSpare(): Promise<void> {
    const { disk, folder, segmentBytes } = this.#options;
    this.#made += 1;
    const name = `${this.#made}.spare`;
    const path = join(folder, `${this.#made}.zeroing`);
    try {
      const file = await disk.open(path, "create");
      try {
        for (let at = 0; at < segmentBytes && !this.#closing; at += ZEROS.length) {
          const to = Math.min(ZEROS.length, segmentBytes - at);
          await file.write(ZEROS, { from: 0, to }, at);
        }
      } finally {
        await file.close();
      }
      if (this.#closing) {
        await disk.remove(path);
        return;
      }
      await disk.rename(path, join(folder, name));
      this.#spares.push(name);
    } catch (error) {
      await disk.remove(path);
      throw error;
    }
  }

  /** Takes the oldest segment away: for use again where spares are few. */
  async dropFirst(): Promise<void> {
    assert(this.#first < this.#last, "the segment in use is never dropped");
    const { disk, folder } = this.#options;
    // In order, one by one: a power cut must not bring an older segment back without the one after it. What was taken
    // away by a life that was killed, or before a sync that failed, comes first.
    if (this.#loose) {
      await disk.syncFolder(folder);
    }
    this.#loose = true;
    const segment = this.#first;
    this.#first += 1;
    await this.#recycle(segment);
    await disk.syncFolder(folder);
    this.#loose = false;
  }

  /** Takes the newest segment away, in which nothing was ever acknowledged. */
  async dropLast(): Promise<void> {
    const segment = this.#last;
    this.#last -= 1;
    if (segment === this.#first) {
      this.#first = 0;
      this.#last = 0;
    }
    await this.#recycle(segment);
    await this.#options.disk.syncFolder(this.#options.folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true;
    await this.#preparing;
  }

  async #stockUp(): Promise<void> {
    while (this.#spares.length < SPARES_MAX && !this.#closing) {
      await this.makeSpare();
    }
  }

  async #recycle(segment: number): Promise<void> {
    const { disk, folder } = this.#options;
    const underWay = this.#preparing === undefined ? 0 : 1;
    if (this.#spares.length + underWay >= SPARES_MAX) {
      await disk.remove(this.path(segment));
      return;
    }
    this.#made += 1;
    const name = `${this.#made}.spare`;
    await disk.rename(this.path(segment), join(folder, name));
    this.#spares.push(name);
  }

  async #reuse(spare: string, segment: number): Promise<DiskFile> {
    const { disk, folder } = this.#options;
    await disk.rename(join(folder, spare), this.path(segment));
    return await disk.open(this.path(segment), "write");
  }

  /** A file of full size without blocks: its size never changes again, only blocks are added as they are written. */
  async #create(segment: number): Promise<DiskFile> {
    const { disk, segmentBytes } = this.#options;
    const path = this.path(segment);
    // What an attempt that failed half-way left is nobody's.
    await disk.remove(path);
    const file = await disk.open(path, "create");
    try {
      await file.write(ZEROS, { from: 0, to: 8 }, segmentBytes - 8);
      return file;
    } catch (error) {
      await file.close();
      await disk.remove(path);
      throw error;
    }
  }

  async #read(segment: number, bytes: Buffer): Promise<number> {
    const file = await this.#options.disk.openForReading(this.path(segment));
    if (file === undefined) {
      return 0;
    }
    try {
      return await file.read(bytes, { from: 0, to: bytes.length }, 0);
    } finally {
      await file.close();
    }
  }
}
