/** The main thread's side of the thread that works delivery streams: begun with the first of them, begun again when it dies. */

import { Worker } from "node:worker_threads";
import { beside } from "../../base/beside.ts";
import type { Clock } from "../../base/clock.ts";
import { causeOf, Fault } from "../../base/faults.ts";
import type { Trouble, WireStreamMeter } from "../../seams/meter.ts";
import type { RunProgress } from "../../stages/delivery/firehose/index.ts";
import { type Life, Lives } from "../lives/lives.ts";
import type { FirehoseAssignment, FromFirehose, Serving, ToFirehose } from "./messages.ts";

export interface FirehoseProxyOptions extends FirehoseAssignment {
  readonly clock: Clock;
  readonly log: (line: string) => void;
}

export interface FirehoseProxy extends AsyncDisposable {
  /** Resolves to true when that is so, to false after a time-out while the thread is down: then it is so later. */
  serve(serving: Serving): Promise<boolean>;
  progress(id: string): RunProgress | undefined;
  /** Of all that are served; each has the thread's trouble while that is down. */
  meters(): readonly WireStreamMeter[];
}

const WAITS = { firstWaitMs: 250, longestWaitMs: 15_000 } as const;
const STOP_MS = 15_000;
const SERVE_MS = 30_000;

/** No thread runs before the first delivery stream is served. */
export function openFirehoseProxy(options: FirehoseProxyOptions): FirehoseProxy {
  return new Proxy(options);
}

interface ThreadLife extends Life {
  readonly worker: Worker;
}

class Proxy implements FirehoseProxy {
  readonly #options: FirehoseProxyOptions;
  readonly #lives: Lives<ThreadLife>;
  readonly #progress = new Map<string, RunProgress>();
  #started: Promise<void> | undefined;
  #wanted: Serving = { streams: [], gone: [] };
  #asked = 0;
  #down: Trouble | undefined;
  #waiting: { readonly id: number; readonly done: (served: boolean) => void }[] = [];

  constructor(options: FirehoseProxyOptions) {
    const { clock, log } = options;
    this.#options = options;
    this.#lives = new Lives({
      begin: () => this.#begin(),
      clock,
      ...WAITS,
      onDeath: ({ fault }) => {
        this.#down = this.#toTrouble(fault);
        log(`delivery streams stopped and start again: ${fault.message}`);
      },
    });
  }

  async serve(serving: Serving): Promise<boolean> {
    const { streams, gone } = serving;
    this.#wanted = serving;
    if (this.#started === undefined && streams.length + gone.length === 0) {
      return true;
    }
    this.#asked += 1;
    const id = this.#asked;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#waiting.push({ id, done: resolve });
    const timer = setTimeout(() => resolve(false), SERVE_MS);
    this.#started ??= this.#lives.start();
    await this.#started;
    this.#say({ kind: "serve", id, ...serving });
    const served = await promise;
    clearTimeout(timer);
    this.#waiting = this.#waiting.filter((one) => one.id !== id);
    return served;
  }

  progress(id: string): RunProgress | undefined {
    return this.#progress.get(id);
  }

  meters(): readonly WireStreamMeter[] {
    return this.#wanted.streams.map(({ plan }) => {
      const { records = 0, trouble } = this.#progress.get(plan.id) ?? {};
      return { service: "Firehose", name: plan.name, records, trouble: this.#down ?? trouble };
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#started !== undefined) {
      await this.#lives.stop({
        ask: () => this.#say({ kind: "stop" }),
        force: ({ worker }) => void worker.terminate(),
        patienceMs: STOP_MS,
      });
    }
    this.#waiting.forEach(({ done }) => done(false));
  }

  #begin(): ThreadLife {
    const { lake, journal } = this.#options;
    const workerData: FirehoseAssignment = { lake, journal };
    const worker = new Worker(beside("worker", import.meta.url), { workerData });
    const ready = Promise.withResolvers<"ready">();
    const ended = Promise.withResolvers<Fault>();
    let fault: Fault | undefined;
    let refused = false;
    worker.on("message", (message: FromFirehose) => {
      switch (message.kind) {
        case "ready":
          ready.resolve("ready");
          this.#down = undefined;
          // Whatever an earlier life was told, this one knows nothing yet.
          this.#say({ kind: "serve", id: this.#asked, ...this.#wanted });
          break;
        case "refused":
          refused = true;
          fault = new Fault(message.code, message.facts);
          break;
        case "served":
          this.#waiting.filter(({ id }) => id <= message.id).forEach(({ done }) => done(true));
          break;
        case "progress":
          message.streams.forEach(({ id, progress }) => this.#note(id, progress));
          break;
      }
    });
    worker.on("error", (thrown) => {
      fault ??= died(causeOf(thrown));
    });
    worker.on("exit", (code) => ended.resolve(fault ?? died(`it ended with code ${code}`)));
    return { worker, ready: ready.promise, ended: ended.promise, refused: () => refused };
  }

  #toTrouble({ code, message }: Fault): Trouble {
    const { since = this.#options.clock.now(), attempts = 0 } = this.#down ?? {};
    return { code, message, since, attempts: attempts + 1 };
  }

  /** Trouble is told once, when it begins; the status has it for as long as it lasts. */
  #note(id: string, progress: RunProgress): void {
    const { trouble } = progress;
    if (trouble !== undefined && this.#progress.get(id)?.trouble === undefined) {
      const name = this.#wanted.streams.find(({ plan }) => plan.id === id)?.plan.name ?? id;
      this.#options.log(`delivery stream ${name} cannot deliver: ${trouble.message}`);
    }
    this.#progress.set(id, progress);
  }

  #say(message: ToFirehose): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
    this.#lives.current?.worker.postMessage(message);
  }
}

function died(cause: string): Fault {
  return new Fault("DELIVERY_STOPPED", { cause });
}
