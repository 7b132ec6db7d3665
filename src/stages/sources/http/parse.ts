/** An API's answer → its records as lines of JSON, numbers as they were written. Pure. */

import { causeOf } from "../../../base/faults.ts";

/** JSON text inside of JSON text, as frameworks make it that encode what is encoded already. */
const UNPACKED_MAX = 3;

export interface Parsed {
  /** The whole answer, for cursors. */
  readonly whole: unknown;
  readonly records: readonly unknown[];
}

export class NotRecords extends TypeError {}

/** Throws NotRecords, which says what the answer is instead. */
export function parseAnswer(text: string, path: readonly string[]): Parsed {
  let whole: unknown = text;
  for (let depth = 0; depth < UNPACKED_MAX && typeof whole === "string"; depth += 1) {
    whole = parse(whole);
  }
  const found = at(whole, path);
  if (found === undefined || found === null) {
    const said = errorOf(whole);
    const missing = path.length === 0 ? "it is null" : `it has nothing at ${path.join(".")}`;
    throw new NotRecords(said === undefined ? missing : `it says: ${said}`);
  }
  // An answer of 200 that is nothing but an error is none the less an error.
  const said = path.length === 0 ? errorOf(found) : undefined;
  if (said !== undefined) {
    throw new NotRecords(`it says: ${said}`);
  }
  return { whole, records: Array.isArray(found) ? (found as readonly unknown[]) : [found] };
}

function errorOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || Object.keys(value).length !== 1) {
    return undefined;
  }
  const { error, detail } = value as { readonly error?: unknown; readonly detail?: unknown };
  const said = error ?? detail;
  return said === undefined
    ? undefined
    : (typeof said === "string" ? said : JSON.stringify(said)).slice(0, 300);
}

/** The value at a path of members. */
export function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, name) =>
      typeof inner === "object" && inner !== null && Object.hasOwn(inner, name)
        ? (inner as Readonly<Record<string, unknown>>)[name]
        : undefined,
    value,
  );
}

type Reviver = (name: string, value: unknown, context: { readonly source?: string }) => unknown;

/** What ECMAScript has and TypeScript's own library does not know yet. */
const json = JSON as unknown as {
  parse(text: string, reviver: Reviver): unknown;
  rawJSON(text: string): unknown;
};

/** Integers beyond 2^53 and long decimals keep their digits: they are written again as they were. */
const exact: Reviver = (_name, value, { source }) =>
  typeof value === "number" && source !== undefined && String(value) !== source
    ? json.rawJSON(source)
    : value;

function parse(text: string): unknown {
  try {
    return json.parse(text, exact);
  } catch (thrown) {
    throw new NotRecords(`it is no JSON: ${causeOf(thrown)}`);
  }
}
