/** Answers of Snowflake's driver as a transport gives them: its values become the texts that the SQL API sends. */

import type { Cell } from "../../../../seams/query.ts";
import { type RowType, toCell, toColumn } from "./cells.ts";
import type { Answer } from "./transport.ts";

/** Rows of a part of an answer. */
const PART_ROWS = 2000;

/** What of the driver's statement is used. */
export interface Statement {
  getColumns(): readonly DriverColumn[] | undefined;
  getNumRows(): number | undefined;
  streamRows(): AsyncIterable<readonly unknown[]>;
  cancel(done: (error: unknown) => void): void;
}

interface DriverColumn {
  getName(): string;
  getType(): string;
  getScale(): number | null;
  getPrecision(): number | null;
}

export function toAnswer(statement: Statement): Answer {
  const types = (statement.getColumns() ?? []).map((column): RowType => ({
    name: column.getName(),
    type: column.getType(),
    scale: column.getScale(),
    precision: column.getPrecision(),
  }));
  return {
    columns: types.map(toColumn),
    count: statement.getNumRows() ?? 0,
    async *parts() {
      let part: (readonly Cell[])[] = [];
      for await (const row of statement.streamRows()) {
        part.push(types.map((type, at) => toCell(textOf(row[at], type), type)));
        if (part.length >= PART_ROWS) {
          yield part;
          part = [];
        }
      }
      if (part.length > 0) {
        yield part;
      }
    },
  };
}

interface DriverTime {
  getEpochSeconds(): number;
  getNanoSeconds(): number;
}

/** A value as the SQL API would send it, so that there is one reading of both. */
function textOf(value: unknown, { type }: RowType): string | null {
  if (value === null || value === undefined) {
    return null;
  }
  if (value instanceof Uint8Array) {
    return Buffer.from(value).toString("hex").toUpperCase();
  }
  if (typeof value === "object" && "getEpochSeconds" in value) {
    const time = value as DriverTime;
    const seconds = time.getEpochSeconds();
    if (type.toUpperCase() === "DATE") {
      return String(Math.round(seconds / 86_400));
    }
    const nanos = BigInt(seconds) * 1_000_000_000n + BigInt(time.getNanoSeconds());
    const size = nanos < 0n ? -nanos : nanos;
    const digits = String(size % 1_000_000_000n).padStart(9, "0");
    return `${nanos < 0n ? "-" : ""}${size / 1_000_000_000n}.${digits}`;
  }
  if (typeof value === "string") {
    return value;
  }
  // Booleans and numbers print themselves; what is made of JSON is told as that.
  return JSON.stringify(value);
}
