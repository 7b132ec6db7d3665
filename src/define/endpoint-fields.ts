/** The settings of a read API and of its parameters. */

import type { Fields } from "./fields.ts";

export const endpointFields = {
  pageRows: {
    kind: "count",
    default: 200,
    min: 1,
    max: 10_000,
    doc: "Rows of a page when the request names no limit.",
  },
  pageRowsMax: {
    kind: "count",
    default: 1000,
    min: 1,
    max: 10_000,
    doc: "The highest limit a request may name.",
  },
  timeout: {
    kind: "duration",
    default: 10_000,
    min: 100,
    max: 300_000,
    doc: "How long the query of a page may run.",
  },
  scan: {
    kind: "size",
    default: 268_435_456,
    min: 65_536,
    max: 1_099_511_627_776,
    doc: "Bytes of objects that one request may have read, where it reads the lake.",
  },
  whenNothing: {
    kind: "choice",
    default: "empty",
    of: ["empty", "404"],
    doc: "The answer when no row fits: an empty list, or status 404.",
  },
} as const satisfies Fields;

export const parameterFields = {
  type: {
    kind: "choice",
    default: "text",
    of: ["text", "integer", "number", "boolean", "date", "timestamp"],
    doc: "What the parameter's text must be.",
  },
  match: {
    kind: "choice",
    default: "exact",
    of: ["exact", "loose", "from", "to"],
    doc: "How the column fits: equal; equal whatever the case and the spaces; not below; not above.",
  },
} as const satisfies Fields;
