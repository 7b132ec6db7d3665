/** The window in which a repeat is known: answered with the first receipt and not appended again. */

import { defined } from "../../../base/assert.ts";
import { toInstant, type Clock } from "../../../base/clock.ts";
import { Fault } from "../../../base/faults.ts";
import { systemTimers, type Timers } from "../../../base/timers.ts";
import type { Appended, Appender, RecordBatch } from "../../../seams/append.ts";
import type { IdTexts } from "../../../seams/check.ts";
import type { Position } from "../../../seams/consume.ts";
import type { DedupeMeter } from "../../../seams/meter.ts";
import { copyArrival, pickRecords, type Arrival } from "./arrival.ts";
import { Flights, type Flight } from "./flights.ts";
import { IdTable, type Receipt } from "./id-table.ts";
import { KeyedHash, SECRET_BYTES } from "./keyed-hash.ts";
import { LogReading } from "./log-reading.ts";
import { Repeats, type Admitted } from "./repeats.ts";

/** What is kept of records that are durable already. */
export interface Kept {
  readonly records: Pick<RecordBatch, "count" | "bytes" | "starts" | "ends">;
  readonly ids: IdTexts;
  readonly appended: Appended;
}

/** The log, as far as a window is made again from it. */
export interface Recall {
  /** The end of what is durable now; it is taken before the call returns. */
  mark(): Promise<Position>;
  /** Gives every record with an id from a mark on, in order, or from as far back as the window reaches. */
  read(from: Position | undefined, take: (kept: Kept) => void): Promise<void>;
  /** Whether the log takes records. */
  isSound(): boolean;
}

export interface WindowOptions {
  readonly stream: string;
  readonly appender: Appender;
  readonly clock: Clock;
  readonly random: (bytes: number) => Buffer;
  /** How long an id is known. */
  readonly windowMs: number;
  /** So many ids are known at most, the newest. */
  readonly idsMax: number;
  readonly recall: Recall;
  readonly timers?: Timers;
}

/** Entries that an admission takes away beyond its own number, so that old ones never gather. */
const EVICT_MORE = 64;
/** After these the log holds nothing of the batch. */
const NOTHING_KEPT: ReadonlySet<string> = new Set(["STREAM_BUSY", "STREAM_RECORD_TOO_LARGE"]);

export class DedupeWindow implements Disposable {
  readonly #options: WindowOptions;
  readonly #idHash: KeyedHash;
  readonly #recordHash: KeyedHash;
  /** Made when the first id comes: a stream without any takes no memory. */
  #table: IdTable | undefined;
  /** The entry that each newer one of the same id stands for, while the newer one may still fail. */
  readonly #before = new Map<number, number>();
  readonly #flights = new Flights();
  #recalled = false;
  /** Where the log may hold records that were answered with a failure. */
  #unsure: Promise<Position> | undefined;
  #recalling: Promise<void> | undefined;
  #duplicates = 0;
  readonly #reading: LogReading;

  constructor(options: WindowOptions) {
    const { recall, clock, timers = systemTimers } = options;
    this.#options = options;
    this.#reading = new LogReading({
      recall,
      clock,
      timers,
      take: (kept) => this.remember(kept),
    });
    this.#idHash = new KeyedHash(options.random(SECRET_BYTES));
    this.#recordHash = new KeyedHash(options.random(SECRET_BYTES));
  }

  meter(): DedupeMeter {
    const { windowMs, idsMax } = this.#options;
    const ids = this.#table?.size ?? 0;
    return { windowMs, idsMax, ids, duplicates: this.#duplicates, trouble: this.#reading.trouble };
  }

  /** Makes the window again from the log; until then whoever comes waits for it. Never rejects. */
  recall(): Promise<void> {
    this.#recalling ??= this.#readLog().finally(() => {
      this.#recalling = undefined;
    });
    return this.#recalling;
  }

  /**
   * Appends what is new and gives every record its receipt: a repeat the first one's. Uses the batch's views only
   * before it returns. Throws what the append seam throws, and IDEMPOTENCY_KEY_REUSED with nothing kept.
   */
  admit(arrival: Arrival): Promise<Admitted> {
    return this.#isReady() ? this.#takeIn(arrival) : this.#takeInLater(arrival);
  }

  /** Knows records from now on that were appended past the window: redriven ones. */
  remember({ records, ids, appended }: Kept): void {
    const table = (this.#table ??= new IdTable(this.#options.idsMax));
    const { acceptedAt } = appended;
    const oldest = acceptedAt - this.#options.windowMs;
    for (let i = 0; i < records.count; i += 1) {
      this.#hash(records, ids, i);
      const found = table.find(this.#idHash);
      if (this.#isKnown(table, found, oldest) && table.isSame(found, this.#recordHash)) {
        continue;
      }
      const entry = table.add(this.#idHash, this.#recordHash, found);
      table.settle(entry, appended, i);
    }
  }

  /** The log is read no more. */
  [Symbol.dispose](): void {
    this.#reading.stop();
  }

  /** The receipt of the id's newest record. */
  find(id: string): Receipt | undefined {
    const text = Buffer.from(id);
    this.#idHash.ofId(text, 0, text.length);
    const table = this.#table;
    const found = table?.find(this.#idHash) ?? -1;
    return table === undefined || found < 0 || table.isPending(found)
      ? undefined
      : table.receipt(found);
  }

  #isReady(): boolean {
    return this.#recalled && this.#unsure === undefined && this.#recalling === undefined;
  }

  async #takeInLater(arrival: Arrival): Promise<Admitted> {
    const every = Array.from({ length: arrival.batch.count }, (_none, index) => index);
    const copy = copyArrival(arrival, every);
    // In a log that is not sound nothing can be looked up, and the append says so itself.
    while (!this.#isReady() && (!this.#recalled || this.#options.recall.isSound())) {
      await this.recall();
    }
    return await this.#takeIn(copy);
  }

  async #readLog(): Promise<void> {
    const from = this.#recalled ? this.#unsure : undefined;
    this.#unsure = undefined;
    this.#recalled = true;
    await this.#reading.read(from);
  }

  #takeIn(arrival: Arrival): Promise<Admitted> {
    const table = (this.#table ??= new IdTable(this.#options.idsMax));
    const { batch } = arrival;
    const oldest = this.#options.clock.now() - this.#options.windowMs;
    table.evictBefore(oldest, 2 * batch.count + EVICT_MORE);
    const start = table.next;
    let repeats: Repeats | undefined;
    for (let i = 0; i < batch.count; i += 1) {
      this.#hash(batch, arrival.ids, i);
      const found = table.find(this.#idHash);
      const known = this.#isKnown(table, found, oldest);
      if (known && table.isSame(found, this.#recordHash)) {
        repeats ??= new Repeats(batch.count);
        repeats.add(i, found, table.isPending(found) ? undefined : table.receipt(found));
      } else if (known && arrival.revisions === "refuse") {
        this.#drop(table, start, table.next);
        return Promise.reject(
          new Fault("IDEMPOTENCY_KEY_REUSED", { stream: this.#options.stream, member: i }),
        );
      } else {
        const entry = table.add(this.#idHash, this.#recordHash, found);
        if (found >= 0) {
          this.#before.set(entry, found);
        }
      }
    }
    if (repeats === undefined) {
      return this.#launch(table, start, batch).then(withoutRepeats);
    }
    return this.#answer(table, start, { arrival, repeats });
  }

  /** Appends the new ones, waits for those that are on their way already, and puts all receipts together. */
  #answer(
    table: IdTable,
    start: number,
    { arrival, repeats }: { readonly arrival: Arrival; readonly repeats: Repeats },
  ): Promise<Admitted> {
    const fresh = repeats.fresh();
    const own =
      fresh.length === 0
        ? undefined
        : this.#launch(table, start, pickRecords(arrival.batch, fresh));
    const others = repeats.waiting(start).map(({ place, entry }) => ({
      place,
      entry,
      flight: defined(this.#flights.of(entry), "what is not durable is under way"),
    }));
    // Should the first of them fail, these go in themselves, long after the check has taken its bytes back.
    const copy = copyArrival(
      arrival,
      others.map(({ place }) => place),
    );
    return this.#gather(repeats, { start, fresh, own, others, copy });
  }

  async #gather(repeats: Repeats, underWay: UnderWay): Promise<Admitted> {
    const { start, fresh, own, others, copy } = underWay;
    const appended = await own;
    if (appended !== undefined) {
      repeats.place(fresh, appended);
      repeats.placeOwn(start, appended);
    }
    const failed: number[] = [];
    for (const [index, { place, entry, flight }] of others.entries()) {
      const landed = await flight.landed;
      if (landed === undefined) {
        failed.push(index);
      } else {
        repeats.answer(place, {
          acceptedAt: landed.acceptedAt,
          ...placeOf(landed, entry - flight.start),
        });
      }
    }
    if (failed.length === 0) {
      this.#duplicates += repeats.count;
      return repeats.admitted(appended?.acceptedAt);
    }
    const again = await this.admit(copyArrival(copy, failed));
    const places = failed.map((index) => others[index]?.place ?? 0);
    repeats.retract(places, again);
    this.#duplicates += repeats.count - again.repeats;
    return repeats.admitted(appended?.acceptedAt ?? again.acceptedAt);
  }

  /** Appends records whose entries are those from `start` on. */
  #launch(table: IdTable, start: number, batch: RecordBatch): Promise<Appended> {
    const end = start + batch.count;
    const landing = this.#options.appender.append(batch).then(
      (appended) => {
        table.settleAll(start, appended);
        for (let entry = start; entry < end && this.#before.size > 0; entry += 1) {
          this.#before.delete(entry);
        }
        return appended;
      },
      (thrown: unknown) => {
        this.#drop(table, start, end);
        if (!(thrown instanceof Fault && NOTHING_KEPT.has(thrown.code))) {
          this.#unsure ??= this.#options.recall.mark();
        }
        throw thrown;
      },
    );
    this.#flights.add({ start, end }, landing, () => this.#before.clear());
    return landing;
  }

  #drop(table: IdTable, start: number, end: number): void {
    for (let entry = end - 1; entry >= start; entry -= 1) {
      let before = this.#before.get(entry) ?? -1;
      while (before >= 0 && !table.isHeld(before)) {
        before = this.#before.get(before) ?? -1;
      }
      if (table.drop(entry, before)) {
        this.#before.delete(entry);
      }
    }
  }

  #hash({ bytes, starts, ends }: Kept["records"], ids: IdTexts, i: number): void {
    const start = i === 0 ? 0 : (ids.ends[i - 1] as number);
    this.#idHash.ofId(ids.bytes, start, ids.ends[i] as number);
    this.#recordHash.ofRecord(bytes, starts[i] as number, ends[i] as number);
  }

  #isKnown(table: IdTable, found: number, oldest: number): boolean {
    return found >= 0 && (table.isPending(found) || table.acceptedAt(found) >= oldest);
  }
}

interface UnderWay {
  readonly start: number;
  readonly fresh: readonly number[];
  readonly own: Promise<Appended> | undefined;
  readonly others: readonly {
    readonly place: number;
    readonly entry: number;
    readonly flight: Flight;
  }[];
  readonly copy: Arrival;
}

function withoutRepeats({ acceptedAt, shards, sequences }: Appended): Admitted {
  return { acceptedAt: toInstant(acceptedAt), shards, sequences, repeatOf: undefined, repeats: 0 };
}

function placeOf({ shards, sequences }: Appended, i: number): { shard: number; sequence: number } {
  return { shard: shards[i] ?? 0, sequence: sequences[i] ?? 0 };
}
