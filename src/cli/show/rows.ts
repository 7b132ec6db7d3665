/** Rows of a query as a table, streamed: the first rows settle the widths. */

import { isRecord } from "../reach/refusal.ts";
import type { Paint } from "./paint.ts";
import type { Screen } from "./screen.ts";
import { layRows, widthsOf, type Layout, type Side } from "./table.ts";
import { cut, harmless } from "./text.ts";

const ROWS_MEASURED = 500;
/** On a terminal a longer cell would push everything behind it off the line. */
const CELL_WIDTH_MAX = 60;

/** Writes NDJSON rows as an aligned table with a header; resolves to the number of rows. */
export async function showRows(
  text: AsyncIterable<string>,
  screen: Screen,
  paint: Paint,
): Promise<number> {
  const width = screen.isTTY ? CELL_WIDTH_MAX : Infinity;
  let measured: Row[] = [];
  let layout: Layout | undefined;
  let count = 0;
  const begin = async (): Promise<Layout> => {
    const begun = settle(measured, width);
    await screen.write(showHead(measured[0] ?? [], { layout: begun, width, paint }));
    await screen.write(showBody(measured, { layout: begun, width, paint }));
    measured = [];
    return begun;
  };
  for await (const rows of readRows(text)) {
    count += rows.length;
    if (layout !== undefined) {
      await screen.write(showBody(rows, { layout, width, paint }));
      continue;
    }
    measured.push(...rows);
    layout = measured.length >= ROWS_MEASURED ? await begin() : undefined;
  }
  if (measured.length > 0) {
    await begin();
  }
  return count;
}

interface Look {
  readonly layout: Layout;
  readonly width: number;
  readonly paint: Paint;
}

function settle(rows: readonly Row[], width: number): Layout {
  const names = rows[0]?.map(({ name }) => cut(name, width)) ?? [];
  const widths = widthsOf([names, ...rows.map((row) => row.map((cell) => cut(cell.text, width)))]);
  return { widths, sides: names.map((_, column) => sideOf(rows, column)) };
}

function showHead(row: Row, { layout, width, paint }: Look): string {
  const names = row.map(({ name }) => cut(name, width));
  const rule = layout.widths.map((one) => "─".repeat(one)).join("  ");
  return `${paint.bold(layRows([names], layout)[0] ?? "")}\n${paint.dim(rule)}\n`;
}

function showBody(rows: readonly Row[], { layout, width, paint }: Look): string {
  const cells = rows.map((row) =>
    row.map((cell) => (cell.isNull ? paint.dim(cell.text) : cut(cell.text, width))),
  );
  return layRows(cells, layout)
    .map((line) => `${line}\n`)
    .join("");
}

interface TableCell {
  readonly name: string;
  readonly text: string;
  readonly isNull: boolean;
  readonly isNumber: boolean;
}
type Row = readonly TableCell[];

/** The rows that each part of the text completes. */
async function* readRows(text: AsyncIterable<string>): AsyncGenerator<Row[]> {
  let rest = "";
  for await (const part of text) {
    const lines = (rest + part).split("\n");
    rest = lines.pop() ?? "";
    yield lines.flatMap(toRow);
  }
  yield toRow(rest);
}

/** None for a blank line. */
function toRow(line: string): Row[] {
  if (line.trim() === "") {
    return [];
  }
  // A number keeps the digits it came with: 64-bit integers do not fit a double.
  const parsed: unknown = JSON.parse(
    line,
    (_, value: unknown, { source }: { source?: string } = {}) =>
      typeof value === "number" && source !== undefined ? new Digits(source) : value,
  );
  return isRecord(parsed) ? [Object.entries(parsed).map(toCell)] : [];
}

class Digits {
  readonly digits: string;
  constructor(digits: string) {
    this.digits = digits;
  }
  toJSON(): unknown {
    return Number(this.digits);
  }
}

function toCell([name, value]: readonly [string, unknown]): TableCell {
  const isNumber = value instanceof Digits;
  const isNull = value === null;
  return {
    name: harmless(name),
    isNull,
    isNumber,
    text: isNull ? "null" : harmless(textOf(value)),
  };
}

function textOf(value: unknown): string {
  if (value instanceof Digits) {
    return value.digits;
  }
  return typeof value === "string" ? value : JSON.stringify(value);
}

function sideOf(rows: readonly Row[], column: number): Side {
  const cells = rows.map((row) => row[column]).filter((cell) => cell?.isNull === false);
  return cells.length > 0 && cells.every((cell) => cell?.isNumber === true) ? "right" : "left";
}
