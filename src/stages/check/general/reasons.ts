/** What ajv found wrong → reasons in a data engineer's words. */

import type { ErrorObject } from "ajv/dist/2020.js";
import type { Reason, ReasonCode } from "../../../base/dead-letter.ts";
import { escapePointer, nameOf } from "./soundness.ts";

/** Texts of people's data are cut at this many characters within a message. */
const SHOWN_CHARS_MAX = 60;
const CHOICES_SHOWN_MAX = 8;

type Says = (name: string, error: ErrorObject) => string;
type Row = readonly [ReasonCode, Says];

const bound = (words: string): Row => [
  "FIELD_RANGE",
  (name, { params, data }) => `${name} must be ${words} ${params["limit"]}, got ${show(data)}`,
];
const size = (words: string, of: string): Row => [
  "FIELD_RANGE",
  (name, { params, data }) => {
    const limit = Number(params["limit"]);
    return `${name} must have ${words} ${limit} ${of}${limit === 1 ? "" : "s"}, has ${sizeOf(data)}`;
  },
];

/** One row for each keyword that restricts a value. */
const ROWS: Readonly<Record<string, Row>> = {
  required: ["FIELD_MISSING", (name) => `${name} is missing`],
  dependentRequired: ["FIELD_MISSING", (name) => `${name} is missing`],
  additionalProperties: ["FIELD_UNKNOWN", (name) => `${name} is not a field of this schema`],
  unevaluatedProperties: ["FIELD_UNKNOWN", (name) => `${name} is not a field of this schema`],
  type: ["FIELD_TYPE", saysType],
  format: [
    "FIELD_FORMAT",
    (name, { params, data }) => `${name} must be ${formatOf(params["format"])}, got ${show(data)}`,
  ],
  pattern: [
    "FIELD_FORMAT",
    (name, { params, data }) =>
      // The pattern of "not blank" says so to nobody but programmers.
      params["pattern"] === "\\S"
        ? `${name} must not be blank`
        : `${name} must match the pattern ${params["pattern"]}, got ${show(data)}`,
  ],
  minimum: bound("at least"),
  maximum: bound("at most"),
  exclusiveMinimum: bound("more than"),
  exclusiveMaximum: bound("less than"),
  multipleOf: [
    "FIELD_RANGE",
    (name, { params, data }) =>
      `${name} must be a multiple of ${params["multipleOf"]}, got ${show(data)}`,
  ],
  minLength: size("at least", "character"),
  maxLength: size("at most", "character"),
  minItems: size("at least", "item"),
  maxItems: size("at most", "item"),
  minProperties: size("at least", "member"),
  maxProperties: size("at most", "member"),
  enum: [
    "FIELD_VALUE",
    (name, { params, data }) =>
      `${name} must be one of ${list(params["allowedValues"] as unknown[])}, got ${show(data)}`,
  ],
  const: [
    "FIELD_VALUE",
    (name, { params, data }) =>
      `${name} must be ${show(params["allowedValue"])}, got ${show(data)}`,
  ],
};

const OTHER: Row = [
  "FIELD_VALUE",
  (name, { message, data }) => `${name} ${message ?? "is not valid"}, got ${show(data)}`,
];

/** The reason an error states. ajv must run with `verbose`, which keeps the value. */
export function toReason(error: ErrorObject): Reason {
  const path = error.instancePath + within(error);
  const [code, says] = ROWS[error.keyword] ?? OTHER;
  const isNull = error.keyword === "type" && error.data === null;
  return { code: isNull ? "FIELD_NULL" : code, path, message: says(nameOf(path), error) };
}

/** The member that is missing or too many, which ajv's own path leaves out. */
function within({ params }: ErrorObject): string {
  const name = params["missingProperty"] ?? params["additionalProperty"];
  return typeof name === "string" ? `/${escapePointer(name)}` : "";
}

const TYPES: Readonly<Record<string, string>> = {
  integer: "a whole number",
  number: "a number",
  string: "text",
  boolean: "true or false",
  object: "an object",
  array: "a list",
  null: "null",
};

function saysType(name: string, { params, data }: ErrorObject): string {
  if (data === null) {
    return `${name} may not be null`;
  }
  const types = [params["type"] as string | string[]].flat();
  const wanted = types.map((type) => TYPES[type] ?? type).join(" or ");
  if (typeof data === "number" && !Number.isFinite(data)) {
    return `${name} must be ${wanted}, got a number too large to be kept (beyond 1.8e308)`;
  }
  return `${name} must be ${wanted}, got ${show(data)}`;
}

function formatOf(format: unknown): string {
  switch (format) {
    case "date":
      return "a date such as 2026-01-31";
    case "date-time":
      return "a date and time such as 2026-01-31T12:00:00Z";
    default:
      return `in the format ${String(format)}`;
  }
}

function list(values: readonly unknown[]): string {
  const shown = values.slice(0, CHOICES_SHOWN_MAX).map(show);
  const more = values.length - shown.length;
  return more > 0 ? `${shown.join(", ")} and ${more} more` : shown.join(", ");
}

function sizeOf(data: unknown): number {
  if (typeof data === "string") {
    return Array.from(data).length;
  }
  return Array.isArray(data) ? data.length : Object.keys(data as object).length;
}

/** A value within a message, cut to a bounded length. */
export function show(value: unknown): string {
  if (typeof value === "object" && value !== null) {
    return Array.isArray(value) ? "a list" : "an object";
  }
  if (typeof value !== "string") {
    return String(value);
  }
  const cut = value.length > SHOWN_CHARS_MAX ? `${value.slice(0, SHOWN_CHARS_MAX)}…` : value;
  return JSON.stringify(cut.toWellFormed());
}
