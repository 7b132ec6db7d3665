/** A whole pipeline as its user runs it: processes, ports and the command line. For tests only. */

import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defined } from "../../src/base/assert.ts";

const root = join(import.meta.dirname, "../..");
const launcher = join(root, "bin/millrace.cjs");
const READY_MS = 30_000;

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** One data folder and the pipeline that runs on it, through as many lives as a test wants. */
export class RunningPipeline implements AsyncDisposable {
  readonly data: string;
  readonly pipeline: string;
  url = "";
  #child: ChildProcess | undefined;
  #log = "";

  constructor(pipeline: string) {
    this.pipeline = join(root, pipeline);
    this.data = mkdtempSync(join(tmpdir(), "millrace-journey-"));
  }

  /** Starts a life and waits until it says that it is ready. */
  async start(...flags: string[]): Promise<void> {
    const port = await freePort();
    this.url = `http://127.0.0.1:${port}`;
    const args = ["start", this.pipeline, "--data", this.data, "--port", String(port), ...flags];
    // A process group of its own, so that one signal reaches every process of the pipeline.
    const child = spawn(process.execPath, [launcher, ...args], { detached: true, cwd: root });
    this.#child = child;
    for (const pipe of [child.stdout, child.stderr]) {
      pipe?.on("data", (chunk: Buffer) => {
        this.#log = (this.#log + chunk.toString()).slice(-20_000);
      });
    }
    const until = Date.now() + READY_MS;
    while (!(await answers(`${this.url}/readyz`))) {
      if (Date.now() > until || child.exitCode !== null) {
        throw new TypeError(`The pipeline did not get ready:\n${this.#log}`);
      }
      await pause(50);
    }
  }

  get log(): string {
    return this.#log;
  }

  /** Kills every process of the pipeline at once, as a power cut would. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** Asks it to stop, and gives its exit code. */
  async stop(): Promise<number | null> {
    return await this.#end("SIGTERM");
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    if (child === undefined) {
      return null;
    }
    this.#child = undefined;
    if (child.exitCode === null) {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      const target =
        signal === "SIGKILL" ? -defined(child.pid, "a running child has a pid") : child.pid;
      process.kill(defined(target, "a running child has a pid"), signal);
      await ended;
    }
    return child.exitCode;
  }

  /** Runs a command against the running pipeline and gives what it said. */
  cli(...args: string[]): Said {
    const all = [launcher, ...args, "--url", this.url];
    const said = spawnSync(process.execPath, all, { encoding: "utf8", maxBuffer: 256 * 1_048_576 });
    return { code: said.status ?? -1, out: said.stdout, err: said.stderr };
  }

  /** The same in the background, for what goes on while something is killed. */
  async cliAlongside(...args: string[]): Promise<Said> {
    const child = spawn(process.execPath, [launcher, ...args, "--url", this.url]);
    let [out, err] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
    const code = await new Promise<number>((resolve) =>
      child.once("close", (ended) => resolve(ended ?? -1)),
    );
    return { code, out, err };
  }

  /** One value from the warehouse, as text. */
  ask(sql: string): string {
    const { code, out, err } = this.cli("query", "--csv", sql);
    if (code !== 0) {
      throw new TypeError(`${sql}\n${err}`);
    }
    return defined(out.trim().split("\n").at(-1), "a query has an answer").replaceAll('"', "");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    rmSync(this.data, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
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
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
