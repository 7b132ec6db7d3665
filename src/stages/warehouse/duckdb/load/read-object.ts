/** SQL that reads an object of the lake: with its exact columns, or as text where those are refused. Pure. */

import { unreachable } from "../../../../base/assert.ts";
import { type Column, DELIVERED_COLUMNS } from "../../../../base/record.ts";
import type { StoredPart } from "../../../../seams/announce.ts";
import { pointerTo, quoteName, quoteText, SQL_TYPES } from "../quote.ts";

/** A row's text is at most its event's with every quote doubled, and what a transform adds. */
const LINE_BYTES_MAX = 8_388_608;
/** The typed read makes its buffer to the object's measure: a large one costs 20 ms an object, for a few rows too. */
const LINE_BYTES_MIN = 262_144;
const INFLATES_MAX = 16;
/** A dead letter holds a body of up to 16 MiB twice: as base64 and as escaped text. */
const LETTER_BYTES_MAX = 134_217_728;

export interface ReadObject {
  readonly path: string;
  readonly part: StoredPart;
  /** The row's own columns; those of delivery follow. */
  readonly row: readonly Column[];
  readonly letters: boolean;
  /** The columns that the object itself names, in its order; undefined where its rows name them. */
  readonly fields: readonly string[] | undefined;
}

/** How a column of the object is read: planned ones as `type` says, those that the plan has no more as text. */
function fieldTypes(object: ReadObject, type: (column: Column) => string): string {
  const planned = [...object.row, ...DELIVERED_COLUMNS];
  const types = new Map(planned.map((column) => [column.name, type(column)]));
  const names = object.fields ?? planned.map(({ name }) => name);
  return names.map((name) => `${quoteText(name)}: '${types.get(name) ?? "VARCHAR"}'`).join(", ");
}

/** The same rows with those planned columns as NULL that the object was made without. */
function completed({ row, fields }: ReadObject, from: string): string {
  const has = new Set(fields);
  const absent = fields === undefined ? [] : row.filter(({ name }) => !has.has(name));
  const nulls = absent.map(
    (column) => `CAST(NULL AS ${readType(column)}) AS ${quoteName(column.name)}`,
  );
  return absent.length === 0 ? from : `(SELECT *, ${nulls.join(", ")} FROM ${from})`;
}

/** The type a value is read as: timestamps with their offset, which the engine would else drop silently. */
function readType({ type }: Column): string {
  return type === "timestamp" ? "TIMESTAMPTZ" : SQL_TYPES[type];
}

/** The value as its column stores it: timestamps in UTC without an offset. */
export function storedValue(column: Column): string {
  const name = quoteName(column.name);
  return column.type === "timestamp" ? `CAST(${name} AS TIMESTAMP)` : name;
}

/** FROM clause with exact types: any value that does not fit makes the whole statement fail. */
export function readTyped(object: ReadObject): string {
  const { path, part, row, letters } = object;
  const columns = [...row, ...DELIVERED_COLUMNS];
  const file = quoteText(path);
  const types = fieldTypes(object, readType);
  switch (part.format) {
    case "csv": {
      const from = `read_csv(${file}, ${csvOptions(part, bufferFor(part))}, columns = {${types}})`;
      return completed(object, from);
    }
    case "ndjson":
      return `read_json(${file}, ${jsonOptions(part, letters)}, columns = {${types}})`;
    case "parquet": {
      const casts = columns.map((column) => {
        const name = quoteName(column.name);
        return `CAST(${name} AS ${readType(column)}) AS ${name}`;
      });
      const from = completed(object, `read_parquet(${file}, hive_partitioning = false)`);
      return `(SELECT ${casts.join(", ")} FROM ${from})`;
    }
    default:
      return unreachable(part.format);
  }
}

/**
 * FROM clause with the columns' stored types, `_object` and `_line`: a value that does not fit its column is null. CSV is
 * read as text, so that only those columns are converted that the question names.
 */
export function readForgiving(object: ReadObject): string {
  const { part, path } = object;
  const columns = [...object.row, ...DELIVERED_COLUMNS];
  const values = columns.map((column) => {
    const name = quoteName(column.name);
    const read = `TRY_CAST(${name} AS ${readType(column)})`;
    return `${column.type === "timestamp" ? `CAST(${read} AS TIMESTAMP)` : read} AS ${name}`;
  });
  const place = `${quoteText(part.name)} AS _object, row_number() OVER () AS _line`;
  return `(SELECT ${values.join(", ")}, ${place} FROM ${forgivingFrom(object, quoteText(path))})`;
}

function forgivingFrom(object: ReadObject, file: string): string {
  const { part, letters } = object;
  switch (part.format) {
    case "csv": {
      const types = fieldTypes(object, () => "VARCHAR");
      const options = csvOptions(part, bufferFor(part));
      return completed(object, `read_csv(${file}, ${options}, columns = {${types}})`);
    }
    case "ndjson": {
      const types = fieldTypes(object, readType);
      const options = `${jsonOptions(part, letters)}, ignore_errors = true`;
      return `read_json(${file}, ${options}, columns = {${types}})`;
    }
    case "parquet":
      return completed(object, `read_parquet(${file}, hive_partitioning = false)`);
    default:
      return unreachable(part.format);
  }
}

/** A line that is longer after all makes the typed read fail, and the careful one takes its place. */
function bufferFor({ bytes, compression }: StoredPart): number {
  const inflated = compression === "none" ? bytes : bytes * INFLATES_MAX;
  return Math.min(LINE_BYTES_MAX, Math.max(LINE_BYTES_MIN, inflated));
}

function csvOptions(part: StoredPart, lineBytes: number): string {
  return `auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', nullstr = '',
    allow_quoted_nulls = false, hive_partitioning = false, parallel = false, max_line_size = ${lineBytes},
    buffer_size = ${lineBytes}, compression = '${part.compression}'`;
}

function jsonOptions(part: StoredPart, letters: boolean): string {
  // The JSON reader knows "none" under another name than the CSV reader.
  const packing = part.compression === "none" ? "uncompressed" : part.compression;
  return `format = 'newline_delimited', auto_detect = false, hive_partitioning = false,
    maximum_object_size = ${letters ? LETTER_BYTES_MAX : LINE_BYTES_MAX}, compression = '${packing}'`;
}

/** Names of the rejects tables that a lenient CSV read fills. */
export const REJECTS = { table: "_rejected", scans: "_rejected_scans" } as const;

/**
 * SELECT that gives every row as text: `_line`, a list `_texts` with one text per column (row's, then delivery's), the
 * row as JSON in `_raw`, and in `_found` the JSON values of `members`, wherever the format keeps them.
 */
export function readAsText(object: ReadObject, members: readonly string[]): string {
  const columns = [...object.row, ...DELIVERED_COLUMNS];
  switch (object.part.format) {
    case "csv":
      return textOfColumns(columns, members, completed(object, csvTexts(object)));
    case "parquet": {
      const file = quoteText(object.path);
      const from = `read_parquet(${file}, hive_partitioning = false)`;
      return textOfColumns(columns, members, completed(object, from));
    }
    case "ndjson":
      return textOfLines(columns, members, object);
    default:
      return unreachable(object.part.format);
  }
}

function csvTexts(object: ReadObject): string {
  const { path, part } = object;
  const types = fieldTypes(object, () => "VARCHAR");
  const lenient = `store_rejects = true, rejects_table = '${REJECTS.table}', rejects_scan = '${REJECTS.scans}'`;
  return `read_csv(${quoteText(path)}, ${csvOptions(part, LINE_BYTES_MAX)}, ${lenient}, columns = {${types}})`;
}

function textOfColumns(
  columns: readonly Column[],
  members: readonly string[],
  from: string,
): string {
  const texts = columns.map(({ name }) => `CAST(${quoteName(name)} AS VARCHAR)`);
  const raw = columns.map(({ name }) => `${quoteText(name)}, ${quoteName(name)}`);
  return `SELECT row_number() OVER () AS _line, [${texts.join(", ")}] AS _texts,
    CAST(json_object(${raw.join(", ")}) AS VARCHAR) AS _raw, ${foundIn('"_extra"', members)} AS _found FROM ${from}`;
}

function textOfLines(
  columns: readonly Column[],
  members: readonly string[],
  { path, part, letters }: ReadObject,
): string {
  // A JSON text holds no raw control character, so the whole line is one field of this "CSV".
  const size = letters ? LETTER_BYTES_MAX : LINE_BYTES_MAX;
  const from = `read_csv(${quoteText(path)}, auto_detect = false, header = false, delim = '\u0001', quote = '',
    escape = '', hive_partitioning = false, parallel = false, max_line_size = ${size},
    compression = '${part.compression}', columns = {'line': 'VARCHAR'})`;
  const pointers = columns.map(({ name }) => quoteText(pointerTo(name)));
  const list = `[${pointers.join(", ")}]`;
  const json = columns.map(({ type }, at) =>
    type === "json" ? `nullif(CAST(_json[${at + 1}] AS VARCHAR), 'null')` : `_plain[${at + 1}]`,
  );
  return `SELECT _line, [${json.join(", ")}] AS _texts, line AS _raw, ${foundIn("_valid", members)} AS _found FROM (
    SELECT *, json_extract_string(_valid, ${list}) AS _plain, json_extract(_valid, ${list}) AS _json FROM (
    SELECT row_number() OVER () AS _line, line, CASE WHEN json_valid(line) THEN line END AS _valid FROM ${from}))`;
}

function foundIn(json: string, members: readonly string[]): string {
  const pointers = members.map((member) => quoteText(pointerTo(member)));
  return `CAST(${members.length === 0 ? "NULL" : `json_extract(${json}, [${pointers.join(", ")}])`} AS JSON[])`;
}
