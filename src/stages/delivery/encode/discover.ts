/** The fields that events bring beside their schema, with the column type that their values suggest. */

import type { ColumnType } from "../../../base/record.ts";
import { isDateText, isTimestampText } from "./fit.ts";

/** More names than this stay in their rows but are not proposed as columns. */
const NAMES_MAX = 1000;

export class Discovered {
  readonly #types = new Map<string, ColumnType>();

  note(name: string, value: unknown): void {
    if (value === null || value === undefined) {
      return;
    }
    const found = suggestType(value);
    const known = this.#types.get(name);
    if (known !== undefined) {
      this.#types.set(name, widen(known, found));
    } else if (this.#types.size < NAMES_MAX) {
      this.#types.set(name, found);
    }
  }

  /** In the order of first sight. */
  all(): Readonly<Record<string, ColumnType>> {
    return Object.fromEntries(this.#types);
  }
}

function suggestType(value: unknown): ColumnType {
  switch (typeof value) {
    case "boolean":
      return "boolean";
    case "bigint":
      return "integer";
    case "number":
      return Number.isSafeInteger(value) ? "integer" : "number";
    case "string":
      return suggestTextType(value);
    default:
      return "json";
  }
}

function suggestTextType(value: string): ColumnType {
  if (isDateText(value)) {
    return "date";
  }
  return isTimestampText(value) ? "timestamp" : "text";
}

/** The narrowest type that holds values of both. */
function widen(known: ColumnType, found: ColumnType): ColumnType {
  if (known === found) {
    return known;
  }
  const both = new Set([known, found]);
  if (both.has("json")) {
    return "json";
  }
  return both.has("integer") && both.has("number") ? "number" : "text";
}
