/** The log under kill -9, torn tails, flipped bytes and full disks: nothing acknowledged is lost, nothing is there twice. */

import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { copyFile, mkdtemp, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { Fault } from "../../src/base/faults.ts";
import { openStream, openStreamReader, type Stream } from "../../src/stages/stream/index.ts";
import { readAll, toBatch, type ReadRecord } from "../../src/testing/conformance/append.ts";

const SEGMENT_BYTES = 131_072;
const MADE = { stream: "events", clock: systemClock, random: randomBytes };

let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-stream-crash-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

function openLog(path: string, shards = 3): Promise<Stream> {
  return openStream({ ...MADE, folder: path, shards, segmentBytes: SEGMENT_BYTES });
}

async function recordsOf(path: string, shards = 3): Promise<ReadRecord[]> {
  await using stream = await openLog(path, shards);
  const where = { folder: path, stream: "events", shared: stream.shared };
  await using reader = await openStreamReader(where);
  return await readAll(reader);
}

/** Runs a writer until it has acknowledged `acks` batches and then some time, kills it, and gives what it printed. */
async function writeAndKill(log: string, round: number, acks: number): Promise<string[]> {
  const script = join(import.meta.dirname, "stream-writer.ts");
  const child = spawn(process.execPath, [script, log, `${SEGMENT_BYTES}`, `${round}`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (lines.length === acks) {
      child.kill("SIGKILL");
    }
  }
  return lines;
}

/** Proves that every acknowledged record stands at its place, and that no sequence is missing or taken twice. */
function expectWhole(records: readonly ReadRecord[], acknowledged: readonly string[]): void {
  const next = [1, 1, 1];
  const at = new Map<string, ReadRecord>();
  for (const record of records) {
    expect(record.sequence).toBe(next[record.shard]);
    next[record.shard] = record.sequence + 1;
    const name = record.text.split(".").slice(0, 4).join(".");
    expect(at.has(name), `${name} is there once`).toBe(false);
    at.set(name, record);
  }
  for (const line of acknowledged) {
    const [name = "", count = "", shards = "", sequences = ""] = line.split(" ");
    for (let i = 0; i < Number(count); i += 1) {
      const record = at.get(`${name}.${i}`);
      expect(record, `${name}.${i} is there`).toBeDefined();
      expect(record?.shard).toBe(Number(shards.split(",")[i]));
      expect(record?.sequence).toBe(Number(sequences.split(",")[i]));
    }
  }
  // An append is there whole or not at all, acknowledged or not.
  const members = Map.groupBy(at.keys(), (name) => name.split(".").slice(0, 3).join("."));
  for (const [name, present] of members) {
    const [, lane, batch] = name.split(".").map(Number);
    expect(present.length).toBe(1 + (((batch ?? 0) * 7 + (lane ?? 0)) % 20));
  }
}

describe("kill -9", () => {
  it("loses nothing acknowledged and doubles nothing, round after round", async () => {
    const log = join(folder, "events");
    const acknowledged: string[] = [];
    for (let round = 0; round < 12; round += 1) {
      acknowledged.push(...(await writeAndKill(log, round, 1 + round * 23)));
      const first = await recordsOf(log);
      expectWhole(first, acknowledged);
      expect(await recordsOf(log)).toEqual(first);
    }
    expect(acknowledged.length).toBeGreaterThan(12 * 11 * 11);
  });
});

describe("a torn tail", () => {
  it("ends the log before the append that was cut off, wherever the cut is", async () => {
    const log = join(folder, "events");
    const { kept, from, to, path } = await twoAppends(log);
    const whole = await readFile(path);
    const survivors = new Set<number>();
    for (let cut = from; cut < to; cut += 1) {
      await writeFile(
        path,
        Buffer.concat([whole.subarray(0, cut), Buffer.alloc(whole.length - cut)]),
      );
      const records = await recordsOf(log);
      survivors.add(records.length);
      expect(records.slice(0, kept)).toHaveLength(kept);
      // The log takes records again at once, and they are found when it is opened once more.
      await appendOne(log, "after");
      const again = await recordsOf(log);
      expect(again.map((record) => record.text).slice(-1)).toEqual(["after"]);
      expect(again).toHaveLength(records.length + 1);
    }
    // Zeros at the very end of the last frame may be its own padding; any other cut removes the append.
    expect([...survivors].filter((count) => count !== kept && count !== kept + 4)).toEqual([]);
    expect(survivors.has(kept)).toBe(true);
  }, 120_000);

  it("ends the log there too when later sectors of the same write arrived without earlier ones", async () => {
    const log = join(folder, "events");
    const { kept, from, path } = await twoAppends(log);
    await overwrite(path, from + 8, Buffer.alloc(16));
    const records = await recordsOf(log);
    expect(records).toHaveLength(kept);
    // A remnant of the torn write stands behind; new frames of the same size must not revive it.
    {
      await using stream = await openLog(log);
      await stream.append(toBatch(["c0", "c2"], { hashes: [0, 0] }));
    }
    const texts = (await recordsOf(log)).map((record) => record.text);
    expect(texts).toEqual(["first", "c0", "c2"]);
  });
});

describe("damage", () => {
  it("in what later writes follow is reported with its place, never skipped", async () => {
    const log = join(folder, "events");
    for (const text of ["one", "two", "three"]) {
      await appendOne(log, text);
    }
    const path = await newestSegment(log);
    const bytes = await readFile(path);
    const offset = bytes.indexOf("two");
    await overwrite(path, offset, Buffer.from("T"));
    await expect(openLog(log)).rejects.toThrow(
      expect.objectContaining({
        code: "STREAM_CORRUPT",
        facts: expect.objectContaining({ segment: "000000000001.segment", stream: "events" }),
      }),
    );
  });

  it("in an old segment is reported by the reader that comes across it", async () => {
    const log = join(folder, "events");
    await using stream = await openLog(log);
    for (let i = 0; i < 40; i += 1) {
      await stream.append(toBatch([`${i}.${"x".repeat(10_000)}`]));
    }
    await overwrite(join(log, "000000000002.segment"), 30_000, Buffer.from("?"));
    const where = { folder: log, stream: "events", shared: stream.shared };
    await using reader = await openStreamReader(where);
    await expect(readAll(reader)).rejects.toThrow(
      expect.objectContaining({ code: "STREAM_CORRUPT" }),
    );
  });

  it("of any one byte of the log is a fault or leaves a whole earlier end, never other records", async () => {
    const log = join(folder, "events");
    for (const text of ["one", "two", "three"]) {
      await appendOne(log, text);
    }
    const path = await newestSegment(log);
    const bytes = await readFile(path);
    const end = bytes.indexOf("three") + 8;
    const pristine = join(folder, "pristine");
    await copyFile(path, pristine);
    const outcomes = new Set<string>();
    for (let at = 0; at < end; at += 1) {
      await overwrite(path, at, Buffer.from([(bytes[at] ?? 0) ^ 0x55]));
      outcomes.add(await outcomeOf(log));
      await copyFile(pristine, path);
    }
    expect([...outcomes].toSorted()).toEqual(["STREAM_CORRUPT", "one,two"]);
  }, 120_000);

  it("of a whole segment that is gone is reported", async () => {
    const log = join(folder, "events");
    {
      await using stream = await openLog(log);
      for (let i = 0; i < 40; i += 1) {
        await stream.append(toBatch(["x".repeat(10_000)]));
      }
    }
    await rm(join(log, "000000000002.segment"));
    await expect(openLog(log)).rejects.toThrow(expect.objectContaining({ code: "STREAM_CORRUPT" }));
  });
});

/** A log with an append of one record and one of four in two shards; where the second stands. */
async function twoAppends(
  log: string,
): Promise<{ kept: number; from: number; to: number; path: string }> {
  await appendOne(log, "first");
  {
    await using stream = await openLog(log);
    const hashes = [0, 2 ** 31, 0, 2 ** 31];
    await stream.append(toBatch(["b0", "b1", "b2", "b3"], { hashes }));
  }
  const path = await newestSegment(log);
  const bytes = await readFile(path);
  // The second frame begins 64 bytes of head and two lengths before its first record.
  const from = bytes.indexOf("b0\nb2\n") - 72;
  return { kept: 1, from, to: bytes.indexOf("b1\nb3\n") + 6, path };
}

async function appendOne(log: string, text: string): Promise<void> {
  await using stream = await openLog(log);
  await stream.append(toBatch([text], { hashes: [0] }));
}

async function newestSegment(log: string): Promise<string> {
  const names = (await readdir(log)).filter((name) => name.endsWith(".segment"));
  return join(log, names.toSorted().at(-1) ?? "");
}

async function overwrite(path: string, at: number, bytes: Buffer): Promise<void> {
  await using file = await open(path, "r+");
  await file.write(bytes, 0, bytes.length, at);
}

async function outcomeOf(log: string): Promise<string> {
  try {
    return (await recordsOf(log)).map((record) => record.text).join();
  } catch (error) {
    return error instanceof Fault ? error.code : String(error);
  }
}
