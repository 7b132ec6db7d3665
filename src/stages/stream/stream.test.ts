/** The log in everyday life: limits, counters, lives, shards, retention. */

import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { toInstant, type Instant } from "../../base/clock.ts";
import { readAll, toBatch } from "../../testing/conformance/append.ts";
import { openStreamReader, type LogReader } from "./reader.ts";
import { merge, split } from "./reshard.ts";
import { openStream, type Stream, type StreamOptions } from "./stream.ts";

const SEGMENT_BYTES = 16_384;

let folder = "";
let now = toInstant(1000);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-stream-"));
  now = toInstant(1000);
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

function openLog(more: Partial<StreamOptions> = {}): Promise<Stream> {
  const clock = { now: (): Instant => now };
  const made = { folder, stream: "events", shards: 1, clock, random: randomBytes };
  return openStream({ ...made, segmentBytes: SEGMENT_BYTES, ...more });
}

function openReader(stream: Stream): Promise<LogReader> {
  return openStreamReader({ folder, stream: "events", shared: stream.shared });
}

async function segmentsOn(disk: string): Promise<string[]> {
  return (await readdir(disk)).filter((name) => name.endsWith(".segment")).toSorted();
}

/** Fills segments one after another: each append takes more than half of one. */
async function fillSegments(stream: Stream, count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) {
    await stream.append(toBatch([`${i}`.padEnd(10_000, ".")]));
    now = toInstant(now + 1000);
  }
}

test("a batch that no segment holds is refused, one that just fits is not", async () => {
  await using stream = await openLog();
  const fits = SEGMENT_BYTES - 80 - 64 - 64 - 4 - 4;
  await stream.append(toBatch(["x".repeat(fits)]));
  await stream.append(toBatch(["y".repeat(fits)]));
  await expect(stream.append(toBatch(["x".repeat(fits + 8)]))).rejects.toMatchObject({
    code: "STREAM_RECORD_TOO_LARGE",
    facts: { stream: "events" },
  });
  await using reader = await openReader(stream);
  expect((await readAll(reader)).map((record) => record.text.length)).toEqual([fits, fits]);
  expect(await segmentsOn(folder)).toHaveLength(2);
});

test("more waiting bytes than the limit are refused; what was taken is kept", async () => {
  await using stream = await openLog({ commitBytesMax: 4096 });
  const taken = [1, 2, 3].map(() => stream.append(toBatch(["x".repeat(1000)])));
  const refused = stream.append(toBatch(["y".repeat(1000)]));
  await expect(refused).rejects.toMatchObject({ code: "STREAM_BUSY", facts: { stream: "events" } });
  await Promise.all(taken);
  await stream.append(toBatch(["z".repeat(1000)]));
  await using reader = await openReader(stream);
  const texts = (await readAll(reader)).map((record) => record.text[0]);
  expect(texts).toEqual(["x", "x", "x", "z"]);
});

test("counters go on over the log's lives and its segments", async () => {
  for (let life = 0; life < 4; life += 1) {
    await using stream = await openLog({ shards: 2 });
    const before = stream.meter();
    expect(before).toMatchObject({ records: life * 6, bytes: life * 6 * 3000, commits: 0 });
    for (let i = 0; i < 3; i += 1) {
      const { sequences } = await stream.append(
        toBatch(["a".repeat(3000), "b".repeat(3000)], { hashes: [0, 2 ** 31] }),
      );
      expect([...sequences]).toEqual([life * 3 + i + 1, life * 3 + i + 1]);
    }
    expect(stream.meter()).toMatchObject({
      records: life * 6 + 6,
      bytes: (life * 6 + 6) * 3000,
      shards: [
        { shard: 0, records: life * 3 + 3 },
        { shard: 1, records: life * 3 + 3 },
      ],
      commits: 3,
      trouble: undefined,
    });
  }
  expect((await segmentsOn(folder)).length).toBeGreaterThan(3);
});

test("the time of acceptance never runs back, not even over a restart", async () => {
  const times: number[] = [];
  for (const time of [5000, 3000, 6000]) {
    now = toInstant(time);
    await using stream = await openLog();
    times.push((await stream.append(toBatch(["a"]))).acceptedAt);
    now = toInstant(time - 1000);
    times.push((await stream.append(toBatch(["b"]))).acceptedAt);
  }
  expect(times).toEqual([5000, 5000, 5000, 5000, 6000, 6000]);
});

test("shards split and merged while it runs take what comes after, and a restart keeps them", async () => {
  const all: number[][] = [];
  {
    await using stream = await openLog({ shards: 2, segmentBytes: 4096 });
    const put = async (): Promise<void> => {
      const batch = toBatch(["low", "mid", "high"], { hashes: [0, 0x7000_0000, 2 ** 32 - 1] });
      const { shards, sequences } = await stream.append(batch);
      all.push(...Array.from(shards, (shard, i) => [shard, sequences[i] ?? 0]));
    };
    const at = 0x4000_0000n << 96n;
    const flood = Array.from({ length: 20 }, put);
    await stream.reshard((table) => split(table, { shard: 0, at, now: 9 }));
    await Promise.all([...flood, ...Array.from({ length: 20 }, put)]);
    await stream.reshard((table) => merge(table, { shards: [3, 1], now: 9 }));
    await put();
    expect(all.slice(-3).map(([shard]) => shard)).toEqual([2, 4, 4]);
    expect([0, 1, 2, 3, 4].map((shard) => stream.lastSequence(shard))).toEqual(
      [0, 1, 2, 3, 4].map((shard) => all.filter(([each]) => each === shard).length),
    );
  }
  await using stream = await openLog({ shards: 2 });
  expect(stream.shards.filter((row) => !row.closed).map(({ shard }) => shard)).toEqual([2, 4]);
  await using reader = await openReader(stream);
  for (const [shard = 0, sequence = 0] of all) {
    expect(await reader.readRecord({ shard, sequence })).toBeDefined();
  }
});

test("a plan with other shards closes the old ones and gives new numbers", async () => {
  for (const shards of [2, 2, 3, 1]) {
    await using stream = await openLog({ shards });
    await stream.append(toBatch(["low", "high"], { hashes: [0, 2 ** 32 - 1] }));
  }
  await using stream = await openLog({ shards: 1 });
  expect(stream.shards.map((row) => [row.shard, row.closed, row.parents])).toEqual([
    [0, true, []],
    [1, true, []],
    [2, true, [0]],
    [3, true, [0]],
    [4, true, [1]],
    [5, true, [1]],
    [6, true, [3, 4]],
    [7, true, [2, 6]],
    [8, false, [7, 5]],
  ]);
  await using reader = await openReader(stream);
  const places = (await readAll(reader)).map((r) => `${r.text} ${r.shard}.${r.sequence}`);
  expect(places).toEqual([
    "low 0.1",
    "high 1.1",
    "low 0.2",
    "high 1.2",
    "low 2.1",
    "high 5.1",
    "low 8.1",
    "high 8.2",
  ]);
});

test("retention removes what is old and delivered, in whole segments, and nothing else", async () => {
  await using stream = await openLog();
  await using reader = await openReader(stream);
  await fillSegments(stream, 6);
  const start = await reader.oldest();
  const frames = [];
  for (let at = start; ;) {
    const [frame] = await reader.read(at, 1);
    if (frame === undefined) {
      break;
    }
    frames.push(frame);
    at = frame.next;
  }
  expect(frames).toHaveLength(6);
  // All are old, but only the first two are delivered; a position within a segment keeps that segment.
  const delivered = frames[2]?.next ?? start;
  expect(await stream.trim({ before: toInstant(now + 1), delivered })).toBe(2);
  // All are delivered, but only the first four are old.
  const newest = await reader.newest();
  expect(await stream.trim({ before: toInstant(4500), delivered: newest })).toBe(2);
  expect(await segmentsOn(folder)).toEqual(["000000000005.segment", "000000000006.segment"]);
  await expect(reader.read(start, 1000)).rejects.toMatchObject({ code: "STREAM_POSITION_GONE" });
  const left = await readAll(reader);
  expect(left.map((record) => record.sequence)).toEqual([5, 6]);
  expect(stream.meter().records).toBe(6);
  expect(stream.meter().diskBytes).toBeLessThanOrEqual(4 * SEGMENT_BYTES);
  // The segment in use always stays.
  expect(await stream.trim({ before: toInstant(now + 1), delivered: newest })).toBe(1);
  expect((await readAll(reader)).map((record) => record.sequence)).toEqual([6]);
});

test("recycled segments hold new records only", async () => {
  for (let life = 0; life < 3; life += 1) {
    await using stream = await openLog();
    await using reader = await openReader(stream);
    for (let i = 0; i < 5; i += 1) {
      await fillSegments(stream, 3);
      await stream.trim({ before: now, delivered: await reader.newest() });
      expect((await readAll(reader)).map((record) => record.sequence)).toEqual([
        life * 15 + i * 3 + 3,
      ]);
    }
    expect((await readdir(folder)).length).toBeLessThan(8);
  }
});

test("a reader whose segment is recycled under it is told that its position is gone", async () => {
  await using stream = await openLog();
  await using reader = await openReader(stream);
  await fillSegments(stream, 2);
  const start = await reader.oldest();
  const [first] = await reader.read(start, 1);
  await stream.trim({ before: now, delivered: await reader.newest() });
  await fillSegments(stream, 3);
  const next = first?.next ?? start;
  await expect(reader.read(next, 1000)).rejects.toMatchObject({ code: "STREAM_POSITION_GONE" });
});

test("a log of an unknown format is left alone", async () => {
  await (await openLog())[Symbol.asyncDispose]();
  const path = join(folder, "stream.json");
  const text = await readFile(path, "utf8");
  await writeFile(path, text.replace('"format": 1', '"format": 2'));
  await expect(openLog()).rejects.toMatchObject({
    code: "STREAM_FORMAT_UNKNOWN",
    facts: { stream: "events", found: "2", known: 1 },
  });
  await writeFile(path, text.slice(0, 50));
  await expect(openLog()).rejects.toMatchObject({ code: "STREAM_CORRUPT" });
});

test("what an interrupted preparation left is removed", async () => {
  await (await openLog())[Symbol.asyncDispose]();
  await writeFile(join(folder, "7.zeroing"), "half");
  await writeFile(join(folder, "stream.json.new"), "half");
  await (await openLog())[Symbol.asyncDispose]();
  expect(await readdir(folder)).toEqual(["stream.json"]);
});
