/** The log on a disk that fails: nobody is told a lie, and it heals by itself. */

import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { systemClock } from "../../base/clock.ts";
import { readAll, toBatch } from "../../testing/conformance/append.ts";
import type { Disk, DiskFile, Part } from "../../base/disk.ts";
import { nodeDisk } from "../../base/node-disk.ts";
import { openStreamReader } from "./reader.ts";
import { openStream, type Stream, type StreamOptions } from "./stream.ts";

/** What the disk does with a write: how much of it happens, and what is said. */
interface Mood {
  /** Part of the bytes that reach the file, from 0 to 1. */
  writes: number;
  says: "done" | "ENOSPC" | "EIO";
  /** No new files. */
  full: boolean;
  /** Writes wait for this. */
  held: Promise<void> | undefined;
}

class DiskError extends Error {}

let folder = "";
let mood: Mood;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-failure-"));
  mood = { writes: 1, says: "done", full: false, held: undefined };
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

function moody(file: DiskFile): DiskFile {
  const write = async (bytes: Buffer, part: Part, at: number): Promise<void> => {
    const { writes, says, held } = mood;
    await held;
    const to = part.from + Math.floor((part.to - part.from) * writes);
    await file.write(bytes, { from: part.from, to }, at);
    if (says !== "done") {
      throw new DiskError(says);
    }
  };
  return { ...file, write };
}

const disk: Disk = {
  ...nodeDisk,
  open: async (path, mode) => {
    if (mood.full && mode === "create") {
      throw new DiskError("ENOSPC");
    }
    return moody(await nodeDisk.open(path, mode));
  },
  writeFile: async (path, chunks) => {
    if (mood.full) {
      throw new DiskError("ENOSPC");
    }
    await nodeDisk.writeFile(path, chunks);
  },
};

function openLog(more: Partial<StreamOptions> = {}): Promise<Stream> {
  return openStream({
    folder,
    stream: "events",
    shards: 1,
    clock: systemClock,
    random: randomBytes,
    segmentBytes: 16_384,
    disk,
    retry: { baseMs: 1, maxMs: 4 },
    ...more,
  });
}

async function textsOf(stream: Stream): Promise<string[]> {
  await using reader = await openStreamReader({ folder, stream: "events", shared: stream.shared });
  const records = await readAll(reader);
  expect(records.map((record) => record.sequence)).toEqual(records.map((_, i) => i + 1));
  return records.map((record) => record.text);
}

async function healed(stream: Stream): Promise<void> {
  await vi.waitFor(() => expect(stream.meter().trouble).toBeUndefined(), { interval: 1 });
}

const FAILED = { code: "STREAM_WRITE_FAILED", facts: { stream: "events" } };

/** How much of the failed write reached the disk, and what the log may hold of it afterwards. */
test.each([
  ["nothing", 0, ["before", "after"]],
  ["half", 0.5, ["before", "lost?", "after"]],
  ["a part of a record", 0.3, ["before", "after"]],
  ["all", 1, ["before", "lost?", "later?", "after"]],
] as const)("a failed write of which %s reached the disk", async (_name, writes, expected) => {
  await using stream = await openLog();
  await stream.append(toBatch(["before"]));
  mood = { ...mood, writes, says: "EIO" };
  const failed = [stream.append(toBatch(["lost?"])), stream.append(toBatch(["later?"]))];
  for (const each of failed) {
    await expect(each).rejects.toMatchObject(FAILED);
  }
  await expect(stream.append(toBatch(["refused"]))).rejects.toMatchObject(FAILED);
  await vi.waitFor(() => expect(stream.meter().trouble?.attempts).toBeGreaterThan(1), {
    interval: 1,
  });
  expect(stream.meter().records).toBe(1);
  mood = { ...mood, writes: 1, says: "done" };
  await healed(stream);
  await stream.append(toBatch(["after"]));
  expect(await textsOf(stream)).toEqual(expected);
  expect(stream.meter().records).toBe(expected.length);
});

test("what was gathered behind a failing write is refused with it", async () => {
  await using stream = await openLog();
  const held = Promise.withResolvers<void>();
  mood = { ...mood, held: held.promise, writes: 0, says: "EIO" };
  const first = stream.append(toBatch(["first"]));
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  const second = stream.append(toBatch(["second"]));
  const outcomes = Promise.allSettled([first, second]);
  held.resolve();
  expect((await outcomes).map((outcome) => outcome.status)).toEqual(["rejected", "rejected"]);
  mood = { ...mood, held: undefined, writes: 1, says: "done" };
  await healed(stream);
  await stream.append(toBatch(["third"]));
  expect(await textsOf(stream)).toEqual(["third"]);
});

test("a full disk stops the log at the end of its segment, and room lets it go on", async () => {
  await using stream = await openLog();
  await stream.append(toBatch(["one".padEnd(1500)]));
  mood.full = true;
  await stream.append(toBatch(["two".padEnd(12_000)]));
  await expect(stream.append(toBatch(["three".padEnd(5000)]))).rejects.toMatchObject(FAILED);
  await vi.waitFor(() => expect(stream.meter().trouble?.attempts).toBeGreaterThan(1), {
    interval: 1,
  });
  expect(stream.meter().trouble).toMatchObject({ code: "STREAM_WRITE_FAILED", message: "ENOSPC" });
  mood.full = false;
  await healed(stream);
  await stream.append(toBatch(["four".padEnd(5000)]));
  expect((await textsOf(stream)).map((text) => text.trim())).toEqual(["one", "two", "four"]);
});

test("a disk that does not answer fails the commit in time, and a late write doubles nothing", async () => {
  await using stream = await openLog({ commitMsMax: 200 });
  await stream.append(toBatch(["before"]));
  const held = Promise.withResolvers<void>();
  mood = { ...mood, held: held.promise };
  await expect(stream.append(toBatch(["late"]))).rejects.toMatchObject(FAILED);
  expect(stream.meter().trouble?.message).toBe("the disk does not answer");
  mood = { ...mood, held: undefined };
  held.resolve();
  await healed(stream);
  await stream.append(toBatch(["after"]));
  expect(await textsOf(stream)).toEqual(["before", "late", "after"]);
});

test("a log closes while it is in trouble, and opens with all that was acknowledged", async () => {
  {
    await using stream = await openLog({ retry: { baseMs: 60_000, maxMs: 60_000 } });
    await stream.append(toBatch(["kept"]));
    mood = { ...mood, writes: 0.3, says: "ENOSPC" };
    await expect(stream.append(toBatch(["lost"]))).rejects.toMatchObject(FAILED);
  }
  mood = { ...mood, writes: 1, says: "done" };
  await using stream = await openLog();
  expect(await textsOf(stream)).toEqual(["kept"]);
});

test("a log on a disk that never answers closes all the same", async () => {
  const held = Promise.withResolvers<void>();
  const stream = await openLog({ commitMsMax: 50 });
  mood = { ...mood, held: held.promise };
  const outcomes = Promise.allSettled([stream.append(toBatch(["late"]))]);
  await stream[Symbol.asyncDispose]();
  expect(await outcomes).toMatchObject([{ status: "rejected", reason: FAILED }]);
  held.resolve();
});

test("a new log on a full disk fails plainly and leaves nothing half-made", async () => {
  mood.full = true;
  await expect(openLog()).rejects.toThrow("ENOSPC");
  mood.full = false;
  await using stream = await openLog();
  await stream.append(toBatch(["first"]));
  expect(await textsOf(stream)).toEqual(["first"]);
});
