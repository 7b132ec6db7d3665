/** What a body is, from its Content-Type, its Content-Encoding and, without a type, its first bytes. Pure. */

import { Fault } from "../../../base/faults.ts";
import type { BodyFormat } from "../../../seams/check.ts";

export type Coding = "identity" | "gzip";

const FORMATS: Readonly<Record<string, BodyFormat>> = {
  "application/json": "json",
  "application/x-ndjson": "ndjson",
  "application/ndjson": "ndjson",
  "application/jsonl": "ndjson",
  "application/x-jsonl": "ndjson",
  "application/jsonlines": "ndjson",
  "application/x-jsonlines": "ndjson",
  "text/csv": "csv",
};

// US-ASCII is a part of UTF-8, so a body that is truly ASCII reads the same.
const CHARSETS = new Set(["utf-8", "utf8", "us-ascii", "ascii"]);
const SEEN_MAX = 64;
const seen = new Map<string, BodyFormat>();

/** The format a Content-Type names; undefined when there is none, so that the bytes must tell. */
export function toFormat(contentType: string | undefined): BodyFormat | undefined {
  if (contentType === undefined || contentType === "") {
    return undefined;
  }
  const known = seen.get(contentType);
  if (known !== undefined) {
    return known;
  }
  const format = parseType(contentType);
  if (format === undefined) {
    throw new Fault("MEDIA_TYPE_UNSUPPORTED", { type: contentType });
  }
  // Bounded: clients use a handful of spellings, and one that makes them up gains nothing.
  if (seen.size < SEEN_MAX) {
    seen.set(contentType, format);
  }
  return format;
}

function parseType(contentType: string): BodyFormat | undefined {
  const [type = "", ...parameters] = contentType.toLowerCase().split(";");
  for (const parameter of parameters) {
    const [name = "", value = ""] = parameter.split("=", 2).map((part) => part.trim());
    const bare = value.replace(/^"(.*)"$/, "$1");
    const refused =
      (name === "charset" && !CHARSETS.has(bare)) || (name === "header" && bare === "absent");
    if (refused) {
      return undefined;
    }
  }
  const bare = type.trim();
  return FORMATS[bare] ?? (bare.endsWith("+json") ? "json" : undefined);
}

export function toCoding(contentEncoding: string | undefined): Coding {
  if (contentEncoding === undefined) {
    return "identity";
  }
  const coding = contentEncoding.trim().toLowerCase();
  if (coding === "gzip" || coding === "x-gzip") {
    return "gzip";
  }
  if (coding === "identity" || coding === "") {
    return "identity";
  }
  throw new Fault("ENCODING_UNSUPPORTED", { encoding: contentEncoding });
}

const NEWLINE = 10;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const OPEN_BRACKET = 91;

/** Place of the first byte from `from` on that JSON does not count as white space. */
function firstSolid(body: Buffer, from: number): number {
  let at = from;
  // A byte order mark is skipped as well: editors on Windows write one.
  if (at === 0 && body.length > 2 && body.readUIntBE(0, 3) === 0xef_bb_bf) {
    at = 3;
  }
  while (at < body.length && isSpace(body[at])) {
    at += 1;
  }
  return at;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 32 || byte === NEWLINE || byte === 13 || byte === 9;
}

/** Whether a JSON body is one value, not an array of them. */
export function isSingle(body: Buffer): boolean {
  return body[firstSolid(body, 0)] !== OPEN_BRACKET;
}

/** Whether the body is nothing, or nothing but white space. */
export function isBlank(body: Buffer): boolean {
  return firstSolid(body, 0) === body.length;
}

/** JSON or NDJSON: a first line that ends in } with a { after it is a record of its own. */
export function sniff(body: Buffer): BodyFormat {
  const first = firstSolid(body, 0);
  if (body[first] !== OPEN_BRACE) {
    return "json";
  }
  const newline = body.indexOf(NEWLINE, first);
  if (newline < 0) {
    return "json";
  }
  let last = newline - 1;
  while (isSpace(body[last])) {
    last -= 1;
  }
  const next = firstSolid(body, newline);
  return body[last] === CLOSE_BRACE && body[next] === OPEN_BRACE ? "ndjson" : "json";
}
