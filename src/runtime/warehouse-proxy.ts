/** The main process's side of the warehouse: queries, meters, drains, and the process's next life when it dies. */

import { type ChildProcess, fork } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock, Instant } from "../base/clock.ts";
import { Fault } from "../base/faults.ts";
import type { WarehouseMeter } from "../seams/meter.ts";
import type { Query, QueryOptions, ResultSet, RowFormat } from "../seams/query.ts";
import type {
  FromWarehouse,
  NamedModelMeter,
  ToWarehouse,
  WarehouseAssignment,
} from "./warehouse-process-messages.ts";
import { QueryCalls } from "./warehouse-process-calls.ts";

export interface WarehouseProxyOptions extends WarehouseAssignment {
  readonly clock: Clock;
  readonly log: (line: string) => void;
  /** The longest wait before the process is started again; 15 s when left out. */
  readonly longestWaitMs?: number;
}

export interface WarehouseProxy extends Query, AsyncDisposable {
  /** Says that a cut of a stream was announced. */
  wake(stream: string, cut: number): void;
  meter(stream: string): WarehouseMeter;
  models(): readonly NamedModelMeter[];
  /** True once everything announced is loaded and modelled; false when that took longer. */
  drain(timeoutMs: number): Promise<boolean>;
  state(): { readonly up: boolean; readonly restarts: number };
  /** The process's id while it is up, for tests that kill it. */
  pid(): number | undefined;
}

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 15_000;
const STOP_MS = 10_000;
/** A life that lasted this long owes nothing to the deaths before it. */
const STEADY_MS = 60_000;
/** Loads, models and queries each take threads of libuv's pool while they run. */
const POOL_THREADS = "12";
const NOTHING: WarehouseMeter = {
  cut: 0,
  records: 0,
  rows: 0,
  setAside: 0,
  lastLoadMs: 0,
  trouble: undefined,
};

/** Resolves once the warehouse answers; throws what kept it from starting. Later deaths are mended here. */
export async function openWarehouseProxy(options: WarehouseProxyOptions): Promise<WarehouseProxy> {
  const proxy = new Proxy(options);
  await proxy.start();
  return proxy;
}

/** One life of the process. */
interface Life {
  readonly child: ChildProcess;
  readonly since: Instant;
  readonly ready: Promise<"ready">;
  /** Settles when the process has ended, with what ended it. */
  readonly ended: Promise<Fault>;
}

class Proxy implements WarehouseProxy {
  readonly #options: WarehouseProxyOptions;
  readonly #calls: QueryCalls;
  readonly #meters = new Map<string, WarehouseMeter>();
  readonly #drains = new Map<number, { timeoutMs: number; resolve: (drained: boolean) => void }>();
  readonly #stop = new AbortController();
  #models: readonly NamedModelMeter[] = [];
  #nextDrain = 1;
  #restarts = 0;
  #up = false;
  #life: Life | undefined;
  #watching: Promise<void> = Promise.resolve();

  constructor(options: WarehouseProxyOptions) {
    this.#options = options;
    this.#calls = new QueryCalls((message) => {
      this.#say(message);
    });
  }

  async start(): Promise<void> {
    const life = this.#begin();
    const fault = await Promise.race([life.ready, life.ended]);
    if (fault !== "ready") {
      throw fault;
    }
    this.#watching = this.#watch(life);
  }

  run(sql: string, options?: QueryOptions): Promise<ResultSet> {
    return this.#calls.run(sql, options ?? {});
  }

  stream(sql: string, format: RowFormat, options?: QueryOptions): AsyncIterable<string> {
    return this.#calls.stream(sql, format, options ?? {});
  }

  wake(stream: string, cut: number): void {
    this.#say({ kind: "wake", stream, cut });
  }

  meter(stream: string): WarehouseMeter {
    return this.#meters.get(stream) ?? NOTHING;
  }

  models(): readonly NamedModelMeter[] {
    return this.#models;
  }

  state(): { readonly up: boolean; readonly restarts: number } {
    return { up: this.#up, restarts: this.#restarts };
  }

  pid(): number | undefined {
    return this.#up ? this.#life?.child.pid : undefined;
  }

  async drain(timeoutMs: number): Promise<boolean> {
    const id = this.#nextDrain;
    this.#nextDrain += 1;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#drains.set(id, { timeoutMs, resolve });
    const timer = setTimeout(() => resolve(false), timeoutMs);
    this.#say({ kind: "drain", id, timeoutMs });
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#drains.delete(id);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#say({ kind: "stop" });
    const late = setTimeout(() => this.#life?.child.kill("SIGKILL"), STOP_MS);
    await this.#life?.ended;
    clearTimeout(late);
    await this.#watching;
    this.#drains.forEach(({ resolve }) => resolve(false));
  }

  #begin(): Life {
    const { pipeline, planHash, lake, warehouse, clock } = this.#options;
    const assignment: WarehouseAssignment = { pipeline, planHash, lake, warehouse };
    const entry = new URL("warehouse-process.ts", import.meta.url);
    const child = fork(entry, [JSON.stringify(assignment)], {
      serialization: "advanced",
      execArgv: ["--disable-warning=ExperimentalWarning"],
      env: { ...process.env, UV_THREADPOOL_SIZE: POOL_THREADS },
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    const ready = Promise.withResolvers<"ready">();
    const ended = Promise.withResolvers<Fault>();
    let fault: Fault | undefined;
    child.on("message", (message: FromWarehouse) => {
      if (message.kind === "refused") {
        fault = new Fault(message.code, message.facts);
      } else if (message.kind === "ready") {
        this.#cameUp();
        ready.resolve("ready");
      } else {
        this.#hear(message);
      }
    });
    child.on("error", (thrown) => {
      fault ??= died(thrown.message);
    });
    child.on("close", (code, signal) => {
      const why = fault ?? died(`its process ended with ${signal ?? `code ${code}`}`);
      this.#up = false;
      this.#calls.failAll(died(why.message));
      ended.resolve(why);
    });
    const life = { child, since: clock.now(), ready: ready.promise, ended: ended.promise };
    this.#life = life;
    return life;
  }

  /** Drains that waited for the life before are asked again. */
  #cameUp(): void {
    this.#up = true;
    this.#calls.open();
    this.#drains.forEach(({ timeoutMs }, id) => this.#say({ kind: "drain", id, timeoutMs }));
  }

  #hear(message: Exclude<FromWarehouse, { kind: "refused" | "ready" }>): void {
    switch (message.kind) {
      case "progress":
        message.streams.forEach(({ stream, ...meter }) => this.#meters.set(stream, meter));
        this.#models = message.models;
        break;
      case "drained":
        this.#drains.get(message.id)?.resolve(message.drained);
        break;
      default:
        this.#calls.hear(message);
    }
  }

  /** Starts the process again whenever it ends, waiting longer each time it does so soon after. */
  async #watch(first: Life): Promise<void> {
    let life = first;
    let attempts = 0;
    for (;;) {
      const fault = await life.ended;
      if (this.#stop.signal.aborted) {
        return;
      }
      attempts = this.#options.clock.now() - life.since >= STEADY_MS ? 1 : attempts + 1;
      this.#options.log(`the warehouse stopped and starts again: ${fault.message}`);
      const longestMs = this.#options.longestWaitMs ?? LONGEST_WAIT_MS;
      await this.#rest(Math.min(longestMs, FIRST_WAIT_MS * 2 ** Math.min(attempts - 1, 10)));
      if (this.#stop.signal.aborted) {
        return;
      }
      this.#restarts += 1;
      life = this.#begin();
    }
  }

  async #rest(ms: number): Promise<void> {
    try {
      await sleep(ms, undefined, { signal: this.#stop.signal });
    } catch {
      // Stopped: the loop looks at the signal.
    }
  }

  #say(message: ToWarehouse): void {
    const child = this.#life?.child;
    if (child?.connected === true) {
      // What a dying process no longer hears is answered when it has ended.
      child.send(message, undefined, undefined, () => {});
    }
  }
}

function died(cause: string): Fault {
  return new Fault("WAREHOUSE_DOWN", { cause });
}
