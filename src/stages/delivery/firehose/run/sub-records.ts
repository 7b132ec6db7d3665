/** Records taken apart: JSON values behind each other, or texts between delimiters. Pure. */

import type { SubRecords } from "../config/destination.ts";

/** The parts of a record in order, or what is wrong with it. Parts of JSON come without the space between them. */
export function splitRecord(data: Buffer, by: SubRecords): Buffer[] | string {
  return by.kind === "json" ? splitJson(data) : splitAt(data, Buffer.from(by.delimiter, "base64"));
}

function splitAt(data: Buffer, delimiter: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  let at = 0;
  while (at < data.length) {
    const end = data.indexOf(delimiter, at);
    const to = end < 0 ? data.length : end;
    parts.push(data.subarray(at, to));
    at = to + delimiter.length;
  }
  return parts.filter((part) => part.length > 0);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = new Set([0x7b, 0x5b]);
const CLOSE = new Set([0x7d, 0x5d]);
const SPACE = new Set([0x20, 0x0a, 0x0d, 0x09]);

/** Objects one after the other, or the members of one array: by depth, skipping what stands in texts. */
function splitJson(data: Buffer): Buffer[] | string {
  const outer = data.toString("utf8").trim();
  if (outer.startsWith("[")) {
    return splitArray(outer);
  }
  const parts: Buffer[] = [];
  let [depth, start, inText] = [0, -1, false];
  for (let at = 0; at < data.length; at += 1) {
    const byte = data[at] ?? 0;
    if (inText) {
      if (byte === BACKSLASH) {
        at += 1;
      } else if (byte === QUOTE) {
        inText = false;
      }
    } else if (byte === QUOTE) {
      inText = true;
    } else if (OPEN.has(byte)) {
      start = depth === 0 ? at : start;
      depth += 1;
    } else if (CLOSE.has(byte)) {
      depth -= 1;
      if (depth === 0) {
        parts.push(data.subarray(start, at + 1));
      }
    }
    if (depth < 0 || (depth === 0 && !CLOSE.has(byte) && !SPACE.has(byte))) {
      return "Non JSON record provided";
    }
  }
  return depth === 0 ? parts : "Non JSON record provided";
}

function splitArray(text: string): Buffer[] | string {
  try {
    const parsed = JSON.parse(text) as unknown[];
    return parsed.map((member) => Buffer.from(JSON.stringify(member)));
  } catch {
    return "Non JSON record provided";
  }
}
