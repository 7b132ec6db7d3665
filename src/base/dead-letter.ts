/** A record that was set aside, as every stage writes it and the table `dead_letters` holds it. */

import type { Column } from "./record.ts";

/** Where the record was when it failed. */
export type DeadLetterStage = "check" | "transform" | "load" | "model";

/** Why a record failed; `code` groups, `path` points into the record, `message` is for people. */
export interface Reason {
  readonly code: ReasonCode;
  /** JSON pointer into the record, "" for the whole. */
  readonly path: string;
  readonly message: string;
}

export type ReasonCode =
  | "NOT_UTF8"
  | "NOT_JSON"
  | "NOT_AN_OBJECT"
  | "TOO_LARGE"
  | "CSV_MALFORMED"
  | "FIELD_MISSING"
  | "FIELD_NULL"
  | "FIELD_TYPE"
  | "FIELD_FORMAT"
  | "FIELD_RANGE"
  | "FIELD_VALUE"
  | "FIELD_UNKNOWN"
  | "ID_INVALID"
  | "KEY_INVALID"
  | "RULE_BROKEN"
  | "TRANSFORM_FAILED"
  | "LOAD_REJECTED";

export interface DeadLetter {
  /** Own id of the letter, unique: the event's id where it has one. */
  readonly id: string;
  readonly stream: string;
  readonly stage: DeadLetterStage;
  /** The first reason's code. */
  readonly cause: ReasonCode;
  readonly reasons: readonly Reason[];
  /** Hash of the stream's schema that judged it. */
  readonly schema_version: string;
  /** When the record arrived: ISO 8601, UTC. */
  readonly received_at: string;
  /** Who sent it: address or source. */
  readonly caller: string;
  readonly request_id: string;
  /** Place of the record in its request or object, from 0. */
  readonly member: number;
  /** The bytes as they came, base64; `raw_text` is the same when they are UTF-8 text of a bearable size, else null. */
  readonly raw_base64: string;
  readonly raw_text: string | null;
}

/** Columns of the table `dead_letters`, in the order of the members above. */
export const DEAD_LETTER_COLUMNS = [
  { name: "id", type: "text", nullable: false },
  { name: "stream", type: "text", nullable: false },
  { name: "stage", type: "text", nullable: false },
  { name: "cause", type: "text", nullable: false },
  { name: "reasons", type: "json", nullable: false },
  { name: "schema_version", type: "text", nullable: false },
  { name: "received_at", type: "timestamp", nullable: false },
  { name: "caller", type: "text", nullable: false },
  { name: "request_id", type: "text", nullable: false },
  { name: "member", type: "integer", nullable: false },
  { name: "raw_base64", type: "text", nullable: false },
  { name: "raw_text", type: "text", nullable: true },
] as const satisfies readonly Column[];
