/** Runs the models whenever there is something new: each after what it reads, a failing one later again. */

import type { Clock, Instant } from "../../base/clock.ts";
import { toInstant } from "../../base/clock.ts";
import { causeOf, Fault } from "../../base/faults.ts";
import type { Plan } from "../../plan/plan.ts";
import type { BatchExecute, Execute } from "../../seams/execute.ts";
import type { ModelMeter, Trouble } from "../../seams/meter.ts";
import { streamsOf } from "./accounts.ts";
import { engineOf } from "./engine.ts";
import { readModelFolder, stampOf } from "./files/folder.ts";
import { type Graph, type Model, toGraph } from "./files/graph.ts";
import type { ModelEngine, RunOutcome } from "./progress.ts";

export interface RunnerOptions {
  readonly plan: Plan;
  readonly execute: Execute | BatchExecute;
  readonly clock: Clock;
  /** At most one round per this long, so that under load a run takes in many rows; an idle runner starts at once. */
  readonly pauseMs: number;
  /** How often the files are looked at when nothing is new. */
  readonly pollMs: number;
  readonly retryMs: { readonly first: number; readonly max: number };
  readonly onChange: () => void;
}

export type NamedMeter = ModelMeter & { readonly name: string };

export interface ModelRunner extends AsyncDisposable {
  /** Says that something was loaded. */
  wake(): void;
  meters(): readonly NamedMeter[];
  /** Resolves after a round that began after this call and left nothing to do: true unless a model is in trouble. */
  settle(): Promise<boolean>;
}

interface State {
  meter: NamedMeter;
  retryAt: Instant;
  /** Hash of the model that is in trouble; another text is tried at once. */
  triedHash: string | undefined;
}

export function startModels(options: RunnerOptions): ModelRunner {
  return new Runner(options);
}

class Runner implements ModelRunner {
  readonly #options: RunnerOptions;
  readonly #engine: ModelEngine;
  readonly #states = new Map<string, State>();
  readonly #running: Promise<void>;
  #graph: Graph = { models: [], faults: new Map() };
  #stamp: string | undefined;
  #ready = false;
  #stopped = false;
  #news = true;
  #wakeUp: () => void = () => {};
  #waiting: ((settled: boolean) => void)[] = [];

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#engine = engineOf(options.execute, options.clock);
    this.#running = this.#run();
  }

  wake(): void {
    this.#news = true;
    this.#wakeUp();
  }

  meters(): readonly NamedMeter[] {
    return [...this.#states.values()].map(({ meter }) => meter);
  }

  settle(): Promise<boolean> {
    if (this.#stopped) {
      return Promise.resolve(false);
    }
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#waiting.push(resolve);
    this.wake();
    return promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    this.#engine.interrupt();
    this.#wakeUp();
    await this.#running;
    this.#waiting.splice(0).forEach((resolve) => resolve(false));
  }

  async #run(): Promise<void> {
    const { clock, pauseMs, pollMs } = this.#options;
    while (!this.#stopped) {
      const began = clock.now();
      this.#news = false;
      const asked = this.#waiting.splice(0);
      const busy = await this.#round();
      if (busy) {
        // What is left to take in is taken in at once; those who wait for the end wait on.
        this.#waiting.unshift(...asked);
        this.#news = true;
        continue;
      }
      const troubled = this.meters().some(({ trouble }) => trouble !== undefined);
      asked.forEach((resolve) => resolve(!troubled));
      await this.#rest(Math.max(0, pauseMs - (clock.now() - began)), pollMs);
    }
  }

  async #rest(pauseMs: number, pollMs: number): Promise<void> {
    if (this.#stopped) {
      return;
    }
    await new Promise<void>((resolve) => {
      const early = setTimeout(() => {
        this.#wakeUp = done;
        if (this.#news) {
          done();
        }
      }, pauseMs);
      const late = setTimeout(done, Math.max(pauseMs, pollMs));
      this.#wakeUp = () => {
        if (this.#stopped || this.#waiting.length > 0) {
          done();
        }
      };
      this.#wakeUp();
      function done(): void {
        clearTimeout(early);
        clearTimeout(late);
        resolve();
      }
    });
    this.#wakeUp = () => {};
  }

  /** Every model once; whether one of them has more to take in. */
  async #round(): Promise<boolean> {
    try {
      await this.#prepare();
    } catch (thrown) {
      this.#failAll(thrown);
      return false;
    }
    let busy = false;
    for (const model of this.#graph.models) {
      busy = (await this.#turn(model)) || busy;
    }
    return busy && !this.#stopped;
  }

  /** Reads the folder again when a file of it changed. */
  async #prepare(): Promise<void> {
    const { plan } = this.#options;
    if (!this.#ready) {
      await this.#engine.ensure();
      this.#ready = true;
    }
    if (plan.models === undefined || (await stampOf(plan.models.folder)) === this.#stamp) {
      return;
    }
    const { files, faults, stamp } = await readModelFolder(plan.models.folder);
    const tables = new Map(plan.streams.map(({ table, name }) => [table, name]));
    this.#graph = toGraph(files, { tables, snippets: plan.models.snippets });
    this.#stamp = stamp;
    const broken = new Map([...faults, ...this.#graph.faults]);
    const names = new Set([...this.#graph.models.map(({ name }) => name), ...broken.keys()]);
    for (const gone of [...this.#states.keys()].filter((name) => !names.has(name))) {
      this.#states.delete(gone);
    }
    for (const name of names) {
      await this.#know(name);
    }
    broken.forEach((fault, name) => this.#fail(name, fault, undefined));
  }

  async #know(name: string): Promise<void> {
    const model = this.#graph.models.find((one) => one.name === name);
    const streams = model === undefined ? [] : streamsOf(model);
    const known = this.#states.get(name);
    if (known !== undefined) {
      // The file was mended or changed: it may take in other streams than before.
      known.meter = { ...known.meter, streams };
      return;
    }
    const runs = await this.#engine.runs(name);
    const nothing = { rows: 0, load: 0, newestLoad: 0, lastRunMs: 0, trouble: undefined };
    const meter = { name, streams, runs, ...nothing };
    this.#states.set(name, { meter, retryAt: toInstant(0), triedHash: undefined });
  }

  async #turn(model: Model): Promise<boolean> {
    const { clock, onChange } = this.#options;
    const state = this.#states.get(model.name);
    const again = state?.triedHash === model.hash && clock.now() < state.retryAt;
    if (state === undefined || this.#stopped || again) {
      return false;
    }
    const began = clock.now();
    try {
      const outcome = await this.#engine.run(model);
      this.#note(state, outcome, clock.now() - began);
      return outcome.load < outcome.newestLoad;
    } catch (thrown) {
      if (!this.#stopped) {
        this.#fail(model.name, thrown, model.hash);
        onChange();
      }
      return false;
    }
  }

  #note(state: State, { counts, rows, load, newestLoad }: RunOutcome, tookMs: number): void {
    const { meter } = state;
    const changed = counts !== undefined || meter.trouble !== undefined || meter.load !== load;
    const runs = meter.runs + (counts === undefined ? 0 : 1);
    const lastRunMs = counts === undefined ? meter.lastRunMs : tookMs;
    state.meter = { ...meter, runs, rows, load, newestLoad, lastRunMs, trouble: undefined };
    state.triedHash = undefined;
    if (changed) {
      this.#options.onChange();
    }
  }

  #fail(name: string, thrown: unknown, hash: string | undefined): void {
    const { clock, retryMs } = this.#options;
    const state = this.#states.get(name);
    if (state === undefined) {
      return;
    }
    const now = clock.now();
    const before = state.meter.trouble;
    const attempts = (before?.attempts ?? 0) + 1;
    const waitMs = Math.min(retryMs.max, retryMs.first * 2 ** Math.min(attempts - 1, 20));
    const code = thrown instanceof Fault ? thrown.code : "MODEL_FAILED";
    const trouble: Trouble = {
      code,
      message: causeOf(thrown),
      since: before?.since ?? now,
      attempts,
    };
    state.retryAt = toInstant(now + waitMs);
    state.triedHash = hash;
    state.meter = { ...state.meter, trouble };
  }

  #failAll(thrown: unknown): void {
    for (const name of this.#states.keys()) {
      this.#fail(name, thrown, undefined);
    }
    this.#options.onChange();
  }
}
