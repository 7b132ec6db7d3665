/** When the records of a batch happened, by a field of theirs. Pure. */

import type { FileBatch } from "../files/batches.ts";
import { readRows } from "../files/csv/dialect.ts";

const CSV = { delimiter: ",", quote: '"', decimalComma: false };

/** Milliseconds since 1970 for each record; undefined where the field says no time. */
export function timesOf({ body, format }: FileBatch, field: string): (number | undefined)[] {
  const text = body.toString("utf8");
  if (format !== "csv") {
    const lines =
      format === "json" ? [text] : text.split("\n").filter((line) => line.trim() !== "");
    return lines.map((line) => toTime(memberOf(line, field)));
  }
  const [header, ...rows] = readRows(text, CSV);
  const column = header?.cells.findIndex((cell) => cell.text === field) ?? -1;
  return rows.map(({ cells }) => toTime(cells[column]?.text));
}

function memberOf(line: string, field: string): unknown {
  try {
    return (JSON.parse(line) as Readonly<Record<string, unknown>> | null)?.[field];
  } catch {
    // The check will say so; here it only has no time.
    return undefined;
  }
}

/** Numbers below this are years, below the next seconds, and above it milliseconds. */
const YEARS_BELOW = 10_000;
const SECONDS_BELOW = 100_000_000_000;
const US_DATE = /^(\d{1,2})\/(\d{1,2})\/(\d{4})\b/;
const BARE_TIME = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?$/;

/** A time without a zone is in UTC, so that a replay is the same everywhere. */
export function toTime(value: unknown): number | undefined {
  if (typeof value === "number" || (typeof value === "string" && /^\d+(\.\d+)?$/.test(value))) {
    return fromNumber(Number(value));
  }
  if (typeof value !== "string") {
    return undefined;
  }
  const us = US_DATE.exec(value);
  if (us !== null) {
    const [, month, day, year] = us.map(Number);
    return Date.UTC(year ?? 0, (month ?? 1) - 1, day);
  }
  const time = Date.parse(BARE_TIME.test(value) ? `${value.replace(" ", "T")}Z` : value);
  return Number.isNaN(time) ? undefined : time;
}

function fromNumber(value: number): number {
  if (value < YEARS_BELOW) {
    return Date.UTC(Math.trunc(value), 0, 1);
  }
  return value < SECONDS_BELOW ? value * 1000 : value;
}
