/** Gateway, check and log alone, client included: `node bench/front.bench.ts [seconds] [runs]`. */

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock, toInstant } from "../src/base/clock.ts";
import type { StreamName } from "../src/base/record.ts";
import { loadPlan } from "../src/plan/load-plan.ts";
import { dataPaths } from "../src/runtime/data-folder.ts";
import { openFront, type Front } from "../src/runtime/front.ts";
import { openGateway } from "../src/stages/gateway/index.ts";
import type { LoadResult, LoadSettings } from "./load.ts";
import { median } from "./median.ts";

const seconds = Number(process.argv[2] ?? 10);
const runs = Number(process.argv[3] ?? 3);
const ORDERS = "orders" as StreamName;
const LOADS = [
  { title: "NDJSON, batches of 500, 8 connections", connections: 8, batch: 500 },
  { title: "single POSTs, 64 connections", connections: 64, batch: 1 },
];

const data = mkdtempSync(join(tmpdir(), "millrace-front-"));
const plan = await loadPlan(join(import.meta.dirname, "pipeline"));
const front = await openFront({ plan, paths: dataPaths(data), clock: systemClock });
const { ingest, newId, doors } = front;
const gateway = await openGateway({
  host: "127.0.0.1",
  port: 0,
  ingest,
  streams: doors,
  rest: () => {},
  newId,
});
// Nothing delivers here, so that the log is kept short by hand, as retention would.
const trimming = setInterval(() => void forget(front), 500);
try {
  for (const { title, ...load } of LOADS) {
    await run({ ...load, seconds: 2 });
    const results: number[] = [];
    for (let turn = 1; turn <= runs; turn += 1) {
      results.push((await run({ ...load, seconds })).eventsPerSecond);
    }
    process.stdout.write(`${title}: ${median(results)} events/s durable (${results.join(", ")})\n`);
  }
} finally {
  clearInterval(trimming);
  await gateway.stop();
  await front[Symbol.asyncDispose]();
  rmSync(data, { recursive: true, force: true });
}

async function forget(open: Front): Promise<void> {
  await using reader = await open.reader(ORDERS);
  const delivered = await reader.newest();
  await open.log(ORDERS).trim({ before: toInstant(systemClock.now()), delivered });
}

async function run(
  load: Pick<LoadSettings, "connections" | "batch" | "seconds">,
): Promise<LoadResult> {
  const settings = { ...load, rate: 0, port: gateway.port, path: "/v1/streams/orders/events" };
  const file = join(import.meta.dirname, "load.ts");
  const child = spawn(process.execPath, [file, JSON.stringify(settings)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let out = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  await new Promise((resolve) => child.once("close", resolve));
  return JSON.parse(out) as LoadResult;
}
