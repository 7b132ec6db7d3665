/** What every reader of a stream must do, as named cases over a fresh stream of four shards. */

import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { Fault } from "../../base/faults.ts";
import type { Appender } from "../../seams/append.ts";
import type { Position, StreamReader } from "../../seams/consume.ts";
import { readAll, toBatch } from "./append.ts";

export interface ConsumeSubject {
  readonly appender: Appender;
  readonly reader: StreamReader;
  /** Another reader of the same stream. */
  readonly another: () => Promise<StreamReader>;
}

export interface ConsumeCase {
  readonly name: string;
  readonly run: (subject: ConsumeSubject) => Promise<void>;
}

/** Long enough never to end a case that works, short enough to end one that does not. */
const LONG_MS = 10_000;

export const CONSUME_CASES: readonly ConsumeCase[] = [
  {
    name: "has nothing to give before the first record",
    async run({ reader }) {
      equal(await reader.oldest(), await reader.newest());
      deepEqual(await reader.read(await reader.oldest(), 1000), []);
      equal(await reader.wait(await reader.newest(), 1), false);
    },
  },
  {
    name: "gives every record once, in order per shard",
    async run({ appender, reader }) {
      await appendSome(appender, 100);
      const read = await readAll(reader);
      equal(read.length, 300);
      for (const shard of new Set(read.map((record) => record.shard))) {
        const mine = read.filter((record) => record.shard === shard);
        deepEqual(
          mine.map((record) => record.sequence),
          mine.map((_, i) => i + 1),
        );
      }
    },
  },
  {
    name: "goes on from any position it ever handed out",
    async run({ appender, reader, another }) {
      await appendSome(appender, 8);
      const frames = await reader.read(await reader.oldest(), 1_000_000);
      const other = await another();
      equal(frames[0]?.position, await reader.oldest());
      equal(frames.at(-1)?.next, await reader.newest());
      for (const [i, frame] of frames.entries()) {
        const again = await other.read(frame.position, 1_000_000);
        equal(again.length, frames.length - i);
        equal(again[0]?.position, frame.position);
        equal(again[0]?.firstSequence, frame.firstSequence);
        const rest = await other.read(frame.next, 1_000_000);
        equal(rest.length, frames.length - i - 1);
      }
      await other[Symbol.asyncDispose]();
    },
  },
  {
    name: "gives a frame however small the limit, and stays near a larger one",
    async run({ appender, reader }) {
      await appender.append(toBatch(["x".repeat(100_000)]));
      for (let i = 0; i < 50; i += 1) {
        await appender.append(toBatch(["y".repeat(100), "z".repeat(100)], { hashes: [0, 0] }));
      }
      const first = await reader.read(await reader.oldest(), 1);
      equal(first.length, 1);
      equal(first[0]?.ends[0], 100_000);
      const some = await reader.read(first[0]?.next ?? (await reader.oldest()), 3000);
      ok(some.length > 1 && some.length < 50, `${some.length} frames in 3000 bytes`);
      equal((await readAll(reader, 700)).length, 101);
    },
  },
  {
    name: "ends every record with a line feed, so that lines can be taken in one piece",
    async run({ appender, reader }) {
      await appender.append(toBatch(['{"a":1}', '{"b":2}'], { between: "," }));
      const [frame] = await reader.read(await reader.oldest(), 1000);
      const whole = frame?.bytes.toString("utf8", frame.starts[0], (frame.ends[1] ?? 0) + 1);
      equal(whole, '{"a":1}\n{"b":2}\n');
    },
  },
  {
    name: "wakes who waits as soon as something is there",
    async run({ appender, reader, another }) {
      const end = await reader.newest();
      const other = await another();
      const waits = Promise.all([reader.wait(end, LONG_MS), other.wait(end, LONG_MS)]);
      await appender.append(toBatch(["a"]));
      deepEqual(await waits, [true, true]);
      equal(await reader.wait(end, 0), true);
      equal(await reader.wait(await reader.newest(), 5), false);
      await other[Symbol.asyncDispose]();
    },
  },
  {
    name: "stops waiting on abort",
    async run({ reader }) {
      const stop = new AbortController();
      const wait = reader.wait(await reader.newest(), LONG_MS, stop.signal);
      stop.abort();
      equal(await wait, false);
      equal(await reader.wait(await reader.newest(), LONG_MS, stop.signal), false);
    },
  },
  {
    name: "refuses the position of another stream",
    async run({ appender, reader }) {
      await appendSome(appender, 1);
      const foreign = "0123456789abcdef.64" as Position;
      await rejects(reader.read(foreign, 1000), isGone);
      await rejects(reader.wait(foreign, 1), isGone);
    },
  },
  {
    name: "reads on while more is appended",
    async run({ appender, reader }) {
      let from = await reader.oldest();
      for (let round = 1; round <= 20; round += 1) {
        await appender.append(toBatch([`${round}`], { hashes: [0] }));
        const frames = await reader.read(from, 1000);
        deepEqual(
          frames.map((frame) => [frame.firstSequence, frame.bytes.toString()]),
          [[round, `${round}\n`]],
        );
        from = frames[0]?.next ?? from;
      }
      equal(from, await reader.newest());
    },
  },
];

/** `appends` batches of three records each, one shard per batch. */
async function appendSome(appender: Appender, appends: number): Promise<void> {
  const all = Array.from({ length: appends }, (_, i) => {
    const word = (i % 4) * 2 ** 30;
    return appender.append(toBatch([`a${i}`, `b${i}`, `c${i}`], { hashes: [word, word, word] }));
  });
  await Promise.all(all);
}

function isGone(error: unknown): boolean {
  return error instanceof Fault && error.code === "STREAM_POSITION_GONE";
}
