/** A whole pipeline as its user runs it: processes, ports and the command line. For tests only. */

import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { assert, defined } from "../../src/base/assert.ts";
import type { PipelineStatus } from "../../src/seams/status.ts";
import { aliveIn, childrenOf } from "./processes.ts";

const root = join(import.meta.dirname, "../..");
const launcher = join(root, "bin/millrace.cjs");
const READY_MS = 90_000;
const GONE_MS = 15_000;

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

type Row = Readonly<Record<string, string | number | boolean | null>>;

/** One data folder and the pipeline that runs on it, through as many lives as a test wants. */
export class RunningPipeline implements AsyncDisposable {
  /** Holds the data folder and whatever files a test wants to send. */
  readonly folder: string;
  readonly data: string;
  readonly pipeline: string;
  url = "";
  /** What its processes find in their environment beside ours. */
  env: Readonly<Record<string, string>> = {};
  #port = 0;
  #child: ChildProcess | undefined;
  #log = "";

  /** The pipeline by its path from the root of the repository. */
  constructor(pipeline: string) {
    this.pipeline = resolve(root, pipeline);
    this.folder = mkdtempSync(join(tmpdir(), "millrace-journey-"));
    this.data = join(this.folder, "data");
    mkdirSync(this.data);
  }

  /** Starts a life and waits until it says that it is ready. All lives have one address. */
  async start(...flags: string[]): Promise<void> {
    await this.begin(...flags);
    const until = Date.now() + READY_MS;
    while (!(await answers(`${this.url}/readyz`))) {
      if (Date.now() > until || this.#child?.exitCode !== null) {
        throw new TypeError(`The pipeline did not get ready:\n${this.#log}`);
      }
      await pause(25);
    }
  }

  /** Starts a life without waiting for anything. */
  async begin(...flags: string[]): Promise<void> {
    assert(this.#child === undefined, "one life ends before the next begins");
    this.#port ||= await freePort();
    this.url = `http://127.0.0.1:${this.#port}`;
    const at = ["--data", this.data, "--port", String(this.#port)];
    const args = [launcher, "start", this.pipeline, ...at, ...flags];
    // A process group of its own, so that one signal reaches every process of the pipeline.
    const child = spawn(process.execPath, args, {
      detached: true,
      cwd: root,
      env: { ...process.env, ...this.env },
    });
    this.#child = child;
    for (const pipe of [child.stdout, child.stderr]) {
      pipe.on("data", (chunk: Buffer) => {
        this.#log = (this.#log + chunk.toString()).slice(-20_000);
      });
    }
  }

  get log(): string {
    return this.#log;
  }

  /** The process that was started; it has the gateway and the stream. */
  get pid(): number {
    return defined(this.#child?.pid, "a life is under way");
  }

  /** Whether its first process runs, ready or not. */
  get isUp(): boolean {
    const child = this.#child;
    return child !== undefined && child.exitCode === null && child.signalCode === null;
  }

  /** The warehouse's process; undefined while there is none. */
  get warehousePid(): number | undefined {
    return childrenOf(this.pid)[0];
  }

  /** Kills every process of the pipeline at once, as a power cut would. */
  async kill(): Promise<void> {
    await this.#end(-1, "SIGKILL");
  }

  /** Kills only the process that was started, as the kernel does when memory runs out. */
  async killFirst(): Promise<void> {
    await this.#end(1, "SIGKILL");
  }

  /** Asks it to stop, and gives its exit code. */
  async stop(): Promise<number | null> {
    return await this.#end(1, "SIGTERM");
  }

  /** Resolves when every process of the life has ended: the next one finds no file in use. */
  async #end(sign: 1 | -1, signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    if (child === undefined) {
      return null;
    }
    const { pid } = this;
    const ended = new Promise<void>((done) => child.once("close", () => done()));
    if (child.exitCode === null && child.signalCode === null) {
      process.kill(sign * pid, signal);
      await ended;
    }
    this.#child = undefined;
    if (sign === -1) {
      await untilGone(pid);
    }
    return child.exitCode;
  }

  /** Runs a command against the running pipeline and gives what it said. */
  cli(...args: string[]): Said {
    return this.alone(...args, "--url", this.url);
  }

  /** Runs a command line as it is. */
  alone(...args: string[]): Said {
    const options = { encoding: "utf8", maxBuffer: 256 * 1_048_576, cwd: root } as const;
    const said = spawnSync(process.execPath, [launcher, ...args], options);
    return { code: said.status ?? -1, out: said.stdout, err: said.stderr };
  }

  /** The same in the background, for what goes on while something is killed. */
  async cliAlongside(...args: string[]): Promise<Said> {
    return await this.aloneAlongside(...args, "--url", this.url);
  }

  /** A command line as it is, in the background: what it asks may be answered by the test itself. */
  async aloneAlongside(...args: string[]): Promise<Said> {
    const child = spawn(process.execPath, [launcher, ...args], { cwd: root });
    let [out, err] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
    const code = await new Promise<number>((done) =>
      child.once("close", (ended) => done(ended ?? -1)),
    );
    return { code, out, err };
  }

  /** One value from the warehouse, as text, by the command that a person would use. */
  ask(sql: string): string {
    const { code, out, err } = this.cli("query", "--csv", sql);
    if (code !== 0) {
      throw new TypeError(`${sql}\n${err}`);
    }
    return defined(out.trim().split("\n").at(-1), "a query has an answer").replaceAll('"', "");
  }

  /** Rows from the warehouse. */
  async rows(sql: string): Promise<readonly Row[]> {
    const { status, body } = await this.post("/v1/query", JSON.stringify({ sql }));
    if (status !== 200) {
      throw new TypeError(`${sql}\n${JSON.stringify(body)}`);
    }
    return body as readonly Row[];
  }

  /** Moves everything accepted to its row; throws when that takes too long. */
  async drain(timeoutMs = 60_000): Promise<void> {
    const { body } = await this.post("/v1/drain", JSON.stringify({ timeout_ms: timeoutMs }));
    if ((body as { drained?: boolean }).drained !== true) {
      throw new TypeError(`${JSON.stringify(body)}\n${this.#log}`);
    }
  }

  async status(): Promise<PipelineStatus> {
    const answer = await fetch(`${this.url}/v1/status`, { signal: AbortSignal.timeout(10_000) });
    return (await answer.json()) as PipelineStatus;
  }

  /** Posts a body, NDJSON to streams and JSON elsewhere unless another type is named. */
  async post(path: string, body: string | Buffer, type?: string): Promise<Answered> {
    const usual = path.endsWith("/events") ? "application/x-ndjson" : "application/json";
    const answer = await fetch(`${this.url}${path}`, {
      method: "POST",
      body: typeof body === "string" ? body : new Uint8Array(body),
      headers: { "content-type": type ?? usual },
      signal: AbortSignal.timeout(90_000),
    });
    return { status: answer.status, body: await answer.json() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

export interface Answered {
  readonly status: number;
  readonly body: unknown;
}

async function untilGone(group: number): Promise<void> {
  const until = Date.now() + GONE_MS;
  while (Date.now() < until && aliveIn(group)) {
    await pause(10);
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(1000) })).ok;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

export function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
