/** Bugs of the log and of the disk below it. */

import type { Disk } from "../../../src/base/disk.ts";
import { toInstant } from "../../../src/base/clock.ts";
import { DEAD_LETTERS } from "../../../src/base/record.ts";
import type { Appended, RecordBatch } from "../../../src/seams/append.ts";
import type { Stream } from "../../../src/stages/stream/index.ts";
import type { Mutation } from "./mutation.ts";

export const LOG_MUTATIONS: readonly Mutation[] = [
  {
    name: "ack before fsync",
    replace: { disk: (_disk, world, life) => world.disk.of(life, true) },
  },
  {
    name: "tail repair drops a whole frame too many",
    replace: { disk: (disk) => withReads(disk, cutLastFrame) },
  },
  {
    name: "an answer in spite of a failed write",
    replace: {
      log: (log) => withAppend(log, (batch) => log.append(batch).catch(() => pretend(batch))),
    },
  },
  {
    name: "dead letter after the answer",
    replace: {
      log: (log, stream, world) =>
        stream === DEAD_LETTERS
          ? withAppend(log, async (batch) => {
              world.schedule.after(100, () => void log.append(batch).catch(() => undefined));
              return pretend(batch);
            })
          : log,
    },
  },
  {
    name: "trim before delivered",
    replace: { delivered: (_delivered, newest) => newest() },
  },
];

/** An answer for a batch of which nobody knows whether it is stored. */
function pretend({ count }: RecordBatch): Appended {
  const sequences = Float64Array.from({ length: count }, (_none, index) => 1_000_000 + index);
  return { acceptedAt: toInstant(0), shards: new Uint16Array(count), sequences };
}

function withAppend(log: Stream, append: Stream["append"]): Stream {
  return {
    append,
    shared: log.shared,
    shards: log.shards,
    lastSequence: (shard) => log.lastSequence(shard),
    shardOf: (hashes, index) => log.shardOf(hashes, index),
    reshard: (change) => log.reshard(change),
    meter: () => log.meter(),
    trim: (options) => log.trim(options),
    [Symbol.asyncDispose]: () => log[Symbol.asyncDispose](),
  };
}

/** A disk on which whole segments are read as `alter` leaves them. */
function withReads(disk: Disk, alter: (bytes: Buffer) => void): Disk {
  return {
    ...disk,
    openForReading: async (path) => {
      const file = await disk.openForReading(path);
      const whole = (await disk.stat(path))?.bytes;
      return file === undefined || !path.endsWith(".segment")
        ? file
        : {
            ...file,
            read: async (bytes, part, at) => {
              const got = await file.read(bytes, part, at);
              if (at === 0 && part.to === whole) {
                alter(bytes.subarray(part.from, part.to));
              }
              return got;
            },
          };
    },
  };
}

/** What ends with the last byte that is not zero is no longer a frame. */
function cutLastFrame(bytes: Buffer): void {
  const last = bytes.findLastIndex((byte) => byte !== 0);
  bytes.fill(0, Math.max(0, last - 16));
}
