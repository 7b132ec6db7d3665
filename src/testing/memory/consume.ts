/** Reads a stream in memory; positions are places in its list of frames. */

import { defined } from "../../base/assert.ts";
import { Fault } from "../../base/faults.ts";
import type { Frame, Position, StreamReader } from "../../seams/consume.ts";
import type { MemoryFrame, MemoryLog } from "./append.ts";

export function openMemoryReader(log: MemoryLog): StreamReader {
  return new Reader(log);
}

class Reader implements StreamReader {
  readonly #log: MemoryLog;

  constructor(log: MemoryLog) {
    this.#log = log;
  }

  oldest(): Promise<Position> {
    return Promise.resolve(toPosition(0));
  }

  newest(): Promise<Position> {
    return Promise.resolve(toPosition(this.#log.frames.length));
  }

  async read(from: Position, bytesMax: number): Promise<readonly Frame[]> {
    const frames: Frame[] = [];
    let bytes = 0;
    for (let at = this.#fromPosition(from); at < this.#log.frames.length; at += 1) {
      const frame = toFrame(defined(this.#log.frames[at], "the frame is in the log"), at);
      bytes += frame.bytes.length;
      if (frames.length > 0 && bytes > bytesMax) {
        break;
      }
      frames.push(frame);
    }
    return frames;
  }

  async wait(position: Position, timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
    const at = this.#fromPosition(position);
    if (this.#log.frames.length > at || signal?.aborted === true) {
      return this.#log.frames.length > at;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    const done = (): void => resolve();
    const timer = setTimeout(done, timeoutMs);
    const forget = this.#log.onAppend(done);
    signal?.addEventListener("abort", done);
    await promise;
    clearTimeout(timer);
    forget();
    signal?.removeEventListener("abort", done);
    return this.#log.frames.length > at;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Nothing is open.
  }

  #fromPosition(position: Position): number {
    const match = /^memory\.(\d+)$/.exec(position);
    if (match === null) {
      const facts = { stream: "memory", position, oldest: toPosition(0) };
      throw new Fault("STREAM_POSITION_GONE", facts);
    }
    return Number(match[1]);
  }
}

function toPosition(at: number): Position {
  return `memory.${at}` as Position;
}

function toFrame(frame: MemoryFrame, at: number): Frame {
  const { shard, firstSequence, acceptedAt, records, ids, keys } = frame;
  const starts = new Uint32Array(records.length);
  const ends = new Uint32Array(records.length);
  let byte = 0;
  records.forEach((record, i) => {
    starts[i] = byte;
    byte += record.length;
    ends[i] = byte;
    byte += 1;
  });
  const bytes = Buffer.concat(records.flatMap((record) => [record, Buffer.from("\n")]));
  const place = { position: toPosition(at), next: toPosition(at + 1) };
  const count = records.length;
  return { shard, firstSequence, count, acceptedAt, ...place, bytes, starts, ends, ids, keys };
}
