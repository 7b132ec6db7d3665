/** Brings one stream of Kinesis into this machine's log: takes its share of the shards, and keeps a reader on each. */

import { type Clock, type Instant, toInstant } from "../../../base/clock.ts";
import { causeOf, Fault } from "../../../base/faults.ts";
import type { Trouble } from "../../../seams/meter.ts";
import type { RemoteShard, RemoteStream } from "./client.ts";
import { shardNumber } from "./client.ts";
import type { Intake } from "./intake.ts";
import type { LeaseBook } from "./lease-book.ts";
import type { Testament } from "./heirs/fence.ts";
import { bringIn, openHeirlooms } from "./heirs/take-over.ts";
import { orderLeases } from "./leases.ts";
import type { Marks } from "./marks.ts";
import { finishClaim, openClaim, readShard, type ShardReaderOptions } from "./shard-reader.ts";

export interface PumpOptions {
  readonly remote: RemoteStream;
  readonly book: LeaseBook;
  readonly intake: Intake;
  readonly marks: Marks;
  readonly clock: Clock;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly leaseMs: number;
  readonly pollMs: number;
  readonly log: (line: string) => void;
  /** What a process told of itself before it was lost. */
  readonly testament: (reader: string) => Promise<Testament | undefined>;
  /** Called when another has taken over what this process had claimed: it must deliver nothing more of it. */
  readonly fenced: (fault: Fault) => void;
}

export interface Pump extends AsyncDisposable {
  readonly trouble: Trouble | undefined;
  /** Shards this process reads now, by number. */
  readonly shards: readonly number[];
  /**
   * Whether everything up to `targets`, a sequence number per shard, is in this machine's log. Of shards that others
   * read nothing can be said; they are theirs.
   */
  hasReached(targets: ReadonlyMap<number, string>): boolean;
}

const LONGEST_WAIT_MS = 15_000;
const FIRST_WAIT_MS = 200;

/** Nothing the world does makes it give up: trouble is shown, and tried again. */
export function startPump(options: PumpOptions): Pump {
  return new RunningPump(options);
}

interface Reading {
  readonly stop: AbortController;
  readonly done: Promise<void>;
}

class RunningPump implements Pump {
  readonly #options: PumpOptions;
  readonly #stop = new AbortController();
  readonly #readings = new Map<string, Reading>();
  readonly #reached = new Map<number, string>();
  readonly #troubles = new Map<string, Trouble>();
  #shards: readonly RemoteShard[] = [];
  #nudge = new AbortController();
  /** Whether claims of an earlier life of this process were looked for. */
  #tidied = false;
  readonly #running: Promise<void>;

  constructor(options: PumpOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  get trouble(): Trouble | undefined {
    return this.#troubles.values().next().value;
  }

  get shards(): readonly number[] {
    return [...this.#readings.keys()].map(shardNumber);
  }

  hasReached(targets: ReadonlyMap<number, string>): boolean {
    const { book } = this.#options;
    return [...targets].every(([number, sequence]) => {
      const shard = this.#shards.find(({ id }) => shardNumber(id) === number)?.id ?? "";
      const { owner, ended, claimed } = book.lease(shard);
      const others = owner !== undefined && owner !== book.me;
      if (others || (ended && claimed !== undefined && BigInt(claimed) >= BigInt(sequence))) {
        return true;
      }
      const reached = this.#reached.get(number);
      return reached !== undefined && BigInt(reached) >= BigInt(sequence);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { sleep, leaseMs, book } = this.#options;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      this.#nudge = new AbortController();
      await this.#trying("leases", () => this.#arrange());
      // Often enough that a shard nobody reads any more does not wait for long.
      await sleep(leaseMs / 10, AbortSignal.any([signal, this.#nudge.signal]));
    }
    for (const { stop } of this.#readings.values()) {
      stop.abort();
    }
    await Promise.all([...this.#readings.values()].map(({ done }) => done));
    await Promise.all([...book.leases().keys()].map((shard) => this.#giveBack(shard))).catch(
      () => {},
    );
    await book.leave().catch(() => {});
  }

  async #arrange(): Promise<void> {
    const { remote, book, intake, clock } = this.#options;
    await intake.begin();
    this.#shards = await remote.shards();
    const alive = await book.beat();
    // Of the shards that it reads, this process learns by its own claims.
    const others = this.#shards.filter(({ id }) => !this.#readings.has(id));
    await book.look(others.map(({ id }) => id));
    if (!this.#tidied) {
      await this.#tidy();
    }
    const view = { me: book.me, now: clock.now(), shards: this.#shards, leases: book.leases() };
    const { take, release } = orderLeases({ ...view, alive });
    for (const shard of release) {
      await this.#end(shard);
      await this.#giveBack(shard);
    }
    for (const shard of take) {
      await book.take(shard);
    }
    for (const { id } of this.#shards) {
      const { owner, ended } = book.lease(id);
      if (owner === book.me && !ended && !this.#readings.has(id)) {
        this.#begin(id);
      }
    }
  }

  /**
   * Finishes all that an earlier life claimed, whoever reads those shards now, and what lost processes had claimed,
   * before anything new is taken.
   */
  async #tidy(): Promise<void> {
    const { signal } = this.#stop;
    const heirlooms = await openHeirlooms({ ...this.#options, signal });
    const readers = this.#shards.map(({ id }) => this.#readerOf(id, this.#stop.signal));
    const open = readers.filter((reader) => openClaim(reader) !== undefined);
    open.forEach(({ shard }) => this.#options.intake.expect(shard));
    for (const reader of open) {
      await finishClaim(reader);
    }
    await bringIn({ ...this.#options, signal }, heirlooms);
    this.#tidied = !signal.aborted;
  }

  #begin(shard: string): void {
    const stop = new AbortController();
    const done = this.#read(shard, stop.signal).finally(() => {
      this.#readings.delete(shard);
      // Its children may begin.
      this.#nudge.abort();
    });
    this.#readings.set(shard, { stop, done });
  }

  async #read(shard: string, signal: AbortSignal): Promise<void> {
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      const before = this.#reached.get(shardNumber(shard));
      const went = await this.#trying(shard, async () => {
        await readShard(this.#readerOf(shard, signal));
      });
      if (went) {
        return;
      }
      attempt = this.#reached.get(shardNumber(shard)) === before ? attempt : 1;
      const waitMs = FIRST_WAIT_MS * 2 ** Math.min(attempt - 1, 10);
      await this.#options.sleep(Math.min(LONGEST_WAIT_MS, waitMs), signal);
    }
  }

  async #end(shard: string): Promise<void> {
    const reading = this.#readings.get(shard);
    reading?.stop.abort();
    await reading?.done;
  }

  async #giveBack(shard: string): Promise<void> {
    const { book } = this.#options;
    if (book.lease(shard).owner === book.me) {
      await book.release(shard);
    }
  }

  #readerOf(shard: string, signal: AbortSignal): ShardReaderOptions {
    const { remote, book, intake, marks, pollMs, leaseMs, clock, sleep, log } = this.#options;
    return {
      remote,
      book,
      intake,
      marks,
      shard,
      pollMs,
      signal,
      sleep,
      log,
      renewMs: leaseMs / 3,
      now: () => clock.now(),
      reached: (number, sequence) => {
        this.#reached.set(number, sequence);
        this.#troubles.delete(shard);
      },
    };
  }

  /** What fails is shown as this stream's trouble until the same goes well. */
  async #trying(what: string, work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      this.#troubles.delete(what);
      return true;
    } catch (thrown) {
      if (thrown instanceof Fault && thrown.code === "STREAM_FENCED") {
        this.#options.fenced(thrown);
      }
      const now: Instant = toInstant(this.#options.clock.now());
      const { since = now, attempts = 0 } = this.#troubles.get(what) ?? {};
      const code = thrown instanceof Fault ? thrown.code : "STREAM_UNREACHABLE";
      const message = causeOf(thrown);
      this.#troubles.set(what, { code, message, since, attempts: attempts + 1 });
      if (attempts === 0) {
        this.#options.log(`${this.#options.remote.stream}, ${what}: ${message}`);
      }
      return false;
    }
  }
}
