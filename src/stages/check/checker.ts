/** Opens the check of one stream: splits a body into records, judges each, and gives the verdict on all. */

import { isUtf8 } from "node:buffer";
import type { StreamPlan } from "../../plan/plan.ts";
import type { BodyFormat, Checker, RecordRanges, Verdict } from "../../seams/check.ts";
import { openCsv } from "./csv/body.ts";
import { openDesk, type Desk, type Range } from "./desk.ts";
import { takeDocument } from "./json-body.ts";
import { trimEnd, trimStart } from "./json-text.ts";
import type { Body } from "./ndjson.ts";
import { takeLines } from "./ndjson.ts";

/**
 * The checker of a stream. It keeps scratch space between calls and is not re-entrant: one body at a time. A record
 * of several lines is rewritten onto one in the body itself.
 */
export function openChecker(plan: StreamPlan): Checker {
  const desk = openDesk(plan);
  const csv = openCsv(plan, desk);

  function check(bytes: Buffer, format: BodyFormat): Verdict {
    const body: Body = { bytes, start: behindMark(bytes), isText: isUtf8(bytes) };
    desk.begin(body.isText);
    switch (format) {
      case "ndjson":
        takeLines(desk, body);
        return desk.verdict(bytes);
      case "json":
        takeDocument(desk, body);
        return desk.verdict(bytes);
      case "csv":
        return desk.verdict(csv.take(body));
    }
  }

  function checkRecords({ bytes, starts, ends, count }: RecordRanges): Verdict {
    // Text or not is asked per record: one that is no text must not cost its neighbours.
    desk.begin(false);
    for (let i = 0; i < count; i += 1) {
      takeRecord(desk, bytes, { start: starts[i] ?? 0, end: ends[i] ?? 0 });
    }
    return desk.verdict(bytes);
  }

  return { schemaVersion: plan.schemaVersion, check, checkRecords };
}

function takeRecord(desk: Desk, bytes: Buffer, range: Range): void {
  const start = trimStart(bytes, range.start, range.end);
  const end = trimEnd(bytes, start, range.end);
  const isScanned = desk.scanPrefix(bytes, start, end) === end;
  if (!isScanned || !desk.acceptScanned(bytes, start, end)) {
    desk.take(bytes, { start, end }, bytes.subarray(range.start, range.end));
  }
}

/** Spreadsheets put a byte order mark before their texts. */
function behindMark(bytes: Buffer): number {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}
