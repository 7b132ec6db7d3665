/** The check alone, in one thread: records a second by every way. Run: node bench/check.bench.ts */

import { cpus } from "node:os";
import { z } from "zod";
import { defined } from "../src/base/assert.ts";
import { planPipeline } from "../src/plan/plan-pipeline.ts";
import type { BodyFormat } from "../src/seams/check.ts";
import { compileScanner } from "../src/scan/index.ts";
import { openChecker } from "../src/stages/check/index.ts";
import { orderBodies, randomFrom } from "./events.ts";
import { median } from "./median.ts";
import { orderSchema } from "./pipeline/pipeline.ts";

const ROUND_MS = 400;
const ROUNDS = 5;
const COLUMNS = 473;
const FILLED = 0.09;

function planOf(stream: object) {
  const definition = { name: "bench", streams: { orders: stream } };
  return defined(
    planPipeline(definition, "/bench/pipeline.ts").streams[0],
    "one stream is planned",
  );
}

const orders = planOf({ schema: orderSchema, key: "customer", id: "event_id", shards: 4 });
const metrics = Array.from({ length: COLUMNS - 5 }, (_, i) => [
  `o_item_${i}`,
  z.number().nullish(),
]);
const wideSchema = z.object({
  country: z.string(),
  mkt_name: z.string(),
  DATES: z.string(),
  year: z.int(),
  month: z.int(),
  ...(Object.fromEntries(metrics) as Record<string, z.ZodType>),
});
const wide = planOf({ schema: wideSchema, key: ["country", "mkt_name"], shards: 4 });

/** Wide rows of which 9 % of the cells hold something. */
function wideRows(count: number): (string | number | undefined)[][] {
  const random = randomFrom(7);
  return Array.from({ length: count }, (_, i) => [
    "Senegal",
    `Market ${i % 277}`,
    "1/1/2007",
    2007,
    1 + (i % 12),
    ...metrics.map(() => (random() < FILLED ? Math.round(random() * 40_000) / 100 : undefined)),
  ]);
}

const names = Object.keys(wideSchema.shape);
const rows = wideRows(500);
const wideCsv = Buffer.from(`${[names, ...rows].map((row) => row.join(",")).join("\n")}\n`);
const wideLines = rows.map((row) =>
  JSON.stringify(Object.fromEntries(names.map((name, i) => [name, row[i]]))),
);
const lines = defined(orderBodies(1, "bench", [1, 500])[0], "one body is made");
const objects = lines.toString().trim().split("\n");
/** The same events with their first two members the other way round, which the scanner leaves to others. */
const shuffled = objects.map((line) => line.replace(/^\{("[^,]*),("[^,]*),/, "{$2,$1,"));
const csv = toCsv(objects.map((line) => JSON.parse(line) as Record<string, unknown>));

function toCsv(events: readonly Record<string, unknown>[]): Buffer {
  const header = Object.keys(orderSchema.shape);
  const made = events.map((event) => header.map((name) => toCell(event[name])).join(","));
  return Buffer.from(`${[header.join(","), ...made].join("\n")}\n`);
}

function toCell(value: unknown): string {
  return typeof value === "string"
    ? `"${value.replaceAll('"', '""')}"`
    : JSON.stringify(value ?? "");
}

/** Median over rounds of `records / time`, printed. */
function measure(
  label: string,
  [records, bytes]: readonly [number, number],
  run: () => void,
): void {
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const began = performance.now();
    let runs = 0;
    while (performance.now() - began < ROUND_MS) {
      run();
      runs += 1;
    }
    rates.push((runs * records * 1000) / (performance.now() - began));
  }
  const rate = median(rates);
  const megabytes = (rate * bytes) / records / 1e6;
  const figures = `${Math.round(rate).toLocaleString("en").padStart(11)} records/s`;
  console.log(`${label.padEnd(52)} ${figures} ${megabytes.toFixed(0).padStart(6)} MB/s`);
}

function measureCheck(
  label: string,
  plan: typeof orders,
  body: [Buffer, BodyFormat, number],
): void {
  const [bytes, format, records] = body;
  const checker = openChecker(plan);
  const { accepted } = checker.check(bytes, format);
  if (accepted.count !== records) {
    throw new RangeError(`${label}: ${accepted.count} of ${records} records were accepted`);
  }
  measure(label, [records, bytes.length], () => void checker.check(bytes, format));
}

console.log(`${cpus().length} × ${cpus()[0]?.model ?? "?"}, Node ${process.version}`);
console.log(`${Math.round(lines.length / 500)} bytes per event, 12 fields, batches of 500`);
const scanner = compileScanner(orders);
measure("scanner alone", [500, lines.length], () => {
  let at = 0;
  while (at < lines.length) {
    at = scanner.scanPrefix(lines, at, lines.length) + 1;
  }
});
measureCheck("NDJSON, quick way (key hashed, id read)", orders, [lines, "ndjson", 500]);
const array = Buffer.from(`[${objects.join(",")}]`);
measureCheck("JSON array, quick way", orders, [array, "json", 500]);
const spaced = Buffer.from(`[\n  ${objects.join(",\n  ")}\n]`);
measureCheck("JSON array, a member per line", orders, [spaced, "json", 500]);
const general = Buffer.from(shuffled.join("\n"));
measureCheck("NDJSON, general way (JSON.parse and ajv)", orders, [general, "ndjson", 500]);
const withRule = { ...orders, rules: [{ test: () => true, says: "always" }] };
measureCheck("NDJSON, quick way with a rule (parsed for it)", withRule, [lines, "ndjson", 500]);
measureCheck("CSV, 12 columns", orders, [csv, "csv", 500]);
measureCheck(`CSV, ${COLUMNS} columns, 9 % filled`, wide, [wideCsv, "csv", 500]);
const wideBody = Buffer.from(wideLines.join("\n"));
measureCheck(`NDJSON, ${COLUMNS} fields, 9 % filled`, wide, [wideBody, "ndjson", 500]);
