/** One delivery stream at work: waits in the log until a buffer is full or old, then makes and stores its objects. */

import type { Clock, Instant } from "../../../../base/clock.ts";
import { causeOf, Fault } from "../../../../base/faults.ts";
import type { Frame, Position, StreamReader } from "../../../../seams/consume.ts";
import type { Trouble } from "../../../../seams/meter.ts";
import type { ObjectStore } from "../../../../seams/store.ts";
import { SteadyAge } from "../../age/steady-age.ts";
import { type CutLimits, NOTHING, type Pending, step, untilOldMs } from "../../cut.ts";
import type { Place } from "../../journal.ts";
import { openLambdaTransform, type LambdaTransform } from "../../lambda/transform.ts";
import { addBetween } from "../../resume-cut.ts";
import { backoffMs, type RetryWorld } from "../../retry.ts";
import type { Destination } from "../config/destination.ts";
import { nameObjects, putObjects } from "../pack/put-objects.ts";
import type { Jq } from "../partition/jq.ts";
import { type DueBatch, Partitions } from "../partition/partitions.ts";
import type { ObjectJournal, PlannedObject, PlannedObjects } from "./cut-journal.ts";
import { makeObjects, type MadeObject, type ObjectFacts } from "./make-objects.ts";
import { type Processed, processRecords } from "./process.ts";
import { type Numbers, type SourceRecord, toSourceRecords } from "./records.ts";
import type { Turnstile } from "./turnstile.ts";

/** What is delivered, and how; plain data. */
export interface RunPlan {
  /** Unique over all streams that ever were, whatever their names. */
  readonly id: string;
  readonly name: string;
  readonly arn: string;
  readonly region: string;
  readonly version: number;
  readonly destination: Destination;
  /** The Kinesis stream that is read; undefined where records are put directly. */
  readonly sourceArn: string | undefined;
  /** Where reading begins; with the oldest record when left out. */
  readonly from: Position | undefined;
}

export interface RunOptions {
  readonly plan: RunPlan;
  readonly reader: StreamReader;
  readonly store: ObjectStore;
  readonly journal: ObjectJournal;
  readonly jq: Jq;
  readonly turnstile: Turnstile;
  readonly clock: Clock;
  readonly random: () => number;
  readonly uuid: () => string;
  /** Sequence numbers of the Kinesis stream that is read; undefined where records are put directly. */
  readonly numbering:
    | { of(frame: Pick<Frame, "shard" | "acceptedAt">): Promise<Numbers> }
    | undefined;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Told after each cut that is stored. */
  readonly delivered: () => void;
  /** Told after each durable step; tests stop here. */
  readonly onStep?: (step: "taken" | "planned" | "stored" | "finished") => void;
}

export interface RunProgress {
  /** Everything before it is stored, or waits on disk for its partition; undefined before that is known. */
  readonly delivered: Position | undefined;
  readonly objects: number;
  readonly records: number;
  readonly trouble: Trouble | undefined;
}

const READ_BYTES = 4_194_304;
const IDLE_MS = 1000;
/** A cut's records are in memory while its objects are made. */
const CUT_BYTES_MAX = 134_217_728;
const CUT_RECORDS_MAX = 500_000;
/** Records on their way to partitions are taken often, since each partition's age counts from their arrival. */
const INTAKE = { recordsMax: CUT_RECORDS_MAX, bytesMax: 4_194_304, ageMsMax: 1000 } as const;

/** Works until disposed of; what it has not cut by then waits in the log. */
export class StreamRun implements AsyncDisposable {
  readonly #options: RunOptions;
  readonly #stop = new AbortController();
  readonly #lambda: LambdaTransform | undefined;
  readonly #partitions: Partitions | undefined;
  readonly #running: Promise<void>;
  #place: Place | undefined;
  #objects = 0;
  #records = 0;
  #trouble: Trouble | undefined;

  constructor(options: RunOptions) {
    const { plan, journal, sleep, clock } = options;
    this.#options = options;
    this.#place = journal.finishedTo(plan.id) ?? (plan.from && { position: plan.from, index: 0 });
    const { destination } = plan;
    // What a function answered waits for its object without being asked for again; also where the function was since
    // taken out of the configuration.
    const waits = destination.dynamic || destination.steps.lambda !== undefined;
    this.#partitions =
      waits || journal.spool.waiting(plan.id).length > 0
        ? new Partitions(journal.spool, { stream: plan.id, destination, clock })
        : undefined;
    const { lambda } = destination.steps;
    this.#lambda =
      lambda &&
      openLambdaTransform({
        lambda: lambda.plan,
        facts: {
          deliveryStreamArn: plan.arn,
          region: plan.region,
          sourceKinesisStreamArn: plan.sourceArn,
        },
        sleep,
        clock,
      });
    this.#running = this.#run();
  }

  progress(): RunProgress {
    return {
      delivered: this.#place?.position,
      objects: this.#objects,
      records: this.#records,
      trouble: this.#trouble,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#lambda?.[Symbol.asyncDispose]();
    await this.#running;
  }

  /** Trouble is shown and tried again for ever. */
  async #run(): Promise<void> {
    const { clock, sleep } = this.#options;
    const { signal } = this.#stop;
    let since: Instant | undefined;
    for (let attempts = 1; !signal.aborted;) {
      try {
        await (this.#partitions === undefined
          ? this.#turnWhole()
          : this.#turnPartitions(this.#partitions));
        this.#trouble = undefined;
        since = undefined;
        attempts = 1;
      } catch (thrown) {
        since ??= clock.now();
        const code = thrown instanceof Fault ? thrown.code : "DELIVERY_FAILED";
        this.#trouble = { code, message: causeOf(thrown), since, attempts };
        await this.#passLost(thrown);
        await sleep(backoffMs(attempts), signal);
        attempts += 1;
      }
    }
  }

  /** A source that forgot records before they were read goes on with the oldest it has, as AWS does. */
  async #passLost(thrown: unknown): Promise<void> {
    if (thrown instanceof Fault && thrown.code === "STREAM_POSITION_GONE") {
      const { reader, journal, plan } = this.#options;
      this.#place = { position: await reader.oldest(), index: 0 };
      journal.finish(plan.id, this.#place);
    }
  }

  async #turnWhole(): Promise<void> {
    const { journal, plan } = this.#options;
    const planned = journal.planned(plan.id);
    if (planned !== undefined) {
      await this.#deliver(planned.from, planned.to, planned);
    }
    const from = await this.#begin();
    const to = await this.#waitForCut(from, this.#limits(), () => undefined);
    if (to !== undefined) {
      await this.#deliver(from, to, undefined);
    }
  }

  /** What is due goes first: trouble in taking records in does not keep it. */
  async #turnPartitions(partitions: Partitions): Promise<void> {
    await this.#withdrawCut();
    const due = partitions.due();
    if (due !== undefined) {
      await this.#deliverDue(partitions, due);
      return;
    }
    const from = await this.#begin();
    const to = await this.#waitForCut(from, this.#intake(), () => partitions.untilDueMs());
    if (to !== undefined && (to.position !== from.position || to.index !== from.index)) {
      await this.#takeIn(partitions, from, to);
    }
  }

  /** Of an engine that cut all partitions together: its objects would be others now. */
  async #withdrawCut(): Promise<void> {
    const { journal, plan, store } = this.#options;
    const planned = journal.planned(plan.id);
    if (planned === undefined) {
      return;
    }
    for (const { name } of planned.objects) {
      await store.remove(name);
    }
    journal.unplan(plan.id);
  }

  async #takeIn(partitions: Partitions, from: Place, to: Place): Promise<void> {
    const { turnstile, onStep, delivered } = this.#options;
    using _held = await turnstile.enter(INTAKE.bytesMax);
    const read = await this.#process(from, to);
    if (read === undefined) {
      return;
    }
    partitions.take(read, this.#facts(), to);
    this.#place = to;
    onStep?.("taken");
    delivered();
  }

  async #deliverDue(partitions: Partitions, { ids, objects }: DueBatch): Promise<void> {
    const { turnstile } = this.#options;
    using _held = await turnstile.enter(partitions.bytesOf(ids));
    const made = await partitions.make(ids, this.#facts());
    const records = partitions.recordsOf(ids);
    const stored = await this.#store(made, objects, {
      plan: (named) => partitions.plan({ ids, objects: named }),
      finish: () => partitions.finish(ids),
    });
    if (stored) {
      this.#tellStored(made.length, records);
    }
  }

  async #begin(): Promise<Place> {
    return (this.#place ??= { position: await this.#options.reader.oldest(), index: 0 });
  }

  /**
   * Only counts: until the cut the records stay where they are durable, in the log. Ends also when something else is
   * due, and then perhaps with nothing. Undefined when stopped.
   */
  async #waitForCut(
    from: Place,
    limits: CutLimits,
    untilElseMs: () => number | undefined,
  ): Promise<Place | undefined> {
    const { reader, clock } = this.#options;
    const age = new SteadyAge(clock, () => performance.now());
    let pending: Pending = NOTHING;
    let place = from;
    while (!this.#stop.signal.aborted) {
      const frames = await reader.read(place.position, READ_BYTES);
      for (const frame of frames) {
        const { starts, ends, acceptedAt, count: to } = frame;
        const arrival = {
          kind: "records",
          acceptedAt,
          starts,
          ends,
          from: place.index,
          to,
        } as const;
        const decision = step(pending, arrival, limits);
        pending = decision.pending;
        const whole = decision.takenTo === to;
        place = whole
          ? { position: frame.next, index: 0 }
          : { position: frame.position, index: decision.takenTo };
        if (decision.cut !== undefined) {
          return place;
        }
      }
      const elseMs = untilElseMs() ?? IDLE_MS;
      const tick = step(pending, { kind: "tick", at: age.now(pending) }, limits);
      if (tick.cut !== undefined || elseMs <= 0) {
        return place;
      }
      if (frames.length === 0) {
        const old = untilOldMs(pending, age.now(pending), limits) ?? IDLE_MS;
        await reader.wait(place.position, Math.min(IDLE_MS, old, elseMs), this.#stop.signal);
      }
    }
    return undefined;
  }

  /** A function gets what was gathered for it; other records are taken in as they come. */
  #intake(): CutLimits {
    const { lambda } = this.#options.plan.destination.steps;
    return lambda === undefined
      ? INTAKE
      : { ...INTAKE, bytesMax: lambda.plan.buffer, ageMsMax: lambda.intervalMs };
  }

  #limits(): CutLimits {
    const { sizeBytes, intervalMs } = this.#options.plan.destination;
    const bytesMax = Math.min(CUT_BYTES_MAX, sizeBytes);
    return { recordsMax: CUT_RECORDS_MAX, bytesMax, ageMsMax: intervalMs };
  }

  async #deliver(from: Place, to: Place, planned: PlannedObjects | undefined): Promise<void> {
    const { plan, journal, turnstile } = this.#options;
    using _held = await turnstile.enter(this.#limits().bytesMax);
    const read = await this.#process(from, to);
    if (read === undefined) {
      return;
    }
    const made = await makeObjects(read.records, read.processed, this.#facts());
    const stored = await this.#store(made, planned?.objects, {
      plan: (objects) => journal.plan(plan.id, { from, to, objects }),
      finish: () => journal.finish(plan.id, to),
    });
    if (stored) {
      this.#place = to;
      this.#tellStored(made.length, read.records.length);
    }
  }

  #tellStored(objects: number, records: number): void {
    this.#objects += objects;
    this.#records += records;
    this.#options.delivered();
  }

  /** Written down before and behind; false when stopped on the way. */
  async #store(
    made: readonly MadeObject[],
    planned: readonly PlannedObject[] | undefined,
    book: {
      readonly plan: (objects: readonly PlannedObject[]) => void;
      readonly finish: () => void;
    },
  ): Promise<boolean> {
    const { store, clock, sleep, onStep } = this.#options;
    const objects = await nameObjects(made, planned, this.#options);
    book.plan(objects);
    onStep?.("planned");
    const tell = (trouble: Trouble | undefined): void => {
      this.#trouble = trouble;
    };
    const world: RetryWorld = { clock, sleep, signal: this.#stop.signal, tell };
    if (!(await putObjects(objects, made, { ...world, store }))) {
      return false;
    }
    onStep?.("stored");
    book.finish();
    onStep?.("finished");
    return true;
  }

  /** The records between two places, and what the processors make of them; undefined when stopped. */
  async #process(
    from: Place,
    to: Place,
  ): Promise<{ records: readonly SourceRecord[]; processed: Processed } | undefined> {
    const { plan, reader, jq, clock, numbering } = this.#options;
    const { steps } = plan.destination;
    const records: SourceRecord[] = [];
    await addBetween(reader, { from, to }, async ({ frame, ...range }) => {
      const numbers = await numbering?.of(frame);
      // One by one: a spread of a hundred thousand arguments is more than a call can take.
      for (const record of toSourceRecords(frame, { ...range, numbers })) {
        records.push(record);
      }
    });
    const { signal } = this.#stop;
    const means = { steps, lambda: this.#lambda, jq, now: () => clock.now(), signal };
    const processed = await processRecords(records, means);
    return processed && { records, processed };
  }

  #facts(): ObjectFacts {
    const { plan, clock, random } = this.#options;
    const { destination, name, version } = plan;
    return { stream: name, version, destination, random, now: () => clock.now() };
  }
}
