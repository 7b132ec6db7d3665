/** Reads back from a log what a door must know of it: its newest records with their ids. */

import { toInstant, type Clock } from "../../base/clock.ts";
import { Fault } from "../../base/faults.ts";
import type { StreamPlan } from "../../plan/plan.ts";
import { IdGatherer, openRecordIds, type RecordIds } from "../../scan/index.ts";
import type { Frame, Position } from "../../seams/consume.ts";
import { toIdTexts, type Kept, type Recall } from "../../stages/gateway/index.ts";
import type { LogReader } from "../../stages/stream/index.ts";

export interface RecallOptions {
  readonly stream: StreamPlan;
  readonly clock: Clock;
  readonly openReader: () => Promise<LogReader>;
  readonly isSound: () => boolean;
}

const READ_BYTES = 1_048_576;
/** A window of a million ids reads half a gigabyte of log at most, which takes a second or two. */
const BYTES_PER_ID = 512;

export class LogRecall implements Recall, AsyncDisposable {
  readonly #options: RecallOptions;
  readonly #ids: RecordIds | undefined;
  readonly #gatherer = new IdGatherer();
  #reader: LogReader | undefined;

  constructor(options: RecallOptions) {
    this.#options = options;
    this.#ids = openRecordIds(options.stream);
  }

  mark(): Promise<Position> {
    // Where the log could not be read so far, all of its window must be.
    const marked = this.#reader === undefined ? this.#begin() : this.#reader.newest();
    // It is waited for when the next repeat may come, and until then its failure is nobody's.
    marked.catch(() => undefined);
    return marked;
  }

  isSound(): boolean {
    return this.#options.isSound();
  }

  async read(from: Position | undefined, take: (kept: Kept) => void): Promise<void> {
    const reader = await this.#open();
    let at = from ?? (await this.#begin());
    for (;;) {
      const frames = await readOn(reader, at);
      for (const frame of frames) {
        const kept = this.#toKept(frame);
        if (kept !== undefined) {
          take(kept);
        }
      }
      const next = frames.at(-1)?.next;
      if (next === undefined) {
        return;
      }
      at = next;
    }
  }

  async #open(): Promise<LogReader> {
    this.#reader ??= await this.#options.openReader();
    return this.#reader;
  }

  /** Where the window begins in the log. */
  async #begin(): Promise<Position> {
    const { clock, stream } = this.#options;
    const { window, idsMax } = stream.dedupe;
    const reader = await this.#open();
    const since = toInstant(Math.max(0, clock.now() - window));
    return await reader.recent({ since, bytesMax: idsMax * BYTES_PER_ID });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader?.[Symbol.asyncDispose]();
  }

  /** Undefined for a frame whose ids were assigned: nobody sends them again. */
  #toKept(frame: Frame): Kept | undefined {
    const { ids, count, shard, firstSequence, acceptedAt } = frame;
    if (ids === undefined && this.#ids === undefined) {
      return undefined;
    }
    const shards = new Uint16Array(count).fill(shard);
    const sequences = Float64Array.from({ length: count }, (_none, i) => firstSequence + i);
    return {
      records: frame,
      ids: ids === undefined ? this.#readIds(frame, this.#ids) : toIdTexts(ids),
      appended: { acceptedAt, shards, sequences },
    };
  }

  #readIds({ bytes, starts, ends, count }: Frame, ids: RecordIds | undefined): Kept["ids"] {
    this.#gatherer.reset();
    for (let i = 0; i < count; i += 1) {
      const view = ids?.read(bytes, starts[i] ?? 0, ends[i] ?? 0);
      // No record at the door has an empty id, so that one is never met again.
      this.#gatherer.add(view?.bytes ?? bytes, view?.start ?? 0, view?.end ?? 0);
    }
    return this.#gatherer.texts();
  }
}

/** Frames from `at` on; retention may have taken the oldest away meanwhile. */
async function readOn(reader: LogReader, at: Position): Promise<readonly Frame[]> {
  try {
    return await reader.read(at, READ_BYTES);
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === "STREAM_POSITION_GONE") {
      return await reader.read(await reader.oldest(), READ_BYTES);
    }
    throw thrown;
  }
}
