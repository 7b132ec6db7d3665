/** A whole pipeline under measurement: started as its user starts it, asked over HTTP. */

import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LoadResult, LoadSettings } from "./load.ts";

const root = join(import.meta.dirname, "..");

export class WholePipeline implements AsyncDisposable {
  readonly data: string;
  readonly port: number;
  /** Milliseconds from the command to the first answer of /readyz. */
  readonly startMs: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, facts: { port: number; startMs: number; data: string }) {
    this.#child = child;
    this.port = facts.port;
    this.startMs = facts.startMs;
    this.data = facts.data;
  }

  static async start(pipeline: string, flags: readonly string[] = []): Promise<WholePipeline> {
    const port = await freePort();
    const data = mkdtempSync(join(tmpdir(), "millrace-bench-"));
    const began = performance.now();
    const args = [
      "start",
      pipeline,
      "--data",
      data,
      "--port",
      String(port),
      "--no-sources",
      ...flags,
    ];
    const child = spawn(process.execPath, [join(root, "bin/millrace.cjs"), ...args], {
      cwd: root,
      stdio: ["ignore", "ignore", "inherit"],
    });
    while (!(await answers(`http://127.0.0.1:${port}/readyz`))) {
      await pause(10);
    }
    return new WholePipeline(child, { port, data, startMs: performance.now() - began });
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Runs the load in a process of its own. */
  async load(settings: Omit<LoadSettings, "port" | "path">): Promise<LoadResult> {
    const all: LoadSettings = { ...settings, port: this.port, path: "/v1/streams/orders/events" };
    const child = spawn(process.execPath, [join(root, "bench/load.ts"), JSON.stringify(all)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let out = "";
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    await new Promise((resolve) => child.once("close", resolve));
    return JSON.parse(out) as LoadResult;
  }

  /** Rows of a query, as arrays. */
  async query(sql: string): Promise<Record<string, unknown>[]> {
    const answer = await this.#post("/v1/query", { sql, format: "json" });
    return (await answer.json()) as Record<string, unknown>[];
  }

  async drain(): Promise<void> {
    const answer = await this.#post("/v1/drain", { timeout_ms: 300_000 });
    if (!answer.ok) {
      throw new TypeError(`drain: ${await answer.text()}`);
    }
  }

  async verify(): Promise<string> {
    const answer = await this.#post("/v1/verify", {});
    return ((await answer.json()) as { state: string }).state;
  }

  /** Resident bytes of the main process and of all its children. */
  memoryBytes(): number {
    const own = [this.#child.pid ?? 0, ...childrenOf(this.#child.pid ?? 0)];
    return own.reduce((sum, pid) => sum + residentBytes(pid), 0);
  }

  /** Milliseconds of processor that the main process and its children have used so far. */
  cpuMs(): number {
    const own = [this.#child.pid ?? 0, ...childrenOf(this.#child.pid ?? 0)];
    return own.reduce((sum, pid) => sum + processorMs(pid), 0);
  }

  async #post(path: string, body: object): Promise<Response> {
    return await fetch(`${this.url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGTERM");
    await ended;
    rmSync(this.data, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
    return text.split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** Fields 14 and 15 of /proc/PID/stat, in hundredths of a second; the name in front of them may hold spaces. */
function processorMs(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return 0;
  }
}

function residentBytes(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+) kB/.exec(text)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
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
