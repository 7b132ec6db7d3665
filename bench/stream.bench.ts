/** How fast the log takes records, and how long one waits: `node bench/stream.bench.ts [seconds per figure]`. */

import { randomBytes } from "node:crypto";
import { closeSync, constants, openSync, writeSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock, toInstant } from "../src/base/clock.ts";
import type { RecordBatch } from "../src/seams/append.ts";
import { openStream, openStreamReader, type Stream } from "../src/stages/stream/index.ts";

const SECONDS = Number(process.argv[2] ?? 3);
const RECORD_BYTES = 400;

interface Load {
  readonly name: string;
  readonly shards: number;
  /** Records in one append. */
  readonly records: number;
  /** Appends under way at once. */
  readonly clients: number;
  /** Whether old segments are used again, as in a stream that has reached its retention. */
  readonly recycled: boolean;
}

const LOADS: readonly Load[] = [
  {
    name: "batches of 500, one shard, 1 client",
    shards: 1,
    records: 500,
    clients: 1,
    recycled: true,
  },
  {
    name: "batches of 500, one shard, 4 clients",
    shards: 1,
    records: 500,
    clients: 4,
    recycled: true,
  },
  {
    name: "batches of 500, one shard, 16 clients",
    shards: 1,
    records: 500,
    clients: 16,
    recycled: true,
  },
  {
    name: "batches of 500, four shards, 4 clients",
    shards: 4,
    records: 500,
    clients: 4,
    recycled: true,
  },
  { name: "the same into a log that grows", shards: 1, records: 500, clients: 4, recycled: false },
  { name: "single records, 1 client", shards: 1, records: 1, clients: 1, recycled: true },
  { name: "single records, 64 clients", shards: 1, records: 1, clients: 64, recycled: true },
  { name: "single records, 512 clients", shards: 4, records: 1, clients: 512, recycled: true },
];

/** Lines as a body of NDJSON would have them, with the hashes of random keys when there are shards to choose from. */
function toBatch(records: number, shards: number): RecordBatch {
  const line = Buffer.from(`{"item":"${"x".repeat(RECORD_BYTES - 11)}"}\n`);
  const starts = Uint32Array.from({ length: records }, (_, i) => i * line.length);
  const random = new Uint32Array(Uint8Array.from(randomBytes(records * 16)).buffer);
  return {
    count: records,
    bytes: Buffer.concat(Array.from({ length: records }, () => line)),
    starts,
    ends: starts.map((start) => start + line.length - 1),
    hashes: shards === 1 ? undefined : random,
    ids: undefined,
    keys: undefined,
  };
}

function openLog(folder: string, shards: number): Promise<Stream> {
  return openStream({ folder, stream: "bench", shards, clock: systemClock, random: randomBytes });
}

async function measure(load: Load, folder: string): Promise<void> {
  await using stream = await openLog(folder, load.shards);
  await using reader = await openStreamReader({ folder, stream: "bench", shared: stream.shared });
  const batch = toBatch(load.records, load.shards);
  const trim = async (): Promise<unknown> =>
    load.recycled &&
    (await stream.trim({ before: toInstant(Date.now() + 1000), delivered: await reader.newest() }));
  await run(stream, { batch, clients: load.clients, ms: 500, trim });
  const before = stream.meter().commits;
  const busy = process.cpuUsage();
  const start = performance.now();
  const waits = await run(stream, { batch, clients: load.clients, ms: SECONDS * 1000, trim });
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(busy);
  const perSecond = (waits.length * load.records) / seconds;
  console.log(
    [
      load.name.padEnd(40),
      `${Math.round(perSecond).toLocaleString("en")} records/s`.padStart(22),
      `${Math.round((perSecond * RECORD_BYTES) / 1e6)} MB/s`.padStart(10),
      `p50 ${at(waits, 0.5)} ms`.padStart(14),
      `p99 ${at(waits, 0.99)} ms`.padStart(15),
      `${Math.round((stream.meter().commits - before) / seconds)} commits/s`.padStart(16),
      `CPU ${Math.round((user + system) / seconds / 1e4)} %`.padStart(10),
    ].join(" "),
  );
}

interface Run {
  readonly batch: RecordBatch;
  readonly clients: number;
  readonly ms: number;
  readonly trim: () => Promise<unknown>;
}

/** Appends from all clients until the time is over; gives how long each append took, shortest first. */
async function run(stream: Stream, options: Run): Promise<Float64Array> {
  const waits: number[] = [];
  const end = performance.now() + options.ms;
  let bytes = 0;
  const client = async (): Promise<void> => {
    for (let now = performance.now(); now < end;) {
      await stream.append(options.batch);
      const after = performance.now();
      waits.push(after - now);
      now = after;
      bytes += options.batch.bytes.length;
      if (bytes > 33_554_432) {
        bytes = 0;
        await options.trim();
      }
    }
  };
  await Promise.all(Array.from({ length: options.clients }, client));
  return Float64Array.from(waits).toSorted();
}

function at(sorted: Float64Array, share: number): string {
  return (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(2);
}

/** Reads a log of a few segments to its end, then opens it again. */
async function measureReading(folder: string): Promise<void> {
  const batch = toBatch(500, 1);
  {
    await using stream = await openLog(folder, 1);
    for (let i = 0; i < 1200; i += 1) {
      await stream.append(batch);
    }
    await using reader = await openStreamReader({ folder, stream: "bench", shared: stream.shared });
    for (const look of [262_144, 4_194_304]) {
      const start = performance.now();
      let records = 0;
      let from = await reader.oldest();
      for (;;) {
        const frames = await reader.read(from, look);
        if (frames.length === 0) {
          break;
        }
        for (const frame of frames) {
          records += frame.count;
          from = frame.next;
        }
      }
      const seconds = (performance.now() - start) / 1000;
      const speed = `${Math.round((records * RECORD_BYTES) / seconds / 1e6)} MB/s`;
      console.log(
        `reading, ${look / 1024} KiB at a time: ${Math.round(records / seconds)} records/s, ${speed}`,
      );
    }
  }
  const start = performance.now();
  await using stream = await openLog(folder, 1);
  console.log(
    `opening after ${stream.meter().records} records: ${(performance.now() - start).toFixed(1)} ms`,
  );
}

/** What the disk itself does at this moment: one write after another into blocks that are there, each on disk. */
function measureDisk(folder: string, bytes: number): void {
  const path = join(folder, "disk");
  const fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_DSYNC);
  const size = 33_554_432;
  writeSync(fd, Buffer.alloc(size), 0, size, 0);
  const chunk = Buffer.alloc(bytes, "x");
  const waits: number[] = [];
  const start = performance.now();
  for (let from = start, place = 0; from < start + 1000; place = (place + bytes) % (size - bytes)) {
    writeSync(fd, chunk, 0, bytes, place);
    const now = performance.now();
    waits.push(now - from);
    from = now;
  }
  closeSync(fd);
  const speed = Math.round((waits.length * bytes) / (performance.now() - start) / 1000);
  const sorted = Float64Array.from(waits).toSorted();
  const name = `the disk alone, writes of ${(bytes / 1024).toFixed(1)} KiB`;
  console.log(`${name}: ${speed} MB/s, p50 ${at(sorted, 0.5)} ms, p99 ${at(sorted, 0.99)} ms`);
}

const home = await mkdtemp(join(tmpdir(), "millrace-bench-"));
console.log(
  `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, ${RECORD_BYTES}-byte records`,
);
try {
  for (const bytes of [512, 204_800, 819_200]) {
    measureDisk(home, bytes);
  }
  for (const [index, load] of LOADS.entries()) {
    const folder = join(home, `${index}`);
    await measure(load, folder);
    await rm(folder, { recursive: true });
  }
  await measureReading(join(home, "reading"));
} finally {
  await rm(home, { recursive: true });
}
