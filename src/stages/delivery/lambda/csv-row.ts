/** A CSV line of a Lambda handler as a row: a value per column in order, read by the column's type. Pure. */

import type { Column, ColumnType } from "../../../base/record.ts";

/** The row, or what is wrong with the line. An empty cell is null, an empty text between quotes is a text. */
export function toCsvRow(
  text: string,
  columns: readonly Column[],
): Readonly<Record<string, unknown>> | string {
  const cells = splitLine(text);
  if (typeof cells === "string") {
    return cells;
  }
  if (cells.length !== columns.length) {
    return `The answer has ${cells.length} values; the row has ${columns.length} columns.`;
  }
  return Object.fromEntries(
    columns.map(({ name, type }, place) => [name, toValue(cells[place] as Cell, type)]),
  );
}

interface Cell {
  readonly text: string;
  readonly quoted: boolean;
}

const CELL = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;

function splitLine(text: string): Cell[] | string {
  const cells: Cell[] = [];
  let at = 0;
  for (;;) {
    CELL.lastIndex = at;
    const match = CELL.exec(text);
    if (match === null) {
      return `The answer is not a CSV line at character ${at + 1}.`;
    }
    const [whole, quoted, plain = "", end] = match;
    cells.push(
      quoted === undefined
        ? { text: plain, quoted: false }
        : { text: quoted.replaceAll('""', '"'), quoted: true },
    );
    at += whole.length;
    if (end !== ",") {
      return at === text.length ? cells : "The answer has more than one line.";
    }
  }
}

const WHOLE = /^[+-]?\d+$/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** What does not read as the type stays a text, which the column then refuses by name. */
function toValue({ text, quoted }: Cell, type: ColumnType): unknown {
  if (text === "" && !quoted) {
    return undefined;
  }
  switch (type) {
    case "integer":
      return WHOLE.test(text) ? BigInt(text) : text;
    case "number":
      return NUMBER.test(text) ? Number(text) : text;
    case "boolean":
      return toBoolean(text);
    case "json":
      return toJson(text);
    default:
      return text;
  }
}

function toBoolean(text: string): unknown {
  const folded = text.toLowerCase();
  return folded === "true" || folded === "false" ? folded === "true" : text;
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
