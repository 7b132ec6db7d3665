/** A page's rows as text: JSON in its envelope, NDJSON, CSV. Pure. */

import type { Cell, ResultColumn, RowFormat } from "../../seams/query.ts";

type Row = readonly Cell[];

export interface PageFacts {
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly Row[];
  readonly next: string | undefined;
  /** Rows that fit in all, when it was asked. */
  readonly total: number | undefined;
}

export function pageText(format: RowFormat, { columns, rows, next, total }: PageFacts): string {
  if (format === "csv") {
    return [columns.map(({ name }) => name), ...rows].map(csvLine).join("");
  }
  const names = columns.map(({ name }) => `${JSON.stringify(name)}:`);
  const nested = columns.map(({ type }) => type === "JSON");
  const lines = rows.map((row) => jsonRow(row, names, nested));
  if (format === "ndjson") {
    return lines.map((line) => `${line}\n`).join("");
  }
  const sum = total === undefined ? "" : `,"total":${total}`;
  return `{"data":[${lines.join(",")}],"next_cursor":${JSON.stringify(next ?? null)}${sum}}`;
}

function jsonRow(row: Row, names: readonly string[], nested: readonly boolean[]): string {
  let text = "{";
  for (let at = 0; at < names.length; at += 1) {
    const cell = row[at] ?? null;
    // A column of JSON is JSON already; a second coat would have to be parsed twice.
    const inside = nested[at] === true && typeof cell === "string" ? cell : jsonCell(cell);
    text += `${at === 0 ? "" : ","}${names[at]}${inside}`;
  }
  return `${text}}`;
}

function jsonCell(cell: Cell): string {
  return typeof cell === "bigint" ? String(cell) : JSON.stringify(cell);
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
  return text !== "" && !/[",\r\n]/.test(text) ? text : `"${text.replaceAll('"', '""')}"`;
}
