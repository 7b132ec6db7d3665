/** Opens the check of one stream: splits a body into records, judges each, and gives the verdict on all. */

import { isUtf8 } from "node:buffer";
import type { StreamPlan } from "../../plan/plan.ts";
import type { BodyFormat, Checker, Verdict } from "../../seams/check.ts";
import { openCsv } from "./csv/body.ts";
import { openDesk } from "./desk.ts";
import { takeDocument } from "./json-body.ts";
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

  return { schemaVersion: plan.schemaVersion, check };
}

/** Spreadsheets put a byte order mark before their texts. */
function behindMark(bytes: Buffer): number {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}
