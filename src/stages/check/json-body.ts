/** Bodies that are one JSON document: an object, or an array of objects judged one by one. */

import type { Desk } from "./desk.ts";
import { trimEnd, trimStart, valueEnd } from "./json-text.ts";
import { refusal } from "./general/judge.ts";
import type { Body } from "./ndjson.ts";

const COMMA = 44;
const OPEN_BRACE = 123;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;

export function takeDocument(desk: Desk, { bytes, start: from }: Body): void {
  const start = trimStart(bytes, from, bytes.length);
  const end = trimEnd(bytes, start, bytes.length);
  if (start === end) {
    return;
  }
  if (bytes[start] === OPEN_BRACKET) {
    takeArray(desk, bytes, { start, end });
    return;
  }
  if (desk.scanPrefix(bytes, start, end) === end && desk.acceptScanned(bytes, start, end)) {
    return;
  }
  if (bytes[start] === OPEN_BRACE && isFollowed(bytes, start, end)) {
    const says = "the body goes on after its first record: send several as an array or as NDJSON";
    desk.rejectWhole(bytes, refusal("NOT_JSON", says));
    return;
  }
  desk.take(bytes, { start, end });
}

/** Whether another value, not just text to mend, stands behind the first. */
function isFollowed(bytes: Buffer, start: number, end: number): boolean {
  const first = valueEnd(bytes, start, end);
  return first > 0 && bytes[trimStart(bytes, first, end)] === OPEN_BRACE && first < end;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

function takeArray(desk: Desk, bytes: Buffer, { start, end }: Range): void {
  let at = trimStart(bytes, start + 1, end);
  if (bytes[at] === CLOSE_BRACKET && at + 1 === end) {
    return;
  }
  while (at < end) {
    const to = takeMember(desk, bytes, { start: at, end });
    const mark = to < 0 ? end : trimStart(bytes, to, end);
    if (bytes[mark] === CLOSE_BRACKET && mark + 1 === end) {
      return;
    }
    // A comma must have a member behind it, so the array's own end cannot come next.
    at = mark < end && bytes[mark] === COMMA ? trimStart(bytes, mark + 1, end) : end;
  }
  // Its records may have looked well, but nobody can say what was meant by a document that is broken or cut short.
  const says = "the body is a JSON array that is broken or cut short; none of it was taken";
  desk.rejectWhole(bytes, refusal("NOT_JSON", says));
}

/** Judges the member that starts at `start`; returns where it ends, -1 when no end can be found. */
function takeMember(desk: Desk, bytes: Buffer, { start, end }: Range): number {
  const scanned = desk.scanPrefix(bytes, start, end);
  if (scanned >= 0 && desk.acceptScanned(bytes, start, scanned)) {
    return scanned;
  }
  const to = scanned >= 0 ? scanned : valueEnd(bytes, start, end);
  if (to >= 0) {
    desk.take(bytes, { start, end: to });
  }
  return to;
}
