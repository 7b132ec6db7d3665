/** A record that delivery sets aside, as one line of a failed-records object. */

import { isUtf8 } from "node:buffer";
import type { Instant } from "../../../base/clock.ts";
import type { DeadLetter, Reason } from "../../../base/dead-letter.ts";
import type { StreamPlan } from "../../../plan/plan.ts";

export interface FailedRecord {
  readonly id: string;
  readonly path: string;
  readonly says: string;
  readonly acceptedAt: Instant;
  /** Place in the cut, from 0. */
  readonly member: number;
  readonly raw: Buffer;
}

/** The line of a record that the transform refused or whose row fits no column; the same record, the same line. */
export function letterLine(stream: StreamPlan, failed: FailedRecord): string {
  const reason: Reason = { code: "TRANSFORM_FAILED", path: failed.path, message: failed.says };
  const letter: DeadLetter = {
    id: failed.id,
    stream: stream.name,
    stage: "transform",
    cause: reason.code,
    reasons: [reason],
    schema_version: stream.schemaVersion,
    received_at: new Date(failed.acceptedAt).toISOString(),
    caller: "",
    request_id: "",
    member: failed.member,
    raw_base64: failed.raw.toString("base64"),
    raw_text: isUtf8(failed.raw) ? failed.raw.toString("utf8") : null,
  };
  return `${JSON.stringify(letter)}\n`;
}
