/** Bodies of CSV with a header: each row becomes a canonical JSON record in a buffer of the check's own. */

import { isUtf8 } from "node:buffer";
import { Fault } from "../../../base/faults.ts";
import { LIMITS } from "../../../base/limits.ts";
import type { StreamPlan } from "../../../plan/plan.ts";
import type { Desk } from "../desk.ts";
import { refusal } from "../general/judge.ts";
import type { Body } from "../ndjson.ts";
import type { Sheet } from "./cells.ts";
import { ensure, writeBytes, writeCell } from "./cells.ts";
import type { Header, Target, Targets } from "./header.ts";
import { openHeaders } from "./header.ts";
import type { Rows } from "./rows.ts";
import { openRows, PLAIN } from "./rows.ts";

const SHEET_BYTES_AT_FIRST = 65_536;
/** A buffer that one large body has made larger than this is not kept for the next. */
const SHEET_BYTES_KEPT = 4_194_304;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const COMMA = 44;
const NULL = Buffer.from("null");
const EMPTY_TEXT = Buffer.from('""');

interface CsvTaker {
  /** Judges all rows; returns the buffer that holds the accepted records. Throws BATCH_TOO_LONG, BODY_TOO_LARGE. */
  take(body: Body): Buffer;
}

interface Work {
  readonly desk: Desk;
  readonly body: Body;
  readonly header: Header;
  readonly rows: Rows;
  readonly sheet: Sheet;
  /** Where the newest rejection starts while it is a stretch of binary rows, else -1. */
  stretch: number;
}

export function openCsv(plan: StreamPlan, desk: Desk): CsvTaker {
  let sheet: Sheet = openSheet();
  const headers = openHeaders(plan);

  function take(body: Body): Buffer {
    const { bytes, start } = body;
    sheet = sheet.out.length > SHEET_BYTES_KEPT ? openSheet() : sheet;
    sheet.to = 0;
    const at = skipBreaks(bytes, start);
    if (at === bytes.length) {
      return sheet.out;
    }
    const header = headers.read(bytes, at);
    if ("code" in header) {
      desk.rejectWhole(bytes, header);
      return sheet.out;
    }
    const rows = openRows(bytes, header.columns);
    const work: Work = { desk, body, header, rows, sheet, stretch: -1 };
    let next = skipBreaks(bytes, at + header.bytes);
    while (next < bytes.length) {
      const row = next;
      next = skipBreaks(bytes, rows.read(row));
      takeRow(work, row);
    }
    return sheet.out;
  }

  return { take };
}

function openSheet(): Sheet {
  return { out: Buffer.allocUnsafe(SHEET_BYTES_AT_FIRST), to: 0, unusual: false };
}

/** Empty lines are no rows. */
function skipBreaks(bytes: Buffer, at: number): number {
  let p = at;
  while (p < bytes.length && (bytes[p] === 10 || (bytes[p] === 13 && isBreak(bytes, p + 1)))) {
    p += 1;
  }
  return p;
}

function isBreak(bytes: Buffer, at: number): boolean {
  return at === bytes.length || bytes[at] === 10;
}

function takeRow(work: Work, at: number): void {
  const { desk, body, header, rows, sheet } = work;
  const raw = body.bytes.subarray(at, rows.end);
  if (rows.malformed || rows.cells !== header.columns) {
    rejectRow(work, at, raw);
    return;
  }
  work.stretch = -1;
  if (!body.isText && !isUtf8(raw)) {
    desk.reject(raw, refusal("NOT_UTF8", "the row is not UTF-8 text"));
    return;
  }
  if (raw.length > LIMITS.recordBytesMax) {
    desk.reject(raw, refusal("TOO_LARGE", tooLarge(raw.length)));
    return;
  }
  // Six bytes for each of the row's is the most that escaping can make of it; four more per null.
  ensure(sheet, header.keyBytes + 8 * header.columns + 6 * raw.length + 16);
  writeRecord(work, raw);
  if (sheet.to > LIMITS.bodyInflatedBytesMax) {
    throw new Fault("BODY_TOO_LARGE", { bytesMax: LIMITS.bodyInflatedBytesMax });
  }
}

function tooLarge(bytes: number): string {
  return `the row has ${bytes} bytes; at most ${LIMITS.recordBytesMax} are taken`;
}

/** Sets a row aside that cannot be split into its cells; a binary stretch of many lines is one rejection. */
function rejectRow(work: Work, at: number, raw: Buffer): void {
  const { desk, body, header, rows } = work;
  const isBinary = !body.isText && !isUtf8(raw);
  if (isBinary && work.stretch >= 0) {
    desk.widen(body.bytes.subarray(work.stretch, rows.end));
    return;
  }
  work.stretch = isBinary ? at : -1;
  const says = rows.malformed
    ? "the quotes of the row do not match"
    : `the row has ${rows.cells} cells; the header has ${header.columns}`;
  const reason = isBinary ? refusal("NOT_UTF8", "these bytes are not UTF-8 text") : undefined;
  desk.reject(raw, reason ?? refusal("CSV_MALFORMED", says));
}

/** Writes the row's record and has it judged; a record that is set aside leaves no bytes behind. */
function writeRecord({ desk, body, header, rows, sheet }: Work, raw: Buffer): void {
  const start = sheet.to;
  sheet.unusual = false;
  // Every member is written with its comma; the first comma then becomes the brace.
  writeMembers(sheet, { bytes: body.bytes, rows, targets: header.known });
  const known = sheet.to;
  writeMembers(sheet, { bytes: body.bytes, rows, targets: header.extra });
  sheet.to = Math.max(sheet.to, start + 1);
  sheet.out[start] = OPEN_BRACE;
  sheet.out[sheet.to] = CLOSE_BRACE;
  sheet.to += 1;
  if (acceptByBytes(desk, sheet, { start, known })) {
    return;
  }
  if (!desk.take(sheet.out, { start, end: sheet.to }, raw)) {
    sheet.to = start;
  }
}

/** Known fields alone are for the scanner; unknown columns behind them are well written and free to be there. */
function acceptByBytes(desk: Desk, sheet: Sheet, place: { start: number; known: number }): boolean {
  const { out, to } = sheet;
  const { start, known } = place;
  const hasExtra = known > start && known + 1 < to;
  if (hasExtra && (sheet.unusual || !desk.isOpen)) {
    return false;
  }
  const end = hasExtra ? known + 1 : to;
  out[end - 1] = CLOSE_BRACE;
  const scanned = desk.scanPrefix(out, start, end) === end;
  if (hasExtra) {
    out[known] = COMMA;
  }
  return scanned && desk.acceptScanned(out, start, to);
}

interface Members {
  readonly bytes: Buffer;
  readonly rows: Rows;
  readonly targets: Targets;
}

function writeMembers(sheet: Sheet, { bytes, rows, targets }: Members): void {
  const { starts, ends, kinds } = rows;
  const { columns, list } = targets;
  for (let i = 0; i < columns.length; i += 1) {
    const column = columns[i] as number;
    // Most cells of a wide row are empty: they must cost next to nothing.
    if (starts[column] !== ends[column]) {
      const { key, kind } = list[i] as Target;
      writeBytes(sheet, key);
      const start = starts[column] as number;
      const end = ends[column] as number;
      writeCell(sheet, bytes, { start, end, written: kinds[column] as number, kind });
    } else if (kinds[column] !== PLAIN || targets.nulls[i] === 1) {
      writeEmpty(sheet, list[i] as Target, kinds[column] as number);
    }
  }
}

/** An empty cell is null or left out, but an empty pair of quotes is an empty text. */
function writeEmpty(sheet: Sheet, target: Target, written: number): void {
  const isText = written !== PLAIN && target.kind === "text";
  if (isText || target.emptyIsNull) {
    writeBytes(sheet, target.key);
    writeBytes(sheet, isText ? EMPTY_TEXT : NULL);
  }
}
