/** A stream in memory: the appender, and the frames that the memory reader reads. Forgets nothing, survives nothing. */

import type { Clock, Instant } from "../../base/clock.ts";
import { systemClock, toInstant } from "../../base/clock.ts";
import type { Appended, Appender, RecordBatch } from "../../seams/append.ts";

/** One frame as it is kept; the reader adds positions. */
export interface MemoryFrame {
  readonly shard: number;
  readonly firstSequence: number;
  readonly acceptedAt: Instant;
  readonly records: readonly Buffer[];
  readonly ids: readonly string[] | undefined;
  readonly keys: readonly string[] | undefined;
}

export interface MemoryLog extends Appender {
  readonly shards: number;
  readonly frames: readonly MemoryFrame[];
  /** Calls back after every append, until the returned function is called. */
  onAppend(listener: () => void): () => void;
}

export interface MemoryLogOptions {
  readonly shards?: number;
  readonly clock?: Clock;
}

export function openMemoryLog(options: MemoryLogOptions = {}): MemoryLog {
  return new Log(options.shards ?? 1, options.clock ?? systemClock);
}

class Log implements MemoryLog {
  readonly shards: number;
  readonly frames: MemoryFrame[] = [];
  readonly #clock: Clock;
  readonly #last: number[];
  readonly #listeners = new Set<() => void>();
  #turn = 0;
  #acceptedAt = toInstant(0);

  constructor(shards: number, clock: Clock) {
    this.shards = shards;
    this.#clock = clock;
    this.#last = Array.from({ length: shards }, () => 0);
  }

  async append(batch: RecordBatch): Promise<Appended> {
    this.#acceptedAt = toInstant(Math.max(this.#acceptedAt, this.#clock.now()));
    const shards = this.#choose(batch);
    const sequences = new Float64Array(batch.count);
    for (const shard of new Set(shards)) {
      const members = [...shards.keys()].filter((i) => shards[i] === shard);
      const firstSequence = (this.#last[shard] ?? 0) + 1;
      this.#last[shard] = firstSequence + members.length - 1;
      members.forEach((member, i) => {
        sequences[member] = firstSequence + i;
      });
      this.frames.push({
        shard,
        firstSequence,
        acceptedAt: this.#acceptedAt,
        records: members.map((i) =>
          Buffer.from(batch.bytes.subarray(batch.starts[i], batch.ends[i])),
        ),
        ids: batch.ids === undefined ? undefined : members.map((i) => batch.ids?.[i] ?? ""),
        keys: batch.keys === undefined ? undefined : members.map((i) => batch.keys?.[i] ?? ""),
      });
    }
    for (const listener of this.#listeners) {
      listener();
    }
    return { acceptedAt: this.#acceptedAt, shards, sequences };
  }

  onAppend(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** The even split of the hash space, decided by the first word of a hash alone. */
  #choose(batch: RecordBatch): Uint16Array {
    const { count, hashes } = batch;
    if (hashes === undefined) {
      this.#turn = (this.#turn + 1) % this.shards;
      return new Uint16Array(count).fill(this.#turn);
    }
    return Uint16Array.from({ length: count }, (_, i) =>
      Math.floor(((hashes[4 * i] ?? 0) / 2 ** 32) * this.shards),
    );
  }
}
