/** Segments ending, being used again, and vanishing under readers. */

import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock, toInstant } from "../../base/clock.ts";
import { readAll, toBatch } from "../../testing/conformance/append.ts";
import type { Disk } from "../../base/disk.ts";
import { nodeDisk } from "../../base/node-disk.ts";
import { openStreamReader, type LogReader } from "./reader.ts";
import { openStream, type Stream } from "./stream.ts";

const FAR = toInstant(Date.now() + 3_600_000);

let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-retention-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

function openLog(): Promise<Stream> {
  const made = { folder, stream: "events", shards: 1, clock: systemClock, random: randomBytes };
  return openStream({ ...made, segmentBytes: 4096 });
}

function openReader(stream: Stream, disk: Disk = nodeDisk): Promise<LogReader> {
  return openStreamReader({ folder, stream: "events", shared: stream.shared, disk });
}

async function appendEach(stream: Stream, count: number, bytes: number): Promise<void> {
  for (let i = 0; i < count; i += 1) {
    await stream.append(toBatch(["x".repeat(bytes)]));
  }
}

test("wherever a segment's last frame ends, the next one follows", async () => {
  let expected = 0;
  for (let bytes = 880; bytes < 1080; bytes += 8) {
    await using stream = await openLog();
    expect(stream.meter().records).toBe(expected);
    await appendEach(stream, 9, bytes);
    expected += 9;
    await using reader = await openReader(stream);
    expect(await readAll(reader)).toHaveLength(expected);
  }
});

test("what a recycled segment held before is not taken for records, wherever the new ones end", async () => {
  let expected = 0;
  for (let life = 0; life < 3; life += 1) {
    {
      await using stream = await openLog();
      await using reader = await openReader(stream);
      expect(stream.meter().records).toBe(expected);
      // Ten frames of one size fill a segment, so each new frame ends where an old one begins. Going one frame into
      // the next segment before each trim, two segments take turns.
      await appendEach(stream, 11, 300);
      for (let turn = 0; turn < 6; turn += 1) {
        await stream.trim({ before: FAR, delivered: await reader.newest() });
        await appendEach(stream, 10, 300);
      }
      expected += 71;
    }
    await using again = await openLog();
    expect(again.meter().records).toBe(expected);
  }
});

test("a segment that was begun and never written to is no part of the log", async () => {
  {
    await using stream = await openLog();
    await appendEach(stream, 3, 300);
  }
  await writeFile(join(folder, "000000000002.segment"), Buffer.alloc(4096));
  await using stream = await openLog();
  expect(stream.meter().records).toBe(3);
  await appendEach(stream, 20, 300);
  await using reader = await openReader(stream);
  expect(await readAll(reader)).toHaveLength(23);
});

test("a reader that retention overtakes in the middle of a read is told that its position is gone", async () => {
  await using stream = await openLog();
  await using outside = await openReader(stream);
  await appendEach(stream, 40, 300);
  let overtaken = false;
  const disk: Disk = {
    ...nodeDisk,
    openForReading: async (path) => {
      if (!overtaken) {
        overtaken = true;
        await stream.trim({ before: FAR, delivered: await outside.newest() });
        await appendEach(stream, 40, 300);
      }
      return await nodeDisk.openForReading(path);
    },
  };
  const start = await outside.oldest();
  await using reader = await openReader(stream, disk);
  await expect(reader.read(start, 1000)).rejects.toMatchObject({ code: "STREAM_POSITION_GONE" });
  expect((await readAll(reader)).at(-1)?.sequence).toBe(80);
});
