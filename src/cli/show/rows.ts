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
  let first: Row[] | undefined = [];
  let layout: Layout | undefined;
  let count = 0;
  const settle = async (rows: readonly Row[]): Promise<Layout> => {
    const names = rows[0]?.map(({ name }) => cut(harmless(name), width)) ?? [];
    const cells = rows.map((row) => row.map((cell) => cut(cell.text, width)));
    const widths = widthsOf([names, ...cells]);
    const sides = names.map((_, column) => sideOf(rows, column));
    const header = layRows([names], { sides, widths })[0] ?? "";
    const rule = widths.map((one) => "─".repeat(one)).join("  ");
    await screen.write(`${paint.bold(header)}\n${paint.dim(rule)}\n`);
    return { sides, widths };
  };
  const print = async (rows: readonly Row[], by: Layout): Promise<void> => {
    const cells = rows.map((row) =>
      row.map((cell) => (cell.isNull ? paint.dim(cell.text) : cut(cell.text, width))),
    );
    await screen.write(
      layRows(cells, by)
        .map((line) => `${line}\n`)
        .join(""),
    );
  };
  for await (const row of readRows(text)) {
    count += 1;
    if (first === undefined || layout !== undefined) {
      await print([row], layout ?? { sides: [], widths: [] });
      continue;
    }
    first.push(row);
    if (first.length === ROWS_MEASURED) {
      layout = await settle(first);
      await print(first, layout);
      first = undefined;
    }
  }
  if (first !== undefined && first.length > 0) {
    await print(first, await settle(first));
  }
  return count;
}

interface TableCell {
  readonly name: string;
  readonly text: string;
  readonly isNull: boolean;
  readonly isNumber: boolean;
}
type Row = readonly TableCell[];

async function* readRows(text: AsyncIterable<string>): AsyncGenerator<Row> {
  let rest = "";
  for await (const part of text) {
    const lines = (rest + part).split("\n");
    rest = lines.pop() ?? "";
    yield* lines.flatMap(toRow);
  }
  yield* toRow(rest);
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
  return { name, isNull, isNumber, text: isNull ? "null" : harmless(textOf(value)) };
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
