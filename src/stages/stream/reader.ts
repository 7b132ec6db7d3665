/** Reads a log, in the thread that writes it or in another: in order, or by sequence, or by time. */

import { Fault } from "../../base/faults.ts";
import { toInstant, type Instant } from "../../base/clock.ts";
import type { Disk } from "../../base/disk.ts";
import { LIMITS } from "../../base/limits.ts";
import { nodeDisk } from "../../base/node-disk.ts";
import { systemTimers, type Timers } from "../../base/timers.ts";
import type { Frame, Position, StreamReader } from "../../seams/consume.ts";
import { findBySequence, findByTime, firstSequences } from "./frames/find.ts";
import { readIdentity, type Identity } from "./identity.ts";
import { fromPosition, toPosition } from "./position.ts";
import { nextCommit, SHARED, type Watch } from "./places.ts";
import { damage } from "./segments/tail.ts";
import { Window } from "./frames/window.ts";

export interface ReaderOptions {
  /** Folder of the log. */
  readonly folder: string;
  readonly stream: string;
  /** `Stream.shared` of the open log. */
  readonly shared: SharedArrayBuffer;
  readonly disk?: Disk;
  readonly timers?: Timers;
  /** How a commit is waited for; without it, by waking on the shared memory. */
  readonly watch?: Watch;
}

/** A record's place: sequences are counted in each shard by itself. */
export interface RecordPlace {
  readonly shard: number;
  readonly sequence: number;
}

export interface FoundRecord {
  readonly acceptedAt: Instant;
  /** A copy of the record's bytes. */
  readonly bytes: Buffer;
  readonly id: string | undefined;
  readonly key: string | undefined;
  /** The frame it stands in. */
  readonly position: Position;
}

export interface LogReader extends StreamReader {
  /** Position of the frame that holds a record; undefined when it is no longer, or not yet, in the log. */
  positionOf(place: RecordPlace): Promise<Position | undefined>;
  /** Position of the first frame accepted at or after `time`; the newest position when there is none. */
  positionAt(time: Instant): Promise<Position>;
  /** The same, but when more than `bytesMax` bytes of the log follow, the first segment from which fewer do. */
  recent(bounds: { readonly since: Instant; readonly bytesMax: number }): Promise<Position>;
  /** Sequence of each shard's oldest retained record, or of its next one when none is retained. */
  firstSequences(): Promise<readonly number[]>;
  /** Where reading goes on behind the damage that `read` found at this position; the end where it does not. */
  pastDamage(from: Position): Promise<Position>;
  /** One record, wherever it is; undefined when it is no longer, or not yet, in the log. */
  readRecord(place: RecordPlace): Promise<FoundRecord | undefined>;
}

/** Opens a reader of a log that is open for writing, here or in another thread. */
export async function openStreamReader(options: ReaderOptions): Promise<LogReader> {
  const { folder, stream, disk = nodeDisk } = options;
  const identity = await readIdentity(disk, folder, stream);
  if (identity === undefined) {
    const facts = { stream, segment: "stream.json", offset: 0 };
    throw new Fault("STREAM_CORRUPT", { ...facts, cause: "the file is missing" });
  }
  return new Reader(identity, { ...options, disk });
}

class Reader implements LogReader {
  readonly #identity: Identity;
  readonly #places: BigInt64Array;
  readonly #window: Window;
  /** Look-ups have a window of their own: what `read` gave stays valid meanwhile. */
  readonly #lookup: Window;
  readonly #timers: Timers;
  readonly #watch: Watch;
  #lookups: Promise<unknown> = Promise.resolve();

  constructor(identity: Identity, options: ReaderOptions & { readonly disk: Disk }) {
    this.#identity = identity;
    this.#places = new BigInt64Array(options.shared);
    this.#timers = options.timers ?? systemTimers;
    this.#watch = options.watch ?? nextCommit;
    this.#window = new Window({ ...options, identity });
    this.#lookup = new Window({ ...options, identity });
  }

  oldest(): Promise<Position> {
    return Promise.resolve(toPosition(this.#identity.name, this.#window.oldest));
  }

  newest(): Promise<Position> {
    return Promise.resolve(toPosition(this.#identity.name, this.#window.durable));
  }

  async read(from: Position, bytesMax: number): Promise<readonly Frame[]> {
    let at = this.#toOffset(from);
    while (at < this.#window.durable) {
      const look = await this.#window.look(at, Math.min(bytesMax, LIMITS.segmentBytes));
      if (look.found.length > 0) {
        // Between `from` and the first frame there may be a seal and a segment's head; to consumers a frame begins
        // where the one before it ended.
        return look.found.map((found, i) => {
          const frame = this.#window.toFrame(found);
          return i === 0 ? { ...frame, position: from } : frame;
        });
      }
      at = look.next;
    }
    return [];
  }

  async wait(position: Position, timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
    const at = BigInt(this.#toOffset(position));
    const until = this.#timers.elapsed() + timeoutMs;
    for (;;) {
      const durable = Atomics.load(this.#places, SHARED.durable);
      if (durable > at) {
        return true;
      }
      const left = until - this.#timers.elapsed();
      if (left <= 0 || signal?.aborted === true) {
        return false;
      }
      await this.#watch(this.#places, durable, { ms: left, signal });
    }
  }

  async positionOf(place: RecordPlace): Promise<Position | undefined> {
    return (await this.readRecord(place))?.position;
  }

  async positionAt(time: Instant): Promise<Position> {
    const found = await this.#alone(() => findByTime(this.#lookup, this.#identity, time));
    return toPosition(this.#identity.name, found);
  }

  async recent({ since, bytesMax }: { since: Instant; bytesMax: number }): Promise<Position> {
    const { name, segmentBytes } = this.#identity;
    const found = await this.#alone(() => findByTime(this.#lookup, this.#identity, since));
    const { durable, oldest } = this.#window;
    const segment = Math.ceil(Math.max(0, durable - bytesMax) / segmentBytes) * segmentBytes;
    return toPosition(name, Math.max(found, oldest, Math.min(segment, durable)));
  }

  firstSequences(): Promise<readonly number[]> {
    return this.#alone(() => firstSequences(this.#lookup, this.#identity));
  }

  pastDamage(from: Position): Promise<Position> {
    return this.#alone(async () => {
      const next = await this.#lookup.beyond(this.#toOffset(from));
      return toPosition(this.#identity.name, next);
    });
  }

  readRecord(place: RecordPlace): Promise<FoundRecord | undefined> {
    return this.#alone(async () => {
      const found = await findBySequence(this.#lookup, this.#identity, place);
      if (found === undefined) {
        return undefined;
      }
      const frame = this.#lookup.toFrame(found);
      const index = place.sequence - frame.firstSequence;
      return {
        acceptedAt: toInstant(frame.acceptedAt),
        bytes: Buffer.from(frame.bytes.subarray(frame.starts[index], frame.ends[index])),
        id: frame.ids?.[index],
        key: frame.keys?.[index],
        position: frame.position,
      };
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lookups;
    await this.#window[Symbol.asyncDispose]();
    await this.#lookup[Symbol.asyncDispose]();
  }

  /** One look-up at a time: they share a window. */
  #alone<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#lookups.then(run);
    this.#lookups = result.catch(() => undefined);
    return result;
  }

  #toOffset(position: Position): number {
    const { name, stream, segmentBytes } = this.#identity;
    const at = fromPosition(name, position);
    const { oldest, durable } = this.#window;
    if (at === undefined || at < oldest) {
      const facts = { stream, position, oldest: toPosition(name, oldest) };
      throw new Fault("STREAM_POSITION_GONE", facts);
    }
    if (at > durable) {
      // Only durable positions are ever handed out, so records that somebody has read are gone.
      const cause = "the log ends before a position that was handed out";
      const segment = Math.floor(durable / segmentBytes);
      throw damage(this.#identity, { segment, offset: durable % segmentBytes, cause });
    }
    return at;
  }
}
