/** Windows over real logs: made again from what is on disk, also after a write that failed and was there all the same. */

import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { z } from "zod";
import { defined } from "../../base/assert.ts";
import { toInstant, type Clock } from "../../base/clock.ts";
import type { Disk, DiskFile, Part } from "../../base/disk.ts";
import { nodeDisk } from "../../base/node-disk.ts";
import { planPipeline } from "../../plan/plan-pipeline.ts";
import { openChecker } from "../../stages/check/index.ts";
import { DedupeWindow, openIngest } from "../../stages/gateway/index.ts";
import { openStream, openStreamReader } from "../../stages/stream/index.ts";
import { LogRecall } from "./recall.ts";

let folder = "";
let now = 0;
/** Part of each write that reaches the disk before it fails; undefined for a disk that is well. */
let fails: number | undefined;
/** So many times the log cannot be opened for reading. */
let refusals = 0;
const clock: Clock = { now: () => toInstant(now) };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-identity-"));
  now = 1_700_000_000_000;
  fails = undefined;
  refusals = 0;
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

class DiskError extends Error {}

function failing(file: DiskFile): DiskFile {
  const write = async (bytes: Buffer, part: Part, at: number): Promise<void> => {
    const { from, to } = part;
    await file.write(bytes, { from, to: from + Math.floor((to - from) * (fails ?? 1)) }, at);
    if (fails !== undefined) {
      throw new DiskError("EIO");
    }
  };
  return { ...file, write };
}

const disk: Disk = {
  ...nodeDisk,
  open: async (path, mode) => failing(await nodeDisk.open(path, mode)),
};

const schema = z.object({ id: z.string(), n: z.number() });

function planOf(stream: object) {
  const plan = planPipeline({ name: "test", streams: { events: { schema, ...stream } } }, "/x.ts");
  return defined(plan.streams[0], "one stream is planned");
}

/** A door over a log on the folder: one life. */
async function openDoor(stream = planOf({ id: "id" }), segmentBytes = 65_536) {
  const retry = { baseMs: 1, maxMs: 4 };
  const about = { folder, stream: "events", shards: 1, clock, random: randomBytes };
  const log = await openStream({ ...about, disk, retry, segmentBytes });
  const recall = new LogRecall({
    stream,
    clock,
    openReader: async () => {
      if (refusals > 0) {
        refusals -= 1;
        throw new DiskError("EMFILE");
      }
      return await openStreamReader({ folder, stream: "events", shared: log.shared });
    },
    isSound: () => log.meter().trouble === undefined,
  });
  const window = new DedupeWindow({
    stream: "events",
    appender: log,
    clock,
    random: randomBytes,
    windowMs: stream.dedupe.window,
    idsMax: stream.dedupe.idsMax,
    recall,
  });
  const door = {
    checker: openChecker(stream),
    appender: log,
    named: stream.id !== undefined,
    window,
  };
  const ingest = openIngest({
    streams: new Map([["events", door]]),
    deadLetters: log,
    clock,
    newId: () => "x",
  });
  return {
    log,
    window,
    async send(line: string, idempotencyKey?: string) {
      const body = Buffer.from(line);
      const { duplicates, ids, receipts } = await ingest.accept({
        stream: "events",
        format: "ndjson",
        caller: "test",
        requestId: "r",
        body,
        wantIds: true,
        idempotencyKey,
      });
      return [duplicates, ids?.[0], receipts?.sequences[0]];
    },
    async [Symbol.asyncDispose]() {
      await recall[Symbol.asyncDispose]();
      await log[Symbol.asyncDispose]();
    },
  };
}

const ONE = '{"id":"a","n":1}';

test.each([
  ["of which nothing reached the disk", 0, [0, "a", 2]],
  ["that was whole on the disk", 1, [1, "a", 2]],
])(
  "after a failed write %s a repeat is answered as the log has it",
  async (_name, part, answer) => {
    await using door = await openDoor();
    await door.window.recall();
    await door.send('{"id":"before","n":1}');
    fails = part;
    await expect(door.send(ONE)).rejects.toMatchObject({ code: "STREAM_WRITE_FAILED" });
    // While the log is broken its end cannot be known, and the answer is a failure again.
    await expect(door.send(ONE)).rejects.toMatchObject({ code: "STREAM_WRITE_FAILED" });
    fails = undefined;
    await vi.waitFor(() => expect(door.log.meter().trouble).toBeUndefined(), { interval: 1 });
    expect(await door.send(ONE)).toEqual(answer);
    expect(await door.send(ONE)).toEqual([1, "a", 2]);
    expect(await door.send('{"id":"before","n":1}')).toEqual([1, "before", 1]);
    expect(door.log.meter().records).toBe(2);
  },
);

test("a window reaches back as far as its time, over the lives of the process", async () => {
  const stream = planOf({ id: "id", dedupe: { window: "60s" } });
  {
    await using door = await openDoor(stream);
    await door.send('{"id":"old","n":1}');
    now += 40_000;
    await door.send('{"n":2,"id":"young"}');
  }
  now += 30_000;
  await using door = await openDoor(stream);
  await door.window.recall();
  expect(door.window.meter().ids).toBe(1);
  expect(await door.send('{"n":2,"id":"young"}')).toEqual([1, "young", 2]);
  expect(await door.send('{"id":"old","n":1}')).toEqual([0, "old", 3]);
  expect(door.window.find("young")).toMatchObject({ shard: 0, sequence: 2 });
  expect(door.window.find("never")).toBeUndefined();
});

test("a stream without ids reads its log when the first key comes, and knows those of lives before", async () => {
  const stream = planOf({});
  {
    await using door = await openDoor(stream);
    expect(await door.send(ONE, "k")).toEqual([0, "k:0", 1]);
    expect(await door.send(ONE)).toEqual([0, "events.0.2", 2]);
  }
  await using door = await openDoor(stream);
  expect(door.window.meter().ids).toBe(0);
  expect(await door.send(ONE)).toEqual([0, "events.0.3", 3]);
  expect(door.window.meter().ids).toBe(0);
  const both = await Promise.all([door.send(ONE, "k"), door.send('{"id":"b","n":2}', "l")]);
  expect(both).toEqual([
    [1, "k:0", 1],
    [0, "l:0", 4],
  ]);
  await expect(door.send('{"id":"b","n":9}', "k")).rejects.toMatchObject({
    code: "IDEMPOTENCY_KEY_REUSED",
  });
});

test("no more of the log is read than the window can hold", async () => {
  const stream = planOf({ id: "id" });
  const note = "x".repeat(60_000);
  {
    await using door = await openDoor(planOf({ id: "id", dedupe: { idsMax: 65_536 } }));
    for (let i = 0; i < 12; i += 1) {
      await door.send(JSON.stringify({ id: `e-${i}`, n: 1, note }));
    }
  }
  await using log = await openDoor(stream);
  await using reader = await openStreamReader({
    folder,
    stream: "events",
    shared: log.log.shared,
  });
  const since = toInstant(0);
  const all = await reader.recent({ since, bytesMax: 1e9 });
  expect(all).toBe(await reader.positionAt(since));
  const some = await reader.recent({ since, bytesMax: 200_000 });
  const frames = await reader.read(some, 1e6);
  expect(frames[0]?.firstSequence).toBeGreaterThan(8);
  expect(await reader.recent({ since: toInstant(now + 1), bytesMax: 1e9 })).toBe(
    await reader.newest(),
  );
  expect(await reader.recent({ since, bytesMax: 0 })).toBe(await reader.newest());
});

test("a log that could not be opened at first is read again before the door answers", async () => {
  {
    await using door = await openDoor();
    await door.send(ONE);
  }
  refusals = 3;
  await using door = await openDoor();
  expect(await door.send(ONE)).toEqual([1, "a", 1]);
  expect([refusals, door.window.meter().trouble]).toEqual([0, undefined]);
});

test("damage in the log shortens the window and is told, and the door opens all the same", async () => {
  const stream = planOf({ id: "id" });
  {
    await using door = await openDoor(stream);
    await door.send('{"id":"a","n":1}');
    await door.send('{"id":"b","n":1}');
  }
  const path = join(folder, "000000000001.segment");
  const file = await nodeDisk.open(path, "write");
  const bytes = Buffer.from("#");
  await using door = await openDoor(stream);
  const at = await offsetOf(path, '"b"');
  await file.write(bytes, { from: 0, to: 1 }, at);
  await file.close();
  await door.window.recall();
  expect(door.window.meter().trouble?.code).toBe("STREAM_CORRUPT");
  expect(await door.send('{"id":"a","n":1}')).toEqual([1, "a", 1]);
  expect(await door.send('{"id":"c","n":1}')).toEqual([0, "c", 3]);
});

async function offsetOf(path: string, text: string): Promise<number> {
  const file = defined(await nodeDisk.openForReading(path), "the segment is there");
  const bytes = Buffer.alloc(65_536);
  await file.read(bytes, { from: 0, to: bytes.length }, 0);
  await file.close();
  return bytes.indexOf(text);
}
