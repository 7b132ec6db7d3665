/** CSV objects: RFC 4180 with a header line, LF, UTF-8; null is empty, an empty text is "". */

import type { Instant } from "../../../../base/clock.ts";
import { type Column, DELIVERED_COLUMNS } from "../../../../base/record.ts";

import { type BlockPool, ByteSink } from "../byte-sink.ts";
import { jsonText } from "../json.ts";
import { timestampText, writeDecimal } from "../lineage.ts";
import type { FormatWriter, Row, RowFrame, ScannedRecord, WriterOptions } from "../writer.ts";

const COMMA = 0x2c;
const QUOTE = 0x22;
const NEEDS_QUOTES = /[",\r\n]/;
/** Shorter ranges are copied faster by a loop than by a call. */
const CALL_BYTES = 64;

/** The first line, line end and all. */
export function csvHeader(columns: readonly Column[]): string {
  const names = [...columns, ...DELIVERED_COLUMNS].map(({ name }) => quoted(name));
  return `${names.join(",")}\n`;
}

export function openCsvWriter({ columns }: WriterOptions, pool: BlockPool): FormatWriter {
  const sink = new ByteSink(pool);
  sink.text(csvHeader(columns));
  const isText = Uint8Array.from(columns, ({ type }) => (isQuotable(type) ? 1 : 0));
  const scanned = new ScannedRows(sink, isText);
  let lineage = { shard: 0, acceptedAt: "" };

  function startFrame(shard: number, at: Instant): void {
    lineage = { shard, acceptedAt: timestampText(at) };
    scanned.startFrame(shard, lineage.acceptedAt);
  }

  return {
    startFrame,
    scanned: (record) => scanned.write(record),
    row: (row) => sink.text(csvLine(row, lineage)),
    finish: () => sink.chunks(),
    release: () => sink.release(),
  };
}

/** What a row made the general way is as a line. */
export function csvLine({ values, unknown, sequence, eventId }: Row, frame: RowFrame): string {
  let line = "";
  for (const value of values) {
    line += `${cell(value)},`;
  }
  const extra = unknown === undefined ? "" : cell(unknown);
  const { shard, acceptedAt } = frame;
  return `${line}${textCell(eventId)},${shard},${sequence},${acceptedAt},${extra}\n`;
}

/** Rows made from the bytes of records: no text is made of them on the way. */
class ScannedRows {
  readonly #sink: ByteSink;
  readonly #isText: Uint8Array;
  readonly #shard = Buffer.alloc(16);
  #shardLength = 0;
  readonly #tail = Buffer.alloc(64);
  #tailLength = 0;

  constructor(sink: ByteSink, isText: Uint8Array) {
    this.#sink = sink;
    this.#isText = isText;
  }

  startFrame(shard: number, acceptedAt: string): void {
    this.#shardLength = this.#shard.write(`,${shard},`);
    this.#tailLength = this.#tail.write(`,${acceptedAt},\n`);
  }

  write(record: ScannedRecord): void {
    const { id } = record;
    const sink = this.#sink;
    // Every value loses at least its two quotes or gains at most two and a comma.
    const room = record.end - record.start + 3 * this.#isText.length;
    sink.reserve(room + 2 * (id.end - id.start) + 128);
    const target = sink.block;
    let at = this.#writeFields(record, target, sink.at);
    at = copyText(id, target, at);
    at = copyShort(this.#shard, this.#shardLength, { target, at });
    at = writeDecimal(target, at, record.sequence);
    sink.at = copyShort(this.#tail, this.#tailLength, { target, at });
  }

  #writeFields({ bytes, offsets }: ScannedRecord, target: Buffer, from: number): number {
    const isText = this.#isText;
    let at = from;
    for (let field = 0; field < isText.length; field += 1) {
      const start = offsets[2 * field] as number;
      const end = offsets[2 * field + 1] as number;
      if (start >= 0) {
        at =
          isText[field] === 1
            ? copyText({ bytes, start, end }, target, at)
            : copyPlain({ bytes, start, end }, target, at);
      }
      target[at] = COMMA;
      at += 1;
    }
    return at;
  }
}

interface Range {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** Copies a text without quotes in it; a comma, or no character at all, makes quotes around it necessary. */
function copyText(range: Range, target: Buffer, at: number): number {
  const { bytes, start, end } = range;
  if (end - start > CALL_BYTES) {
    // Quotes around a long text cost less than looking for a comma in it.
    return copyQuoted(range, target, at);
  }
  let commas = end === start ? 1 : 0;
  let to = at;
  for (let from = start; from < end; from += 1) {
    const byte = bytes[from] as number;
    if (byte === COMMA) {
      commas += 1;
    }
    target[to] = byte;
    to += 1;
  }
  return commas === 0 ? to : copyQuoted(range, target, at);
}

function copyQuoted(range: Range, target: Buffer, at: number): number {
  target[at] = QUOTE;
  const end = copyPlain(range, target, at + 1);
  target[end] = QUOTE;
  return end + 1;
}

function copyPlain({ bytes, start, end }: Range, target: Buffer, at: number): number {
  if (end - start > CALL_BYTES && Buffer.isBuffer(bytes)) {
    return at + bytes.copy(target, at, start, end);
  }
  let to = at;
  for (let from = start; from < end; from += 1) {
    target[to] = bytes[from] as number;
    to += 1;
  }
  return to;
}

function copyShort(
  bytes: Buffer,
  length: number,
  { target, at }: { readonly target: Buffer; readonly at: number },
): number {
  for (let from = 0; from < length; from += 1) {
    target[at + from] = bytes[from] as number;
  }
  return at + length;
}

function isQuotable(type: string): boolean {
  return type === "text" || type === "json";
}

function cell(value: unknown): string {
  switch (typeof value) {
    case "undefined":
      return "";
    case "string":
      return textCell(value);
    case "object":
      return quoted(jsonText(value));
    default:
      return String(value);
  }
}

function textCell(text: string): string {
  return text === "" || NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function quoted(text: string): string {
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
