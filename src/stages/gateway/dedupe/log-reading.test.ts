/** A log that cannot be read for a while: the door waits a little, the window is made good later, damage is final. */

import { expect, it } from "vitest";
import { toInstant } from "../../../base/clock.ts";
import { Fault } from "../../../base/faults.ts";
import type { Timers } from "../../../base/timers.ts";
import type { Position } from "../../../seams/consume.ts";
import { LogReading } from "./log-reading.ts";
import type { Kept, Recall } from "./window.ts";

/** Timers that go off at once, and say how long they were to wait. */
class QuickTimers implements Timers {
  readonly waits: number[] = [];
  elapsed(): number {
    return 0;
  }
  after(ms: number, act: () => void): () => void {
    this.waits.push(ms);
    const timer = setImmediate(act);
    return () => clearImmediate(timer);
  }
  soon(act: () => void): void {
    setImmediate(act);
  }
}

const KEPT = {} as Kept;

function openReading(failures: readonly unknown[]): {
  reading: LogReading;
  timers: QuickTimers;
  reads: (Position | undefined)[];
  taken: () => number;
} {
  const reads: (Position | undefined)[] = [];
  const left = [...failures];
  let taken = 0;
  const recall: Recall = {
    mark: () => Promise.resolve("0" as Position),
    isSound: () => true,
    read: async (from, take) => {
      reads.push(from);
      const failure = left.shift();
      if (failure !== undefined) {
        throw failure;
      }
      take(KEPT);
    },
  };
  const timers = new QuickTimers();
  const clock = { now: () => toInstant(1000) };
  const reading = new LogReading({ recall, clock, timers, take: () => (taken += 1) });
  return { reading, timers, reads, taken: () => taken };
}

const eio = Object.assign(new TypeError("EIO: read"), { code: "EIO" });
const from = "7" as Position;

it("is read again while the door waits, from where it should be", async () => {
  const { reading, timers, reads, taken } = openReading([eio, eio]);
  await reading.read(Promise.resolve(from));
  expect([reads, timers.waits, taken()]).toEqual([[from, from, from], [50, 100], 1]);
  expect(reading.trouble).toBeUndefined();
});

it("lets the door open after five tries, and makes the whole window good later", async () => {
  const { reading, timers, reads, taken } = openReading(Array.from({ length: 12 }, () => eio));
  await reading.read(Promise.resolve(from));
  expect(timers.waits.slice(0, 4)).toEqual([50, 100, 200, 400]);
  expect(reading.trouble).toMatchObject({ code: "INTERNAL", attempts: 5, since: 1000 });
  expect(taken()).toBe(0);
  await expect.poll(taken).toBe(1);
  expect(reading.trouble).toBeUndefined();
  expect(reads.slice(4, 7)).toEqual([from, undefined, undefined]);
  expect(Math.max(...timers.waits)).toBe(30_000);
});

it("reads the whole window where the mark could not be had", async () => {
  const { reading, reads } = openReading([]);
  await reading.read(Promise.reject(eio));
  expect(reads).toEqual([undefined]);
});

it("does not read damage again, and tells of it for good", async () => {
  const damage = new Fault("STREAM_CORRUPT", {
    stream: "s",
    segment: "1",
    offset: 3,
    cause: "crc",
  });
  const { reading, timers } = openReading([damage]);
  await reading.read(undefined);
  expect(timers.waits).toEqual([]);
  expect(reading.trouble?.code).toBe("STREAM_CORRUPT");
  await reading.read(Promise.resolve(from));
  expect(reading.trouble?.code).toBe("STREAM_CORRUPT");
});

it("ends when it is stopped", async () => {
  const { reading, reads } = openReading(Array.from({ length: 100 }, () => eio));
  await reading.read(undefined);
  reading.stop();
  const then = reads.length;
  await new Promise((done) => setTimeout(done, 20));
  expect(reads.length).toBe(then);
});
