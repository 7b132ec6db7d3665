/** Delivery alone, in one thread: encoders, then log → objects on disk. Run: node bench/delivery.bench.ts */

import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { defined } from "../src/base/assert.ts";
import { systemClock } from "../src/base/clock.ts";
import type { StreamPlan } from "../src/plan/plan.ts";
import { planPipeline } from "../src/plan/plan-pipeline.ts";
import type { Frame, Position, StreamReader } from "../src/seams/consume.ts";
import { BlockPool } from "../src/stages/delivery/encode/byte-sink.ts";
import { openEncoder } from "../src/stages/delivery/encode/encoder.ts";
import { toFrame } from "../src/stages/delivery/fixture.ts";
import { openCutJournal, openDelivery } from "../src/stages/delivery/index.ts";
import { folderPlace, openLake } from "../src/stages/lake/index.ts";
import { orderBodies } from "./events.ts";
import { median } from "./median.ts";
import { orderSchema } from "./pipeline/pipeline.ts";

const FRAME = 500;
const CUT = 32_768;
const ROUNDS = 9;
const WARM_UP = 5;

/** As many unlike frames as two cuts hold, so that compression has real work to do. */
const bodies = orderBodies(1, "bench", [132, FRAME]);
const shapes = bodies.map((body) => toFrame(body.toString().trim().split("\n")));
const bytesEach = bodies.reduce((sum, body) => sum + body.length, 0) / bodies.length / FRAME;

function planOf(deliver: object): StreamPlan {
  const orders = { schema: orderSchema, id: "event_id", deliver };
  const definition = { name: "bench", streams: { orders } };
  return defined(planPipeline(definition, "/bench/pipeline.ts").streams[0], "one stream");
}

function print(label: string, rates: readonly number[]): void {
  const rate = median(rates);
  const figures = `${Math.round(rate).toLocaleString("en").padStart(10)} rows/s`;
  const megabytes = ((rate * bytesEach) / 1e6).toFixed(0).padStart(5);
  console.log(`${label.padEnd(44)} ${figures} ${megabytes} MB/s of log`);
}

function measureEncode(label: string, deliver: object): void {
  const encoder = openEncoder(planOf(deliver), new BlockPool(67_108_864));
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS + WARM_UP; round += 1) {
    const began = performance.now();
    const batch = encoder.open();
    for (let sequence = 1; sequence <= CUT; sequence += FRAME) {
      batch.add(frameAt(sequence), 0, FRAME);
    }
    const encoded = batch.finish();
    rates.push((encoded.rows.records * 1000) / (performance.now() - began));
    encoded.release();
  }
  print(label, rates.slice(WARM_UP));
}

function frameAt(firstSequence: number): Frame {
  const position = String(firstSequence) as Position;
  const nth = Math.floor(firstSequence / FRAME) % shapes.length;
  const shape = defined(shapes[nth], "frames go round");
  return { ...shape, firstSequence, position, next: String(firstSequence + FRAME) as Position };
}

/** A log that never ends, out of some frames: what is measured is delivery alone. */
function endlessReader(total: number): StreamReader {
  return {
    oldest: async () => "1" as Position,
    newest: async () => String(total + 1) as Position,
    read: async (from, bytesMax) => {
      const first = Number(from);
      const most = Math.min(
        Math.ceil(bytesMax / bytesEach / FRAME),
        Math.ceil((total + 1 - first) / FRAME),
      );
      return Array.from({ length: most }, (_, i) => frameAt(first + i * FRAME));
    },
    wait: async (_position, ms) => {
      await pause(Math.min(ms, 10));
      return false;
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

async function measureWhole(label: string, deliver: object, total: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-bench-"));
  try {
    await using lake = await openLake({ place: folderPlace(join(folder, "lake")), writes: true });
    await using journal = openCutJournal(join(folder, "delivery.sqlite"));
    const began = performance.now();
    await using delivery = openDelivery({
      pipeline: "bench",
      planHash: "bench",
      stream: planOf(deliver),
      reader: endlessReader(total),
      store: lake.store,
      announcements: lake.announcements,
      journal,
      clock: systemClock,
      random: Math.random,
      uuid: randomUUID,
      sleep: async (ms) => await pause(ms),
    });
    await delivery.flush();
    const { records: delivered, bytes } = delivery.meter();
    const seconds = (performance.now() - began) / 1000;
    print(label, [delivered / seconds]);
    console.log(`${"".padEnd(44)} ${(bytes / delivered).toFixed(0).padStart(10)} bytes/row stored`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

console.log(`${cpus().length} × ${cpus()[0]?.model ?? "?"}, Node ${process.version}`);
console.log(
  `${Math.round(bytesEach)} bytes per event, 12 fields, frames of ${FRAME}, cuts of ${CUT}`,
);
measureEncode("encode csv from bytes", { format: "csv" });
measureEncode("encode ndjson from bytes", { format: "ndjson" });
const transform = (event: unknown): unknown => event;
measureEncode("encode csv through a transform", { format: "csv", transform });
measureEncode("encode ndjson through a transform", { format: "ndjson", transform });
measureEncode("encode parquet (snappy)", { format: "parquet", compression: "snappy" });
const TOTAL = 60 * CUT;
await measureWhole("log → csv objects, fsynced", { format: "csv" }, TOTAL);
await measureWhole(
  "log → csv.gz objects, fsynced",
  { format: "csv", compression: "gzip" },
  TOTAL / 2,
);
await measureWhole(
  "log → csv.zst objects, fsynced",
  { format: "csv", compression: "zstd" },
  TOTAL / 2,
);
await measureWhole("log → ndjson objects, fsynced", { format: "ndjson" }, TOTAL);
