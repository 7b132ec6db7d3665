/** CSV as others write it → CSV as the check reads it: commas, double quotes, a decimal point. Pure. */

import type { FileSourcePlan } from "../../../../plan/sources/source-plan.ts";

export interface Dialect {
  readonly delimiter: string;
  readonly quote: string;
  readonly decimalComma: boolean;
}

export const DELIMITERS = [",", ";", "\t", "|"] as const;
const ROWS_LOOKED_AT = 50;
const WITH_COMMA = /^[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+),\d+$/;
const WITH_POINT = /^[+-]?\d+\.\d+$/;
const GROUPED = /^[+-]?\d{1,3}(?:\.\d{3})+$/;

type Wanted = Pick<FileSourcePlan, "delimiter" | "quote" | "decimal">;

/** The dialect of a text by its beginning, as far as it is not given. */
export function toDialect(head: string, wanted: Wanted): Dialect {
  const { quote } = wanted;
  const first = head.split("\n", 1)[0] ?? "";
  const delimiter = wanted.delimiter === "auto" ? mostFrequent(first, quote) : wanted.delimiter;
  const decimalComma =
    wanted.decimal === "auto"
      ? delimiter === ";" && writesCommas(head, { delimiter, quote })
      : wanted.decimal === ",";
  return { delimiter, quote, decimalComma };
}

/** Whether the check can read it as it is. */
export function isPlain({ delimiter, quote, decimalComma }: Dialect): boolean {
  return delimiter === "," && quote === '"' && !decimalComma;
}

function mostFrequent(line: string, quote: string): string {
  const bare = line
    .split(quote)
    .filter((_part, index) => index % 2 === 0)
    .join("");
  const counts = DELIMITERS.map((one) => bare.split(one).length - 1);
  // Of as many the first: a comma where there is none at all.
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ",";
}

function writesCommas(head: string, signs: Omit<Dialect, "decimalComma">): boolean {
  const rows = readRows(head, { ...signs, decimalComma: false }).slice(1, ROWS_LOOKED_AT);
  const cells = rows.flatMap(({ cells: row }) => row.map(({ text }) => text));
  const commas = cells.filter((text) => WITH_COMMA.test(text)).length;
  return commas > cells.filter((text) => WITH_POINT.test(text)).length;
}

interface Cell {
  readonly text: string;
  readonly quoted: boolean;
}

export interface Row {
  readonly cells: readonly Cell[];
  /** Its quotes make no sense; the one cell is its first line. */
  readonly malformed: boolean;
}

/** Rows of whole records, one for each; empty lines are none. */
export function readRows(text: string, dialect: Dialect): Row[] {
  const rows: Row[] = [];
  let at = 0;
  while (at < text.length) {
    const feed = text.indexOf("\n", at);
    const end = feed === -1 ? text.length : feed;
    const line = text.slice(at, end).replace(/\r$/, "");
    if (line === "") {
      at = end + 1;
    } else if (line.includes(dialect.quote)) {
      const [row, next] = readQuoted(text, at, dialect);
      rows.push(row ?? { cells: [{ text: line, quoted: true }], malformed: true });
      at = row === undefined ? end + 1 : next;
    } else {
      const cells = line.split(dialect.delimiter).map((cell) => ({ text: cell, quoted: false }));
      rows.push({ cells, malformed: false });
      at = end + 1;
    }
  }
  return rows;
}

/** The row at `at` and where the next one starts; undefined where its quotes make no sense. */
function readQuoted(text: string, from: number, dialect: Dialect): [Row | undefined, number] {
  const cells: Cell[] = [];
  let at = from;
  for (;;) {
    const found =
      text[at] === dialect.quote ? quotedCell(text, at, dialect) : bareCell(text, at, dialect);
    if (found === undefined) {
      return [undefined, from];
    }
    cells.push(found.cell);
    if (text[found.end] !== dialect.delimiter) {
      return [{ cells, malformed: false }, found.end + (text[found.end] === "\r" ? 2 : 1)];
    }
    at = found.end + 1;
  }
}

interface Found {
  readonly cell: Cell;
  /** Place of the delimiter or line end behind it. */
  readonly end: number;
}

function bareCell(text: string, from: number, { delimiter }: Dialect): Found {
  let end = from;
  while (end < text.length && text[end] !== delimiter && text[end] !== "\n") {
    end += 1;
  }
  const trimmed = text[end] !== delimiter && text[end - 1] === "\r" ? end - 1 : end;
  return { cell: { text: text.slice(from, Math.max(from, trimmed)), quoted: false }, end };
}

function quotedCell(text: string, from: number, { delimiter, quote }: Dialect): Found | undefined {
  let [at, value] = [from + 1, ""];
  for (;;) {
    const close = text.indexOf(quote, at);
    if (close === -1) {
      return undefined;
    }
    value += text.slice(at, close);
    if (text[close + 1] !== quote) {
      const next = text[close + 1];
      const over = next === undefined || next === delimiter || next === "\n";
      const crlf = next === "\r" && (text[close + 2] === "\n" || text[close + 2] === undefined);
      return over || crlf ? { cell: { text: value, quoted: true }, end: close + 1 } : undefined;
    }
    value += quote;
    at = close + 2;
  }
}

/** A body of whole records with its header line, as the check reads it; text columns keep their commas. */
export function toPlainCsv(body: string, dialect: Dialect, texts: ReadonlySet<string>): string {
  const [header, ...rows] = readRows(body, dialect);
  if (header === undefined) {
    return "";
  }
  const isText = header.cells.map(({ text }) => texts.has(text));
  const lines = rows.map(({ cells, malformed }) => {
    const asIs = malformed || !dialect.decimalComma;
    return cells.map((cell, index) => write(asIs || isText[index] === true ? cell : pointed(cell)));
  });
  const head = header.cells.map(write).join(",");
  return `${[head, ...lines.map((cells) => cells.join(","))].join("\n")}\n`;
}

function pointed(cell: Cell): Cell {
  const { text } = cell;
  const isNumber = WITH_COMMA.test(text) || GROUPED.test(text);
  return isNumber ? { ...cell, text: text.replaceAll(".", "").replace(",", ".") } : cell;
}

function write({ text, quoted }: Cell): string {
  return quoted || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
