/** The whole journey, client included: `node bench/journey.bench.ts [seconds] [runs]`. Prints medians and every run. */

import { cpus, totalmem } from "node:os";
import { showBytes } from "../src/base/units.ts";
import { median } from "./median.ts";
import { WholePipeline, pause } from "./whole.ts";

const seconds = Number(process.argv[2] ?? 20);
const runs = Number(process.argv[3] ?? 3);
const only = process.argv[4];

interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly values: number[];
}

const figures: Figure[] = [];

function note(name: string, unit: string, value: number): void {
  const known = figures.find((figure) => figure.name === name);
  (known ?? figures[figures.push({ name, unit, values: [] }) - 1])?.values.push(value);
  process.stdout.write(`  ${name}: ${show(value)} ${unit}\n`);
}

/** As fast as answers come, for `seconds`, then until the last row can be queried. */
async function sustained(): Promise<void> {
  await using pipeline = await WholePipeline.start("bench/pipeline");
  note("start-up", "ms", pipeline.startMs);
  note("memory at rest", "MiB", pipeline.memoryBytes() / 1_048_576);
  await pipeline.load({ connections: 4, seconds: 2, batch: 500, rate: 0 });
  await pipeline.drain();
  const before = await rowsOf(pipeline);
  const began = performance.now();
  const load = await pipeline.load({ connections: 8, seconds, batch: 500, rate: 0 });
  note("POST → durable, batches of 500, all stages running", "events/s", load.eventsPerSecond);
  note("memory at full speed", "MiB", pipeline.memoryBytes() / 1_048_576);
  await pipeline.drain();
  const took = (performance.now() - began) / 1000;
  const rows = (await rowsOf(pipeline)) - before;
  note("POST → queryable, sustained", "events/s", rows / took);
  if (rows !== load.events || load.failed > 0 || (await pipeline.verify()) !== "BALANCED") {
    process.stdout.write(`  WRONG: ${load.events} accepted, ${rows} rows, ${load.failed} failed\n`);
    process.exitCode = 1;
  }
}

/** One event per request over 64 connections. */
async function singles(): Promise<void> {
  await using pipeline = await WholePipeline.start("bench/pipeline");
  await pipeline.load({ connections: 64, seconds: 2, batch: 1, rate: 0 });
  const load = await pipeline.load({ connections: 64, seconds: seconds / 2, batch: 1, rate: 0 });
  note("single POSTs, 64 connections, all stages running", "requests/s", load.eventsPerSecond);
  note("single POST, p50", "ms", load.p50);
  note("single POST, p99", "ms", load.p99);
}

/** A steady rate; from accepted to queryable, per event, as a poll of the ledger sees it from outside. */
async function latency(rate: number): Promise<void> {
  await using pipeline = await WholePipeline.start("bench/pipeline");
  await pipeline.load({ connections: 4, seconds: 2, batch: 500, rate });
  await pipeline.drain();
  const seen = new Map<number, number>();
  const polling = { on: true };
  const polls = (async () => {
    let newest = await newestLoad(pipeline);
    while (polling.on) {
      const load = await newestLoad(pipeline);
      const now = Date.now();
      for (let next = newest + 1; next <= load; next += 1) {
        seen.set(next, now);
      }
      newest = Math.max(newest, load);
      await pause(5);
    }
  })();
  await pipeline.load({ connections: 8, seconds, batch: 500, rate });
  await pause(2000);
  polling.on = false;
  await polls;
  const ages: [number, number][] = [];
  const sql = `SELECT _load AS load, epoch_ms(_accepted_at) AS at, count(*) AS rows FROM raw_orders GROUP BY 1, 2`;
  for (const { load, at, rows } of await pipeline.query(sql)) {
    const visible = seen.get(Number(load));
    if (visible !== undefined) {
      ages.push([visible - Number(at), Number(rows)]);
    }
  }
  const name = `accepted → queryable at ${rate / 1000}k/s`;
  note(`${name}, p50`, "ms", quantile(ages, 0.5));
  note(`${name}, p99`, "ms", quantile(ages, 0.99));
}

async function rowsOf(pipeline: WholePipeline): Promise<number> {
  const [row] = await pipeline.query("SELECT count(*) AS rows FROM raw_orders");
  return Number(row?.["rows"] ?? 0);
}

async function newestLoad(pipeline: WholePipeline): Promise<number> {
  const [row] = await pipeline.query("SELECT max(load) AS load FROM _loads");
  return Number(row?.["load"] ?? 0);
}

/** Weighted: each pair is an age and how many rows have it. */
function quantile(ages: readonly [number, number][], part: number): number {
  const sorted = ages.toSorted(([a], [b]) => a - b);
  const total = sorted.reduce((sum, [, rows]) => sum + rows, 0);
  let passed = 0;
  for (const [age, rows] of sorted) {
    passed += rows;
    if (passed >= total * part) {
      return age;
    }
  }
  return Number.NaN;
}

function show(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en") : value.toFixed(1);
}

const parts: Readonly<Record<string, () => Promise<void>>> = {
  sustained,
  singles,
  latency100k: () => latency(100_000),
  latency200k: () => latency(200_000),
};

const cpu = cpus()[0]?.model ?? "unknown";
process.stdout.write(
  `${cpus().length} × ${cpu}, ${showBytes(totalmem())}, Node ${process.versions.node}\n`,
);
for (let run = 1; run <= runs; run += 1) {
  for (const [name, part] of Object.entries(parts)) {
    if (only === undefined || only === name) {
      process.stdout.write(`run ${run}: ${name}\n`);
      await part();
    }
  }
}
process.stdout.write("\n| Figure | Median | Runs |\n|---|---|---|\n");
for (const { name, unit, values } of figures) {
  process.stdout.write(
    `| ${name} | ${show(median(values))} ${unit} | ${values.map(show).join(", ")} |\n`,
  );
}
