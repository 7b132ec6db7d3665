/** What the door's window costs: ns per record for new ids and for repeats, and how fast it is made again from a log. Run: node bench/dedupe.bench.ts */

import { randomBytes } from "node:crypto";
import { cpus } from "node:os";
import { assert, defined } from "../src/base/assert.ts";
import { systemClock, toInstant } from "../src/base/clock.ts";
import { planPipeline } from "../src/plan/plan-pipeline.ts";
import type { Appended, Appender, RecordBatch } from "../src/seams/append.ts";
import { openChecker } from "../src/stages/check/index.ts";
import { DedupeWindow, type Kept } from "../src/stages/gateway/index.ts";
import { orderBodies } from "./events.ts";
import { orderSchema } from "./pipeline/pipeline.ts";

const BATCH = 500;
const BATCHES = 2000;
const IDS_MAX = 1_048_576;

function planOf(stream: object) {
  const definition = { name: "bench", streams: { orders: { schema: orderSchema, ...stream } } };
  const plan = planPipeline(definition, "/bench/pipeline.ts");
  return defined(plan.streams[0], "one stream is planned");
}

/** A log that keeps nothing: what is measured is the window alone. */
class NoLog implements Appender {
  #sequence = 0;

  append({ count }: RecordBatch): Promise<Appended> {
    const first = this.#sequence + 1;
    this.#sequence += count;
    return Promise.resolve({
      acceptedAt: toInstant(Date.now()),
      shards: new Uint16Array(count),
      sequences: Float64Array.from({ length: count }, (_none, i) => first + i),
    });
  }
}

const log = new NoLog();

function newWindow(recalled: readonly Kept[] = []): DedupeWindow {
  return new DedupeWindow({
    stream: "orders",
    appender: log,
    clock: systemClock,
    random: randomBytes,
    windowMs: 600_000,
    idsMax: IDS_MAX,
    recall: {
      mark: () => Promise.reject(new TypeError("nothing fails here")),
      isSound: () => true,
      read: (_from, take) => Promise.resolve(recalled.forEach((kept) => take(kept))),
    },
  });
}

const bodies = orderBodies(1, "dedupe", [BATCHES, BATCH]);
const checker = openChecker(planOf({ id: "event_id", key: "customer", shards: 4 }));
const bytesEach = Math.round((bodies[0]?.length ?? 0) / BATCH);

/** Microseconds of every batch through `step`, its check left out. */
async function timeBatches(step: (kept: Kept["records"], ids: Kept["ids"]) => Promise<unknown>) {
  const times: number[] = [];
  for (const body of bodies) {
    const { accepted, ids } = checker.check(body, "ndjson");
    assert(accepted.count === BATCH && ids !== undefined, "the whole body is good");
    const began = performance.now();
    const done = step(accepted, ids);
    await done;
    times.push((performance.now() - began) * 1000);
  }
  return times.toSorted((a, b) => a - b);
}

function print(label: string, times: readonly number[]): void {
  const at = (part: number): number => times[Math.floor(part * (times.length - 1))] ?? 0;
  console.log(`${label.padEnd(46)} median ${each(at(0.5))}   p90 ${each(at(0.9))}   per record`);
}

function each(batchUs: number): string {
  return `${((batchUs * 1000) / BATCH).toFixed(0).padStart(5)} ns`;
}

console.log(`${cpus().length} × ${cpus()[0]?.model ?? "?"}, Node ${process.version}`);
console.log(`${BATCHES} batches of ${BATCH} records of ${bytesEach} bytes, one text field as id`);
// Once to warm up; the second time every branch is compiled.
for (const round of ["cold", "warm"]) {
  const bare = await timeBatches((batch) => log.append(batch as RecordBatch));
  const window = newWindow();
  await window.recall();
  const admit = async (batch: Kept["records"], ids: Kept["ids"]): Promise<unknown> =>
    await window.admit({ batch: batch as RecordBatch, ids, revisions: "append" });
  const fresh = await timeBatches(admit);
  const before = window.meter().duplicates;
  const again = await timeBatches(admit);
  assert(before === 0, "every id is new at first");
  assert(window.meter().duplicates === BATCHES * BATCH, "every record is known then");
  if (round === "warm") {
    print("no window: the appender alone", bare);
    print("new ids, up to a million known", fresh);
    print("repeats, all million of them", again);
  }
}

const kept = bodies.map((body): Kept => {
  const { accepted, ids } = checker.check(Buffer.from(body), "ndjson");
  assert(ids !== undefined, "the stream names its ids");
  const bytes = Buffer.from(accepted.bytes);
  const copied = { bytes: Buffer.from(ids.bytes), ends: ids.ends.slice(0, BATCH) };
  const { starts, ends, count } = accepted;
  const records = { count, bytes, starts: starts.slice(0, count), ends: ends.slice(0, count) };
  const sequences = Float64Array.from({ length: count }, (_none, i) => i + 1);
  const appended = { acceptedAt: systemClock.now(), shards: new Uint16Array(count), sequences };
  return { records, ids: copied, appended };
});
const began = performance.now();
const made = newWindow(kept);
await made.recall();
const tookMs = performance.now() - began;
console.log(`made again from memory: ${made.meter().ids} ids in ${tookMs.toFixed(0)} ms`);
