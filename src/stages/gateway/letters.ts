/** Writes what the check set aside as dead letters, in batches a commit of the log can hold. Pure. */

import { isUtf8 } from "node:buffer";
import type { DeadLetter } from "../../base/dead-letter.ts";
import { LIMITS } from "../../base/limits.ts";
import { type RecordBatch, toBatch } from "../../seams/append.ts";
import type { Rejection } from "../../seams/check.ts";

export interface Circumstances {
  readonly stream: string;
  readonly schemaVersion: string;
  readonly receivedAt: string;
  readonly caller: string;
  readonly origin?: ((member: number) => string) | undefined;
  readonly requestId: string;
  /** Member n's letter is named `<prefix>.<n>`. */
  readonly idPrefix: string;
}

// A quarter of a commit: the letters of one body never fill the log that all streams' letters share.
const BATCH_BYTES_MAX = LIMITS.commitBytesMax / 4;

export function letterId(idPrefix: string, member: number): string {
  return `${idPrefix}.${member}`;
}

/** All letters' bytes are copied here and now: the rejections' views die with the next check. */
export function toLetters(
  rejected: readonly Rejection[],
  circumstances: Circumstances,
): RecordBatch[] {
  const batches: RecordBatch[] = [];
  let lines: Buffer[] = [];
  let bytes = 0;
  for (const rejection of rejected) {
    const line = Buffer.from(JSON.stringify(toLetter(rejection, circumstances)));
    if (bytes > 0 && bytes + line.length > BATCH_BYTES_MAX) {
      batches.push(toBatch(lines));
      lines = [];
      bytes = 0;
    }
    lines.push(line);
    bytes += line.length;
  }
  if (lines.length > 0) {
    batches.push(toBatch(lines));
  }
  return batches;
}

function toLetter({ member, raw, reasons }: Rejection, about: Circumstances): DeadLetter {
  return {
    id: letterId(about.idPrefix, member),
    stream: about.stream,
    stage: "check",
    cause: reasons[0].code,
    reasons,
    schema_version: about.schemaVersion,
    received_at: about.receivedAt,
    caller: about.origin?.(member) ?? about.caller,
    request_id: about.requestId,
    member,
    raw_base64: raw.toString("base64"),
    raw_text: toText(raw),
  };
}

// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROLS = /[\0-\x08\x0B\x0C\x0E-\x1F]/;

/**
 * The raw bytes as text for people. Left out where it would be no help and could make a letter many times larger than
 * its record: above a record's limit, and with control characters, which no text has and JSON spells with six bytes.
 */
function toText(raw: Buffer): string | null {
  if (raw.length > LIMITS.recordBytesMax || !isUtf8(raw)) {
    return null;
  }
  const text = raw.toString("utf8");
  return CONTROLS.test(text) ? null : text;
}
