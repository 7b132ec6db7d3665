/** A database's rows as the SQL API sends them: a type per column, and every value as text. */

import { setTimeout as pause } from "node:timers/promises";
import type { DuckDBPreparedStatement } from "@duckdb/node-api";
import type { RowType } from "../../src/stages/warehouse/snowflake/client/cells.ts";

export interface Result {
  readonly types: readonly RowType[];
  readonly rows: readonly (readonly (string | null)[])[];
}

interface Bound {
  readonly type: string;
  readonly value: string | null;
}

/** A result is whole before its first row is sent. One without an end is cut here, after as long as more would take. */
const ROWS_MAX = 50_000;
const REST_MS = 400;

const TYPES: readonly (readonly [RegExp, string])[] = [
  [/^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DECIMAL.*)$/, "fixed"],
  [/^(DOUBLE|FLOAT)$/, "real"],
  [/^BOOLEAN$/, "boolean"],
  [/^DATE$/, "date"],
  [/^TIMESTAMP WITH/, "timestamp_tz"],
  [/^TIMESTAMP/, "timestamp_ntz"],
  [/^JSON$/, "variant"],
];

export async function toResult(
  prepared: DuckDBPreparedStatement,
  bindings: unknown,
): Promise<Result> {
  const bound = Object.values((bindings ?? {}) as Record<string, Bound>);
  bound.forEach((one, at) => bind(prepared, at + 1, one));
  const result = await prepared.stream();
  const types = result.columnNames().map((name, at) => toType(name, String(result.columnType(at))));
  const rows: (string | null)[][] = [];
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0;) {
    const columns = chunk.getColumns();
    for (let row = 0; row < chunk.rowCount; row += 1) {
      rows.push(columns.map((column, at) => toText(column[row], types[at]?.type ?? "text")));
    }
    if (rows.length > ROWS_MAX) {
      await pause(REST_MS);
      break;
    }
    chunk = await result.fetchChunk();
  }
  return { types, rows };
}

function toType(name: string, type: string): RowType {
  const found = TYPES.find(([pattern]) => pattern.test(type))?.[1] ?? "text";
  const digits = /^DECIMAL\((\d+),(\d+)\)$/.exec(type);
  // Snowflake shows a name that was not quoted in capitals.
  const shown = name.toUpperCase();
  return digits === null
    ? { name: shown, type: found, scale: 0, precision: 38 }
    : { name: shown, type: found, scale: Number(digits[2]), precision: Number(digits[1]) };
}

function bind(prepared: DuckDBPreparedStatement, at: number, { type, value }: Bound): void {
  if (value === null) {
    prepared.bindNull(at);
  } else if (type === "FIXED") {
    prepared.bindBigInt(at, BigInt(value));
  } else if (type === "REAL") {
    prepared.bindDouble(at, Number(value));
  } else if (type === "BOOLEAN") {
    prepared.bindBoolean(at, value === "true");
  } else {
    prepared.bindVarchar(at, value);
  }
}

function toText(value: unknown, type: string): string | null {
  if (value === null || value === undefined) {
    return null;
  }
  const { days, micros } = value as { days?: number; micros?: bigint };
  if (type === "date" && days !== undefined) {
    return String(days);
  }
  if (type.startsWith("timestamp") && micros !== undefined) {
    const [sign, size] = micros < 0n ? ["-", -micros] : ["", micros];
    const fraction = String((size % 1_000_000n) * 1000n).padStart(9, "0");
    const seconds = `${sign}${size / 1_000_000n}.${fraction}`;
    return type === "timestamp_tz" ? `${seconds} 1440` : seconds;
  }
  // Numbers, booleans, and decimals, which print themselves.
  return (value as { toString(): string }).toString();
}
