/** Reads an object's rows, apart from delivery's own code: how many there are, what they are called, what is in them. */

import { hash } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import { promisify } from "node:util";
import { gunzip, zstdDecompress } from "node:zlib";
import { DELIVERED_COLUMNS } from "../../base/record.ts";
import type { StoredPart } from "../../seams/announce.ts";

/** No object that delivery cuts inflates to more; one that does was made by somebody else. */
const INFLATED_BYTES_MAX = 1_073_741_824;
const ROWS_PER_TURN = 1000;
const INFLATE = { none: undefined, gzip: promisify(gunzip), zstd: promisify(zstdDecompress) };

/** What one row is called, and the hash of its bytes. */
export interface NamedRow {
  /** Event id, shard and sequence; the id alone of a dead letter; "" where the row cannot be read. */
  readonly name: string;
  readonly id: string;
  readonly hash: string;
}

/** Rows of an object; undefined for Parquet, whose rows only the warehouse's engine reads. Throws what inflating does. */
export async function countRows(bytes: Buffer, part: StoredPart): Promise<number | undefined> {
  const plain = await inflated(bytes, part);
  if (plain === undefined) {
    return undefined;
  }
  let count = 0;
  for (const _line of part.format === "csv" ? csvLines(plain) : jsonLines(plain)) {
    count += 1;
    if (count % ROWS_PER_TURN === 0) {
      await turn();
    }
  }
  return count;
}

/** The rows of an object by name, with the hash of each; undefined for Parquet. Bounded by what a cut may hold. */
export async function readRowsOf(
  bytes: Buffer,
  part: StoredPart,
): Promise<readonly NamedRow[] | undefined> {
  const plain = await inflated(bytes, part);
  if (plain === undefined) {
    return undefined;
  }
  const rows: NamedRow[] = [];
  for (const { line, cells } of part.format === "csv" ? csvLines(plain) : jsonLines(plain)) {
    const named = cells ?? jsonName(line.toString("utf8"));
    rows.push({ name: named.join(" "), id: named[0] ?? "", hash: hash("sha1", line, "base64") });
    if (rows.length % ROWS_PER_TURN === 0) {
      await turn();
    }
  }
  return rows;
}

async function inflated(
  bytes: Buffer,
  { format, compression }: StoredPart,
): Promise<Buffer | undefined> {
  if (format === "parquet" || compression === "snappy") {
    return undefined;
  }
  const inflate = INFLATE[compression];
  return inflate === undefined
    ? bytes
    : await inflate(bytes, { maxOutputLength: INFLATED_BYTES_MAX });
}

interface Line {
  readonly line: Buffer;
  /** Event id, shard and sequence, where they are cells of their own. */
  readonly cells: readonly string[] | undefined;
}

const NEWLINE = 10;
const QUOTE = 34;
const COMMA = 44;

function* jsonLines(bytes: Buffer): Generator<Line> {
  for (let at = 0; at < bytes.length;) {
    const found = bytes.indexOf(NEWLINE, at);
    const end = found < 0 ? bytes.length : found;
    yield { line: bytes.subarray(at, end), cells: undefined };
    at = end + 1;
  }
}

function jsonName(line: string): readonly string[] {
  try {
    const row = JSON.parse(line) as Readonly<Record<string, unknown>>;
    const id = row["_event_id"] ?? row["id"];
    return [id, row["_shard"], row["_sequence"]].map(showName);
  } catch {
    return [];
  }
}

function showName(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** Each CSV row below the header. Quotes may hold commas and line ends; a doubled one toggles twice. */
function* csvLines(bytes: Buffer): Generator<Line> {
  const wanted: number[] = [];
  let header = true;
  for (let at = 0; at < bytes.length;) {
    const { cells, next } = csvRow(bytes, at, header ? undefined : wanted);
    if (header) {
      const names = [DELIVERED_COLUMNS[0], DELIVERED_COLUMNS[1], DELIVERED_COLUMNS[2]];
      wanted.push(...names.map(({ name }) => cells.indexOf(name)));
      header = false;
    } else {
      yield { line: bytes.subarray(at, next), cells };
    }
    at = next;
  }
}

/** The wanted cells of the row at `at` (all when none are named), and where the next row begins. */
function csvRow(
  bytes: Buffer,
  at: number,
  wanted: readonly number[] | undefined,
): { readonly cells: readonly string[]; readonly next: number } {
  const cells: string[] = [];
  let quoted = false;
  let column = 0;
  let start = at;
  let place = at;
  for (; place < bytes.length; place += 1) {
    const byte = bytes[place];
    if (byte === QUOTE) {
      quoted = !quoted;
    } else if (!quoted && (byte === COMMA || byte === NEWLINE)) {
      takeCell(cells, { wanted, column, text: () => csvCell(bytes, start, place) });
      column += 1;
      start = place + 1;
      if (byte === NEWLINE) {
        return { cells, next: start };
      }
    }
  }
  takeCell(cells, { wanted, column, text: () => csvCell(bytes, start, place) });
  return { cells, next: place };
}

interface Cell {
  readonly wanted: readonly number[] | undefined;
  readonly column: number;
  readonly text: () => string;
}

function takeCell(cells: string[], { wanted, column, text }: Cell): void {
  const place = wanted === undefined ? column : wanted.indexOf(column);
  if (place >= 0) {
    cells[place] = text();
  }
}

function csvCell(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString("utf8", start, end).replace(/\r$/, "");
  return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text;
}
