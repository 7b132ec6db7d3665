/** Bodies of one JSON record per line. */

import { isUtf8 } from "node:buffer";
import type { Desk } from "./desk.ts";
import { trimEnd, trimStart } from "./json-text.ts";
import { refusal } from "./general/judge.ts";

const LINE_FEED = 10;
const RETURN = 13;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

export interface Body {
  readonly bytes: Buffer;
  /** Where the first record may begin: behind a byte order mark. */
  readonly start: number;
  readonly isText: boolean;
}

export function takeLines(desk: Desk, body: Body): void {
  const { bytes } = body;
  let stretch: Stretch = NONE;
  let at = body.start;
  while (at < bytes.length) {
    const end = desk.scanPrefix(bytes, at, bytes.length);
    const next = end < 0 ? -1 : behindBreak(bytes, end);
    if (next >= 0 && desk.acceptScanned(bytes, at, end)) {
      stretch = NONE;
      at = next;
    } else {
      const feed = bytes.indexOf(LINE_FEED, at);
      const to = feed < 0 ? bytes.length : feed;
      stretch = takeLine(desk, body, { at, to, stretch });
      at = to + 1;
    }
  }
}

/** Where the next line starts when a line ends at `end`; -1 when something else stands there. */
function behindBreak(bytes: Buffer, end: number): number {
  if (end === bytes.length || bytes[end] === LINE_FEED) {
    return end + 1;
  }
  const isCrLf =
    bytes[end] === RETURN && (end + 1 === bytes.length || bytes[end + 1] === LINE_FEED);
  return isCrLf ? end + 2 : -1;
}

/** Lines of bytes that are no text, set aside together: where they start, -1 when the last line was none. */
type Stretch = number;
const NONE: Stretch = -1;

interface Line {
  readonly at: number;
  readonly to: number;
  readonly stretch: Stretch;
}

/** Judges one line in full; returns the stretch of binary lines it belongs to. */
function takeLine(desk: Desk, { bytes, isText }: Body, line: Line): Stretch {
  const start = trimStart(bytes, line.at, line.to);
  const end = trimEnd(bytes, start, line.to);
  if (start === end) {
    return line.stretch;
  }
  const goesOn = line.stretch >= 0 && bytes[start] !== OPEN_BRACE;
  if (goesOn || (!isText && isBinary(bytes, start, end))) {
    return takeBinary(desk, bytes, { ...line, at: start, to: end });
  }
  desk.take(bytes, { start, end });
  return NONE;
}

/**
 * Whether the line is no record at all but a piece of something binary: not UTF-8 and not in braces. A picture of
 * 16 MiB has 65,000 line feeds; it is set aside as one or a few pieces, not as 65,000 records. Such a stretch goes on
 * up to the next line that opens a brace.
 */
function isBinary(bytes: Buffer, start: number, end: number): boolean {
  const braced = bytes[start] === OPEN_BRACE && bytes[end - 1] === CLOSE_BRACE;
  return !braced && !isUtf8(bytes.subarray(start, end));
}

function takeBinary(desk: Desk, bytes: Buffer, { at, to, stretch }: Line): Stretch {
  if (stretch >= 0) {
    desk.widen(bytes.subarray(stretch, to));
    return stretch;
  }
  desk.reject(bytes.subarray(at, to), refusal("NOT_UTF8", "these bytes are not UTF-8 text"));
  return at;
}
