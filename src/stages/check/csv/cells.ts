/** Writes CSV cells as JSON values into a growing buffer. */

import { QUOTED } from "./rows.ts";

/** What a cell becomes. Anything that does not fit its kind is written as text, for the schema to refuse. */
export type CellKind = "text" | "integer" | "number" | "boolean" | "json" | "guess";

export interface Cell {
  readonly start: number;
  readonly end: number;
  /** PLAIN, QUOTED or ESCAPED. */
  readonly written: number;
}

export interface Sheet {
  out: Buffer;
  to: number;
  /** Whether a control character was met, which calls for a closer look. */
  unusual: boolean;
}

const QUOTE = 34;
const BACKSLASH = 92;
const HEX = Buffer.from("0123456789abcdef");

/** Makes room for `bytes` more. */
export function ensure(sheet: Sheet, bytes: number): void {
  if (sheet.to + bytes > sheet.out.length) {
    const larger = Buffer.allocUnsafe(2 * (sheet.to + bytes));
    sheet.out.copy(larger, 0, 0, sheet.to);
    sheet.out = larger;
  }
}

/** Writes one cell's value; the caller has made room for six bytes for each of the cell's. */
export function writeCell(sheet: Sheet, bytes: Buffer, cell: Cell & { kind: CellKind }): void {
  switch (cell.kind) {
    case "text":
      writeText(sheet, bytes, cell);
      return;
    case "integer":
    case "number":
      writeNumber(sheet, bytes, cell);
      return;
    default:
      writeOther(sheet, bytes, cell);
  }
}

/** Writes raw bytes. */
export function writeBytes(sheet: Sheet, bytes: Uint8Array): void {
  const { out } = sheet;
  let { to } = sheet;
  // Keys are short: a loop is quicker than a call into the engine.
  for (let p = 0; p < bytes.length; p += 1) {
    out[to] = bytes[p] as number;
    to += 1;
  }
  sheet.to = to;
}

function writeText(sheet: Sheet, bytes: Buffer, { start, end, written }: Cell): void {
  const { out } = sheet;
  let { to } = sheet;
  out[to] = QUOTE;
  to += 1;
  for (let p = start; p < end; p += 1) {
    const c = bytes[p] as number;
    if (c >= 32 && c !== QUOTE && c !== BACKSLASH) {
      out[to] = c;
      to += 1;
      continue;
    }
    // A quote inside is doubled in a quoted cell: its twin is passed over.
    p += c === QUOTE && written > QUOTED ? 1 : 0;
    to = escape(sheet, to, c);
  }
  out[to] = QUOTE;
  sheet.to = to + 1;
}

function escape(sheet: Sheet, at: number, c: number): number {
  const { out } = sheet;
  out[at] = BACKSLASH;
  if (c === QUOTE || c === BACKSLASH) {
    out[at + 1] = c;
    return at + 2;
  }
  sheet.unusual = true;
  out.write("u00", at + 1, "latin1");
  out[at + 4] = HEX[c >> 4] as number;
  out[at + 5] = HEX[c & 15] as number;
  return at + 6;
}

/** Numbers by JSON's own grammar are copied; others are brought into it where their meaning is plain. */
function writeNumber(sheet: Sheet, bytes: Buffer, cell: Cell & { kind: CellKind }): void {
  const { out } = sheet;
  const { start, end } = cell;
  if (
    plainNumberEnd(bytes, start, end) === end &&
    (cell.kind === "number" || !hasDot(bytes, start, end))
  ) {
    let { to } = sheet;
    for (let p = start; p < end; p += 1) {
      out[to] = bytes[p] as number;
      to += 1;
    }
    sheet.to = to;
    return;
  }
  const text = toNumberText(bytes.toString("utf8", start, end), cell.kind);
  if (text === undefined) {
    writeText(sheet, bytes, cell);
    return;
  }
  writeAscii(sheet, text);
}

/** Where a number without exponent ends by JSON's grammar; -1 where none starts. */
function plainNumberEnd(bytes: Buffer, start: number, end: number): number {
  const first = bytes[start] === 45 ? start + 1 : start;
  let p = digitsEnd(bytes, first, end);
  if (p === first || (bytes[first] === 48 && p > first + 1)) {
    return -1;
  }
  if (p < end && bytes[p] === 46) {
    const fraction = p + 1;
    p = digitsEnd(bytes, fraction, end);
    return p === fraction ? -1 : p;
  }
  return p;
}

function digitsEnd(bytes: Buffer, at: number, end: number): number {
  let p = at;
  while (p < end && (bytes[p] as number) >= 48 && (bytes[p] as number) <= 57) {
    p += 1;
  }
  return p;
}

function hasDot(bytes: Buffer, start: number, end: number): boolean {
  for (let p = start; p < end; p += 1) {
    if (bytes[p] === 46) {
      return true;
    }
  }
  return false;
}

const NUMBER = /^ *([+-]?)0*(\d*)(?:\.(\d*))?([eE][+-]?\d+)? *$/;

/** JSON's text for " 007", "+5", ".5", "5." and for a whole "10.0"; undefined for what is no number. */
function toNumberText(text: string, kind: CellKind): string | undefined {
  const match = text.length > 400 ? null : NUMBER.exec(text);
  if (match === null || !/\d/.test(text)) {
    return undefined;
  }
  const [, sign, whole = "", fraction = "", exponent = ""] = match;
  const decimals = kind === "integer" && exponent === "" ? fraction.replace(/^0+$/, "") : fraction;
  const digits = `${whole || "0"}${decimals === "" ? "" : `.${decimals}`}${exponent}`;
  return sign === "-" ? `-${digits}` : digits;
}

function writeAscii(sheet: Sheet, text: string): void {
  // What is written may be longer than the cell by a leading zero only: the room made is enough.
  sheet.to += sheet.out.write(text, sheet.to, "latin1");
}

function writeOther(sheet: Sheet, bytes: Buffer, cell: Cell & { kind: CellKind }): void {
  const { start, end, written } = cell;
  const raw = bytes.toString("utf8", start, end);
  const text = written > QUOTED ? raw.replaceAll('""', '"') : raw;
  const json = OTHERS[cell.kind]?.(text);
  if (json === undefined) {
    writeText(sheet, bytes, cell);
    return;
  }
  ensure(sheet, 3 * json.length + 1);
  sheet.to += sheet.out.write(json, sheet.to);
}

const OTHERS: Readonly<Record<string, (text: string) => string | undefined>> = {
  boolean: toBooleanText,
  json: toJsonText,
  guess: guessText,
};

function toBooleanText(text: string): string | undefined {
  const plain = text.trim().toLowerCase();
  return plain === "true" || plain === "false" ? plain : undefined;
}

/** The cell itself where it holds JSON on one line, as nested fields do. */
function toJsonText(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return /[\r\n]/.test(text) ? JSON.stringify(value) : text;
  } catch {
    return undefined;
  }
}

/** A column nobody described: plain numbers of up to 15 digits and true or false, else text, so "007" stays as it is. */
function guessText(text: string): string | undefined {
  if (text === "true" || text === "false") {
    return text;
  }
  const isNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(text);
  return isNumber && text.replaceAll(/\D/g, "").length <= 15 ? text : undefined;
}
