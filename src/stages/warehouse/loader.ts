/** Loads announced cuts: each stream's in order, streams in turn, a failing one later again while others go on. */

import type { Clock } from "../../base/clock.ts";
import { causeOf, Fault } from "../../base/faults.ts";
import { systemTimers, type Timers } from "../../base/timers.ts";
import type { Plan, StreamPlan } from "../../plan/plan.ts";
import type { Announcements, Manifest, StoredPart } from "../../seams/announce.ts";
import type { Trouble, WarehouseMeter } from "../../seams/meter.ts";
import type { LocalObject, ObjectStore } from "../../seams/store.ts";
import type { Warehouse } from "./warehouse.ts";

export interface LoaderOptions {
  readonly plan: Plan;
  readonly warehouse: Pick<Warehouse, "load" | "totals">;
  readonly store: ObjectStore;
  readonly announcements: Announcements;
  readonly clock: Clock;
  readonly timers?: Timers;
  /** How long a cut nobody woke us for may wait. */
  readonly pollMs: number;
  readonly retryMs: { readonly first: number; readonly max: number };
  /** Called after each load, and when a stream gets into trouble or out of it. */
  readonly onChange: () => void;
}

export interface Loader extends AsyncDisposable {
  /** Says that a cut of a stream was announced. */
  wake(stream: string, cut: number): void;
  meter(stream: string): WarehouseMeter;
  /** Streams whose announced cuts are not all loaded. */
  behind(): Promise<
    readonly { readonly stream: string; readonly cut: number; readonly newest: number }[]
  >;
}

/** What the loader knows of one stream. */
interface Lane {
  readonly stream: StreamPlan;
  /** Newest cut that somebody said was announced. */
  hinted: number;
  /** Whether a cut was just loaded, so that the next may well be there. */
  more: boolean;
  trouble: Trouble | undefined;
  /** By the timers' clock, which nobody sets: a wall clock put back must not hold a stream up. */
  retryAt: number;
  lastLoadMs: number;
}

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
      { stream, hinted: 0, more: false, trouble: undefined, retryAt: 0, lastLoadMs: 0 },
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
    const totals = this.#options.warehouse.totals(stream);
    return { ...totals, lastLoadMs: lane?.lastLoadMs ?? 0, trouble: lane?.trouble };
  }

  async behind(): Promise<readonly { stream: string; cut: number; newest: number }[]> {
    const { announcements, warehouse } = this.#options;
    const all = await Promise.all(
      [...this.#lanes.keys()].map(async (stream) => {
        const newest = await announcements.newest(stream);
        this.wake(stream, newest);
        return { stream, newest, cut: warehouse.totals(stream).cut };
      }),
    );
    return all.filter(({ cut, newest }) => cut < newest);
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
    try {
      const manifest = await announcements.read(lane.stream.name, cut + 1);
      if (manifest === undefined) {
        // A hint without its cut is looked at again with the next poll; one that came meanwhile stands.
        lane.more = false;
        lane.hinted = lane.hinted === hinted ? Math.min(hinted, cut) : lane.hinted;
        return this.#settle(lane, false);
      }
      await this.#load(lane, manifest);
      lane.more = true;
      return this.#settle(lane, true);
    } catch (thrown) {
      this.#fail(lane, thrown);
      return false;
    }
  }

  #settle(lane: Lane, loaded: boolean): boolean {
    const was = lane.trouble;
    lane.trouble = undefined;
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
  }

  async #load(lane: Lane, manifest: Manifest): Promise<void> {
    const { warehouse, clock } = this.#options;
    const started = clock.now();
    await using object = await this.#fetch(manifest.object);
    await using failed = await this.#fetch(manifest.failed);
    await warehouse.load(lane.stream, manifest, { object: object?.path, failed: failed?.path });
    lane.lastLoadMs = clock.now() - started;
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
