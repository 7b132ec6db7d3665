/** Rows as CSV, JSON or NDJSON text, for results of any length. Pure. */

import { unreachable } from "../../../base/assert.ts";
import type { Cell, ResultColumn, RowFormat } from "../../../seams/query.ts";

type Row = readonly Cell[];

export interface RowWriter {
  readonly head: string;
  /** `first` is the place of the first of these rows in the whole result. */
  rows(rows: readonly Row[], first: number): string;
  readonly tail: string;
}

/** With `nested`, columns of JSON are written as the values they are. */
export function rowWriter(
  format: RowFormat,
  columns: readonly ResultColumn[],
  nested = false,
): RowWriter {
  const names = columns.map(({ name }) => name);
  const inside = columns.map(({ type }) => nested && type === "JSON");
  const toJson = (row: Row): string => jsonRow(names, row, inside);
  switch (format) {
    case "csv":
      return {
        head: csvLine(names),
        rows: (rows) => rows.map(csvLine).join(""),
        tail: "",
      };
    case "ndjson":
      return {
        head: "",
        rows: (rows) => rows.map((row) => `${toJson(row)}\n`).join(""),
        tail: "",
      };
    case "json":
      return {
        head: "[",
        rows: (rows, first) =>
          rows.map((row, at) => `${first + at === 0 ? "\n" : ",\n"}${toJson(row)}`).join(""),
        tail: "\n]\n",
      };
    default:
      return unreachable(format);
  }
}

function csvLine(row: Row): string {
  return `${row.map(csvCell).join(",")}\n`;
}

/** Null is empty, and the empty text is quoted, so that the two stay different. */
function csvCell(cell: Cell): string {
  if (cell === null) {
    return "";
  }
  const text = String(cell);
  const plain = text !== "" && !/[",\r\n]/.test(text);
  return plain ? text : `"${text.replaceAll('"', '""')}"`;
}

function jsonRow(names: readonly string[], row: Row, inside: readonly boolean[]): string {
  const members = names.map((name, at) => {
    const cell = row[at] ?? null;
    const value = inside[at] === true && typeof cell === "string" ? cell : jsonCell(cell);
    return `${JSON.stringify(name)}:${value}`;
  });
  return `{${members.join(",")}}`;
}

/** JSON has no NaN and no infinity; whole numbers of any length it has. */
function jsonCell(cell: Cell): string {
  return typeof cell === "bigint" ? String(cell) : JSON.stringify(cell);
}
