/** Many seeds over several threads; a seed that never ends is told as one that failed. */

import { Worker } from "node:worker_threads";
import { beside } from "../base/beside.ts";
import { causeOf, Fault } from "../base/faults.ts";
import type { FromWorker, WorkerAssignment } from "./messages.ts";
import type { RunResult } from "./run.ts";

export interface SeedsOptions extends WorkerAssignment {
  readonly from: number;
  readonly count: number;
  readonly threads: number;
  /** Stop after so many failed seeds. */
  readonly failuresMax: number;
  readonly onResult: (result: RunResult) => void;
  readonly signal?: AbortSignal | undefined;
}

/** A run takes well under a second; its thread is ended when it takes this long for each simulated hour. */
const SEED_MS_MAX = 120_000;
/** What one run makes dies with it: with room for it, the collector need not look at what stays. */
const YOUNG_MIB = 96;

/** Results of all seeds in their order, fewer when stopped. Throws what the pipeline's file gets wrong. */
export async function runSeeds(options: SeedsOptions): Promise<readonly RunResult[]> {
  const pool = new Pool(options);
  const threads = Math.min(options.threads, options.count);
  await Promise.all(Array.from({ length: threads }, () => pool.work()));
  return pool.results.toSorted((a, b) => a.seed - b.seed);
}

class Pool {
  readonly results: RunResult[] = [];
  readonly #options: SeedsOptions;
  #next: number;
  #failures = 0;

  constructor(options: SeedsOptions) {
    this.#options = options;
    this.#next = options.from;
  }

  /** Runs seeds in threads until none is left: one thread, and another in the place of each that hung. */
  async work(): Promise<void> {
    while (this.#goesOn()) {
      await this.#useThread();
    }
  }

  #goesOn(): boolean {
    const { from, count, failuresMax, signal } = this.#options;
    const left = this.#next < from + count && this.#failures < failuresMax;
    return left && signal?.aborted !== true;
  }

  async #useThread(): Promise<void> {
    const { file, hours } = this.#options;
    const workerData: WorkerAssignment = { file, hours };
    const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_MIB };
    const worker = new Worker(beside("worker", import.meta.url), { workerData, resourceLimits });
    try {
      await hear(worker);
      while (this.#goesOn()) {
        const seed = this.#next;
        this.#next += 1;
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
        worker.postMessage(seed);
        const heard = await hear(worker, SEED_MS_MAX * Math.max(1, hours ?? 0));
        this.#take(heard?.kind === "result" ? heard.result : hung(seed));
        if (heard === undefined) {
          return;
        }
      }
    } finally {
      await worker.terminate();
    }
  }

  #take(result: RunResult): void {
    this.results.push(result);
    this.#failures += result.wrong.length > 0 ? 1 : 0;
    this.#options.onResult(result);
  }
}

/** The worker's next message, undefined when none comes in time. Throws what it refuses for. */
async function hear(worker: Worker, msMax = SEED_MS_MAX): Promise<FromWorker | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<FromWorker | undefined>();
  const late = setTimeout(() => resolve(undefined), msMax);
  const failed = (thrown: unknown): void =>
    reject(new Fault("INTERNAL", { cause: causeOf(thrown) }, thrown));
  worker.once("message", resolve);
  worker.once("error", failed);
  try {
    const message = await promise;
    if (message?.kind === "refused") {
      throw new Fault(message.code, message.facts);
    }
    return message;
  } finally {
    clearTimeout(late);
    worker.off("message", resolve);
    worker.off("error", failed);
  }
}

function hung(seed: number): RunResult {
  const wrong = ["the run did not end: some part of the pipeline goes round without ever waiting"];
  const nothing = { accepted: 0, rejected: 0, lives: 0, steps: 0, simulatedMs: 0 };
  return { seed, wrong, hash: "", last: [], ...nothing };
}
