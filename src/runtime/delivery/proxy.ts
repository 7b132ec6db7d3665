/** The main thread's side of the delivery thread: its meters, its flushes, and its next life when it dies. */

import { setTimeout as pause } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { Clock, Instant } from "../../base/clock.ts";
import { causeOf, Fault } from "../../base/faults.ts";
import type { Position } from "../../seams/consume.ts";
import type { DeliveryMeter, Trouble } from "../../seams/meter.ts";
import type { DeliveryAssignment, FromDelivery, StreamProgress, ToDelivery } from "./messages.ts";

export interface DeliveryProxyOptions extends DeliveryAssignment {
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
}

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 15_000;
const STOP_MS = 15_000;
/** A life that lasted this long owes nothing to the deaths before it. */
const STEADY_MS = 60_000;
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

/** One life of the thread. */
interface Life {
  readonly worker: Worker;
  readonly since: Instant;
  /** Settles when the thread has ended, with what ended it. */
  readonly ended: Promise<Fault | undefined>;
}

class Proxy implements DeliveryProxy {
  readonly #options: DeliveryProxyOptions;
  readonly #stop = new AbortController();
  readonly #progress = new Map<string, StreamProgress>();
  /** Flushes that wait for an answer; a new life is asked them again. */
  readonly #flushes = new Map<number, (delivered: boolean) => void>();
  #nextFlush = 1;
  #restarts = 0;
  #up = false;
  #trouble: Trouble | undefined;
  #life: Life | undefined;
  #watching: Promise<void> = Promise.resolve();

  constructor(options: DeliveryProxyOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const life = this.#begin();
    const fault = await Promise.race([life.ready, life.ended]);
    if (fault !== "ready") {
      throw fault ?? this.#died("it ended before it began");
    }
    this.#watching = this.#watch(life);
  }

  meter(stream: string): DeliveryMeter {
    const meter = this.#progress.get(stream)?.meter ?? NOTHING;
    return { ...meter, trouble: this.#trouble ?? meter.trouble };
  }

  delivered(stream: string): Position | undefined {
    return this.#progress.get(stream)?.delivered;
  }

  state(): { readonly up: boolean; readonly restarts: number } {
    return { up: this.#up, restarts: this.#restarts };
  }

  async flush(timeoutMs: number): Promise<boolean> {
    const id = this.#nextFlush;
    this.#nextFlush += 1;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#flushes.set(id, resolve);
    const timer = setTimeout(() => resolve(false), timeoutMs);
    this.#say({ kind: "flush", id });
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#flushes.delete(id);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#say({ kind: "stop" });
    const late = setTimeout(() => void this.#life?.worker.terminate(), STOP_MS);
    await this.#life?.ended;
    clearTimeout(late);
    await this.#watching;
    this.#flushes.forEach((resolve) => resolve(false));
  }

  #begin(): Life & { readonly ready: Promise<"ready"> } {
    const { pipeline, planHash, lake, journal, logs } = this.#options;
    const workerData: DeliveryAssignment = { pipeline, planHash, lake, journal, logs };
    const worker = new Worker(new URL("worker.ts", import.meta.url), { workerData });
    const ready = Promise.withResolvers<"ready">();
    const ended = Promise.withResolvers<Fault | undefined>();
    let fault: Fault | undefined;
    worker.on("message", (message: FromDelivery) => {
      if (message.kind === "refused") {
        fault = new Fault(message.code, message.facts);
      } else if (message.kind === "ready") {
        this.#cameUp();
        ready.resolve("ready");
      } else {
        this.#hear(message);
      }
    });
    worker.on("error", (thrown) => {
      fault ??= this.#died(causeOf(thrown));
    });
    worker.on("exit", (code) => {
      this.#up = false;
      ended.resolve(fault ?? (code === 0 ? undefined : this.#died(`it ended with code ${code}`)));
    });
    const since = this.#options.clock.now();
    const life = { worker, since, ready: ready.promise, ended: ended.promise };
    this.#life = life;
    return life;
  }

  #cameUp(): void {
    this.#up = true;
    this.#trouble = undefined;
    this.#flushes.forEach((_resolve, id) => this.#say({ kind: "flush", id }));
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
        this.#answer(message.id, message.delivered);
        break;
    }
  }

  /** A flush that a stopping life could not finish is asked again of the next one. */
  #answer(id: number, delivered: boolean): void {
    if (delivered || this.#stop.signal.aborted) {
      this.#flushes.get(id)?.(delivered);
    }
  }

  /** Starts the thread again whenever it ends, waiting longer each time it does so soon after. */
  async #watch(first: Life): Promise<void> {
    let life = first;
    let attempts = 0;
    let since: Instant | undefined;
    for (;;) {
      const fault = await life.ended;
      if (this.#stop.signal.aborted) {
        return;
      }
      const now = this.#options.clock.now();
      if (now - life.since >= STEADY_MS || since === undefined) {
        attempts = 0;
        since = now;
      }
      attempts += 1;
      this.#complain(fault ?? this.#died("it ended by itself"), attempts, since);
      await this.#rest(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempts, 10)));
      if (this.#stop.signal.aborted) {
        return;
      }
      this.#restarts += 1;
      life = this.#begin();
    }
  }

  #complain(fault: Fault, attempts: number, since: Instant | undefined): void {
    const { code, message } = fault;
    this.#trouble = { code, message, since: since ?? this.#options.clock.now(), attempts };
    this.#options.log(`delivery stopped and starts again: ${message}`);
  }

  async #rest(ms: number): Promise<void> {
    try {
      await pause(ms, undefined, { signal: this.#stop.signal });
    } catch {
      // Stopped: the loop looks at the signal.
    }
  }

  #died(cause: string): Fault {
    return new Fault("DELIVERY_STOPPED", { cause });
  }

  #say(message: ToDelivery): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
    this.#life?.worker.postMessage(message);
  }
}
