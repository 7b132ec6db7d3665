/** One stream's way into the lake: reads frames, cuts, encodes, stores. The shell around `cut.ts`. */

import { type Clock, type Instant, toInstant } from "../../base/clock.ts";
import { causeOf, Fault } from "../../base/faults.ts";
import type { StreamPlan } from "../../plan/plan.ts";
import type { Frame, Position, StreamReader } from "../../seams/consume.ts";
import type { DeliveryMeter, Trouble } from "../../seams/meter.ts";
import { type CutReason, NOTHING, type Pending, step, untilOldMs } from "./cut.ts";
import { BlockPool } from "./encode/byte-sink.ts";
import type { Compress } from "./encode/compress.ts";
import { type Batch, type Encoded, type Encoder, openEncoder } from "./encode/encoder.ts";
import { type Feeder, openFeeder } from "./feeder.ts";
import { countOf, NO_TOTALS, type Place, type PlannedCut, type Totals } from "./journal.ts";
import { type CutNames, nameCut } from "./object-names.ts";
import { type CutFacts, prepareCut } from "./prepare-cut.ts";
import type { TransformGuard } from "./poison/guard.ts";
import { addBetween, checkTogether, resumeCut } from "./resume-cut.ts";
import { backoffMs } from "./retry.ts";
import { Sender } from "./sender.ts";
import { SteadyAge } from "./age/steady-age.ts";
import type { CutWorld } from "./store-cut.ts";

export interface DeliveryOptions extends Omit<CutWorld, "onStep"> {
  readonly pipeline: string;
  readonly planHash: string;
  readonly stream: StreamPlan;
  readonly reader: StreamReader;
  readonly clock: Clock;
  /** Milliseconds by a clock that nobody sets; the process's own when left out. */
  readonly elapsed?: () => number;
  readonly random: () => number;
  readonly uuid: () => string;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Told as soon as a cut is stored and its manifest published. */
  readonly announced?: (stream: string, cut: number) => void;
  /** Told after each durable step of a cut; tests kill the process here. */
  readonly onStep?: CutWorld["onStep"];
  /** Blocks for objects in the making; share one among the streams of a thread. */
  readonly pool?: BlockPool;
  /** Stands at the stream's transform. */
  readonly guard?: TransformGuard;
  /** Compresses whole objects; without it, on threads beside this one. */
  readonly compress?: Compress;
}

export interface Delivery extends AsyncDisposable {
  meter(): DeliveryMeter;
  /** Everything before it is in the lake: the log may forget it. Undefined before the first cut is known. */
  delivered(): Position | undefined;
  /** Cuts what waits; true once all that was durable at the call is announced, false when stopped before. */
  flush(): Promise<boolean>;
}

/** Bytes of the log read at a time; half of it or more says that there is a backlog. */
const READ_BYTES = 4_194_304;
const IDLE_MS = 1000;
const GATHER_MS = 20;
const POOL_BYTES = 67_108_864;

/** Starts delivering. Trouble is shown in the meter and tried again for ever; nothing makes it give up but its end. */
export function openDelivery(options: DeliveryOptions): Delivery {
  return new StreamDelivery(options);
}

interface Flush {
  readonly target: Position;
  readonly done: (delivered: boolean) => void;
}

class StreamDelivery implements Delivery {
  readonly #options: DeliveryOptions;
  readonly #stop = new AbortController();
  readonly #world: CutWorld;
  readonly #encoder: Encoder;
  readonly #feeder: Feeder;
  readonly #running: Promise<void>;
  readonly #age: SteadyAge;
  #nudge = new AbortController();
  #flushes: Flush[] = [];
  #totals: Totals = NO_TOTALS;
  #readTrouble: Trouble | undefined;
  #storedTo: Place | undefined;
  readonly #sender: Sender;
  #cut = 0;
  #from: Place | undefined;
  #pending: Pending = NOTHING;
  #batch: Batch | undefined;

  constructor(options: DeliveryOptions) {
    const { store, announcements, journal, onStep } = options;
    this.#options = options;
    this.#age = new SteadyAge(options.clock, options.elapsed ?? (() => performance.now()));
    this.#world = { store, announcements, journal, onStep };
    const pool = options.pool ?? new BlockPool(POOL_BYTES);
    this.#encoder = openEncoder(options.stream, pool, options.guard);
    const { signal } = this.#stop;
    this.#feeder = openFeeder({ stream: options.stream, sleep: options.sleep, signal });
    this.#sender = new Sender({
      world: this.#world,
      clock: options.clock,
      sleep: options.sleep,
      signal,
      arrived: (planned) => this.#count(planned),
    });
    this.#running = this.#run();
  }

  meter(): DeliveryMeter {
    const { cuts, records, dropped, failed, bytes } = this.#totals;
    const pending = this.#pending.records + this.#sender.records;
    const trouble = this.#sender.trouble ?? this.#readTrouble;
    return { cuts, records, dropped, failed, bytes, pending, trouble };
  }

  delivered(): Position | undefined {
    return this.#storedTo?.position;
  }

  async flush(): Promise<boolean> {
    const target = await this.#options.reader.newest();
    if (this.#stop.signal.aborted) {
      return false;
    }
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#flushes.push({ target, done: resolve });
    this.#nudge.abort();
    return await promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#nudge.abort();
    await this.#running;
    await this.#feeder[Symbol.asyncDispose]();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    const { clock, sleep } = this.#options;
    let attempts = 0;
    let since: Instant | undefined;
    const goesWell = (): void => {
      attempts = 0;
      since = undefined;
      this.#readTrouble = undefined;
    };
    while (!signal.aborted) {
      try {
        await this.#live(goesWell);
      } catch (thrown) {
        attempts += 1;
        since ??= clock.now();
        const code = thrown instanceof Fault ? thrown.code : "DELIVERY_FAILED";
        this.#readTrouble = { code, message: causeOf(thrown), since, attempts };
        await sleep(backoffMs(attempts), signal);
      } finally {
        await this.#sender.settle();
        this.#forget();
      }
    }
    this.#flushes.splice(0).forEach(({ done }) => done(false));
  }

  /** Takes up where the journal ends and delivers until stopped; throws where the stream cannot be read. */
  async #live(goesWell: () => void): Promise<void> {
    const { reader } = this.#options;
    let place = await this.#resume();
    this.#from = place;
    while (!this.#stop.signal.aborted) {
      const asked = this.#flushes.length;
      const frames = await reader.read(place.position, READ_BYTES);
      for (const frame of frames) {
        await this.#take(frame, place.index);
        place = { position: frame.next, index: 0 };
        await this.#answerFlushes(place, 0);
      }
      await this.#answerFlushes(place, frames.length === 0 ? asked : 0);
      const backlog = frames.reduce((sum, { bytes }) => sum + bytes.length, 0) >= READ_BYTES / 2;
      if (!backlog) {
        await this.#tick(place);
      }
      goesWell();
      if (frames.length === 0) {
        await this.#wait(place.position);
      } else if (!backlog) {
        await this.#gather();
      }
    }
  }

  async #resume(): Promise<Place> {
    const { reader, stream, journal } = this.#options;
    const resumed = await journal.resume(stream.name);
    await checkTogether(stream.name, resumed, this.#world);
    this.#totals = resumed.totals;
    this.#storedTo = resumed.storedTo;
    this.#cut = resumed.stored;
    for (const planned of resumed.planned) {
      await this.#endPlanned(planned);
    }
    return this.#storedTo ?? { position: await reader.oldest(), index: 0 };
  }

  async #endPlanned(planned: PlannedCut): Promise<void> {
    const { reader } = this.#options;
    const ended = await resumeCut(planned, {
      world: this.#world,
      encode: async (from, to) => {
        const batch = this.#encoder.open();
        try {
          await addBetween(reader, { from, to }, (stretch) => this.#feeder.feed(batch, stretch));
          return batch.finish();
        } catch (thrown) {
          batch.release();
          throw thrown;
        }
      },
      prepare: (encoded, { manifest }, names) =>
        prepareCut(encoded, {
          ...this.#facts(manifest.cut, names),
          cutAt: toInstant(manifest.cutAt),
        }),
      rename: (encoded) => this.#names(encoded),
    });
    this.#count(ended);
  }

  /** Adds a frame's records from `index` on, cutting as often as they fill an object. */
  async #take(frame: Frame, index: number): Promise<void> {
    const { starts, ends, acceptedAt, count: to } = frame;
    let from = index;
    // Once stopped, nothing is cut any more, so that a full batch would never make room for another record.
    while (from < to && !this.#stop.signal.aborted) {
      const arrival = { kind: "records", acceptedAt, starts, ends, from, to } as const;
      const { pending, takenTo, cut } = step(this.#pending, arrival, this.#limits());
      this.#batch ??= this.#encoder.open();
      const fed = this.#feeder.feed(this.#batch, { frame, from, to: takenTo });
      if (fed !== undefined) {
        await fed;
      }
      this.#pending = pending;
      from = takenTo;
      if (cut !== undefined) {
        const whole = takenTo === to;
        await this.#cutHere({
          position: whole ? frame.next : frame.position,
          index: whole ? 0 : from,
        });
      }
    }
  }

  async #tick(place: Place): Promise<void> {
    const arrival = { kind: "tick", at: this.#age.now(this.#pending) } as const;
    await this.#cutIf(step(this.#pending, arrival, this.#limits()).cut, place);
  }

  /** Flushes whose end is reached, and the first `due` of them in any case, cut what waits. */
  async #answerFlushes(place: Place, due: number): Promise<void> {
    const reached = this.#flushes.filter(
      ({ target }, index) => index < due || target === place.position,
    );
    if (reached.length === 0) {
      return;
    }
    await this.#cutIf(step(this.#pending, { kind: "flush" }, this.#limits()).cut, place);
    // Only now: had the cut failed, the next life must still answer them.
    this.#flushes = this.#flushes.filter((flush) => !reached.includes(flush));
    void this.#answer(reached, this.#sender.settle());
  }

  async #answer(flushes: readonly Flush[], settled: Promise<void>): Promise<void> {
    await settled;
    flushes.forEach(({ done }) => done(!this.#stop.signal.aborted));
  }

  async #cutIf(reason: CutReason | undefined, place: Place): Promise<void> {
    if (reason !== undefined) {
      await this.#cutHere(place);
    }
  }

  /** Ends the batch at `to` and has it stored while the next one is filled. */
  async #cutHere(to: Place): Promise<void> {
    await this.#sender.room();
    const from = this.#from;
    const encoded = this.#batch?.finish();
    if (from === undefined || encoded === undefined || this.#stop.signal.aborted) {
      return;
    }
    this.#batch = undefined;
    this.#pending = NOTHING;
    this.#from = to;
    this.#cut += 1;
    const names = this.#names(encoded);
    this.#sender.send(encoded, { from, to, names, facts: this.#facts(this.#cut, names) });
  }

  #count(planned: PlannedCut): void {
    const { manifest, to } = planned;
    const added = countOf(manifest);
    const { cuts, records, dropped, failed, bytes } = this.#totals;
    this.#totals = {
      cuts: cuts + added.cuts,
      records: records + added.records,
      dropped: dropped + added.dropped,
      failed: failed + added.failed,
      bytes: bytes + added.bytes,
    };
    this.#cut = Math.max(this.#cut, manifest.cut);
    this.#storedTo = to;
    this.#options.announced?.(manifest.stream, manifest.cut);
  }

  async #wait(position: Position): Promise<void> {
    const { reader } = this.#options;
    if (this.#nudge.signal.aborted) {
      this.#nudge = new AbortController();
      return;
    }
    const untilOld = untilOldMs(this.#pending, this.#age.now(this.#pending), this.#limits());
    const timeout = Math.min(IDLE_MS, untilOld ?? IDLE_MS);
    if (timeout > 0) {
      await reader.wait(position, timeout, this.#nudge.signal);
    }
  }

  /** Under many small commits, reading after each would cost more than the records in it. */
  async #gather(): Promise<void> {
    const { sleep } = this.#options;
    const age = this.#age.now(this.#pending);
    const untilOld = untilOldMs(this.#pending, age, this.#limits()) ?? 0;
    const ms = Math.min(GATHER_MS, untilOld);
    if (ms > 0 && this.#flushes.length === 0) {
      await sleep(ms, this.#nudge.signal);
    }
  }

  /** What was read and not planned is read again by the next life. */
  #forget(): void {
    this.#batch?.release();
    this.#batch = undefined;
    this.#pending = NOTHING;
    this.#from = undefined;
  }

  #limits(): { recordsMax: number; bytesMax: number; ageMsMax: number } {
    const { size, interval, records } = this.#options.stream.deliver.buffer;
    return { recordsMax: records, bytesMax: size, ageMsMax: interval };
  }

  #names({ firstAcceptedAt: oldestAt }: Encoded): CutNames {
    const { stream, pipeline, random, uuid } = this.#options;
    return nameCut(stream, { pipeline, oldestAt, random, uuid });
  }

  #facts(cut: number, names: CutNames): CutFacts {
    const { stream, planHash, clock, compress } = this.#options;
    return { stream, planHash, cut, cutAt: clock.now(), names, compress };
  }
}
