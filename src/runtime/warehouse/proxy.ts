/** The main process's side of the warehouse: queries, meters, drains, and the process's next life when it dies. */

import { type ChildProcess, fork } from "node:child_process";
import { beside } from "../../base/beside.ts";
import type { Clock } from "../../base/clock.ts";
import { Fault } from "../../base/faults.ts";
import type { Audit, AuditAnswer, AuditRequest } from "../../seams/audit.ts";
import type { KeeperMeter, WarehouseMeter } from "../../seams/meter.ts";
import type { DeliveredObject, Objects } from "../../seams/objects.ts";
import type { Query, QueryOptions, ResultSet, RowFormat } from "../../seams/query.ts";
import type {
  FromWarehouse,
  NamedModelMeter,
  ToWarehouse,
  WarehouseAssignment,
} from "./messages.ts";
import { type Life, Lives } from "../lives/lives.ts";
import { Questions } from "../lives/questions.ts";
import { QueryCalls } from "./calls.ts";
import { Deaths } from "./deaths.ts";

export interface WarehouseProxyOptions extends WarehouseAssignment {
  readonly clock: Clock;
  readonly log: (line: string) => void;
  /** The longest wait before the process is started again; 15 s when left out. */
  readonly longestWaitMs?: number;
}

export interface WarehouseProxy extends Query, Audit, Objects, AsyncDisposable {
  /** Says that a cut of a stream was announced. */
  wake(stream: string, cut: number): void;
  meter(stream: string): WarehouseMeter;
  models(): readonly NamedModelMeter[];
  keeper(): KeeperMeter;
  /** True once everything announced is loaded and modelled; false when that took longer. */
  drain(timeoutMs: number): Promise<boolean>;
  state(): { readonly up: boolean; readonly restarts: number };
  /** The process's id while it is up, for tests that kill it. */
  pid(): number | undefined;
}

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 15_000;
const STOP_MS = 10_000;
/** The largest object is loaded in seconds. */
const LOAD_MS_MAX = 600_000;
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

interface ProcessLife extends Life {
  readonly child: ChildProcess;
}

class Proxy implements WarehouseProxy {
  readonly #options: WarehouseProxyOptions;
  readonly #lives: Lives<ProcessLife>;
  readonly #calls = new QueryCalls((message) => this.#say(message));
  readonly #drains = new Questions((drain) => this.#say({ kind: "drain", ...drain }));
  readonly #meters = new Map<string, WarehouseMeter>();
  #models: readonly NamedModelMeter[] = [];
  #keeper: KeeperMeter = { packs: 0, objects: 0, bytes: 0, trouble: undefined };
  #up = false;
  readonly #deaths = new Deaths();
  /** Forgets the end that a load is given. */
  #hang: (() => void) | undefined;
  #hung = false;

  constructor(options: WarehouseProxyOptions) {
    const { clock, log } = options;
    this.#options = options;
    this.#lives = new Lives({
      begin: () => this.#begin(),
      clock,
      firstWaitMs: FIRST_WAIT_MS,
      longestWaitMs: options.longestWaitMs ?? LONGEST_WAIT_MS,
      onDeath: ({ fault }) => log(`the warehouse stopped and starts again: ${fault.message}`),
    });
  }

  async start(): Promise<void> {
    await this.#lives.start();
  }

  run(sql: string, options?: QueryOptions): Promise<ResultSet> {
    return this.#calls.run(sql, options ?? {});
  }

  stream(sql: string, format: RowFormat, options?: QueryOptions): AsyncIterable<string> {
    return this.#calls.stream(sql, format, options ?? {});
  }

  over(object: DeliveredObject): Query {
    return this.#calls.over(object);
  }

  audit(request: AuditRequest): Promise<AuditAnswer> {
    return this.#calls.audit(request);
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

  keeper(): KeeperMeter {
    return this.#keeper;
  }

  state(): { readonly up: boolean; readonly restarts: number } {
    return { up: this.#up, restarts: this.#lives.restarts };
  }

  pid(): number | undefined {
    return this.#up ? this.#lives.current?.child.pid : undefined;
  }

  async drain(timeoutMs: number): Promise<boolean> {
    return await this.#drains.ask(timeoutMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lives.stop({
      ask: () => this.#say({ kind: "stop" }),
      force: ({ child }) => child.kill("SIGKILL"),
      patienceMs: STOP_MS,
    });
    this.#drains.end();
  }

  #begin(): ProcessLife {
    const { pipeline, planHash, lake, warehouse, house } = this.#options;
    const { deadly } = this.#deaths;
    const assignment: WarehouseAssignment = { pipeline, planHash, lake, warehouse, house, deadly };
    const entry = beside("process", import.meta.url);
    const child = fork(entry, [JSON.stringify(assignment)], {
      serialization: "advanced",
      execArgv: ["--disable-warning=ExperimentalWarning"],
      env: { ...process.env, UV_THREADPOOL_SIZE: POOL_THREADS },
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    const ready = Promise.withResolvers<"ready">();
    const ended = Promise.withResolvers<Fault>();
    let fault: Fault | undefined;
    let refused = false;
    child.on("message", (message: FromWarehouse) => {
      if (message.kind === "refused") {
        refused = true;
        fault = new Fault(message.code, message.facts);
      } else if (message.kind === "ready") {
        this.#up = true;
        this.#calls.open();
        this.#drains.repeat();
        ready.resolve("ready");
      } else {
        this.#hear(message);
      }
    });
    child.on("error", (thrown) => {
      fault ??= died(thrown.message);
    });
    child.on("close", (code, signal) => {
      const how = `its process ended with ${signal ?? `code ${code}`}`;
      const why = fault ?? died(how);
      this.#up = false;
      this.#hang?.();
      this.#deaths.end(signal === "SIGKILL" && !this.#hung ? "kill" : "crash", how);
      this.#hung = false;
      this.#calls.failAll(died(why.message));
      ended.resolve(why);
    });
    return { child, ready: ready.promise, ended: ended.promise, refused: () => refused };
  }

  #hear(message: Exclude<FromWarehouse, { kind: "refused" | "ready" }>): void {
    switch (message.kind) {
      case "progress":
        message.streams.forEach(({ stream, ...meter }) => this.#meters.set(stream, meter));
        this.#models = message.models;
        this.#keeper = message.keeper;
        break;
      case "loading":
        this.#deaths.note(message.cut);
        this.#watchLoad(message.cut !== undefined);
        break;
      case "drained":
        this.#drains.answer(message.id, message.drained);
        break;
      default:
        this.#calls.hear(message);
    }
  }

  /** A load that does not end holds up every other: the process is ended, and that counts as its own doing. */
  #watchLoad(begins: boolean): void {
    this.#hang?.();
    this.#hang = undefined;
    if (begins) {
      const child = this.#lives.current?.child;
      const timer = setTimeout(() => {
        this.#hung = true;
        child?.kill("SIGKILL");
      }, LOAD_MS_MAX);
      this.#hang = () => clearTimeout(timer);
    }
  }

  #say(message: ToWarehouse): void {
    const child = this.#lives.current?.child;
    if (child?.connected === true) {
      // What a dying process no longer hears is answered when it has ended.
      child.send(message, undefined, undefined, () => {});
    }
  }
}

function died(cause: string): Fault {
  return new Fault("WAREHOUSE_DOWN", { cause });
}
