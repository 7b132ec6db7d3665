/** Reads an object's rows, apart from delivery's own code, and sums their names up in a fingerprint. */

import { hash } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import { promisify } from "node:util";
import { gunzip, zstdDecompress } from "node:zlib";
import { DELIVERED_COLUMNS } from "../../base/record.ts";
import type { StoredPart } from "../../seams/announce.ts";

export interface Contents {
  readonly rows: number;
  /** Sum over the rows; the same for the same rows in any order. Undefined for dead letters. */
  readonly fingerprint: bigint | undefined;
}

/** No object that delivery cuts inflates to more; one that does was made by somebody else. */
const INFLATED_BYTES_MAX = 1_073_741_824;
const ROWS_PER_TURN = 1000;
const INFLATE = { none: undefined, gzip: promisify(gunzip), zstd: promisify(zstdDecompress) };

/** Undefined for Parquet, whose rows are proved by the hash and by the load. */
export async function readContents(
  bytes: Buffer,
  part: StoredPart,
  named: boolean,
): Promise<Contents | undefined> {
  const { format, compression } = part;
  if (format === "parquet" || compression === "snappy") {
    return undefined;
  }
  const inflate = INFLATE[compression];
  const plain =
    inflate === undefined ? bytes : await inflate(bytes, { maxOutputLength: INFLATED_BYTES_MAX });
  const rows = format === "csv" ? csvNames(plain) : jsonNames(plain, named);
  let count = 0;
  let sum = 0n;
  for (const name of rows) {
    count += 1;
    sum += named ? fingerprintOf(name) : 0n;
    if (count % ROWS_PER_TURN === 0) {
      await turn();
    }
  }
  return { rows: count, fingerprint: named ? sum : undefined };
}

/** 48 bits of the MD5 of a row's name: `FINGERPRINT` below says the same in SQL. */
function fingerprintOf(name: string): bigint {
  return BigInt(`0x${hash("md5", name, "hex").slice(0, 12)}`);
}

/** SQL over a raw table's rows that gives the fingerprint of the rows it aggregates. */
export const FINGERPRINT =
  "sum(CAST('0x' || substr(md5(_event_id || '|' || _shard || '|' || _sequence), 1, 12) AS BIGINT))";

const NEWLINE = 10;
const QUOTE = 34;
const COMMA = 44;

/** `event id|shard|sequence` of each line, or "" where only lines are counted. */
function* jsonNames(bytes: Buffer, named: boolean): Generator<string> {
  for (let at = 0; at < bytes.length;) {
    const found = bytes.indexOf(NEWLINE, at);
    const end = found < 0 ? bytes.length : found;
    yield named ? jsonName(bytes.toString("utf8", at, end)) : "";
    at = end + 1;
  }
}

function jsonName(line: string): string {
  try {
    const row = JSON.parse(line) as Readonly<Record<string, unknown>>;
    return [row["_event_id"], row["_shard"], row["_sequence"]].map(String).join("|");
  } catch {
    return ""; // Counted as a row, and nameless: the fingerprints will not agree.
  }
}

/** The same of each CSV row below the header. Quotes may hold commas and line ends; a doubled one toggles twice. */
function* csvNames(bytes: Buffer): Generator<string> {
  const wanted: number[] = [];
  let header = true;
  for (let at = 0; at < bytes.length;) {
    const { cells, next } = csvRow(bytes, at, header ? undefined : wanted);
    if (header) {
      const names = [DELIVERED_COLUMNS[0], DELIVERED_COLUMNS[1], DELIVERED_COLUMNS[2]];
      wanted.push(...names.map(({ name }) => cells.indexOf(name)));
      header = false;
    } else {
      yield cells.join("|");
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
