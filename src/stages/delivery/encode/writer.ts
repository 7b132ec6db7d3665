/** What every format implements: rows in, the object's bytes out. One file per format, all of this shape. */

import type { Instant } from "../../../base/clock.ts";
import type { Column } from "../../../base/record.ts";
import type { EventIdText } from "./event-id.ts";

/** A record that the scanner read: field i is `bytes[offsets[2i], offsets[2i+1])`. One value, used again and again. */
export interface ScannedRecord {
  bytes: Buffer;
  start: number;
  end: number;
  readonly offsets: Int32Array;
  sequence: number;
  readonly id: EventIdText;
}

/** A row made the general way: a value per column, undefined for null. */
export interface Row {
  readonly values: readonly unknown[];
  /** Members that are no columns, to be kept. */
  readonly unknown: Readonly<Record<string, unknown>> | undefined;
  /** A number in the engine; the text of a managed stream's sequence number outside of it. */
  readonly sequence: number | string;
  readonly eventId: string;
}

/** What all rows of a frame share, as it is written. */
export interface RowFrame {
  readonly shard: number;
  readonly acceptedAt: string;
}

export interface FormatWriter {
  /** All rows until the next call are of this shard and were accepted at this time. */
  startFrame(shard: number, acceptedAt: Instant): void;
  /** Undefined where the format gains nothing from bytes and wants all rows the general way. */
  readonly scanned: ((record: ScannedRecord) => void) | undefined;
  row(row: Row): void;
  /** The object before compression by the caller; called once. */
  finish(): readonly Uint8Array[];
  /** Gives memory back once the chunks of `finish` are stored. */
  release(): void;
}

export interface WriterOptions {
  readonly columns: readonly Column[];
  readonly compression: "none" | "gzip" | "zstd" | "snappy";
}
