/** The fingerprint of rows: plain SQL that DuckDB and Snowflake compute alike, and the same in JavaScript. Pure. */

import { hash } from "node:crypto";
import { quoteName } from "./cells.ts";

/** A column of a table, with its type as DuckDB names it. */
export interface HashedColumn {
  readonly name: string;
  readonly type: string;
}

/** 2^53: up to it every whole number is a double of its own, and multiplying by it changes no digit. */
const SCALE = 9_007_199_254_740_992;
const SCALE_SQL = "9007199254740992";

/**
 * A row's text is its CSV line: texts in quotes with quotes doubled, everything else plain, null empty. So no two
 * different rows have one text. Times count from 1970 in UTC, since engines print them as their session says.
 */
export function valueText({ name, type }: HashedColumn): string {
  const column = quoteName(name);
  // Of null, `concat` makes nothing in one engine and null in another; `||` makes null in both.
  switch (type) {
    case "BIGINT":
    case "BOOLEAN":
      return `coalesce(CAST(${column} AS VARCHAR), '')`;
    case "DOUBLE":
      return numberText(column);
    case "DATE":
      return `coalesce(CAST(datediff('day', DATE '1970-01-01', ${column}) AS VARCHAR), '')`;
    case "TIMESTAMP":
      return `coalesce(CAST(datediff('microsecond', TIMESTAMP '1970-01-01 00:00:00', ${column}) AS VARCHAR), '')`;
    case "VARCHAR":
      return `coalesce('"' || replace(${column}, '"', '""') || '"', '')`;
    default:
      return `coalesce('"' || replace(CAST(${column} AS VARCHAR), '"', '""') || '"', '')`;
  }
}

/**
 * Engines print doubles differently, so a double is told by whole numbers that are exact: what stands before its point,
 * and twice 53 binary digits behind it. Beyond 2^106 there are no such numbers in 64 bits, and the engine's print stands.
 */
function numberText(x: string): string {
  // Null is asked first, and plainly: a wide row is mostly that, and an engine goes on with the values that are left.
  return `CASE WHEN ${x} IS NULL THEN '' WHEN abs(${x}) < ${SCALE_SQL} AND ${x} = trunc(${x}) THEN ${wholeSql(x)}
    WHEN abs(${x}) < ${SCALE_SQL} THEN ${digitsSql(x)}
    WHEN abs(${x}) < 8e31 THEN ${scaledSql(`(${x} / ${SCALE_SQL})`)}
    ELSE CAST(${x} AS VARCHAR) END`;
}

function wholeSql(of: string): string {
  return `CAST(CAST(trunc(${of}) AS BIGINT) AS VARCHAR)`;
}

/** What is behind the point, 53 binary digits farther to the left. */
function behindSql(of: string): string {
  return `(${of} - trunc(${of})) * ${SCALE_SQL}`;
}

function digitsSql(of: string): string {
  const behind = behindSql(of);
  const parts = [of, behind, behindSql(`(${behind})`)].map(wholeSql);
  return `concat(${parts.join(", '+', ")})`;
}

/** Of 1 and more a double has 52 digits behind its point at most: the second 53 are none. */
function scaledSql(of: string): string {
  return `concat('*', ${wholeSql(of)}, '+', ${wholeSql(behindSql(of))}, '+0')`;
}

/** SQL of a row's text. */
export function rowText(columns: readonly HashedColumn[]): string {
  return `concat(${columns.map(valueText).join(`, ',',\n    `)})`;
}

/** SQL of a row's hash: the lower half of the MD5 of its text, a whole number of 64 bits. */
export function rowHash(columns: readonly HashedColumn[]): string {
  return `md5_number_lower64(${rowText(columns)})`;
}

/** The statement that a person may run by hand: rows and their fingerprint, the exact sum of their hashes. */
export function fingerprintSql(
  table: string,
  columns: readonly HashedColumn[],
  where: string,
): string {
  return `SELECT count(*) AS "rows", CAST(sum(${rowHash(columns)}) AS VARCHAR) AS fingerprint
FROM ${quoteName(table)} WHERE ${where}`;
}

export type HashedValue = string | number | bigint | boolean | undefined;

/** The same hash in JavaScript, of values in the columns' order; dates and times as what they count. */
export function hashRow(values: readonly HashedValue[]): bigint {
  const text = values.map(plainText).join(",");
  return BigInt(`0x${hash("md5", text, "hex").slice(16)}`);
}

function plainText(value: HashedValue): string {
  switch (typeof value) {
    case "undefined":
      return "";
    case "string":
      return `"${value.replaceAll('"', '""')}"`;
    case "number":
      return digitsOf(value);
    default:
      return String(value);
  }
}

/** A double as `numberText` tells it. */
function digitsOf(x: number): string {
  if (Math.abs(x) >= SCALE) {
    return Math.abs(x) < 8e31 ? `*${split(x / SCALE)}` : String(x);
  }
  return Number.isInteger(x) ? whole(x) : split(x);
}

function split(x: number): string {
  const first = (x - Math.trunc(x)) * SCALE;
  const second = (first - Math.trunc(first)) * SCALE;
  return `${whole(x)}+${whole(first)}+${whole(second)}`;
}

function whole(x: number): string {
  return String(BigInt(Math.trunc(x)));
}
