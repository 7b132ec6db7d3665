/** The gateway alone: HTTP, a newline splitter for a check, memory for a log. Run: node bench/gateway.bench.ts */

import { fork } from "node:child_process";
import { once } from "node:events";
import { cpus } from "node:os";
import { join } from "node:path";
import { systemClock, toInstant } from "../src/base/clock.ts";
import type { Appender } from "../src/seams/append.ts";
import type { Checker } from "../src/seams/check.ts";
import { openGateway, openIngest } from "../src/stages/gateway/index.ts";
import type { Load, Run } from "./gateway-load.ts";

const SECONDS = Number(process.argv[2] ?? 4);
const starts = new Uint32Array(50_000);
const ends = new Uint32Array(50_000);
const NEWLINE = 10;

/** Finds lines and judges nothing, so that what is measured is the gateway. */
const splitter: Checker = {
  schemaVersion: "bench",
  checkRecords: ({ bytes }) => splitter.check(bytes, "ndjson"),
  check(body) {
    let count = 0;
    for (let at = 0; at < body.length; count += 1) {
      const found = body.indexOf(NEWLINE, at);
      const end = found < 0 ? body.length : found;
      starts[count] = at;
      ends[count] = end;
      at = end + 1;
    }
    const accepted = { count, bytes: body, starts, ends };
    return {
      count,
      accepted: { ...accepted, hashes: undefined, ids: undefined, keys: undefined },
      members: undefined,
      rejected: [],
      ids: undefined,
    };
  },
};

/** Copies as a log does, and answers all of one turn of the loop together as a group commit does. */
function openMemory(): Appender {
  const buffer = Buffer.allocUnsafe(33_554_432);
  let sequence = 0;
  let commit: Promise<void> | undefined;
  return {
    async append(batch) {
      batch.bytes.copy(buffer, 0, batch.starts[0], batch.ends[batch.count - 1]);
      const first = sequence;
      sequence += batch.count;
      commit ??= new Promise((resolve) => {
        setImmediate(() => {
          commit = undefined;
          resolve();
        });
      });
      await commit;
      const sequences = new Float64Array(batch.count);
      for (let i = 0; i < batch.count; i += 1) {
        sequences[i] = first + i;
      }
      return {
        acceptedAt: toInstant(Date.now()),
        shards: new Uint16Array(batch.count),
        sequences,
      };
    },
  };
}

function eventOf(n: number): string {
  const pad = "x".repeat(260);
  return JSON.stringify({ id: n, country: "Kenya", market: "Nairobi", price: n / 7, note: pad });
}

async function measure(load: Omit<Load, "bodies"> & { bodies: string[] }): Promise<Run> {
  const child = fork(join(import.meta.dirname, "gateway-load.ts"));
  child.send(load);
  const [run] = (await once(child, "message")) as [Run];
  return run;
}

let ids = 0;
const streams = new Map([["events", { checker: splitter, appender: openMemory() }]]);
const newId = (): string => `r${(ids += 1).toString(36)}`;
const ingest = openIngest({ streams, deadLetters: openMemory(), clock: systemClock, newId });
await using gateway = await openGateway({
  host: "127.0.0.1",
  port: 0,
  ingest,
  streams: ["events"],
  rest: (_, response) => response.end(),
  newId,
});

const common = { port: gateway.port, path: "/v1/streams/events/events", warmUpSeconds: 1 };
const singles = Array.from({ length: 64 }, (_, n) => eventOf(n));
const batches = Array.from({ length: 8 }, (_, b) =>
  Array.from({ length: 500 }, (__, n) => eventOf(b * 500 + n)).join("\n"),
);
const cases = [
  {
    name: "single POSTs",
    connections: 64,
    contentType: "application/json",
    bodies: singles,
    each: 1,
  },
  {
    name: "NDJSON x500",
    connections: 8,
    contentType: "application/x-ndjson",
    bodies: batches,
    each: 500,
  },
];

console.log(
  `${cpus().length} x ${cpus()[0]?.model ?? "?"}, node ${process.version}, ${SECONDS} s each`,
);
for (const { name, each, ...load } of cases) {
  const before = process.cpuUsage();
  const requestsBefore = gateway.meter().requests;
  const run = await measure({ ...common, ...load, seconds: SECONDS });
  const used = process.cpuUsage(before);
  const cpuUs = (used.user + used.system) / (gateway.meter().requests - requestsBefore);
  const perSecond = Math.round(run.requestsPerSecond * each).toLocaleString("en");
  const latency = `p50 ${run.p50Ms.toFixed(2)} ms, p99 ${run.p99Ms.toFixed(2)} ms`;
  const cpu = `${cpuUs.toFixed(1)} us CPU per request`;
  console.log(
    `${name.padEnd(14)} ${perSecond} events/s, ${latency}, ${cpu}, ${run.failures} failures`,
  );
}
