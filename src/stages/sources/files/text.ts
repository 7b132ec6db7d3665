/** Text as files have it → UTF-8: byte order marks, UTF-16 and Windows-1252, told apart by what the bytes can be. */

import { isAscii, isUtf8 } from "node:buffer";
import type { FileSourcePlan } from "../../../plan/sources/source-plan.ts";

type Encoding = Exclude<FileSourcePlan["encoding"], "auto">;

const LOOKED_AT = 4096;
/** A multi-byte character of UTF-8 lacks at most three bytes at a chunk's end. */
const CARRY_MAX = 3;
const MARKS: readonly (readonly [readonly number[], Encoding])[] = [
  [[0xef, 0xbb, 0xbf], "utf-8"],
  [[0xff, 0xfe], "utf-16le"],
  [[0xfe, 0xff], "utf-16be"],
];

/** How a file's text is written, and how many bytes of mark it begins with. */
export interface Written {
  /** Undefined: UTF-8 until bytes come that are none. */
  readonly encoding: Encoding | undefined;
  readonly markBytes: number;
}

export function toWritten(head: Buffer, given: FileSourcePlan["encoding"]): Written {
  const mark = MARKS.find(([bytes]) => bytes.every((byte, index) => head[index] === byte));
  if (given !== "auto") {
    return { encoding: given, markBytes: mark?.[1] === given ? mark[0].length : 0 };
  }
  if (mark !== undefined) {
    const [bytes, encoding] = mark;
    return { encoding: encoding === "utf-8" ? undefined : encoding, markBytes: bytes.length };
  }
  return { encoding: wideEncoding(head), markBytes: 0 };
}

/** Text of mostly Latin letters in UTF-16 has a zero in every other byte, and in no byte between. */
function wideEncoding(head: Buffer): Encoding | undefined {
  const zeros: [number, number] = [0, 0];
  const bytes = Math.min(head.length, LOOKED_AT);
  for (let at = 0; at < bytes; at += 1) {
    zeros[(at % 2) as 0 | 1] += head[at] === 0 ? 1 : 0;
  }
  const [even, odd] = zeros;
  if (odd * 4 > bytes && even === 0) {
    return "utf-16le";
  }
  return even * 4 > bytes && odd === 0 ? "utf-16be" : undefined;
}

/** The chunks as UTF-8, without a mark; `say` hears how they were read where that is not plain. */
export async function* toUtf8(
  chunks: AsyncIterable<Buffer>,
  { encoding, markBytes }: Written,
  say: (note: string) => void,
): AsyncGenerator<Buffer> {
  const turn = encoding === undefined ? guessing(say) : turning(encoding);
  if (encoding !== undefined && encoding !== "utf-8") {
    say(`read as ${encoding === "windows-1252" ? "Windows-1252" : encoding.toUpperCase()}`);
  }
  let drop = markBytes;
  for await (const chunk of chunks) {
    const rest = chunk.subarray(drop);
    drop = Math.max(0, drop - chunk.length);
    const text = turn(rest, false);
    if (text.length > 0) {
      yield text;
    }
  }
  const last = turn(Buffer.alloc(0), true);
  if (last.length > 0) {
    yield last;
  }
}

type Turn = (chunk: Buffer, last: boolean) => Buffer;

function turning(encoding: Encoding): Turn {
  if (encoding === "utf-8") {
    return (chunk) => chunk;
  }
  const decoder = new TextDecoder(encoding, { ignoreBOM: true });
  return (chunk, last) => Buffer.from(decoder.decode(chunk, { stream: !last }));
}

/**
 * UTF-8 until bytes come that are none. Where everything before them was ASCII they are Windows-1252, and all that
 * follows; among true UTF-8 they are damage, which the check sets aside row by row.
 */
function guessing(say: (note: string) => void): Turn {
  let mode: "utf-8" | "windows-1252" | "damaged" = "utf-8";
  let proven = false;
  let carry = Buffer.alloc(0);
  const latin = turning("windows-1252");
  return (chunk, last) => {
    if (mode !== "utf-8") {
      return mode === "damaged" ? chunk : latin(chunk, last);
    }
    const bytes = carry.length === 0 ? chunk : Buffer.concat([carry, chunk]);
    const whole = last ? bytes.length : wholeBytes(bytes);
    const text = bytes.subarray(0, whole);
    if (isUtf8(text)) {
      carry = Buffer.from(bytes.subarray(whole));
      proven ||= !isAscii(text);
      return text;
    }
    mode = proven || isMostlyUtf8(bytes) ? "damaged" : "windows-1252";
    carry = Buffer.alloc(0);
    if (mode === "damaged") {
      say("has bytes that are not UTF-8; their rows are set aside");
      return bytes;
    }
    say("read as Windows-1252: its bytes are not UTF-8");
    return latin(bytes, last);
  };
}

/** Bytes without a character at the end that is not there as a whole yet. */
function wholeBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(CARRY_MAX, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte >= 0xc0) {
      const wanted = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return wanted > back ? bytes.length - back : bytes.length;
    }
    if (byte < 0x80) {
      return bytes.length;
    }
  }
  return bytes.length;
}

/** Whether true characters of several bytes are more than bytes that cannot be. */
function isMostlyUtf8(bytes: Buffer): boolean {
  let [good, bad] = [0, 0];
  for (const char of bytes.toString("utf8")) {
    if (char === "\ufffd") {
      bad += 1;
    } else if (char > "\u007f") {
      good += 1;
    }
  }
  return good > bad;
}
