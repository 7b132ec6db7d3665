/** The partitions of one delivery stream: what waits of each, in memory by numbers and on disk by bytes. */

import type { Clock } from "../../../../base/clock.ts";
import type { Place } from "../../journal.ts";
import type { Destination } from "../config/destination.ts";
import { type MadeObject, makeWaiting, type ObjectFacts } from "../run/make-objects.ts";
import type { Processed } from "../run/process.ts";
import type { SourceRecord } from "../run/records.ts";
import { route } from "./route.ts";
import type { PlannedBatch, Spool } from "./spool.ts";
import { type Times, type Waiting, WaitingObjects } from "./waiting.ts";

export interface PartitionsOf {
  readonly stream: string;
  readonly destination: Destination;
  readonly clock: Clock;
}

/** What is to be delivered now; with the names that it had where it was begun before. */
export interface DueBatch {
  readonly ids: readonly number[];
  readonly objects?: PlannedBatch["objects"];
}

/** An object is closed here where the buffer's size is more than memory allows, or records are very small. */
const OBJECT_BYTES_MAX = 134_217_728;
const OBJECT_RECORDS_MAX = 500_000;
/** On disk, per delivery stream: above it the largest object does not wait longer, and nothing is read before it is stored. */
const HELD_BYTES_MAX = 268_435_456;
/** Objects that are made together; one may be larger. */
const BATCH_BYTES_MAX = 33_554_432;

export class Partitions {
  readonly #spool: Spool;
  readonly #of: PartitionsOf;
  #loaded: WaitingObjects | undefined;

  constructor(spool: Spool, of: PartitionsOf) {
    this.#spool = spool;
    this.#of = of;
  }

  /** A batch that a crash left planned, else what is full or old; undefined when all may wait. */
  due(): DueBatch | undefined {
    const planned = this.#spool.planned(this.#of.stream);
    if (planned !== undefined) {
      return planned;
    }
    const due = this.#waiting().due(this.#times());
    return due.length === 0 ? undefined : { ids: due.map(({ id }) => id) };
  }

  untilDueMs(): number | undefined {
    return this.#waiting().untilDueMs(this.#times());
  }

  /** Durable when it returns, with how far was read. */
  take(
    { records, processed }: { records: readonly SourceRecord[]; processed: Processed },
    facts: ObjectFacts,
    to: Place,
  ): void {
    const waiting = this.#waiting();
    const routed = route(records, processed, { facts, active: waiting.active });
    // Counted before it is written: where that fails, what is on disk counts.
    this.#loaded = undefined;
    this.#spool.take(this.#of.stream, waiting.add(routed, this.#times()), to);
    this.#loaded = waiting;
  }

  async make(ids: readonly number[], facts: ObjectFacts): Promise<readonly MadeObject[]> {
    const made: MadeObject[] = [];
    for (const each of this.#find(ids)) {
      const data = this.#spool.read(this.#of.stream, each.id);
      for (const object of await makeWaiting(each, data, facts)) {
        made.push(object);
      }
    }
    return made;
  }

  plan(batch: PlannedBatch): void {
    this.#spool.plan(this.#of.stream, batch);
  }

  finish(ids: readonly number[]): void {
    this.#spool.finish(this.#of.stream, ids);
    this.#waiting().remove(ids);
  }

  bytesOf(ids: readonly number[]): number {
    return this.#find(ids).reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Copies beside are not counted again. */
  recordsOf(ids: readonly number[]): number {
    const counted = this.#find(ids).filter(({ kind }) => kind !== "backup");
    return counted.reduce((sum, { records }) => sum + records, 0);
  }

  #find(ids: readonly number[]): Waiting[] {
    return ids.flatMap((id) => this.#waiting().find(id) ?? []);
  }

  #waiting(): WaitingObjects {
    const { stream, destination } = this.#of;
    const limits = {
      sizeBytes: Math.min(OBJECT_BYTES_MAX, destination.sizeBytes),
      recordsMax: OBJECT_RECORDS_MAX,
      ageMs: destination.intervalMs,
      heldBytesMax: HELD_BYTES_MAX,
      batchBytesMax: BATCH_BYTES_MAX,
    };
    return (this.#loaded ??= new WaitingObjects(
      this.#spool.waiting(stream),
      limits,
      this.#times(),
    ));
  }

  #times(): Times {
    return { now: this.#of.clock.now(), steady: performance.now() };
  }
}
