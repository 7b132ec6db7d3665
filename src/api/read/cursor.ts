/** A cursor: where the next page begins, as one opaque text that fits one question and no other. Pure. */

import { createHash } from "node:crypto";
import { Fault } from "../../base/faults.ts";
import type { Cell } from "../../seams/query.ts";

export type CursorValues = readonly (string | null)[];

const CHARS_MAX = 8192;
const SUM_CHARS = 16;

/**
 * `scope` is the question: the route and its filters. The sum tells a cut-off or edited cursor, and one of another
 * question, from a right one; it keeps no secret, since the values are only ever bound, never part of the SQL.
 */
export function toCursor(scope: string, values: readonly Cell[]): string {
  const plain = JSON.stringify(values.map((value) => (value === null ? null : String(value))));
  const text = Buffer.from(plain).toString("base64url");
  return `${sumOf(scope, text)}${text}`;
}

/** Throws PARAMETER_INVALID. */
export function fromCursor(scope: string, cursor: string, count: number): CursorValues {
  const text = cursor.slice(SUM_CHARS);
  if (cursor.length > CHARS_MAX || sumOf(scope, text) !== cursor.slice(0, SUM_CHARS)) {
    throw wrong("it is not a cursor of this question; take next_cursor with the same filters");
  }
  const values: unknown = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
  if (!Array.isArray(values) || values.length !== count || !values.every(isValue)) {
    throw wrong("the table has another key now; begin again without a cursor");
  }
  return values;
}

function isValue(value: unknown): value is string | null {
  return value === null || typeof value === "string";
}

function sumOf(scope: string, text: string): string {
  return createHash("sha256").update(`${scope}\n${text}`).digest("base64url").slice(0, SUM_CHARS);
}

function wrong(cause: string): Fault {
  return new Fault("PARAMETER_INVALID", { parameter: "cursor", cause });
}
