/** The gateway's answer to a batch: how many records it took, and which it set aside and why. */

import { isRecord } from "../reach/refusal.ts";
import type { Batch } from "../../files/batch.ts";

export interface SetAsideRecord {
  /** Number in the file, from 1. */
  readonly record: number;
  readonly deadLetter: string;
  readonly code: string;
  readonly path: string;
  readonly message: string;
}

export interface BatchAnswer {
  readonly accepted: number;
  /** So many of the accepted were known already. */
  readonly duplicates: number;
  readonly rejected: number;
  /** The first of the rejected. */
  readonly setAside: readonly SetAsideRecord[];
}

const SHOWN_MAX = 100;

/** Undefined when the body is no answer to a batch. */
export function toBatchAnswer(body: unknown, batch: Batch): BatchAnswer | undefined {
  if (!isRecord(body)) {
    return undefined;
  }
  const { accepted, duplicates = 0, duplicate, rejected, records, status } = body;
  if (status === "accepted") {
    return { accepted: 1, duplicates: duplicate === true ? 1 : 0, rejected: 0, setAside: [] };
  }
  if (typeof accepted !== "number" || typeof rejected !== "number") {
    return toSingleRejection(body, batch);
  }
  const members = Array.isArray(records) ? records.filter(isRejected) : [];
  const setAside = members.slice(0, SHOWN_MAX).map((one) => toSetAside(one, batch));
  return { accepted, duplicates: Number(duplicates), rejected, setAside };
}

/** A body of one JSON object that is refused is answered by an error that carries the reasons. */
function toSingleRejection(
  body: Readonly<Record<string, unknown>>,
  batch: Batch,
): BatchAnswer | undefined {
  const { error } = body;
  if (!isRecord(error) || !Array.isArray(error["reasons"])) {
    return undefined;
  }
  return { accepted: 0, duplicates: 0, rejected: 1, setAside: [toSetAside(error, batch)] };
}

function isRejected(record: unknown): record is Readonly<Record<string, unknown>> {
  return isRecord(record) && record["status"] !== "accepted";
}

function toSetAside(one: Readonly<Record<string, unknown>>, batch: Batch): SetAsideRecord {
  const { member, dead_letter: letter, reasons } = one;
  const first: unknown = Array.isArray(reasons) ? reasons[0] : undefined;
  const reason = isRecord(first) ? first : {};
  return {
    record: batch.first + (typeof member === "number" ? member : 0),
    deadLetter: textOf(letter),
    code: textOf(reason["code"]),
    path: textOf(reason["path"]),
    message: textOf(reason["message"]),
  };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
