/** Finding records by sequence and by time, and reading from another thread. */

import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, expect, test } from "vitest";
import { toInstant, type Instant } from "../../base/clock.ts";
import { toBatch } from "../../testing/conformance/append.ts";
import { openStreamReader, type LogReader } from "./reader.ts";
import { openStream, type Stream } from "./stream.ts";

let folder = "";
let now = toInstant(1000);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-reader-"));
  now = toInstant(1000);
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

function openLog(shards: number): Promise<Stream> {
  const clock = { now: (): Instant => now };
  const made = { folder, stream: "events", shards, clock, random: randomBytes };
  return openStream({ ...made, segmentBytes: 8192 });
}

function openReader(stream: Stream): Promise<LogReader> {
  return openStreamReader({ folder, stream: "events", shared: stream.shared });
}

/** 300 records over two shards in batches of 1 to 5, 10 ms apart, in some ten segments. */
async function fill(stream: Stream): Promise<void> {
  for (let n = 0, batch = 0; n < 300; batch += 1) {
    const count = Math.min(300 - n, 1 + (batch % 5));
    const texts = Array.from({ length: count }, (_, i) => `${n + i}`.padEnd(200, "."));
    const hashes = texts.map((_, i) => ((n + i) % 3 === 0 ? 2 ** 31 : 0));
    await stream.append(toBatch(texts, { hashes, ids: texts.map((text) => `id-${text}`) }));
    n += count;
    now = toInstant(now + 10);
  }
}

test("every record is found by shard and sequence, and nothing else is", async () => {
  await using stream = await openLog(2);
  await using reader = await openReader(stream);
  expect(await reader.readRecord({ shard: 0, sequence: 1 })).toBeUndefined();
  await fill(stream);
  for (let n = 0; n < 300; n += 1) {
    const shard = n % 3 === 0 ? 1 : 0;
    const sequence = shard === 1 ? n / 3 + 1 : n - Math.floor(n / 3);
    const found = await reader.readRecord({ shard, sequence });
    expect(found?.bytes.toString()).toBe(`${n}`.padEnd(200, "."));
    expect(found?.id).toBe(`id-${`${n}`.padEnd(200, ".")}`);
    expect(found?.position).toBe(await reader.positionOf({ shard, sequence }));
    const [frame] = await reader.read(found?.position ?? (await reader.oldest()), 1);
    expect(frame?.acceptedAt).toBe(found?.acceptedAt);
  }
  for (const sequence of [0, -1, 1.5, 201, Number.NaN]) {
    expect(await reader.readRecord({ shard: 0, sequence })).toBeUndefined();
  }
  expect(await reader.readRecord({ shard: 2, sequence: 1 })).toBeUndefined();
});

test("a time leads to the first frame accepted at or after it", async () => {
  await using stream = await openLog(2);
  await using reader = await openReader(stream);
  expect(await reader.positionAt(now)).toBe(await reader.newest());
  await fill(stream);
  for (const time of [0, 1000, 1001, 1010, 1555, 1800, now - 10]) {
    const [frame] = await reader.read(await reader.positionAt(toInstant(time)), 1);
    expect(frame?.acceptedAt).toBe(Math.max(1000, Math.ceil(time / 10) * 10));
  }
  expect(await reader.positionAt(now)).toBe(await reader.newest());
});

test("what retention removed is not found, what it left is", async () => {
  await using stream = await openLog(2);
  await using reader = await openReader(stream);
  await fill(stream);
  const trimmed = await stream.trim({ before: now, delivered: await reader.newest() });
  expect(trimmed).toBeGreaterThan(5);
  expect(await reader.readRecord({ shard: 0, sequence: 1 })).toBeUndefined();
  expect(await reader.positionAt(toInstant(0))).toBe(
    (await reader.read(await reader.positionAt(toInstant(0)), 1))[0]?.position,
  );
  expect((await reader.readRecord({ shard: 0, sequence: 200 }))?.bytes.toString()).toMatch(/^299/);
});

test("the oldest retained sequence of every shard is known", async () => {
  await using stream = await openLog(2);
  await using reader = await openReader(stream);
  expect(await reader.firstSequences()).toEqual([1, 1]);
  await fill(stream);
  expect(await reader.firstSequences()).toEqual([1, 1]);
  await stream.trim({ before: now, delivered: await reader.newest() });
  const first = await reader.firstSequences();
  expect(first).not.toEqual([1, 1]);
  for (const [shard, sequence] of first.entries()) {
    expect(await reader.readRecord({ shard, sequence: sequence - 1 })).toBeUndefined();
    expect(await reader.readRecord({ shard, sequence })).toBeDefined();
  }
});

test("look-ups leave what was read as it was", async () => {
  await using stream = await openLog(2);
  await using reader = await openReader(stream);
  await fill(stream);
  const frames = await reader.read(await reader.oldest(), 4096);
  const before = frames.map((frame) => frame.bytes.toString());
  await Promise.all([
    reader.readRecord({ shard: 0, sequence: 150 }),
    reader.positionAt(toInstant(1500)),
    reader.readRecord({ shard: 1, sequence: 90 }),
  ]);
  expect(frames.map((frame) => frame.bytes.toString())).toEqual(before);
});

const WORKER = `
  const { workerData, parentPort } = require("node:worker_threads");
  (async () => {
    const { openStreamReader } = await import(workerData.door);
    const reader = await openStreamReader(workerData.options);
    let from = await reader.oldest();
    parentPort.postMessage("ready");
    for (let seen = 0; seen < workerData.count; ) {
      if (!(await reader.wait(from, 20000))) throw new RangeError("nothing came");
      for (const frame of await reader.read(from, 4096)) {
        seen += frame.count;
        from = frame.next;
      }
      parentPort.postMessage(seen);
    }
    await reader[Symbol.asyncDispose]();
  })();
`;

test("a reader in another thread is woken by every commit and reads all of them", async () => {
  await using stream = await openLog(1);
  const options = { folder, stream: "events", shared: stream.shared };
  const door = new URL("./reader.ts", import.meta.url).href;
  const worker = new Worker(WORKER, { eval: true, workerData: { door, options, count: 50 } });
  await once(worker, "message");
  const messages: unknown[] = [];
  worker.on("message", (message) => messages.push(message));
  for (let i = 0; i < 50; i += 1) {
    await stream.append(toBatch([`${i}`.padEnd(300)]));
  }
  const [code] = await once(worker, "exit");
  expect(code).toBe(0);
  expect(messages.at(-1)).toBe(50);
});
