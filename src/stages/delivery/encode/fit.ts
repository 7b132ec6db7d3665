/** Whether a value fits a column, and what is written for it. */

import type { Column, ColumnType } from "../../../base/record.ts";

/** A value that does not fit. */
export interface Unfit {
  readonly path: string;
  readonly says: string;
}

export type Fitted =
  | {
      readonly kind: "row";
      /** A value per column, undefined for null. */
      readonly values: readonly unknown[];
      readonly unknown: Record<string, unknown> | undefined;
    }
  | { readonly kind: "unfit"; readonly unfit: Unfit };

export interface Fitter {
  fit(event: Readonly<Record<string, unknown>>): Fitted;
}

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const DATE = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const TIMESTAMP =
  /^(\d{4}-\d\d-\d\d)[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?$/;

export function openFitter(columns: readonly Column[]): Fitter {
  const places = new Map(columns.map(({ name }, place) => [name, place]));
  const blank: readonly unknown[] = columns.map(() => undefined);
  const required = [...columns.entries()].filter(([, { nullable }]) => !nullable);

  /** Goes by the members there are: a wide row with few of them costs little more than these. */
  function fit(event: Readonly<Record<string, unknown>>): Fitted {
    const values = blank.slice();
    let unknown: Record<string, unknown> | undefined;
    for (const name of Object.keys(event)) {
      const given = event[name];
      const place = places.get(name) ?? -1;
      const column = columns[place];
      if (column === undefined) {
        unknown = isJson(given) ? keep(unknown, name, given) : unknown;
      } else if (given !== undefined && given !== null) {
        const value = FIT[column.type](given);
        if (value === undefined) {
          return { kind: "unfit", unfit: unfit(column, given) };
        }
        values[place] = value;
      }
    }
    const absent = required.find(([place]) => values[place] === undefined);
    return absent === undefined
      ? { kind: "row", values, unknown }
      : { kind: "unfit", unfit: missing(absent[1]) };
  }

  return { fit };
}

function keep(
  unknown: Record<string, unknown> | undefined,
  name: string,
  value: unknown,
): Record<string, unknown> {
  const kept = unknown ?? {};
  // Not an assignment: a member called __proto__ is a member like any other.
  Object.defineProperty(kept, name, {
    value,
    enumerable: true,
    writable: true,
    configurable: true,
  });
  return kept;
}

/** What is written for a value of a column's type; undefined when it does not fit. Never sees null. */
const FIT: Readonly<Record<ColumnType, (value: unknown) => unknown>> = {
  text: (value) => (typeof value === "string" ? wellFormed(value) : undefined),
  integer: fitInteger,
  number: fitNumber,
  boolean: (value) => (typeof value === "boolean" ? value : undefined),
  date: (value) => {
    const text = value instanceof Date ? isoText(value)?.slice(0, 10) : value;
    return typeof text === "string" && isDateText(text) ? text : undefined;
  },
  timestamp: (value) => {
    const text = value instanceof Date ? isoText(value) : value;
    return typeof text === "string" && isTimestampText(text) ? toUtcText(text) : undefined;
  },
  json: (value) => (isJson(value) ? value : undefined),
};

function fitInteger(value: unknown): unknown {
  if (typeof value === "bigint") {
    return value >= INT64_MIN && value <= INT64_MAX ? value : undefined;
  }
  if (typeof value !== "number" || !Number.isInteger(value)) {
    return undefined;
  }
  // A double beyond 2^53 prints with an exponent from 1e21 on; as a bigint it is plain digits.
  return Number.isSafeInteger(value) ? value : fitInteger(BigInt(value));
}

function fitNumber(value: unknown): number | undefined {
  const number = typeof value === "bigint" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

function isoText(date: Date): string | undefined {
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

function isJson(value: unknown): boolean {
  return value !== undefined && typeof value !== "function" && typeof value !== "symbol";
}

function wellFormed(value: string): string {
  return value.isWellFormed() ? value : value.toWellFormed();
}

export function isDateText(text: string): boolean {
  if (!DATE.test(text)) {
    return false;
  }
  const day = Number(text.slice(8));
  // Only the last days of a month need the calendar.
  return day <= 28 || new Date(`${text}T00:00:00Z`).toISOString().startsWith(text);
}

export function isTimestampText(text: string): boolean {
  const match = TIMESTAMP.exec(text);
  return match !== null && isDateText(match[1] ?? "");
}

/**
 * A proved time in UTC, its fraction untouched: readers of typed columns drop an offset without a word (DuckDB's CSV and
 * JSON readers give 14:05 for 14:05+02:00). One without a zone is UTC already.
 */
export function toUtcText(text: string): string {
  if (text.endsWith("Z") || !/[+-]\d\d:?\d\d$/.test(text)) {
    return text;
  }
  const fraction = /\.\d+/.exec(text)?.[0] ?? "";
  const whole = new Date(text.replace(" ", "T").replace(fraction, "")).toISOString();
  return `${whole.slice(0, 19)}${fraction}Z`;
}

function unfit(column: Column, given: unknown): Unfit {
  const shown = showValue(given);
  return {
    path: `/${column.name}`,
    says: `${column.name} must be ${WORDS[column.type]}, got ${shown}`,
  };
}

function missing(column: Column): Unfit {
  return { path: `/${column.name}`, says: `${column.name} must not be empty` };
}

const WORDS: Readonly<Record<ColumnType, string>> = {
  text: "a text",
  integer: "a whole number of 64 bits",
  number: "a finite number",
  boolean: "true or false",
  date: "a date such as 2026-07-13",
  timestamp: "a time such as 2026-07-13T14:05:06Z",
  json: "a value that JSON can hold",
};

function showValue(value: unknown): string {
  if (typeof value === "string") {
    return JSON.stringify(value.slice(0, 60));
  }
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") {
    return String(value);
  }
  return Array.isArray(value) ? "a list" : `a value of type ${typeof value}`;
}
