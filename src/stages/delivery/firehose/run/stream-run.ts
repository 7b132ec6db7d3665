/** One delivery stream at work: waits in the log until a buffer is full or old, then makes and stores its objects. */

import { createHash } from "node:crypto";
import type { Clock, Instant } from "../../../../base/clock.ts";
import { causeOf, Fault } from "../../../../base/faults.ts";
import type { ObjectName } from "../../../../base/object-name.ts";
import type { Frame, Position, StreamReader } from "../../../../seams/consume.ts";
import type { Trouble } from "../../../../seams/meter.ts";
import type { ObjectStore } from "../../../../seams/store.ts";
import { SteadyAge } from "../../age/steady-age.ts";
import { NOTHING, type Pending, step, untilOldMs } from "../../cut.ts";
import type { Place } from "../../journal.ts";
import { openLambdaTransform, type LambdaTransform } from "../../lambda/transform.ts";
import { addBetween } from "../../resume-cut.ts";
import { backoffMs, retrying } from "../../retry.ts";
import type { Destination } from "../config/destination.ts";
import type { Jq } from "../partition/jq.ts";
import type { ObjectJournal, PlannedObjects } from "./cut-journal.ts";
import { type MadeObject, makeObjects, nameOf } from "./make-objects.ts";
import { processRecords } from "./process.ts";
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
  readonly onStep?: (step: "planned" | "stored" | "finished") => void;
}

export interface RunProgress {
  /** Everything before it is stored; undefined before that is known. */
  readonly delivered: Position | undefined;
  readonly objects: number;
  readonly records: number;
  readonly trouble: Trouble | undefined;
}

/** Whatever is in an object. */
const CONTENT_TYPE = "application/octet-stream";
const READ_BYTES = 4_194_304;
const IDLE_MS = 1000;
/** A cut's records are in memory while its objects are made. */
const CUT_BYTES_MAX = 134_217_728;
const CUT_RECORDS_MAX = 500_000;

/** Works until disposed of; what it has not cut by then waits in the log. */
export class StreamRun implements AsyncDisposable {
  readonly #options: RunOptions;
  readonly #stop = new AbortController();
  readonly #lambda: LambdaTransform | undefined;
  readonly #running: Promise<void>;
  #place: Place | undefined;
  #objects = 0;
  #records = 0;
  #trouble: Trouble | undefined;

  constructor(options: RunOptions) {
    const { plan, journal, sleep, clock } = options;
    this.#options = options;
    this.#place = journal.finishedTo(plan.id) ?? (plan.from && { position: plan.from, index: 0 });
    const { lambda } = plan.destination.steps;
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
        await this.#repeatPlanned();
        await this.#cutNext();
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

  async #repeatPlanned(): Promise<void> {
    const { journal, plan } = this.#options;
    const planned = journal.planned(plan.id);
    if (planned !== undefined) {
      await this.#deliver(planned.from, planned.to, planned);
    }
  }

  async #cutNext(): Promise<void> {
    const from = (this.#place ??= {
      position: await this.#options.reader.oldest(),
      index: 0,
    });
    const to = await this.#waitForCut(from);
    if (to !== undefined) {
      await this.#deliver(from, to, undefined);
    }
  }

  /** Only counts: until the cut the records stay where they are durable, in the log. */
  async #waitForCut(from: Place): Promise<Place | undefined> {
    const { reader, clock } = this.#options;
    const age = new SteadyAge(clock, () => performance.now());
    const limits = this.#limits();
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
      if (step(pending, { kind: "tick", at: age.now(pending) }, limits).cut !== undefined) {
        return place;
      }
      if (frames.length === 0) {
        const old = untilOldMs(pending, age.now(pending), limits) ?? IDLE_MS;
        await reader.wait(place.position, Math.min(IDLE_MS, old), this.#stop.signal);
      }
    }
    return undefined;
  }

  #limits(): { recordsMax: number; bytesMax: number; ageMsMax: number } {
    const { sizeBytes, intervalMs, dynamic } = this.#options.plan.destination;
    // With partitions the size is each one's own; the cut is then as large as memory allows.
    const bytesMax = dynamic ? CUT_BYTES_MAX : Math.min(CUT_BYTES_MAX, sizeBytes);
    return { recordsMax: CUT_RECORDS_MAX, bytesMax, ageMsMax: intervalMs };
  }

  async #deliver(from: Place, to: Place, planned: PlannedObjects | undefined): Promise<void> {
    const { plan, journal, turnstile, onStep, delivered } = this.#options;
    using _held = await turnstile.enter(this.#limits().bytesMax);
    const made = await this.#make(from, to);
    if (made === undefined) {
      return;
    }
    const objects = await this.#name(made.objects, planned);
    journal.plan(plan.id, { from, to, objects });
    onStep?.("planned");
    if (!(await this.#putAll(objects, made.objects))) {
      return;
    }
    onStep?.("stored");
    journal.finish(plan.id, to);
    onStep?.("finished");
    this.#place = to;
    this.#objects += objects.length;
    this.#records += made.records;
    delivered();
  }

  async #make(
    from: Place,
    to: Place,
  ): Promise<{ objects: readonly MadeObject[]; records: number } | undefined> {
    const { plan, reader, jq, clock, random, numbering } = this.#options;
    const { destination, name, version } = plan;
    const records: SourceRecord[] = [];
    await addBetween(reader, { from, to }, async ({ frame, ...range }) => {
      const numbers = await numbering?.of(frame);
      // One by one: a spread of a hundred thousand arguments is more than a call can take.
      for (const record of toSourceRecords(frame, { ...range, numbers })) {
        records.push(record);
      }
    });
    const { signal } = this.#stop;
    const now = (): number => clock.now();
    const means = { steps: destination.steps, lambda: this.#lambda, jq, now, signal };
    const processed = await processRecords(records, means);
    if (processed === undefined) {
      return undefined;
    }
    const facts = { stream: name, version, destination, random, now };
    return { objects: await makeObjects(records, processed, facts), records: records.length };
  }

  /** A repetition keeps the names it had, so that whoever saw an object does not see it twice. */
  async #name(
    made: readonly MadeObject[],
    planned: PlannedObjects | undefined,
  ): Promise<PlannedObjects["objects"]> {
    const { uuid, store } = this.#options;
    const hashes = made.map(({ chunks }) => hashOf(chunks));
    if (planned?.objects.length === made.length) {
      return planned.objects.map(({ name }, place) => ({ name, sha256: hashes[place] ?? "" }));
    }
    for (const { name } of planned?.objects ?? []) {
      await store.remove(name);
    }
    return made.map((object, place) => {
      const name: ObjectName | undefined = nameOf(object, uuid());
      if (name === undefined) {
        throw new Fault("OBJECT_NAME_INVALID", { name: object.head, cause: "the prefix gives it" });
      }
      return { name, sha256: hashes[place] ?? "" };
    });
  }

  /** The lake may be away for long: what was made is kept meanwhile, and no function is asked again. */
  async #putAll(objects: PlannedObjects["objects"], made: readonly MadeObject[]): Promise<boolean> {
    const { clock, sleep } = this.#options;
    const { signal } = this.#stop;
    const tell = (trouble: Trouble | undefined): void => {
      this.#trouble = trouble;
    };
    for (const [place, { name, sha256 }] of objects.entries()) {
      const object = made[place] as MadeObject;
      const work = async (): Promise<boolean> => {
        await this.#put(name, { sha256, object });
        return true;
      };
      if ((await retrying(work, { clock, sleep, signal, tell })) !== true) {
        return false;
      }
    }
    return true;
  }

  async #put(
    name: ObjectName,
    { sha256, object }: { readonly sha256: string; readonly object: MadeObject },
  ): Promise<void> {
    const { store } = this.#options;
    const headers = { contentType: CONTENT_TYPE, contentEncoding: object.encoding };
    if ((await store.put(name, object.chunks, headers)) === "stored") {
      return;
    }
    const found = await store.get(name);
    if (found === undefined || hashOf([found]) !== sha256) {
      // Of this cut's first attempt, which made other bytes: a function's answers, the time of an attempt.
      await store.remove(name);
      await store.put(name, object.chunks, headers);
    }
  }
}

function hashOf(chunks: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  chunks.forEach((chunk) => hash.update(chunk));
  return hash.digest("hex");
}
