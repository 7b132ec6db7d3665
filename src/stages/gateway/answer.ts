/** The texts of the gateway's answers, built by hand because a batch's has thousands of members. Pure. */

import { Fault } from "../../base/faults.ts";
import type { Instant } from "../../base/clock.ts";
import type { Answer, SetAside } from "../../seams/ingest.ts";

export interface Reply {
  readonly status: number;
  readonly body: string;
}

export interface AnswerStyle {
  readonly stream: string;
  /** The body was one JSON object. */
  readonly single: boolean;
  /** Only what was rejected is listed. */
  readonly minimal: boolean;
}

export function toReply(answer: Answer, style: AnswerStyle): Reply {
  return style.single && answer.count === 1 ? single(answer, style) : batch(answer, style);
}

function single(answer: Answer, { stream }: AnswerStyle): Reply {
  const [rejected] = answer.rejected;
  if (rejected !== undefined) {
    return { status: 422, body: JSON.stringify(rejectedBody(rejected)) };
  }
  const id = quote(answer.ids?.[0] ?? "");
  const repeatOf = answer.receipts?.repeatOf?.[0] ?? 0;
  const at = showInstant(repeatOf === 0 ? answer.acceptedAt : (repeatOf as Instant));
  const place = `"accepted_at":"${at}",${showPlace(answer, 0)}`;
  const mark = repeatOf === 0 ? "" : `,"duplicate":true`;
  const body = `{"id":${id},"stream":"${stream}","status":"accepted",${place}${mark}}`;
  return { status: 202, body };
}

function rejectedBody({ id, reasons }: SetAside): unknown {
  const why = reasons.map(({ message }) => message).join("; ");
  const { error } = new Fault("RECORD_REJECTED", { why, dead_letter: id }).toBody();
  return { error: { ...error, reasons } };
}

function batch(answer: Answer, { stream, minimal }: AnswerStyle): Reply {
  const { count, accepted, duplicates, rejected } = answer;
  const at = showInstant(answer.acceptedAt);
  const counts = `"count":${count},"accepted":${accepted},"duplicates":${duplicates}`;
  const head = `{"stream":"${stream}",${counts},"rejected":${rejected.length}`;
  const records = minimal ? rejectedOnly(answer) : inOrder(answer);
  const body = `${head},"accepted_at":"${at}","records":[${records}]}`;
  return { status: batchStatus(accepted, rejected.length), body };
}

function batchStatus(accepted: number, rejected: number): number {
  if (rejected === 0) {
    return 202;
  }
  return accepted === 0 ? 422 : 207;
}

function rejectedOnly({ rejected }: Answer): string {
  return rejected
    .map(({ member, id, reasons }) =>
      JSON.stringify({ member, status: "rejected", dead_letter: id, reasons }),
    )
    .join(",");
}

function inOrder(answer: Answer): string {
  const { count, ids = [], rejected } = answer;
  const repeatOf = answer.receipts?.repeatOf;
  let text = "";
  let taken = 0;
  for (let member = 0, out = 0; member < count; member += 1) {
    const aside = rejected[out];
    text += member === 0 ? "" : ",";
    if (aside !== undefined && aside.member === member) {
      const { id, reasons } = aside;
      text += JSON.stringify({ status: "rejected", dead_letter: id, reasons });
      out += 1;
    } else {
      text += `{"status":"accepted","id":${quote(ids[taken] ?? "")}`;
      text += repeatOf === undefined ? "}" : showFirst(answer, taken, repeatOf);
      taken += 1;
    }
  }
  return text;
}

/** The end of a record's entry: a duplicate's tells of its first receipt. */
function showFirst(answer: Answer, place: number, repeatOf: Float64Array): string {
  const first = repeatOf[place] ?? 0;
  if (first === 0) {
    return "}";
  }
  const at = showInstant(first as Instant);
  return `,"duplicate":true,"accepted_at":"${at}",${showPlace(answer, place)}}`;
}

function showPlace({ receipts }: Answer, place: number): string {
  const name = receipts?.names?.[place];
  const sequence = name === undefined ? (receipts?.sequences[place] ?? 0) : quote(name);
  return `"shard":${receipts?.shards[place] ?? 0},"sequence":${sequence}`;
}

const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

/** JSON.stringify of a text; a third of its cost for the ids nearly everybody uses. */
function quote(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

let shownAt: Instant | undefined;
let shown = "";

/** ISO text of an instant; the last is kept, since a commit answers many requests with the same. */
function showInstant(instant: Instant): string {
  if (instant !== shownAt) {
    shown = new Date(instant).toISOString();
    shownAt = instant;
  }
  return shown;
}
