/** Loads announced cuts: each stream's in order, streams in turn; one that no load can take is set aside in the end. */

import type { Clock } from "../../base/clock.ts";
import { causeOf, Fault } from "../../base/faults.ts";
import { systemTimers, type Timers } from "../../base/timers.ts";
import type { Plan } from "../../plan/plan.ts";
import {
  type Announcements,
  type Manifest,
  nameOfCut,
  type StoredPart,
} from "../../seams/announce.ts";
import type { WarehouseMeter } from "../../seams/meter.ts";
import type { LocalObject, ObjectStore } from "../../seams/store.ts";
import { asideTrouble, isCrash, type Lane, openLane } from "./lane.ts";
import type { CutToPass, Warehouse } from "./warehouse.ts";

export interface LoaderOptions {
  readonly plan: Plan;
  readonly warehouse: Pick<Warehouse, "load" | "totals" | "setAside" | "asides">;
  readonly store: ObjectStore;
  readonly announcements: Announcements;
  readonly clock: Clock;
  readonly timers?: Timers;
  /** How long a cut nobody woke us for may wait. */
  readonly pollMs: number;
  readonly retryMs: { readonly first: number; readonly max: number };
  /** The cut on which former lives of this process ended again and again: it is set aside untried. */
  readonly deadly?: DeadlyCut | undefined;
  /** Told before a cut is loaded, and with undefined when that has ended: whoever is left knows what it ended on. */
  readonly onLoading?: (cut: CutOfStream | undefined) => void;
  /** Called after each load, and when a stream gets into trouble or out of it. */
  readonly onChange: () => void;
}

export interface CutOfStream {
  readonly stream: string;
  readonly cut: number;
}

export interface DeadlyCut extends CutOfStream {
  readonly cause: string;
  readonly attempts: number;
}

export interface Loader extends AsyncDisposable {
  /** Says that a cut of a stream was announced. */
  wake(stream: string, cut: number): void;
  meter(stream: string): WarehouseMeter;
  /** Every stream's newest announced cut. */
  newest(): Promise<ReadonlyMap<string, number>>;
  /** Whether every stream's cuts up to these are loaded or set aside; what is missing is looked for at once. */
  hasPassed(cuts: ReadonlyMap<string, number>): boolean;
}

/** So often a cut is refused, with growing waits, before later ones are loaded past it. */
const REFUSALS_MAX = 6;
/** Where so many cuts of one stream are set aside, it is no single one that is bad: the stream waits. */
const ASIDE_MAX = 100;
/** What is set aside may be whole again: it is tried after each start, and so often. */
const AGAIN_MS = 600_000;

export function startLoader(options: LoaderOptions): Loader {
  return new RunningLoader(options);
}

class RunningLoader implements Loader {
  readonly #options: LoaderOptions;
  readonly #lanes: Map<string, Lane>;
  readonly #running: Promise<void>;
  #stopped = false;
  #wakeUp: () => void = () => {};
  #polledAt = -Infinity;
  readonly #timers: Timers;

  constructor(options: LoaderOptions) {
    this.#options = options;
    this.#timers = options.timers ?? systemTimers;
    const lanes = options.plan.streams.map((stream): [string, Lane] => [
      stream.name,
      openLane(stream),
    ]);
    this.#lanes = new Map(lanes);
    this.#running = this.#run();
  }

  wake(stream: string, cut: number): void {
    const lane = this.#lanes.get(stream);
    if (lane !== undefined) {
      lane.hinted = Math.max(lane.hinted, cut);
      this.#wakeUp();
    }
  }

  meter(stream: string): WarehouseMeter {
    const lane = this.#lanes.get(stream);
    const { warehouse } = this.#options;
    const asides = warehouse.asides(stream);
    return {
      ...warehouse.totals(stream),
      ...(asides.length === 0 ? {} : { aside: asides }),
      lastLoadMs: lane?.lastLoadMs ?? 0,
      trouble: lane?.trouble ?? asideTrouble(stream, asides),
    };
  }

  async newest(): Promise<ReadonlyMap<string, number>> {
    const { announcements } = this.#options;
    const cuts = [...this.#lanes.keys()].map(
      async (stream) => [stream, await announcements.newest(stream)] as const,
    );
    return new Map(await Promise.all(cuts));
  }

  hasPassed(cuts: ReadonlyMap<string, number>): boolean {
    const { warehouse } = this.#options;
    const missing = [...cuts].filter(([stream, cut]) => warehouse.totals(stream).cut < cut);
    missing.forEach(([stream, cut]) => this.wake(stream, cut));
    return missing.length === 0;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const now = this.#timers.elapsed();
      const polls = now - this.#polledAt >= this.#options.pollMs;
      if (polls) {
        this.#polledAt = now;
      }
      let loaded = 0;
      for (const lane of this.#lanes.values()) {
        loaded += (await this.#turn(lane, polls)) ? 1 : 0;
      }
      if (loaded === 0) {
        await this.#rest();
      }
    }
  }

  /** Until somebody wakes us, a retry is due, or it is time to look by ourselves. */
  async #rest(): Promise<void> {
    const { pollMs, warehouse } = this.#options;
    const now = this.#timers.elapsed();
    const due = [...this.#lanes.values()]
      .filter(({ trouble }) => trouble !== undefined)
      .map(({ retryAt }) => retryAt - now);
    const waitMs = Math.max(1, Math.min(pollMs, ...due));
    await new Promise<void>((resolve) => {
      const forget = this.#timers.after(waitMs, resolve);
      this.#wakeUp = () => {
        forget();
        resolve();
      };
      const news = [...this.#lanes.values()].some(
        (lane) =>
          lane.trouble === undefined && lane.hinted > warehouse.totals(lane.stream.name).cut,
      );
      if (this.#stopped || news) {
        this.#wakeUp();
      }
    });
    this.#wakeUp = () => {};
  }

  /** Loads the stream's next cut when there is one; whether it did. */
  async #turn(lane: Lane, polls: boolean): Promise<boolean> {
    const { warehouse, announcements } = this.#options;
    const { cut } = warehouse.totals(lane.stream.name);
    const due =
      lane.trouble === undefined
        ? polls || lane.more || lane.hinted > cut
        : this.#timers.elapsed() >= lane.retryAt;
    if (!due || this.#stopped) {
      return false;
    }
    const { hinted } = lane;
    let manifest: Manifest | undefined;
    try {
      manifest = await announcements.read(lane.stream.name, cut + 1);
      if (manifest === undefined) {
        // A hint without its cut is looked at again with the next poll; one that came meanwhile stands.
        lane.more = false;
        lane.hinted = lane.hinted === hinted ? Math.min(hinted, cut) : lane.hinted;
        return this.#settle(lane, false) || (await this.#tryAgain(lane));
      }
      await this.#load(lane, manifest);
      lane.more = true;
      return this.#settle(lane, true);
    } catch (thrown) {
      return await this.#refuse(lane, { cut: cut + 1, manifest }, thrown);
    }
  }

  /** Tried again later, or set aside in the end; whether the stream goes on at once. */
  async #refuse(lane: Lane, cut: CutToPass, thrown: unknown): Promise<boolean> {
    const own = thrown instanceof Fault && !thrown.retry;
    lane.refusals = own ? lane.refusals + 1 : 0;
    const { warehouse, deadly } = this.#options;
    const crashed = isCrash(thrown);
    const hopeless = lane.refusals >= REFUSALS_MAX || crashed;
    if (!own || !hopeless || warehouse.asides(lane.stream.name).length >= ASIDE_MAX) {
      this.#fail(lane, thrown);
      return false;
    }
    try {
      const attempts = crashed ? (deadly?.attempts ?? 1) : lane.refusals;
      await warehouse.setAside(lane.stream, cut, { fault: thrown, attempts });
      lane.againAt = this.#timers.elapsed() + AGAIN_MS;
      return this.#settle(lane, true);
    } catch (failed) {
      this.#fail(lane, failed);
      return false;
    }
  }

  /** When nothing new waits: one of the cuts that are set aside, but for those that end the process. */
  async #tryAgain(lane: Lane): Promise<boolean> {
    const { warehouse, announcements, onChange, onLoading, deadly } = this.#options;
    const { name } = lane.stream;
    if (lane.again.length === 0) {
      if (this.#timers.elapsed() < lane.againAt) {
        return false;
      }
      lane.againAt = this.#timers.elapsed() + AGAIN_MS;
      const harmless = warehouse.asides(name).filter(({ code }) => code !== "LOAD_CRASHED");
      lane.again = harmless.map(({ cut }) => cut);
    }
    const cut = lane.again.shift();
    if (cut === undefined) {
      return false;
    }
    let manifest: Manifest | undefined;
    try {
      manifest = await announcements.read(name, cut);
      if (manifest === undefined) {
        return false;
      }
      await this.#load(lane, manifest);
      onChange();
    } catch (thrown) {
      // It stays where it is, with the reason it had, unless it turned out to end the process.
      if (isCrash(thrown)) {
        const reason = { fault: thrown, attempts: deadly?.attempts ?? 1 };
        await warehouse
          .setAside(lane.stream, { cut, manifest }, reason)
          .catch((failed: unknown) => this.#fail(lane, failed));
      }
      onLoading?.(undefined);
    }
    return true;
  }

  #settle(lane: Lane, loaded: boolean): boolean {
    const was = lane.trouble;
    lane.trouble = undefined;
    lane.refusals = 0;
    lane.more ||= loaded;
    if (loaded || was !== undefined) {
      this.#options.onChange();
    }
    return loaded;
  }

  #fail(lane: Lane, thrown: unknown): void {
    const { clock, retryMs, onChange } = this.#options;
    const now = clock.now();
    const attempts = (lane.trouble?.attempts ?? 0) + 1;
    const waitMs = Math.min(retryMs.max, retryMs.first * 2 ** Math.min(attempts - 1, 20));
    lane.retryAt = this.#timers.elapsed() + waitMs;
    const code = thrown instanceof Fault ? thrown.code : "LOAD_FAILED";
    const since = lane.trouble?.since ?? now;
    lane.trouble = { code, message: causeOf(thrown), since, attempts };
    onChange();
    // Only now: whoever hears of an engine that is broken ends the process, and it was this cut that broke it.
    this.#options.onLoading?.(undefined);
  }

  async #load(lane: Lane, manifest: Manifest): Promise<void> {
    const { warehouse, deadly, onLoading } = this.#options;
    const { stream, cut } = manifest;
    if (deadly?.stream === stream && deadly.cut === cut) {
      throw new Fault("LOAD_CRASHED", { object: nameOfCut(manifest), cause: deadly.cause });
    }
    const started = this.#timers.elapsed();
    onLoading?.({ stream, cut });
    await using object = await this.#fetch(manifest.object);
    await using failed = await this.#fetch(manifest.failed);
    await warehouse.load(lane.stream, manifest, { object: object?.path, failed: failed?.path });
    lane.lastLoadMs = Math.round(this.#timers.elapsed() - started);
    onLoading?.(undefined);
  }

  async #fetch(part: StoredPart | undefined): Promise<LocalObject | undefined> {
    return part === undefined ? undefined : await this.#options.store.fetch(part.name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    this.#wakeUp();
    await this.#running;
  }
}
