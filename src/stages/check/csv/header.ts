/** The header line of a CSV body → which column is which field, or why it cannot be read. */

import { isUtf8 } from "node:buffer";
import { defined } from "../../../base/assert.ts";
import type { Reason } from "../../../base/dead-letter.ts";
import type { Column } from "../../../base/record.ts";
import type { StreamPlan } from "../../../plan/plan.ts";
import { refusal } from "../general/judge.ts";
import type { CellKind } from "./cells.ts";
import { ESCAPED, openRows } from "./rows.ts";

const COLUMNS_MAX = 20_000;

/** One column on its way to a member of the record. */
export interface Target {
  /** `,"name":` as it is written. */
  readonly key: Uint8Array;
  readonly kind: CellKind;
  /** Whether an empty cell becomes null; else the member is left out. */
  readonly emptyIsNull: boolean;
}

/** Columns of a row in the order in which they are written. */
export interface Targets {
  /** Place of target i's column in the row. */
  readonly columns: Int32Array;
  /** 1 where an empty cell becomes null. */
  readonly nulls: Uint8Array;
  readonly list: readonly Target[];
}

export interface Header {
  readonly columns: number;
  /** Columns that are fields, in the schema's order, so that records come out canonical. */
  readonly known: Targets;
  /** Columns the schema does not know, in the header's order. */
  readonly extra: Targets;
  /** All keys' bytes together, for making room. */
  readonly keyBytes: number;
  /** Length of the header line with its line break. */
  readonly bytes: number;
}

export interface Headers {
  /** The header that starts at `at`, or why there is none. */
  read(bytes: Buffer, at: number): Header | Reason;
}

/** Reads headers, remembering the last one: clients send the same file in many bodies. */
export function openHeaders(plan: StreamPlan): Headers {
  let line = Buffer.alloc(0);
  let header: Header | undefined;
  return {
    read(bytes, at) {
      if (header !== undefined && line.equals(bytes.subarray(at, at + line.length))) {
        return header;
      }
      const read = readHeader(bytes, at, plan);
      if ("code" in read) {
        return read;
      }
      // Without its line break the line could be the beginning of a longer one.
      if (bytes[at + read.bytes - 1] === 10) {
        line = Buffer.from(bytes.subarray(at, at + read.bytes));
        header = read;
      }
      return read;
    },
  };
}

function readHeader(bytes: Buffer, at: number, plan: StreamPlan): Header | Reason {
  const rows = openRows(bytes, COLUMNS_MAX);
  const next = rows.read(at);
  const line = bytes.subarray(at, rows.end);
  if (!isUtf8(line)) {
    return refusal("NOT_UTF8", "the header line is not UTF-8 text");
  }
  if (rows.malformed || rows.cells > COLUMNS_MAX) {
    return refusal("CSV_MALFORMED", "the quotes of the header line do not match");
  }
  const names = Array.from({ length: rows.cells }, (_, i) => {
    const text = bytes.toString("utf8", rows.starts[i], rows.ends[i]).trim();
    return rows.kinds[i] === ESCAPED ? text.replaceAll('""', '"') : text;
  });
  const wrong = wrongNames(names, plan);
  return wrong === undefined
    ? { ...toTargets(names, plan), bytes: Math.min(next, bytes.length) - at }
    : refusal("CSV_MALFORMED", wrong);
}

const CONTROL = /\p{Cc}/u;

function wrongNames(names: readonly string[], plan: StreamPlan): string | undefined {
  const seen = new Set<string>();
  for (const [index, name] of names.entries()) {
    if (name === "" || CONTROL.test(name)) {
      return `column ${index + 1} of the header has no name that can be read`;
    }
    if (seen.has(name)) {
      return `the header names column ${shown(name)} twice, so its values cannot be told apart`;
    }
    seen.add(name);
  }
  if (plan.fields.some((field) => seen.has(field.name))) {
    return undefined;
  }
  const fields = plan.fields.slice(0, 5).map((field) => field.name);
  return `the first line names no field of this stream (such as ${fields.join(", ")}): is the header missing?`;
}

function shown(name: string): string {
  return JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name);
}

function toTargets(names: readonly string[], plan: StreamPlan): Omit<Header, "bytes"> {
  const places = new Map(names.map((name, column) => [name, column]));
  const listed = plan.schema["required"];
  const required = new Set(Array.isArray(listed) ? (listed as string[]) : []);
  const known = plan.fields.filter(({ name }) => places.has(name));
  const fields = new Set(known.map(({ name }) => name));
  const extra = names.filter((name) => !fields.has(name));
  const columnOf = (name: string) => defined(places.get(name), "the header has this column");
  const keyBytes = names.reduce((sum, name) => sum + toKey(name).length, 0);
  return {
    columns: names.length,
    known: gather(
      known.map(({ name }) => columnOf(name)),
      known.map(({ name, type, nullable }) => {
        return { key: toKey(name), kind: KINDS[type], emptyIsNull: required.has(name) && nullable };
      }),
    ),
    extra: gather(
      extra.map(columnOf),
      extra.map((name) => ({ key: toKey(name), kind: "guess", emptyIsNull: false })),
    ),
    keyBytes,
  };
}

function gather(columns: readonly number[], list: readonly Target[]): Targets {
  const nulls = Uint8Array.from(list, ({ emptyIsNull }) => (emptyIsNull ? 1 : 0));
  return { columns: Int32Array.from(columns), nulls, list };
}

function toKey(name: string): Uint8Array {
  return Uint8Array.from(Buffer.from(`,${JSON.stringify(name)}:`));
}

const KINDS: Readonly<Record<Column["type"], CellKind>> = {
  text: "text",
  date: "text",
  timestamp: "text",
  integer: "integer",
  number: "number",
  boolean: "boolean",
  json: "json",
};
