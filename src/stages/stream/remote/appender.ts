/** The append seam over Kinesis: events wait together, go out in one call at a time, and are told where they are. */

import { randomBytes } from "node:crypto";
import { type Clock, toInstant } from "../../../base/clock.ts";
import { Fault, toFault } from "../../../base/faults.ts";
import { LIMITS } from "../../../base/limits.ts";
import type { Appended, Appender, RecordBatch } from "../../../seams/append.ts";
import type { PutEntry, PutOutcome, RemoteStream } from "./client.ts";
import { sequenceText } from "./place.ts";
import { planRound, ROUND_LIMITS, type Waiting } from "./rounds.ts";

export interface RemoteAppenderOptions {
  readonly remote: Pick<RemoteStream, "stream" | "put">;
  readonly clock: Clock;
  readonly sleep: (ms: number) => Promise<void>;
}

export interface RemoteAppender extends Appender, AsyncDisposable {
  /** The newest sequence number stored per shard by this process. */
  readonly stored: ReadonlyMap<number, string>;
}

/** Throttled entries are sent again for so long; then their callers are told, and may send again. */
const PATIENCE_MS = 30_000;
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 2000;

export function openRemoteAppender(options: RemoteAppenderOptions): RemoteAppender {
  return new KinesisAppender(options);
}

interface Event extends Waiting {
  readonly call: Call;
  /** Its place in the caller's batch. */
  readonly index: number;
}

/** One batch on its way. */
class Call {
  readonly shards: Uint16Array;
  readonly sequences: Float64Array;
  readonly names: string[];
  readonly ended = Promise.withResolvers<void>();
  #open: number;

  constructor(count: number) {
    this.shards = new Uint16Array(count);
    this.sequences = new Float64Array(count);
    this.names = Array.from({ length: count }, () => "");
    this.#open = count;
  }

  store(index: number, shard: number, name: string): void {
    this.shards[index] = shard;
    this.names[index] = name;
    this.#open -= 1;
    if (this.#open === 0) {
      this.ended.resolve();
    }
  }
}

class KinesisAppender implements RemoteAppender {
  readonly stored = new Map<number, string>();
  readonly #options: RemoteAppenderOptions;
  #waiting: readonly Event[] = [];
  #bytes = 0;
  #sending: Promise<void> | undefined;

  constructor(options: RemoteAppenderOptions) {
    this.#options = options;
  }

  async append(batch: RecordBatch): Promise<Appended> {
    const { remote, clock } = this.#options;
    const bytes = batch.bytes.length;
    if (this.#bytes > 0 && this.#bytes + bytes > LIMITS.commitBytesMax) {
      throw new Fault("STREAM_BUSY", { stream: remote.stream, bytes: this.#bytes });
    }
    const call = new Call(batch.count);
    if (batch.count > 0) {
      this.#waiting = [...this.#waiting, ...toEvents(batch, call)];
      this.#bytes += bytes;
      this.#sending ??= this.#sendAll();
      try {
        await call.ended.promise;
      } finally {
        this.#bytes -= bytes;
      }
    }
    const { shards, sequences, names } = call;
    return { acceptedAt: toInstant(clock.now()), shards, sequences, names };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sending;
  }

  async #sendAll(): Promise<void> {
    // All requests that the same turn of the loop has read share the first call.
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
    while (this.#waiting.length > 0) {
      const { entries, members, left } = planRound(this.#waiting, ROUND_LIMITS, anyKey);
      this.#waiting = left;
      await this.#send(entries, members);
    }
    this.#sending = undefined;
  }

  /** Sends until every entry is stored, or tells whose are not. Never rejects. */
  async #send(entries: readonly PutEntry[], members: readonly (readonly Event[])[]): Promise<void> {
    const { remote, clock, sleep } = this.#options;
    const until = clock.now() + PATIENCE_MS;
    let open = entries.map((entry, index) => ({ entry, events: members[index] ?? [] }));
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2)) {
      let cause = "it answered for fewer records than it was given";
      try {
        const outcomes = await remote.put(open.map(({ entry }) => entry));
        open = open.filter(({ events }, index) => {
          const outcome = outcomes[index];
          if (outcome?.kind === "refused") {
            ({ cause } = outcome);
          }
          return !this.#settle(events, outcome);
        });
      } catch (thrown) {
        // The SDK has tried again by itself; what is stored of it nobody knows.
        this.#fail(open, toFault(thrown, "STREAM_UNREACHABLE", { stream: remote.stream }));
        return;
      }
      if (open.length === 0) {
        return;
      }
      if (clock.now() >= until) {
        this.#fail(open, new Fault("STREAM_UNREACHABLE", { stream: remote.stream, cause }));
        return;
      }
      await sleep(waitMs);
    }
  }

  #settle(events: readonly Event[], outcome: PutOutcome | undefined): boolean {
    if (outcome?.kind !== "stored") {
      return false;
    }
    const { shard, sequence } = outcome;
    this.stored.set(shard, sequence);
    events.forEach(({ call, index }, line) =>
      call.store(index, shard, sequenceText(sequence, line)),
    );
    return true;
  }

  #fail(open: readonly { readonly events: readonly Event[] }[], fault: Fault): void {
    for (const { call } of open.flatMap(({ events }) => events)) {
      call.ended.reject(fault);
    }
    // What the same callers have waiting still is not sent any more: they will send all of it again.
    const failed = new Set(open.flatMap(({ events }) => events.map(({ call }) => call)));
    this.#waiting = this.#waiting.filter(({ call }) => !failed.has(call));
  }
}

function anyKey(): string {
  return randomBytes(16).toString("hex");
}

/** The bytes are copied here and now. */
function toEvents(batch: RecordBatch, call: Call): Event[] {
  const { count, starts, ends, hashes, keys } = batch;
  const bytes = Buffer.from(batch.bytes);
  return Array.from({ length: count }, (_none, index) => ({
    call,
    index,
    hash: hashes === undefined ? undefined : hashText(hashes, index),
    key: keys?.[index],
    data: bytes.subarray(starts[index], ends[index]),
  }));
}

function hashText(hashes: Uint32Array, index: number): string {
  const words = hashes.subarray(index * 4, index * 4 + 4);
  return [...words].map((word) => word.toString(16).padStart(8, "0")).join("");
}
