/** The log of one stream: takes batches, commits them in groups, heals itself after a failed write, forgets the old. */

import { assert } from "../../base/assert.ts";
import { toInstant, type Clock, type Instant } from "../../base/clock.ts";
import type { Disk, DiskFile } from "../../base/disk.ts";
import { causeOf, Fault } from "../../base/faults.ts";
import { LIMITS } from "../../base/limits.ts";
import { nodeDisk } from "../../base/node-disk.ts";
import { systemTimers, type Timers } from "../../base/timers.ts";
import type { Appended, Appender, RecordBatch } from "../../seams/append.ts";
import type { Position } from "../../seams/consume.ts";
import type { StreamMeter } from "../../seams/meter.ts";
import { planByHash, planWhole, type BatchLayout } from "./frames/batch.ts";
import {
  addBatch,
  batchBytesMax,
  emptyFill,
  newFill,
  type Fill,
  type WritePoint,
} from "./frames/fill.ts";
import { settleIdentity, writeIdentity, type Identity } from "./identity.ts";
import { fromPosition } from "./position.ts";
import { Repair, type RetryWaits } from "./segments/repair.ts";
import { Segments } from "./segments/segments.ts";
import { SHARED } from "./places.ts";
import type { TableChange } from "./reshard.ts";
import { shardOf, toShardMap, type ShardMap, type ShardRow } from "./shards.ts";
import { trimSegments } from "./segments/trim.ts";
import { damage, findTail, positionOf } from "./segments/tail.ts";

export interface StreamOptions {
  /** Folder of this log; made when absent. Its owner sees to it that nobody else writes there. */
  readonly folder: string;
  /** Name of the stream, for messages. */
  readonly stream: string;
  readonly shards: number;
  readonly clock: Clock;
  /** So many random bytes, once per new log. */
  readonly random: (bytes: number) => Buffer;
  readonly disk?: Disk;
  readonly timers?: Timers;
  /** Size of the segments of a new log; an old one keeps its own. */
  readonly segmentBytes?: number;
  readonly commitBytesMax?: number;
  /** A commit that takes longer counts as failed. */
  readonly commitMsMax?: number;
  readonly retry?: RetryWaits;
}

interface TrimOptions {
  /** Records accepted at or after this stay. */
  readonly before: Instant;
  /** What lies behind this position stays: it is not delivered yet. */
  readonly delivered: Position;
}

export interface Stream extends Appender, AsyncDisposable {
  /** What a reader in any thread needs to see the end of the log and to be woken. */
  readonly shared: SharedArrayBuffer;
  /** The shard table, closed shards too. */
  readonly shards: readonly ShardRow[];
  /** Last sequence given out in a shard, on disk or not yet. */
  lastSequence(shard: number): number;
  /** The shard that takes the hash at `4 * index` of `hashes`. */
  shardOf(hashes: Uint32Array, index: number): number;
  meter(): StreamMeter;
  /** Gives the log another shard table while it runs; what is appended from then on goes by it. */
  reshard(change: TableChange): Promise<void>;
  /** Removes whole segments that are both old and delivered; resolves to how many. */
  trim(options: TrimOptions): Promise<number>;
}

const RETRY: RetryWaits = { baseMs: 100, maxMs: 30_000 };
const COMMIT_MS_MAX = 30_000;

/** Opens the log of a stream, or makes it. Throws STREAM_CORRUPT, STREAM_FORMAT_UNKNOWN. */
export async function openStream(options: StreamOptions): Promise<Stream> {
  const { folder, stream, disk = nodeDisk } = options;
  const segmentBytes = options.segmentBytes ?? LIMITS.segmentBytes;
  const identity = await settleIdentity(disk, { ...options, segmentBytes });
  const shape = { disk, folder, stream, segmentBytes: identity.segmentBytes };
  const segments = await Segments.open(shape);
  const point = await findTail(segments, identity);
  return new Log({ ...options, disk }, { identity, segments, point });
}

interface Parts {
  readonly identity: Identity;
  readonly segments: Segments;
  readonly point: WritePoint;
}

/** What was on disk after a commit. */
interface Counters {
  readonly sequences: Float64Array;
  readonly recordBytes: number;
}

class Log implements Stream {
  readonly shared = new SharedArrayBuffer(SHARED.length * 8);
  readonly #options: StreamOptions;
  #identity: Identity;
  readonly #segments: Segments;
  readonly #places: BigInt64Array;
  #map: ShardMap;
  #slots: Uint16Array;
  readonly #bytesMax: number;
  #batchBytesMax: number;
  #resharding: Promise<void> = Promise.resolve();
  readonly #commitMsMax: number;
  readonly #timers: Timers;
  readonly #repair: Repair;
  #point: WritePoint;
  #fill = newFill();
  #idle = newFill();
  #file: { readonly segment: number; readonly file: DiskFile } | undefined;
  #durable: Counters;
  #commits = 0;
  #turn = 0;
  /** Bytes that the commit in progress writes. */
  #writing = 0;
  #commit: Promise<void> | undefined;
  #trimming: Promise<number> = Promise.resolve(0);
  #closed = false;

  constructor(options: StreamOptions, parts: Parts) {
    this.#options = options;
    this.#identity = parts.identity;
    this.#segments = parts.segments;
    this.#point = parts.point;
    this.#map = toShardMap(this.shards);
    this.#slots = new Uint16Array(this.shards.length);
    this.#bytesMax = options.commitBytesMax ?? LIMITS.commitBytesMax;
    this.#commitMsMax = options.commitMsMax ?? COMMIT_MS_MAX;
    this.#timers = options.timers ?? systemTimers;
    this.#batchBytesMax = Math.min(this.#bytesMax, batchBytesMax(parts.identity));
    this.#durable = countersOf(parts.point);
    this.#places = new BigInt64Array(this.shared);
    const { segmentBytes } = parts.identity;
    this.#publish(positionOf(parts.point, segmentBytes));
    this.#publishOldest();
    this.#repair = new Repair({
      clock: options.clock,
      timers: this.#timers,
      waits: options.retry ?? RETRY,
      attempt: () => this.#reopen(),
    });
  }

  async append(batch: RecordBatch): Promise<Appended> {
    assert(!this.#closed, "nothing is appended to a closed log");
    const trouble = this.#repair.trouble;
    if (trouble !== undefined) {
      throw new Fault("STREAM_WRITE_FAILED", this.#facts({ cause: trouble.message }));
    }
    const acceptedAt = toInstant(Math.max(this.#options.clock.now(), this.#point.acceptedAt));
    if (batch.count === 0) {
      return { acceptedAt, shards: new Uint16Array(0), sequences: new Float64Array(0) };
    }
    const layout = this.#layOut(batch);
    this.#admit(layout.size);
    const shape = this.#identity;
    const appended = addBatch(this.#fill, this.#point, { shape, batch, layout, acceptedAt });
    const { promise, resolve, reject } = Promise.withResolvers<Appended>();
    this.#fill.waiters.push({ appended, resolve, reject });
    this.#commit ??= this.#commitAll();
    return promise;
  }

  get shards(): readonly ShardRow[] {
    return this.#identity.shards;
  }

  lastSequence(shard: number): number {
    return this.#point.sequences[shard] ?? 0;
  }

  shardOf(hashes: Uint32Array, index: number): number {
    return shardOf(this.#map, hashes, index);
  }

  reshard(change: TableChange): Promise<void> {
    const done = this.#resharding.then(() => this.#reshardNow(change));
    this.#resharding = done.catch(() => undefined);
    return done;
  }

  meter(): StreamMeter {
    const { sequences, recordBytes } = this.#durable;
    let records = 0;
    const shards = this.shards.map(({ shard }) => {
      records += sequences[shard] ?? 0;
      return { shard, records: sequences[shard] ?? 0 };
    });
    return {
      records,
      bytes: recordBytes,
      diskBytes: this.#segments.diskBytes,
      shards,
      commits: this.#commits,
      trouble: this.#repair.trouble,
    };
  }

  trim(options: TrimOptions): Promise<number> {
    this.#trimming = this.#trimming.then(
      () => this.#trimNow(options),
      () => this.#trimNow(options),
    );
    return this.#trimming;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    const answered = await this.#lastCommit();
    await this.#repair[Symbol.asyncDispose]();
    await this.#trimming.catch(() => undefined);
    await this.#resharding;
    await this.#segments[Symbol.asyncDispose]();
    // A file with a write under way is left open: closing would free its number, and the late write could then hit
    // whatever file gets that number next.
    if (answered) {
      await this.#closeFile();
    }
  }

  /** Waits for the commit under way, but no longer than any commit may take; says whether it ended. */
  async #lastCommit(): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const forget = this.#timers.after(this.#commitMsMax, () => resolve(false));
    void (this.#commit ?? Promise.resolve()).then(() => resolve(true));
    const answered = await promise;
    forget();
    return answered;
  }

  /** The new table is on disk before a record goes by it. */
  async #reshardNow(change: TableChange): Promise<void> {
    const shards = change(this.shards);
    const { disk = nodeDisk, folder } = this.#options;
    await writeIdentity(disk, folder, { ...this.#identity, shards });
    // Nothing is awaited from here on: an append sees the old table or the new one.
    this.#identity = { ...this.#identity, shards };
    this.#map = toShardMap(shards);
    this.#slots = new Uint16Array(shards.length);
    const sequences = new Float64Array(shards.length);
    sequences.set(this.#point.sequences);
    this.#point = { ...this.#point, sequences };
    this.#batchBytesMax = Math.min(this.#bytesMax, batchBytesMax(this.#identity));
  }

  #layOut(batch: RecordBatch): BatchLayout {
    const { open } = this.#map;
    if (open.length > 1 && batch.hashes !== undefined) {
      return planByHash(batch, batch.hashes, { map: this.#map, slots: this.#slots });
    }
    this.#turn = (this.#turn + 1) % open.length;
    return planWhole(batch, open[this.#turn] ?? 0);
  }

  #admit(bytes: number): void {
    if (bytes > this.#batchBytesMax) {
      const facts = { bytes, bytesMax: this.#batchBytesMax };
      throw new Fault("STREAM_RECORD_TOO_LARGE", this.#facts(facts));
    }
    const waiting = this.#fill.used + this.#writing;
    if (waiting + bytes > this.#bytesMax) {
      throw new Fault("STREAM_BUSY", this.#facts({ bytes: waiting }));
    }
  }

  /** Commits until nothing waits: while one commit is written, the next one gathers. */
  async #commitAll(): Promise<void> {
    // All requests that the same turn of the loop has read share the first commit.
    await new Promise<void>((resolve) => this.#timers.soon(resolve));
    while (this.#fill.used > 0 && this.#repair.trouble === undefined) {
      const full = this.#fill;
      this.#fill = this.#idle;
      this.#idle = full;
      this.#writing = full.used;
      const counters = countersOf(this.#point);
      const end = positionOf(this.#point, this.#identity.segmentBytes);
      await this.#write(full, { counters, end });
      this.#writing = 0;
      emptyFill(full);
    }
    this.#commit = undefined;
  }

  /** Writes a fill; answers everyone who waits for it. Never rejects. */
  async #write(
    full: Fill,
    after: { readonly counters: Counters; readonly end: number },
  ): Promise<void> {
    const inTime = this.#timers.after(this.#commitMsMax, () => {
      this.#fail("the disk does not answer", full);
    });
    try {
      for (const span of full.spans) {
        const file = await this.#fileOf(span.segment);
        await file.write(full.region.bytes, span, span.offset);
      }
    } catch (error) {
      this.#fail(causeOf(error), full);
    }
    inTime();
    if (this.#repair.trouble !== undefined) {
      this.#repair.start();
      return;
    }
    this.#durable = after.counters;
    this.#commits += 1;
    this.#publish(after.end);
    for (const waiter of full.waiters) {
      waiter.resolve(waiter.appended);
    }
    // A stream that gets next to nothing is never worth a second segment's disk space.
    if (this.#point.offset > this.#identity.segmentBytes / 8) {
      this.#segments.prepare();
    }
  }

  /** From here on nobody is answered until the end of the log has been read again. */
  #fail(cause: string, full: Fill): void {
    if (this.#repair.trouble === undefined) {
      this.#repair.report(cause);
      for (const waiter of [...full.waiters, ...this.#fill.waiters]) {
        waiter.reject(new Fault("STREAM_WRITE_FAILED", this.#facts({ cause })));
      }
    }
  }

  /** Reads the end of the log again and proves that the disk takes a write; throws while it does not. */
  async #reopen(): Promise<void> {
    await this.#closeFile();
    const { segmentBytes } = this.#identity;
    const point = await findTail(this.#segments, this.#identity);
    const end = positionOf(point, segmentBytes);
    if (BigInt(end) < Atomics.load(this.#places, SHARED.durable)) {
      throw damage(this.#identity, { ...point, cause: "acknowledged records are gone" });
    }
    if (point.sealed) {
      await this.#segments.makeSpare();
    } else {
      const file = await this.#fileOf(point.segment);
      const to = Math.min(4096, segmentBytes - point.offset);
      await file.write(Buffer.alloc(to), { from: 0, to }, point.offset);
    }
    point.acceptedAt = Math.max(point.acceptedAt, this.#point.acceptedAt);
    this.#point = point;
    emptyFill(this.#fill);
    this.#durable = countersOf(point);
    this.#publish(end);
  }

  async #trimNow(options: TrimOptions): Promise<number> {
    const delivered = fromPosition(this.#identity.name, options.delivered) ?? 0;
    return await trimSegments(this.#segments, this.#identity, {
      before: options.before,
      delivered,
      leaving: (oldest) => Atomics.store(this.#places, SHARED.oldest, BigInt(oldest)),
      ended: () => this.#closed,
    });
  }

  async #fileOf(segment: number): Promise<DiskFile> {
    if (this.#file?.segment !== segment) {
      await this.#closeFile();
      this.#file = { segment, file: await this.#segments.openForWriting(segment) };
    }
    return this.#file.file;
  }

  async #closeFile(): Promise<void> {
    const open = this.#file;
    this.#file = undefined;
    await open?.file.close();
  }

  #publish(end: number): void {
    Atomics.store(this.#places, SHARED.durable, BigInt(end));
    Atomics.notify(this.#places, SHARED.durable);
  }

  #publishOldest(): void {
    const first = Math.max(1, this.#segments.first);
    Atomics.store(this.#places, SHARED.oldest, BigInt(first * this.#identity.segmentBytes));
  }

  #facts<T extends object>(more: T): T & { readonly stream: string } {
    return { stream: this.#options.stream, ...more };
  }
}

function countersOf(point: WritePoint): Counters {
  return { sequences: point.sequences.slice(), recordBytes: point.recordBytes };
}
