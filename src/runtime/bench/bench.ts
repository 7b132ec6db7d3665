/** Measures a pipeline on this machine: run whole in a folder of its own, which is deleted, with a client beside it. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { assert } from "../../base/assert.ts";
import { beside } from "../../base/beside.ts";
import { Fault } from "../../base/faults.ts";
import { startPipeline, type Started } from "../start.ts";
import { type Lag, lagOf, type Look } from "./lag.ts";
import type { Body, LoadOrder, LoadResult } from "./load.ts";

export interface BenchOptions {
  readonly pipeline: string;
  readonly stream: string;
  /** How long each of the three parts lasts. */
  readonly seconds: number;
  readonly connections: number;
  readonly batches: readonly Body[];
  readonly singles: readonly Body[];
  /** Where the folder is made; the system's folder for what is temporary when left out. */
  readonly folder?: string | undefined;
  readonly told: (line: string) => void;
  readonly stop: AbortSignal;
}

export interface BenchResult {
  readonly startMs: number;
  /** Batches, as fast as answers come. */
  readonly full: LoadResult;
  /** Events a second from the first request until the last row could be queried. */
  readonly queryablePerSecond: number;
  /** One event a request, one after the other. */
  readonly single: LoadResult;
  /** At a pace that leaves the machine time: from accepted to queryable. */
  readonly lag: Lag;
  /** Resident bytes of the process that takes events in, at the end. */
  readonly memoryBytes: number;
  /** What the books say at the end: a figure of a run that lost something is none. */
  readonly books: string;
}

const WARM_SECONDS = 1;
const PACE = 20;
const LOOK_MS = 10;
const DRAIN_MS = 120_000;

/** Throws what `startPipeline` throws, BENCH_REFUSED when the pipeline takes none of the events, DRAIN_TIMEOUT. */
export async function measure(options: BenchOptions): Promise<BenchResult> {
  const data = mkdtempSync(join(options.folder ?? tmpdir(), "millrace-bench-"));
  const began = performance.now();
  try {
    const started = await start(options, data);
    try {
      return await measureStarted(started, options, performance.now() - began);
    } finally {
      await started.stop();
    }
  } finally {
    rmSync(data, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

async function start({ pipeline, told }: BenchOptions, data: string): Promise<Started> {
  return await startPipeline({
    pipeline,
    data,
    port: 0,
    host: "127.0.0.1",
    sources: false,
    // Closing them while events come in is work that belongs to no figure; they are closed at the end.
    books: false,
    insecureHost: false,
    places: { lake: "embedded", stream: "embedded", warehouse: "embedded" },
    aws: { anonymous: false, keys: undefined },
    log: told,
  });
}

async function measureStarted(
  started: Started,
  options: BenchOptions,
  startMs: number,
): Promise<BenchResult> {
  const { stream, seconds, connections, batches, singles, told } = options;
  const path = `/v1/streams/${encodeURIComponent(stream)}/events`;
  const order = { url: started.url, path, connections, seconds, bodies: batches, pace: 0 };
  const run = async (more: Partial<LoadOrder>): Promise<LoadResult> =>
    await load({ ...order, ...more }, options.stop);
  const warm = await run({ seconds: WARM_SECONDS });
  if (warm.accepted === 0) {
    throw new Fault("BENCH_REFUSED", { stream, cause: warm.first ?? "no answer came" });
  }
  await drain(started.url);
  told(`as fast as answers come, for ${seconds} s`);
  const from = performance.now();
  const full = await run({});
  await drain(started.url);
  const took = (performance.now() - from) / 1000;
  told(`one event after the other, for ${seconds} s`);
  const single = await run({ bodies: singles, connections: 1 });
  await drain(started.url);
  told(`${PACE} events a second, for ${seconds} s`);
  const lag = await lagAtPace(
    started,
    stream,
    run({ bodies: singles, connections: 4, pace: PACE }),
  );
  const { memoryBytes } = started.status();
  await drain(started.url);
  return {
    startMs,
    full,
    queryablePerSecond: (full.accepted - full.duplicates) / took,
    single,
    lag,
    memoryBytes,
    books: await verify(started.url),
  };
}

/** Looks on while `sending` goes on, and until its last rows are there; no longer than it lasted, and some. */
async function lagAtPace(
  started: Started,
  stream: string,
  sending: Promise<LoadResult>,
): Promise<Lag> {
  const looks: Look[] = [];
  let overAt: number | undefined;
  const over = sending.finally(() => (overAt = performance.now()));
  const began = performance.now();
  for (;;) {
    const at = performance.now();
    const found = started.status().streams.find(({ name }) => name === stream);
    assert(found !== undefined, "the stream is one of the plan");
    looks.push({ at, accepted: found.stream.records, loaded: found.warehouse.records });
    const all = found.warehouse.records >= found.stream.records;
    if (overAt !== undefined && (all || at - overAt > 5000 + (overAt - began))) {
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  await over;
  return lagOf(looks);
}

async function load(order: LoadOrder, stop: AbortSignal): Promise<LoadResult> {
  const worker = new Worker(beside("load-thread", import.meta.url), { workerData: order });
  const { promise, resolve, reject } = Promise.withResolvers<LoadResult>();
  const stopped = (): void => reject(new Fault("BENCH_STOPPED"));
  stop.addEventListener("abort", stopped, { once: true });
  worker.once("message", resolve);
  worker.once("error", reject);
  try {
    if (stop.aborted) {
      stopped();
    }
    return await promise;
  } finally {
    stop.removeEventListener("abort", stopped);
    await worker.terminate();
  }
}

async function drain(url: string): Promise<void> {
  const { status, body } = await ask(`${url}/v1/drain`, { timeout_ms: DRAIN_MS });
  if (status !== 200) {
    throw new Fault("BENCH_REFUSED", { stream: "drain", cause: JSON.stringify(body) });
  }
}

async function verify(url: string): Promise<string> {
  const { body } = await ask(`${url}/v1/verify`, {});
  return String((body as { state?: unknown }).state);
}

async function ask(url: string, body: object): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(DRAIN_MS + 10_000),
  });
  return { status: answer.status, body: await answer.json() };
}
