/** DuckDB's values as the query seam's cells. */

import {
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from "@duckdb/node-api";
import type { Cell } from "../../../../seams/query.ts";

/** Decimals up to this many digits are exact as numbers. */
const DECIMAL_DIGITS_EXACT = 15;

export function toCell(value: DuckDBValue): Cell {
  switch (typeof value) {
    case "string":
    case "number":
    case "boolean":
      return value;
    case "bigint":
      return narrow(value);
    default:
      return value === null ? null : fromObject(value);
  }
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function fromObject(value: object): Cell {
  if (value instanceof DuckDBDecimalValue) {
    const exact = value.width <= DECIMAL_DIGITS_EXACT;
    return exact ? value.toDouble() : value.toString();
  }
  if (value instanceof DuckDBDateValue) {
    return value.toString();
  }
  if (
    value instanceof DuckDBTimestampValue ||
    value instanceof DuckDBTimestampTZValue ||
    value instanceof DuckDBTimestampMillisecondsValue ||
    value instanceof DuckDBTimestampSecondsValue
  ) {
    return isoOf(value.toString());
  }
  return nestedText(value);
}

/** "2026-01-01 10:00:00.5+00" → "2026-01-01T10:00:00.5Z"; infinities stay as the engine writes them. */
function isoOf(text: string): string {
  const match = /^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)(?:\+00(?::00)?)?$/.exec(text);
  return match === null ? text : `${match[1]}T${match[2]}Z`;
}

/** Lists, structs and maps as JSON text; other values as the engine shows them. */
function nestedText(value: object): string {
  const plain = toPlain(value as DuckDBValue);
  return typeof plain === "string" ? plain : JSON.stringify(plain);
}

function toPlain(value: DuckDBValue): unknown {
  if (typeof value !== "object" || value === null) {
    const cell = toCell(value);
    return typeof cell === "bigint" ? String(cell) : cell;
  }
  const holder = value as { items?: unknown; entries?: unknown };
  if (Array.isArray(holder.items)) {
    return (holder.items as DuckDBValue[]).map(toPlain);
  }
  if (Array.isArray(holder.entries)) {
    const entries = holder.entries as { key: DuckDBValue; value: DuckDBValue }[];
    return Object.fromEntries(entries.map((entry) => [plainKey(entry.key), toPlain(entry.value)]));
  }
  if (typeof holder.entries === "object" && holder.entries !== null) {
    const entries = Object.entries(holder.entries as Record<string, DuckDBValue>);
    return Object.fromEntries(entries.map(([name, member]) => [name, toPlain(member)]));
  }
  return isTimeLike(value) ? fromObject(value) : String(value);
}

function plainKey(key: DuckDBValue): string {
  const plain = toPlain(key);
  return typeof plain === "string" ? plain : JSON.stringify(plain);
}

function isTimeLike(value: object): boolean {
  return (
    value instanceof DuckDBDecimalValue ||
    value instanceof DuckDBDateValue ||
    value instanceof DuckDBTimestampValue ||
    value instanceof DuckDBTimestampTZValue
  );
}
