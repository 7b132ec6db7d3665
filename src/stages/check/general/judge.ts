/** The general way: any record's bytes → the event, or the reasons against it. Slow and complete. */

import { isUtf8 } from "node:buffer";
import type { Reason, ReasonCode } from "../../../base/dead-letter.ts";
import { causeOf } from "../../../base/faults.ts";
import { LIMITS } from "../../../base/limits.ts";
import type { StreamPlan } from "../../../plan/plan.ts";
import { survey } from "../json-text.ts";
import type { Survey } from "../json-text.ts";
import { openSchema } from "./schema.ts";
import type { Schema } from "./schema.ts";
import { escapePointer, nameOf, unsound } from "./soundness.ts";

export type Event = Readonly<Record<string, unknown>>;
export type Reasons = readonly [Reason, ...Reason[]];

export type Judgement =
  | { readonly event: Event; readonly broken: boolean }
  | { readonly reasons: Reasons };

/** Levels of nesting: deeper values break the stack of whoever walks over them later. */
const DEPTH_MAX = 100;

interface Judge {
  /** `isText` says that the bytes are known to be UTF-8. */
  judge(bytes: Buffer, isText: boolean): Judgement;
}

export function openJudge(plan: StreamPlan): Judge {
  const schema = openSchema(plan.schema);
  const closed = plan.drift.newField === "quarantine";

  function judge(bytes: Buffer, isText: boolean): Judgement {
    const read = readObject(bytes, isText);
    if ("code" in read) {
      return { reasons: [read] };
    }
    const { event, found } = read;
    const [first, ...others] = reasonsAgainst(event, found);
    return first === undefined ? { event, broken: found.broken } : { reasons: [first, ...others] };
  }

  function reasonsAgainst(event: Event, found: Survey): readonly Reason[] {
    if (found.depth > DEPTH_MAX) {
      return [refusal("NOT_JSON", `the record is nested deeper than ${DEPTH_MAX} levels`)];
    }
    if (membersOf(event) !== found.members) {
      return [
        refusal("NOT_JSON", "the record has a field twice, so one of its values would be lost"),
      ];
    }
    const flawed = found.unusual ? unsound(event) : undefined;
    if (flawed !== undefined) {
      return [flawed];
    }
    const reasons = schema.accepts(event) ? [] : schema.reasons(event);
    const unknown = closed ? unknownFields(event, schema) : [];
    return [...reasons, ...unknown].slice(0, LIMITS.reasonsPerRecordMax);
  }

  return { judge };
}

type Read = { readonly event: Event; readonly found: Survey };

function readObject(bytes: Buffer, isText: boolean): Read | Reason {
  if (bytes.length > LIMITS.recordBytesMax) {
    const message = `the record has ${bytes.length} bytes; at most ${LIMITS.recordBytesMax} are taken`;
    return refusal("TOO_LARGE", message);
  }
  if (!isText && !isUtf8(bytes)) {
    return refusal("NOT_UTF8", "the record is not UTF-8 text");
  }
  let event: unknown;
  try {
    event = JSON.parse(bytes.toString());
  } catch (thrown) {
    return refusal("NOT_JSON", `the record is not JSON: ${readable(causeOf(thrown))}`);
  }
  if (typeof event !== "object" || event === null || Array.isArray(event)) {
    return refusal("NOT_AN_OBJECT", `a record must be a JSON object, got ${kindOf(event)}`);
  }
  return { event: event as Event, found: survey(bytes, 0, bytes.length) };
}

/** A reason that speaks of the record as a whole. */
export function refusal(code: ReasonCode, message: string): Reason {
  return { code, path: "", message };
}

/** V8's messages quote the input, with control characters and without a bound. */
function readable(text: string): string {
  const plain = text.replaceAll(/[\p{Cc}\p{Cs}]/gu, "\u00b7").toWellFormed();
  return plain.length > 160 ? `${plain.slice(0, 160)}…` : plain;
}

function kindOf(value: unknown): string {
  if (value === null) {
    return "null";
  }
  return Array.isArray(value) ? "a list" : `a ${typeof value}`;
}

/** Members of an object and all objects inside it. Called after the depth is known to be bounded. */
function membersOf(value: object): number {
  const values = Object.values(value);
  let count = Array.isArray(value) ? 0 : values.length;
  for (const member of values) {
    if (typeof member === "object" && member !== null) {
      count += membersOf(member);
    }
  }
  return count;
}

function unknownFields(event: Event, schema: Schema): Reason[] {
  const names = Object.keys(event).filter((name) => !schema.names.has(name));
  return names.slice(0, LIMITS.reasonsPerRecordMax).map((name) => {
    const path = `/${escapePointer(name)}`;
    const message = `${nameOf(path)} is not a field of this stream, and new fields are set aside`;
    return { code: "FIELD_UNKNOWN", path, message };
  });
}
