/** Values as the SQL API sends them, all of them texts, as the query seam's cells. Pure. */

import type { Cell, ResultColumn } from "../../../../seams/query.ts";

/** A column as `resultSetMetaData.rowType` describes it. */
export interface RowType {
  readonly name: string;
  /** In any case: fixed, real, text, boolean, date, time, timestamp_ntz, variant, … */
  readonly type: string;
  readonly scale?: number | null;
  readonly precision?: number | null;
}

const DAY_MS = 86_400_000;
/** Decimals up to this many digits are exact as numbers. */
const DIGITS_EXACT = 15;

/** Types by the names that the rest of Millrace knows them under; anything else keeps Snowflake's. */
const TYPES: Readonly<Record<string, string>> = {
  REAL: "DOUBLE",
  TEXT: "VARCHAR",
  TIMESTAMP_NTZ: "TIMESTAMP",
  TIMESTAMP_LTZ: "TIMESTAMP WITH TIME ZONE",
  TIMESTAMP_TZ: "TIMESTAMP WITH TIME ZONE",
  VARIANT: "JSON",
  OBJECT: "JSON",
  ARRAY: "JSON",
};

/** Names that Snowflake folded to capitals are shown as they are written everywhere else: small. */
export function toColumn({ name, type, scale, precision }: RowType): ResultColumn {
  const known = type.toUpperCase();
  const shown = /[a-z]/.test(name) ? name : name.toLowerCase();
  if (known === "FIXED") {
    const whole = (scale ?? 0) === 0;
    return { name: shown, type: whole ? "BIGINT" : `DECIMAL(${precision ?? 38},${scale})` };
  }
  return { name: shown, type: TYPES[known] ?? known };
}

type Read = (text: string, type: RowType) => Cell;

const READ: Readonly<Record<string, Read>> = {
  FIXED: (text, { scale, precision }) => {
    if ((scale ?? 0) === 0) {
      const whole = BigInt(text);
      return Number.isSafeInteger(Number(whole)) ? Number(whole) : whole;
    }
    return (precision ?? 38) <= DIGITS_EXACT ? Number(text) : text;
  },
  REAL: (text) => Number(text.replace(/inf$/i, "Infinity")),
  BOOLEAN: (text) => text === "true" || text === "1",
  DATE: (text) => new Date(Number(text) * DAY_MS).toISOString().slice(0, 10),
  TIME: (text) => isoOf(text).slice(11, -1),
  TIMESTAMP_NTZ: isoOf,
  TIMESTAMP_LTZ: isoOf,
  // "seconds minutes": the offset stands behind, and the seconds are UTC whatever it is.
  TIMESTAMP_TZ: (text) => isoOf(text.split(" ")[0] ?? text),
};

export function toCell(text: string | null | undefined, type: RowType): Cell {
  if (text === null || text === undefined) {
    return null;
  }
  return READ[type.type.toUpperCase()]?.(text, type) ?? text;
}

/** "1767323045.500000000" → "2026-01-02T03:04:05.5Z". */
function isoOf(text: string): string {
  const match = /^(-?\d+)(?:\.(\d+))?$/.exec(text);
  if (match === null) {
    return text;
  }
  const [, seconds, digits = ""] = match;
  // One decimal number: before 1970 its fraction counts down too, and the time's own digits are the rest to a second.
  const nanos = BigInt(`${seconds}${digits.padEnd(9, "0").slice(0, 9)}`);
  const rest = ((nanos % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  const whole = Number((nanos - rest) / 1_000_000_000n);
  const fraction = String(rest).padStart(9, "0").replace(/0+$/, "");
  const base = new Date(whole * 1000).toISOString().slice(0, 19);
  return `${base}${fraction === "" ? "" : `.${fraction}`}Z`;
}

/** A bound value, with the type that its JavaScript type tells. */
export function toBinding(cell: Cell): { readonly type: string; readonly value: string | null } {
  if (cell === null) {
    return { type: "TEXT", value: null };
  }
  switch (typeof cell) {
    case "boolean":
      return { type: "BOOLEAN", value: String(cell) };
    case "bigint":
      return { type: "FIXED", value: String(cell) };
    case "number":
      return { type: Number.isSafeInteger(cell) ? "FIXED" : "REAL", value: String(cell) };
    default:
      return { type: "TEXT", value: cell };
  }
}
