/** Frames in; an object's rows, failed records and dropped ranges out. Knows no format and no disk. */

import { type Instant, toInstant } from "../../../base/clock.ts";
import { causeOf } from "../../../base/faults.ts";
import type { ColumnType } from "../../../base/record.ts";
import type { StreamPlan } from "../../../plan/plan.ts";
import { compileScanner } from "../../../scan/index.ts";
import type { ShardRange } from "../../../seams/announce.ts";
import type { Frame } from "../../../seams/consume.ts";
import type { Outcome } from "../lambda/contract.ts";
import { openGuard, type TransformGuard } from "../poison/guard.ts";
import { type BlockPool, ByteSink } from "./byte-sink.ts";
import { Discovered } from "./discover.ts";
import { openEventIds } from "./event-id.ts";
import type { Unfit } from "./fit.ts";
import { openCsvWriter } from "./format/csv.ts";
import { openNdjsonWriter } from "./format/ndjson.ts";
import { openParquetWriter } from "./format/parquet.ts";
import { letterLine } from "./letter.ts";
import { type Made, openRowMaker, type RowMaker } from "./row-maker.ts";
import { Runs } from "./runs.ts";
import type { FormatWriter, ScannedRecord } from "./writer.ts";

/** What a batch of records became, before compression. */
export interface Encoded {
  readonly records: number;
  readonly ranges: readonly ShardRange[];
  readonly rows: { readonly records: number; readonly chunks: readonly Uint8Array[] };
  readonly failed: { readonly records: number; readonly chunks: readonly Uint8Array[] };
  readonly dropped: readonly ShardRange[];
  readonly droppedRecords: number;
  readonly discovered: Readonly<Record<string, ColumnType>>;
  readonly firstAcceptedAt: Instant;
  readonly lastAcceptedAt: Instant;
  /** Gives the memory back; the chunks must no longer be read. */
  release(): void;
}

export interface Batch {
  /** Adds records `[from, to)` of a frame. */
  add(frame: Frame, from: number, to: number): void;
  /** Adds the records from `from` on as a Lambda handler made them, in order. */
  addOutcomes(frame: Frame, from: number, outcomes: readonly Outcome[]): void;
  finish(): Encoded;
  /** Throws away what was added. */
  release(): void;
}

export interface Encoder {
  /** Starts a batch; one at a time is filled. */
  open(): Batch;
}

/** Compiles what a stream's records need, once. */
export function openEncoder(
  stream: StreamPlan,
  pool: BlockPool,
  guard: TransformGuard = UNWATCHED,
): Encoder {
  const scanner = compileScanner(stream);
  const ids = openEventIds(stream, scanner);
  const means: Means = {
    stream,
    scan: (bytes, start, end) => scanner.scan(bytes, start, end) === 0,
    ids,
    rows: openRowMaker(stream),
    times: [...stream.row.entries()].flatMap(([i, { type }]) => (type === "timestamp" ? [i] : [])),
    record: {
      bytes: Buffer.alloc(0),
      start: 0,
      end: 0,
      offsets: scanner.offsets,
      sequence: 0,
      id: ids.text,
    },
    pool,
    guard,
  };
  return { open: () => new StreamBatch(means) };
}

interface Means {
  readonly stream: StreamPlan;
  readonly scan: (bytes: Buffer, start: number, end: number) => boolean;
  readonly ids: ReturnType<typeof openEventIds>;
  readonly rows: RowMaker;
  /** Places of the columns that are times. */
  readonly times: readonly number[];
  readonly record: ScannedRecord;
  readonly pool: BlockPool;
  readonly guard: TransformGuard;
}

const UNWATCHED = openGuard({ poisoned: [] });

class StreamBatch implements Batch {
  readonly #means: Means;
  readonly #writer: FormatWriter;
  readonly #letters: ByteSink;
  readonly #ranges = new Runs();
  readonly #dropped = new Runs();
  readonly #discovered = new Discovered();
  #records = 0;
  #rows = 0;
  #failed = 0;
  #firstAt = Infinity;
  #lastAt = 0;

  constructor(means: Means) {
    this.#means = means;
    this.#writer = openWriter(means.stream, means.pool);
    this.#letters = new ByteSink(means.pool);
  }

  add(frame: Frame, from: number, to: number): void {
    this.#startFrame(frame, from, to);
    const { stream, ids } = this.#means;
    const { scanned } = this.#writer;
    if (stream.deliver.transform !== undefined) {
      this.#addTransformed(frame, from, to);
      return;
    }
    const fast = scanned !== undefined && ids.scans;
    for (let index = from; index < to; index += 1) {
      if (!fast || !this.#addScanned(frame, index, scanned)) {
        this.#addParsed(frame, index);
      }
      this.#records += 1;
    }
  }

  /** A user's code runs: while it does, others can see on which record. */
  #addTransformed(frame: Frame, from: number, to: number): void {
    const { guard } = this.#means;
    for (let index = from; index < to; index += 1) {
      const refusal = guard.enter(frame.shard, frame.firstSequence + index);
      if (refusal === undefined) {
        this.#addParsed(frame, index);
      } else {
        this.#addRefused(frame, index, refusal);
      }
      this.#records += 1;
    }
    guard.leave();
  }

  #addRefused(frame: Frame, index: number, says: string): void {
    const { rows, ids } = this.#means;
    const event = rows.parse(frame.bytes.toString("utf8", frame.starts[index], frame.ends[index]));
    this.#fail(frame, index, { path: "", says, eventId: ids.of(index, event) });
  }

  #startFrame(frame: Frame, from: number, to: number): void {
    this.#ranges.add(frame.shard, frame.firstSequence + from, frame.firstSequence + to - 1);
    this.#firstAt = Math.min(this.#firstAt, frame.acceptedAt);
    this.#lastAt = Math.max(this.#lastAt, frame.acceptedAt);
    this.#writer.startFrame(frame.shard, frame.acceptedAt);
    this.#means.ids.startFrame(frame);
  }

  /** Writes a record straight from its bytes; false when the scanner leaves it to the general way. */
  #addScanned(frame: Frame, index: number, write: (record: ScannedRecord) => void): boolean {
    const { record, scan, ids, times } = this.#means;
    const start = frame.starts[index] as number;
    const end = frame.ends[index] as number;
    if (!scan(frame.bytes, start, end) || hasOffset(frame.bytes, record.offsets, times)) {
      return false;
    }
    record.bytes = frame.bytes;
    record.start = start;
    record.end = end;
    record.sequence = frame.firstSequence + index;
    ids.scan(frame.bytes, record.sequence);
    write(record);
    this.#rows += 1;
    return true;
  }

  #addParsed(frame: Frame, index: number): void {
    const { rows, ids } = this.#means;
    const event = rows.parse(frame.bytes.toString("utf8", frame.starts[index], frame.ends[index]));
    const eventId = ids.of(index, event);
    const { shard, acceptedAt } = frame;
    const sequence = frame.firstSequence + index;
    const made = rows.ofEvent(event, { eventId, shard, sequence, acceptedAt });
    this.#addMade(made, { frame, index, eventId });
  }

  addOutcomes(frame: Frame, from: number, outcomes: readonly Outcome[]): void {
    this.#startFrame(frame, from, from + outcomes.length);
    const { rows, ids } = this.#means;
    for (const [place, outcome] of outcomes.entries()) {
      const index = from + place;
      const text = frame.bytes.toString("utf8", frame.starts[index], frame.ends[index]);
      const eventId = ids.of(index, rows.parse(text));
      this.#addMade(madeOf(outcome, rows), { frame, index, eventId });
      this.#records += 1;
    }
  }

  #addMade(made: Made, { frame, index, eventId }: Place): void {
    if (made.kind === "failed") {
      this.#fail(frame, index, { path: made.path, says: made.says, eventId });
      return;
    }
    const sequence = frame.firstSequence + index;
    if (made.kind === "dropped") {
      this.#dropped.add(frame.shard, sequence, sequence);
      return;
    }
    const { values, unknown } = made;
    try {
      this.#writer.row({ values, unknown, sequence, eventId });
    } catch (thrown) {
      // A value of a user's function that only its writing shows to be none, such as one that contains itself.
      this.#fail(frame, index, { path: "", says: causeOf(thrown), eventId });
      return;
    }
    this.#rows += 1;
    for (const [name, value] of Object.entries(unknown ?? {})) {
      this.#discovered.note(name, value);
    }
  }

  #fail(frame: Frame, index: number, why: Unfit & { readonly eventId: string }): void {
    const raw = frame.bytes.subarray(frame.starts[index], frame.ends[index]);
    const { path, says, eventId: id } = why;
    const failed = { id, path, says, acceptedAt: frame.acceptedAt, member: this.#records, raw };
    this.#letters.text(letterLine(this.#means.stream, failed));
    this.#failed += 1;
  }

  finish(): Encoded {
    return {
      records: this.#records,
      ranges: this.#ranges.all(),
      rows: { records: this.#rows, chunks: this.#rows === 0 ? [] : this.#writer.finish() },
      failed: { records: this.#failed, chunks: this.#letters.chunks() },
      dropped: this.#dropped.all(),
      droppedRecords: this.#dropped.count,
      discovered: this.#discovered.all(),
      firstAcceptedAt: toInstant(this.#firstAt),
      lastAcceptedAt: toInstant(this.#lastAt),
      release: () => this.release(),
    };
  }

  release(): void {
    this.#writer.release();
    this.#letters.release();
  }
}

interface Place {
  readonly frame: Frame;
  readonly index: number;
  readonly eventId: string;
}

const PLUS = 0x2b;
const MINUS = 0x2d;

/** Whether a scanned record has a time with an offset from UTC: the general way writes it in UTC. */
function hasOffset(bytes: Buffer, offsets: Int32Array, times: readonly number[]): boolean {
  for (const place of times) {
    const start = offsets[2 * place] as number;
    const end = offsets[2 * place + 1] as number;
    const [colon, none] = [bytes[end - 6], bytes[end - 5]];
    const offset = colon === PLUS || colon === MINUS || none === PLUS || none === MINUS;
    // Behind the eleventh character there is no date any more, whose dashes look the same.
    if (start >= 0 && end - start > 15 && offset) {
      return true;
    }
  }
  return false;
}

function madeOf(outcome: Outcome, rows: RowMaker): Made {
  switch (outcome.kind) {
    case "ok":
      return rows.ofAnswer(outcome.data);
    case "dropped":
      return { kind: "dropped" };
    case "failed":
      return { kind: "failed", path: "", says: `${outcome.code}: ${outcome.message}` };
  }
}

function openWriter({ row, deliver }: StreamPlan, pool: BlockPool): FormatWriter {
  const options = { columns: row, compression: deliver.compression };
  switch (deliver.format) {
    case "csv":
      return openCsvWriter(options, pool);
    case "ndjson":
      return openNdjsonWriter(options, pool);
    case "parquet":
      return openParquetWriter(options);
  }
}
