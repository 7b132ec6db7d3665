/** The main thread's side of the delivery thread: its meters, its flushes, and its next life when it dies. */

import { totalmem } from "node:os";
import { Worker } from "node:worker_threads";
import { beside } from "../../base/beside.ts";
import type { Clock } from "../../base/clock.ts";
import { causeOf, Fault } from "../../base/faults.ts";
import type { Position } from "../../seams/consume.ts";
import type { DeliveryMeter, Trouble } from "../../seams/meter.ts";
import {
  type Footprint,
  judgeTrail,
  type PoisonedRecord,
  readTrail,
} from "../../stages/delivery/index.ts";
import { type Life, Lives } from "../lives/lives.ts";
import { Questions } from "../lives/questions.ts";
import type { DeliveryAssignment, FromDelivery, StreamProgress, ToDelivery } from "./messages.ts";
import { poisonedRecords } from "./poisoned.ts";
import { TransformWatch } from "./transform-watch.ts";

export interface DeliveryProxyOptions extends Omit<
  DeliveryAssignment,
  "mark" | "poisoned" | "suspect"
> {
  readonly clock: Clock;
  /** Told of each cut as soon as its manifest is published, once at least. */
  readonly announced: (stream: string, cut: number) => void;
  readonly log: (line: string) => void;
}

export interface DeliveryProxy extends AsyncDisposable {
  meter(stream: string): DeliveryMeter;
  /** Everything before it is in the lake; undefined while that is not known. */
  delivered(stream: string): Position | undefined;
  /** True once all that was durable at the call is announced; false when that took longer. */
  flush(timeoutMs: number): Promise<boolean>;
  state(): { readonly up: boolean; readonly restarts: number };
  /** Records of a stream on whose transform its thread ended, so that they were passed over. */
  poisoned(stream: string): readonly PoisonedRecord[];
}

const WAITS = { firstWaitMs: 250, longestWaitMs: 15_000 } as const;
const STOP_MS = 15_000;
/** A transform that fills more than this ends its own thread, and not the machine. */
const HEAP_MB = Math.max(512, Math.min(2048, Math.round(totalmem() / 4 / 1_048_576)));
const NOTHING: DeliveryMeter = {
  cuts: 0,
  records: 0,
  dropped: 0,
  failed: 0,
  bytes: 0,
  pending: 0,
  trouble: undefined,
};

/** Resolves once the thread delivers; throws what kept it from starting. Later deaths are mended here. */
export async function openDeliveryProxy(options: DeliveryProxyOptions): Promise<DeliveryProxy> {
  const proxy = new Proxy(options);
  await proxy.start();
  return proxy;
}

interface ThreadLife extends Life {
  readonly worker: Worker;
}

class Proxy implements DeliveryProxy {
  readonly #options: DeliveryProxyOptions;
  readonly #lives: Lives<ThreadLife>;
  readonly #flushes = new Questions(({ id }) => this.#say({ kind: "flush", id }));
  readonly #progress = new Map<string, StreamProgress>();
  readonly #watch: TransformWatch;
  readonly #suspect: Footprint | undefined;
  #up = false;
  #trouble: Trouble | undefined;

  constructor(options: DeliveryProxyOptions) {
    const { clock, log } = options;
    this.#options = options;
    const { poison, suspect } = judgeTrail(readTrail(options.trail, options.planHash));
    this.#watch = new TransformWatch(poison === undefined ? [] : [poison]);
    this.#suspect = suspect;
    tellOf(poison, log);
    this.#lives = new Lives({
      begin: () => this.#begin(),
      clock,
      ...WAITS,
      onDeath: ({ fault, attempts, since }) => {
        this.#trouble = { code: fault.code, message: fault.message, since, attempts };
        log(`delivery stopped and starts again: ${fault.message}`);
      },
    });
  }

  async start(): Promise<void> {
    await this.#lives.start();
  }

  meter(stream: string): DeliveryMeter {
    const meter = this.#progress.get(stream)?.meter ?? NOTHING;
    return { ...meter, trouble: this.#trouble ?? meter.trouble };
  }

  delivered(stream: string): Position | undefined {
    return this.#progress.get(stream)?.delivered;
  }

  state(): { readonly up: boolean; readonly restarts: number } {
    return { up: this.#up, restarts: this.#lives.restarts };
  }

  poisoned(stream: string): readonly PoisonedRecord[] {
    const { journal, planHash: hash } = this.#options;
    return poisonedRecords(journal, { hash, stream });
  }

  async flush(timeoutMs: number): Promise<boolean> {
    return await this.#flushes.ask(timeoutMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lives.stop({
      ask: () => this.#say({ kind: "stop" }),
      force: ({ worker }) => void worker.terminate(),
      patienceMs: STOP_MS,
    });
    this.#flushes.end();
  }

  #begin(): ThreadLife {
    const { pipeline, planHash, lake, journal, trail, logs } = this.#options;
    const { mark, poisoned } = this.#watch;
    const given = { pipeline, planHash, lake, journal, trail, logs };
    const workerData = { ...given, mark, poisoned, suspect: this.#suspect };
    const worker = new Worker(beside("worker", import.meta.url), {
      workerData: workerData satisfies DeliveryAssignment,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    });
    const forget = this.#watch.begin(() => void worker.terminate());
    const ready = Promise.withResolvers<"ready">();
    const ended = Promise.withResolvers<Fault>();
    let fault: Fault | undefined;
    let refused = false;
    worker.on("message", (message: FromDelivery) => {
      if (message.kind === "refused") {
        refused = true;
        fault = new Fault(message.code, message.facts);
      } else if (message.kind === "ready") {
        this.#up = true;
        this.#trouble = undefined;
        this.#flushes.repeat();
        ready.resolve("ready");
      } else {
        this.#hear(message);
      }
    });
    worker.on("error", (thrown) => {
      fault ??= died(causeOf(thrown));
    });
    worker.on("exit", (code) => {
      this.#up = false;
      forget();
      const how = fault ?? died(`it ended with code ${code}`);
      const found = this.#lives.stopping ? undefined : this.#watch.end(logs, how);
      ended.resolve(found === undefined ? how : died(found));
    });
    return { worker, ready: ready.promise, ended: ended.promise, refused: () => refused };
  }

  #hear(message: Exclude<FromDelivery, { kind: "refused" | "ready" }>): void {
    switch (message.kind) {
      case "progress":
        message.streams.forEach((one) => this.#progress.set(one.stream, one));
        break;
      case "announced":
        this.#options.announced(message.stream, message.cut);
        break;
      case "flushed":
        // A flush that a dying life could not finish is asked again of the next one.
        if (message.delivered || this.#lives.stopping) {
          this.#flushes.answer(message.id, message.delivered);
        }
        break;
    }
  }

  #say(message: ToDelivery): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
    this.#lives.current?.worker.postMessage(message);
  }
}

function tellOf(poison: PoisonedRecord | undefined, log: (line: string) => void): void {
  if (poison !== undefined) {
    const { stream, shard, sequence, says } = poison;
    log(`${says} Number ${sequence} of shard ${shard} of ${stream} is set aside.`);
  }
}

function died(cause: string): Fault {
  return new Fault("DELIVERY_STOPPED", { cause });
}
