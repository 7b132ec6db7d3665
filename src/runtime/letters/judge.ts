/** Judges a dead letter's record as if it came in now: what would be appended, or why it still fails. */

import { LIMITS } from "../../base/limits.ts";
import type { Reason } from "../../base/dead-letter.ts";
import { deriveText } from "../../plan/derive.ts";
import type { StreamPlan } from "../../plan/plan.ts";
import { type RecordBatch, toBatch } from "../../seams/append.ts";
import type { Checker } from "../../seams/check.ts";

/** A record on its way back into its stream. */
export interface Passing {
  readonly bytes: Buffer;
  readonly hash: Uint32Array | undefined;
  readonly key: string | undefined;
  /** Kept beside the record; undefined where the plan reads the id from the bytes. */
  readonly keptId: string | undefined;
  readonly eventId: string;
}

export type Judgement =
  | { readonly kind: "passes"; readonly record: Passing }
  | { readonly kind: "fails"; readonly reasons: readonly [Reason, ...Reason[]] };

const OPEN_BRACKET = /^[\s\uFEFF]*\[/;

/**
 * The event's id is what the plan says; where the plan says nothing it is the letter's own, so that the record cannot
 * be counted twice however often it is sent.
 */
export function judgeRecord(
  { stream, checker }: { readonly stream: StreamPlan; readonly checker: Checker },
  letter: string,
  raw: Buffer,
): Judgement {
  if (letter.length > LIMITS.idCharsMax) {
    return fails("ID_INVALID", "the letter's id is too long to be an event's");
  }
  if (OPEN_BRACKET.test(raw.toString("utf8", 0, 64))) {
    return fails("NOT_AN_OBJECT", "the record is an array, not an object");
  }
  // The check may rewrite its body, and the letter's bytes are shown to people afterwards.
  const { count, accepted, rejected } = checker.check(Buffer.from(raw), "json");
  const [refused] = rejected;
  if (refused !== undefined) {
    return { kind: "fails", reasons: refused.reasons };
  }
  if (count !== 1) {
    return fails("NOT_JSON", "the record is empty");
  }
  return { kind: "passes", record: toPassing(stream, letter, accepted) };
}

function fails(code: Reason["code"], message: string): Judgement {
  return { kind: "fails", reasons: [{ code, path: "", message }] };
}

/** Copies what the verdict only lends. */
function toPassing(stream: StreamPlan, letter: string, batch: RecordBatch): Passing {
  const bytes = Buffer.from(batch.bytes.subarray(batch.starts[0], batch.ends[0]));
  const hash = batch.hashes?.slice(0, 4);
  const key = batch.keys?.[0];
  if (stream.id?.kind === "fields") {
    const event = JSON.parse(bytes.toString("utf8")) as Readonly<Record<string, unknown>>;
    return { bytes, hash, key, keptId: undefined, eventId: deriveText(stream.id, event) };
  }
  const keptId = batch.ids?.[0] ?? letter;
  return { bytes, hash, key, keptId, eventId: keptId };
}

/** The records as one batch: all of them are appended, or none. */
export function batchOf(records: readonly Passing[]): RecordBatch {
  return toBatch(
    records.map(({ bytes }) => bytes),
    {
      hashes: joinHashes(records),
      ids: all(records.map(({ keptId }) => keptId)),
      keys: all(records.map(({ key }) => key)),
    },
  );
}

function joinHashes(records: readonly Passing[]): Uint32Array | undefined {
  const hashes = all(records.map(({ hash }) => hash));
  if (hashes === undefined) {
    return undefined;
  }
  const joined = new Uint32Array(4 * records.length);
  hashes.forEach((hash, index) => joined.set(hash, 4 * index));
  return joined;
}

/** The values when every record has one: the same plan judged them all, so that it is all or none. */
function all<T>(values: readonly (T | undefined)[]): readonly T[] | undefined {
  const given = values.filter((value): value is T => value !== undefined);
  return given.length === values.length ? given : undefined;
}
